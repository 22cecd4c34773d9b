"""How a client is reached: what they agreed to, channel by channel and for ever written down, and what they answer."""

from __future__ import annotations

from typing import ClassVar

import phonenumbers
from django.db import models
from django.db.models import Q
from phonenumbers import NumberParseException, PhoneNumberFormat
from uuid_utils.compat import uuid7

from clients.models.disposals import disposed
from clients.models.people import Client
from practice.access import PracticeOwned
from practice.encryption import EncryptedTextField
from practice.guards import Kept, Unchanging
from practice.models import Membership


class ChannelConsent(PracticeOwned):
    """That a client agreed to be written to by one channel: when, how, in which words, and when and how that ended.

    What holds now stands in `Client.channels`; these rows say since when, and are never changed but for their end.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        SMS = "sms", "Text message"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="channel_consents")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    given_on = models.DateField()
    source = models.CharField(max_length=120, help_text="In person, on paper, by phone …")
    wording = models.TextField(blank=True, help_text="What they were shown or told.")
    address = models.CharField(max_length=254, blank=True, help_text="The number or address it was given for.")
    recorded_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_how = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["-recorded_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client", "channel"], condition=Q(withdrawn_at=None),
                                    name="channel_is_agreed_once_at_a_time"),
            models.CheckConstraint(condition=Q(withdrawn_at=None) | ~Q(withdrawn_how=""),
                                   name="channel_consent_ends_for_a_reason"),
            Kept(name="channel_consents_are_kept"),
            Unchanging(name="channel_consent_stands", columns=(
                "channel", "given_on", "source", "wording", "address", "recorded_at"),
                       goes_when=disposed("OLD.client_id")),
            Unchanging(name="ended_channel_consent_stays_ended", when="OLD.withdrawn_at IS NOT NULL",
                       columns=("withdrawn_at", "withdrawn_how"), goes_when=disposed("OLD.client_id")),
        ]


class Reply(PracticeOwned):
    """A text message somebody sent to the practice: who it may be from, what it was taken for, what became of it.

    Without a client where the number is several people's, or nobody's: then somebody of the practice says whose.
    """

    class Meaning(models.TextChoices):
        STOP = "stop", "No more texts"
        START = "start", "Texts again"
        YES = "yes", "Will come"
        NO = "no", "Cannot come"
        UNWELL = "unwell", "Not well"
        OTHER = "other", "In their own words"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="replies")
    from_number = models.CharField(max_length=40)
    reference = models.CharField(max_length=80, help_text="What the gateway calls it.")
    text = EncryptedTextField(max_length=1600)
    meaning = models.CharField(max_length=10, choices=Meaning.choices, default=Meaning.OTHER)
    outcome = models.CharField(max_length=200, blank=True, help_text="What it did by itself.")
    received_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-received_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice", "reference"], name="reply_is_taken_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["practice", "received_at"], condition=Q(seen_at=None), name="reply_to_read"),
        ]

    @property
    def said_number(self) -> str:
        """The number as one reads it: "+1 206-555-0123"."""
        try:
            return phonenumbers.format_number(phonenumbers.parse(self.from_number), PhoneNumberFormat.INTERNATIONAL)
        except NumberParseException:
            return self.from_number
