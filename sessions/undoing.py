"""Undo: take the last act on a visit back within the grace, before any message about it has left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from practice import outbox
from practice.access import Actor
from practice.models import Membership, Room
from practice.refusals import NotAllowed, Stale, WrongState
from sessions import reminders
from sessions.booking import PUT_BACK
from sessions.breaks import give_breaks_back
from sessions.clashes import find_clash
from sessions.diary import SlotTaken, fresh, lock_diary, log_step, put_back, write_visit
from sessions.models import Appointment, AppointmentEvent
from sessions.moving import events_of, undo_together, withdraw
from sessions.own_changes import ask_again
from sessions.rescheduling import UndoConflict
from sessions.reserved import lapse_expired
from sessions.wished import as_it_stood

_DONE = {"booked": "booked", "moved": "moved", "cancel": "cancelled", "no-show": "marked “did not come”"}


@dataclass(frozen=True, slots=True)
class Undo:
    """An act that can still be taken back, its words, and until when."""

    visit: Appointment
    step: UUID
    words: str
    until: datetime
    count: int = 1  # visits that come back together


def undo_of(visit: Appointment) -> Undo | None:
    """The last act on this visit, where it can be taken back now."""
    last = visit.events.order_by("-at", "-pk").first()
    return _offer(visit, last) if last else None


def undo_of_step(step: str, member: Membership) -> Undo | None:
    """The same for the act with this id, where nothing followed it; one query."""
    try:
        last = AppointmentEvent.objects.filter(
            pk=UUID(step), appointment__practice=member.practice_id).select_related(
                "appointment__client", "appointment__practice").first()
    except ValueError:
        return None
    return _offer(last.appointment, last) if last else None


def undo_act(*, appointment: Appointment, step: UUID, by: Actor) -> Appointment:
    """Take the act `step` back: a booking is withdrawn, a move, cancellation or “did not come” put back as it was.

    What was done together with other visits is taken back together. For the practice's staff, within the grace.
    Refuses where something followed it, and as `undo_conflict`, with the nearest open times, where the old time,
    therapist or room is taken meanwhile.
    """
    if not isinstance(by, Membership):
        raise NotAllowed("Only the practice takes an act back.")
    with transaction.atomic():
        rooms = Room.objects.filter(practice=by.practice_id)
        lock_diary(_therapists(appointment, step), rooms, [appointment.client])
        appointment = fresh(appointment)
        event = appointment.events.order_by("-at", "-pk").first()
        if event is None or event.pk != step:
            raise Stale("Something else happened to this visit since. Look at its history, then decide.")
        if why := _stays(event):
            raise WrongState(why)
        if _offer(appointment, event) is None:
            raise WrongState(f"The {reminders.said_grace()} to undo this have passed, and its message may have left. "
                             "Change the visit by hand; the client is told.")
        if act := event.detail.get("act"):  # made with others, taken back with them
            undo_together(practice=by.practice, act=UUID(act), by=by)
            return fresh(appointment)
        if event.verb == "booked":
            withdraw(appointment, by)
        else:
            _restore(appointment, event, by)
        give_breaks_back(event, by)
    return appointment


def _offer(visit: Appointment, event: AppointmentEvent) -> Undo | None:
    until = event.at + outbox.grace()
    is_whole = event.verb == "booked" or "before" in event.detail
    if event.verb not in _DONE or not is_whole or until <= timezone.now() or _stays(event):
        return None
    act = event.detail.get("act")
    count = len(events_of(visit.practice, UUID(act))) if act else 1
    what = f", {count} visits" if count > 1 else f", {visit.said}:"
    return Undo(visit, event.pk, f"{visit.client.name}{what} {_DONE[event.verb]}.", until, count)


def _stays(event: AppointmentEvent) -> str:
    """Why an act is never taken back, whoever asks; empty where it may be."""
    if event.verb == "cancel" and event.detail.get("before", {}).get("status") == Appointment.Status.PROPOSED:
        return "The answer to a request is not taken back. Book the time for them anew; they are told."
    if "outside" in event.detail:
        return "The client did this themselves and has read so. Change the visit by hand; they are told."
    return ""


def _therapists(appointment: Appointment, step: UUID) -> list[Membership]:
    """Whoever has the visit and whoever had it before."""
    event = appointment.events.filter(pk=step).first()
    before = event.detail.get("before", {}).get("therapist") if event else None
    return list(Membership.objects.filter(pk__in={appointment.therapist_id, before or appointment.therapist_id}))


def _restore(appointment: Appointment, event: AppointmentEvent, by: Membership) -> None:
    """Everything the act changed, as it was, where its time is still free."""
    is_move = event.verb == "moved"
    put_back(appointment, event.detail["before"], PUT_BACK)
    _refuse_if_taken(appointment, by)
    appointment.version, appointment.sequence = appointment.version + 1, appointment.sequence + is_move
    try:
        write_visit(appointment, fields=[*PUT_BACK, "version", "sequence"])
    except SlotTaken as taken:
        raise UndoConflict(f"Not undone. {taken.detail}") from taken
    log_step(appointment, f"undo-{event.verb}", by, at=appointment.said)
    ask_again(appointment, event, by)
    if is_move:
        reminders.reschedule(appointment)
    else:
        reminders.stand_again(appointment)


def _refuse_if_taken(appointment: Appointment, by: Membership) -> None:
    lapse_expired(appointment.practice, appointment.occupied_from, appointment.occupied_until)
    clash, _ = find_clash(as_it_stood(appointment, by), appointment.room, buffers=True)
    if clash:
        raise UndoConflict(f"Not undone: {appointment.said} is not free any more. {clash.detail}",
                           nearest=clash.more.get("nearest", []))
