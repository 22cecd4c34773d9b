"""A letter on another way than the link, and the copy of it in plain words that is the client's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from clients.models import Client, Consent, Doctor
from clients.models.disposals import disposed
from notes.models.summary import GONE_WITH_SUMMARY, Summary
from practice.access import THERAPISTS, PracticeOwned
from practice.encryption.fields import EncryptedBinaryField, EncryptedJSONField, EncryptedTextField
from practice.guards import Kept, Unchanging
from practice.models import Membership


class Sending(PracticeOwned):
    """A signed letter that left on another way than link and code, why, and where it went."""

    class Way(models.TextChoices):
        SEALED = "sealed", "Encrypted PDF"
        POST = "post", "By post"
        FAX = "fax", "By fax"
        SECURE_MAIL = "secure-mail", "By secure e-mail"

    readers = THERAPISTS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    summary = models.ForeignKey(Summary, on_delete=models.PROTECT, related_name="sendings")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="sendings")
    way = models.CharField(max_length=12, choices=Way.choices)
    reason = models.CharField(max_length=300, blank=True, help_text="Why not by link and code.")
    to_address = models.CharField(max_length=500, blank=True)
    sent_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            Kept(name="sendings_are_kept"),
            Unchanging(name="sending_stands_for_ever", goes_when=GONE_WITH_SUMMARY),
            models.CheckConstraint(condition=~Q(way="sealed") | ~Q(reason=""), name="sealed_letter_has_its_reason"),
        ]


class ClientCopy(PracticeOwned):
    """What a course came to, in everyday words, for the client themself: frozen when signed."""

    readers = THERAPISTS
    PROSE: ClassVar = ("why", "done", "changed", "watch", "next")
    LINK_LIVES: ClassVar = timedelta(days=90)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="copies")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()
    why = EncryptedTextField(blank=True, max_length=2000)
    done = EncryptedTextField(blank=True, max_length=2000)
    changed = EncryptedTextField(blank=True, max_length=4000)
    watch = EncryptedTextField(blank=True, max_length=2000)
    next = EncryptedTextField(blank=True, max_length=2000)
    is_large = models.BooleanField(default=False, help_text="Set in 18 point.")
    content: Any = EncryptedJSONField(default=dict, help_text="The copy as data; frozen on signing.")
    content_hash = models.CharField(max_length=64, blank=True)
    pdf = EncryptedBinaryField(default=bytes)
    version = models.PositiveIntegerField(default=1)
    signed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            Kept(name="copies_of_clients_are_kept"),
            Unchanging(name="signed_copy_stands_for_ever", when="OLD.signed_at IS NOT NULL",
                       goes_when=disposed("OLD.client_id")),
            models.CheckConstraint(condition=Q(signed_at=None) | ~Q(content_hash=""),
                                   name="signed_copy_carries_its_hash"),
        ]

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None
