"""The trail of who read and changed what, sealed in batches: each seal stands on the one before it.

An entry is written without a seal, so that no act of a practice waits for another; a minute later it has one. On
PostgreSQL ids are given before their transactions end, so what ends late is picked up by the next seal: a seal names
its entries one by one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from practice.models import AuditEntry, AuditSeal, Practice

AT_ONCE = 2000  # entries of one seal at most
LATE = timedelta(hours=1)  # so long a transaction may last between writing its entry and ending: our proposal
COLUMNS = ("id", "practice_id", "at", "actor_id", "actor_role", "actor_name", "verb", "subject_type", "subject_id",
           "client_id", "detail")


def seal_trails() -> int:
    """Seal what every practice has written since its last seal; how many entries. Two at once seal each entry once."""
    return sum(seal_trail(pk) for pk in Practice.objects.order_by("pk").values_list("pk", flat=True))


def seal_trail(practice_id: UUID) -> int:
    """The same for one practice."""
    sealed = 0
    while rows := _unsealed(practice_id):
        if not _seal(practice_id, rows):
            break  # another process was quicker, and goes on
        sealed += len(rows)
        if len(rows) < AT_ONCE:
            break
    return sealed


def faults_of_trail(practice_id: UUID, told: Callable[[int], None] = lambda done: None) -> Iterator[str]:
    """Every fault of a practice's trail, in words: an entry changed, gone or slipped in; a seal changed or gone."""
    previous, expected, done, highest = "", 1, 0, 0
    for seal in AuditSeal.objects.filter(practice_id=practice_id).order_by("position").iterator(chunk_size=50):
        if seal.position != expected:
            yield f"seal {expected} of the trail is missing"
        if seal.previous_hash != previous:
            yield f"seal {seal.position} of the trail does not follow the one before it"
        rows = _rows(practice_id, seal.entries)
        missing = sorted(set(seal.entries) - {row["id"] for row in rows})
        yield from (f"entry {pk} of the trail is missing" for pk in missing)
        if not missing and _hash_of(seal.previous_hash, seal.position, rows) != seal.content_hash:
            first, last = seal.entries[0], seal.entries[-1]
            yield f"an entry of the trail between {first} and {last} was changed after it was sealed"
        previous, expected, done = seal.content_hash, seal.position + 1, done + len(rows)
        highest = max(highest, seal.last_id)
        told(done)
    yield from _slipped_in(practice_id, highest)


def sealed_so_far(practice_id: UUID) -> tuple[int, str]:
    """How many entries are sealed, and the last fingerprint."""
    rows = AuditSeal.objects.filter(practice_id=practice_id)
    last = rows.order_by("-position").first()
    return rows.aggregate(n=Sum("count"))["n"] or 0, last.content_hash if last else ""


def _unsealed(practice_id: UUID) -> list[dict[str, Any]]:
    """The next entries without a seal: those after the last seal, and before it what ended late, within the hour."""
    seals = AuditSeal.objects.filter(practice_id=practice_id).order_by("-position")
    last, settled = seals.first(), seals.filter(sealed_at__lt=timezone.now() - LATE).first()
    floor = settled.last_id if settled else 0  # no seal older than an hour names an entry above it
    entries = AuditEntry.objects.filter(practice_id=practice_id, pk__gt=floor).order_by("pk")
    late: list[int] = []
    if last is not None:
        known = {pk for part in seals.filter(position__gt=settled.position if settled else 0).values_list(
            "entries", flat=True) for pk in part if pk > floor}
        among = entries.filter(pk__lte=last.last_id)
        if among.count() > len(known):
            late = [pk for pk in among.values_list("pk", flat=True) if pk not in known][:AT_ONCE]
        entries = entries.filter(pk__gt=last.last_id)
    ids = [*late, *entries.values_list("pk", flat=True)[:AT_ONCE]][:AT_ONCE]
    return _rows(practice_id, ids)


def _seal(practice_id: UUID, rows: list[dict[str, Any]]) -> bool:
    """Write the seal of these entries; False where another process has taken its place meanwhile."""
    last = AuditSeal.objects.filter(practice_id=practice_id).order_by("-position").first()
    position, previous = (last.position + 1, last.content_hash) if last else (1, "")
    ids = [row["id"] for row in rows]
    try:
        with transaction.atomic():
            AuditSeal.objects.create(
                practice_id=practice_id, position=position, entries=ids, count=len(ids),
                last_id=max(*ids, last.last_id if last else 0), previous_hash=previous,
                content_hash=_hash_of(previous, position, rows), sealed_at=timezone.now())
    except IntegrityError:
        return False
    return True


def _rows(practice_id: UUID, ids: list[int]) -> list[dict[str, Any]]:
    """These entries in the order of their seal; those that are gone are left out."""
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(ids), 500):
        part = AuditEntry.objects.filter(practice_id=practice_id, pk__in=ids[start:start + 500])
        found |= {row["id"]: row for row in part.order_by().values(*COLUMNS)}
    return [found[pk] for pk in ids if pk in found]


def _hash_of(previous: str, position: int, rows: list[dict[str, Any]]) -> str:
    """SHA-256 over the seal before, this one's place, and each entry as one canonical line."""
    running = hashlib.sha256(f"{previous}\n{position}\n".encode())
    for row in rows:
        line = {**row, "at": row["at"].astimezone(UTC).isoformat(timespec="microseconds")}
        running.update(json.dumps(line, sort_keys=True, ensure_ascii=False, default=str).encode() + b"\n")
    return running.hexdigest()


def _slipped_in(practice_id: UUID, highest: int) -> Iterator[str]:
    """Entries that stand among sealed ones without a seal."""
    entries = AuditEntry.objects.filter(practice_id=practice_id, pk__lte=highest)
    seals = AuditSeal.objects.filter(practice_id=practice_id)
    sealed = seals.aggregate(n=Sum("count"))["n"] or 0
    if entries.count() <= sealed:
        return
    known = {pk for part in seals.values_list("entries", flat=True).iterator() for pk in part}
    for pk in entries.order_by("pk").values_list("pk", flat=True).iterator():
        if pk not in known:
            yield f"entry {pk} of the trail was slipped in: no seal names it"
