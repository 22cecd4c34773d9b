"""The frame of a chart: where a day and a value lie, the lines of its scale, and the days or months along its foot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor, log10

from notes.charts.pen import Look, group, line, words
from notes.charts.told import said_day, said_value
from practice.clock import MONTHS

SHORT = 62  # days; a shorter stretch names its days, a longer one its months
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240)  # months between two that are named


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot between its edges: days from left to right, values from bottom to top."""

    look: Look
    first: date
    last: date
    low: float
    high: float
    left: float
    right: float
    top: float
    bottom: float
    inset: float = 0  # what the outermost marks need on either side

    def x(self, on: date, half: float = 0.5) -> float:
        """Where a day lies; `half` 0 and 1 are its two edges, 0.5 its middle."""
        days = (self.last - self.first).days + 1
        share = min(max(((on - self.first).days + half) / days, 0), 1)
        return self.left + self.inset + (self.right - self.left - 2 * self.inset) * share

    def y(self, value: float) -> float:
        """Where a value lies; what is beyond the scale lies on its edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - (self.bottom - self.top) * share

    @property
    def ticks(self) -> tuple[float, float, float]:
        return ticks_of(self.low, self.high)

    def grid(self) -> Iterator[str]:
        """Three lines, each with its value."""
        text = self.look.text
        for value in self.ticks:
            y, tint = self.y(value), 0.55 if value == self.low else 0.16
            yield group([line(self.left, y, self.right, y)], stroke=self.look.ink, stroke_opacity=tint)
            yield words(self.left - 0.5 * text, y + 0.35 * text, said_value(value), "end")

    def along(self, days: Iterable[date], foot: float) -> Iterator[str]:
        """What stands along the foot: the days read in a short stretch, else the months, a January as its year."""
        text = self.look.text
        if (self.last - self.first).days < SHORT:
            named = list(self._days(sorted(set(days))))
        else:
            named = [(self.x(on, 0), _said_month(on)) for on in self._months()]
        marks = [line(x, foot, x, foot + 0.3 * text) for x, _ in named]
        yield group(marks, stroke=self.look.ink, stroke_opacity=0.55)
        for x, said in named:
            half = self.look.wide(said) / 2 + 1
            yield words(min(max(x, half), self.look.width - half), foot + 1.35 * text, said, "middle")

    def _days(self, days: Sequence[date]) -> Iterator[tuple[float, str]]:
        """The first day, the last, and as many between as stand clear of each other."""
        if not days:
            return
        year = days[0].year != days[-1].year
        clear = self.look.wide(said_day(date(2000, 9, 28), year=year)) + 0.9 * self.look.text
        kept = [days[0], days[-1]] if self.x(days[-1]) - self.x(days[0]) >= clear else [days[-1]]
        for day in days[1:-1]:
            if all(abs(self.x(day) - self.x(k)) >= clear for k in kept):
                kept.append(day)
        for day in sorted(kept):
            yield self.x(day), said_day(day, year=year)

    def _months(self) -> list[date]:
        """The first days of the months that are named: as many as stand clear of each other, Januaries among them."""
        begun = self.first.year * 12 + self.first.month - 1 + (self.first.day > 1)
        ended = self.last.year * 12 + self.last.month - 1
        clear = self.look.wide("2026") + 0.9 * self.look.text
        for step in _STEPS:
            months = [date(m // 12, m % 12 + 1, 1) for m in range(begun, ended + 1) if m % step == 0]
            if len(months) < 2 or (self.x(months[1], 0) - self.x(months[0], 0)) >= clear:
                return months
        return []


def ticks_of(low: float, high: float) -> tuple[float, float, float]:
    """The foot of a scale, its middle, its top."""
    return low, (low + high) / 2, high


def scale(least: float, most: float, low: float, high: float) -> tuple[float, float]:
    """The scale asked for; where a reading lies beyond it, the next wider one with a round middle."""
    if low <= least and most <= high and low < high:
        return low, high
    size = 10 ** floor(log10(max(most - least, 1e-9) / 2))
    for step in (size * share for share in (1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 15, 20, 40)):
        foot = low if low <= least else floor(least / step) * step
        if foot + 2 * step >= most:
            break
    return foot, foot + 2 * step


def margin(first: date, last: date) -> timedelta:
    """How far around its readings a chart still shows what else was: a third of their stretch, a week at least."""
    return timedelta(days=max((last - first).days // 3, 7))


def _said_month(on: date) -> str:
    return str(on.year) if on.month == 1 else MONTHS[on.month - 1]
