"""Visits and the times they may go to, as plain numbers: what can stand beside what, and a first choice. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MOST_OPTIONS = 6
STAYS = -1  # the place of a visit that gets no new time


class Place(NamedTuple):
    """One time one visit can have: whole epoch minutes with buffers, the day as it stands on the wall."""

    client: str
    therapist: str
    room: str
    day: int
    begins: int
    ends: int

    def is_apart_from(self, other: Place) -> bool:
        """Whether both can stand: no shared time of therapist or room, and one client not twice a day."""
        if self.client == other.client and self.day == other.day:
            return False
        shares_time = self.begins < other.ends and other.begins < self.ends
        return not (shares_time and (self.therapist == other.therapist or self.room == other.room))


@dataclass(frozen=True, slots=True)
class Wish:
    """One visit: where it stands now, and where it may go, the cheapest first, each with its whole-number cost.

    `beyond` is the cost of the cheapest place that is not told, where there are more than are told.
    """

    stands: Place
    places: tuple[Place, ...]
    costs: tuple[int, ...]
    beyond: int | None = None

    def least_beyond(self, unplaced: int) -> int:
        """What a place costs at least that is not told; being unplaced where all are."""
        return unplaced if self.beyond is None else self.beyond

    def at(self, place: int) -> Place:
        """Where it would be."""
        return self.stands if place == STAYS else self.places[place]


Chosen = tuple[int, ...]
"""For each visit the place chosen among its own, or STAYS."""


def price_of(wishes: Sequence[Wish], chosen: Sequence[int], unplaced: int) -> int:
    """What a choice costs in all; a visit without a new time costs `unplaced`."""
    return sum(unplaced if place == STAYS else wish.costs[place] for wish, place in zip(wishes, chosen, strict=True))


def clashes(wishes: Sequence[Wish], chosen: Sequence[int]) -> list[tuple[int, int]]:
    """The pairs of visits that cannot both stand where a choice puts them; pair by pair, so that it checks the rest.

    Two that stay where they are do not clash: they stand there today.
    """
    spots = [wish.at(place) for wish, place in zip(wishes, chosen, strict=True)]
    return [(i, j) for j in range(len(spots)) for i in range(j)
            if (chosen[i], chosen[j]) != (STAYS, STAYS) and not spots[i].is_apart_from(spots[j])]


def first_fit(wishes: Sequence[Wish], chosen: Sequence[int] | None = None) -> Chosen:
    """A choice in which all can stand, fast and not the best: who has the fewest places chooses first, then each once
    more as long as somebody gets a cheaper one. Begins with everybody where they are, or with a choice that can stand.
    """
    found = list(chosen) if chosen is not None else [STAYS] * len(wishes)
    board = _Board(wishes, found)
    in_turn = sorted(range(len(wishes)), key=lambda i: (len(wishes[i].places), i))
    is_better = True
    while is_better:
        is_better = False
        for i in in_turn:
            now = found[i]
            better = wishes[i].places if now == STAYS else wishes[i].places[:now]
            place = next((n for n, spot in enumerate(better) if board.is_free(spot, but=i)), None)
            if place is not None and (now == STAYS or wishes[i].costs[place] < wishes[i].costs[now]):
                board.move(i, place)
                found[i], is_better = place, True
    return tuple(found)


def others_for(index: int, wishes: Sequence[Wish], chosen: Sequence[int]) -> list[int]:
    """What a visit is offered: the choice, the cheapest with somebody else, then the next cheapest, six at most.

    Each apart from where the other visits go, and one for each day and therapist. Without a choice there is nothing.
    """
    mine, own = chosen[index], wishes[index].places
    if mine == STAYS:
        return []
    board = _Board(wishes, chosen)
    by_day: dict[tuple[int, str], int] = {(own[mine].day, own[mine].therapist): mine}
    for place, spot in enumerate(own):
        if (spot.day, spot.therapist) not in by_day and board.is_free(spot, but=index):
            by_day[spot.day, spot.therapist] = place
    others = [place for place in by_day.values() if own[place].therapist != own[mine].therapist]
    return list(dict.fromkeys([mine, *others[:1], *by_day.values()]))[:MOST_OPTIONS]


class _Board:
    """Who is where, by therapist, room and client, so that a look at one place asks few others."""

    def __init__(self, wishes: Sequence[Wish], chosen: Sequence[int]) -> None:
        self.wishes = wishes
        self.near: dict[str, dict[int, Place]] = defaultdict(dict)
        self.at = [wish.at(place) for wish, place in zip(wishes, chosen, strict=True)]
        for i, spot in enumerate(self.at):
            for key in _keys(spot):
                self.near[key][i] = spot

    def is_free(self, spot: Place, *, but: int) -> bool:
        return all(spot.is_apart_from(other)
                   for key in _keys(spot) for i, other in self.near.get(key, {}).items() if i != but)

    def move(self, i: int, place: int) -> None:
        for key in _keys(self.at[i]):
            del self.near[key][i]
        self.at[i] = self.wishes[i].at(place)
        for key in _keys(self.at[i]):
            self.near[key][i] = self.at[i]


def _keys(spot: Place) -> Iterator[str]:
    yield f"t{spot.therapist}"
    yield f"r{spot.room}"
    yield f"c{spot.client}"
