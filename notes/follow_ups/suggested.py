"""What a client's own last six visits say together: how long they helped, and which pressure helped where. Not advice.

Pure: the same visits in any order give the same answer. Nothing is read out of a single visit, and nothing above a cap.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clients.body import label
from clients.contraindications import Cap
from clients.reasons import said_cap
from sessions.relief import LAST_ANSWERS, Relief, relief_from

LAST_VISITS = LAST_ANSWERS
LEAST_VISITS = 2  # of a pressure, with an answer each, before it is compared: our proposal


@dataclass(frozen=True, slots=True)
class Work:
    """The firmest pressure given at one place of a visit, and whether it was borne badly."""

    region: str
    side: str
    pressure: int
    is_badly_borne: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """One visit: for how many days it helped (`still`: longer than was known when asked), how sore, what was done.

    `relief` and `soreness` are None where nobody said.
    """

    at: datetime
    on: date
    relief: float | None = None
    still: bool = False
    soreness: int | None = None
    work: tuple[Work, ...] = ()


@dataclass(frozen=True, slots=True)
class Pressure:
    """One pressure at one place: in how many visits, the days each helped (least first), and what followed."""

    level: int
    visits: int
    days: tuple[float, ...]
    still: int
    sore: int
    badly: int

    @property
    def said(self) -> str:
        """"pressure 3 in 4 visits, helped 5 to 6 days, sore once"."""
        parts = [f"pressure {self.level} in {_visits(self.visits)}"]
        if self.days:
            parts.append(f"helped {_span(self.days)}")
        if self.still:
            parts.append(f"{_times(self.still)} still helping when asked")
        parts += [f"{word} {_times(count)}" for word, count in (("sore", self.sore), ("hard to bear", self.badly))
                  if count]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Place:
    """One place: every pressure of its last six visits, which of them helped longest, and today's cap there."""

    region: str
    side: str
    pressures: tuple[Pressure, ...]
    longest: int | None
    cap: Cap | None

    @property
    def name(self) -> str:
        """The place as it is said: “left lower leg”."""
        return label(self.region, self.side)

    @property
    def rows(self) -> list[tuple[str, bool]]:
        """Each pressure in words, and whether it is above today's cap."""
        return [(p.said, self.is_above(p.level)) for p in self.pressures]

    @property
    def remark(self) -> str:
        """What follows from it in one sentence, the cap first; "" where nothing does."""
        parts = []
        if self.cap is not None and any(self.is_above(p.level) for p in self.pressures):
            parts.append(f"Today: {said_cap(self.cap)}.")
        if self.longest is not None:
            parts.append(f"Pressure {self.longest} helped longest.")
        return " ".join(parts)

    def is_above(self, level: int) -> bool:
        """Whether today's cap here is below this pressure."""
        return self.cap is not None and (self.cap == "none" or level > self.cap)


def answered(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The last six visits of which somebody said how long they helped, oldest first."""
    told = sorted((o for o in outcomes if o.relief is not None or o.still), key=lambda o: o.at)
    return told[-LAST_VISITS:]


def known_relief(outcomes: Iterable[Outcome]) -> list[float]:
    """For how many days those visits helped, oldest first; nothing while most of them still helped when asked.

    Of a visit that still helped nobody knows yet for how long: leaving most of them out would make help look short.
    """
    last = answered(outcomes)
    known = [o.relief for o in last if o.relief is not None]
    return known if len(known) * 2 > len(last) else []


def interval_of(outcomes: Iterable[Outcome]) -> Relief | None:
    """The rhythm these visits suggest; None from fewer than three answers."""
    return relief_from(known_relief(outcomes))


def places_of(outcomes: Sequence[Outcome], cap_of: Callable[[str, str], Cap | None]) -> tuple[Place, ...]:
    """Each place worked on with a pressure, by the last six visits that did; the most recent place first."""
    by_place: dict[tuple[str, str], list[tuple[Outcome, Work]]] = defaultdict(list)
    for outcome in sorted(outcomes, key=lambda o: o.at, reverse=True):
        for (region, side), work in _firmest(outcome.work).items():
            by_place[region, side].append((outcome, work))
    return tuple(_place(region, side, rows[:LAST_VISITS], cap_of(region, side))
                 for (region, side), rows in by_place.items() if len(rows) >= LEAST_VISITS)


def _firmest(work: Iterable[Work]) -> dict[tuple[str, str], Work]:
    """Of one visit the firmest work at each place; places in the order of their names."""
    firmest: dict[tuple[str, str], Work] = {}
    for row in sorted(work, key=lambda w: (w.region, w.side, w.pressure, w.is_badly_borne)):
        firmest[row.region, row.side] = row
    return firmest


def _place(region: str, side: str, rows: Sequence[tuple[Outcome, Work]], cap: Cap | None) -> Place:
    levels: dict[int, list[tuple[Outcome, Work]]] = defaultdict(list)
    for outcome, work in rows:
        levels[work.pressure].append((outcome, work))
    pressures = tuple(
        Pressure(level, len(each), tuple(sorted(o.relief for o, _ in each if o.relief is not None)),
                 sum(o.still and o.relief is None for o, _ in each), sum(bool(o.soreness) for o, _ in each),
                 sum(w.is_badly_borne for _, w in each))
        for level, each in sorted(levels.items()))
    place = Place(region, side, pressures, None, cap)
    return Place(region, side, pressures, _longest(place), cap)


def _longest(place: Place) -> int | None:
    """The pressure that helped longest, of those given and answered at least twice and allowed today.

    None unless at least two can be compared, or they helped equally long. One that was sore or hard to bear in more
    than half of its visits is not named.
    """
    fair = {p.level: statistics.median(p.days) for p in place.pressures
            if len(p.days) >= LEAST_VISITS and p.still <= len(p.days) and not place.is_above(p.level)}
    if len(fair) < 2:
        return None
    best = max(fair.values())
    names = [level for level, days in fair.items() if days == best]
    told = next(p for p in place.pressures if p.level == names[0])
    is_too_much = max(told.sore, told.badly) * 2 > told.visits
    return names[0] if len(names) == 1 and best > 0 and not is_too_much else None


def _visits(count: int) -> str:
    return "1 visit" if count == 1 else f"{count} visits"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _span(days: Sequence[float]) -> str:
    """The least and the most of several days: "5 to 6 days", "1 day"."""
    least, most = days[0], days[-1]
    if least == most:
        return "1 day" if most == 1 else f"{most:g} days"
    return f"{least:g} to {most:g} days"
