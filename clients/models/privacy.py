"""The privacy officer's desk: what clients ask of their record, what must not be disposed of, what went wrong."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from clients.models.disposals import disposed
from clients.models.people import Client
from practice.access import CLINICAL, PracticeOwned, Role
from practice.encryption import EncryptedCharField, EncryptedTextField
from practice.guards import Kept, Unchanging
from practice.models import Membership

OWNERS = frozenset({Role.OWNER})


class PrivacyRequest(PracticeOwned):
    """A client asks to see what is written of them, or to have it put right: with the day by which they get an answer.

    It may be extended once, with a reason. Once answered it stands; a statement of disagreement may follow.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", "To see or receive what is written"
        AMENDMENT = "amendment", "To have something put right"

    class Outcome(models.TextChoices):
        GIVEN = "given", "Given"
        REFUSED = "refused", "Refused"

    readers = CLINICAL  # a refusal and the client's statement go out with the record, whoever takes it out

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="privacy_requests")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    asked_by = models.CharField(max_length=120, help_text="Who asked, and in whose name.")
    asked_for = EncryptedTextField(max_length=2000)
    received_on = models.DateField()
    law = models.CharField(max_length=10, help_text="Whose clock runs.")
    due_on = models.DateField()
    extended_to = models.DateField(null=True, blank=True)
    extension_reason = EncryptedCharField(max_length=300, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answer = EncryptedTextField(max_length=2000, blank=True, help_text="What was given and how, or why it was refused.")
    answered_by_name = models.CharField(max_length=120, blank=True)
    disagreement = EncryptedTextField(max_length=4000, blank=True, help_text="The client's own statement.")
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["received_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(due_on__gte=F("received_on")), name="request_is_due_after_it_came"),
            models.CheckConstraint(
                condition=Q(extended_to=None) | Q(extended_to__gt=F("due_on")) & ~Q(extension_reason=""),
                name="request_is_extended_for_a_reason"),
            models.CheckConstraint(
                condition=Q(answered_on=None, outcome="") | Q(answered_on__isnull=False) & ~Q(outcome=""),
                name="answered_request_says_how"),
            models.CheckConstraint(condition=~Q(outcome="refused") | ~Q(answer=""), name="refusal_says_why"),
            Kept(name="privacy_requests_are_kept"),
            Unchanging(name="answered_request_stands", when="OLD.answered_on IS NOT NULL", columns=(
                "kind", "asked_by", "asked_for", "received_on", "law", "due_on", "extended_to", "extension_reason",
                "outcome", "answered_on", "answer", "answered_by_name"),
                       goes_when=disposed("OLD.client_id")),
        ]

    @property
    def last_day(self) -> object:
        """The day by which they get an answer, extended or not."""
        return self.extended_to or self.due_on


class LegalHold(PracticeOwned):
    """What is written of this client is not disposed of while it stands, whatever the years say."""

    readers = OWNERS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="legal_holds")
    reason = EncryptedCharField(max_length=300)
    placed_by_name = models.CharField(max_length=120)
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by_name = models.CharField(max_length=120, blank=True)
    lifted_why = EncryptedCharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-placed_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client"], condition=Q(lifted_at=None),
                                    name="client_is_held_once_at_a_time"),
            models.CheckConstraint(condition=~Q(reason=""), name="legal_hold_has_a_reason"),
            models.CheckConstraint(condition=Q(lifted_at=None) | ~Q(lifted_why=""),
                                   name="legal_hold_ends_for_a_reason"),
            Kept(name="legal_holds_are_kept"),
            Unchanging(name="live_legal_hold_stands", when="OLD.lifted_at IS NULL",
                       columns=("client_id", "practice_id", "reason", "placed_by_name", "placed_at")),
        ]


class Breach(PracticeOwned):
    """Something about clients may have come to somebody it was not for: what, when found out, how many, how bad.

    It never changes; what becomes known or is done later is a `BreachStep`.
    """

    class Risk(models.TextChoices):
        LOW = "low", "Unlikely to harm anybody"
        SOME = "some", "May harm somebody"
        HIGH = "high", "Likely to harm somebody badly"

    readers = OWNERS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    what = EncryptedTextField(max_length=4000)
    found_out_at = models.DateTimeField(help_text="When the practice knew; the clock runs from then.")
    people = models.PositiveIntegerField(help_text="How many clients, as far as known.")
    risk = models.CharField(max_length=4, choices=Risk.choices)
    assessment = EncryptedTextField(max_length=4000, help_text="Why the risk is judged so.")
    law = models.CharField(max_length=10)
    recorded_by_name = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-found_out_at", "-id"]
        constraints: ClassVar = [Unchanging(name="breach_stands_for_ever"), Kept(name="breaches_are_kept")]


class BreachStep(models.Model):
    """What was done about a breach, or became known of it, and when."""

    class Kind(models.TextChoices):
        PEOPLE = "people", "The people concerned were told"
        AUTHORITY = "authority", "The authority was told"
        MEDIA = "media", "The media were told"
        KNOWN = "known", "More became known"
        DONE = "done", "Nothing is left to do"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    breach = models.ForeignKey(Breach, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    words = EncryptedTextField(max_length=4000, help_text="To whom, how, what; or what became known.")
    people = models.PositiveIntegerField(null=True, blank=True, help_text="How many it is by now known to be.")
    by_name = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            Unchanging(name="breach_step_stands_for_ever"), Kept(name="breach_steps_are_kept"),
            models.CheckConstraint(condition=~Q(words=""), name="breach_step_says_something")]
