"""Plans for the return: applied in one act, undone in one act, against the diary as it is at that moment.

How a plan is made stands in `sessions/proposals.py`.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import transaction
from django.utils import timezone

from clients.episodes import holding
from practice import audit, clock, outbox
from practice.access import Actor
from practice.clock import minute_of
from practice.models import Message
from practice.refusals import Refusal, WrongState
from sessions import freed, reminders
from sessions.diary import SlotTaken, as_it_stands, fresh_all, lock_diary, log_steps, put_back, write_visit
from sessions.holds import end_holds
from sessions.models import Appointment, Hold, Plan, PlanMove
from sessions.proposals import NothingToPlan, diary_print, is_let_go, propose_plan
from sessions.work import windows_of

__all__ = ["NothingToPlan", "PlanStale", "UndoConflict", "apply_plan", "propose_plan", "undo_plan"]

_STANDS = (Appointment.Status.BOOKED, Appointment.Status.CONFIRMED)
_MOVED = ["status", "therapist", "room", "wants_other_time", *Appointment.TIME_FIELDS]
_PUT_BACK = [*_MOVED, "cancel_reason"]


class PlanStale(Refusal):
    """The diary changed since the plan was made; nothing was moved."""

    code: ClassVar[str] = "plan_stale"
    title: ClassVar[str] = "The diary changed meanwhile"


class UndoConflict(Refusal):
    """A moved visit was changed since, or has begun; nothing was undone."""

    code: ClassVar[str] = "undo_conflict"
    title: ClassVar[str] = "This cannot be taken back as a whole"


def apply_plan(*, plan: Plan, by: Actor) -> Plan:
    """Make every move of the plan, or none: `plan_stale` if the client's visits or a wished time changed.

    Visits the policy lets go are cancelled; visits that found no place stay on hold.
    """
    try:
        with transaction.atomic():
            plan, moves = _locked(plan)
            _refuse_if_stale(plan)
            _refuse_closed(plan, moves)
            plan.status, plan.applied_at = Plan.Status.APPLIED, timezone.now()
            plan.save(update_fields=["status", "applied_at"])
            _make(moves, plan, by)
            audit.record(by=by, verb="plan_applied", subject=plan)
            reminders.tell_plan(plan, "plan-applied")
    except PlanStale as stale:
        Plan.objects.filter(pk=plan.pk, status=Plan.Status.PROPOSED).update(
            status=Plan.Status.EXPIRED if "expired" in stale.more else Plan.Status.STALE)
        raise
    return plan


def undo_plan(*, plan: Plan, by: Actor) -> Plan:
    """Put every moved visit back as it was before the plan; `undo_conflict` names what changed since.

    Possible until the first moved visit begins. A visit the client confirmed meanwhile is put back too.
    """
    with transaction.atomic():
        plan, moves = _locked(plan)
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
            raise UndoConflict(f"Changed since the plan: {', '.join(v.said for v in changed)}. Change these by hand.",
                               appointments=[str(v.pk) for v in changed])
        _unmake(made, plan, by)
        plan.status, plan.undone_at = Plan.Status.UNDONE, timezone.now()
        plan.save(update_fields=["status", "undone_at"])
        audit.record(by=by, verb="plan_undone", subject=plan)
        _correct_messages(plan)
    return plan


def _locked(plan: Plan) -> tuple[Plan, list[PlanMove]]:
    """The plan and its moves, fresh, with every therapist, room and the client locked in the house's order."""
    moves = list(plan.moves.select_related("appointment__therapist", "appointment__room", "therapist__user", "room"))
    therapists = {m.appointment.therapist for m in moves} | {m.therapist for m in moves if m.therapist}
    rooms = {m.appointment.room for m in moves} | {m.room for m in moves if m.room}
    lock_diary(therapists, rooms, [plan.client])
    visits = fresh_all([move.appointment_id for move in moves])
    for move in moves:
        move.appointment = visits[move.appointment_id]
    rows = Plan.objects.select_for_update(of=("self",), no_key=True).select_related("client__practice")
    return rows.get(pk=plan.pk), moves


def _refuse_if_stale(plan: Plan) -> None:
    if plan.status in (Plan.Status.APPLIED, Plan.Status.UNDONE):
        raise WrongState(f"This plan is “{plan.get_status_display().lower()}” already.")
    if plan.status != Plan.Status.PROPOSED:
        raise PlanStale(f"This plan is “{plan.get_status_display().lower()}”. Make a new one.")
    if plan.expires_at <= timezone.now():
        raise PlanStale("This plan is older than a day. Make a new one.", expired=True)
    if plan.diary_print != diary_print(plan.client):
        raise PlanStale(f"{plan.client.name}'s visits changed since this plan was made. Make a new one.")


def _refuse_closed(plan: Plan, moves: list[PlanMove]) -> None:
    """Hours, rooms, people and other episodes may have changed since: every new time must still be open."""
    practice = plan.client.practice
    placed = [(move, move.starts_at) for move in moves if move.starts_at]
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
            raise PlanStale(f"{clock.said(at, practice.time_zone)} is not open any more. Make a new plan.")


def _make(moves: list[PlanMove], plan: Plan, by: Actor) -> None:
    """Move every held visit to its new time, or let it go; one that found no place stays on hold.

    An overlap the database refuses makes the plan stale.
    """
    holds = dict(Hold.objects.filter(appointment__in=[m.appointment_id for m in moves], outcome="").values_list(
        "appointment_id", "pk"))
    moved, let_go = [], []
    for move in moves:
        visit = move.appointment
        if visit.status != Appointment.Status.HELD:
            raise PlanStale(f"{visit.said} is not on hold any more. Make a new plan.")
        before = as_it_stands(visit, _PUT_BACK) | {"hold": str(holds[visit.pk])}
        if move.starts_at is not None:
            _place(move, plan)
            moved.append(visit)
        elif is_let_go(plan, visit):
            visit.status, visit.cancel_reason = Appointment.Status.CANCELLED, Appointment.Reason.OTHER
            visit.version += 1
            write_visit(visit, fields=["status", "cancel_reason", "version"])
            let_go.append(visit)
        else:
            continue
        move.before = before
    PlanMove.objects.bulk_update(moves, ["before"])
    end_holds(moved, Hold.Outcome.PLANNED)
    end_holds(let_go, Hold.Outcome.CANCELLED)
    log_steps([(visit, {"plan": str(plan.pk), "at": visit.said}) for visit in moved], "moved", by)
    log_steps([(visit, {"plan": str(plan.pk)}) for visit in let_go], "let-go", by)
    reminders.remind_of(moved)


def _place(move: PlanMove, plan: Plan) -> None:
    """Put a held visit at its new time, with the breaks of its service around it."""
    assert move.starts_at and move.therapist and move.room and move.minutes
    visit = move.appointment
    visit.status, visit.therapist, visit.room, visit.minutes = _STANDS[0], move.therapist, move.room, move.minutes
    visit.buffer_before, visit.buffer_after = visit.service.buffer_before, visit.service.buffer_after
    visit.wants_other_time = False
    visit.set_time(move.starts_at, plan.client.practice.time_zone)
    visit.version, visit.sequence = visit.version + 1, visit.sequence + 1
    try:
        write_visit(visit, fields=[*_MOVED, "version", "sequence"])
    except SlotTaken as taken:
        raise PlanStale(f"{visit.said} was taken meanwhile. Make a new plan.") from taken


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
        put_back(visit, move.before, _PUT_BACK)
        visit.version, visit.sequence = visit.version + 1, visit.sequence + (move.starts_at is not None)
        write_visit(visit, fields=[*_PUT_BACK, "version", "sequence"])
    visits = [move.appointment for move in moves]
    Hold.objects.filter(pk__in=[move.before["hold"] for move in moves]).update(outcome=Hold.Outcome.OPEN, ended_at=None)
    reminders.withdraw(visits, "The plan was undone.")
    log_steps([(visit, {"plan": str(plan.pk)}) for visit in visits], "plan-undone", by)
    freed.note(new_times)


def _correct_messages(plan: Plan) -> None:
    """Take the unsent message back; where it had left, a correction follows."""
    outbox.cancel_messages(subject_id=plan.pk, kinds=["plan-applied"], why="The plan was undone.")
    if Message.objects.filter(subject_id=plan.pk, kind="plan-applied", state=Message.State.SENT).exists():
        reminders.tell_plan(plan, "plan-undone")

