"""What the diary has to offer: hours less time off, closures and what is booked, loaded once per question."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Aggregate,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    TextField,
)
from django.utils import timezone

from clients.episodes import holding
from clients.models import Client, Episode
from practice import clock
from practice.clock import day_begins, instant_at, minute_of
from practice.composed import Composed, ComposedRows, as_id
from practice.models import Membership, Practice, Room, Service
from sessions.availability import ROUND_UP, OpenStarts, RoomBusy, Slot, Supply, Window, merge, open_starts
from sessions.models import RELEASED, Appointment
from sessions.ranking import rank_for
from sessions.work import windows_of

MOST_DAYS = 92
DAY = timedelta(days=1)


class OpenSlot(NamedTuple):
    """One open time with who and where; `rank` and `why` where a client was named."""

    starts_at: datetime
    ends_at: datetime
    therapist: Membership
    room: Room
    rank: int | None = None
    why: tuple[str, ...] = ()


def therapists_for(service: Service) -> list[Membership]:
    """Who gives this service, in a fixed order: those it names, else every therapist; all with the skills it needs."""
    found = _therapists(service.practice_id, service.pk)
    named = [member for member in found if member.is_named] or found  # type: ignore[attr-defined]
    return [member for member in named if not member.is_lacking]  # type: ignore[attr-defined]


def rooms_for(service: Service) -> list[Room]:
    """Where it can be given, in the practice's order: in the rooms it names, else in every room."""
    found: list[Room] = list(_rooms(service.practice_id, service.pk))
    return [room for room in found if room.is_named] or found  # type: ignore[attr-defined]


def _everyone(practice: UUID, service: UUID) -> QuerySet[Membership]:
    """Every therapist in use: whether the service names them, and whether they lack a skill it needs."""
    names = Service.therapists.through.objects.filter(service=service, membership=OuterRef("pk"))
    had = Membership.skills.through.objects.filter(membership=OuterRef(OuterRef("pk")), skill=OuterRef("skill"))
    lacking = Service.needed_skills.through.objects.filter(service=service).filter(~Exists(had))
    return Membership.objects.filter(practice_id=practice, is_active=True, is_therapist=True).annotate(
        is_named=Exists(names), is_lacking=Exists(lacking)).order_by("pk")


_therapists = ComposedRows(lambda practice, service: _everyone(practice, service).select_related("user"))
_what_they_give = Composed(lambda practice, service: _everyone(practice, service).values_list(
    "pk", "is_named", "is_lacking"))
_rooms = ComposedRows(lambda practice, service: Room.objects.filter(practice_id=practice, is_active=True).annotate(
    is_named=Exists(Service.rooms.through.objects.filter(service=service, room=OuterRef("pk")))))


def gives(therapist: Membership, service: Service) -> bool:
    """Whether this is one of `therapists_for`, without loading the others."""
    rows = {as_id(pk): (is_named, is_lacking)
            for pk, is_named, is_lacking in _what_they_give(service.practice_id, service.pk)}
    is_named, is_lacking = rows.get(therapist.pk, (False, True))
    return not is_lacking and bool(is_named or not any(named for named, _ in rows.values()))


def find_open_slots(
    *, service: Service, first: date, last: date, therapists: Sequence[Membership] | None = None,
    rooms: Sequence[Room] | None = None, client: Client | None = None, minutes: int | None = None,
    ignoring: Sequence[UUID] = (), not_before: datetime | None = None,
) -> list[OpenSlot]:
    """Every open start between two dates (both included, practice's zone), ranked when a client is named.

    Nothing beyond the practice's booking horizon. `ignoring` are appointments whose own time counts as free (a move).
    One query each for hours, time off, closures and diary, whatever the number of days, therapists or slots.
    """
    practice = service.practice
    who = {member.pk: member for member in (therapists if therapists is not None else therapists_for(service))}
    where = {room.pk: room for room in (rooms if rooms is not None else rooms_for(service))}
    slots = open_times(service=service, first=first, last=last, therapists=list(who), rooms=list(where), client=client,
                       minutes=minutes, ignoring=ignoring, not_before=not_before)
    people, places = {str(pk): member for pk, member in who.items()}, {str(pk): room for pk, room in where.items()}
    if client is None:
        return [_named(slot, people, places) for slot in slots]
    ranked = rank_for(client, slots, practice)
    return [_named(r.slot, people, places, r.rank, r.why) for r in ranked]


def horizon_of(practice: Practice) -> date:
    """The last day the practice books."""
    return clock.wall_of(timezone.now(), practice.time_zone)[0] + timedelta(days=practice.horizon_days)


def _named(slot: Slot, who: dict[str, Membership], where: dict[str, Room], rank: int | None = None,
           why: tuple[str, ...] = ()) -> OpenSlot:
    return OpenSlot(instant_at(slot.starts), instant_at(slot.ends), who[slot.therapist], where[slot.room], rank, why)


def open_times(**question: Any) -> list[Slot]:
    """The same as plain slots of epoch minutes and ids, by start and then therapist; asked as `open_starts_for`."""
    return open_starts_for(**question).slots()


def open_starts_for(
    *, service: Service, first: date, last: date, therapists: Sequence[UUID], rooms: Sequence[UUID],
    client: Client | None = None, minutes: int | None = None, ignoring: Sequence[UUID] = (),
    not_before: datetime | None = None, but_hold_of: Episode | None = None,
) -> OpenStarts:
    """The same, not spelled out: who is free when, and the room of each start.

    Days on which an episode holds the client's visits are left out, but not for `but_hold_of`.
    """
    practice, zone = service.practice, service.practice.time_zone
    last = min(last, horizon_of(practice))
    if last < first:
        return OpenStarts(minutes or service.minutes)
    begin = minute_of(day_begins(first, zone))
    end = minute_of(day_begins(last + timedelta(days=1), zone))
    busy_who, busy_where, busy_client = busy_between(
        practice, instant_at(begin - 1440), instant_at(end + 1440), therapists, rooms, client, ignoring)
    windows = windows_of(practice, therapists, first, last)
    if client is not None:
        busy_client = merge([*busy_client, *_held_days(client, first, last, zone, but_hold_of)])
    return open_starts(
        supply=[Supply(str(pk), windows.get(pk, []), busy_who.get(pk, [])) for pk in therapists],
        rooms=[RoomBusy(str(pk), busy_where.get(pk, [])) for pk in rooms],
        minutes=minutes or service.minutes, buffer_before=service.buffer_before, buffer_after=service.buffer_after,
        grid=practice.slot_grid_minutes, grid_origin=begin,
        not_before=max(begin, minute_of((not_before or earliest_start(practice)) + ROUND_UP)),
        not_after=end, client_busy=busy_client)


def earliest_start(practice: Practice) -> datetime:
    """The earliest start staff book without a reason: now, and the practice's notice."""
    return timezone.now() + timedelta(minutes=practice.notice_minutes)


def busy_between(practice: Practice, begin: datetime, end: datetime, who: Sequence[UUID], where: Sequence[UUID],
                 client: Client | None, ignoring: Sequence[UUID] = ()) -> tuple[dict, dict, list[Window]]:
    """Occupied time by therapist, by room, and of the client, in one query."""
    asked: list[Any] = [practice.pk, begin - DAY, end + DAY, begin, end, timezone.now()]
    asked += ([client.pk] if client is not None else []) + ([list(ignoring)] if ignoring else [])
    by_who: dict[UUID, list[Window]] = defaultdict(list)
    by_where: dict[UUID, list[Window]] = defaultdict(list)
    own: list[Window] = []
    for therapist, room, *times in _busy(*asked):
        since, until, *own_times = map(_minutes, times)
        spans = list(zip(since, until, strict=True))
        by_who[as_id(therapist)] += spans
        by_where[as_id(room)] += spans
        if own_times:
            own += zip(*own_times, strict=True)
    own.sort()
    return by_who, by_where, own


@Composed
def _busy(practice: UUID, after: datetime, before: datetime, begin: datetime, end: datetime, now: datetime,
          *more: UUID | list[UUID]) -> QuerySet[Any, Any]:
    """Occupied time between two instants by therapist and room; of a client (an id) too, and without some (a list)."""
    # Bounds on starts_at let one index answer, however long the past; no visit with its buffers lasts a day.
    rows = Appointment.objects.filter(
        practice=practice, starts_at__gt=after, starts_at__lt=before, occupied_until__gt=begin,
        occupied_from__lt=end).exclude(status__in=RELEASED).exclude(status="proposed", expires_at__lte=now)
    # The database gathers the times of each therapist and room into two lists; a row per visit costs three times that.
    times = {"since": EpochMinutes("occupied_from"), "until": EpochMinutes("occupied_until")}
    for one in more:
        if isinstance(one, list):
            rows = rows.exclude(pk__in=one)
        else:
            mine = Q(client=one)
            times |= {"own_since": EpochMinutes("starts_at", filter=mine),
                      "own_until": EpochMinutes("ends_at", filter=mine)}
    return (rows.order_by().values("therapist_id", "room_id").annotate(**times)
            .values_list("therapist_id", "room_id", *times))


def _minutes(gathered: Any) -> list[int]:
    """What `EpochMinutes` gathered: a list on PostgreSQL, its JSON on SQLite."""
    return json.loads(gathered) if isinstance(gathered, str) else gathered or []


class EpochMinutes(Aggregate):
    """The times of a group as a list of whole epoch minutes, rounded down; in the same order for every column."""

    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self._as("array_agg(floor(date_part('epoch', %(expressions)s) / 60)::int)", compiler, connection)

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        seconds = "unixepoch(%(expressions)s)"
        if connection.Database.sqlite_version_info < (3, 38):  # of 2022
            seconds = "CAST(round((julianday(%(expressions)s) - 2440587.5) * 86400) AS INTEGER)"
        return self._as(f"json_group_array({seconds} / 60)", compiler, connection)

    def _as(self, template: str, compiler: Any, connection: Any) -> Any:
        self.template = template
        return self.as_sql(compiler, connection)

    def convert_value(self, value: Any, *_: Any) -> list[int]:
        return _minutes(value)


def _held_days(client: Client, first: date, last: date, zone: str, but: Episode | None) -> list[Window]:
    """Days on which an episode holds this client's visits: nothing is offered there."""
    return [
        (minute_of(day_begins(first, zone)), minute_of(day_begins(episode.hold_until, zone)))
        for episode in holding([client], first, last).get(client.pk, [])
        if episode.hold_until > first and episode != but
    ]
