"""New times for many visits at once: asked for, searched, applied and undone as a whole. A row says how far it is.

The search runs in a process of its own (`sessions/bulk_search.py`), started by the worker, or by the request where few
visits are concerned. Nothing moves before a person applies it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clients.contraindications import cautions_for
from clients.limits import bodies_of
from practice import audit, clock
from practice.access import Actor
from practice.clock import minute_of
from practice.models import Closure, Membership, Practice, Room, TimeOff
from practice.refusals import BadInput, Refusal, WrongState
from sessions.apart import STAYS, Wish, others_for
from sessions.availability import Window
from sessions.away import hot_hours, in_hot_hours, in_time_off, on_closed_days, outside_hours
from sessions.bulk_optimum import Found, Question
from sessions.bulk_search import SearchFailed, search_least
from sessions.disturbance import WEIGHTS, Choices, choices_for, said_changes, why_not
from sessions.leaving import let_clients_follow, let_clients_return, may_only_go_to, visits_handed_over
from sessions.models import Appointment, BulkMove, BulkPlan
from sessions.moving import Move, NothingMoved, move_all, undo_together
from sessions.objections import refuse_unless_clinical
from sessions.rescheduling import PlanStale

log = logging.getLogger(__name__)

SMALL = 12  # visits: as many are searched in the request itself
MOST = 200  # visits in one plan, the earliest first
SECONDS, SMALL_SECONDS = 14.0, 5.0  # in all, reading the diary included
LEAST_SECONDS = 2.0  # for the search itself
SILENT = timedelta(seconds=30)  # a search of which nothing is heard any longer has broken off
UNTAKEN = timedelta(seconds=15)  # after which somebody is told that no worker has taken it up
FRESH = timedelta(minutes=10)  # how long an answer is shown again, where its visits are the same
MOST_DAYS = 14  # of hot hours
TELLS_EVERY = 0.5  # seconds
BROKEN = "The search broke off. Nothing has moved. Search again, or move these visits one by one."
_State = BulkPlan.State
_RELATIONS = ("appointment__client__practice", "appointment__therapist__user", "appointment__room",
              "appointment__service__practice", "appointment__practice", "from_therapist__user")


class NobodyMoves(Refusal):
    """No coming visit lies there."""

    code: ClassVar[str] = "nobody_must_move"
    title: ClassVar[str] = "Nobody has to move"


def heat_scope(*, first: date, last: date, opens: time, closes: time, practice: Practice) -> dict[str, Any]:
    """Hot hours as a plan keeps them; refuses days that have passed, too many of them, and hours that end early."""
    today = clock.wall_of(timezone.now(), practice.time_zone)[0]
    if first < today:
        raise BadInput(f"{clock.said_date(first, today=today)} has passed.", field="first_on")
    if last < first:
        raise BadInput("The last day lies before the first.", field="last_on")
    if (last - first).days >= MOST_DAYS:
        raise BadInput(f"Choose at most {MOST_DAYS} days at once.", field="last_on")
    if closes <= opens:
        raise BadInput("The hours end before they begin.", field="until")
    return {"first_on": first.isoformat(), "last_on": last.isoformat(), "from": f"{opens:%H:%M}",
            "until": f"{closes:%H:%M}"}


def visits_of(*, practice: Practice, kind: str, scope: dict[str, Any]) -> list[Appointment]:
    """The coming visits a plan of this kind is about, by start, as they stand now."""
    return _VISITS[kind](practice, scope)[:MOST]


def start_replan(*, by: Actor, kind: str, scope: dict[str, Any], is_now: bool = False) -> BulkPlan:
    """Ask for new times for all visits concerned; nothing moves. Refuses where nobody has to move.

    With `is_now`, few visits are searched at once, in this call; else a worker takes it up.
    """
    if kind == BulkPlan.Kind.HEAT:
        refuse_unless_clinical(by)
    count = len(visits_of(practice=by.practice, kind=kind, scope=scope))
    if not count:
        raise NobodyMoves("No coming visit lies there, so nobody has to move.")
    plan = BulkPlan.objects.create(practice=by.practice, kind=kind, scope=scope, visits=count,
                                   made_by_name=by.name[:120])
    audit.record(by=by, verb="new_times_asked", subject=plan, visits=count)
    if is_now and count <= SMALL:
        search(plan.pk, seconds=SMALL_SECONDS)
        plan.refresh_from_db()
    else:
        transaction.on_commit(lambda: _wake(plan.pk), robust=True)
    return plan


def current_replan(*, by: Actor, kind: str, scope: dict[str, Any]) -> BulkPlan | None:
    """The plan somebody who asks again is shown: under way, found just now for these very visits, or just applied.

    Where nobody has to move, and nothing can be undone any more, None; else a new one.
    """
    visits = {v.pk: v.version for v in visits_of(practice=by.practice, kind=kind, scope=scope)}
    last = BulkPlan.objects.visible_to(by).filter(kind=kind, scope=scope).first()
    if last:
        last = heard(last)
    if last and last.state in (_State.QUEUED, _State.SOLVING):
        return last
    if last and last.state == _State.READY and last.created_at > timezone.now() - FRESH and visits == dict(
            last.moves.values_list("appointment_id", "version")):
        return last
    if last and last.applied_at and (not visits or last.applied_at > timezone.now() - FRESH) and can_be_undone(last):
        return last
    if visits:
        return start_replan(by=by, kind=kind, scope=scope, is_now=True)
    return None


def heard(plan: BulkPlan) -> BulkPlan:
    """The plan, broken off where nothing has been heard of its search for half a minute."""
    silent = BulkPlan.objects.filter(pk=plan.pk, state=_State.SOLVING, heard_at__lt=timezone.now() - SILENT)
    if silent.update(state=_State.FAILED, problem=BROKEN):
        plan.refresh_from_db()
    return plan


def is_untaken(plan: BulkPlan) -> bool:
    """Whether it has been waiting for a worker longer than a worker takes."""
    return plan.state == _State.QUEUED and plan.created_at < timezone.now() - UNTAKEN


def stop_search(*, plan: BulkPlan) -> None:
    """Take what there is: the search ends within a second, and its best answer so far counts."""
    BulkPlan.objects.filter(pk=plan.pk, state__in=(_State.QUEUED, _State.SOLVING)).update(is_stopped=True)


def search(pk: UUID, *, seconds: float = SECONDS) -> None:
    """Search the new times of a plan that waits for it; one that is searched already, or done, is left alone."""
    if not BulkPlan.objects.filter(pk=pk, state=_State.QUEUED).update(state=_State.SOLVING, heard_at=timezone.now()):
        return
    began, plan = monotonic(), BulkPlan.objects.select_related("practice").get(pk=pk)
    try:
        visits = visits_of(practice=plan.practice, kind=plan.kind, scope=plan.scope)
        choices = _with_decisions(choices_for(
            plan.practice, visits, hot=_hot(plan), only=may_only_go_to(plan)))
        wishes = tuple(choice.as_wish() for choice in choices)
        question = Question(wishes, WEIGHTS.unplaced, max(LEAST_SECONDS, seconds - (monotonic() - began)))
        found = search_least(question, tell=_Teller(plan), is_stopped=BulkPlan.objects.filter(
            pk=pk, is_stopped=True).exists)
        _keep(plan, choices, wishes, found)
        return
    except SearchFailed as failed:
        log.error("new times %s: %s", pk, failed)
    except Exception:  # whatever it was: the row must not wait for it for ever
        log.exception("new times %s could not be searched", pk)
    BulkPlan.objects.filter(pk=pk, state=_State.SOLVING).update(state=_State.FAILED, problem=BROKEN)


def apply_replan(*, plan: BulkPlan, by: Actor, moves: Sequence[Move] | None = None,
                 leaving: Collection[UUID] = ()) -> BulkPlan:
    """Make the moves somebody chose (by default what was found), all or none, against the diary as it is now.

    `plan_stale` names each visit that cannot, in `rows`, and why. Visits in `leaving` are left as they are. Who has no
    new time rises on Today. Each client gets one message.
    """
    try:
        with transaction.atomic():
            plan = _locked(plan)
            if plan.state not in (_State.READY, _State.STALE):
                raise WrongState(f"This is “{plan.get_state_display().lower()}”; only what was found can be applied.")
            chosen = [move for move in (found_moves(plan) if moves is None else moves)
                      if move.visit.pk not in leaving]
            move_all(moves=chosen, by=by, act=plan.pk)
            plan.state, plan.applied_at = _State.APPLIED, timezone.now()
            if plan.kind == BulkPlan.Kind.LEAVING:
                person, to = _who_leaves(plan)
                plan.scope = plan.scope | {"followed": let_clients_follow(person=person, to=to, by=by)}
            plan.save(update_fields=["state", "applied_at", "scope"])
            audit.record(by=by, verb="new_times_applied", subject=plan, visits=len(chosen))
    except NothingMoved as refused:
        BulkPlan.objects.filter(pk=plan.pk, state=_State.READY).update(state=_State.STALE)
        raise PlanStale(refused.detail, **refused.more) from refused
    return plan


def undo_replan(*, plan: BulkPlan, by: Actor) -> list[Appointment]:
    """Put every moved visit back; possible until the first of them begins, at its old time or its new one.

    Messages that wait are taken back; whoever was told already is told of the old times again, in one message.
    """
    with transaction.atomic():
        plan = _locked(plan)
        if plan.state != _State.APPLIED:
            raise WrongState(f"This is “{plan.get_state_display().lower()}”; only what was applied can be undone.")
        visits = undo_together(practice=plan.practice, act=plan.pk, by=by, is_late=True)
        plan.state, plan.undone_at = _State.UNDONE, timezone.now()
        if plan.kind == BulkPlan.Kind.LEAVING:
            person, to = _who_leaves(plan)
            let_clients_return(person=person, to=to, followed=plan.scope["followed"], by=by)
        plan.save(update_fields=["state", "undone_at"])
        audit.record(by=by, verb="new_times_undone", subject=plan, visits=len(visits))
    return visits


def can_be_undone(plan: BulkPlan) -> bool:
    """Whether everything it moved is still to come."""
    if plan.state != _State.APPLIED:
        return False
    moved = plan.moves.filter(appointment__events__detail__act=str(plan.pk))
    return not any(min(from_at, at) <= timezone.now() for from_at, at in moved.values_list(
        "from_at", "appointment__starts_at"))


def moves_of(plan: BulkPlan) -> list[BulkMove]:
    """Its rows, with what a page reads of each."""
    return list(plan.moves.select_related(*_RELATIONS).prefetch_related("appointment__client__contacts"))


def is_open(move: BulkMove) -> bool:
    """Whether its visit still stands where it stood, so that there is something to decide."""
    visit = move.appointment
    return (visit.status in ("proposed", "booked", "confirmed") and visit.starts_at == move.from_at
            and visit.therapist_id == move.from_therapist_id)


def found_moves(plan: BulkPlan) -> list[Move]:
    """What was found, as moves; visits changed since then are told apart by their version, those gone are left out."""
    rows = [row for row in moves_of(plan) if is_open(row)]
    firsts = [row.options[0] for row in rows if row.options]
    people = Membership.objects.select_related("user", "practice").in_bulk({UUID(who) for _, who, _ in firsts})
    rooms = Room.objects.in_bulk({UUID(where) for _, _, where in firsts})
    moves = []
    for row in rows:
        if not row.options:
            moves.append(Move(row.appointment, row.version))
            continue
        at, who, where = row.options[0]
        moves.append(Move(row.appointment, row.version, datetime.fromisoformat(at).astimezone(UTC), people[UUID(who)],
                          rooms[UUID(where)]))
    return moves


class _Teller:
    """Writes how far a search is into its row, twice a second at most."""

    def __init__(self, plan: BulkPlan) -> None:
        self.rows, self.last = BulkPlan.objects.filter(pk=plan.pk, state=_State.SOLVING), 0.0

    def __call__(self, found: Found) -> None:
        if monotonic() - self.last >= TELLS_EVERY:
            self.last = monotonic()
            self.rows.update(cost=found.cost, bound=found.bound, seconds=found.seconds, heard_at=timezone.now())


def _with_decisions(choices: Sequence[Choices]) -> list[Choices]:
    """Without any new time where booking would be refused until a therapist decides: it takes nobody else's place."""
    bodies = bodies_of({c.visit.client_id: c.visit.client for c in choices}.values())

    def is_barred(visit: Appointment) -> bool:
        check = cautions_for(bodies[visit.client_id], on=visit.wall_date, minutes=visit.minutes)
        return any(r.level in ("stop", "clearance") and not r.regions and r.treatment is None for r in check.reasons)

    return [Choices(c.visit, needs_decision=True) if is_barred(c.visit) else c for c in choices]


def _keep(plan: BulkPlan, choices: Sequence[Choices], wishes: Sequence[Wish], found: Found) -> None:
    """Write down what was found, visit by visit, unless somebody meanwhile gave the search up."""
    names = {str(m.pk): m.name for m in Membership.objects.filter(practice=plan.practice_id).select_related("user")}
    terms: Counter[str] = Counter()
    rows = []
    for i, (choice, place) in enumerate(zip(choices, found.chosen, strict=True)):
        visit = choice.visit
        row = BulkMove(plan=plan, appointment=visit, position=i, version=visit.version, from_at=visit.starts_at,
                       from_therapist=visit.therapist)
        if place == STAYS:
            row.why, row.cost_terms = [why_not(choice)], {"unplaced": WEIGHTS.unplaced}
        else:
            row.why = said_changes(visit, choice.times[place], names)
            row.cost_terms = {name: cost for name, cost in choice.terms_of(place).items() if cost}
            row.options = [[clock.iso(clock.instant_at(o.starts), plan.practice.time_zone), o.therapist, o.room]
                           for o in (choice.times[other] for other in others_for(i, wishes, found.chosen))]
        terms.update(row.cost_terms)
        rows.append(row)
    with transaction.atomic():
        if BulkPlan.objects.filter(pk=plan.pk, state=_State.SOLVING).update(
                state=_State.READY, cost=found.cost, bound=found.bound, seconds=found.seconds, visits=len(rows),
                cost_terms=dict(terms), heard_at=timezone.now()):
            BulkMove.objects.bulk_create(rows)


def _locked(plan: BulkPlan) -> BulkPlan:
    rows = BulkPlan.objects.select_for_update(of=("self",), no_key=True).select_related("practice")
    return rows.get(pk=plan.pk)


def _wake(pk: UUID) -> None:
    from sessions.tasks import search_new_times  # the worker's side imports this one

    search_new_times.delay(str(pk))


def _hot(plan: BulkPlan) -> list[Window]:
    if plan.kind != BulkPlan.Kind.HEAT:
        return []
    return [(minute_of(a), minute_of(b)) for a, b in hot_hours(plan.practice, *_heat_of(plan.scope))]


def _heat_of(scope: dict[str, Any]) -> tuple[date, date, time, time]:
    return (date.fromisoformat(scope["first_on"]), date.fromisoformat(scope["last_on"]),
            time.fromisoformat(scope["from"]), time.fromisoformat(scope["until"]))


def _in_time_off(practice: Practice, scope: dict[str, Any]) -> list[Appointment]:
    row = TimeOff.objects.filter(practice=practice, pk=scope["time_off"]).select_related("practice").first()
    return in_time_off(row) if row else []


def _in_closures(practice: Practice, scope: dict[str, Any]) -> list[Appointment]:
    rows = Closure.objects.filter(practice=practice, last_on__gte=clock.wall_of(timezone.now(), practice.time_zone)[0])
    return on_closed_days(practice, rows.filter(pk=scope["closure"]) if "closure" in scope else rows)


def _who_leaves(plan: BulkPlan) -> tuple[Membership, dict[UUID, Membership]]:
    """Whoever leaves, and whom each client goes to."""
    wanted = {plan.scope["therapist"], *plan.scope["clients"].values()}
    people = {str(row.pk): row for row in Membership.objects.filter(
        practice=plan.practice_id, pk__in=wanted).select_related("practice", "user")}
    return people[plan.scope["therapist"]], {UUID(c): people[to] for c, to in plan.scope["clients"].items()}


def _handed_over(practice: Practice, scope: dict[str, Any]) -> list[Appointment]:
    row = Membership.objects.filter(practice=practice, pk=scope["therapist"]).select_related("practice", "user").first()
    return visits_handed_over(row, scope) if row else []


def _outside_hours(practice: Practice, scope: dict[str, Any]) -> list[Appointment]:
    row = Membership.objects.filter(practice=practice, pk=scope["therapist"]).select_related("practice", "user").first()
    return outside_hours(row) if row else []


_VISITS: dict[str, Callable[[Practice, dict[str, Any]], list[Appointment]]] = {
    "time_off": _in_time_off, "closure": _in_closures, "closed_days": _in_closures, "hours": _outside_hours,
    "leaving": _handed_over,
    "heat": lambda practice, scope: in_hot_hours(practice, *_heat_of(scope)),
}
