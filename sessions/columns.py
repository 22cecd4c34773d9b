"""The diary's columns: therapists or rooms of a day, the days of a therapist's week, and what stands in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone

from practice import clock
from practice.clock import day_begins, instant_at, minute_of
from practice.models import Membership, Room
from sessions.availability import Window, intersect, merge, subtract
from sessions.forms import therapists_of
from sessions.grid import (
    QUARTER,
    Piece,
    Placed,
    hours_shown,
    is_fine,
    is_tight,
    off_pieces,
    open_pieces,
    place,
    shades,
    time_words,
)
from sessions.models import Appointment
from sessions.work import Work, work_of

SATURDAY = 5
MOST_BELOW = 30  # minutes


@dataclass
class Column:
    """One column: a therapist, a room, or a day of a therapist's week."""

    title: str
    on: date
    therapist: Membership | None = None
    room: Room | None = None
    hours: list[tuple[int, int]] = field(default_factory=list)
    away: list[tuple[int, int]] = field(default_factory=list)
    closed: str = ""
    visits: list[Appointment] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    shades: list[tuple[int, int]] = field(default_factory=list)

    @property
    def said_hours(self) -> str:
        """The hours in words: "09:00-12:00, 13:00-17:00"; or why there are none."""
        if self.closed:
            return "closed"
        if self.hours:
            return ", ".join(f"{time_words(a)}–{time_words(b)}" for a, b in self.hours)
        return "away" if self.away else "no hours"


@dataclass(frozen=True, slots=True)
class Drawn:
    """Columns under one set of hours."""

    columns: list[Column]
    first_hour: int
    last_hour: int
    whose: Membership | None = None

    @property
    def scale(self) -> str:
        """How high a quarter of an hour is drawn, as classes; the same the whole day and in every column."""
        placed = [p for column in self.columns for p in column.placed]
        return f"{' is-fine' if is_fine(placed) else ''}{' is-tight' if is_tight(placed) else ''}"


def day_by_therapist(member: Membership, visits: Sequence[Appointment], on: date) -> Drawn:
    """A column for each therapist, and for whoever has a visit that day all the same."""
    people = {t.pk: t for t in therapists_of(member)}
    people |= {v.therapist_id: v.therapist for v in visits if not v.is_released}
    work = work_of(member.practice, list(people), on, on)
    windows = work.windows()
    return _drawn([_column(member, t.user.name, on, windows[pk], work, [v for v in visits if v.therapist_id == pk],
                           therapist=t) for pk, t in people.items()])


def day_by_room(member: Membership, visits: Sequence[Appointment], on: date, all_rooms: Sequence[Room]) -> Drawn:
    """A column per room; the room itself is always open, so its open time spans the hours somebody works."""
    rooms = {r.pk: r for r in all_rooms if r.is_active}
    rooms |= {v.room_id: v.room for v in visits if not v.is_released}
    work = work_of(member.practice, [t.pk for t in therapists_of(member)], on, on)
    windows = merge(w for own in work.windows().values() for w in own)
    return _drawn([_column(member, r.name, on, windows, work, [v for v in visits if v.room_id == pk], room=r)
                   for pk, r in rooms.items()])


def week_of(member: Membership, visits: Sequence[Appointment], monday: date, whose: Membership | None) -> Drawn:
    """The week of one therapist, free weekends left out."""
    if whose is None:
        return Drawn([], 9, 17)
    work = work_of(member.practice, [whose.pk], monday, monday + timedelta(days=6))
    windows, columns = work.windows()[whose.pk], []
    for day in days_from(monday):
        own = on_day(windows, day, member.practice.time_zone)
        his = [v for v in visits if v.therapist_id == whose.pk and v.wall_date == day]
        if own or his or day.weekday() < SATURDAY:
            columns.append(_column(member, clock.said_date(day), day, own, work, his, therapist=whose))
    drawn = _drawn(columns)
    return Drawn(drawn.columns, drawn.first_hour, drawn.last_hour, whose)


def days_from(monday: date) -> list[date]:
    """The seven days of a week."""
    return [monday + timedelta(days=n) for n in range(7)]


def on_day(windows: Sequence[Window], day: date, zone: str) -> list[Window]:
    """What of these windows lies in that day."""
    begin, end = minute_of(day_begins(day, zone)), minute_of(day_begins(day + timedelta(days=1), zone))
    return intersect(windows, [(begin, end)])


def open_from_now() -> Window:
    """What has passed, up to the next quarter hour: nothing is offered there."""
    return 0, -(-minute_of(timezone.now()) // 15) * 15


def _column(member: Membership, title: str, on: date, windows: list[Window], work: Work, visits: list[Appointment],
            therapist: Membership | None = None, room: Room | None = None) -> Column:
    """A column with its visits, the open time between them, and where somebody is away."""
    zone, pk = member.practice.time_zone, therapist.pk if therapist else UUID(int=0)
    standing = [v for v in visits if not v.is_released]
    taken = [(minute_of(v.occupied_from), minute_of(v.occupied_until)) for v in standing]
    column = Column(title, on, therapist, room, [on_the_wall(w, on, zone) for w in windows], visits=standing,
                    closed=work.closure_on(on))
    gone = merge([*work.closed_windows, *work.away.get(pk, [])])
    column.away = [on_the_wall(w, on, zone) for w in intersect(on_day(work.hours.get(pk, []), on, zone), gone)]
    column.pieces = [Piece("visit", *on_the_wall((minute_of(v.starts_at), minute_of(v.ends_at)), on, zone), visit=v)
                     for v in standing]
    for window in subtract(windows, merge([open_from_now(), *taken])):
        column.pieces += open_pieces(*on_the_wall(window, on, zone))
    return column


def on_the_wall(window: Window, on: date, zone: str) -> tuple[int, int]:
    """A stretch of time as minutes of that day on the wall; what reaches into the next day ends at midnight."""
    day, at, _ = clock.wall_of(instant_at(window[0]), zone)
    last_day, until, _ = clock.wall_of(instant_at(window[1]), zone)
    begins = at.hour * 60 + at.minute if day == on else 0
    return begins, until.hour * 60 + until.minute if last_day == on else 1440


def _drawn(columns: list[Column]) -> Drawn:
    """Place every column's pieces under one set of hours."""
    first, last = hours_shown(p for c in columns for p in [
        *c.pieces, *(Piece("off", a, b) for a, b in [*c.hours, *c.away])])
    for column in columns:
        column.pieces = _with_room_below(column.pieces, last)
        off = off_pieces(column.hours, (first, last), column.away) if not column.closed and (
            column.therapist or column.hours) else []
        taken = merge((p.begins, p.ends + p.below) for p in column.pieces)
        for one in off:  # said once, where there is room first
            clear = [(a, b) for a, b in subtract([(one.begins, one.ends)], taken) if b - a >= QUARTER]
            column.pieces += [Piece("off", *clear[0], one.words)] if clear else []
        column.placed = place(column.pieces, first)
        column.shades = shades(column.hours, (first, last))
    return Drawn(columns, first, last)


def _with_room_below(pieces: list[Piece], last_hour: int) -> list[Piece]:
    """The pieces, with up to half an hour left free below each visit that must move: “must move” stands there."""
    begins = sorted(p.begins for p in pieces)
    return [replace(p, below=min(MOST_BELOW, next((b for b in begins if b >= p.ends), last_hour * 60) - p.ends)
                    // QUARTER * QUARTER) if p.visit is not None and p.visit.must_move else p for p in pieces]
