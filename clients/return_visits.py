"""Which visits took place since the map of what is felt was taken again: the diary, a room to the right, knows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Protocol
from uuid import UUID

# The diary registers here how to find them: clients and a first day in, a row (client, day) for each visit out.
TOOK_PLACE: list[Callable[[Collection[UUID], date], Iterable[tuple[UUID, date]]]] = []


class _Returning(Protocol):
    @property
    def status(self) -> str: ...

    @property
    def map_taken_on(self) -> date | None: ...


def visits_of_returns(episodes: Mapping[UUID, Iterable[_Returning]]) -> dict[UUID, tuple[date, ...]]:
    """The days of the visits of those who are coming back and of whom the map was taken; no query where nobody is."""
    mapped = {client: row.map_taken_on for client, rows in episodes.items() for row in rows
              if row.status == "recovering" and row.map_taken_on}
    if not mapped:
        return {}
    days: dict[UUID, list[date]] = defaultdict(list)
    for find in TOOK_PLACE:
        for client, on in find(list(mapped), min(mapped.values())):
            days[client].append(on)
    return {client: tuple(sorted(found)) for client, found in days.items()}
