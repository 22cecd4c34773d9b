"""A client whose years are over is disposed of: everything goes in one transaction, and a tombstone says that it did.

Nothing is disposed of by itself: the owner chooses one person, looks at what goes, and says why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from clients.episodes import today_in
from clients.keeping.going import Going, going_with, let_go
from clients.keeping.parts import PARTS
from clients.keeping.retention import Kept, kept_until_of, long_quiet, what_keeps
from clients.keeping.tombstones import VERB, join
from clients.models import Client, Disposal
from clients.privacy.holds import refuse_if_held
from clients.words import one_line
from practice import audit, clock
from practice.access import Actor, Role
from practice.models import ActionLink, AuditEntry, Membership, Practice
from practice.offers import refuse_unless_owner
from practice.refusals import BadInput, Refusal
from practice.waiting import WAITING, Waiting

TOLD_UNTIL = 7  # the day of a month until which Today tells the owner


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed of somebody: the places it had in a chain (place, hash before, own hash), and every hash."""

    links: list[tuple[int, str, str]]
    hashes: list[str]


# The record, a room to the right, registers here what was signed of these rows; it keeps its chain still meanwhile.
SIGNED: list[Callable[[UUID, Collection[UUID]], Signed]] = []


class StillKept(Refusal):
    """The years are not over, or something keeps everything of this client."""

    code: ClassVar[str] = "still_kept"
    title: ClassVar[str] = "Still kept"


@dataclass(frozen=True, slots=True)
class Over:
    """A client whose years are over: until when they ran, and what keeps everything all the same, in words."""

    client: Client
    kept: Kept
    kept_by: list[str]


def over_in(practice: Practice) -> tuple[list[Over], date | None]:
    """Whose years are over, the longest over first, also those whom something keeps; and when the next one's end."""
    people = Client.objects.filter(practice=practice, merged_into=None).select_related("practice").order_by("pk")
    return _over_of(list(people))


def _over_of(people: list[Client]) -> tuple[list[Over], date | None]:
    found = kept_until_of(people)
    over = [client for client in people if found[client.pk].is_over(today_in(client))]
    keeps = what_keeps([client.pk for client in over])
    rows = [Over(client, found[client.pk], keeps.get(client.pk, [])) for client in over]
    running = {client.pk for client in people} - {client.pk for client in over}
    return (sorted(rows, key=lambda row: (row.kept.until, row.client.name)),
            min((found[pk].until for pk in running), default=None))


def somebody_is_over(member: Membership) -> Iterator[Waiting]:
    """For the owner, in the first week of each month (our proposal): whose years are over; nobody by name."""
    today = clock.wall_of(timezone.now(), member.practice.time_zone)[0]
    if member.role != Role.OWNER or today.day > TOLD_UNTIL:
        return
    rows = [row for row in _over_of(list(long_quiet(member.practice, today)))[0] if not row.kept_by]
    if rows:
        words = "1 client’s years" if len(rows) == 1 else f"The years of {len(rows)} clients"
        yield Waiting(f"{words} are over: what is written of them may go", reverse("clients:disposals"))


def refuse_unless_over(client: Client) -> Kept:
    """Refuse while the years run, or while anything keeps this client; answers the years that are over."""
    refuse_if_held(client)
    kept = kept_until_of([client])[client.pk]
    if not kept.is_over(today_in(client)):
        raise StillKept(f"What is written of {client.name} is kept until {clock.said_date(kept.until, year=True)}.")
    if keeps := what_keeps([client.pk]).get(client.pk):
        raise StillKept(f"{client.name} is still kept: {'; '.join(keeps)}.")
    return kept


def counts_of_going(going: Going) -> list[tuple[str, int, str]]:
    """What goes, kind by kind: its code, how many, and both in words."""
    kinds = {part.model: part for part in PARTS.values()}
    found = []
    for model, keys in going.items():
        if keys and model is not Client and model is not ActionLink:
            part = kinds.get(model)
            words = part.said(len(keys)) if part else _plainly(model, len(keys))
            found.append((part.code if part else model._meta.model_name or "", len(keys), words))
    return sorted(found, key=lambda row: row[2].partition(" ")[2])


def _plainly(model: type[Model], count: int) -> str:
    one, many = _OTHERS.get(model._meta.model_name or "", (model._meta.verbose_name, model._meta.verbose_name_plural))
    return f"{count} {one if count == 1 else many}"


_OTHERS = {"importrow": ("line of a list brought along", "lines of lists brought along"),
           "summarypaper": ("letter as it was signed", "letters as they were signed"),
           "webhookdelivery": ("telling of another system", "tellings of other systems")}


def lines_that_stay(client: Client) -> int:
    """How many lines of who read and changed what stay: they name the client by an id."""
    return AuditEntry.objects.filter(client_id__in=client.family.values("pk")).count()


@transaction.atomic
def dispose_of(*, client: Client, reason: str, by: Actor) -> Disposal:
    """Delete everything of a client, rows merged into theirs included, and leave a tombstone; answers it.

    For the owner. Refuses while the years run, while anything keeps them, and without a reason. It cannot be undone.
    """
    refuse_unless_owner(client.practice, by)
    if not any(c.isalnum() for c in reason):
        raise BadInput("Write why, for example that the years of your law are over.", field="reason")
    rows = {row.pk: row for row in client.family.order_by("pk").select_for_update(of=("self",))}
    client = Client.objects.select_related("practice").get(pk=client.standing_id)
    signed = [ask(client.practice_id, rows) for ask in SIGNED]
    kept = refuse_unless_over(client)
    going = going_with(rows)
    stones = [_tombstone(client, row, kept, reason, by) for row in sorted(rows, key=lambda pk: pk == client.pk)]
    own = stones[-1]
    own.counts = {code: count for code, count, _ in counts_of_going(going)}
    own.links = sorted([*link] for one in signed for link in one.links)
    own.signed_hash = hashlib.sha256("\n".join(h for one in signed for h in one.hashes).encode()).hexdigest()
    for stone in stones:
        join(stone)
        audit.record(by=by, verb=VERB, subject=stone, client_id=stone.of_client, hash=stone.content_hash)
    let_go(going)
    return own


def _tombstone(client: Client, row: UUID, kept: Kept, reason: str, by: Actor) -> Disposal:
    return Disposal(
        practice_id=client.practice_id, of_client=row, person=client.pk, first_day=kept.first_contact,
        birth_year=client.birth_date.year if client.birth_date and row == client.pk else None,
        last_day=kept.last_contact, signed_hash=hashlib.sha256(b"").hexdigest(),
        rule=Disposal.Rule.OF_AGE if kept.counts_from_birthday else Disposal.Rule.LAST_CONTACT,
        years=client.practice.retention_years, kept_until=kept.until, disposed_at=timezone.now(), by_id=by.pk,
        by_name=by.name[:120], reason=one_line(reason)[:300])


WAITING.append(somebody_is_over)
