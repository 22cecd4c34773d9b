"""Open slots as pure arithmetic over sorted intervals; every time inside is a whole epoch minute (UTC)."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any, NamedTuple

from practice.clock import DAY, EPOCH_DAY, day_begins, minute_of, offset_spans, said_time

Window = tuple[int, int]
"""A stretch of time [start, end) in epoch minutes; a list of windows is sorted and disjoint as `merge` leaves it."""

ALWAYS = (-(10**9), 10**9)  # days since 1970, for hours without a first or last day
ONE_DAY = timedelta(days=1)
THURSDAY = 3  # the weekday of 1970-01-01
QUARTER = 15  # minutes
ROUND_UP = timedelta(minutes=1, microseconds=-1)  # the minute under way has begun already


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekly working hours on the wall clock: `weekday` 0 = Monday, closing at 00:00 means midnight at day's end."""

    weekday: int
    opens: time
    closes: time
    valid_from: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"A weekday is 0 (Monday) to 6 (Sunday), not {self.weekday}.")
        stretch_of(self.opens, self.closes)


@dataclass(frozen=True, slots=True)
class Supply:
    """One therapist: working windows less time off, and what is occupied already, buffers included."""

    therapist: str
    windows: Sequence[Window]
    busy: Sequence[Window]


@dataclass(frozen=True, slots=True)
class RoomBusy:
    """One room the service may use, and what is occupied in it already, buffers included."""

    room: str
    busy: Sequence[Window]


class Slot(NamedTuple):
    """One bookable visit: first and last epoch minute without buffers, therapist and room; sorts by start."""

    starts: int
    ends: int
    therapist: str
    room: str


Range = tuple[int, int]
"""Places [low, high) in a list of starts."""


@dataclass(frozen=True, slots=True)
class OpenStarts:
    """Every open start of a visit of `minutes`, not spelled out: the grid's `starts` (epoch minutes), and who is free.

    `rooms` is the room of each start, `free` each therapist's ranges of places in `starts`, sorted and apart; in them
    every start has a room.
    """

    minutes: int
    starts: range = range(0)
    rooms: Sequence[str | None] = ()
    free: Mapping[str, Sequence[Range]] = field(default_factory=dict)

    def slots(self) -> list[Slot]:
        """Return each open start as a slot, by start and then therapist."""
        rows = [
            (start, start + self.minutes, therapist, room)
            for therapist, ranges in self.free.items()
            for low, high in ranges
            for start, room in zip(self.starts[low:high], self.rooms[low:high], strict=True)
        ]
        rows.sort()
        return list(map(Slot._make, rows))


def merge(windows: Iterable[Window]) -> list[Window]:
    """Return windows sorted, with overlapping and touching ones joined and empty ones dropped."""
    merged: list[Window] = []
    since, until = None, 0
    for start, end in sorted(windows):
        if start >= end:
            continue
        if since is None:
            since, until = start, end
        elif start <= until:
            until = max(until, end)
        else:
            merged.append((since, until))
            since, until = start, end
    if since is not None:
        merged.append((since, until))
    return merged


def subtract(windows: Sequence[Window], busy: Sequence[Window]) -> list[Window]:
    """Return what `busy` leaves of `windows`; both as `merge` returns them, in one linear pass."""
    left: list[Window] = []
    near, count = 0, len(busy)
    for start, end in windows:
        while near < count and busy[near][1] <= start:
            near += 1
        while near < count and busy[near][0] < end:
            taken, free_again = busy[near]
            if start < taken:
                left.append((start, taken))
            start = free_again
            if free_again >= end:
                break
            near += 1
        if start < end:
            left.append((start, end))
    return left


def intersect(left: Sequence[Window], right: Sequence[Window]) -> list[Window]:
    """Return what two lists of windows share; both as `merge` returns them, in one linear pass."""
    shared: list[Window] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            shared.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return shared


def stretch_of(opens: time, closes: time) -> tuple[int, int]:
    """Return wall times as minutes of the day, 00:00 at the end meaning 24:00; refuses an end not after its start."""
    start, end = minute_of_day(opens), minute_of_day(closes) or DAY
    if start >= end:
        raise ValueError(f"Hours must end after they begin: {said_time(opens)}-{said_time(closes)} do not.")
    return start, end


def minute_of_day(at: time) -> int:
    """Return a wall time as whole minutes since 00:00."""
    return at.hour * 60 + at.minute


def working_windows(hours: Sequence[Hours], first: date, last: date, zone: str) -> list[Window]:
    """Return the epoch minutes at which the wall clock of `zone` stands inside the hours, on the dates first to last.

    Exact through clock changes: hours lose what a gap swallows and gain what a repeated hour adds.
    """
    by_weekday: list[list[tuple[int, int, int, int]]] = [[] for _ in range(7)]
    for row in hours:
        valid_from = row.valid_from.toordinal() - EPOCH_DAY if row.valid_from else ALWAYS[0]
        valid_until = row.valid_until.toordinal() - EPOCH_DAY if row.valid_until else ALWAYS[1]
        by_weekday[row.weekday].append((*stretch_of(row.opens, row.closes), valid_from, valid_until))
    first_day, last_day = first.toordinal() - EPOCH_DAY, last.toordinal() - EPOCH_DAY
    windows: list[Window] = []
    # One offset holds for months: between two changes the wall clock is plain arithmetic.
    for since, until, offset in offset_spans(zone, (first_day - 1) * DAY, (last_day + 2) * DAY):
        days = range(max(first_day, (since + offset) // DAY), min(last_day, (until + offset - 1) // DAY) + 1)
        for day in days:
            midnight = day * DAY - offset
            for opens, closes, valid_from, valid_until in by_weekday[(day + THURSDAY) % 7]:
                if valid_from <= day <= valid_until:
                    windows.append((max(midnight + opens, since), min(midnight + closes, until)))
    return merge(windows)


def windows_with_days(
    hours: Sequence[Hours], days: Sequence[Hours], first: date, last: date, zone: str
) -> list[Window]:
    """Return the working windows of weekly `hours`; on the dates of `days` those hold in their place.

    A row of `days` is valid on exactly one date.
    """
    weekly = working_windows(hours, first, last, zone)
    if not days:
        return weekly
    whole = [
        (minute_of(day_begins(on, zone)), minute_of(day_begins(on + ONE_DAY, zone)))
        for on in {row.valid_from for row in days if row.valid_from}
    ]
    return merge([*subtract(weekly, merge(whole)), *working_windows(days, first, last, zone)])


def open_starts(
    *,
    supply: Sequence[Supply],
    rooms: Sequence[RoomBusy],
    minutes: int,
    buffer_before: int,
    buffer_after: int,
    grid: int = 15,
    not_before: int,
    not_after: int,
    client_busy: Sequence[Window] = (),
    grid_origin: int = 0,
) -> OpenStarts:
    """Return every open start of a visit of `minutes` that lies inside [not_before, not_after].

    Therapist and room are taken for minutes and buffers, all inside one working window; the client for the minutes
    alone. A start lies `grid` minutes from the next, counted from `grid_origin` (an epoch minute; 0 fits every
    zone as long as the grid divides 15). Each start and therapist comes once, with the first free room in the order
    given. All but the working windows may come unsorted and overlapping. No rooms, no open starts.
    """
    if minutes <= 0 or grid <= 0 or buffer_before < 0 or buffer_after < 0:
        raise ValueError("A visit and the clock grid last at least a minute, and no buffer is negative.")
    base = grid_origin - (grid_origin - not_before) // grid * grid
    count = (not_after - minutes - base) // grid + 1
    if count <= 0:
        return OpenStarts(minutes)
    starts = range(base, base + count * grid, grid)
    room_at: list[str | None] = [None] * count
    roomy: list[Range] = []
    for room in reversed(rooms):
        free_here = _free_starts(room.busy, starts, buffer_before, minutes + buffer_after)
        for low, high in free_here:
            room_at[low:high] = [room.room] * (high - low)
        roomy += free_here
    closed = subtract([(0, count)], merge(roomy))
    if client_busy:
        closed = merge([*closed, *subtract([(0, count)], _free_starts(client_busy, starts, 0, minutes))])
    free = {}
    for row in supply:
        blocked = [*row.busy, *_outside(row.windows, starts, buffer_before, minutes + buffer_after)]
        free[row.therapist] = subtract(_free_starts(blocked, starts, buffer_before, minutes + buffer_after), closed)
    return OpenStarts(minutes, starts, room_at, free)


def open_slots(**question: Any) -> list[Slot]:
    """Return what `open_starts` finds, start by start: by start and then therapist."""
    return open_starts(**question).slots()


def _free_starts(blocked: Iterable[Window], starts: range, before: int, after: int) -> list[Range]:
    """Return index ranges [low, high) of `starts` whose [start - before, start + after) meets nothing blocked."""
    base, grid = starts.start, starts.step
    top = starts[-1] + after
    blocks = sorted(blocked)
    del blocks[bisect_left(blocks, (top,)) :]
    blocks.append((top, top))
    spare, reach = before + after, base + after - grid  # reach: so that dividing gives one past the last index
    found: list[Range] = []
    free_from = base - before
    for begin, end in blocks:
        if begin - free_from >= spare:
            low, high = -((base - before - free_from) // grid), (begin - reach) // grid
            if low < high:
                found.append((low, high))
        if end > free_from:
            free_from = end
    return found


def _outside(windows: Sequence[Window], starts: range, before: int, after: int) -> list[Window]:
    """Return the time around the starts that lies in no window."""
    return subtract([(starts[0] - before, starts[-1] + after)], windows)


def minutes_outside(start: int, minutes: int, opens: int, closes: int) -> int:
    """Return by how many minutes a visit begins before or ends after a window (all in minutes of the day).

    A visit longer than the window fits it best by beginning when it opens.
    """
    return max(0, opens - start, start - max(opens, closes - minutes))


def window_words(opens: int, closes: int) -> str:
    """Say a window given in minutes of the day: "10:00-12:00"."""
    return f"{opens // 60:02d}:{opens % 60:02d}-{closes // 60:02d}:{closes % 60:02d}"


def days_words(count: int) -> str:
    """Say a number of days: "1 day", "7 days"."""
    return "1 day" if count == 1 else f"{count} days"
