"""When therapists work: hours of the week or of a date, less time off, closed days and busy times elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import (
    CharField,
    DateField,
    DateTimeField,
    PositiveSmallIntegerField,
    QuerySet,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast

from practice.clock import WallTimeMissing, day_begins, instant_of, minute_of, wall_of
from practice.composed import Composed, as_date, as_id, as_instant, as_time
from practice.models import Closure, DayHours, Membership, Practice, TimeOff, WorkingHours
from sessions.availability import Hours, Window, merge, subtract, windows_with_days
from sessions.models import BusyTime

DAY = timedelta(days=1)
OF_A_DATE = 7  # no weekday: the row holds on one date
_AWAY = ("therapist_id", "starts_at", "ends_at")


@dataclass(frozen=True, slots=True)
class Work:
    """What the hours, time off and closures of some days say: `hours` without either, by therapist, epoch minutes."""

    hours: dict[UUID, list[Window]]
    away: dict[UUID, list[Window]]
    closed: list[tuple[date, date, str]]  # first and last day, both included, and the name
    closed_windows: list[Window]

    def windows(self) -> dict[UUID, list[Window]]:
        """When each therapist works: hours less time off and closures."""
        return {pk: subtract(own, merge([*self.closed_windows, *self.away.get(pk, [])]))
                for pk, own in self.hours.items()}

    def closure_on(self, on: date) -> str:
        """What the practice is closed for that day, "" where it is open."""
        return next((name for first, last, name in self.closed if first <= on <= last), "")


def windows_of(practice: Practice, who: Sequence[UUID], first: date, last: date) -> dict[UUID, list[Window]]:
    """Working time of each therapist in epoch minutes: hours less closures, time off and busy times elsewhere."""
    return work_of(practice, who, first, last).windows()


def first_at_work(therapist: Membership, days: Sequence[date], at: time, minutes: int) -> date:
    """The first of these days on which the therapist works for so long from that time on; else the first of all."""
    zone = therapist.practice.time_zone
    windows = windows_of(therapist.practice, [therapist.pk], days[0], days[-1])[therapist.pk]
    for day in days:
        try:
            begin = minute_of(instant_of(day, at, zone, fold=0))
        except WallTimeMissing:
            continue
        if any(opens <= begin and begin + minutes <= closes for opens, closes in windows):
            return day
    return days[0]


def work_of(practice: Practice, who: Sequence[UUID], first: date, last: date) -> Work:
    """The same apart, for whoever names a closed day or says that somebody is away; two queries."""
    zone = practice.time_zone
    hours, days = _hours_of(who, first, last)
    closed, away = _away(practice, who, first, last)
    # Colleagues often work the same hours.
    alike = cache(lambda weekly, dated: windows_with_days(weekly, dated, first, last, zone))
    shut = [(minute_of(day_begins(a, zone)), minute_of(day_begins(b + DAY, zone))) for a, b, _ in closed]
    return Work({pk: alike(tuple(hours[pk]), tuple(days[pk])) for pk in who}, away, closed, shut)


def works_through(therapist: Membership, begin: datetime, end: datetime) -> bool:
    """Whether a therapist works from one instant to another: within hours, not away, the practice open."""
    zone = therapist.practice.time_zone
    first, last = (wall_of(instant, zone)[0] for instant in (begin, end))
    windows = windows_of(therapist.practice, [therapist.pk], first, last)[therapist.pk]
    return any(opens <= minute_of(begin) and minute_of(end) <= closes for opens, closes in windows)


def _hours_of(who: Sequence[UUID], first: date, last: date) -> tuple[dict[UUID, list[Hours]], dict[UUID, list[Hours]]]:
    """The weekly hours of each, and those of single dates between the two, in one query."""
    hours: dict[UUID, list[Hours]] = defaultdict(list)
    days: dict[UUID, list[Hours]] = defaultdict(list)
    for pk, weekday, opens, closes, since, until in _hours(list(who), first, last) if who else ():
        begins, ends, valid_from = as_time(opens), as_time(closes), as_date(since)
        if weekday == OF_A_DATE and valid_from:
            days[as_id(pk)].append(Hours(valid_from.weekday(), begins, ends, valid_from, as_date(until)))
        else:
            hours[as_id(pk)].append(Hours(weekday, begins, ends, valid_from, as_date(until)))
    return hours, days


@Composed
def _hours(who: list[UUID], first: date, last: date) -> QuerySet[Any, Any]:
    weekly = WorkingHours.objects.filter(therapist__in=who).order_by().values_list(
        "therapist_id", "weekday", "opens", "closes", "valid_from", "valid_until")
    dated = DayHours.objects.filter(therapist__in=who, on__gte=first, on__lte=last).order_by().values_list(
        "therapist_id", Value(OF_A_DATE, output_field=PositiveSmallIntegerField()), "opens", "closes", "on", "on")
    return weekly.union(dated, all=True)


def rows_away(who: Sequence[UUID], begin: datetime, end: datetime) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """What takes these therapists away between two instants: time off, and busy times of outside calendars."""
    overlap = {"therapist__in": who, "ends_at__gt": begin, "starts_at__lt": end}
    return TimeOff.objects.filter(**overlap).order_by(), BusyTime.objects.filter(**overlap).order_by()


def _away(practice: Practice, who: Sequence[UUID], first: date,
          last: date) -> tuple[list[tuple[date, date, str]], dict[UUID, list[Window]]]:
    """When the whole practice is closed and what for, and when each therapist is away, in one query."""
    begin, end = day_begins(first, practice.time_zone), day_begins(last + DAY, practice.time_zone)
    closed: list[tuple[date, date, str]] = []
    away: dict[UUID, list[Window]] = defaultdict(list)
    rows = _absences(list(who), begin, end, practice.pk, first, last) if who else ()
    for pk, starts, ends, first_on, last_on, name in rows:
        if pk is not None:
            away[as_id(pk)].append((minute_of(as_instant(starts)), minute_of(as_instant(ends))))
        elif (since := as_date(first_on)) and (until := as_date(last_on)):
            closed.append((since, until, name))
    return sorted(closed), away


@Composed
def _absences(who: list[UUID], begin: datetime, end: datetime, practice: UUID, first: date,
              last: date) -> QuerySet[Any, Any]:
    no_time, no_day = Cast(Value(None), DateTimeField()), Cast(Value(None), DateField())
    no_one, no_name = Cast(Value(None), UUIDField()), Cast(Value(""), CharField())
    off, busy = rows_away(who, begin, end)
    shut = Closure.objects.filter(practice=practice, last_on__gte=first, first_on__lte=last).order_by()
    return off.values_list(*_AWAY, no_day, no_day, no_name).union(
        busy.values_list(*_AWAY, no_day, no_day, no_name),
        shut.values_list(no_one, no_time, no_time, "first_on", "last_on", "name"), all=True)
