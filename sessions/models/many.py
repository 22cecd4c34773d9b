"""New times for many visits at once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from practice.access import PracticeOwned
from practice.models import Membership
from sessions.models.visits import Appointment


class BulkPlan(PracticeOwned):
    """New times for many visits at once, searched for in a process of its own: how far it is, and what it found.

    `cost` is what the best answer disturbs, `bound` what any answer disturbs at least. Applied, its id names the act.
    """

    class Kind(models.TextChoices):
        TIME_OFF = "time_off", "Somebody is away"
        CLOSURE = "closure", "A closed day"
        CLOSED_DAYS = "closed_days", "Closed days"
        HOURS = "hours", "Changed hours"
        HEAT = "heat", "Hot hours"
        LEAVING = "leaving", "Somebody leaves"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be searched"
        SOLVING = "solving", "Being searched"
        READY = "ready", "Found"
        APPLIED = "applied", "Applied"
        UNDONE = "undone", "Undone"
        FAILED = "failed", "Broken off"
        STALE = "stale", "Out of date"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    scope = models.JSONField(default=dict, help_text="Which time off, closed day or therapist; days and hours; or who "
                             "goes to whom.")
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    visits = models.PositiveSmallIntegerField(default=0)
    cost = models.PositiveIntegerField(null=True)
    bound = models.PositiveIntegerField(null=True)
    cost_terms = models.JSONField(default=dict)
    seconds = models.FloatField(default=0)
    is_stopped = models.BooleanField(default=False, help_text="Somebody takes what there is.")
    problem = models.CharField(max_length=300, blank=True, help_text="Why it broke off.")
    made_by_name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    heard_at = models.DateTimeField(null=True, help_text="When the search last said how far it is.")
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(bound=None) | Q(cost__gte=F("bound")),
                                   name="bulk_plan_costs_no_less_than_its_bound"),
            models.CheckConstraint(condition=~Q(state__in=("applied", "undone")) | Q(applied_at__isnull=False),
                                   name="applied_bulk_plan_has_a_time"),
        ]

    @property
    def gap_percent(self) -> int | None:
        """By how many per cent, rounded up, the best possible could at most be cheaper; 0 where nothing is."""
        if self.cost is None or self.bound is None:
            return None
        return -(-100 * (self.cost - self.bound) // self.cost) if self.cost else 0


class BulkMove(models.Model):
    """One visit of a bulk plan: where it stood, where it goes (or why nowhere), and what else it is offered."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(BulkPlan, on_delete=models.CASCADE, related_name="moves")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="bulk_moves")
    position = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(help_text="Of the visit, when this was found.")
    from_at = models.DateTimeField()
    from_therapist = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    options = models.JSONField(default=list, help_text="Start, therapist, room; the one found first.")
    why = models.JSONField(default=list)
    cost_terms = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "appointment"], name="bulk_plan_moves_a_visit_once"),
        ]
