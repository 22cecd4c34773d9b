"""Plans for the return: applied in one act, undone in one act, against the diary as it is at that moment.

How a plan is made stands in `sessions/proposals.py`, how a client is asked about it in `sessions/sending.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.episodes import holding
from practice import audit, clock, links, outbox
from practice.access import Actor
from practice.clock import minute_of
from practice.composed import ComposedRows, write_fields
from practice.models import Message
from practice.refusals import Refusal, WrongState, refuse_all
from sessions import freed, plan_letters, reminders, reserved
from sessions.clashes import nearest_open
from sessions.diary import SlotTaken, fresh_all, lock_diary, log_steps, write_visit
from sessions.models import Appointment, Hold, Plan, PlanMove
from sessions.objections import against_the_body
from sessions.proposals import NothingToPlan, diary_print, propose_plan
from sessions.reserved import CHANGED, lapse_expired
from sessions.restoring import end_holds
from sessions.wished import Wish, read
from sessions.work import windows_of

__all__ = ["NothingToPlan", "PlanStale", "UndoConflict", "apply_plan", "propose_plan", "undo_plan"]

_STANDS = (Appointment.Status.BOOKED, Appointment.Status.CONFIRMED)


class PlanStale(Refusal):
    """The diary changed since the plan was made; nothing was moved. `lost` is a move whose new time is gone."""

    code: ClassVar[str] = "plan_stale"
    title: ClassVar[str] = "The diary changed meanwhile"
    lost: PlanMove | None = None


class UndoConflict(Refusal):
    """A moved visit was changed since, or has begun; nothing was undone."""

    code: ClassVar[str] = "undo_conflict"
    title: ClassVar[str] = "This cannot be taken back as a whole"


def apply_plan(*, plan: Plan, by: Actor, is_answer: bool = False) -> Plan:
    """Make every move of the plan, or none: `plan_stale` if the client's visits or a wished time changed.

    Visits the policy lets go are cancelled; visits that found no place stay on hold, and so do those of which the
    client said that the new time does not suit. A plan that was sent is applied at the times it keeps. The client's
    own yes (`is_answer`) is refused where the plan does not wait for one any more.
    """
    try:
        with transaction.atomic():
            plan, moves = locked(plan)
            refuse_if_stale(plan)
            if is_answer and not plan.is_sent:
                raise WrongState(_("These times were taken back. We will write to you with others."))
            refuse_closed(plan, moves)
            refuse_emergencies(plan, moves, by)
            plan.status, plan.applied_at = Plan.Status.APPLIED, timezone.now()
            plan.answered_at = plan.applied_at if is_answer else plan.answered_at
            write_fields(plan, ["status", "applied_at", "answered_at"])
            _make(moves, plan, by)
            audit.record(by=by, verb="plan_applied", subject=plan)
            outbox.cancel_messages(subject_id=plan.pk, kinds=["plan-to-accept"], why="The plan was applied.")
            reminders.tell_plan(plan, "plan-applied")
    except PlanStale as stale:
        end_stale(plan, stale, by)
        raise
    return plan


def undo_plan(*, plan: Plan, by: Actor) -> Plan:
    """Put every moved visit back as it was before the plan; `undo_conflict` names what changed since.

    Possible until the first moved visit begins. A visit the client confirmed meanwhile is put back too.
    """
    with transaction.atomic():
        plan, moves = locked(plan)
        if plan.status != Plan.Status.APPLIED:
            raise WrongState(f"This plan is “{plan.get_status_display().lower()}”; only an applied one can be undone.")
        if plan.client.archived_at:
            raise UndoConflict(f"{plan.client.name} is in the archive. Put them back on the list first.")
        made = [move for move in moves if move.before]
        first = min((move.starts_at for move in made if move.starts_at), default=None)
        if first and first <= timezone.now():
            raise UndoConflict(f"The first moved visit began {clock.said(first, plan.client.practice.time_zone)}.")
        changed = [move.appointment for move in made if not _is_as_planned(move)]
        if changed:
            raise _conflict([move for move in made if move.appointment in changed], by)
        _unmake(made, plan, by)
        plan.status, plan.undone_at = Plan.Status.UNDONE, timezone.now()
        plan.save(update_fields=["status", "undone_at"])
        audit.record(by=by, verb="plan_undone", subject=plan)
        _correct_messages(plan)
    return plan


_moves_of = ComposedRows(lambda plan: PlanMove.objects.filter(plan=plan).select_related(
    "appointment__therapist", "appointment__room", "therapist__user", "room"))
_locked_plan = ComposedRows(lambda plan: Plan.objects.select_for_update(of=("self",), no_key=True).select_related(
    "client__practice", "practice").filter(pk=plan))


def locked(plan: Plan) -> tuple[Plan, list[PlanMove]]:
    """The plan and its moves, fresh, with every therapist, room and the client locked in the house's order."""
    before = _moves_of(plan.pk)
    therapists = {m.appointment.therapist for m in before} | {m.therapist for m in before if m.therapist}
    rooms = {m.appointment.room for m in before} | {m.room for m in before if m.room}
    lock_diary(therapists, rooms, [plan.client])
    moves = _moves_of(plan.pk)  # what the client answered while we waited
    visits = fresh_all([move.appointment_id for move in moves])
    for move in moves:
        move.appointment = visits[move.appointment_id]
    return _locked_plan(plan.pk)[0], moves


def refuse_if_stale(plan: Plan) -> None:
    """Refuse a plan that is over, has run out, or was made for another diary; a sent one keeps its own times."""
    if plan.status in (Plan.Status.APPLIED, Plan.Status.UNDONE):
        raise WrongState(f"This plan is “{plan.get_status_display().lower()}” already.")
    if plan.status != Plan.Status.PROPOSED:
        raise PlanStale(f"This plan is “{plan.get_status_display().lower()}”. Make a new one.")
    if plan.expires_at <= timezone.now():
        said = "was not answered in time" if plan.sent_at else "is older than a day"
        raise PlanStale(f"This plan {said}. Make a new one.", expired=True)
    if not plan.sent_at and plan.diary_print != diary_print(plan.client):
        raise PlanStale(f"{plan.client.name}'s visits changed since this plan was made. Make a new one.")


def refuse_closed(plan: Plan, moves: list[PlanMove]) -> None:
    """Hours, rooms, people and other episodes may have changed since: every new time must still be open."""
    practice = plan.client.practice
    placed = [(move, move.new_start) for move in moves if move.new_start]
    if not placed:
        return
    days = sorted(clock.wall_of(at, practice.time_zone)[0] for _, at in placed)
    windows = windows_of(practice, [move.therapist_id for move, _ in placed if move.therapist_id], days[0], days[-1])
    holds = [e for e in holding([plan.client], days[0], days[-1]).get(plan.client_id, []) if e.pk != plan.episode_id]
    for move, at in placed:
        assert move.therapist and move.room and move.minutes
        service, on = move.appointment.service, clock.wall_of(at, practice.time_zone)[0]
        begin = minute_of(at) - service.buffer_before
        end = minute_of(at) + move.minutes + service.buffer_after
        is_open = any(opens <= begin and end <= closes for opens, closes in windows[move.therapist.pk])
        is_held = any(e.confirmed_on <= on < e.hold_until for e in holds)
        in_use = move.therapist.is_active and move.therapist.is_therapist and move.room.is_active
        if at <= timezone.now() or not is_open or is_held or not in_use:
            raise _lost(move, f"{clock.said(at, practice.time_zone)} is not open any more.")


def refuse_emergencies(plan: Plan, moves: list[PlanMove], by: Actor) -> None:
    """An emergency stands against any visit, whoever places it; the plan stays as it is."""
    reading = read(plan.client)
    for move in moves:
        if move.new_start and move.therapist and move.minutes:
            wish = Wish(plan.client, move.therapist, move.appointment.service, move.new_start, move.minutes, by, "",
                        reading=reading)
            refuse_all([r for r in against_the_body(wish) if getattr(r, "is_emergency", False)])


def end_stale(plan: Plan, stale: PlanStale, by: Actor) -> None:
    """A plan that could not be applied is over: what it kept is free again. Times near the one it lost are told."""
    status = Plan.Status.EXPIRED if "expired" in stale.more else Plan.Status.STALE
    with transaction.atomic():
        lock_diary([], [], [plan.client])
        plan = Plan.objects.select_for_update(of=("self",), no_key=True).select_related(
            "client__practice", "practice").get(pk=plan.pk)
        if plan.is_sent:
            reserved.withdraw(plan, becomes=status, by=by)
        elif plan.status == Plan.Status.PROPOSED:
            Plan.objects.filter(pk=plan.pk).update(status=status)
    if stale.lost and stale.lost.starts_at:
        _add_nearest(stale, stale.lost, by)


def _lost(move: PlanMove, words: str) -> PlanStale:
    stale = PlanStale(f"{words} Make a new plan.", appointment=str(move.appointment_id))
    stale.lost = move
    return stale


def _add_nearest(stale: PlanStale, move: PlanMove, by: Actor) -> None:
    """The open times nearest to the one that is gone, with the same therapist."""
    assert move.starts_at and move.therapist and move.minutes
    visit, zone = move.appointment, move.appointment.practice.time_zone
    wish = Wish(visit.client, move.therapist, visit.service, move.starts_at, move.minutes, by, "", (visit.pk,))
    stale.more["nearest"] = nearest_open(wish, 3)
    if said := _said(stale.more["nearest"], zone):
        stale.detail += f" Near it are open: {said}."


def _said(starts: list[str], zone: str) -> str:
    return ", ".join(clock.said(datetime.fromisoformat(start), zone) for start in starts)


def _conflict(moves: list[PlanMove], by: Actor) -> UndoConflict:
    """Which visits changed since, and what is open near the times an undo would have given back to them."""
    visits = [move.appointment for move in moves]
    nearest, zone = {}, visits[0].practice.time_zone
    for move, visit in zip(moves, visits, strict=True):
        old = Wish(visit.client, visit.therapist, visit.service, move.from_at, int(move.before["minutes"]), by, "",
                   (visit.pk,))
        nearest[str(visit.pk)] = nearest_open(old, 3)
    free = "; ".join(f"near {clock.said(move.from_at, zone)}: {_said(nearest[str(move.appointment_id)], zone)}"
                     for move in moves if nearest[str(move.appointment_id)])
    return UndoConflict(f"Changed since the plan: {', '.join(v.said for v in visits)}. Change these by hand."
                        + (f" Open {free}." if free else ""),
                        appointments=[str(v.pk) for v in visits], nearest=nearest)


def _make(moves: list[PlanMove], plan: Plan, by: Actor) -> None:
    """Move every held visit to its new time, or let it go; one that found no place stays on hold.

    An overlap the database refuses makes the plan stale.
    """
    holds = open_holds(moves)
    let_expired_go(plan, moves)
    moved, let_go = [], []
    for move in moves:
        visit = move.appointment
        if move.new_start is not None:
            if not visit.reserved_by_id:
                keep_before(move, holds)
            place(move, Appointment.Status.BOOKED)
            moved.append(visit)
        elif move.starts_at is None and plan.lets_go(visit) and not move.is_chosen:
            keep_before(move, holds)
            visit.status, visit.cancel_reason = Appointment.Status.CANCELLED, Appointment.Reason.OTHER
            visit.version += 1
            write_visit(visit, fields=["status", "cancel_reason", "version"])
            let_go.append(visit)
    for move in moves:
        write_fields(move, ["before"])
    end_holds(moved, Hold.Outcome.PLANNED)
    end_holds(let_go, Hold.Outcome.CANCELLED)
    log_steps([(visit, {"plan": str(plan.pk), "at": visit.said}) for visit in moved], "moved", by)
    log_steps([(visit, {"plan": str(plan.pk)}) for visit in let_go], "let-go", by)
    reminders.remind_of(moved)


def open_holds(moves: list[PlanMove]) -> dict[UUID, UUID]:
    """The open hold of each visit that has one."""
    return dict(Hold.objects.filter(appointment__in=[m.appointment_id for m in moves], outcome="").values_list(
        "appointment_id", "pk"))


def keep_before(move: PlanMove, holds: dict[UUID, UUID]) -> None:
    """Write down what an undo puts back; a visit that is not on hold any more makes the plan stale."""
    visit = move.appointment
    if visit.status != Appointment.Status.HELD:
        raise PlanStale(f"{visit.said} is not on hold any more. Make a new plan.")
    move.before = reserved.stands_before(visit) | {"hold": str(holds[visit.pk])}


def let_expired_go(plan: Plan, moves: list[PlanMove]) -> None:
    """What was asked for and ran out makes way from the first new time to the last; before any of them is placed."""
    starts = [move.new_start for move in moves if move.new_start and not move.appointment.reserved_by_id]
    if starts:
        lapse_expired(plan.client.practice, min(starts) - timedelta(days=1), max(starts) + timedelta(days=1))


def place(move: PlanMove, status: str, *, by_plan: Plan | None = None) -> None:
    """Put a visit at its new time, with the breaks of its service around it; `by_plan`: kept until that runs out."""
    assert move.starts_at and move.therapist and move.room and move.minutes
    visit = move.appointment
    visit.expires_at = by_plan.expires_at if by_plan else None
    is_there = visit.reserved_by_id is not None
    visit.reserved_by, visit.status = by_plan, status
    visit.version += 1
    if not is_there:
        visit.therapist, visit.room, visit.minutes = move.therapist, move.room, move.minutes
        visit.buffer_before, visit.buffer_after = visit.service.buffer_before, visit.service.buffer_after
        visit.wants_other_time = False
        visit.set_time(move.starts_at, visit.client.practice.time_zone)
        visit.sequence += 1
    try:
        write_visit(visit, fields=[*CHANGED, "reserved_by", "version", "sequence"])
    except SlotTaken as taken:
        raise _lost(move, f"{visit.said} was taken meanwhile.") from taken


def _is_as_planned(move: PlanMove) -> bool:
    """Whether a visit still stands as the plan left it; that the client confirmed it is no change."""
    visit = move.appointment
    if move.starts_at is None:
        return visit.status == Appointment.Status.CANCELLED
    return visit.status in _STANDS and (visit.starts_at, visit.therapist_id, visit.room_id, visit.minutes) == (
        move.starts_at, move.therapist_id, move.room_id, move.minutes)


def _unmake(moves: list[PlanMove], plan: Plan, by: Actor) -> None:
    new_times = [freed.time_of(move.appointment) for move in moves if move.starts_at]
    for move in moves:
        visit = move.appointment
        reserved.put_as_before(move)
        visit.version, visit.sequence = visit.version + 1, visit.sequence + (move.starts_at is not None)
        write_visit(visit, fields=[*CHANGED, "version", "sequence"])
    visits = [move.appointment for move in moves]
    Hold.objects.filter(pk__in=[move.before["hold"] for move in moves]).update(outcome=Hold.Outcome.OPEN, ended_at=None)
    reminders.withdraw(visits, "The plan was undone.")
    log_steps([(visit, {"plan": str(plan.pk)}) for visit in visits], "plan-undone", by)
    freed.note(new_times)


def _correct_messages(plan: Plan) -> None:
    """Take the unsent message back and the client's link away; where they had read of the new times, a correction
    follows."""
    links.close_link(purpose=plan_letters.PLAN_LINK, subject_id=plan.pk)
    outbox.cancel_messages(subject_id=plan.pk, kinds=["plan-applied"], why="The plan was undone.")
    if Message.objects.filter(outbox.may_have_left(), subject_id=plan.pk,
                              kind__in=["plan-applied", "plan-to-accept"]).exists():
        reminders.tell_plan(plan, "plan-undone")
    else:
        reminders.tell_still_held(plan)

