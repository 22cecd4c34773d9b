"""Who might be on the list already: a second record of one person hides what limits the work."""

from __future__ import annotations

from collections.abc import Sequence

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
    known = list(rows.values_list("pk", "name", "email", "phone")) if people else []
    found = [{pk for pk, *theirs in known if _is_alike(one, theirs)} for one in people]
    pks = set().union(*found)
    clients = list(rows.filter(pk__in=pks)) if pks else []
    return [[client for client in clients if client.pk in mine] for mine in found]


def _is_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    (name, email, phone), (theirs, mail, dialled) = one, other
    words, number, address = _words(name), digits_of(phone)[-9:], email.strip().lower()
    return bool((words and words == _words(theirs)) or (address and address == mail.lower())
                or (len(number) >= _LEAST_DIGITS and number == digits_of(dialled)[-9:]))


def _words(name: str) -> frozenset[str]:
    return frozenset(folded(name).replace("-", " ").replace(",", " ").split())
