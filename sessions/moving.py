"""Several visits moved in one act, all or none, and put back in one act while no message about it has left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from practice import outbox
from practice.access import Actor
from practice.models import Membership, Practice, Room
from practice.refusals import BadInput, Refusal, WrongState
from sessions import reminders
from sessions.booking import PUT_BACK, ask_for_another_time, place_anew
from sessions.breaks import give_breaks_back
from sessions.diary import SlotTaken, fresh_all, lock_diary, log_step, put_back, write_visit
from sessions.letters import TOGETHER
from sessions.models import Appointment, AppointmentEvent
from sessions.own_changes import ask_again
from sessions.rescheduling import UndoConflict
from sessions.reserved import lapse_expired
from sessions.supply import rooms_for

_OF_TIMES = ("moved", "other-time")


class NothingMoved(Refusal):
    """One of several moves was refused, so none was made; `rows` says which and why."""

    code: ClassVar[str] = "moves_refused"
    title: ClassVar[str] = "Nothing was moved"


@dataclass(frozen=True, slots=True)
class Move:
    """Where one visit goes, as it stood when that was decided; without a start it is to get another time later."""

    visit: Appointment
    version: int
    starts_at: datetime | None = None
    therapist: Membership | None = None
    room: Room | None = None


def move_all(*, moves: Sequence[Move], by: Actor, act: UUID | None = None) -> UUID:
    """Make every move, or none: `moves_refused` names each visit that cannot, and why. Answers the act's id.

    Visits without a new start stay at their time and rise on Today until they get one. Each client is written once.
    """
    if not moves:
        raise BadInput("Nothing was chosen to move.")
    act, refused, moved = act or uuid7(), {}, []
    with transaction.atomic():
        visits = [move.visit for move in moves]
        any_room = {room for m in moves if m.starts_at and not m.room for room in rooms_for(m.visit.service)}
        lock_diary({*(v.therapist for v in visits), *(m.therapist for m in moves if m.therapist)},
                   {*(v.room for v in visits), *(m.room for m in moves if m.room), *any_room},
                   {v.client for v in visits})
        now = fresh_all([visit.pk for visit in visits])
        _let_go(pk for pk in now if any(m.visit.pk == pk and m.starts_at for m in moves))
        for move in moves:
            try:
                with transaction.atomic():
                    is_moved = _make(move, now[move.visit.pk], act, by)
                moved += [now[move.visit.pk]] if is_moved else []
            except Refusal as refusal:
                refused[move.visit] = refusal
        if refused:
            names = "; ".join(f"{visit.client.name}, {visit.said}: {refusal.detail}"
                              for visit, refusal in refused.items())
            raise NothingMoved(f"{names} Choose another time there, or leave that visit as it is.",
                               rows={str(visit.pk): refusal.detail for visit, refusal in refused.items()},
                               nearest={str(visit.pk): refusal.more.get("nearest", [])
                                        for visit, refusal in refused.items()})
        reminders.reschedule_together(moved, act)
    return act


def undo_together(*, practice: Practice, act: UUID, by: Actor, is_late: bool = False) -> list[Appointment]:
    """Put every visit of one act back, time, therapist, room and state; all or none.

    Refused once messages may have left (three minutes), and as `undo_conflict` where one of them was changed since or
    its old time is taken. With `is_late` it is possible until the first of them begins, also where a client confirmed
    the new time; who had been told of it is told of the old one again.
    """
    with transaction.atomic():
        steps = {step.appointment_id: step for step in events_of(practice, act, is_late=is_late)}
        if not steps or (not is_late and any(s.at + outbox.grace() <= timezone.now() for s in steps.values())):
            raise WrongState("The new times have been sent by now. Move the visits one by one.")
        stood = Appointment.objects.filter(pk__in=steps).select_related("therapist", "room", "client")
        lock_diary({v.therapist for v in stood} | _were(Membership, "therapist", steps),
                   {v.room for v in stood} | _were(Room, "room", steps), {v.client for v in stood})
        visits = fresh_all(steps)
        begun = [v for pk, v in visits.items() if is_late and _begins(v, steps[pk]) <= timezone.now()]
        if begun:
            raise UndoConflict(f"The time of {begun[0].client.name} has begun. Nothing was put back; move the others "
                               "by hand.", appointments=[str(v.pk) for v in begun])
        changed = [v for pk, v in visits.items() if not _is_as_left(v, steps[pk], is_late)]
        if changed:
            raise UndoConflict("Changed since: " + ", ".join(f"{v.client.name}, {v.said}" for v in changed)
                               + ". Nothing was put back; move these by hand.",
                               appointments=[str(v.pk) for v in changed])
        _let_go(visits)
        undo = uuid7()
        for pk, visit in visits.items():
            _put_back(visit, steps[pk], by, undo)
        for step in reversed(steps.values()):
            give_breaks_back(step, by)
        what = "booking" if any(step.verb == "booked" for step in steps.values()) else "move"
        outbox.cancel_messages(subject_id=act, kinds=TOGETHER, why=f"The {what} was undone.")
        reminders.reschedule_together([v for pk, v in visits.items() if steps[pk].verb in _OF_TIMES], undo)
    return list(visits.values())


def events_of(practice: Practice, act: UUID, *, is_late: bool = False) -> list[AppointmentEvent]:
    """What one act did, visit by visit; but for `is_late`, of the last minutes only."""
    steps = AppointmentEvent.objects.filter(
        appointment__practice=practice, verb__in=("booked", "moved", "other-time", "cancel"), detail__act=str(act))
    if not is_late:
        steps = steps.filter(at__gte=timezone.now() - 2 * outbox.grace())
    return list(steps.order_by("at", "pk"))


def _let_go(visits: Iterable[UUID]) -> None:
    """All let go of their times first: one may go where another was. Each is written with its own state again."""
    Appointment.objects.filter(pk__in=list(visits)).update(status=Appointment.Status.CANCELLED)


def _make(move: Move, visit: Appointment, act: UUID, by: Actor) -> bool:
    """Whether it moved: a visit that stands there already gets its state back, and stays."""
    if move.starts_at is None:
        ask_for_another_time(appointment=visit, by=by, act=act)
        return False
    if place_anew(appointment=visit, starts_at=move.starts_at, therapist=move.therapist, room=move.room,
                  expected_version=move.version, by=by, act=act):
        return True
    write_visit(visit, fields=["status"])
    return False


def _is_as_left(visit: Appointment, step: AppointmentEvent, is_late: bool) -> bool:
    """Whether nothing happened to it since; that it was confirmed at its new time is no change, late."""
    if not is_late:
        return bool(visit.version == step.detail["version"])
    return (visit.status in ("booked", "confirmed", "proposed") and visit.wants_other_time == (step.verb != "moved")
            and step.detail["stamp"] == reminders.stamp_of(visit))


def _begins(visit: Appointment, step: AppointmentEvent) -> datetime:
    """The old time or the new one, whichever comes first."""
    return min(visit.starts_at, datetime.fromisoformat(step.detail["before"]["starts_at"]))


def withdraw(visit: Appointment, by: Actor) -> None:
    """Take a booking back: cancelled, and nobody is told who had not been told."""
    if visit.status != Appointment.Status.BOOKED:
        raise WrongState(f"This visit is “{visit.get_status_display().lower()}” by now.")
    visit.status, visit.cancel_reason = Appointment.Status.CANCELLED, Appointment.Reason.OTHER
    visit.version += 1
    write_visit(visit, fields=["status", "cancel_reason", "version"])
    log_step(visit, "undo-booked", by)
    reminders.follow(visit)


def _put_back(visit: Appointment, step: AppointmentEvent, by: Actor, undo: UUID) -> None:
    if step.verb == "booked":
        withdraw(visit, by)
        return
    was = {"at": visit.said, "stamp": reminders.stamp_of(visit)}
    put_back(visit, step.detail["before"], PUT_BACK)
    visit.version, visit.sequence = visit.version + 1, visit.sequence + (step.verb == "moved")
    lapse_expired(visit.practice, visit.occupied_from, visit.occupied_until)
    try:
        write_visit(visit, fields=[*PUT_BACK, "version", "sequence"])
    except SlotTaken as taken:
        raise UndoConflict(f"{visit.client.name}, {visit.said}, is not free any more. Nothing was put back.",
                           appointments=[str(visit.pk)]) from taken
    log_step(visit, f"undo-{step.verb}", by, at=visit.said, was=was,
             **reminders.of_act(undo, visit, is_move=step.verb == "moved"))
    ask_again(visit, step, by)
    if step.verb == "cancel":
        reminders.stand_again(visit)


def _were(model: Any, name: str, steps: dict[UUID, AppointmentEvent]) -> set[Any]:
    """The therapists or rooms the visits were with before."""
    kept = [step.detail["before"] for step in steps.values() if "before" in step.detail]
    return set(model.objects.filter(pk__in={before[name] for before in kept}))
