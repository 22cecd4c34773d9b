"""The open times of a return plan as stretches, by therapist and day; each day's cheapest is read off them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from practice.clock import DAY, EPOCH_DAY, offset_spans
from sessions.availability import QUARTER, OpenStarts, Range, minute_of_day, minutes_outside, stretch_of, subtract
from sessions.plan_optimum import NEVER

if TYPE_CHECKING:
    from sessions.planning import HeldVisit, Terms

Option = tuple[int, str, int]
"""The cheapest open time of a day for one visit: what it costs by itself, the therapist, its place among the starts."""


class Candidate(NamedTuple):
    """An open time of the needed length: wall date and time, therapist, room, and its start as an epoch minute."""

    on: date
    at: time
    therapist: str
    room: str
    starts: int


class Piece(NamedTuple):
    """Places [low, high) of starts on one day between two changes of the clocks, and the first one's minute of day."""

    low: int
    high: int
    minute: int


@dataclass(frozen=True, slots=True)
class Openings:
    """The open starts for visits of one kind, and where each day of the wall clock (counted as `toordinal`) begins.

    `free` holds each therapist's ranges of places in `starts`; `step` minutes lie between two starts of a range.
    """

    starts: Sequence[int]
    rooms: Sequence[str | None]
    free: Mapping[str, Sequence[Range]]
    days: Mapping[int, Sequence[Piece]]
    step: int

    @classmethod
    def of(cls, found: OpenStarts, zone: str) -> Openings:
        """Return what was found, cut into the days the clocks of `zone` show."""
        return cls(found.starts, found.rooms, found.free, _days_of(found.starts, zone), found.starts.step)

    def on(self, therapist: str, day: int) -> Iterator[Piece]:
        """Give the open stretches of a therapist on a day, in their order."""
        ranges = self.free.get(therapist, ())
        for first, last, minute in self.days.get(day, ()):
            for low, high in ranges[bisect_right(ranges, first, key=itemgetter(1)) :]:
                if low >= last:
                    break
                start = max(low, first)
                yield Piece(start, min(high, last), minute + (start - first) * self.step)

    def is_open(self, therapist: str, on: date) -> bool:
        """Say whether a therapist has an open time on a date."""
        return any(self.on(therapist, on.toordinal()))

    def candidate(self, therapist: str, day: int, place: int) -> Candidate:
        """Return an open time by its place among the starts of a day."""
        piece = next(piece for piece in self.days[day] if piece.low <= place < piece.high)
        minute, room = piece.minute + (place - piece.low) * self.step, self.rooms[place]
        assert room is not None, "a free range lies where there is a room"
        return Candidate(date.fromordinal(day), time(minute // 60, minute % 60), therapist, room, self.starts[place])

    def without(self, avoided: Collection[int]) -> Openings:
        """Return the same without these starts (epoch minutes)."""
        cut = [(place, place + 1) for place, start in enumerate(self.starts) if start in avoided]
        return replace(self, free={therapist: subtract(ranges, cut) for therapist, ranges in self.free.items()})

    def candidates(self) -> Iterator[Candidate]:
        """Give every open time, by day and therapist."""
        for day in self.days:
            for therapist in self.free:
                for low, high, _ in self.on(therapist, day):
                    for place in range(low, high):
                        yield self.candidate(therapist, day, place)


def _days_of(starts: range, zone: str) -> dict[int, list[Piece]]:
    """Return the pieces of each day; a day on which the clocks change has two."""
    days: dict[int, list[Piece]] = {}
    if not starts:
        return days
    base, step = starts.start, starts.step
    for since, until, offset in offset_spans(zone, base, starts[-1] + 1):
        for day in range((since + offset) // DAY, (until + offset - 1) // DAY + 1):
            midnight = day * DAY - offset
            low, high = (-((base - edge) // step) for edge in (max(since, midnight), min(until, midnight + DAY)))
            if low < high:
                days.setdefault(day + EPOCH_DAY, []).append(Piece(low, high, base + low * step - midnight))
    return days


def cheapest_by_day(
    openings: Openings, visit: HeldVisit, terms: Terms, day_costs: Sequence[int]
) -> list[Option | None]:
    """Return the cheapest open time of each day from the return, None where there is none or none may be.

    Ties: the therapist's id, then the time nearest to the usual one, then the earlier. Others than the visit's own
    therapist are looked at only on days on which they could be as cheap.
    """
    costs, first, other = TimeCosts(visit, terms), terms.return_on.toordinal(), terms.weights.therapist
    others = sorted(openings.free.keys() - {visit.therapist})
    options: list[Option | None] = []
    for day, day_cost in enumerate(day_costs, start=first):
        if day_cost >= NEVER:
            options.append(None)
            continue
        best, least = _cheapest(openings, visit.therapist, day, costs, day_cost), day_cost + other
        for therapist in others if best is None or best[0] >= least else ():
            found = _cheapest(openings, therapist, day, costs, least)
            if found is not None and (best is None or found < best):
                best = found
            if found is not None and found[0] == least:
                break  # at the wished time: no later id is better
        options.append(best)
    return options


def _cheapest(openings: Openings, therapist: str, day: int, costs: TimeCosts, extra: int) -> Option | None:
    """Return the cheapest start of one therapist's day, if any; of equal ones the nearest to the usual time."""
    best, step = None, openings.step
    for low, high, minute in openings.on(therapist, day):
        found = list(map(costs.__getitem__, range(minute, minute + (high - low) * step, step)))
        least = min(found)
        if best is None or least <= best[0]:
            usual = min(max(-((minute - costs.usual) // step), 0), high - low - 1)  # the first place at or after it
            nearest = min((abs(minute + place * step - costs.usual), place) for place in _around(found, least, usual))
            best = min(best or (NEVER, 0, 0), (least, nearest[0], low + nearest[1]))
    return None if best is None else (best[0] + extra, therapist, best[2])


def _around(costs: Sequence[int], least: int, place: int) -> Iterator[int]:
    """Give the places of the least cost nearest to one place, before it and from it on."""
    for places in (range(place - 1, -1, -1), range(place, len(costs))):
        found = next((at for at in places if costs[at] == least), None)
        if found is not None:
            yield found


class TimeCosts(dict[int, int]):
    """The cost of each minute of the day at which one visit may begin, worked out when first asked for."""

    def __init__(self, visit: HeldVisit, terms: Terms) -> None:
        super().__init__()
        self.windows = [stretch_of(*window) for window in terms.preferred_windows]
        self.usual, self.minutes = minute_of_day(visit.wall_time), visit.minutes
        self.weight, self.most = terms.weights.time_of_day, terms.weights.time_of_day_most

    def __missing__(self, start: int) -> int:
        off = (
            min(minutes_outside(start, self.minutes, *window) for window in self.windows)
            if self.windows
            else abs(start - self.usual)
        )
        cost = self[start] = min(self.weight * -(-off // QUARTER), self.most)
        return cost
