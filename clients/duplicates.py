"""Who might be on the list already: a second record of one person hides what limits the work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db.models import QuerySet

from clients.models import Client
from clients.search import digits_of, folded
from practice.access import Actor
from practice.models import Membership

_LEAST_DIGITS = 7  # of a number: fewer are an extension, not a person


def already_listed(*, by: Actor, name: str, email: str = "", phone: str = "") -> list[Client]:
    """Clients of the practice, archived ones too, with the same name, address or number, however it is written."""
    (found,) = listed_alike(by=by, people=[(name, email, phone)])
    return found


def listed_alike(*, by: Actor, people: Sequence[tuple[str, str, str]]) -> list[list[Client]]:
    """The same for several people, each a name, an address and a number; at the price of one."""
    assert isinstance(by, Membership)
    rows = Client.objects.visible_to(by).order_by("name", "pk")
    listed = Listed(rows) if people else None
    found = [listed.alike(*one) for one in people] if listed else []
    pks = set().union(*found)
    clients = list(rows.filter(pk__in=pks)) if pks else []
    return [[client for client in clients if client.pk in mine] for mine in found]


class Listed:
    """These clients by name, address and number, to look up many people among many."""

    def __init__(self, rows: QuerySet[Client]) -> None:
        self._by: defaultdict[object, set[UUID]] = defaultdict(set)
        for pk, name, email, phone in rows.values_list("pk", "name", "email", "phone"):
            for sign in _signs(name, email, phone):
                self._by[sign].add(pk)

    def alike(self, name: str, email: str = "", phone: str = "") -> set[UUID]:
        """The ids of those with the same name, address or number, however it is written."""
        return set().union(*(self._by[sign] for sign in _signs(name, email, phone) if sign in self._by))


def _signs(name: str, email: str, phone: str) -> Iterator[object]:
    """What two rows of one person share at least one of."""
    if words := _words(name):
        yield words
    if address := email.strip().lower():
        yield address
    if len(number := digits_of(phone)[-9:]) >= _LEAST_DIGITS:
        yield "number", number


def _words(name: str) -> frozenset[str]:
    return frozenset(folded(name).replace("-", " ").replace(",", " ").split())
