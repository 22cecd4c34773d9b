"""Who looked at whom, and who changed what: the trail, searched by client, person, kind and days. For the owner."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from clients.keeping.exporting import cell_of
from clients.models import Client
from practice import audit, clock
from practice.models import AuditEntry, Invitation, Membership
from practice.offers import refuse_unless_owner
from practice.trail_words import looks, words_of

PAGE = 50
MOST_NAMED = 200
BY_LINK = "link"  # whoever acts without an account: clients, doctors, the product itself
LOOKED, CHANGED = "looked", "changed"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; what is empty says nothing. `of` are the rows of one client, merged ones too."""

    of: tuple[UUID, ...] | None = None
    who: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def client_id(self) -> UUID | None:
        """The client, where it is about one."""
        return self.of[0] if self.of else None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trail in words."""

    entry: AuditEntry
    what: str
    client: str
    is_standing: bool  # the client has a page

    @property
    def role(self) -> str:
        """As what they acted."""
        return self.entry.actor_role.replace("_", " ")


def clients_named(member: Membership, name: str) -> tuple[UUID, ...]:
    """The clients whose name holds what was typed."""
    rows = Client.objects.filter(practice=member.practice_id, name__icontains=name)
    return tuple(rows.order_by("name", "pk").values_list("pk", flat=True)[:MOST_NAMED])


@transaction.atomic
def look_up(*, asked: Asked, by: Membership, before: int | None = None) -> tuple[list[Line], int | None]:
    """One page of lines, the newest first, and the id to go on from; that it was read is written down too."""
    refuse_unless_owner(by.practice, by)
    rows = _found(asked, by)
    page = list((rows.filter(pk__lt=before) if before else rows)[:PAGE + 1])
    _write_down(asked, by, "trail_read")
    return _lines(page[:PAGE], by), page[PAGE - 1].pk if len(page) > PAGE else None


@transaction.atomic
def take_out(*, asked: Asked, by: Membership) -> Iterator[str]:
    """All the lines as a table a spreadsheet reads, piece by piece; no cell of it runs."""
    refuse_unless_owner(by.practice, by)
    _write_down(asked, by, "trail_taken_out")
    return _table(asked, by)


def _table(asked: Asked, by: Membership) -> Iterator[str]:
    zone = by.practice.time_zone
    yield "\ufeff" + _row(["when", "who", "as", "what", "client", "client id", "about", "about id"])
    last = None
    while True:
        rows = _found(asked, by)
        part = list((rows.filter(pk__lt=last) if last else rows)[:1000])
        for line in _lines(part, by):
            row = line.entry
            yield _row([clock.iso(row.at, zone), row.actor_name, line.role, line.what, line.client,
                        row.client_id or "", row.subject_type, row.subject_id])
        if len(part) < 1000:
            return
        last = part[-1].pk


def _row(cells: Iterable[object]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([cell_of(one) for one in cells])
    return out.getvalue()


def _found(asked: Asked, by: Membership) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.filter(practice=by.practice_id)
    if asked.of is not None:
        rows = rows.filter(client_id__in=asked.of)
    if asked.who:
        rows = rows.filter(actor=None) if asked.who == BY_LINK else rows.filter(actor=asked.who)
    if asked.kind:
        rows = rows.filter(looks()) if asked.kind == LOOKED else rows.exclude(looks())
    zone = by.practice.time_zone
    if asked.since:
        rows = rows.filter(at__gte=clock.day_begins(asked.since, zone))
    if asked.until:
        rows = rows.filter(at__lt=clock.day_begins(asked.until + timedelta(days=1), zone))
    return rows.order_by("-pk")


def _lines(rows: list[AuditEntry], by: Membership) -> list[Line]:
    nobody = ("", False)
    known = {pk: (name, merged is None) for pk, name, merged in Client.objects.filter(
        practice=by.practice_id, pk__in={row.client_id for row in rows if row.client_id}).values_list(
        "pk", "name", "merged_into")}
    colleagues = _colleagues(rows, by)
    return [Line(row, words_of(row.verb) + (f": {name}" if (name := colleagues.get(row.subject_id)) else ""),
                 *(known.get(row.client_id, nobody) if row.client_id else nobody)) for row in rows]


def _colleagues(rows: list[AuditEntry], by: Membership) -> dict[UUID, str]:
    """Whom the lines about somebody who works here, or was asked to, are about, where it is not who acted."""
    of = {row.subject_id for row in rows if row.subject_type in ("membership", "invitation")
          and row.subject_id != row.actor_id}
    if not of:
        return {}
    here, asked = (model.objects.filter(practice=by.practice_id, pk__in=of) for model in (Membership, Invitation))
    return dict(here.values_list("pk", "user__name")) | dict(asked.values_list("pk", "name"))


def _write_down(asked: Asked, by: Membership, verb: str) -> None:
    audit.record(by=by, verb=verb, subject=by.practice, client_id=asked.client_id)
