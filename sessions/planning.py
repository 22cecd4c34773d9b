"""The return plan: held visits placed anew at the provably least cost (weights and proof: docs/planning.md)."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import date, time, timedelta
from typing import Literal

from sessions.availability import minute_of_day
from sessions.plan_openings import Candidate, Openings, Option, TimeCosts, cheapest_by_day
from sessions.plan_optimum import NEVER, Line, Place, cheapest_days, kept_terms, places_of
from sessions.plan_reasons import Reasons

Policy = Literal["append", "catch_up", "drop"]
MOST_WEIGHT = 1_000_000

__all__ = [
    "Candidate", "ChosenTimesClash", "HeldVisit", "KeptVisit", "Move", "Openings", "Policy", "Proposal", "Terms",
    "Weights", "is_let_go", "propose",
]


@dataclass(frozen=True, slots=True)
class Weights:
    """What a day, 15 minutes or another person costs; integers, 0 or more, explained in docs/planning.md."""

    start: int = 4
    rhythm: int = 3
    time_of_day: int = 1
    time_of_day_most: int = 16
    weekday: int = 2
    therapist: int = 12
    unplaced: int = 1000
    late: int = 200


@dataclass(frozen=True, slots=True)
class HeldVisit:
    """A visit to place anew: its original date, wall time, therapist, and the minutes it needs now."""

    id: str
    on: date
    wall_time: time
    therapist: str
    minutes: int


@dataclass(frozen=True, slots=True)
class KeptVisit:
    """A visit of the same client that stays where it is, the last one before the return included."""

    id: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a plan is asked for: the return day, the rhythm in days, the policy, wishes, weights, therapists' names."""

    return_on: date
    interval_days: int
    policy: Policy = "append"
    horizon_days: int = 90
    preferred_windows: tuple[tuple[time, time], ...] = ()
    preferred_weekdays: frozenset[int] = frozenset()
    weights: Weights = field(default_factory=Weights)
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.interval_days < 1 or self.horizon_days < 0:
            raise ValueError("The interval is at least one day and the horizon does not end before the return.")
        if self.policy not in ("append", "catch_up", "drop"):
            raise ValueError(f"A policy is append, catch_up or drop, not {self.policy!r}.")
        if not all(0 <= weight <= MOST_WEIGHT for weight in astuple(self.weights)):
            raise ValueError("A weight is a whole number from 0 to a million.")

    @property
    def least_gap(self) -> int:
        """The fewest days between two neighbouring visits, at least 1: half the interval to catch up, else one less."""
        squeezed = self.interval_days // 2 if self.policy == "catch_up" else self.interval_days - 1
        return max(1, squeezed)

    @property
    def until(self) -> date:
        """The last day on which a visit may be placed."""
        return self.return_on + timedelta(days=self.horizon_days)


@dataclass(frozen=True, slots=True)
class Move:
    """One held visit at its new time, with its own part of the cost and the reasons in words."""

    visit: str
    candidate: Candidate
    cost_terms: dict[str, int]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan: nothing is moved yet; `cost_terms` add up to `cost`, `unplaced` are (visit, reason)."""

    cost: int
    cost_terms: dict[str, int]
    moves: tuple[Move, ...]
    unplaced: tuple[tuple[str, str], ...]
    optimal: bool


class ChosenTimesClash(ValueError):
    """Times a person fixed for single visits that no plan can keep together."""

    def __str__(self) -> str:
        return "The chosen times cannot stand together: mind the order of the visits and the least gap between them."


def propose(
    held: Sequence[HeldVisit],
    kept: Sequence[KeptVisit],
    openings: Mapping[str, Openings],
    terms: Terms,
    chosen: Mapping[str, Candidate | None] | None = None,
) -> Proposal:
    """Return the cheapest plan for all held visits together, in their order; ties: earliest dates, then therapist id.

    `openings` are the open times for each held visit, by its id. Exact, by dynamic programming over days: what two
    visits cost each other depends on their dates alone. So each day is first reduced to its cheapest open time for
    every held visit. Then, from the last visit backwards,

        best(i, p, k) = least of   own(i, q) + gaps(p, q, k) + best(i + 1, q, 1)   over days q >= p + least gap
                             and   unplaced + best(i + 1, p, k + 1)

    is the least cost of the visits i and later, when the last placed one stands on day p and k - 1 were left out
    since; `gaps` is the rhythm cost from p to q with the kept visits between them. `chosen` fixes single visits (by
    id) to times a person picked, or to none; refused with `ChosenTimesClash` where they cannot stand together.
    """
    if len({visit.id for visit in held}) < len(held):
        raise ValueError("A held visit stands twice in the list.")
    chosen = chosen or {}
    line = _line_of(kept, terms)
    options = _options(held, openings, terms, line, chosen)
    own = [[NEVER if best is None else best[0] for best in days] for days in options]
    skips = [NEVER if chosen.get(visit.id) else _price_of_leaving_out(visit, terms) for visit in held]
    cost, days = cheapest_days(line, own, skips, terms.least_gap)
    if cost >= NEVER:
        raise ChosenTimesClash
    proposal = _told(held, options, days, line, openings, terms, chosen)
    assert proposal.cost == cost, "the named costs add up to the optimum found"
    return proposal


def _line_of(kept: Sequence[KeptVisit], terms: Terms) -> Line:
    days = sorted((visit.on - terms.return_on).days for visit in kept)
    after = bisect_left(days, 0)
    return Line(
        days[after:],
        days[after - 1] if after else None,
        interval=terms.interval_days,
        rhythm=terms.weights.rhythm,
        start=terms.weights.start,
    )


def _price_of_leaving_out(visit: HeldVisit, terms: Terms) -> int:
    return 0 if is_let_go(visit, terms) else terms.weights.unplaced


def is_let_go(visit: HeldVisit, terms: Terms) -> bool:
    """Say whether the policy lets a visit go: with `drop`, what was missed before the return."""
    return terms.policy == "drop" and visit.on < terms.return_on


def _options(
    held: Sequence[HeldVisit],
    openings: Mapping[str, Openings],
    terms: Terms,
    line: Line,
    chosen: Mapping[str, Candidate | None],
) -> list[list[Option | None]]:
    """Return for every held visit and day from the return to the horizon its cheapest open time, or None."""
    day_costs = [_price_of_day(day, terms, line) for day in range(terms.horizon_days + 1)]
    known: dict[tuple[int, time, str, int], list[Option | None]] = {}
    options: list[list[Option | None]] = []
    for visit in held:
        if visit.id in chosen:
            options.append(_only(chosen[visit.id], visit, terms, day_costs))
            continue
        if is_let_go(visit, terms):
            options.append([None] * len(day_costs))
            continue
        # Visits of one series want the same: their days are reduced once.
        offered = openings[visit.id]
        alike = id(offered), visit.wall_time, visit.therapist, visit.minutes
        if alike not in known:
            known[alike] = cheapest_by_day(offered, visit, terms, day_costs)
        options.append(known[alike])
    return options


def _only(chosen: Candidate | None, visit: HeldVisit, terms: Terms, day_costs: Sequence[int]) -> list[Option | None]:
    """Return the one time a person chose as that day's option, and no other; none at all where they chose none."""
    options: list[Option | None] = [None] * len(day_costs)
    if chosen is None:
        return options
    day = (chosen.on - terms.return_on).days
    if 0 <= day < len(day_costs) and day_costs[day] < NEVER:
        cost = TimeCosts(visit, terms)[minute_of_day(chosen.at)] + _other_therapist(chosen, visit, terms)
        options[day] = cost + day_costs[day], chosen.therapist, -1
    return options


def _other_therapist(candidate: Candidate, visit: HeldVisit, terms: Terms) -> int:
    return 0 if candidate.therapist == visit.therapist else terms.weights.therapist


def _price_of_day(day: int, terms: Terms, line: Line) -> int:
    """Return what any visit on a day costs for the day alone; NEVER where it stands too near to one that stays."""
    if not line.room_at(day, terms.least_gap):
        return NEVER
    weekday = (terms.return_on.weekday() + day) % 7
    wished = not terms.preferred_weekdays or weekday in terms.preferred_weekdays
    return (0 if wished else terms.weights.weekday) + _lateness(day, terms, line)


def _lateness(day: int, terms: Terms, line: Line) -> int:
    """Return what it costs to catch up a visit only after the last kept one, where there is one."""
    is_late = terms.policy == "catch_up" and line.kept and day > line.kept[-1]
    return terms.weights.late if is_late else 0


def _told(
    held: Sequence[HeldVisit],
    options: Sequence[Sequence[Option | None]],
    days: Sequence[int | None],
    line: Line,
    openings: Mapping[str, Openings],
    terms: Terms,
    chosen: Mapping[str, Candidate | None],
) -> Proposal:
    """Put the days found into a proposal: every cost named, every move and every visit left out explained."""
    reasons = Reasons(terms, line, openings)
    totals = dict.fromkeys(_cost_names(terms), 0)
    totals["start"], totals["rhythm"] = kept_terms(days, line)
    moves: list[Move] = []
    unplaced: list[tuple[str, str]] = []
    for i, (visit, place) in enumerate(zip(held, places_of(days, line), strict=True)):
        open_on = [day for day, option in enumerate(options[i]) if option is not None]
        if place is None:
            totals["unplaced"] += _price_of_leaving_out(visit, terms)
            unplaced.append((visit.id, reasons.left_out(visit, i, days, open_on)))
            continue
        option = options[i][place.day]
        assert option is not None
        candidate = chosen.get(visit.id) or openings[visit.id].candidate(
            option[1], terms.return_on.toordinal() + place.day, option[2])
        own = _own_terms(visit, candidate, place, terms, line)
        moves.append(Move(visit.id, candidate, own, reasons.move(visit, candidate, place, open_on)))
        for name, part in own.items():
            totals[name] += part
    return Proposal(sum(totals.values()), totals, tuple(moves), tuple(unplaced), optimal=True)


def _cost_names(terms: Terms) -> list[str]:
    names = ["start", "rhythm", "time_of_day", "weekday", "therapist", "unplaced"]
    return [*names, "late"] if terms.policy == "catch_up" else names


def _own_terms(visit: HeldVisit, candidate: Candidate, place: Place, terms: Terms, line: Line) -> dict[str, int]:
    """Name what one placed visit costs; the gap counted is the one that ends at it."""
    weights = terms.weights
    wished = not terms.preferred_weekdays or candidate.on.weekday() in terms.preferred_weekdays
    gap = 0 if place.previous is None else line.gap(place.day - place.previous, place.k)
    own = {
        "start": weights.start * place.day if place.is_first else 0,
        "rhythm": gap,
        "time_of_day": TimeCosts(visit, terms)[minute_of_day(candidate.at)],
        "weekday": 0 if wished else weights.weekday,
        "therapist": _other_therapist(candidate, visit, terms),
    }
    return own | ({"late": _lateness(place.day, terms, line)} if terms.policy == "catch_up" else {})
