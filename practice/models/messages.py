"""What is written to people, in which words, and the links that act for them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from practice.access import PracticeOwned


class Message(PracticeOwned):
    """One message that will be, was, or will not be sent. The row is the truth; workers only drain it.

    `subject_id` is what it speaks about, `start_version` the version of that thing it was queued for.
    `client_id` and `appointment_id` are plain ids: this room knows no other.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not delivered"
        CANCELLED = "cancelled", "Cancelled"
        SKIPPED = "skipped", "Not sent"

    class Delivery(models.TextChoices):
        DELIVERED = "delivered", "Delivered"
        BOUNCED = "bounced", "Came back"
        COMPLAINED = "complained", "Marked as unwanted"
        UNDELIVERED = "undelivered", "Not delivered"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, default="email")
    to_address = models.CharField(max_length=254)
    to_name = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    client_id = models.UUIDField(null=True)
    appointment_id = models.UUIDField(null=True)
    subject_id = models.UUIDField()
    start_version = models.CharField(max_length=40, default="")
    due_at = models.DateTimeField()
    useful_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    rule = models.CharField(max_length=200, blank=True, help_text="The rule that queued it, as it was said then.")
    why = models.CharField(max_length=200, help_text="The rule that queued it, and what became of it.")
    claimed_by = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    subject_line = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=120, blank=True, help_text="The provider's own name for it.")
    delivery = models.CharField(max_length=12, choices=Delivery.choices, blank=True,
                                help_text="What the provider said of it afterwards.")
    delivery_at = models.DateTimeField(null=True)
    sending = models.PositiveSmallIntegerField(
        default=1, help_text="Which sending of it: what did not arrive is sent again by people, as a row of its own.")
    instead_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="replaced_by",
                                   help_text="The message this one stands in for: by another way, or sent again.")
    told_with = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="carries",
                                  help_text="It left inside that message.")
    counted_on = models.DateField(null=True, help_text="The client's day of which it has one of the few places.")
    counted_as = models.PositiveSmallIntegerField(default=0, help_text="Which of that day's places.")
    told_at = models.DateTimeField(null=True, help_text="It did not arrive, and somebody rang and told them.")
    told_by = models.ForeignKey("practice.Membership", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-due_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client_id", "counted_on", "counted_as"],
                                    condition=Q(counted_on__isnull=False), name="place_is_taken_by_one_message"),
            models.UniqueConstraint(
                fields=["subject_id", "kind", "channel", "start_version", "to_address", "sending"],
                name="message_is_queued_once"),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False),
                                   name="sent_message_has_a_time"),
            models.CheckConstraint(condition=Q(told_at=None, told_by=None) | Q(
                told_at__isnull=False, told_by__isnull=False), name="who_told_a_lost_message_is_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state__in=["waiting", "sending"]), name="message_due"),
            models.Index(fields=["practice", "client_id", "-due_at"], name="message_of_client"),
            models.Index(fields=["client_id", "state", "due_at"], name="message_waits_for_client"),
            models.Index(fields=["appointment_id"], name="message_of_appointment"),
            models.Index(fields=["practice", "state", "due_at", "id"], name="message_of_state"),
            models.Index(fields=["practice", "kind", "state", "due_at", "id"], name="message_of_kind"),
            models.Index(fields=["practice", "sent_at"], condition=Q(sent_at__isnull=False), name="message_left"),
            models.Index(fields=["practice", "to_address"], name="message_to_address"),
            models.Index(fields=["reference"], condition=~Q(reference=""), name="message_by_reference"),
        ]

    @property
    def asked_by(self) -> str:
        """The rule that asked for it; `why` may tell of an attempt that failed meanwhile, or of a day without room."""
        return (self.rule or self.why).partition(" · ")[0]

    @property
    def kind_name(self) -> str:
        """What this kind of message is called."""
        from practice.outbox import KINDS

        return KINDS[self.kind].name if self.kind in KINDS else self.kind


class MessageText(PracticeOwned):
    """A practice's own words for one kind of message, in one language; without a row the product's own stand."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    variant = models.CharField(max_length=20, blank=True, help_text="Which of the kind's texts, where it has several.")
    language = models.CharField(max_length=8, default="en")
    subject = models.CharField(max_length=120, blank=True)
    body = models.TextField(blank=True)
    sms = models.CharField(max_length=640, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice", "kind", "variant", "language"], name="message_has_one_text"),
            models.CheckConstraint(condition=Q(language__in=["en", "es", "fr", "de"]),
                                   name="message_text_is_in_a_language_we_write"),
            models.CheckConstraint(condition=~Q(body=""), name="message_text_says_something"),
        ]


class ActionLink(PracticeOwned):
    """A link that does one thing for one person until it expires; only the SHA-256 of its token is stored."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["purpose", "subject_id"], name="link_of_subject")]
