"""A plan as a picture: two rows of days, the old above the new, a line from each visit's old day to its new one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from practice import clock

EDGE = 4.0  # percent of the width left free at both ends
LEAST_APART = 7.0  # percent between two numbers of one row: nearer ones are not written


@dataclass(frozen=True, slots=True)
class Moved:
    """One visit of the plan: its old day and the new one, None where it stays on hold or is let go."""

    was: date
    becomes: date | None
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A visit in one row: where (percent of the width), how it looks, and its day where there is room for it."""

    x: float
    look: str  # "old", "stuck", "new", "changed" or "kept"
    day: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """From an old day to a new one, in percent of the width."""

    x1: float
    x2: float
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Both rows, the lines between them, the months, the episode's days, and the same in one sentence."""

    above: tuple[Mark, ...]
    below: tuple[Mark, ...]
    lines: tuple[Line, ...]
    months: tuple[tuple[float, str], ...]
    episode: tuple[float, float] | None  # where it begins, and how wide it is
    said: str

    @property
    def looks(self) -> list[tuple[str, str]]:
        """The kinds of mark that appear, for the legend."""
        seen = {mark.look for mark in (*self.above, *self.below)}
        return [(look, words) for look, words in (
            ("old", "on hold"), ("new", "new day"), ("changed", "changed just now"), ("stuck", "without a new day"),
            ("kept", "stays")) if look in seen]


def picture_of(moves: Sequence[Moved], kept: Iterable[date], episode: tuple[date, date] | None = None) -> Picture:
    """Lay out a plan's moves and the visits that stay among them; the episode's days are cut off at the ends."""
    days = [m.was for m in moves] + [m.becomes for m in moves if m.becomes]
    first, last = min(days) - timedelta(days=1), max(days) + timedelta(days=1)
    stays = sorted({on for on in kept if first <= on <= last})
    per_day = (100 - 2 * EDGE) / (last - first).days

    def at(on: date) -> float:
        return round(EDGE + (min(max(on, first), last) - first).days * per_day, 2)

    above = [(m.was, "old" if m.becomes else "stuck") for m in moves] + [(on, "kept") for on in stays]
    below = [(m.becomes, "changed" if m.is_changed else "new") for m in moves if m.becomes]
    lines = tuple(Line(at(m.was), at(m.becomes), m.is_changed) for m in moves if m.becomes)
    band = None
    if episode and episode[0] <= last and episode[1] >= first:
        begin = at(episode[0]) if episode[0] > first else 0.0
        band = (begin, round(at(episode[1]) - begin, 2))
    return Picture(_row(above, at), _row([*below, *((on, "kept") for on in stays)], at), lines,
                   tuple((at(on), clock.MONTHS[on.month - 1]) for on in _firsts(first, last)), band,
                   _said(moves, len(stays)))


def _row(marks: Iterable[tuple[date, str]], at: Callable[[date], float]) -> tuple[Mark, ...]:
    """The marks of one row from left to right, each with its day where the one written before is far enough."""
    found, written = [], -LEAST_APART
    for on, look in sorted(marks):
        x = at(on)
        has_room = x - written >= LEAST_APART
        found.append(Mark(x, look, str(on.day) if has_room else ""))
        written = x if has_room else written
    return tuple(found)


def _firsts(first: date, last: date) -> list[date]:
    """The first day shown and the first of each month after it, where there is room between them."""
    after = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    days = [first, *(on for on in after if on.day == 1)]
    if len(days) > 1 and (days[1] - first).days * 12 < (last - first).days:
        del days[0]
    return days


def _said(moves: Sequence[Moved], stays: int) -> str:
    placed = [f"{clock.said_date(m.was)} becomes {clock.said_date(m.becomes)}" for m in moves if m.becomes]
    stuck = [clock.said_date(m.was) for m in moves if m.becomes is None]
    parts = [*placed, *([f"without a new day: {', '.join(stuck)}"] if stuck else []),
             *([f"{stays} visit{'s' * (stays > 1)} between them stay{'s' * (stays == 1)}"] if stays else [])]
    return f"{'; '.join(parts)}."
