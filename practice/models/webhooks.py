"""Other systems that are told what happens here: their addresses, and each single telling."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from practice.access import PracticeOwned, Role


class Webhook(PracticeOwned):
    """An address of another system, and the events it is told of. Its secret is derived, never stored.

    `secret_turn` rises with each new secret; the one before signs as well until `old_secret_until`.
    """

    readers = frozenset({Role.OWNER})

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    secret_turn = models.PositiveSmallIntegerField(default=1)
    old_secret_until = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    failing_since = models.DateTimeField(null=True, help_text="Since when nothing has been taken.")
    switched_off_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(is_active=True) | Q(switched_off_at__isnull=False),
                                   name="webhook_says_when_it_was_switched_off"),
        ]

    @property
    def host(self) -> str:
        """Whom it calls, without what may be secret in the address."""
        try:
            return urlsplit(self.url).hostname or ""
        except ValueError:  # no address at all; the form takes none such
            return ""


class WebhookDelivery(PracticeOwned):
    """One event for one address: written in the transaction of what happened, kept with what became of it.

    It names a thing by its id and version, never a person.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not delivered"

    readers = frozenset({Role.OWNER})

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.UUIDField()
    event = models.CharField(max_length=40)
    object = models.CharField(max_length=40)
    object_id = models.UUIDField()
    version = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    tries_until = models.DateTimeField()
    claimed_by = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField(null=True, help_text="The code of the last answer.")
    last_words = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["webhook", "event_id"], name="webhook_is_told_once_of_an_event"),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False),
                                   name="sent_delivery_has_a_time"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state__in=["waiting", "sending"]), name="delivery_due"),
            models.Index(fields=["webhook", "-id"], name="delivery_of_webhook"),
        ]

    def content(self) -> dict[str, Any]:
        """What the other system reads: the same at every attempt."""
        return {"id": str(self.event_id), "type": self.event, "created_at": self.created_at.isoformat(),
                "practice": str(self.practice_id),
                "data": {"object": self.object, "id": str(self.object_id), "version": self.version}}
