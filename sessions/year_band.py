"""A year laid out as one band: every mark with its place and its words, ready to be drawn or frozen. No database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

WIDTH, TICK = 1000.0, 5.0  # units of the drawing: the whole band, one visit
CURVE, EDGE = 40.0, 5.0  # a curve is so high, and its dots stay so far from its edges
FOUR_WEEKS = 28 / 365 * WIDTH

SAID = {"was": "took place", "coming": "to come", "asked": "not agreed yet", "held": "on hold",
         "gone": "did not take place"}
STRETCHES = {"episode": "episode", "hold": "visits on hold", "steroids": "steroid course"}


@dataclass(frozen=True, slots=True)
class Tick:
    """One visit: where it begins (0 to WIDTH), how it looks (was, coming, asked, held, gone), and what it says."""

    x: float
    look: str
    said: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days in a row, both included: an episode, the days on which it holds visits, or a steroid course."""

    x: float
    width: float
    look: str  # "episode", "hold" or "steroids"
    said: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One measure: its dots (0 to WIDTH, 0 to CURVE, the top being its highest value), and the same in words."""

    name: str
    scale: str
    dots: tuple[tuple[float, float], ...]
    said: str

    @property
    def runs(self) -> tuple[tuple[tuple[float, float], ...], ...]:
        """The dots that a line may join: it breaks off over weeks in which nothing was read."""
        gaps = [b - a for (a, _), (b, _) in pairwise(self.dots)]
        most = max(FOUR_WEEKS, 3 * median(gaps)) if gaps else FOUR_WEEKS
        breaks = [0, *(n for n, gap in enumerate(gaps, start=1) if gap > most), len(self.dots)]
        return tuple(self.dots[a:b] for a, b in pairwise(breaks))

    @property
    def lines(self) -> tuple[str, ...]:
        """Each run of dots as the points of a line."""
        return tuple(" ".join(f"{x:g},{y:g}" for x, y in run) for run in self.runs)


@dataclass(frozen=True, slots=True)
class Month:
    """The first of a month, with its name."""

    x: float
    name: str


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month in words: its visits by what became of them, what else held, what was read."""

    name: str
    visits: str
    around: str
    read: str


@dataclass(frozen=True, slots=True)
class Year:
    """The whole band, and the same in words: in a few sentences, and month by month. `now` is None in a letter."""

    ticks: tuple[Tick, ...]
    stretches: tuple[Stretch, ...]
    curves: tuple[Curve, ...]
    months: tuple[Month, ...]
    now: float | None
    said: str
    rows: tuple[MonthRow, ...]

    @property
    def looks(self) -> list[tuple[str, str]]:
        """The kinds of mark that appear, for the legend."""
        seen = {tick.look for tick in self.ticks} | {stretch.look for stretch in self.stretches}
        return [(look, words) for look, words in (*SAID.items(), *STRETCHES.items()) if look in seen]


def year_from_data(data: Mapping[str, Any]) -> Year:
    """The band that `dataclasses.asdict` wrote down."""
    return Year(
        tuple(Tick(**row) for row in data["ticks"]), tuple(Stretch(**row) for row in data["stretches"]),
        tuple(Curve(**{**row, "dots": tuple((x, y) for x, y in row["dots"])}) for row in data["curves"]),
        tuple(Month(**row) for row in data["months"]), data["now"], data["said"],
        tuple(MonthRow(**row) for row in data["rows"]))
