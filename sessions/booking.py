"""Book, move, cancel, confirm, arrive: the only writers of the diary, beside holds and plans.

Lock, then look, then write (`sessions/diary.py`). Beneath the look, the database itself refuses an overlap.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.models import Client
from practice import clock
from practice.access import Actor
from practice.models import Membership, Room, Service
from practice.refusals import BadInput
from sessions import freed, reminders
from sessions.breaks import shorten_buffers
from sessions.clashes import RoomsTaken, find_clashes, if_free, lock_a_free_room
from sessions.diary import as_it_stands, fresh, lock_diary, log_step, refuse_if_stale, write_visit
from sessions.models import Appointment, Series
from sessions.objections import (
    after_override,
    against_hours,
    against_the_body,
    refuse_if_taken,
    refuse_the_past,
    refuse_wish,
)
from sessions.own_changes import refuse_moving_a_request, refuse_own_change, take_on_newcomer
from sessions.reserved import lapse_expired
from sessions.states import VisitNotInState, next_state
from sessions.supply import rooms_for
from sessions.wished import Reading, Wish, read

# What an undo puts back (sessions/undoing.py): everything an act changes but version, SEQUENCE and history.
PUT_BACK = ("status", "therapist", "room", "cancel_reason", "override_reason", "wants_other_time", "expires_at",
            *Appointment.TIME_FIELDS)


def book_appointment(
    *, client: Client, therapist: Membership, service: Service, starts_at: datetime, by: Actor,
    room: Room | None = None, override_reason: str = "", series: Series | None = None, minutes: int | None = None,
    reading: Reading | None = None, expires_at: datetime | None = None, act: UUID | None = None,
) -> Appointment:
    """Book one visit; without a room the first free one is taken. With `expires_at` it is requested until then.

    `reading` is what was read of the client under their lock already, where one act books several visits; `act` names
    that one act, for an undo of all of them; whoever names one tells the client (`reminders.tell_booked`).

    Refuses a past time, an overlap (nobody may override), time outside hours or horizon, a day on which an
    episode holds the client's visits, a stop or missing clearance of the safety check. `override_reason` lifts
    what the role may lift.
    """
    rooms = rooms_for(service)
    wish = Wish(client, therapist, service, starts_at, minutes or service.minutes, by, override_reason.strip(),
                rooms=tuple(rooms), reading=reading)
    refuse_the_past(wish)
    if not transaction.get_connection().in_atomic_block:  # within a transaction there is nothing to spare the others
        refuse_if_taken(wish, room)
    appointment = Appointment(
        practice=client.practice, client=client, therapist=therapist, service=service, series=series,
        minutes=wish.minutes, override_reason=wish.override_reason, expires_at=expires_at,
        status=Appointment.Status.PROPOSED if expires_at else Appointment.Status.BOOKED)
    try:
        _write_booking(appointment, wish, room, is_one_room_enough=room is None, act=act)
    except RoomsTaken:
        if room is not None:
            raise
        _write_booking(appointment, wish, None, is_one_room_enough=False, act=act)
    return appointment


def _write_booking(appointment: Appointment, wish: Wish, room: Room | None, *, is_one_room_enough: bool,
                   act: UUID | None) -> None:
    """The booking under its locks: of the room asked for, of one that is free, or of every room there is."""
    with transaction.atomic():
        lock_diary([wish.therapist], [room] if room else [], [])
        if is_one_room_enough and (free := lock_a_free_room(wish)):
            wish = replace(wish, rooms=tuple(free))
        elif room is None:
            lock_diary([], wish.rooms, [])
        lock_diary([], [], [wish.client])
        cut = _place(appointment, wish, room)
        write_visit(appointment, is_new=True)
        log_step(appointment, "requested" if appointment.expires_at else "booked", wish.by, at=appointment.said,
                 override=bool(wish.override_reason), **cut, **reminders.of_act(act, appointment))
        if appointment.expires_at is None:
            reminders.schedule(appointment, is_told=act is None)


def move_appointment(
    *, appointment: Appointment, starts_at: datetime, by: Actor, therapist: Membership | None = None,
    room: Room | None = None, override_reason: str = "", expected_version: int | None = None,
    act: UUID | None = None,
) -> Appointment:
    """Move a visit to another time, therapist or room; row and calendar id stay, its SEQUENCE rises.

    Refuses what booking refuses; the visit's own old time counts as free. Moved to where it is, nothing changes.
    With `expected_version`, a visit that somebody changed meanwhile is refused as stale. `act` names what several
    moves are made in one press by, for an undo of all of them; whoever names one tells of them all.
    """
    with transaction.atomic():
        rooms = [room] if room else rooms_for(appointment.service)
        lock_diary({therapist or appointment.therapist, appointment.therapist}, [*rooms, appointment.room],
                   [appointment.client])
        appointment = fresh(appointment)
        if place_anew(appointment=appointment, starts_at=starts_at, by=by, therapist=therapist, room=room,
                      override_reason=override_reason, expected_version=expected_version, act=act) and act is None:
            reminders.reschedule(appointment)
    return appointment


def place_anew(
    *, appointment: Appointment, starts_at: datetime, by: Actor, therapist: Membership | None = None,
    room: Room | None = None, override_reason: str = "", expected_version: int | None = None, act: UUID | None = None,
) -> bool:
    """The move itself, of a visit read under the diary's locks; nobody is told. False where it stands there already."""
    therapist = therapist or appointment.therapist
    refuse_if_stale(appointment, expected_version)
    becomes = next_state(appointment, "move")
    refuse_moving_a_request(appointment, by)
    refuse_own_change(appointment, by)
    stays = (starts_at, therapist) == (appointment.starts_at, appointment.therapist)
    if stays and room in (None, appointment.room):
        return False
    wish = Wish(appointment.client, therapist, appointment.service, starts_at, appointment.minutes, by,
                override_reason.strip(), (appointment.pk,))
    refuse_the_past(wish)
    if starts_at < timezone.now() <= appointment.starts_at:
        raise BadInput("A visit still to come can only be moved to a time still to come. Cancel it, and enter the "
                       "one that took place by booking it late.", field="starts_at")
    was = {"at": appointment.said, "stamp": reminders.stamp_of(appointment),
           "therapist": appointment.therapist.name, "room": appointment.room.name}
    before, old_time = as_it_stands(appointment, PUT_BACK), freed.time_of(appointment)
    newcomer = {"newcomer": str(appointment.client_id)} if appointment.client.is_provisional else {}
    same_room = appointment.room if room is None and therapist == appointment.therapist else room
    appointment.therapist = therapist
    cut = _place(appointment, wish, room or if_free(same_room, wish))
    appointment.status, appointment.wants_other_time, appointment.expires_at = becomes, False, None
    appointment.override_reason = wish.override_reason or appointment.override_reason
    appointment.version, appointment.sequence = appointment.version + 1, appointment.sequence + 1
    write_visit(appointment, fields=[*Appointment.TIME_FIELDS, "therapist", "room", "status", "wants_other_time",
                                     "expires_at", "override_reason", "version", "sequence"])
    log_step(appointment, "moved", by, was=was, at=appointment.said, before=before, **newcomer, **cut,
             **reminders.of_act(act, appointment, is_move=True))
    freed.note([old_time])
    take_on_newcomer(appointment, by)
    return True


def cancel_appointment(
    *, appointment: Appointment, by: Actor, reason: str = "other", act: UUID | None = None,
) -> Appointment:
    """Cancel a visit with a reason code; its time is free at once and no reminder leaves for it."""
    if reason not in Appointment.Reason.values:
        raise BadInput(f"Choose one of: {', '.join(Appointment.Reason.values)}.", field="reason")
    return _act(appointment, "cancel", by, act=act, cancel_reason=reason)


def accept_appointment(*, appointment: Appointment, by: Actor, expected_version: int | None = None) -> Appointment:
    """The practice agrees to a requested visit; a request whose time to be accepted has run out is refused."""
    if appointment.expires_at and appointment.expires_at <= timezone.now():
        raise VisitNotInState("This request has run out: its time may be somebody else's by now. Book it anew.")
    with transaction.atomic():
        appointment = _act(appointment, "accept", by, expected_version=expected_version, expires_at=None)
        reminders.tell_accepted(appointment)
    return appointment


def confirm_appointment(*, appointment: Appointment, by: Actor, expected_version: int | None = None) -> Appointment:
    """The client (or staff for them) says they will come; said twice, nothing changes. A request is accepted first."""
    if appointment.status == Appointment.Status.CONFIRMED:
        return appointment
    if appointment.status == Appointment.Status.PROPOSED and not appointment.reserved_by_id:
        raise VisitNotInState(_("You have asked for this time. It is yours once we have said yes.")
                              if by.role == "client" else
                              "This visit is only asked for: accept it first, which tells whoever asked.")
    return _act(appointment, "confirm", by, expected_version=expected_version)


def arrive(*, appointment: Appointment, by: Actor, expected_version: int | None = None) -> Appointment:
    """The client is here; possible from the start of the visit's day."""
    today = clock.wall_of(timezone.now(), appointment.time_zone)[0]
    if today < appointment.wall_date:
        raise VisitNotInState(
            f"This visit is on {clock.said_date(appointment.wall_date)}; today is {clock.said_date(today)}.")
    return _act(appointment, "arrive", by, expected_version=expected_version)


def complete(*, appointment: Appointment, by: Actor, expected_version: int | None = None) -> Appointment:
    """The session took place."""
    if appointment.starts_at > timezone.now() and appointment.status != Appointment.Status.ARRIVED:
        raise VisitNotInState(f"This visit begins {appointment.said}. Mark it arrived first if it began early.")
    return _act(appointment, "complete", by, expected_version=expected_version)


def mark_no_show(*, appointment: Appointment, by: Actor, expected_version: int | None = None) -> Appointment:
    """The client did not come; only once the visit should have begun."""
    if appointment.starts_at > timezone.now():
        raise VisitNotInState(f"This visit only begins {appointment.said}.")
    return _act(appointment, "no-show", by, expected_version=expected_version)


def undo_day_verb(
    *, appointment: Appointment, verb: str, by: Actor, expected_version: int | None = None,
) -> Appointment:
    """Take back “arrived” or “did not come” on the same day; an old time taken meanwhile is refused."""
    today = clock.wall_of(timezone.now(), appointment.time_zone)[0]
    if appointment.wall_date != today:
        raise VisitNotInState("This can be undone on the day of the visit only.")
    return _act(appointment, verb, by, expected_version=expected_version)


def ask_for_another_time(
    *, appointment: Appointment, by: Actor, act: UUID | None = None,
) -> Appointment:
    """It cannot be then: the visit stays until staff agree a new time, and rises on Today."""
    with transaction.atomic():
        appointment = fresh(appointment)
        next_state(appointment, "move")
        if not appointment.wants_other_time:
            before = as_it_stands(appointment, PUT_BACK)
            appointment.wants_other_time, appointment.version = True, appointment.version + 1
            appointment.save(update_fields=["wants_other_time", "version"])
            log_step(appointment, "other-time", by, before=before, **reminders.of_act(act, appointment))
    return appointment


def _place(appointment: Appointment, wish: Wish, room: Room | None) -> dict[str, Any]:
    """Find everything that speaks against the wish, drop what the role may override, set time and room.

    With a reason, buffers give way (the visit's own and its neighbours'); the visits themselves never do. Answers
    whose were cut, for the history.
    """
    practice = wish.client.practice
    lapse_expired(practice, *wish.occupied(True))
    clashes, chosen = find_clashes(wish, room, buffers=True)
    appointment.buffer_before, appointment.buffer_after = wish.service.buffer_before, wish.service.buffer_after
    is_tight = bool(clashes and wish.override_reason)
    if is_tight:
        clashes, chosen = find_clashes(wish, room, buffers=False)
        appointment.buffer_before = appointment.buffer_after = 0
    wish = replace(wish, reading=wish.reading or read(wish.client))
    appointment.reading = wish.reading
    refuse_wish(after_override([*clashes, *against_hours(wish), *against_the_body(wish)], wish), wish, room)
    assert chosen is not None
    appointment.room = chosen
    appointment.set_time(wish.starts_at, practice.time_zone)
    cut = shorten_buffers(appointment, wish.by) if is_tight else ""
    return {"cut": cut} if cut else {}


def _act(appointment: Appointment, verb: str, by: Actor, *, act: UUID | None = None,
         expected_version: int | None = None, **fields: Any) -> Appointment:
    """One step of the state table, with history, audit and messages."""
    with transaction.atomic():
        lock_diary([appointment.therapist], [appointment.room], [appointment.client])
        appointment = fresh(appointment, expected_version)
        before = {"before": as_it_stands(appointment, PUT_BACK)} if verb in ("cancel", "no-show") else {}
        becomes = next_state(appointment, verb)
        if verb == "cancel":
            refuse_own_change(appointment, by)
        appointment.status = becomes
        for name, value in fields.items():
            setattr(appointment, name, value)
        appointment.version += 1
        write_visit(appointment, fields=["status", "version", *fields])
        log_step(appointment, verb, by, **{k: v for k, v in fields.items() if k == "cancel_reason"}, **before,
                 **reminders.of_act(act, appointment))
        reminders.follow(appointment)
        if verb == "cancel":
            freed.note([freed.time_of(appointment)])
        if verb not in ("cancel", "no-show"):
            take_on_newcomer(appointment, by)
    return appointment
