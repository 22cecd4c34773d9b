"""Who did what, and which request was answered already."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from practice.guards import Kept, Unchanging
from practice.models.people import Membership
from practice.models.practice import Practice


class IdempotentRequest(models.Model):
    """The answer to a POST with an `Idempotency-Key`, written in the same transaction as its effect."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=60, default="application/json")
    body = models.TextField(blank=True)
    etag = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["membership", "key"], name="idempotency_key_is_used_once")
        ]


class AuditEntry(models.Model):
    """Who read or changed what, and when. Append-only in the database; holds no clinical words."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    actor_role = models.CharField(max_length=12)
    actor_name = models.CharField(max_length=120)
    verb = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    client_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [Unchanging(name="audit_entry_stands_for_ever"),
                                 Kept(name="audit_entries_are_kept")]
        indexes: ClassVar = [
            models.Index(fields=["practice", "client_id", "-id"], name="audit_of_client"),
            models.Index(fields=["subject_id", "-id"], name="audit_of_subject"),
        ]


class AuditSeal(models.Model):
    """One batch of the trail sealed for ever: a SHA-256 over its entries, in their order, and over the seal before it.

    `entries` names the entries it covers, by id: a transaction that ends late leaves its entries to the next seal.
    """

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(help_text="Its place in the practice's chain of seals, from 1.")
    entries = models.JSONField()
    count = models.PositiveIntegerField()
    last_id = models.BigIntegerField(help_text="The highest id any seal covers up to here.")
    previous_hash = models.CharField(max_length=64, blank=True)
    content_hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["practice", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice", "position"], name="seal_has_one_place"),
            Unchanging(name="audit_seal_stands_for_ever"), Kept(name="audit_seals_are_kept")]
