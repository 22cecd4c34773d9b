"""Open slots as pure arithmetic over sorted intervals; every time inside is a whole epoch minute (UTC)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache, partial
from typing import NamedTuple

from practice.clock import DAY, EPOCH_DAY, day_begins, minute_of, offset_spans, said_date, said_time

Window = tuple[int, int]
"""A stretch of time [start, end) in epoch minutes; a list of windows is sorted and disjoint as `merge` leaves it."""

ALWAYS = (-(10**9), 10**9)  # days since 1970, for hours without a first or last day
ONE_DAY = timedelta(days=1)
THURSDAY = 3  # the weekday of 1970-01-01
QUARTER = 15  # minutes
RHYTHM, TIME_OF_DAY_MOST, WEEKDAY, THERAPIST = 3, 16, 2, 12  # as the return plan weighs, see docs/planning.md


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


@dataclass(frozen=True, slots=True)
class Preferences:
    """What suits a client: weekdays (0 = Monday), wall-clock windows, therapists best first, times to avoid and why.

    `suggested` are windows nobody asked for, weighed where there are no others; `days_to_avoid` are dates.
    """

    weekdays: frozenset[int] = frozenset()
    windows: tuple[tuple[time, time], ...] = ()
    therapists: tuple[str, ...] = ()
    avoid: tuple[tuple[time, time, str], ...] = ()
    suggested: tuple[tuple[time, time], ...] = ()
    days_to_avoid: frozenset[date] = frozenset()


class Ranked(NamedTuple):
    """A slot with its place in the whole answer (1 = best) and the reasons in words."""

    slot: Slot
    rank: int
    why: tuple[str, ...]


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


def open_slots(
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
) -> list[Slot]:
    """Return every open slot of `minutes` that lies inside [not_before, not_after], by start and then therapist.

    Therapist and room are taken for minutes and buffers, all inside one working window; the client for the minutes
    alone. A start lies `grid` minutes from the next, counted from `grid_origin` (an epoch minute; 0 fits every
    zone as long as the grid divides 15). Each start and therapist comes once, with the first free room in the order
    given. All but the working windows may come unsorted and overlapping. No rooms, no slots.
    """
    if minutes <= 0 or grid <= 0 or buffer_before < 0 or buffer_after < 0:
        raise ValueError("A visit and the clock grid last at least a minute, and no buffer is negative.")
    base = grid_origin - (grid_origin - not_before) // grid * grid
    count = (not_after - minutes - base) // grid + 1
    if count <= 0:
        return []
    starts = range(base, base + count * grid, grid)
    room_at = _first_free_room(rooms, starts, buffer_before, minutes + buffer_after)
    if client_busy:
        for low, high in _gaps(_free_starts(client_busy, starts, 0, minutes), count):
            room_at[low:high] = [None] * (high - low)
    rows: list[tuple[int, int, str, str]] = []
    for row in supply:
        blocked = [*row.busy, *_outside(row.windows, starts, buffer_before, minutes + buffer_after)]
        therapist = row.therapist
        for low, high in _free_starts(blocked, starts, buffer_before, minutes + buffer_after):
            rows += [
                (start, start + minutes, therapist, room)
                for start, room in zip(starts[low:high], room_at[low:high], strict=True)
                if room is not None
            ]
    rows.sort()
    return list(map(Slot._make, rows))


def _free_starts(blocked: Iterable[Window], starts: range, before: int, after: int) -> list[tuple[int, int]]:
    """Return index ranges [low, high) of `starts` whose [start - before, start + after) meets nothing blocked."""
    base, grid = starts.start, starts.step
    top = starts[-1] + after
    blocks = sorted(blocked)
    del blocks[bisect_left(blocks, (top,)) :]
    blocks.append((top, top))
    spare, reach = before + after, base + after - grid  # reach: so that dividing gives one past the last index
    found: list[tuple[int, int]] = []
    free_from = base - before
    for begin, end in blocks:
        if begin - free_from >= spare:
            low, high = -((base - before - free_from) // grid), (begin - reach) // grid
            if low < high:
                found.append((low, high))
        if end > free_from:
            free_from = end
    return found


def _first_free_room(rooms: Sequence[RoomBusy], starts: range, before: int, after: int) -> list[str | None]:
    """Return for every start the first room, in the order given, that is free around it."""
    room_at: list[str | None] = [None] * len(starts)
    for room in reversed(rooms):
        for low, high in _free_starts(room.busy, starts, before, after):
            room_at[low:high] = [room.room] * (high - low)
    return room_at


def _outside(windows: Sequence[Window], starts: range, before: int, after: int) -> list[Window]:
    """Return the time around the starts that lies in no window."""
    return subtract([(starts[0] - before, starts[-1] + after)], windows)


def _gaps(ranges: Sequence[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    return subtract([(0, count)], ranges)


def rank(
    slots: Sequence[Slot],
    preferences: Preferences,
    *,
    zone: str,
    last_visit: int | None = None,
    coming: Sequence[int] = (),
    rhythm_days: int | None = None,
    last_therapist: str | None = None,
) -> list[Ranked]:
    """Return the slots best first for one client, with the reasons in words; equal ones come earliest first.

    Weighed as the return plan does: 3 a day off the rhythm, counted from the visit before (`last_visit` or one of
    those `coming`, epoch minutes), and 3 a day nearer to the visit after than the rhythm; 1 per started 15 minutes
    outside the preferred windows, or else the suggested ones, at most 16; 2 for another weekday; 12 for another
    therapist (of the preferred ones: 1 per place further down); 16 for a time or a day to avoid. Days on which the
    client has a visit come after all others.
    """
    if not slots:
        return []
    known = [slot.starts for slot in slots] + ([] if last_visit is None else [last_visit]) + list(coming)
    spans = offset_spans(zone, min(known), max(known) + 1)
    changes, offsets = [start for start, _, _ in spans], [offset for _, _, offset in spans]

    def local(minute: int) -> int:
        return minute + offsets[bisect_right(changes, minute) - 1]

    last_day = None if last_visit is None else local(last_visit) // DAY
    windows = [stretch_of(*window) for window in preferences.windows or preferences.suggested]
    called = "the preferred window" if preferences.windows else "the suggested time"
    avoided = frozenset(day.toordinal() - EPOCH_DAY for day in preferences.days_to_avoid)
    avoid = [(*stretch_of(opens, closes), because) for opens, closes, because in preferences.avoid]
    days = sorted({local(minute) // DAY for minute in coming} | (set() if last_day is None else {last_day}))
    by_day = cache(partial(
        _weigh_day, weekdays=preferences.weekdays, avoided=avoided, days=days, last_day=last_day,
        rhythm=rhythm_days))
    by_time = cache(partial(_weigh_time, windows=windows, called=called, avoid=avoid))
    by_therapist = cache(partial(_weigh_therapist, preferred=preferences.therapists, last=last_therapist))
    has_visit, weighed = set(days), []
    for slot in slots:
        day, minute = divmod(local(slot.starts), DAY)
        cost, why = by_day(day)
        time_cost, time_why = by_time(minute, slot.ends - slot.starts)
        therapist_cost, therapist_why = by_therapist(slot.therapist)
        total = cost + time_cost + therapist_cost
        weighed.append((day in has_visit, total, slot, why + time_why + therapist_why))
    weighed.sort()
    return [Ranked(slot, place, why) for place, (_, _, slot, why) in enumerate(weighed, start=1)]


def minutes_outside(start: int, minutes: int, opens: int, closes: int) -> int:
    """Return by how many minutes a visit begins before or ends after a window (all in minutes of the day).

    A visit longer than the window fits it best by beginning when it opens.
    """
    return max(0, opens - start, start - max(opens, closes - minutes))


def window_words(opens: int, closes: int) -> str:
    """Say a window given in minutes of the day: "10:00-12:00"."""
    return f"{opens // 60:02d}:{opens % 60:02d}-{closes // 60:02d}:{closes % 60:02d}"


def _weigh_day(
    day: int, *, weekdays: frozenset[int], avoided: frozenset[int], days: Sequence[int], last_day: int | None,
    rhythm: int | None,
) -> tuple[int, tuple[str, ...]]:
    """Weigh a day by its weekday and by the nearest of the `days` with a visit before and after it."""
    cost, why = 0, []
    if weekdays:
        preferred = (day + THURSDAY) % 7 in weekdays
        cost += 0 if preferred else WEEKDAY
        why.append("a preferred day" if preferred else "not a preferred day")
    if day in avoided:
        cost += TIME_OF_DAY_MOST
        why.append("a day to avoid for them")
    place = bisect_left(days, day)
    if place < len(days) and days[place] == day:
        return cost, ("already has a visit that day", *why)
    if rhythm is not None and place > 0:
        gap = day - days[place - 1]
        cost += RHYTHM * abs(gap - rhythm)
        said = f"{days_words(gap)} after {_visit_words(days[place - 1], last_day)}"
        why.append(f"{said}, as usual" if gap == rhythm else f"{said}, usually {rhythm}")
    if rhythm is not None and place < len(days):
        gap = days[place] - day
        cost += RHYTHM * max(0, rhythm - gap)
        if gap < rhythm:
            why.append(f"{days_words(gap)} before {_visit_words(days[place], last_day)}")
    return cost, tuple(why)


def _visit_words(day: int, last_day: int | None) -> str:
    return "the last visit" if day == last_day else f"the visit on {said_date(date.fromordinal(day + EPOCH_DAY))}"


def _weigh_time(
    start: int, minutes: int, *, windows: Sequence[Window], called: str, avoid: Sequence[tuple[int, int, str]]
) -> tuple[int, tuple[str, ...]]:
    cost, why = 0, []
    if windows:
        outside, opens, closes = min((minutes_outside(start, minutes, *window), *window) for window in windows)
        cost += min(-(-outside // QUARTER), TIME_OF_DAY_MOST)
        where = f"{outside} minutes outside" if outside else "inside"
        why.append(f"{where} {called} {window_words(opens, closes)}")
    for opens, closes, because in avoid:
        if start < closes and start + minutes > opens:
            cost += TIME_OF_DAY_MOST
            why.append(f"in a time to avoid, {window_words(opens, closes)}: {because}")
    return cost, tuple(why)


def _weigh_therapist(therapist: str, *, preferred: Sequence[str], last: str | None) -> tuple[int, tuple[str, ...]]:
    same = ("same therapist as last time",) if therapist == last else ()
    if not preferred:
        return (0 if last is None or same else THERAPIST), same
    if therapist not in preferred:
        return THERAPIST, (*same, "not a preferred therapist")
    return min(preferred.index(therapist), THERAPIST - 1), (*same, "a preferred therapist")


def days_words(count: int) -> str:
    """Say a number of days: "1 day", "7 days"."""
    return "1 day" if count == 1 else f"{count} days"
