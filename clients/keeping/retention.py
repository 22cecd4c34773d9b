"""Until when what is written of a client is kept: so many years after the last contact, and what else keeps it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, Max, Min, Model, Q, QuerySet
from django.db.models.functions import Coalesce

from clients.models import Client
from practice import clock
from practice.models import Practice

OF_AGE = 18  # "if client <18, 10 years from 18th birthday" (CMTO, Maintenance of client health records)


@dataclass(frozen=True, slots=True)
class Contact:
    """One kind of rows whose day is a day of contact: by which way it leads to the client, and which of them count."""

    model: type[Model]
    day: str
    client: str = "client"
    which: Callable[[], Q] = field(default=Q)


# Each room registers here what counts as contact, and (by client) what keeps everything of somebody, in words.
CONTACTS: list[Contact] = []
KEPT_BY: list[Callable[[Collection[UUID]], Iterable[tuple[UUID, str]]]] = []


@dataclass(frozen=True, slots=True)
class Kept:
    """First and last contact, from which day the years count, and until when (included) everything is kept."""

    first_contact: date
    last_contact: date
    counts_from: date
    until: date

    @property
    def counts_from_birthday(self) -> bool:
        """Whether they were a child at the last contact, so that the years count from their 18th birthday."""
        return self.counts_from > self.last_contact

    def is_over(self, today: date) -> bool:
        """Whether the years are over: the day after the last one."""
        return today > self.until


def kept(*, first: date, last: date, born: date | None, years: int) -> Kept:
    """Until when: so many years after the last contact, of who was a child then after their 18th birthday."""
    of_age = years_after(born, OF_AGE) if born else None
    counts_from = max(last, of_age) if of_age else last
    return Kept(first, last, counts_from, years_after(counts_from, years))


def kept_until(client: Client) -> Kept:
    """Until when this client's rows are kept: the practice's years after the last contact, else the first day."""
    return kept_until_of([client])[client.pk]


def kept_until_of(clients: Iterable[Client]) -> dict[UUID, Kept]:
    """The same for several clients, in two queries; each comes with its practice."""
    people = {client.pk: client for client in clients}
    ends = _ends(people)
    found = {}
    for pk, client in people.items():
        zone = client.practice.time_zone
        listed = clock.wall_of(client.created_at, zone)[0]
        days = [_day(end, zone) for end in ends.get(pk, ())]
        last = max(days, default=listed)
        first = min((listed, *days))
        found[pk] = kept(first=first, last=last, born=client.birth_date, years=client.practice.retention_years)
    return found


def long_quiet(practice: Practice, today: date) -> QuerySet[Client]:
    """The people of a practice without any contact in all its years, one query a kind: nobody else's can be over."""
    since = years_after(today, -practice.retention_years) + timedelta(days=2)  # zones and leap years ask one
    seen: set[UUID] = set()
    for contact in CONTACTS:
        first = clock.day_begins(since, practice.time_zone) if _has_moments(contact) else since
        rows = contact.model._base_manager.filter(contact.which(), **{
            f"{contact.client}__practice": practice, f"{contact.day}__gte": first})
        standing = Coalesce(f"{contact.client}__merged_into", contact.client)
        seen.update(rows.order_by().values_list(standing, flat=True).distinct())
    people = Client.objects.filter(practice=practice, merged_into=None).select_related("practice").order_by("pk")
    quiet = [pk for pk in people.values_list("pk", flat=True) if pk not in seen]
    return people.filter(pk__in=quiet)


def what_keeps(clients: Collection[UUID]) -> dict[UUID, list[str]]:
    """What keeps everything of these clients whatever the years say, in words; who is not in it is kept by nothing."""
    found: dict[UUID, list[str]] = {}
    for ask in KEPT_BY if clients else ():
        for pk, words in ask(clients):
            found.setdefault(pk, []).append(words)
    return found


def soonest_first(clients: QuerySet[Client]) -> list[tuple[Client, Kept]]:
    """Clients with until when each is kept, those whose years end first on top."""
    people = list(clients.select_related("practice"))
    found = kept_until_of(people)
    return sorted(((client, found[client.pk]) for client in people), key=lambda row: (row[1].until, row[0].name))


def by_person(rows: QuerySet[Any], clients: Iterable[UUID], link: str = "client") -> QuerySet[Any]:
    """The rows of these people, those of rows merged into theirs included; `whose` is the id of the row that stands."""
    return rows.annotate(whose=Coalesce(f"{link}__merged_into", link)).filter(whose__in=list(clients)).order_by()


def _ends(clients: Collection[UUID]) -> dict[UUID, list[date | datetime]]:
    """Each client's first and last of every kind of contact: one query for the days, one for the moments."""
    found: dict[UUID, list[date | datetime]] = {}
    for has_moments in (False, True):
        kinds = [_span(contact, clients) for contact in CONTACTS if _has_moments(contact) == has_moments]
        for pk, first, last in kinds[0].union(*kinds[1:], all=True):
            found.setdefault(pk, []).extend((first, last))
    return found


def _span(contact: Contact, clients: Iterable[UUID]) -> QuerySet[Any, Any]:
    """The first and last of one kind, by client."""
    rows = contact.model._base_manager.filter(contact.which(), **{f"{contact.day}__isnull": False})
    return by_person(rows, clients, contact.client).values("whose").annotate(
        first=Min(contact.day), last=Max(contact.day)).values_list("whose", "first", "last")


def _has_moments(contact: Contact) -> bool:
    return isinstance(contact.model._meta.get_field(contact.day), DateTimeField)


def _day(at: date | datetime, zone: str) -> date:
    return clock.wall_of(at, zone)[0] if isinstance(at, datetime) else at


def years_after(day: date, years: int) -> date:
    """The same day so many years on; from 29 February the last day of the month where there is none."""
    year = min(day.year + years, date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
