"""Which open slots suit a client best: pure arithmetic, weighed as the return plan weighs."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cache, partial
from typing import NamedTuple

from practice.clock import DAY, EPOCH_DAY, offset_spans, said_date
from sessions.availability import (
    QUARTER,
    THURSDAY,
    Slot,
    Window,
    days_words,
    minutes_outside,
    stretch_of,
    window_words,
)

RHYTHM, TIME_OF_DAY_MOST, WEEKDAY, THERAPIST = 3, 16, 2, 12  # as the return plan weighs, see docs/planning.md


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


def rank(
    slots: Sequence[Slot],
    preferences: Preferences,
    *,
    zone: str,
    last_visit: int | None = None,
    coming: Sequence[int] = (),
    rhythm_days: int | None = None,
    last_therapist: str | None = None,
    today: date | None = None,
) -> list[Ranked]:
    """Return the slots best first for one client, with the reasons in words; equal ones come earliest first.

    Weighed as the return plan does: 3 a day off the rhythm, counted from the visit before (`last_visit` or one of
    those `coming`, epoch minutes), and 3 a day nearer to the visit after than the rhythm; 1 per started 15 minutes
    outside the preferred windows, or else the suggested ones, at most 16; 2 for another weekday; 12 for another
    therapist (of the preferred ones: 1 per place further down); 16 for a time or a day to avoid. Days on which the
    client has a visit come after all others. Days are said as seen from `today`.
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
        rhythm=rhythm_days, today=today))
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


def _weigh_day(
    day: int, *, weekdays: frozenset[int], avoided: frozenset[int], days: Sequence[int], last_day: int | None,
    rhythm: int | None, today: date | None,
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
    if rhythm is not None:
        before = days[place - 1] if place > 0 else None
        after = days[place] if place < len(days) and days[place] - day < rhythm else None
        cost += 0 if before is None else RHYTHM * abs(day - before - rhythm)
        cost += 0 if after is None else RHYTHM * (rhythm - (after - day))
        why += _rhythm_words(day, before, after, rhythm, partial(_visit_words, last=last_day, today=today))
    return cost, tuple(why)


def _rhythm_words(day: int, before: int | None, after: int | None, rhythm: int,
                  visit_words: Callable[[int], str]) -> list[str]:
    """Where a day lies between the visit before and one that follows too soon, and how they usually come."""
    why = []
    if before is not None and after is not None and day - before < rhythm:
        why.append(f"between {visit_words(before)} and {visit_words(after).replace('the visit', 'the one')}")
    else:
        if before is not None:
            said = f"{days_words(day - before)} after {visit_words(before)}"
            why.append(f"{said}, as usual" if day - before == rhythm else said)
        if after is not None:
            why.append(f"{days_words(after - day)} before {visit_words(after)}")
    is_usual = before is not None and day - before == rhythm
    return [*why, f"they usually come {_often(rhythm)}"] if why and not is_usual else why


def _often(rhythm: int) -> str:
    """How often a rhythm of so many days is: "weekly", "every 2 weeks", "every 10 days"."""
    weeks, odd = divmod(rhythm, 7)
    if rhythm == 1 or odd:
        return "daily" if rhythm == 1 else f"every {days_words(rhythm)}"
    return "weekly" if weeks == 1 else f"every {weeks} weeks"


def _visit_words(day: int, *, last: int | None, today: date | None) -> str:
    """The visit of that day: "their last visit", "the visit on Mon 23 Nov"."""
    if day == last:
        return "their last visit"
    return f"the visit on {said_date(date.fromordinal(day + EPOCH_DAY), today=today)}"


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
