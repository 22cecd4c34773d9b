"""The exact optimum behind the return plan, in whole numbers: days counted from the return day, costs as integers."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

NEVER = 10**15  # a cost no plan reaches while no weight is above a million


@dataclass(frozen=True, slots=True)
class Place:
    """Where a placed visit stands: its day, its neighbours' days, and the k intervals its gap before spans.

    Days count from the return day; a neighbour is None where there is none, the last visit before the return included.
    """

    day: int
    k: int
    previous: int | None
    following: int | None
    is_first: bool
    between_kept: bool


class Line:
    """The client's visits that stay, in days from the return: what the gaps between visits cost.

    `kept` are the days of the kept visits from the return on, `before` is the day of the last one before it (negative)
    or None. A gap costs `rhythm` per day that it differs from `interval`, or from k intervals across k - 1 visits
    left out.
    """

    __slots__ = ("before", "interval", "kept", "rhythm", "settled", "start")

    def __init__(self, kept: Sequence[int], before: int | None, *, interval: int, rhythm: int, start: int) -> None:
        self.kept, self.before = sorted(kept), before
        self.interval, self.rhythm, self.start = interval, rhythm, start
        # settled[j]: what the gaps between the kept visits 0..j cost while nothing stands between them
        self.settled = [0, *accumulate(self.gap(right - left) for left, right in pairwise(self.kept))]

    def gap(self, days: int, k: int = 1) -> int:
        """Return the cost of a gap of so many days that spans k intervals."""
        return self.rhythm * abs(days - k * self.interval)

    def reach(self, day: int, k: int) -> int:
        """Return the gap cost from the last visit before the return to one on `day`, kept ones between included."""
        last = bisect_left(self.kept, day) - 1
        if last < 0:
            return 0 if self.before is None else self.gap(day - self.before, k)
        entry = 0 if self.before is None else self.gap(self.kept[0] - self.before)
        return entry + self.settled[last] + self.gap(day - self.kept[last], k)

    def first_visit(self, day: int | None) -> int:
        """Return the cost of waiting for the first visit: a kept one, or the one placed first, on `day`."""
        days = [*self.kept[:1], *([] if day is None else [day])]
        return self.start * min(days, default=0)

    def tail(self, day: int) -> int:
        """Return the gap cost from the last placed visit, on `day`, through the kept ones after it."""
        after = bisect_right(self.kept, day)
        if after == len(self.kept):
            return 0
        return self.gap(self.kept[after] - day) + self.settled[-1] - self.settled[after]

    def alone(self) -> int:
        """Return the cost of the kept visits where nothing is placed among them."""
        entry = self.gap(self.kept[0] - self.before) if self.kept and self.before is not None else 0
        return entry + self.settled[-1] + self.first_visit(None)

    def room_at(self, day: int, least: int) -> bool:
        """Say whether a visit on `day` keeps the least gap to every visit that stays."""
        near = bisect_left(self.kept, day)
        around = self.kept[max(0, near - 1) : near + 1] + ([] if self.before is None else [self.before])
        return all(abs(day - other) >= least for other in around)


def places_of(days: Sequence[int | None], line: Line) -> list[Place | None]:
    """Return where each placed visit stands among its neighbours, None for one left out."""
    placed = [day for day in days if day is not None]
    after = sorted([*line.kept, *placed])
    around = [line.before, *after, None]
    kept = set(line.kept)
    places: list[Place | None] = []
    k = 1
    for day in days:
        if day is None:
            places.append(None)
            k += 1
            continue
        at = after.index(day)
        previous, following = around[at], around[at + 2]
        places.append(Place(day, k, previous, following, at == 0, previous in kept and following in kept))
        k = 1
    return places


def kept_terms(days: Sequence[int | None], line: Line) -> tuple[int, int]:
    """Return the costs of no placed visit: waiting for a kept first visit, and the gaps that end at kept ones."""
    placed = [day for day in days if day is not None]
    kept, waiting, gaps = set(line.kept), 0, 0
    order = sorted([*line.kept, *placed])
    if order and order[0] in kept:
        waiting = line.start * order[0]
    for previous, day in pairwise([*([] if line.before is None else [line.before]), *order]):
        gaps += line.gap(day - previous) if day in kept else 0
    return waiting, gaps


def cheapest_days(
    line: Line, own: Sequence[Sequence[int]], skips: Sequence[int], least: int
) -> tuple[int, list[int | None]]:
    """Return the least cost of placing visits in order and the day of each, None where it is left out.

    `own[i][q]` is what visit i costs by itself on day q (NEVER where it cannot stand, so on a kept visit's day),
    `skips[i]` what leaving it out costs, `least` the fewest days between two of them. Of equal plans the one with the
    earliest vector of dates.
    """
    can_stand = [min(costs) < NEVER for costs in own]
    price = min((skip for skip, can in zip(skips, can_stand, strict=True) if can), default=0)
    forced = sum(skip for skip, can in zip(skips, can_stand, strict=True) if not can)
    left_out = _left_out_in_haste(own, least)
    narrowed = _without_dead_ends(own, can_stand, least, left_out)
    cost, days = _Search(line, narrowed, skips, least).whole()
    # Every plan not looked at leaves out one visit more than that: no need to look where it must cost more.
    if cost < forced + (left_out + 1) * price:
        return cost, days
    return _Search(line, own, skips, least).whole()


def _left_out_in_haste(own: Sequence[Sequence[int]], least: int) -> int:
    """Return how many of the visits that can stand are left out when each takes the first day it can have."""
    left_out, earliest = 0, 0
    for costs in own:
        day = next((day for day in range(earliest, len(costs)) if costs[day] < NEVER), None)
        if day is not None:
            earliest = day + least
        elif min(costs) < NEVER:
            left_out += 1
    return left_out


def _without_dead_ends(
    own: Sequence[Sequence[int]], can_stand: Sequence[bool], least: int, left_out: int
) -> list[list[int]]:
    """Return the costs without the days that leave more than `left_out` of the following visits no room."""
    narrowed, following = [], 0
    for costs, can in zip(reversed(own), reversed(can_stand), strict=True):
        # The last of the visits that must still follow stands at least so many days later.
        open_days = max(0, len(costs) - max(0, following - left_out) * least)
        narrowed.append([*costs[:open_days], *([NEVER] * (len(costs) - open_days))])
        following += can
    return narrowed[::-1]


class _Search:
    """Costs and days travel as one number, cost * span + day, so that `min` finds the earliest of the cheapest.

    Up to the day the rhythm asks for, each day nearer to it is cheaper; from then on each day is dearer. So of the days
    after it the best is known beforehand, and only the few from the least gap up to it are looked at each time.
    """

    __slots__ = ("_beyond", "_edges", "_later", "_placed", "_rest", "_sooner", "_tails", "least", "line", "skips",
                 "slope", "span")

    def __init__(self, line: Line, own: Sequence[Sequence[int]], skips: Sequence[int], least: int) -> None:
        self.line, self.skips, self.least = line, skips, least
        self.span = len(own[0]) if own else 1
        self.slope = line.rhythm * self.span
        self._edges: list[int] = []  # for each day that of the next kept visit after it, or the end
        for low, high in pairwise([0, *(day for day in line.kept if day < self.span), self.span]):
            self._edges += [high] * (high - low)
        self._rest: dict[tuple[int, int, int], tuple[int, int]] = {}
        self._beyond: dict[tuple[int, int], list[int]] = {}
        self._tails = [line.tail(day) for day in range(self.span)]
        self._placed: list[list[int]] = [[] for _ in own]
        self._sooner, self._later = list(self._placed), list(self._placed)
        for i in reversed(range(len(own))):
            self._placed[i] = placed = [
                (cost + self.rest(i + 1, day, 1)[0]) * self.span + day if cost < NEVER else NEVER * self.span
                for day, cost in enumerate(own[i])
            ]
            self._sooner[i] = [way - day * self.slope for day, way in enumerate(placed)]
            self._later[i] = self._least_from([way + day * self.slope for day, way in enumerate(placed)])

    def _least_from(self, ways: list[int]) -> list[int]:
        """Return for each day the least of it and those after it, up to the next kept visit."""
        found: list[int] = []
        for low, high in pairwise(sorted({0, self.span, *(day for day in self.line.kept if day < self.span)})):
            found += reversed(list(accumulate(reversed(ways[low:high]), min)))
        return found

    def rest(self, i: int, day: int, k: int) -> tuple[int, int]:
        """Return the least cost of visits i and later after one on `day`, k - 1 left out since, and i's day or -1."""
        if i == len(self.skips):
            return self._tails[day], -1
        known = self._rest.get((i, day, k))
        if known is None:
            cost, chosen = divmod(self._place(i, day, k), self.span)
            if NEVER > self.skips[i] < cost:  # otherwise leaving it out cannot be cheaper, whatever follows
                skipped = self.skips[i] + self.rest(i + 1, day, k + 1)[0]
                if skipped < cost:
                    cost, chosen = skipped, -1
            known = self._rest[i, day, k] = cost, chosen
        return known

    def _place(self, i: int, day: int, k: int) -> int:
        """Return the best place for visit i after one on `day`, as cost * span + day."""
        low, high, ideal = day + self.least, self._edges[day], day + k * self.line.interval
        turn, best = min(max(low, ideal), high), NEVER * self.span
        if low < turn:
            best = min(self._sooner[i][low:turn]) + ideal * self.slope
        if turn < high:
            best = min(best, self._later[i][turn] - ideal * self.slope)
        if max(low, high) < self.span:
            kept, span = self.line.kept, self.span
            entry = self.line.gap(high - day) - self.line.settled[bisect_right(kept, day)]
            best = min(best, self.beyond(i, k)[max(low, high)] + entry * span)
        return best

    def beyond(self, i: int, k: int) -> list[int]:
        """Return for each day the best place for visit i from there on, gaps counted from the first kept visit."""
        known = self._beyond.get((i, k))
        if known is None:
            kept, settled, span = self.line.kept, self.line.settled, self.span
            costs = [NEVER * span] * span
            for day, placed in enumerate(self._placed[i]):
                last = bisect_left(kept, day) - 1
                if last >= 0 and placed < NEVER * span:
                    costs[day] = placed + (settled[last] + self.line.gap(day - kept[last], k)) * span
            known = self._beyond[i, k] = list(accumulate(reversed(costs), min))[::-1]
        return known

    def whole(self) -> tuple[int, list[int | None]]:
        """Return the least cost of all visits and their days, None where one is left out."""
        visits, line = len(self.skips), self.line
        best, first, skipped = NEVER * self.span, visits, 0
        for i in range(visits):
            if skipped >= best // self.span:
                break  # nothing costs less than what is left out already
            ways = [
                placed + (skipped + line.reach(day, i + 1) + line.first_visit(day)) * self.span
                for day, placed in enumerate(self._placed[i])
                if placed < NEVER * self.span
            ]
            way = min(ways, default=NEVER * self.span)
            # Compare the costs alone: at the same cost, placing an earlier visit is the earlier vector of dates.
            if way // self.span < best // self.span:
                best, first = way, i
            skipped += self.skips[i]
        if skipped + line.alone() < best // self.span:
            return skipped + line.alone(), [None] * visits
        cost, day = divmod(best, self.span)
        days: list[int | None] = [None] * first
        return cost, [*days, *(self._followed(first, day) if cost < NEVER else [])]

    def _followed(self, first: int, day: int) -> list[int | None]:
        """Return the days of the visits from `first`, placed on `day`, to the last."""
        days: list[int | None] = [day]
        k = 1
        for i in range(first + 1, len(self.skips)):
            _, chosen = self.rest(i, day, k)
            days.append(None if chosen < 0 else chosen)
            day, k = (day, k + 1) if chosen < 0 else (chosen, 1)
        return days
