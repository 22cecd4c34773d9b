"""What earlier visits leave for this one: the last signed note, what it says was done, and notes not signed yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from clients.contraindications import ProposedTreatment
from clients.models import Client
from notes.events.at_hand import events_logged
from notes.models import Note, Treatment
from notes.writing import GIVEN, as_proposed
from practice.composed import Composed, as_id
from practice.models import Membership

MOST_UNSIGNED = 5  # told beside a sheet; more stand on the client's page


_last_signed_of = Composed(lambda client, merged: Note.objects.filter(
    Q(client=client) | Q(client__merged_into=merged), visibility="therapists", signed_at__isnull=False,
).order_by("-visit_on", "-id").values_list("pk")[:1])


def last_treatments(client: Client) -> list[ProposedTreatment]:
    """What the last signed note says was done: what booking checks ahead of the next visit.

    Not of a note kept to its author: what the check says at booking would tell of it.
    """
    last = _last_signed_of(client.standing_id, client.standing_id)
    return [replace(as_proposed(row), was_last_time=True)
            for row in Treatment.objects.filter(note=as_id(last[0][0]), state=GIVEN)] if last else []


def last_signed(note: Note, by: Membership) -> Note | None:
    """The signed note of the visit before this one, among those this member may read."""
    return _earlier(note, by).filter(is_theirs=True).exclude(signed_at=None).first()


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A note of an earlier visit that nobody has signed; `pk` is None where it is not theirs to read."""

    on: date
    pk: UUID | None


@dataclass(frozen=True, slots=True)
class Before:
    """What stands beside a sheet: the last signed note, and the notes of visits since that are still drafts."""

    last: Note | None
    unsigned: tuple[Unsigned, ...]


def before(note: Note, by: Membership) -> Before:
    """The last signed note this member may read, and each later one that is not signed, in one query as a rule."""
    is_earlier = Q(signed_at=None, appointment__starts_at__lt=note.appointment.starts_at)
    rows = _earlier(note, by).filter(Q(is_theirs=True, signed_at__isnull=False) | is_earlier)[:MOST_UNSIGNED + 1]
    unsigned = list(takewhile(lambda row: not row.is_signed, rows))
    last = rows[len(unsigned)] if len(unsigned) < len(rows) else None
    if last is None and len(rows) > MOST_UNSIGNED:
        last = last_signed(note, by)
    return Before(last, tuple(
        Unsigned(row.day, row.pk if vars(row)["is_theirs"] else None) for row in unsigned[:MOST_UNSIGNED]))


def _earlier(note: Note, by: Membership) -> QuerySet[Note]:
    """This person's other notes up to that day, the latest first."""
    theirs = Note.objects.visible_to(by).order_by().filter(pk=OuterRef("pk"))
    return (Note.objects.filter(client__in=note.client.family, visit_on__lte=note.day).exclude(pk=note.pk)
            .select_related("author__user", "appointment")
            .annotate(has_events=events_logged(), is_theirs=Exists(theirs)).order_by("-visit_on", "-id"))
