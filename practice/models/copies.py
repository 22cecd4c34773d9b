"""Which installation this is, the copies made of it, and the archives somebody takes out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from practice.access import PracticeOwned, Role
from practice.models.people import Membership


class Installation(models.Model):
    """This place; stays behind when everything else is copied elsewhere."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)


class Copy(models.Model):
    """One copy of the whole installation: under way, made, or failed and why."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    is_nightly = models.BooleanField(default=False)
    asked_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    rows_done = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    name = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes of the file.")
    checked_at = models.DateTimeField(null=True, help_text="When the file was read through to its end.")
    failure = models.CharField(max_length=400, blank=True)
    thrown_away_at = models.DateTimeField(null=True, help_text="The file made room for newer ones.")

    class Meta:
        ordering: ClassVar = ["-asked_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=models.F("asked_at")),
                                   name="copy_ends_after_it_is_asked_for"),
            # Nothing has failed while it is under way: two of these would be alike.
            models.UniqueConstraint(fields=["failure"], condition=Q(ended_at=None), name="one_copy_is_made_at_a_time"),
            models.CheckConstraint(condition=Q(failure="") | Q(ended_at__isnull=False),
                                   name="copy_under_way_has_not_failed"),
        ]

    @property
    def is_good(self) -> bool:
        """Whether the file was written and is still there."""
        return self.ended_at is not None and not self.failure and self.thrown_away_at is None


class Archive(PracticeOwned):
    """Everything of one practice, taken out by its owner: made by a task, fetched while it is there."""

    readers = frozenset({Role.OWNER})

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    asked_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    records = models.PositiveIntegerField(default=0)
    records_done = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    failure = models.CharField(max_length=400, blank=True)
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-asked_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice"], condition=Q(ended_at=None),
                                    name="one_archive_is_made_at_a_time"),
        ]


class ArchivePiece(models.Model):
    """Some of an archive's bytes, sealed: whichever machine is asked has them, and nobody who copies the disk."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    archive = models.ForeignKey(Archive, on_delete=models.CASCADE, related_name="pieces")
    position = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["archive", "position"], name="pieces_of_an_archive_stand_in_a_row")]
