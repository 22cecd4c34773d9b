"""Several visits moved in one act, all or none, and put back in one act while no message about it has left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from practice.access import Actor
from practice.models import Membership, Practice, Room
from practice.refusals import BadInput, Refusal, WrongState
from sessions import reminders
from sessions.booking import PUT_BACK, ask_for_another_time, move_appointment
from sessions.diary import SlotTaken, fresh_all, lock_diary, log_step, put_back, write_visit
from sessions.models import Appointment, AppointmentEvent
from sessions.rescheduling import UndoConflict
from sessions.reserved import lapse_expired


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


def move_all(*, moves: Sequence[Move], by: Actor) -> UUID:
    """Make every move, or none: `moves_refused` names each visit that cannot, and why. Answers the act's id.

    Visits without a new start stay at their time and rise on Today until they get one.
    """
    if not moves:
        raise BadInput("Nothing was chosen to move.")
    act, refused = uuid7(), {}
    with transaction.atomic():
        visits = [move.visit for move in moves]
        lock_diary({*(v.therapist for v in visits), *(m.therapist for m in moves if m.therapist)},
                   {*(v.room for v in visits), *(m.room for m in moves if m.room)}, {v.client for v in visits})
        now = fresh_all([visit.pk for visit in visits])
        for move in moves:
            try:
                _make(move, now[move.visit.pk], act, by)
            except Refusal as refusal:
                refused[move.visit] = refusal
        if refused:
            names = "; ".join(f"{visit.client.name}, {visit.said}: {refusal.detail}"
                              for visit, refusal in refused.items())
            raise NothingMoved(f"{names} Choose another time there, or leave that visit as it is.",
                               rows={str(visit.pk): refusal.detail for visit, refusal in refused.items()})
    return act


def undo_together(*, practice: Practice, act: UUID, by: Actor) -> list[Appointment]:
    """Put every visit of one act back, time, therapist, room and state; all or none.

    Refused once messages may have left (three minutes), and as `undo_conflict` where one of them was changed since or
    its old time is taken.
    """
    with transaction.atomic():
        steps = {step.appointment_id: step for step in events_of(practice, act)}
        if not steps or any(step.at + reminders.grace() <= timezone.now() for step in steps.values()):
            raise WrongState("The new times have been sent by now. Move the visits one by one.")
        stood = Appointment.objects.filter(pk__in=steps).select_related("therapist", "room", "client")
        lock_diary({v.therapist for v in stood} | _were(Membership, "therapist", steps),
                   {v.room for v in stood} | _were(Room, "room", steps), {v.client for v in stood})
        visits = fresh_all(steps)
        changed = [v for pk, v in visits.items() if v.version != steps[pk].detail["version"]]
        if changed:
            raise UndoConflict("Changed since: " + ", ".join(f"{v.client.name}, {v.said}" for v in changed)
                               + ". Nothing was put back; move these by hand.",
                               appointments=[str(v.pk) for v in changed])
        # All let go of their new times first: one may stand where another was.
        Appointment.objects.filter(pk__in=visits).update(status=Appointment.Status.CANCELLED)
        for pk, visit in visits.items():
            _put_back(visit, steps[pk], by)
    return list(visits.values())


def events_of(practice: Practice, act: UUID) -> list[AppointmentEvent]:
    """What one act did, visit by visit."""
    steps = AppointmentEvent.objects.filter(
        appointment__practice=practice, verb__in=("booked", "moved", "other-time", "cancel"), detail__act=str(act),
        at__gte=timezone.now() - 2 * reminders.grace())
    return list(steps.order_by("at", "pk"))


def _make(move: Move, visit: Appointment, act: UUID, by: Actor) -> None:
    if move.starts_at is None:
        ask_for_another_time(appointment=visit, by=by, act=act)
    else:
        move_appointment(appointment=visit, starts_at=move.starts_at, therapist=move.therapist, room=move.room,
                         expected_version=move.version, by=by, act=act)


def withdraw(visit: Appointment, by: Actor) -> None:
    """Take a booking back: cancelled, and nobody is told who had not been told."""
    if visit.status != Appointment.Status.BOOKED:
        raise WrongState(f"This visit is “{visit.get_status_display().lower()}” by now.")
    visit.status, visit.cancel_reason = Appointment.Status.CANCELLED, Appointment.Reason.OTHER
    visit.version += 1
    write_visit(visit, fields=["status", "cancel_reason", "version"])
    log_step(visit, "undo-booked", by)
    reminders.follow(visit)


def _put_back(visit: Appointment, step: AppointmentEvent, by: Actor) -> None:
    if step.verb == "booked":
        withdraw(visit, by)
        return
    put_back(visit, step.detail["before"], PUT_BACK)
    visit.version, visit.sequence = visit.version + 1, visit.sequence + (step.verb == "moved")
    lapse_expired(visit.practice, visit.occupied_from, visit.occupied_until)
    try:
        write_visit(visit, fields=[*PUT_BACK, "version", "sequence"])
    except SlotTaken as taken:
        raise UndoConflict(f"{visit.client.name}, {visit.said}, is not free any more. Nothing was put back.",
                           appointments=[str(visit.pk)]) from taken
    log_step(visit, f"undo-{step.verb}", by, at=visit.said)
    if step.verb == "cancel":
        reminders.stand_again(visit)
    else:
        reminders.reschedule(visit)


def _were(model: Any, name: str, steps: dict[UUID, AppointmentEvent]) -> set[Any]:
    """The therapists or rooms the visits were with before."""
    kept = [step.detail["before"] for step in steps.values() if "before" in step.detail]
    return set(model.objects.filter(pk__in={before[name] for before in kept}))
