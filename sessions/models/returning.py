"""What an episode does to the diary: visits on hold, plans for the return, and how it is meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_noop
from uuid_utils.compat import uuid7

from clients.models import Client, Episode
from practice.access import CLINICAL, PracticeOwned
from practice.encryption import EncryptedCharField
from practice.models import Membership, Room
from sessions.models.visits import Appointment


class Hold(PracticeOwned):
    """One visit put on hold by one episode. Open until the visit is restored, planned or cancelled."""

    class Outcome(models.TextChoices):
        OPEN = "", "Awaiting review"
        RESTORED = "restored", "Back at its time"
        PLANNED = "planned", "Moved by a plan"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="holds")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="holds")
    status_before = models.CharField(max_length=10)
    began_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["began_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["appointment"], condition=Q(outcome=""),
                                    name="visit_is_held_once_at_a_time"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="hold_ends_with_an_outcome"),
        ]


class Plan(PracticeOwned):
    """A proposal for when held visits come back, with its cost and reasons; applied or not, whole.

    Sent to the client, it keeps its new times until they have answered. A change of it is a plan of its own, which
    `replaces` it; `avoids` are starts (epoch minutes) the client said do not suit.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        APPLIED = "applied", "Applied"
        UNDONE = "undone", "Undone"
        STALE = "stale", "Out of date"
        EXPIRED = "expired", "Expired"
        SUPERSEDED = "superseded", "Replaced by a newer one"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="plans")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="plans")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROPOSED)
    policy = models.CharField(max_length=10, default="append",
                              choices=[("append", "Continue the rhythm, end later"),
                                       ("catch_up", "Squeeze them in"), ("drop", "Let the missed ones go")])
    return_on = models.DateField()
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    interval_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The rhythm it was made for; empty in plans of earlier times.")
    is_optimal = models.BooleanField(default=True)
    cost = models.PositiveIntegerField(default=0)
    cost_terms = models.JSONField(default=dict)
    diary_print = models.CharField(max_length=64, help_text="SHA-256 of the client's visits the plan was made from.")
    made_by_name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = EncryptedCharField(max_length=300, blank=True, help_text="What the client wrote with it.")
    avoids = models.JSONField(default=list)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["episode"], condition=Q(status="proposed"),
                                    name="episode_has_one_open_plan"),
            models.CheckConstraint(condition=Q(answered_at=None) | Q(sent_at__isnull=False),
                                   name="plan_is_answered_once_it_was_sent"),
            models.CheckConstraint(condition=Q(interval_days=None) | Q(interval_days__gte=1),
                                   name="plan_keeps_a_rhythm_of_whole_days"),
        ]

    @property
    def is_sent(self) -> bool:
        """Whether it waits with the client, or keeps times for them."""
        return self.status == self.Status.PROPOSED and self.sent_at is not None

    def lets_go(self, visit: Appointment) -> bool:
        """Whether applying the plan gives this visit up, rather than leaving it on hold, where it has no new time."""
        return self.policy == "drop" and visit.wall_date < self.return_on


class PlanMove(models.Model):
    """One visit of a plan: from where, to where (or not placed), why, and what it costs.

    `before` keeps every field an undo puts back, from when the visit moved or its new time was kept for the client.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="moves")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="plan_moves")
    position = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField(null=True, blank=True, help_text="Empty: not placed.")
    therapist = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, null=True, on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveSmallIntegerField(null=True)
    why = models.JSONField(default=list)
    cost_terms = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    is_chosen = models.BooleanField(default=False, help_text="A person chose this, the rest is arranged around it.")
    suits = models.BooleanField(null=True, help_text="What the client said of it, once asked.")

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "appointment"], name="plan_moves_a_visit_once")
        ]

    @property
    def new_start(self) -> datetime | None:
        """Where applying the plan puts the visit; none where it found no place, or the client said it does not suit."""
        return None if self.suits is False else self.starts_at

    @property
    def from_at(self) -> datetime:
        """When the visit was to begin before the plan, also once it has been applied."""
        return datetime.fromisoformat(self.before["starts_at"]) if self.before else self.appointment.starts_at


class CheckIn(PracticeOwned):
    """One question how it is, while an episode lasts: asked for a day, answered by one tap or by whoever rang.

    `by_name` is who answered or wrote it down. An answer waits for a therapist until `seen_at`.
    """

    class Answer(models.TextChoices):
        WORSE = "worse", gettext_noop("Worse")
        SAME = "same", gettext_noop("About the same")
        BETTER = "better", gettext_noop("Better")
        USUAL = "back-to-usual", gettext_noop("Back to usual")

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="check_ins")
    asked_for = models.DateField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=13, choices=Answer.choices, blank=True, default="")
    words = EncryptedCharField(max_length=500, blank=True)
    by_name = models.CharField(max_length=120, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When a therapist looked at the answer.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["asked_for", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["episode", "asked_for"], name="client_is_asked_once_a_day"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, words="", by_name="", seen_at=None)
                | (Q(answer__in=("worse", "same", "better", "back-to-usual"), answered_at__isnull=False)
                   & ~Q(by_name="")),
                name="check_in_is_answered_whole_or_not_at_all"),
        ]
