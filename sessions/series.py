"""A run of visits at one rhythm: every date is looked at before any is booked, and all are booked or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.db import transaction

from clients.episodes import today_in
from clients.models import Client
from practice import audit, clock
from practice.access import Actor
from practice.models import Membership, Room, Service
from practice.refusals import BadInput, Refusal
from sessions.booking import book_appointment
from sessions.diary import lock_diary
from sessions.models import Appointment, Series
from sessions.objections import read
from sessions.supply import find_open_slots, rooms_for

MOST_VISITS = 104


class SeriesConflict(Refusal):
    """Some dates of the series cannot be booked; nothing was."""

    code: ClassVar[str] = "series_conflict"
    title: ClassVar[str] = "Some dates are not free"


@dataclass(frozen=True, slots=True)
class SeriesDate:
    """One date of a series: free, or what speaks against it and the nearest free time instead."""

    on: date
    starts_at: datetime
    conflict: str = ""
    code: str = ""
    alternative: datetime | None = None


class _DryRun(Exception):
    """Takes every trial booking back."""


def try_series(
    *, client: Client, therapist: Membership, service: Service, first_starts_at: datetime, every_days: int, count: int,
    by: Actor, room: Room | None = None, override_reason: str = "",
) -> list[SeriesDate]:
    """Every date with its conflict, if any, and the nearest free time; books nothing.

    The wall-clock time stays the same across daylight saving; a date on which it does not exist is a conflict.
    """
    found: list[SeriesDate] = []
    try:
        with transaction.atomic():
            lock_diary([therapist], [room] if room else rooms_for(service), [client])
            reading = read(client)
            for date_ in _dates(client, first_starts_at, every_days, count):
                found.append(date_ if date_.conflict else _try_one(
                    date_, client=client, therapist=therapist, service=service, by=by, room=room,
                    override_reason=override_reason, reading=reading))
            raise _DryRun
    except _DryRun:
        pass
    return [_with_alternative(d, client, therapist, service) if d.conflict else d for d in found]


def book_series(
    *, client: Client, therapist: Membership, service: Service, first_starts_at: datetime, every_days: int, count: int,
    by: Actor, room: Room | None = None, override_reason: str = "",
) -> tuple[Series, list[Appointment]]:
    """Book every date or none; `SeriesConflict` lists all dates when one cannot be booked.

    Refuses, as bad input, a first date that has passed.
    """
    dates = _dates(client, first_starts_at, every_days, count)
    try:
        with transaction.atomic():
            lock_diary([therapist], [room] if room else rooms_for(service), [client])
            series = Series.objects.create(practice=client.practice, client=client, therapist=therapist,
                                           service=service, every_days=every_days, count=count)
            reading = read(client)
            visits = [_book_date(d, client=client, therapist=therapist, service=service, by=by, room=room,
                                 series=series, override_reason=override_reason, reading=reading) for d in dates]
            audit.record(by=by, verb="series_booked", subject=series, count=count)
    except BadInput as refused:
        raise BadInput(refused.detail, field="first_starts_at", **refused.more) from refused
    except Refusal as refused:
        tried = try_series(client=client, therapist=therapist, service=service, first_starts_at=first_starts_at,
                           every_days=every_days, count=count, by=by, room=room, override_reason=override_reason)
        conflicts = [d for d in tried if d.conflict]
        raise SeriesConflict(
            f"{len(conflicts) or 1} of {count} dates cannot be booked, so none was. {_words_of(refused)}",
            dates=[as_data(d, client.practice.time_zone) for d in tried]) from refused
    return series, visits


def as_data(found: SeriesDate, zone: str) -> dict[str, Any]:
    """One date as plain data, times in the practice's zone."""
    return {"on": found.on.isoformat(), "starts_at": clock.iso(found.starts_at, zone),
            "conflict": found.conflict or None, "code": found.code or None,
            "alternative": clock.iso(found.alternative, zone) if found.alternative else None}


def _dates(client: Client, first: datetime, every_days: int, count: int) -> list[SeriesDate]:
    """The dates of the rhythm at one wall time; refuses a rhythm or a count out of bounds."""
    if not 1 <= every_days <= 366:
        raise BadInput("A rhythm is from 1 to 366 days.", field="every_days")
    if not 1 <= count <= MOST_VISITS:
        raise BadInput(f"A series has from 1 to {MOST_VISITS} visits.", field="count")
    on, at, fold = clock.wall_of(first, client.practice.time_zone)
    return [_date(on + timedelta(days=every_days * k), at, fold, client.practice.time_zone) for k in range(count)]


def _date(on: date, at: time, fold: int, zone: str) -> SeriesDate:
    try:
        return SeriesDate(on, clock.instant_of(on, at, zone, fold=fold))
    except clock.WallTimeMissing as gap:
        after = gap.nearest[1]
        return SeriesDate(on, clock.instant_of(after.date(), after.time(), zone, fold=0), str(gap), "no_such_time")


class _NoSuchTime(Refusal):
    code: ClassVar[str] = "no_such_time"


def _book_date(found: SeriesDate, **wish: Any) -> Appointment:
    if found.conflict:
        raise _NoSuchTime(found.conflict)
    return book_appointment(starts_at=found.starts_at, **wish)


def _try_one(found: SeriesDate, **wish: Any) -> SeriesDate:
    try:
        with transaction.atomic():
            _book_date(found, **wish)
    except Refusal as refused:
        return SeriesDate(found.on, found.starts_at, _words_of(refused), refused.code)
    return found


def _words_of(refused: Refusal) -> str:
    """All that speaks against one date, without the free times: the date has its own nearest one."""
    return " ".join(r["detail"] for r in refused.more.get("refusals", [])) or refused.detail


def _with_alternative(found: SeriesDate, client: Client, therapist: Membership, service: Service) -> SeriesDate:
    """The nearest open start within three days of the wished one."""
    today = today_in(client)
    first = max(found.on - timedelta(days=3), today)
    slots = find_open_slots(service=service, first=first, last=max(found.on, first) + timedelta(days=3),
                            therapists=[therapist], client=client)
    nearest = min(slots, key=lambda slot: (abs(slot.starts_at - found.starts_at), slot.starts_at), default=None)
    return SeriesDate(found.on, found.starts_at, found.conflict, found.code, nearest.starts_at if nearest else None)
