"""Who wants another time, what came free, and to whom it was offered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from clients.models import Client
from practice import clock
from practice.access import PracticeOwned
from practice.guards import NoOverlap
from practice.models import Membership, Room, Service
from sessions.models.visits import Appointment


class WaitlistEntry(PracticeOwned):
    """Somebody wants an earlier or another time, and when they can."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="waitlist")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    therapist = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()
    weekdays = models.JSONField(default=list)
    windows = models.JSONField(default=list)
    give_up = models.ForeignKey(Appointment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
                                help_text="The visit they would give up for it.")
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]


class FreedTime(PracticeOwned):
    """Time of a therapist that came free, breaks included, or that staff offer by hand; and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Not offered yet"
        OFFERED = "offered", "Offered"
        UNTAKEN = "untaken", "Nobody took it yet"
        CLOSED = "closed", "Nothing is left to do"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    appointment = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT, related_name="freed",
                                    help_text="Whose it was; none where staff offer open time.")
    therapist = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    offer_from = models.DateTimeField(help_text="Until then the act that freed it can be undone.")
    depth = models.PositiveSmallIntegerField(default=0, help_text="How many visits were given up one for the other.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="freed_time_ends_after_it_starts"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "starts_at"], name="freed_time_to_offer")]


class WaitlistOffer(PracticeOwned):
    """One time offered to one person for a while. It reserves nothing: the first yes books."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        TAKEN = "taken", "Taken by them"
        LAPSED = "lapsed", "Run out"
        DECLINED = "declined", "They said no"
        WITHDRAWN = "withdrawn", "Taken by somebody else"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(WaitlistEntry, on_delete=models.PROTECT, related_name="offers")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    freed = models.ForeignKey(FreedTime, on_delete=models.PROTECT, related_name="offers")
    therapist = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    by_name = models.CharField(max_length=120)
    became = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry"], condition=Q(state="open"),
                                    name="waitlist_entry_has_one_running_offer"),
            NoOverlap(name="client_is_offered_one_time_at_once", resource="client", start="starts_at", end="ends_at",
                      state="state", dead=("taken", "lapsed", "declined", "withdrawn")),
            models.CheckConstraint(condition=Q(state="open", decided_at=None) | (
                ~Q(state="open") & Q(decided_at__isnull=False)), name="offer_is_open_until_it_is_decided"),
            models.CheckConstraint(condition=Q(state="taken", became__isnull=False) | ~Q(state="taken"),
                                   name="taken_offer_became_a_visit"),
        ]

    @property
    def said(self) -> str:
        """When, as people say it."""
        return clock.said(self.starts_at, self.practice.time_zone)

    def said_in(self, language: str) -> str:
        """The same in the language of who reads it."""
        return clock.said(self.starts_at, self.practice.time_zone, language=language)
