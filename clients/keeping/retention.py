"""Until when what is written of a client is kept: so many years after the last contact. Nothing is disposed of here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from clients.models import Client
from practice import clock

OF_AGE = 18  # "if client <18, 10 years from 18th birthday" (CMTO, Maintenance of client health records)

# Rooms to the right register here the last day of contact they know of, for any number of clients.
LAST_CONTACT: list[Callable[[Iterable[UUID]], dict[UUID, date]]] = []


@dataclass(frozen=True, slots=True)
class Kept:
    """The last contact, from which day the years count, and until when (included) everything is kept."""

    last_contact: date
    counts_from: date
    until: date

    @property
    def counts_from_birthday(self) -> bool:
        """Whether they were a child at the last contact, so that the years count from their 18th birthday."""
        return self.counts_from > self.last_contact


def kept_until(client: Client) -> Kept:
    """Until when this client's rows are kept: the practice's years after the last visit or note, else the first day."""
    return kept_until_of([client])[client.pk]


def kept_until_of(clients: Iterable[Client]) -> dict[UUID, Kept]:
    """The same for several clients, in few queries; each comes with its practice."""
    people = {client.pk: client for client in clients}
    known = [ask(people) for ask in LAST_CONTACT]
    found = {}
    for pk, client in people.items():
        first = clock.wall_of(client.created_at, client.practice.time_zone)[0]
        days = [days[pk] for days in known if pk in days]
        last = max(days) if days else first
        of_age = _years_after(client.birth_date, OF_AGE) if client.birth_date else None
        counts_from = max(last, of_age) if of_age else last
        found[pk] = Kept(last, counts_from, _years_after(counts_from, client.practice.retention_years))
    return found


def soonest_first(clients: QuerySet[Client]) -> list[tuple[Client, Kept]]:
    """Clients with until when each is kept, those whose years end first on top."""
    people = list(clients.select_related("practice"))
    kept = kept_until_of(people)
    return sorted(((client, kept[client.pk]) for client in people), key=lambda row: (row[1].until, row[0].name))


def _years_after(day: date, years: int) -> date:
    """The same day so many years on; from 29 February the last day of the month where there is none."""
    year = min(day.year + years, date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
