"""What went to whom, when and why: an accounting of disclosures for each client, kept for ever and printable."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from clients.episodes import today_in
from clients.models import Client, Disclosure
from clients.words import one_line
from practice import audit, clock
from practice.access import Actor
from practice.refusals import BadInput

# How something goes out; by link is written by the product itself.
WAYS = {"post": "by post", "fax": "by fax", "phone": "by phone", "in-person": "in person", "mail": "by encrypted mail"}

# A room to the right registers here when what it shared was opened first, by the id of what was shared.
OPENED: list[Callable[[Iterable[UUID]], dict[UUID, datetime]]] = []


@transaction.atomic
def record_disclosure(
    *, client: Client, to_name: str, what: str, why: str, how: str, by: Actor, to_address: str = "",
    on: date | None = None, subject_id: UUID | None = None, content_hash: str = "",
) -> Disclosure:
    """Write down that something went to somebody: the day, the recipient, what it was and what for.

    Refuses a day still to come, and a line without one of the three.
    """
    today = today_in(client)
    on = on or today
    if on > today:
        raise BadInput(f"{clock.said_date(on, today=today)} is still to come. When did it go?", field="on")
    for field, said, words in (("to_name", to_name, "Write who received it."), ("what", what, "Write what went out."),
                               ("why", why, "Write what it was for.")):
        if not any(c.isalnum() for c in said):
            raise BadInput(words, field=field)
    row = Disclosure.objects.create(
        practice_id=client.practice_id, client=client, on=on, to_name=one_line(to_name)[:160],
        to_address=to_address.replace("\x00", "").strip()[:500], what=one_line(what)[:300], why=one_line(why)[:300],
        how=one_line(how)[:60], by_name=by.name[:120], subject_id=subject_id, content_hash=content_hash)
    audit.record(by=by, verb="disclosure_recorded", subject=row)
    return row


def opened_at(rows: Iterable[Disclosure]) -> dict[UUID, datetime]:
    """When what was shared by link was opened first, by its id."""
    ids = [row.subject_id for row in rows if row.subject_id]
    found: dict[UUID, datetime] = {}
    for of in OPENED if ids else ():
        found |= of(ids)
    return found
