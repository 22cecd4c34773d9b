"""Whose time is taken while a list is read: by what the diary has, and by the rows of the list read before."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

LONGEST = timedelta(hours=12)  # a visit and its buffers


class Taken(NamedTuple):
    """A stretch somebody or some room is taken for, and the row of the list it is; 0 where it is in the diary."""

    begins: datetime
    ends: datetime
    row: int


class Occupied:
    """Stretches by whom or what they are of, to be asked about any other stretch."""

    def __init__(self) -> None:
        self._of: defaultdict[UUID, list[Taken]] = defaultdict(list)

    def fill(self, taken: Iterable[tuple[UUID, Taken]]) -> None:
        """Take many stretches at once."""
        for whose, stretch in taken:
            self._of[whose].append(stretch)
        for stretches in self._of.values():
            stretches.sort()

    def take(self, whose: UUID, stretch: Taken) -> None:
        """Take one stretch."""
        insort(self._of[whose], stretch)

    def clash(self, whose: UUID, begins: datetime, ends: datetime) -> Taken | None:
        """The first stretch of theirs that this one would overlap; None where it is free."""
        stretches = self._of.get(whose)
        if not stretches:
            return None
        at = bisect_left(stretches, (ends,)) - 1  # the last one that begins before this one ends
        while at >= 0 and stretches[at].begins > begins - LONGEST:
            if stretches[at].ends > begins:
                return stretches[at]
            at -= 1
        return None
