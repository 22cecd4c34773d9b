"""`/api/v1/`: new times for many visits at once, asked for, followed, applied, undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from practice import clock
from practice.api import Api, Day, Owned
from practice.models import Closure, Membership, TimeOff
from practice.refusals import BadInput
from sessions import replans
from sessions.models import BulkPlan

_NEEDS = {"time_off": ("time_off",), "closure": ("closure",), "closed_days": (), "hours": ("therapist",),
          "heat": ("first_on", "last_on", "from", "until")}


class ReplanQuestionSerializer(serializers.Serializer[Any]):
    """Whose visits need new times: those in a `time_off`, on a `closure` (or on all `closed_days`), outside the
    `hours` of a `therapist`, or, in `heat`, those of clients whom heat makes worse (owners and therapists only)."""

    kind = serializers.ChoiceField(choices=[one for one in BulkPlan.Kind.choices if one[0] in _NEEDS])
    time_off = Owned(TimeOff, required=False)
    closure = Owned(Closure, required=False)
    therapist = Owned(Membership, required=False)
    first_on = Day(required=False)
    last_on = Day(required=False)
    until = serializers.TimeField(required=False)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": serializers.TimeField(required=False)}


class ApplyReplanSerializer(serializers.Serializer[Any]):
    """`leave`: appointments that stay as they are."""

    leave = serializers.ListField(child=serializers.UUIDField(), required=False)


class BulkMoveSerializer(serializers.Serializer[Any]):
    """One visit: where it stood and where it is to go; `to` is null where no time was found, and `why` says so."""

    appointment = serializers.UUIDField()
    to = serializers.DateTimeField(allow_null=True)
    therapist = serializers.UUIDField(allow_null=True)
    room = serializers.UUIDField(allow_null=True)
    why = serializers.ListField(child=serializers.CharField())
    cost_terms = serializers.DictField(child=serializers.IntegerField())

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.DateTimeField(), **super().get_fields()}


class ReplanSerializer(serializers.Serializer[BulkPlan]):
    """How far it is (`state`, `visits`, `cost` of the best so far, `bound` no plan can be below, `gap_percent`,
    `seconds`), and its moves once it is ready. `optimal`: nothing disturbs less. `kind` is null where it is not
    the caller's to know."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=BulkPlan.Kind.choices, allow_null=True)
    state = serializers.ChoiceField(choices=BulkPlan.State.choices)
    problem = serializers.CharField()
    visits = serializers.IntegerField()
    cost = serializers.IntegerField(allow_null=True)
    bound = serializers.IntegerField(allow_null=True)
    gap_percent = serializers.IntegerField(allow_null=True)
    optimal = serializers.BooleanField()
    seconds = serializers.FloatField()
    cost_terms = serializers.DictField(child=serializers.IntegerField())
    moves = BulkMoveSerializer(many=True)


class Replans(Api):
    """Ask for new times for many visits at once. Nothing moves; follow `GET replans/{id}/` until it is ready."""

    model = BulkPlan

    @extend_schema(request=ReplanQuestionSerializer, responses={202: ReplanSerializer})
    def post(self, request: Request) -> Response:
        asked = self.read(ReplanQuestionSerializer)
        kind = asked.pop("kind")
        for name in _NEEDS[kind]:
            if name not in asked:
                raise BadInput(f"Say {name} too.", field=name)
        for name in asked:
            if name not in _NEEDS[kind]:
                raise BadInput(f"{name} says nothing about {kind}.", field=name)
        if kind == "heat":
            scope = replans.heat_scope(first=asked["first_on"], last=asked["last_on"], opens=asked["from"],
                                       closes=asked["until"], practice=self.member.practice)
        else:
            scope = {name: str(row.pk) for name, row in asked.items()}
        plan = replans.start_replan(by=self.member, kind=kind, scope=scope)
        return Response(_shown(plan, self), status=202)


class OneReplan(Api):
    """How far it is, and what was found. It names no clinical fact."""

    model = BulkPlan

    @extend_schema(responses=ReplanSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(_shown(replans.heard(self.find(BulkPlan, pk)), self))


class ApplyReplan(Api):
    """Make every move that was found, or none: 409 `plan_stale` names each visit that cannot, in `rows`."""

    model = BulkPlan

    @extend_schema(request=ApplyReplanSerializer, responses=ReplanSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        plan = self.find(BulkPlan, pk)
        leaving = self.read(ApplyReplanSerializer).get("leave", [])
        return Response(_shown(replans.apply_replan(plan=plan, by=self.member, leaving=leaving), self))


class StopReplan(Api):
    """Take what there is: the search ends at once, and its best answer counts."""

    model = BulkPlan

    @extend_schema(request=None, responses=ReplanSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        plan = self.find(BulkPlan, pk)
        replans.stop_search(plan=plan)
        return Response(_shown(plan, self))


class UndoReplan(Api):
    """Put every moved visit back, until the first of them begins: else 409 `undo_conflict`."""

    model = BulkPlan

    @extend_schema(request=None, responses=ReplanSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        plan = self.find(BulkPlan, pk)
        replans.undo_replan(plan=plan, by=self.member)
        plan.refresh_from_db()
        return Response(_shown(plan, self))


def _shown(plan: BulkPlan, view: Api) -> dict[str, Any]:
    zone = view.member.practice.time_zone
    is_told = plan.kind != BulkPlan.Kind.HEAT or view.member.may_see_clinical
    moves = []
    for row in plan.moves.all():
        at, therapist, room = row.options[0] if row.options else (None, None, None)
        moves.append({
            "appointment": str(row.appointment_id), "from": clock.iso(row.from_at, zone),
            "to": clock.iso(datetime.fromisoformat(at), zone) if at else None, "therapist": therapist, "room": room,
            "why": row.why, "cost_terms": row.cost_terms})
    return {
        "id": str(plan.pk), "kind": plan.kind if is_told else None, "state": plan.state, "problem": plan.problem,
        "visits": plan.visits, "cost": plan.cost, "bound": plan.bound, "gap_percent": plan.gap_percent,
        "optimal": plan.cost is not None and plan.cost == plan.bound, "seconds": plan.seconds,
        "cost_terms": plan.cost_terms, "moves": moves}
