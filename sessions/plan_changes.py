"""A single move of a plan changed by a person: what else it could be and what that costs, and the rest placed anew.

Each change is a plan of its own, in the place of the one it changes; what was chosen before stays chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from clients.episodes import today_in
from practice import clock
from practice.access import Actor
from practice.clock import instant_at, minute_of
from practice.models import Membership
from practice.refusals import BadInput, WrongState
from sessions import planning
from sessions.diary import lock_diary
from sessions.models import Plan, PlanMove
from sessions.planning import Candidate
from sessions.proposals import ChosenTimesRefused, Question, TimeNotOpen, place_anew, question_of
from sessions.rescheduling import refuse_if_stale

OFFERED = 6  # other times shown for a visit
LOOKED_AT = 14  # open days around the proposed one that are priced
APART = 60  # minutes between two times of one day worth showing both

Wish = tuple[int, str | None]  # a start as epoch minute, and with whom where that was chosen


@dataclass(frozen=True, slots=True)
class Option:
    """Another time for one visit: what the plan then costs more (or less), and how many other visits it moves."""

    starts_at: datetime
    therapist: Membership
    more: int
    others: int


def change_plan(*, plan: Plan, appointment: UUID, by: Actor, to: datetime | None = None,
                therapist: Membership | None = None, is_chosen: bool = True) -> Plan:
    """Fix one visit of a proposal to an open time, or leave it on hold (None), and place the others anew around it.

    Without `is_chosen`, the choice made before for this visit is let go of. Answers the new plan. Refuses a plan that
    waits for the client's answer, a visit it does not hold, a time that is not open, and times that cannot stand
    together.
    """
    with transaction.atomic():
        plan, moves = _fresh(plan)
        if plan.sent_at and not plan.answered_at:
            raise WrongState(f"{plan.client.name} was asked about these times. Take the plan back, then change it.")
        if str(appointment) not in {str(move.appointment_id) for move in moves}:
            raise BadInput("This visit is not in the plan.", field="appointment")
        if not is_chosen:
            return _anew(plan, moves, by, dropped=str(appointment))
        wish = (minute_of(to), str(therapist.pk) if therapist else None) if to else None
        return _anew(plan, moves, by, {str(appointment): wish})


def plan_rest_anew(*, plan: Plan, by: Actor) -> Plan:
    """After the client's answer: what suits stays chosen, what does not gets another time."""
    with transaction.atomic():
        plan, moves = _fresh(plan)
        if not plan.answered_at:
            raise WrongState("Nobody has said that a time of this plan does not suit.")
        return _anew(plan, moves, by)


def options_for(plan: Plan, appointment: UUID) -> list[Option]:
    """The next best open times for one visit of a proposal, by their time; the present one is not among them."""
    assert plan.episode
    moves = list(plan.moves.select_related("appointment"))
    is_gentle = any(move.minutes and move.minutes < move.appointment.minutes for move in moves)
    question = question_of(plan.episode, _first_day(plan), plan.policy, plan.minutes, avoids=plan.avoids,
                           interval_days=plan.interval_days, is_gentle=is_gentle)
    now = next(move for move in moves if move.appointment_id == appointment)
    try:
        chosen = {visit: question.slot(visit, wish) for visit, wish in _chosen(plan, moves).items()}
    except TimeNotOpen:
        return []
    found = []
    for slot in _near(question, now):
        try:
            answer = question.answer(chosen | {str(appointment): slot})
        except ChosenTimesRefused:
            continue
        found.append(Option(instant_at(slot.starts), question.who[UUID(slot.therapist)], answer.cost - plan.cost,
                            _moved_beside(answer, moves, str(appointment))))
    best = sorted(found, key=lambda option: (option.more, option.others, option.starts_at))[:OFFERED]
    return sorted(best, key=lambda option: option.starts_at)


def _fresh(plan: Plan) -> tuple[Plan, list[PlanMove]]:
    """The plan and its moves under the client's lock; refuses one that is over or was made for another diary."""
    lock_diary([], [], [plan.client])
    plan = Plan.objects.select_for_update(of=("self",), no_key=True).select_related(
        "client__practice", "practice", "episode__client__practice").get(pk=plan.pk)
    refuse_if_stale(plan)
    return plan, list(plan.moves.all())


def _anew(plan: Plan, moves: Sequence[PlanMove], by: Actor, wished: Mapping[str, Wish | None] | None = None,
          dropped: str = "") -> Plan:
    assert plan.episode
    chosen = {visit: wish for visit, wish in {**_chosen(plan, moves), **(wished or {})}.items() if visit != dropped}
    refused = [minute_of(move.starts_at) for move in moves if move.suits is False and move.starts_at]
    return place_anew(plan.episode, by, _first_day(plan), plan.policy, plan.minutes, chosen=chosen,
                      interval_days=plan.interval_days, avoids=sorted({*plan.avoids, *refused}), replaces=plan)


def _chosen(plan: Plan, moves: Sequence[PlanMove]) -> dict[str, Wish | None]:
    """What a person chose in this plan, and what the client said suits."""
    return {str(m.appointment_id): (minute_of(m.starts_at), str(m.therapist_id)) if m.starts_at else None
            for m in moves if m.suits or (m.is_chosen and m.suits is None)}


def _first_day(plan: Plan) -> date:
    """The return day; what was proposed before midnight goes on from today."""
    return max(plan.return_on, today_in(plan.client))


def _near(question: Question, now: PlanMove) -> list[Candidate]:
    """Open slots of a visit worth pricing: the best time of the days nearest to its present one, two where far apart.

    Of a visit without a place, the days nearest to the return.
    """
    visit = next(v for v in question.wanted if v.id == str(now.appointment_id))
    present = (minute_of(now.starts_at), str(now.therapist_id)) if now.starts_at else None
    around = clock.wall_of(now.starts_at, now.appointment.time_zone)[0] if now.starts_at else question.terms.return_on
    usual = visit.wall_time.hour * 60 + visit.wall_time.minute
    by_day: dict[date, list[Candidate]] = {}
    for slot in question.openings[visit.id].candidates():
        if (slot.starts, slot.therapist) != present and not question.why_not(slot.on):
            by_day.setdefault(slot.on, []).append(slot)
    days = sorted(by_day, key=lambda on: (abs((on - around).days), on))[:LOOKED_AT]
    found = []
    for on in days:
        first, *others = sorted(by_day[on], key=lambda slot: (
            slot.therapist != visit.therapist, abs(slot.at.hour * 60 + slot.at.minute - usual), slot.starts))
        apart = [slot for slot in others if abs(slot.starts - first.starts) >= APART]
        found += [first, *apart[:1]]
    return found


def _moved_beside(answer: planning.Proposal, moves: Sequence[PlanMove], visit: str) -> int:
    """How many other visits would stand elsewhere than now."""
    then = {move.visit: (move.candidate.starts, move.candidate.therapist) for move in answer.moves}
    return sum(then.get(str(m.appointment_id)) != (
        (minute_of(m.starts_at), str(m.therapist_id)) if m.starts_at else None)
        for m in moves if str(m.appointment_id) != visit)
