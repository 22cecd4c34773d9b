"""What a note adds up to: the minutes given, by place and by technique, against the visit's length. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from clients.body import label
from practice.techniques import TECHNIQUES

BEYOND_THE_VISIT = 60  # minutes over the visit's length that are asked about; more is a slip


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes under one heading: its code, and as it is said."""

    code: str
    words: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The minutes given; rows that do not say theirs count nowhere. `asks` is a question, empty where none is due."""

    minutes: int
    visit_minutes: int
    by_region: tuple[Minutes, ...]
    by_technique: tuple[Minutes, ...]

    @property
    def is_beyond(self) -> bool:
        """Whether more was given than the visit has."""
        return self.minutes > self.visit_minutes

    @property
    def beyond(self) -> str:
        """That more was given than the visit has, in words; empty where it was not."""
        return f"{self.minutes} minutes are noted for a visit of {self.visit_minutes}." if self.is_beyond else ""

    @property
    def slip(self) -> str:
        """That it is so much more that it can only be a slip, and is refused, with what to do; else empty."""
        most = self.visit_minutes + BEYOND_THE_VISIT
        return f"{self.beyond} At most {most} can be noted: correct the minutes." if self.minutes > most else ""

    @property
    def asks(self) -> str:
        """The same as a question while it can be changed: charting is not refused for it."""
        return self.slip or (f"{self.beyond} Is that right?" if self.is_beyond else "")


def totals_of(rows: Iterable[Any], visit_minutes: int) -> Totals:
    """What these rows add up to: only those given, the most minutes first, in the order of the rows where alike."""
    places: dict[str, int] = {}
    techniques: dict[str, int] = {}
    for row in rows:
        if row.state == "given" and row.minutes:
            place = f"{row.region}:{row.side}"
            places[place] = places.get(place, 0) + row.minutes
            techniques[row.technique] = techniques.get(row.technique, 0) + row.minutes
    return Totals(
        sum(places.values()), visit_minutes,
        _most_first(Minutes(code, label(*code.split(":")), minutes) for code, minutes in places.items()),
        _most_first(Minutes(code, TECHNIQUES[code].name, minutes) for code, minutes in techniques.items()))


def _most_first(found: Iterable[Minutes]) -> tuple[Minutes, ...]:
    return tuple(sorted(found, key=lambda one: -one.minutes))
