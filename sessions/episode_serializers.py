"""Shapes of episodes and plans over HTTP."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from clients.models import Episode, EpisodeStep
from practice import clock
from practice.api import Day, Owned, PlainText, WallTime
from practice.models import Membership
from sessions.holds import Effect
from sessions.models import CheckIn, Hold, Plan, PlanMove


class ReportSerializer(serializers.Serializer[Any]):
    """What is reported: since when, fever or not, whether heat, effort or stress brought it on, in whose words.
    `confirmed` holds visits at once, for owners and therapists; `on_word_of` says on whose word (the MS team, a doctor,
    the client's report)."""

    kind = serializers.ChoiceField(choices=Episode.Kind.choices)
    status = serializers.ChoiceField(choices=["suspected", "confirmed"], default="suspected")
    onset_on = Day(required=False, help_text="Today, where it is not said.")
    fever_or_infection = serializers.BooleanField(default=None, allow_null=True)
    heat_or_strain = serializers.BooleanField(default=None, allow_null=True)
    steroids_until = Day(required=False, allow_null=True)
    doctor_contacted_on = Day(required=False, allow_null=True)
    expected_return_on = Day(required=False, allow_null=True)
    symptoms = PlainText(max_length=2000, required=False)
    on_word_of = PlainText(max_length=120, required=False)


class StatusSerializer(serializers.Serializer[Any]):
    """The next step of an episode, `on` a day, today by default; an episode never goes back. `kind` says what it turned
    out to be, until it is confirmed."""

    status = serializers.ChoiceField(choices=["confirmed", "recovering", "resolved", "not_a_relapse"])
    on = Day(required=False, allow_null=True)
    note = PlainText(max_length=2000, required=False)
    on_word_of = PlainText(max_length=120, required=False)
    kind = serializers.ChoiceField(choices=Episode.Kind.choices, required=False)


class FactsSerializer(serializers.Serializer[Any]):
    """What is known of an open episode by now; what is left out stays as it is, null is not known."""

    kind = serializers.ChoiceField(choices=Episode.Kind.choices, required=False)
    fever_or_infection = serializers.BooleanField(required=False, allow_null=True)
    heat_or_strain = serializers.BooleanField(required=False, allow_null=True)
    steroids_until = Day(required=False, allow_null=True)
    doctor_contacted_on = Day(required=False, allow_null=True)
    expected_return_on = Day(required=False, allow_null=True)


class KeptSerializer(serializers.Serializer[Any]):
    """A visit that stays where it is, and why."""

    appointment = serializers.UUIDField()
    why = serializers.CharField()


class QueuedSerializer(serializers.Serializer[Any]):
    """A message that was queued."""

    id = serializers.UUIDField()
    kind = serializers.CharField()


class EffectSerializer(serializers.Serializer[Effect]):
    """An episode, and what its step did to the diary: visits put on hold, kept and why, given back; messages queued."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Episode.Kind.choices)
    status = serializers.ChoiceField(choices=Episode.Status.choices)
    onset_on = serializers.DateField()
    hold_until = serializers.DateField(allow_null=True)
    review_on = serializers.DateField(allow_null=True)
    held = serializers.ListField(child=serializers.UUIDField())
    kept = KeptSerializer(many=True)
    restored = serializers.ListField(child=serializers.UUIDField())
    messages = QueuedSerializer(many=True)

    def to_representation(self, effect: Effect) -> dict[str, Any]:
        episode = effect.episode
        return {
            "id": str(episode.pk), "kind": episode.kind, "status": episode.status, "onset_on": _day(episode.onset_on),
            "hold_until": _day(episode.hold_until), "review_on": _day(episode.review_on),
            "held": [str(visit.pk) for visit in effect.held],
            "kept": [{"appointment": str(visit.pk), "why": why} for visit, why in effect.kept],
            "restored": [str(visit.pk) for visit in effect.restored],
            "messages": [{"id": str(message.pk), "kind": message.kind} for message in effect.messages]}


class StepSerializer(serializers.ModelSerializer[EpisodeStep]):
    """One step of an episode's course."""

    by = serializers.CharField(source="by_name")

    class Meta:
        model = EpisodeStep
        fields = ["at", "on", "status", "by", "note"]


class HoldSerializer(serializers.ModelSerializer[Hold]):
    """One visit an episode put on hold, and what became of it; an empty outcome awaits review."""

    class Meta:
        model = Hold
        fields = ["appointment", "outcome", "began_at", "ended_at"]


class CheckInSerializer(serializers.ModelSerializer[CheckIn]):
    """One question how it is, and its answer; an empty one waits."""

    by = serializers.CharField(source="by_name")

    class Meta:
        model = CheckIn
        fields = ["asked_for", "answered_at", "answer", "words", "by"]


class EpisodeSerializer(serializers.ModelSerializer[Episode]):
    """An episode as recorded: what, since when, on whose word, until when it holds visits."""

    class Meta:
        model = Episode
        fields = ["id", "client", "kind", "status", "onset_on", "reported_by", "symptoms", "fever_or_infection",
                  "heat_or_strain", "steroids_until", "doctor_contacted_on", "expected_return_on", "confirmed_on",
                  "confirmed_on_word_of", "hold_until", "review_on", "ended_on", "map_taken_on", "version"]


class OneEpisodeSerializer(EpisodeSerializer):
    """An episode with its course and what it holds."""

    steps = StepSerializer(many=True, read_only=True)
    holds = HoldSerializer(many=True, read_only=True)
    check_ins = CheckInSerializer(many=True, read_only=True)

    class Meta(EpisodeSerializer.Meta):
        fields = [*EpisodeSerializer.Meta.fields, "steps", "holds", "check_ins"]


class PlanQuestionSerializer(serializers.Serializer[Any]):
    """How visits on hold come back: from which day (default: the expected return, else the day after the hold), by
    which policy, with how many minutes each (default: as before)."""

    return_on = Day(required=False, allow_null=True)
    policy = serializers.ChoiceField(choices=Plan._meta.get_field("policy").flatchoices, default="append")
    minutes = serializers.IntegerField(min_value=5, max_value=480, required=False, allow_null=True)
    interval_days = serializers.IntegerField(
        min_value=1, max_value=180, required=False, allow_null=True,
        help_text="Days between two visits, where it is not to be the usual rhythm.")


class ChangeSerializer(serializers.Serializer[Any]):
    """One visit of a plan: `to` an open time (perhaps with a therapist), or null to leave it on hold; `chosen: false`
    lets go of what was chosen for it before."""

    appointment = serializers.UUIDField()
    to = WallTime(required=False, allow_null=True)
    therapist = Owned(Membership, where={"is_therapist": True, "is_active": True}, required=False, allow_null=True)
    chosen = serializers.BooleanField(default=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["chosen"] and "to" not in attrs:
            raise serializers.ValidationError({"to": "Give an open time, or null to leave the visit on hold."})
        return attrs


class MoveOfPlanSerializer(serializers.Serializer[PlanMove]):
    """One visit of a plan at its new time, with its own part of the cost, and why; `chosen` by a person, and whether it
    `suits` once the client was asked (null: not answered)."""

    appointment = serializers.UUIDField()
    therapist = serializers.UUIDField()
    room = serializers.UUIDField()
    minutes = serializers.IntegerField()
    why = serializers.ListField(child=serializers.CharField())
    cost_terms = serializers.DictField(child=serializers.IntegerField())
    chosen = serializers.BooleanField()
    suits = serializers.BooleanField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.DateTimeField(), "to": serializers.DateTimeField(), **super().get_fields()}


class PlanSerializer(serializers.Serializer[Plan]):
    """A plan; a proposal reserves nothing unless it was sent to the client. `cost_terms` add up to `cost`. `unplaced`
    visits stay on hold, unless the policy lets them go. A changed plan `replaces` another."""

    id = serializers.UUIDField()
    client = serializers.UUIDField()
    episode = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(choices=Plan.Status.choices)
    policy = serializers.ChoiceField(choices=Plan._meta.get_field("policy").flatchoices)
    return_on = serializers.DateField()
    minutes = serializers.IntegerField(allow_null=True)
    interval_days = serializers.IntegerField(allow_null=True, help_text="The rhythm it was made for.")
    optimal = serializers.BooleanField()
    cost = serializers.IntegerField()
    cost_terms = serializers.DictField(child=serializers.IntegerField())
    moves = MoveOfPlanSerializer(many=True)
    unplaced = KeptSerializer(many=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    replaces = serializers.UUIDField(allow_null=True)
    sent_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField(allow_blank=True)
    applied_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, plan: Plan) -> dict[str, Any]:
        zone = plan.practice.time_zone
        moves = list(plan.moves.select_related("appointment"))
        lapsed = plan.status == Plan.Status.PROPOSED and plan.expires_at <= timezone.now()
        return {
            "id": str(plan.pk), "client": str(plan.client_id),
            "episode": str(plan.episode_id) if plan.episode_id else None,
            "status": Plan.Status.EXPIRED.value if lapsed else plan.status, "policy": plan.policy,
            "return_on": _day(plan.return_on), "minutes": plan.minutes,
            "interval_days": plan.interval_days, "optimal": plan.is_optimal, "cost": plan.cost,
            "cost_terms": plan.cost_terms, "moves": [_move(move, zone) for move in moves if move.starts_at],
            "unplaced": [{"appointment": str(move.appointment_id), "why": "; ".join(move.why)}
                         for move in moves if move.starts_at is None],
            **{name: _at(getattr(plan, name), zone)
               for name in ("created_at", "expires_at", "sent_at", "answered_at", "applied_at", "undone_at")},
            "replaces": str(plan.replaces_id) if plan.replaces_id else None, "answer": plan.answer}


def _move(move: PlanMove, zone: str) -> dict[str, Any]:
    return {
        "appointment": str(move.appointment_id), "from": _at(move.from_at, zone), "to": _at(move.starts_at, zone),
        "therapist": str(move.therapist_id), "room": str(move.room_id), "minutes": move.minutes, "why": move.why,
        "cost_terms": move.cost_terms, "chosen": move.is_chosen, "suits": move.suits}


def _day(on: Any) -> str | None:
    return on.isoformat() if on else None


def _at(instant: Any, zone: str) -> str | None:
    return clock.iso(instant, zone) if instant else None
