"""The diary from further away: everybody's week in one table, and a month with counts and openness per day."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from practice.clock import day_begins, minute_of
from practice.models import Membership
from sessions.availability import Window, intersect, merge, subtract
from sessions.columns import SATURDAY, days_from, on_day, on_the_wall, open_from_now
from sessions.forms import therapists_of
from sessions.grid import LEAST_OPEN, time_words
from sessions.models import RELEASED, Appointment
from sessions.work import Work, work_of


@dataclass(frozen=True, slots=True)
class Cell:
    """One day, of one therapist or of everybody: its visits, how many are on hold, minutes still open, and why none."""

    on: date
    visits: tuple[Appointment, ...] = ()
    count: int = 0
    held: int = 0
    open_minutes: int = 0
    is_working: bool = False
    away: str = ""
    closed: str = ""

    @property
    def said_open(self) -> str:
        """How much is open: "2 h 30 open", "full"; "" where nothing ever was."""
        if not self.open_minutes:
            return "full" if self.is_working else ""
        hours, minutes = divmod(self.open_minutes, 60)
        return " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes:02d}" if hours and minutes else
                                          f"{minutes} min" if minutes else "", "open") if part)


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One therapist's week, a cell a day."""

    therapist: Membership
    cells: list[Cell]


def week_of_everybody(member: Membership, visits: Sequence[Appointment], monday: date) -> tuple[list[Cell],
                                                                                                   list[WeekRow]]:
    """The days shown, as cells of everybody, and a row for each therapist; free weekends left out."""
    people = {t.pk: t for t in therapists_of(member)}
    people |= {v.therapist_id: v.therapist for v in visits if not v.is_released}
    work = work_of(member.practice, list(people), monday, monday + timedelta(days=6))
    zone, windows = member.practice.time_zone, work.windows()
    days = [day for day in days_from(monday) if day.weekday() < SATURDAY or any(
        on_day(own, day, zone) for own in windows.values()) or any(v.wall_date == day for v in visits)]
    rows = [WeekRow(t, [_cell(day, [v for v in visits if v.therapist_id == pk and v.wall_date == day],
                              windows[pk], work, pk, zone) for day in days]) for pk, t in people.items()]
    return [Cell(day, closed=work.closure_on(day)) for day in days], rows


def _cell(day: date, visits: Sequence[Appointment], windows: Sequence[Window], work: Work, pk: UUID,
          zone: str) -> Cell:
    standing = [v for v in visits if not v.is_released]
    own = on_day(windows, day, zone)
    taken = [(minute_of(v.occupied_from), minute_of(v.occupied_until)) for v in standing]
    closed = work.closure_on(day)
    return Cell(day, tuple(standing), len(standing), sum(v.status == "held" for v in visits), _open(own, taken),
                is_working=_is_to_come(own), closed=closed,
                away="" if closed else _said_away(own, day, work, pk, zone))


def _said_away(own: Sequence[Window], day: date, work: Work, pk: UUID, zone: str) -> str:
    """That somebody is away, and when, where they work the rest of the day; "" where they are not."""
    gone = on_day(merge(work.away.get(pk, [])), day, zone)
    if not own:
        return "away" if gone else ""
    said = [on_the_wall(window, day, zone) for window in intersect(on_day(work.hours.get(pk, []), day, zone), gone)]
    return f"away {', '.join(f'{time_words(a)}–{time_words(b)}' for a, b in said)}" if said else ""


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks of a month, each seven days; days of the months around it are None."""

    first: date
    weeks: list[list[Cell | None]]
    visits: int
    held: int


def month_of(member: Membership, on: date) -> Month:
    """Counts and openness of each day of the month `on` lies in, over all therapists; one query for the visits."""
    zone, first = member.practice.time_zone, on.replace(day=1)
    last = on.replace(day=calendar.monthrange(on.year, on.month)[1])
    people = [t.pk for t in therapists_of(member)]
    work = work_of(member.practice, people, first, last)
    rows = Appointment.objects.visible_to(member).filter(
        starts_at__gte=day_begins(first, zone), starts_at__lt=day_begins(last + timedelta(days=1), zone))
    taken: dict[tuple[date, UUID], list[Window]] = defaultdict(list)
    held: dict[date, int] = defaultdict(int)
    count: dict[date, int] = defaultdict(int)
    for day, status, therapist, since, until in rows.order_by().values_list(
            "wall_date", "status", "therapist_id", "occupied_from", "occupied_until"):
        held[day] += status == "held"
        if status not in RELEASED:
            count[day] += 1
            taken[day, therapist].append((minute_of(since), minute_of(until)))
    windows = work.windows()

    def cell(day: date) -> Cell:
        own = {pk: on_day(windows[pk], day, zone) for pk in people}
        return Cell(day, count=count[day], held=held[day], closed=work.closure_on(day),
                    open_minutes=sum(_open(own[pk], taken[day, pk]) for pk in people),
                    is_working=any(_is_to_come(mine) for mine in own.values()))

    weeks = [[cell(day) if day.month == first.month else None for day in week]
             for week in calendar.Calendar().monthdatescalendar(first.year, first.month)]
    return Month(first, weeks, sum(count.values()), sum(held.values()))


def _open(windows: Sequence[Window], taken: Iterable[Window]) -> int:
    """Minutes still to come that nobody has, in stretches long enough to be offered."""
    free = subtract(windows, merge([open_from_now(), *taken]))
    return sum(end - begin for begin, end in free if end - begin >= LEAST_OPEN)


def _is_to_come(windows: Sequence[Window]) -> bool:
    return any(end > open_from_now()[1] for _, end in windows)


def month_before(first: date) -> date:
    """The first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def month_after(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=31)).replace(day=1)
