"""What else stands with a signed note: the supervisor's signature, and who opened it with a reason."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from notes.models.note import GONE_WITH_NOTE, Note
from practice.access import CLINICAL, THERAPISTS, PracticeOwned
from practice.encryption import EncryptedCharField
from practice.guards import Kept, Unchanging
from practice.models import Membership


class CoSignature(PracticeOwned):
    """A supervisor read this signed note and stands behind it; a link of the practice's chain of its own."""

    readers = THERAPISTS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    note = models.OneToOneField(Note, on_delete=models.PROTECT, related_name="cosignature")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    credential = models.CharField(max_length=120, blank=True)
    signed_at = models.DateTimeField()
    content_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    chain_position = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            Unchanging(name="cosignature_stands_for_ever", goes_when=GONE_WITH_NOTE),
            Kept(name="cosignatures_are_kept"),
            models.UniqueConstraint(fields=["practice", "chain_position"],
                                    name="cosignature_has_its_place_in_the_chain"),
        ]


class BrokenGlass(PracticeOwned):
    """A note that was not theirs to read, opened all the same: by whom, why, until when; and who has seen that."""

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="broken_glass")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reason = EncryptedCharField(max_length=500)
    at = models.DateTimeField()
    until = models.DateTimeField()
    seen_by_author_at = models.DateTimeField(null=True, blank=True)
    seen_by_owner_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        constraints: ClassVar = [
            Unchanging(name="broken_glass_stands_for_ever",
                       columns=("note_id", "by_id", "reason", "at", "until", "practice_id"),
                       goes_when=GONE_WITH_NOTE),
            Kept(name="broken_glass_is_kept"),
            models.CheckConstraint(condition=~Q(reason=""), name="glass_is_broken_for_a_reason"),
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="glass_is_broken_for_a_while"),
        ]
        indexes: ClassVar = [models.Index(fields=["practice", "-at"], name="broken_glass_lately")]
