"""Whom freed time suits: a pure rule over what people wait for. No database, no clock but the times given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from practice import clock
from practice.clock import instant_at
from sessions.availability import Slot

Stretch = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Gap:
    """Freed time of one therapist: epoch minutes, and the zone its wall clock stands in."""

    therapist: str
    starts: int
    ends: int
    zone: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one person waits for, and the starts that are open for them; none named means any.

    `since` counts upwards with time, `usual` is the therapist they had last.
    """

    entry: str
    since: int
    first: date
    last: date
    therapist: str | None = None
    weekdays: frozenset[int] = frozenset()
    windows: tuple[Stretch, ...] = ()
    usual: str | None = None
    starts: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """One person freed time suits: the start that fills it best, and what of their wish names it."""

    entry: str
    slot: Slot
    named: tuple[str, ...]
    is_usual_therapist: bool


def suits(wanted: Wanted, slot: Slot, zone: str) -> bool:
    """Whether the whole visit lies within the wish: its days, weekdays, a window, its therapist."""
    if wanted.therapist not in (None, slot.therapist):
        return False
    on, begins, _ = clock.wall_of(instant_at(slot.starts), zone)
    if not wanted.first <= on <= wanted.last or (wanted.weekdays and on.weekday() not in wanted.weekdays):
        return False
    until, ends, _ = clock.wall_of(instant_at(slot.ends), zone)
    return not wanted.windows or any(
        opens <= begins and until == on and ends <= closes for opens, closes in wanted.windows)


def who_fits(freed: Gap, waiting: Iterable[Wanted]) -> list[Fit]:
    """Those a freed time suits, best first.

    First whoever's wish names most of it (a therapist, weekdays, hours): fewer other times suit them. Then whoever
    has waited longest, then whoever had this therapist last; of the same, by id. Each with the open start that lies
    most within the freed time, the earliest of several.
    """
    found = []
    for wanted in waiting:
        slots = [slot for slot in wanted.starts if slot.therapist == freed.therapist and slot.starts < freed.ends
                 and freed.starts < slot.ends and suits(wanted, slot, freed.zone)]
        if slots:
            named = tuple(name for name, is_named in (
                ("this therapist", wanted.therapist), ("this weekday", wanted.weekdays),
                ("these hours", wanted.windows)) if is_named)
            fit = Fit(wanted.entry, min(slots, key=lambda slot: (_outside(freed, slot), slot)), named,
                      wanted.usual == freed.therapist)
            found.append(((-len(named), wanted.since, not fit.is_usual_therapist, wanted.entry), fit))
    return [fit for _, fit in sorted(found, key=lambda pair: pair[0])]


def _outside(freed: Gap, slot: Slot) -> int:
    """How many minutes of a visit lie outside the freed time."""
    return max(0, freed.starts - slot.starts) + max(0, slot.ends - freed.ends)
