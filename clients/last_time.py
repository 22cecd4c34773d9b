"""What happened last time and is told before the next: the record, a room to the right, registers how to read it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clients.models import Client
from practice.models import Membership


@dataclass(frozen=True, slots=True)
class LastTime:
    """Something that happened: when last, in a few words, in full, and the source of why it matters."""

    on: date
    in_short: str
    text: str
    source: str
    label: str = "Last time"


# Each answers for several clients at once, with what this member may read; before a day, where one is given.
LAST_TIME: list[Callable[[Membership, Collection[Client], date | None], Mapping[UUID, Sequence[LastTime]]]] = []


def last_times(
    member: Membership, clients: Collection[Client], before: date | None = None,
) -> dict[UUID, tuple[LastTime, ...]]:
    """By client, what happened last time as far as this member may read it; clients without are left out."""
    told: dict[UUID, tuple[LastTime, ...]] = {}
    for source in LAST_TIME if member.may_see_clinical and clients else ():
        for pk, lines in source(member, clients, before).items():
            told[pk] = (*told.get(pk, ()), *lines)
    return told


def last_time(member: Membership, client: Client, before: date | None = None) -> tuple[LastTime, ...]:
    """The same for one client."""
    return last_times(member, [client], before).get(client.pk, ())
