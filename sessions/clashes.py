"""Whose time is taken already: therapist, room or client, in words, and what is open near it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from practice import clock
from practice.clock import instant_at, minute_of
from practice.composed import Composed, ComposedRows
from practice.models import Room
from practice.refusals import Refusal
from sessions.diary import DAY, SlotTaken
from sessions.models import RELEASED, Appointment
from sessions.supply import gives, open_times, rooms_for
from sessions.wished import Wish


class ServiceNotGiven(Refusal):
    """This therapist or room does not go with this service."""

    code: ClassVar[str] = "service_not_given"
    title: ClassVar[str] = "Not offered there"


class RoomsTaken(SlotTaken):
    """Therapist and client are free, but every room looked at is not."""


def nearest_open(wish: Wish, how_many: int, rooms: Sequence[Room] = ()) -> list[str]:
    """The nearest open starts to the wished one, ISO 8601 in the practice's zone; in these rooms, or in any."""
    zone = wish.client.practice.time_zone
    day = clock.wall_of(max(wish.starts_at, timezone.now()), zone)[0]
    starts = [slot.starts for slot in open_times(
        service=wish.service, first=day, last=day + timedelta(days=14), therapists=[wish.therapist.pk],
        rooms=[room.pk for room in rooms or rooms_for(wish.service)], client=wish.client, minutes=wish.minutes,
        ignoring=wish.ignoring)]
    wished = minute_of(wish.starts_at)
    nearest = sorted(starts, key=lambda start: (abs(start - wished), start))[:how_many]
    return [clock.iso(instant_at(start), zone) for start in sorted(nearest)]


def find_clash(wish: Wish, room: Room | None, *, buffers: bool) -> tuple[SlotTaken | None, Room | None]:
    """The first of `find_clashes`, with the nearest open times; else the room to use."""
    clashes, free = find_clashes(wish, room, buffers=buffers)
    if clashes:
        offer_nearest(clashes[0], wish, room)
    return (clashes[0] if clashes else None), free


def find_clashes(wish: Wish, room: Room | None, *, buffers: bool) -> tuple[list[SlotTaken], Room | None]:
    """Whoever is taken then (therapist, client, room), each in words; else the room to use.

    A visit of the client's own is told as theirs, not as their therapist's once more.

    Where no room was asked for, that there is none is told only if other visits than those told take them all.

    Without `buffers` only the visits themselves count, on both sides.
    """
    begin, end = wish.occupied(buffers)
    rooms = list(wish.rooms) or rooms_for(wish.service)
    if room and room.pk not in {r.pk for r in rooms}:
        raise ServiceNotGiven(f"{wish.service.name} is not given in {room.name}.")
    if not gives(wish.therapist, wish.service):
        raise ServiceNotGiven(f"{wish.therapist.name} does not give {wish.service.name}.")
    live = _around(*_span_of(wish, begin, end), [r.pk for r in rooms] or [wish.client.pk])
    taken = [row for row in live if buffers or (row.starts_at < end and begin < row.ends_at)]
    clashes = []
    own = [row for row in taken if row.client_id == wish.client.pk
           and row.starts_at < wish.ends_at and row.ends_at > wish.starts_at]
    busy = [row for row in taken if row.therapist_id == wish.therapist.pk and row not in own]
    if busy:
        clashes.append(SlotTaken(_taken_words(wish.therapist.name, busy, wish)))
    if own:
        clashes.append(SlotTaken(
            f"{wish.client.name} already has a visit {_span(own[0])}, with {own[0].therapist.name}."))
    in_room = {row.room_id: row for row in reversed(taken)}
    free = [r for r in rooms if r.pk not in in_room]
    if room and room.pk in in_room:
        other = f"; free at the same time in {_either(free)}" if free else ""
        there = [row for row in taken if row.room_id == room.pk]
        clashes.append(SlotTaken(f"{_taken_words(room.name, there, wish)[:-1]}{other}."))
    elif not room and {r.pk for r in rooms} <= {row.room_id for row in taken if row not in (*busy, *own)}:
        clashes.append(RoomsTaken(f"Every room for this service is taken {_wished_span(wish)}."))
    return clashes, None if clashes else room or free[0]


def _taken_words(who: str, rows: Sequence[Appointment], wish: Wish) -> str:
    """That a visit stands there, or only the break kept free between it and the wished one."""
    over = [row for row in rows if row.starts_at < wish.ends_at and wish.starts_at < row.ends_at]
    if over:
        return f"{who} is taken {_span(over[0])}."
    return f"{who} has a visit {_span(rows[0])}, and the break kept free beside it would be cut."


def _standing(ignoring: Any, now: Any, practice: Any, since: Any, until: Any, begin: Any, end: Any,
              ) -> QuerySet[Appointment]:
    """The practice's visits that take time between two instants; `since` and `until` are what the index knows."""
    return (Appointment.objects.exclude(status__in=RELEASED).exclude(pk__in=ignoring)
            .exclude(status="proposed", expires_at__lte=now)
            .filter(practice=practice, starts_at__gt=since, starts_at__lt=until)
            .filter(occupied_until__gt=begin, occupied_from__lt=end))


_around = ComposedRows(lambda therapist, client, *span_and_rooms: _standing(*span_and_rooms[:-1]).filter(
    Q(therapist=therapist) | Q(room__in=span_and_rooms[-1]) | Q(client=client)).select_related(
    "therapist__user").order_by("occupied_from"))


_is_taken = Composed(lambda therapist, client, *span: _standing(*span).filter(
    Q(therapist=therapist) | Q(client=client)).order_by().values_list("pk")[:1])


_first_free = Composed(lambda rooms, *span: Room.objects.select_for_update(no_key=True, skip_locked=True).filter(
    ~Exists(_standing(*span).filter(room=OuterRef("pk")).order_by()), pk__in=rooms).order_by(
    "position", "pk").values_list("pk")[:1])


def lock_a_free_room(wish: Wish) -> list[Room]:
    """The first room free for a wish, locked; none where others are just taking them, or a lock is no matter of rooms.

    Who books another room at the same moment is not waited for. Whether it is free is looked at again under its lock.
    """
    if not connection.features.has_select_for_update or wish.override_reason:
        return []
    span = _span_of(wish, *wish.occupied(True))[2:]
    locked = {pk for (pk,) in _first_free([room.pk for room in wish.rooms], *span)} if wish.rooms else set()
    return [room for room in wish.rooms if room.pk in locked]


def _span_of(wish: Wish, begin: datetime, end: datetime) -> list[Any]:
    """Therapist, client and span of a wish, as the two questions above take them; no visit has a client's id."""
    return [wish.therapist.pk, wish.client.pk, list(wish.ignoring) or [wish.client.pk], timezone.now(),
            wish.client.practice_id, begin - DAY, end + DAY, begin, end]


def _either(rooms: Sequence[Room]) -> str:
    """One or the other: “Garden room or River room”."""
    *others, last = (room.name for room in rooms)
    return f"{', '.join(others)} or {last}" if others else last


def is_plainly_taken(wish: Wish) -> bool:
    """Whether the therapist or the client has a visit then: one look, without a lock."""
    return bool(_is_taken(*_span_of(wish, *wish.occupied(not wish.override_reason))))


def _wished_span(wish: Wish) -> str:
    zone = wish.client.practice.time_zone
    return f"{clock.said(wish.starts_at, zone)}–{wall_time(wish.ends_at, zone)}"


def _span(row: Appointment) -> str:
    return f"{row.said}–{wall_time(row.ends_at, row.time_zone)}"


def wall_time(instant: datetime, zone: str) -> str:
    """The time on the wall there: "10:30"."""
    return clock.said_time(clock.wall_of(instant, zone)[1])


def if_free(room: Room | None, wish: Wish) -> Room | None:
    """The room a visit had, where it is in use, goes with the service and is free then too; else any."""
    if room is None or room.pk not in {r.pk for r in rooms_for(wish.service)}:
        return None
    begin, end = wish.occupied(True)
    busy = (Appointment.objects.filter(room=room, occupied_until__gt=begin, occupied_from__lt=end)
            .exclude(status__in=RELEASED).exclude(pk__in=wish.ignoring).exists())
    return None if busy else room


def offer_nearest(refusal: Refusal, wish: Wish, room: Room | None) -> None:
    """Add the open times nearest to the wished one; in the room asked for, where it has any."""
    nearest = (nearest_open(wish, 3, [room]) if room else []) or nearest_open(wish, 3)
    zone, today = wish.client.practice.time_zone, today_of(wish)
    said = ", ".join(clock.said(datetime.fromisoformat(n), zone, today=today) for n in nearest)
    refusal.more["nearest"] = nearest
    refusal.detail += f" Free instead: {said}." if said else " Choose another time."


def today_of(wish: Wish) -> date:
    """The day it is for the practice of a wish."""
    return clock.wall_of(timezone.now(), wish.client.practice.time_zone)[0]
