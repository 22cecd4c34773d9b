"""What the diary has to offer: hours less time off, closures and what is booked, loaded once per question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from clients.episodes import holding
from clients.models import Client
from practice import clock
from practice.clock import day_begins, instant_at, minute_of
from practice.models import Closure, Membership, Practice, Room, Service, TimeOff, WorkingHours
from sessions.availability import (
    Hours,
    Preferences,
    Ranked,
    RoomBusy,
    Slot,
    Supply,
    Window,
    merge,
    open_slots,
    rank,
    subtract,
    working_windows,
)
from sessions.models import RELEASED, Appointment

MOST_DAYS = 92


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """One open time with who and where; `rank` and `why` where a client was named."""

    starts_at: datetime
    ends_at: datetime
    therapist: Membership
    room: Room
    rank: int | None = None
    why: tuple[str, ...] = ()


def therapists_for(service: Service) -> list[Membership]:
    """Who gives this service, in a fixed order."""
    allowed = list(service.therapists.filter(is_active=True, is_therapist=True).select_related("user"))
    if not allowed:
        allowed = list(Membership.objects.filter(practice_id=service.practice_id, is_active=True, is_therapist=True)
                       .select_related("user"))
    return sorted(allowed, key=lambda member: member.pk)


def rooms_for(service: Service) -> list[Room]:
    """Where it can be given, in the practice's order."""
    allowed = list(service.rooms.filter(is_active=True))
    return allowed or list(Room.objects.filter(practice_id=service.practice_id, is_active=True))


def find_open_slots(
    *, service: Service, first: date, last: date, therapists: Sequence[Membership] | None = None,
    rooms: Sequence[Room] | None = None, client: Client | None = None, minutes: int | None = None,
    ignoring: Sequence[UUID] = (), not_before: datetime | None = None,
) -> list[OpenSlot]:
    """Every open start between two dates (both included, practice's zone), ranked when a client is named.

    `ignoring` are appointments whose own time counts as free (a move). One query each for hours, time off,
    closures and diary, whatever the number of days, therapists or slots.
    """
    practice = service.practice
    who = {member.pk: member for member in (therapists if therapists is not None else therapists_for(service))}
    where = {room.pk: room for room in (rooms if rooms is not None else rooms_for(service))}
    slots = _pure_slots(practice, service, list(who), list(where), first, last, client, minutes, ignoring, not_before)
    if client is None:
        return [_named(slot, who, where) for slot in slots]
    ranked = rank_for(client, slots, practice)
    return [_named(r.slot, who, where, r.rank, r.why) for r in ranked]


def _named(slot: Slot, who: dict[Any, Membership], where: dict[Any, Room], rank: int | None = None,
           why: tuple[str, ...] = ()) -> OpenSlot:
    return OpenSlot(instant_at(slot.starts), instant_at(slot.ends), who[UUID(slot.therapist)],
                    where[UUID(slot.room)], rank, why)


def _pure_slots(practice: Practice, service: Service, who: list[UUID], where: list[UUID], first: date, last: date,
                client: Client | None, minutes: int | None, ignoring: Sequence[UUID],
                not_before: datetime | None) -> list[Slot]:
    zone = practice.time_zone
    begin = minute_of(day_begins(first, zone))
    end = minute_of(day_begins(last + timedelta(days=1), zone))
    busy_who, busy_where, busy_client = busy_between(practice, instant_at(begin - 1440), instant_at(end + 1440), who, where,
                                                     client, ignoring)
    windows = windows_of(practice, who, first, last)
    if client is not None:
        busy_client = merge([*busy_client, *_held_days(client, first, last, zone)])
    return open_slots(
        supply=[Supply(str(pk), windows.get(pk, []), busy_who.get(pk, [])) for pk in who],
        rooms=[RoomBusy(str(pk), busy_where.get(pk, [])) for pk in where],
        minutes=minutes or service.minutes, buffer_before=service.buffer_before, buffer_after=service.buffer_after,
        grid=practice.slot_grid_minutes, not_before=max(begin, minute_of(not_before or timezone.now())),
        not_after=end, client_busy=busy_client)


def windows_of(practice: Practice, who: Sequence[UUID], first: date, last: date) -> dict[UUID, list[Window]]:
    """Working time of each therapist in epoch minutes: hours less time off and closures."""
    zone = practice.time_zone
    hours: dict[UUID, list[Hours]] = defaultdict(list)
    for row in WorkingHours.objects.filter(therapist__in=who).values_list(
            "therapist_id", "weekday", "opens", "closes", "valid_from", "valid_until"):
        hours[row[0]].append(Hours(*row[1:]))
    away: dict[UUID, list[Window]] = defaultdict(list)
    begin, end = day_begins(first, zone), day_begins(last + timedelta(days=1), zone)
    for pk, starts, ends in TimeOff.objects.filter(therapist__in=who, ends_at__gt=begin, starts_at__lt=end).values_list(
            "therapist_id", "starts_at", "ends_at"):
        away[pk].append((minute_of(starts), minute_of(ends)))
    closed = [
        (minute_of(day_begins(a, zone)),
         minute_of(day_begins(b + timedelta(days=1), zone)))
        for a, b in Closure.objects.filter(practice=practice, last_on__gte=first, first_on__lte=last)
        .values_list("first_on", "last_on")
    ]
    return {
        pk: subtract(working_windows(hours[pk], first, last, zone), merge(sorted([*closed, *away[pk]])))
        for pk in who
    }


def busy_between(practice: Practice, begin: datetime, end: datetime, who: Sequence[UUID], where: Sequence[UUID],
                 client: Client | None, ignoring: Sequence[UUID] = ()) -> tuple[dict, dict, list[Window]]:
    """Occupied time by therapist, by room, and of the client, in one query."""
    rows = Appointment.objects.filter(practice=practice, occupied_until__gt=begin, occupied_from__lt=end).exclude(
        status__in=RELEASED).exclude(status="proposed", expires_at__lte=timezone.now())
    rows = rows.filter(Q(therapist__in=who) | Q(room__in=where) | Q(client=client)) if client else rows.filter(
        Q(therapist__in=who) | Q(room__in=where))
    if ignoring:
        rows = rows.exclude(pk__in=ignoring)
    by_who: dict[UUID, list[Window]] = defaultdict(list)
    by_where: dict[UUID, list[Window]] = defaultdict(list)
    own: list[Window] = []
    mine = client.pk if client else None
    for therapist, room, person, starts, ends, occupied_from, occupied_until in rows.order_by("occupied_from").values_list(
            "therapist_id", "room_id", "client_id", "starts_at", "ends_at", "occupied_from", "occupied_until"):
        span = (minute_of(occupied_from), minute_of(occupied_until))
        by_who[therapist].append(span)
        by_where[room].append(span)
        if person == mine:
            own.append((minute_of(starts), minute_of(ends)))
    own.sort()
    return by_who, by_where, own


def _held_days(client: Client, first: date, last: date, zone: str) -> list[Window]:
    """Days on which an episode holds this client's visits: nothing is offered there."""
    return [
        (minute_of(day_begins(first, zone)),
         minute_of(day_begins(episode.hold_until, zone)))
        for episode in holding([client], first, last).get(client.pk, [])
        if episode.hold_until > first
    ]


def rank_for(client: Client, slots: list[Slot], practice: Practice) -> list[Ranked]:
    """The same slots, best first for this client, each saying why."""
    visits = Appointment.objects.filter(client=client).exclude(status__in=RELEASED)
    last = visits.filter(starts_at__lte=timezone.now()).order_by("-starts_at").values_list(
        "starts_at", "therapist_id", "series__every_days").first()
    prefs = preferences_of(client)
    if not prefs.therapists and last:
        prefs = Preferences(weekdays=prefs.weekdays, windows=prefs.windows, therapists=(str(last[1]),))
    return rank(slots, prefs, zone=practice.time_zone, last_visit=minute_of(last[0]) if last else None,
                rhythm_days=last[2] if last else None)


def preferences_of(client: Client) -> Preferences:
    """The client's wishes in the shape the pure functions read."""
    wishes = client.preferences
    return Preferences(
        weekdays=frozenset(wishes.get("weekdays", [])),
        windows=tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in wishes.get("windows", [])),
        therapists=tuple(wishes.get("therapists", [])))
