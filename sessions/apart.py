"""New times for several visits at once, apart from each other. Pure: a choice over lists of candidates.

Today the choice is greedy: whoever has the fewest open times chooses first. A solver may take its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_OPTIONS = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """One open time for one visit: whole epoch minutes with buffers, the day as it stands on the wall."""

    client: str
    therapist: str
    room: str
    day: int
    begins: int
    ends: int

    def is_apart_from(self, other: Candidate) -> bool:
        """Whether both can stand: no shared time of therapist or room, and one client not twice a day."""
        if self.client == other.client and self.day == other.day:
            return False
        shares_time = self.begins < other.ends and other.begins < self.ends
        return not (shares_time and (self.therapist == other.therapist or self.room == other.room))


def choose_apart(wishes: Sequence[Sequence[Candidate]]) -> list[int | None]:
    """For each visit the place of its new time among its candidates (best first), or None where none is left."""
    chosen: list[int | None] = [None] * len(wishes)
    taken: list[Candidate] = []
    for index in sorted(range(len(wishes)), key=lambda i: (len(wishes[i]), i)):
        for place, candidate in enumerate(wishes[index]):
            if all(candidate.is_apart_from(other) for other in taken):
                chosen[index] = place
                taken.append(candidate)
                break
    return chosen


def others_for(index: int, wishes: Sequence[Sequence[Candidate]], chosen: Sequence[int | None]) -> list[int]:
    """What a visit is offered: the choice, the best with somebody else, then the next best, six at most.

    Each apart from what the other visits got, and one for each day and therapist. Without a choice there is nothing.
    """
    mine, own = chosen[index], wishes[index]
    if mine is None:
        return []
    taken = [wishes[i][place] for i, place in enumerate(chosen) if place is not None and i != index]
    by_day: dict[tuple[int, str], int] = {(own[mine].day, own[mine].therapist): mine}
    for place, candidate in enumerate(own):
        if (candidate.day, candidate.therapist) not in by_day and all(candidate.is_apart_from(o) for o in taken):
            by_day[candidate.day, candidate.therapist] = place
    others = [place for place in by_day.values() if own[place].therapist != own[mine].therapist]
    return list(dict.fromkeys([mine, *others[:1], *by_day.values()]))[:MOST_OPTIONS]
