"""Two rows of one person become one: everything that may move moves, what is signed stays on the row it was signed on.

The row that goes is kept, out of every list; `Client.family` reads both. It cannot be undone by a press.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from django.db import transaction
from django.utils import timezone

from clients.body import keys, said
from clients.channels import agreed_by, keep_in_step
from clients.findings import FINDINGS
from clients.keeping.joining import fill_gaps
from clients.keeping.parts import PARTS, is_clients_own, rows_of
from clients.models import Client, Episode, Finding
from clients.recording import OPPOSITES
from clients.writing import AGREED_ANEW, follow, ways_to
from practice import audit
from practice.access import CLINICAL, Actor, Role
from practice.refusals import NotAllowed, Refusal

# Rooms to the right register here what whoever merges (merged, stays) ought to know beforehand, in words.
WORTH_KNOWING: list[Callable[[Client, Client], list[str]]] = []


class MergeRefused(Refusal):
    """These two rows cannot become one as they stand."""

    code: ClassVar[str] = "merge_refused"
    title: ClassVar[str] = "Not merged"


@transaction.atomic
def merge_clients(*, client: Client, into: Client, by: Actor) -> Client:
    """Merge one row of a person into the other, which stays; answers the one that stays.

    For owners and therapists. Refuses two practices, a row merged already, and visits of both at one time.
    """
    refuse_unless_may_merge(by)
    client, into = _locked(client, into, by)
    moved, ways = {}, {*ways_to(client), *ways_to(into)}
    for part in filter(is_clients_own, PARTS.values()):
        rows = part.model._default_manager.filter(**{part.link: client.pk})
        before = rows.count()
        if part.comes_over:
            part.comes_over(client, into)
        else:
            rows.update(**{part.link: into.pk})
        if before:
            moved[part.code] = before - rows.count()
    was = agreed_by(into)
    filled = fill_gaps(into, client)
    keep_in_step(client=into, was=was, by=by, how="Two rows of one person became one.")
    if into.archived_at and not client.archived_at:
        into.archived_at = None  # one of the two still comes
        filled.append("archived_at")
    into.version, client.version = into.version + 1, client.version + 1
    client.archived_at, client.merged_into = client.archived_at or timezone.now(), into
    into.save(update_fields=[*filled, "version"])
    client.save(update_fields=["archived_at", "merged_into", "version"])
    follow(into, list(ways))
    for due in AGREED_ANEW:  # visits that came over may never have been written about
        due(into)
    Client.objects.filter(merged_into=client).update(merged_into=into)
    audit.record(by=by, verb="client_merged", subject=client, client_id=client.pk, into=str(into.pk))
    audit.record(by=by, verb="client_merged", subject=into, client_id=into.pk, merged=str(client.pk), fields=filled,
                 moved=moved)
    return into


def refuse_unless_may_merge(by: Actor) -> None:
    """Whose rows are one person's is for the owner or a therapist to say."""
    if not (by.role in CLINICAL or (Role.THERAPIST in CLINICAL and getattr(by, "is_therapist", False))):
        raise NotAllowed("Merging is for the owner or a therapist. Tell one of them whom you found twice.")


def _locked(client: Client, into: Client, by: Actor) -> tuple[Client, Client]:
    """Both rows, fresh, locked in the order of their ids against any new row of theirs; refuses what cannot be one."""
    if client.pk == into.pk:
        raise MergeRefused("This is one and the same row. Choose the other one.", field="other")
    rows = Client.objects.select_for_update(of=("self",)).select_related("practice").order_by("pk")
    both = {row.pk: row for row in rows.filter(pk__in=[client.pk, into.pk], practice_id=by.practice_id)}
    if len(both) < 2:
        raise MergeRefused("Only two clients of one practice can be merged.", field="other")
    for row in both.values():
        if row.merged_into_id:
            raise MergeRefused(f"{row.name} was merged already. Open them anew from your list.", field="other")
    return both[client.pk], both[into.pk]


def counts_of(client: Client) -> list[str]:
    """What there is of a row, kind by kind, in words: “3 visits”, “1 finding”."""
    found = [(part, rows_of(part, client).count()) for part in PARTS.values()
             if is_clients_own(part) and part.code != "trail"]
    return [part.said(count) for part, count in found if count]


def worth_knowing(merged: Client, stays: Client) -> list[str]:
    """What whoever merges ought to know beforehand: what will stand twice, and what contradicts itself."""
    open_ones = [Episode.objects.filter(client=c, status__in=Episode.OPEN).count() for c in (merged, stays)]
    twice = ["Both have an open episode. Both stay open: look at them once they stand together."] if all(
        open_ones) else []
    return [*twice, *_contradictions(merged, stays), *(words for ask in WORTH_KNOWING for words in ask(merged, stays))]


def _contradictions(merged: Client, stays: Client) -> list[str]:
    theirs, own = (
        [(row.finding, {key for p in row.places.all() for key in keys(p.region, p.side)})
         for row in Finding.objects.filter(client=client, ended_on=None, finding__in=OPPOSITES).prefetch_related(
             "places")] for client in (merged, stays))
    return [f"“{FINDINGS[a].name}” and “{FINDINGS[b].name}” will both stand for "
            f"{said(tuple(sorted(where & there))) or 'the whole body'}. End the one that does not hold."
            for a, where in theirs for b, there in own if OPPOSITES[a] == b and (where & there or not (where or there))]
