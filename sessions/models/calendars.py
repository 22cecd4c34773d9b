"""Calendars: the one a therapist gives out, and the ones read from elsewhere."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from practice.access import PracticeOwned
from practice.models import Membership


class CalendarFeed(PracticeOwned):
    """The address under which a therapist's calendar is read until it is revoked; of its secret only the SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    therapist = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True, help_text="When a calendar last asked, to about five minutes.")
    body_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what was last given out.")
    changed_at = models.DateTimeField(null=True, help_text="Since when what is given out reads as it does.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["therapist"], condition=Q(revoked_at=None),
                                    name="therapist_has_one_calendar_address"),
        ]


class OutsideFeed(PracticeOwned):
    """A therapist's own calendar elsewhere, read for when they are busy; its address is a secret, and sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    therapist = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    host = models.CharField(max_length=253, help_text="What people are told of its address.")
    sealed_url = models.TextField()
    url_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True, help_text="What went wrong since the last good read.")

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["therapist", "url_hash"], name="outside_calendar_is_read_once"),
        ]


class BusyTime(PracticeOwned):
    """A therapist is busy by an outside calendar; nothing else of what stands there is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    therapist = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    feed = models.ForeignKey(OutsideFeed, on_delete=models.CASCADE, related_name="busy_times")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="busy_time_ends_after_it_starts"),
        ]
        indexes: ClassVar = [models.Index(fields=["therapist", "ends_at"], name="busy_time_of_therapist")]
