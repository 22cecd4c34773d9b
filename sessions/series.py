"""A run of visits at one rhythm: every date is looked at before any is booked, and all are booked or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.db import transaction
from uuid_utils.compat import uuid7

from clients.episodes import today_in
from clients.models import Client
from practice import audit, clock
from practice.access import Actor
from practice.models import Membership, Room, Service
from practice.refusals import BadInput, Refusal
from sessions import reminders
from sessions.booking import book_appointment
from sessions.diary import lock_diary
from sessions.models import Appointment, Series
from sessions.rhythm import Rhythm
from sessions.supply import find_open_slots, rooms_for
from sessions.wished import Reading, read

NEARBY = timedelta(days=3)
MOST_ALTERNATIVES = 3
A_DAY_OFF = 180  # minutes off the wished hour that weigh as much as another day


class SeriesConflict(Refusal):
    """Some dates of the series cannot be booked; nothing was."""

    code: ClassVar[str] = "series_conflict"
    title: ClassVar[str] = "Some dates are not free"


class NoSuchTime(Refusal):
    """The clocks jump over this wall time on that day."""

    code: ClassVar[str] = "no_such_time"
    title: ClassVar[str] = "This time does not exist that day"


@dataclass(frozen=True, slots=True)
class SeriesDate:
    """One date of a series: free, or what speaks against it and the free times nearest to it, best first."""

    on: date
    starts_at: datetime
    conflict: str = ""
    code: str = ""
    alternatives: tuple[datetime, ...] = ()
    visit: str = ""  # where a visit stands there already

    @property
    def alternative(self) -> datetime | None:
        return next(iter(self.alternatives), None)


class _DryRun(Exception):
    """Takes every trial booking back."""


def try_series(
    *, client: Client, therapist: Membership, service: Service, first_starts_at: datetime, rhythm: Rhythm, by: Actor,
    room: Room | None = None, override_reason: str = "", instead: Mapping[date, datetime | None] | None = None,
) -> list[SeriesDate]:
    """Every date with its conflict, if any, and the nearest free times; books nothing.

    The wall-clock time stays the same across daylight saving; a date on which it does not exist is a conflict.
    `instead` names for dates of the rhythm another start, or None to leave the date out.
    """
    found: list[SeriesDate] = []
    try:
        with transaction.atomic():
            reading = _locked(client, therapist, service, room)
            for date_ in _dates(client, first_starts_at, rhythm, instead):
                found.append(date_ if date_.conflict else _try_one(
                    date_, client=client, therapist=therapist, service=service, by=by, room=room,
                    override_reason=override_reason, reading=reading))
            found = _with_alternatives(found, client, therapist, service)
            raise _DryRun
    except _DryRun:
        pass
    return found


def book_series(
    *, client: Client, therapist: Membership, service: Service, first_starts_at: datetime, rhythm: Rhythm, by: Actor,
    room: Room | None = None, override_reason: str = "", instead: Mapping[date, datetime | None] | None = None,
) -> tuple[Series, list[Appointment]]:
    """Book every date or none; `SeriesConflict` lists all dates when one cannot be booked.

    Refuses, as bad input, a first date that has passed and a rhythm that is none.
    """
    dates = _dates(client, first_starts_at, rhythm, instead)
    try:
        with transaction.atomic():
            reading = _locked(client, therapist, service, room)
            series = Series.objects.create(
                practice=client.practice, client=client, therapist=therapist, service=service,
                every_days=rhythm.interval_days, weekdays=sorted(set(rhythm.weekdays)), count=len(dates))
            act = uuid7()
            wish = {"client": client, "therapist": therapist, "service": service, "by": by, "room": room,
                    "series": series, "override_reason": override_reason, "reading": reading, "act": act}
            visits = [_book_date(d, **wish) for d in dates]
            reminders.tell_booked(visits, act)
            audit.record(by=by, verb="series_booked", subject=series, count=len(dates))
    except BadInput as refused:
        raise BadInput(refused.detail, field="first_starts_at", **refused.more) from refused
    except Refusal as refused:
        tried = try_series(client=client, therapist=therapist, service=service, first_starts_at=first_starts_at,
                           rhythm=rhythm, by=by, room=room, override_reason=override_reason, instead=instead)
        conflicts = [d for d in tried if d.conflict]
        raise SeriesConflict(
            f"{len(conflicts) or 1} of {len(dates)} dates cannot be booked, so none was. {words_of(refused)}",
            dates=[as_data(d, client.practice.time_zone) for d in tried]) from refused
    return series, visits


def _locked(client: Client, therapist: Membership, service: Service, room: Room | None) -> Reading:
    """Everybody of the series locked, once; and what the check reads of the client, for all its dates."""
    lock_diary([therapist], [room] if room else rooms_for(service), [client])
    return read(client)


def as_data(found: SeriesDate, zone: str) -> dict[str, Any]:
    """One date as plain data, times in the practice's zone."""
    return {"on": found.on.isoformat(), "starts_at": clock.iso(found.starts_at, zone),
            "conflict": found.conflict or None, "code": found.code or None,
            "alternative": clock.iso(found.alternative, zone) if found.alternative else None,
            "alternatives": [clock.iso(at, zone) for at in found.alternatives]} | (
                {"appointment": found.visit} if found.visit else {})


def _dates(client: Client, first: datetime, rhythm: Rhythm,
           instead: Mapping[date, datetime | None] | None = None) -> list[SeriesDate]:
    """The dates of the rhythm at one wall time, some of them elsewhere or left out."""
    zone, instead = client.practice.time_zone, instead or {}
    on, at, fold = clock.wall_of(first, zone)
    days = rhythm.dates(on)
    if strange := sorted(set(instead) - set(days)):
        raise BadInput(f"{clock.said_date(strange[0])} is no date of this series.", field="instead")
    kept = [day for day in days if day not in instead or instead[day] is not None]
    if not kept:
        raise BadInput("Every date was left out; nothing would be booked.", field="instead")
    return [SeriesDate(day, other) if (other := instead.get(day)) else _date(day, at, fold, zone) for day in kept]


def _date(on: date, at: time, fold: int, zone: str) -> SeriesDate:
    try:
        return SeriesDate(on, clock.instant_of(on, at, zone, fold=fold))
    except clock.WallTimeMissing as gap:
        after = gap.nearest[1]
        return SeriesDate(on, clock.instant_of(after.date(), after.time(), zone, fold=0), str(gap), "no_such_time")


def _book_date(found: SeriesDate, **wish: Any) -> Appointment:
    if found.conflict:
        raise NoSuchTime(found.conflict)
    return book_appointment(starts_at=found.starts_at, **wish)


def _try_one(found: SeriesDate, **wish: Any) -> SeriesDate:
    try:
        with transaction.atomic():
            _book_date(found, **wish)
    except Refusal as refused:
        return SeriesDate(found.on, found.starts_at, words_of(refused), refused.code)
    return found


def words_of(refused: Refusal) -> str:
    """All that speaks against one date, without the free times: the date has its own nearest one."""
    return " ".join(r["detail"] for r in refused.more.get("refusals", [])) or refused.detail


def _with_alternatives(dates: list[SeriesDate], client: Client, therapist: Membership,
                       service: Service) -> list[SeriesDate]:
    """The free times that suit best in place of each date that cannot be, within three days.

    None is offered first to two dates.

    Asked while the trial bookings stand, so that no free date of the series is offered in place of another.
    """
    found, promised = [], set[datetime]()
    today = today_in(client)
    for one in dates:
        if not one.conflict:
            found.append(one)
            continue
        first = max(one.on - NEARBY, today)
        slots = find_open_slots(service=service, first=first, last=max(one.on, first) + NEARBY,
                                therapists=[therapist], client=client)
        nearest = _nearest(one, [slot.starts_at for slot in slots if slot.starts_at not in promised], client)
        promised.update(nearest[:1])
        found.append(replace(one, alternatives=tuple(nearest)))
    return found


def _nearest(one: SeriesDate, starts: list[datetime], client: Client) -> list[datetime]:
    """A few of these starts, best first: near the hour that was wished for, that day or a day near it.

    Another day at the same hour is as far as three hours off on the day itself; of a day before and after the time
    that cannot be, of other days one each: more of one morning helps nobody.
    """
    zone = client.practice.time_zone
    wished = clock.wall_of(one.starts_at, zone)[1]
    found: dict[tuple[date, bool], tuple[int, datetime]] = {}
    for start in starts:
        on, at, _ = clock.wall_of(start, zone)
        off = abs((at.hour - wished.hour) * 60 + at.minute - wished.minute) + A_DAY_OFF * abs((on - one.on).days)
        side = on, on == one.on and start > one.starts_at
        found[side] = min(found.get(side, (off, start)), (off, start))
    return [start for _, start in sorted(found.values())[:MOST_ALTERNATIVES]]
