"""Whether every signed note, addendum and co-signature is still what was signed, and none is lost.

Walks a practice's chain a few hundred links at a time, so that a hundred thousand notes take no more memory than one
page of them. What is signed while it walks is left for the next time.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from clients.keeping.tombstones import links_of
from notes.models import Addendum, CoSignature, Note, NotesChain
from notes.seal import content
from practice.encryption import faults_marked

AT_ONCE = 500


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """One link of the chain as it stands: its place, which row, what is wrong with its content ("" if nothing)."""

    position: int
    row: str
    fault: str
    hash: str
    previous: str


def broken_links(practice_id: UUID) -> list[str]:
    """Every fault of the practice's chain, in words; empty where all is sound."""
    return list(faults_of_chain(practice_id))


def faults_of_chain(practice_id: UUID, told: Callable[[int], None] = lambda done: None) -> Iterator[str]:
    """The faults one by one as they are found; `told` hears how many links were looked at."""
    head = NotesChain.objects.filter(practice_id=practice_id).first()
    previous, expected = "", 1
    for done, link in enumerate(_links(practice_id, head.position if head else None), start=1):
        if link.position > expected:
            yield f"position {expected} is missing before {link.row}"
        elif link.position < expected:
            yield f"position {link.position} is there twice, the second time as {link.row}"
        if link.previous != previous:
            yield f"{link.row} does not follow the one before it"
        if link.fault:
            yield link.fault
        previous, expected = link.hash, link.position + 1
        if done % AT_ONCE == 0:
            told(done)
    if head and head.head_hash != previous:
        yield "the last signed note is missing"
    if not head and expected > 1:
        yield "the head of the chain is missing"
    yield from _beyond_the_head(practice_id)
    yield from _outside_the_chain(practice_id)
    yield from _at_another_clients_visit(practice_id)


def _links(practice_id: UUID, last: int | None) -> Iterator[Link]:
    """Notes, addenda, co-signatures and what was disposed of, in the order of the chain, up to `last`."""
    streams = (
        _notes(Note.objects.filter(practice_id=practice_id), last),
        _added(Addendum.objects.filter(note__practice_id=practice_id), last),
        _cosigned(CoSignature.objects.filter(practice_id=practice_id), last),
        _disposed(practice_id, last))
    return heapq.merge(*streams)


def _notes(rows: QuerySet[Note], last: int | None) -> Iterator[Link]:
    for part in _by_parts(rows, content.NOTE, last):
        with faults_marked():
            hanging = content.hanging_on([row["id"] for row in part])
        for row in part:
            is_sound = content.hash_of_note(row, hanging[row["id"]]) == row["content_hash"]
            yield _link(row, f"note {row['id']}", is_sound, "changed after it was signed")


def _added(rows: QuerySet[Addendum], last: int | None) -> Iterator[Link]:
    for part in _by_parts(rows, content.ADDENDUM, last):
        for row in part:
            is_sound = content.hash_of_addendum(row) == row["content_hash"]
            yield _link(row, _addendum(row), is_sound, "changed after it was written")


def _cosigned(rows: QuerySet[CoSignature], last: int | None) -> Iterator[Link]:
    for part in _by_parts(rows, content.COSIGNATURE, last):
        for row in part:
            is_sound = content.hash_of_cosignature(row) == row["content_hash"]
            yield _link(row, f"co-signature of note {row['note_id']}", is_sound, "changed after it was signed")


def _disposed(practice_id: UUID, last: int | None) -> Iterator[Link]:
    """Links that went with a client: their tombstone says what stood there, and itself stands in a chain."""
    for place, before, own, tombstone in links_of(practice_id):
        if last is None or place <= last:
            yield Link(place, f"what tombstone {tombstone} tells of", "", own, before)


def _addendum(row: dict[str, Any]) -> str:
    return f"addendum {row['id']} of note {row['note_id']}"


def _link(row: dict[str, Any], name: str, is_sound: bool, what: str) -> Link:
    return Link(row["chain_position"], name, "" if is_sound else f"{name} was {what}", row["content_hash"],
                row["previous_hash"])


def _by_parts(rows: QuerySet[Any], columns: tuple[str, ...], last: int | None) -> Iterator[list[dict[str, Any]]]:
    """The rows that have a place in the chain, in its order, some hundreds at a time."""
    found = rows.exclude(chain_position=None).order_by("chain_position", "pk").values(*columns, "content_hash")
    if last is not None:
        found = found.filter(chain_position__lte=last)
    after = Q()
    while part := _read(found.filter(after)[:AT_ONCE]):
        yield part
        place, pk = part[-1]["chain_position"], part[-1]["id"]
        after = Q(chain_position__gt=place) | Q(chain_position=place, pk__gt=pk)  # no forged twin slips through


def _read(rows: QuerySet[Any]) -> list[Any]:
    """The rows; what cannot be decrypted any more fits no hash."""
    with faults_marked():
        return list(rows)


def _beyond_the_head(practice_id: UUID) -> Iterator[str]:
    """Links after the chain's end: the end is read after them, so what is signed meanwhile is none."""
    ends = [rows.aggregate(last=Max("chain_position"))["last"] or 0 for rows in (
        Note.objects.filter(practice_id=practice_id), Addendum.objects.filter(note__practice_id=practice_id),
        CoSignature.objects.filter(practice_id=practice_id))]
    head = NotesChain.objects.filter(practice_id=practice_id).first()
    if head and max(ends) > head.position:
        yield f"the chain ends at position {head.position}, and something stands at {max(ends)}"


def _outside_the_chain(practice_id: UUID) -> Iterator[str]:
    """Signed notes without a place, and addenda of the time when each note had a chain of its own."""
    signed = Note.objects.filter(practice_id=practice_id, chain_position=None).exclude(signed_at=None)
    for pk in signed.order_by("pk").values_list("pk", flat=True):
        yield f"note {pk} is signed and has no place in the chain"
    first = (Addendum.objects.filter(note__practice_id=practice_id, chain_position=None)
             .order_by("note_id", "written_at", "id").values(*content.ADDENDUM, "content_hash",
                                                            of_note=F("note__content_hash")))
    note, before = None, ""
    for row in _read(first):
        before = before if row["note_id"] == note else row["of_note"]
        if content.hash_of_first_addendum(row, before) != row["content_hash"]:
            yield f"{_addendum(row)} was changed after it was written"
        note, before = row["note_id"], row["content_hash"]


def _at_another_clients_visit(practice_id: UUID) -> Iterator[str]:
    """Signed notes whose visit the diary now gives to somebody else; rows merged into one person are one person."""
    moved = (Note.objects.filter(practice_id=practice_id).exclude(signed_at=None)
             .annotate(whose=Coalesce("client__merged_into", "client"),
                       visited=Coalesce("appointment__client__merged_into", "appointment__client"))
             .exclude(whose=F("visited")).order_by("pk").values_list("pk", flat=True))
    for pk in moved:
        yield f"note {pk} was signed for one client, and its visit stands in the diary as another's"
