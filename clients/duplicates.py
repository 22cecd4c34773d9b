"""Who might be on the list already: a second record of one person hides what limits the work."""

from __future__ import annotations

from clients.models import Client
from clients.search import digits_of, folded
from practice.access import Actor
from practice.models import Membership

_LEAST_DIGITS = 7  # of a number: fewer are an extension, not a person


def already_listed(*, by: Actor, name: str, email: str = "", phone: str = "") -> list[Client]:
    """Clients of the practice, archived ones too, with the same name, address or number, however it is written."""
    assert isinstance(by, Membership)
    words, number, address = _words(name), digits_of(phone)[-9:], email.strip().lower()
    rows = Client.objects.visible_to(by).order_by("name", "pk")
    pks = [pk for pk, theirs, mail, dialled in rows.values_list("pk", "name", "email", "phone")
           if (words and words == _words(theirs)) or (address and address == mail.lower())
           or (len(number) >= _LEAST_DIGITS and number == digits_of(dialled)[-9:])]
    return list(rows.filter(pk__in=pks)) if pks else []


def _words(name: str) -> frozenset[str]:
    return frozenset(folded(name).replace("-", " ").replace(",", " ").split())
