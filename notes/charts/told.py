"""What the charts are drawn from, and the words and rows that say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Literal

from practice.clock import MONTHS


@dataclass(frozen=True, slots=True)
class Reading:
    """One measure read on one day, before and after the session; `None` where it was not taken."""

    on: date
    before: float | None
    after: float | None

    @property
    def is_taken(self) -> bool:
        return is_number(self.before) or is_number(self.after)


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of days behind the readings, both included: an episode, visits on hold, a course of steroids."""

    first: date
    last: date
    label: str
    kind: Literal["episode", "hold", "steroids"]


@dataclass(frozen=True, slots=True)
class Firmness:
    """How firm the firmest work of a visit was (Walton 0-5): one mark in the row under the days."""

    on: date
    pressure: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Visit after visit with one technique: the first day, the last, and how many visits."""

    first: date
    last: date
    visits: int


@dataclass(frozen=True, slots=True)
class Used:
    """A technique and the stretches of visits at which it was used, oldest first."""

    name: str
    stretches: tuple[Stretch, ...]

    @property
    def visits(self) -> int:
        return sum(one.visits for one in self.stretches)

    @property
    def said(self) -> str:
        """"Effleurage: 5 Jan to 16 Nov 2026, 31 visits"."""
        return said_stretch(self.name, Stretch(self.stretches[0].first, self.stretches[-1].last, self.visits))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table beside the chart, already said in words."""

    on: str
    before: str
    after: str


def is_number(value: float | None) -> bool:
    """Whether something was read there that can be drawn."""
    return value is not None and isfinite(value)


def oldest_first(readings: Sequence[Reading]) -> list[Reading]:
    """The readings in the order of their days."""
    return sorted(readings, key=lambda r: r.on)


def said_day(on: date, *, year: bool = False) -> str:
    """Say a day as the charts and letters do: "24 Nov", or "24 Nov 2026"."""
    return f"{on.day} {MONTHS[on.month - 1]}" + (f" {on.year}" if year else "")


def said_value(value: float | None) -> str:
    """Say a reading without idle noughts: "6", "4.5"; "not taken" where there is none."""
    if value is None or not isfinite(value):
        return "not taken"
    return f"{round(value, 2) or 0:.2f}".rstrip("0").rstrip(".")


def said_with_unit(value: float | None, unit: str) -> str:
    """Say a reading with what it counts: "3 days"; of a scale, whose ends are numbers too, "51 (0-84)"."""
    if not unit:
        return said_value(value)
    return f"{said_value(value)} ({unit})" if unit[0].isdigit() else f"{said_value(value)} {unit}"


def said_band(band: Band) -> str:
    """Say a band with its days: "relapse: 17 Sep to 4 Oct"."""
    year = band.first.year != band.last.year
    return f"{band.label}: {said_day(band.first, year=year)} to {said_day(band.last, year=year)}"


def said_days(one: Stretch) -> str:
    """Say the days of a stretch: "17 Sep to 4 Oct 2026"."""
    last = said_day(one.last, year=True)
    return last if one.first == one.last else f"{said_day(one.first, year=one.first.year != one.last.year)} to {last}"


def said_stretch(name: str, one: Stretch) -> str:
    """Say a technique with a stretch of it: "Effleurage: 17 Sep to 4 Oct 2026, 3 visits"."""
    return f"{name}: {said_days(one)}, {one.visits} visit{'s' * (one.visits != 1)}"


def used_most(used: Sequence[Used]) -> list[Used]:
    """Techniques by how many visits each was used at."""
    return sorted(used, key=lambda one: (-one.visits, one.name))


def readings_table(readings: Sequence[Reading]) -> tuple[Row, ...]:
    """The rows of the table that stands beside the chart, oldest first."""
    rows = oldest_first(readings)
    return tuple(Row(said_day(r.on, year=True), said_value(r.before), said_value(r.after)) for r in rows)


def readings_said(readings: Sequence[Reading], *, is_asked: bool = False) -> str:
    """What the chart shows, in two plain sentences that describe and do not judge.

    `is_asked` says that the readings answer a question.
    """
    taken = [(r.on, r.before) for r in oldest_first(readings) if is_number(r.before)]
    pairs = [r.after - r.before for r in readings if is_number(r.before) and is_number(r.after)]  # type: ignore[operator]
    if not taken:
        after = sum(is_number(r.after) for r in readings)
        return f"{after} reading{'s' * (after != 1)} after sessions, none before." if after else "No reading was taken."
    (first_on, first), (last_on, last) = taken[0], taken[-1]
    year = first_on.year != last_on.year
    words = "Answered" if is_asked else "Before sessions"
    words += f": {said_value(first)} on {said_day(first_on, year=year)}"
    words += f", {said_value(last)} on {said_day(last_on, year=year)}." if len(taken) > 1 else "."
    if not pairs:
        return words
    mean = sum(pairs) / len(pairs)
    size = said_value(round(abs(mean), 1))
    course = "unchanged" if size == "0" else f"{size} {'lower' if mean < 0 else 'higher'}"
    return f"{words} After the session {course}" + (f" on average ({len(pairs)} sessions)." if len(pairs) > 1 else ".")


def chart_said(readings: Sequence[Reading], bands: Sequence[Band], used: Sequence[Used] = (), *,
               is_asked: bool = False) -> str:
    """All that the chart shows in words, for those who cannot see it."""
    said = readings_said(readings, is_asked=is_asked)
    behind = (f"{said_band(b)}." for b in sorted(bands, key=by_days))
    return " ".join([said, *behind, *(f"{one.said}." for one in used)])


def by_days(band: Band) -> tuple[date, date]:
    """The order in which bands are told."""
    return band.first, band.last
