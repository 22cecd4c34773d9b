"""Pressure against what followed, in one region: a column for each pressure, a dot for each visit, their median."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notes.charts.pen import Look, circle, group, line, picture, words
from notes.charts.told import said_value

COLUMNS = range(6)  # Walton's scale: 0 a resting hold, 5 deep


@dataclass(frozen=True, slots=True)
class Tried:
    """One visit: how firm the firmest work in the region was (0-5), and what was read of the outcome."""

    pressure: int
    value: float


def medians_of(tried: Sequence[Tried]) -> dict[int, tuple[float, int]]:
    """For each pressure used, the median of what followed, and of how many visits."""
    by_pressure = {p: [one.value for one in tried if one.pressure == p] for p in COLUMNS}
    return {p: (statistics.median(values), len(values)) for p, values in by_pressure.items() if values}


def pressure_said(tried: Sequence[Tried], unit: str) -> str:
    """The strip in words: "pressure 2: 4 days in the middle of 6 visits; pressure 3: 5 days, 12 visits"."""
    said = [f"pressure {p}: {said_value(median)} {unit} in the middle of {count} visit{'s' * (count != 1)}"
            for p, (median, count) in medians_of(tried).items()]
    return "; ".join(said)


def pressure_chart(place: str, unit: str, tried: Sequence[Tried], low: float, high: float, look: Look) -> str:
    """Draw one region's visits; `low` to `high` is the scale of the outcome, the same for every region."""
    return picture(look, look.height, f"{place}: {unit} by pressure", pressure_said(tried, unit) + ".",
                   _Strip(tried, low, high, look).parts())


class _Strip:
    """The picture: six columns between a row of medians and a row of pressures."""

    def __init__(self, tried: Sequence[Tried], low: float, high: float, look: Look) -> None:
        self.tried, self.low, self.high, self.look = tried, low, high if high > low else low + 1, look
        self.left, self.right = look.wide("pressure") + 0.6 * look.text, look.width - 0.3 * look.text
        self.top, self.bottom = 2 * look.text, look.height - 1.6 * look.text
        self.places = Counter(tried)
        self.radius = 0.25 * look.text

    def x(self, pressure: float) -> float:
        return self.left + (self.right - self.left) * (pressure + 0.5) / len(COLUMNS)

    def y(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - self.radius - (self.bottom - self.top - 2 * self.radius) * share

    def parts(self) -> Iterator[str]:
        text, look, beside = self.look.text, self.look, self.left - 0.5 * self.look.text
        for value in sorted({self.low, self.high} | ({0} if self.low < 0 < self.high else set())):
            y = self.y(value)
            tint = 0.5 if value == 0 and self.low < 0 else 0.14
            yield group([line(self.left, y, self.right, y)], stroke=look.ink, stroke_opacity=tint)
            yield words(beside, y + 0.35 * text, _signed(value), "end")
        yield group([line(self.left, self.bottom, self.right, self.bottom)], stroke=look.ink, stroke_opacity=0.55)
        yield group((circle(x, y, self.radius) for x, y in self._dots()), fill=look.accent, fill_opacity=0.6)
        medians = medians_of(self.tried)
        half = 0.36 * (self.x(1) - self.x(0))
        marks = [line(self.x(p) - half, self.y(m), self.x(p) + half, self.y(m)) for p, (m, _) in medians.items()]
        yield group(marks, stroke=look.ink, stroke_width=2)
        yield words(beside, 0.95 * text, "median", "end")
        yield group((words(self.x(p), 0.95 * text, _signed(m), "middle") for p, (m, _) in medians.items()),
                    font_weight="bold")
        yield words(beside, look.height - 0.3 * text, "pressure", "end")
        for p in COLUMNS:
            yield group([words(self.x(p), look.height - 0.3 * text, str(p), "middle")],
                        fill_opacity=1 if p in medians else 0.75)

    def _dots(self) -> Iterator[tuple[float, float]]:
        """Every visit in its column; those of one value side by side, closer where there are many."""
        column = self.x(1) - self.x(0)
        for one, count in self.places.items():
            step = min(2.1 * self.radius, (column - 2.4 * self.radius) / max(count - 1, 1))
            for k in range(count):
                yield self.x(one.pressure) + (k - (count - 1) / 2) * step, self.y(one.value)


def _signed(value: float) -> str:
    """The value with a minus as long as its figures are wide."""
    return said_value(value).replace("-", "\u2212")
