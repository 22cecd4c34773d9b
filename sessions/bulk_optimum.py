"""Many visits placed at once at the least total disturbance, proven by a solver (HiGHS); see docs/planning.md.

A program of its own, `python -m sessions.bulk_optimum`: one question as JSON on standard input, a line of JSON for each
better answer or bound, the last one marked as done. It imports the solver only when it runs, and nothing of Django.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple

from sessions.apart import STAYS, Chosen, Place, Wish, clashes, first_fit, price_of

FIRST_LOOK = 60  # places of each visit in the first model; where one wants another, it gets four times as many
WIDER = 4
ELSEWHERE = -2  # in a model: somewhere among the places that were left out of it


class Found(NamedTuple):
    """The best answer so far: what it costs, what any answer costs at least, and the place of each visit."""

    cost: int
    bound: int
    chosen: Chosen
    seconds: float
    is_done: bool = False


Tell = Callable[[Found], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be placed, what a visit without a place costs, and how many seconds there are."""

    wishes: tuple[Wish, ...]
    unplaced: int
    seconds: float

    def dump(self) -> str:
        """As JSON, with numbers in place of every id: no name and no key leaves in it."""
        known: dict[str, int] = {}

        def plain(spot: Place) -> list[int]:
            return [*(known.setdefault(f"{kind}{key}", len(known)) for kind, key in zip("ctr", spot[:3], strict=True)),
                    *spot[3:]]

        wishes = [[plain(wish.stands), [plain(spot) for spot in wish.places], wish.costs, wish.beyond]
                  for wish in self.wishes]
        return json.dumps({"unplaced": self.unplaced, "seconds": self.seconds, "wishes": wishes})

    @classmethod
    def load(cls, text: str) -> Question:
        """The same back, the numbers as ids."""
        asked = json.loads(text)

        def spot(row: list[int]) -> Place:
            return Place(*map(str, row[:3]), *row[3:])  # type: ignore[arg-type]

        return cls(tuple(Wish(spot(stands), tuple(map(spot, places)), tuple(costs), beyond)
                         for stands, places, costs, beyond in asked["wishes"]), asked["unplaced"], asked["seconds"])


def find_least(question: Question, tell: Tell = lambda found: None) -> Found:
    """The choice of least total cost in which all can stand, or the best one within the time, and a bound.

    Each model knows only the cheapest places of each visit. The others are in it as one more, free of any clash and as
    cheap as the cheapest of them, so what a model proves is a bound for all places; a visit that wants it gets more
    of its own places, and the search goes on until none does. Rooms are first left out too, for they are many and
    alike: they come in where an answer finds no room for everybody.
    """
    search = _Search(question, tell)
    widths, has_rooms = [FIRST_LOOK] * len(question.wishes), False
    while not search.is_over():
        model = Model(question, widths, has_rooms=has_rooms)
        wanting = [i for i, place in enumerate(model.solve(search)) if place == ELSEWHERE]
        narrow = [i for i in wanting if widths[i] < len(question.wishes[i].places)]
        for i in narrow:
            widths[i] *= WIDER
        if not narrow:
            if has_rooms:
                break
            has_rooms = True
    return search.finish()


class _Search:
    """The best answer and the best bound so far, across models."""

    def __init__(self, question: Question, tell: Tell) -> None:
        self.question, self.tell, self.began = question, tell, monotonic()
        self.chosen = first_fit(question.wishes)
        self.cost = price_of(question.wishes, self.chosen, question.unplaced)
        self.bound = sum(min([question.unplaced, *wish.costs[:1], wish.least_beyond(question.unplaced)])
                         for wish in question.wishes)
        self.say()

    @property
    def seconds(self) -> float:
        return monotonic() - self.began

    def left(self) -> float:
        return max(0.0, self.question.seconds - self.seconds)

    def is_over(self) -> bool:
        return self.bound >= self.cost or self.left() <= 0

    def say(self, *, is_done: bool = False) -> None:
        self.tell(self.so_far(is_done))

    def so_far(self, is_done: bool = False) -> Found:
        return Found(self.cost, min(self.bound, self.cost), self.chosen, round(self.seconds, 2), is_done)

    def learn(self, bound: float) -> None:
        """Nothing costs less than this; costs are whole, so neither does anything less than the next whole number."""
        if math.isfinite(bound) and math.ceil(bound - 1e-6) > self.bound:
            self.bound = math.ceil(bound - 1e-6)
            self.say()

    def offer(self, chosen: Sequence[int]) -> None:
        """A model's choice: whoever is elsewhere in it is put where there is room, if all can stand then."""
        wishes = self.question.wishes
        start = [STAYS if place == ELSEWHERE else place for place in chosen]
        if clashes(wishes, start):
            return
        whole = first_fit(wishes, start)
        cost = price_of(wishes, whole, self.question.unplaced)
        if cost < self.cost:
            self.cost, self.chosen = cost, whole
            self.say()

    def finish(self) -> Found:
        self.say(is_done=True)
        return self.so_far(True)


class Model:
    """The whole-number programme: a column for each place of each visit, at most one of those that cannot stand
    together. What shares a therapist's or a room's time is one row for each stretch, not one for each pair."""

    def __init__(self, question: Question, widths: Sequence[int], *, has_rooms: bool = True) -> None:
        self.question, self.has_rooms = question, has_rooms
        self.known_alike: dict[int, dict[int, tuple[int, ...]]] = {}
        self.columns: list[tuple[int, int]] = []  # visit, place
        self.costs: list[int] = []
        self.of_visit: list[list[int]] = []
        for i, (wish, width) in enumerate(zip(question.wishes, widths, strict=True)):
            own = [(place, wish.costs[place]) for place in range(min(width, len(wish.places)))
                   if has_rooms or place == self._alike(i)[place][0]]
            own.append((STAYS, question.unplaced))
            beyond = wish.costs[width] if len(wish.places) > width else wish.beyond
            if beyond is not None:
                own.append((ELSEWHERE, beyond))
            self.of_visit.append(list(range(len(self.columns), len(self.columns) + len(own))))
            self.columns += [(i, place) for place, _ in own]
            self.costs += [cost for _, cost in own]
        rows = dict.fromkeys(tuple(row) for row in self._at_most_one())
        self.rows = [row for row in rows if len({self.columns[column][0] for column in row}) > 1]

    def _at_most_one(self) -> Iterator[list[int]]:
        """The columns of which at most one may be chosen: of one therapist or room at one time, of one client a day."""
        wishes = self.question.wishes
        spots = [(column, wishes[i].at(place)) for column, (i, place) in enumerate(self.columns) if place != ELSEWHERE]
        by_key: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
        for column, spot in spots:
            for key in (("therapist", spot.therapist), ("room", spot.room))[:1 + self.has_rooms]:
                by_key.setdefault(key, []).append((spot.begins, spot.ends, column))
        for stretches in by_key.values():
            yield from at_one_time(stretches)
        days: dict[tuple[str, int], list[int]] = {}
        stays: dict[tuple[str, int], list[int]] = {}
        for column, spot in spots:
            kept = stays if self.columns[column][1] == STAYS else days
            kept.setdefault((spot.client, spot.day), []).append(column)
        for day, columns in days.items():
            # Two that stay may stand on one day, as they do now; whoever comes to it finds it free.
            yield from ([*columns, stay] for stay in stays.get(day, []))
            yield columns

    def solve(self, search: _Search) -> list[int]:
        """The place of each visit in the best answer of this model; tells `search` of answers and bounds on the way."""
        import highspy
        import numpy as np

        solver = highspy.Highs()
        # Its presolve (HiGHS 1.15.1) called one small question in 3,000 infeasible that is not; it saves no time here.
        for name, value in (("presolve", "off"), ("output_flag", False), ("threads", 1), ("random_seed", 1),
                            ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.999), ("time_limit", search.left())):
            solver.setOptionValue(name, value)
        solver.passModel(self._programme(highspy, np))
        solver.setSolution(len(self.columns), np.arange(len(self.columns), dtype=np.int32),
                           self._start(np, search.chosen))

        def heard(kind: Any, message: str, out: Any, into: Any, data: Any) -> None:
            search.learn(out.mip_dual_bound)
            if kind == highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution:
                search.offer(self._in_rooms(self._places(out.mip_solution)))

        solver.setCallback(heard, None)
        solver.startCallback(highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution)
        solver.startCallback(highspy.cb.HighsCallbackType.kCallbackMipLogging)
        solver.run()
        search.learn(solver.getInfo().mip_dual_bound)
        values = solver.getSolution().col_value
        if len(values) != len(self.columns):  # the time was over before it had any answer
            return []
        places = self._places(values)
        search.offer(self._in_rooms(places))
        return places

    def _programme(self, highspy: Any, np: Any) -> Any:
        rows = [*self.of_visit, *self.rows]
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.columns), len(rows)
        lp.col_cost_ = np.array(self.costs, dtype=np.double)
        lp.col_lower_, lp.col_upper_ = np.zeros(lp.num_col_), np.ones(lp.num_col_)
        lp.row_lower_ = np.array([1.0] * len(self.of_visit) + [-highspy.kHighsInf] * len(self.rows))
        lp.row_upper_ = np.ones(lp.num_row_)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0, *map(len, rows)]).astype(np.int32)
        lp.a_matrix_.index_ = np.array([column for row in rows for column in row], dtype=np.int32)
        lp.a_matrix_.value_ = np.ones(len(lp.a_matrix_.index_))
        lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
        return lp

    def _start(self, np: Any, chosen: Chosen) -> Any:
        """The best answer so far in this model's columns, as far as it knows them; else nobody gets a place."""
        values = np.zeros(len(self.columns))
        known = [dict(zip((self.columns[c][1] for c in own), own, strict=True)) for own in self.of_visit]
        if not self.has_rooms:
            chosen = tuple(STAYS if place == STAYS else self._alike(i)[place][0] for i, place in enumerate(chosen))
        knows_all = all(place in own for own, place in zip(known, chosen, strict=True))
        for own, place in zip(known, chosen, strict=True):
            values[own[place if knows_all else STAYS]] = 1.0
        return values

    def _in_rooms(self, places: list[int]) -> list[int]:
        """The same times and people, each in a room that is free then, from the earliest on, as far as there are."""
        if self.has_rooms:
            return places
        wishes, found, taken = self.question.wishes, list(places), dict[str, list[Place]]()
        for i in sorted((i for i, place in enumerate(places) if place != ELSEWHERE),
                        key=lambda i: (places[i] != STAYS, wishes[i].at(places[i]).begins)):
            alike = (STAYS,) if places[i] == STAYS else self._alike(i)[places[i]]
            found[i] = next((place for place in alike if not any(
                wishes[i].at(place).begins < other.ends and other.begins < wishes[i].at(place).ends
                for other in taken.get(wishes[i].at(place).room, []))), alike[0])
            spot = wishes[i].at(found[i])
            taken.setdefault(spot.room, []).append(spot)
        return found

    def _alike(self, i: int) -> dict[int, tuple[int, ...]]:
        """For each place of a visit those that differ from it by the room alone, itself included, in their order."""
        if i not in self.known_alike:
            groups: dict[tuple[str, int], list[int]] = {}
            for place, spot in enumerate(self.question.wishes[i].places):
                groups.setdefault((spot.therapist, spot.begins), []).append(place)
            self.known_alike[i] = {place: tuple(group) for group in groups.values() for place in group}
        return self.known_alike[i]

    def _places(self, values: Any) -> list[int]:
        return [self.columns[max(own, key=lambda column: values[column])][1] for own in self.of_visit]


def at_one_time(stretches: Sequence[tuple[int, int, int]]) -> Iterator[list[int]]:
    """The largest sets of stretches (begin, end, column) that all share a moment: each pair that overlaps is in one."""
    events = sorted([(end, 0, column) for _, end, column in stretches]
                    + [(begin, 1, column) for begin, _, column in stretches])
    running: dict[int, None] = {}
    grew = False
    for _, is_begin, column in events:
        if is_begin:
            running[column], grew = None, True
        else:
            if grew:
                yield sorted(running)
            del running[column]
            grew = False


def main() -> None:
    """Answer the question on standard input; the lines go to standard output."""
    os.nice(5)  # whoever waits for a page comes first
    question = Question.load(sys.stdin.read())
    find_least(question, lambda found: print(json.dumps(found), flush=True))  # noqa: T201  that is its answer


if __name__ == "__main__":
    main()
