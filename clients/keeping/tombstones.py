"""The chain of tombstones: what each says is hashed with the one before it, and stands in the trail as well."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db.models import F

from clients.models import Client, Disposal
from practice.encryption import faults_marked
from practice.models import AuditEntry, Practice

VERB = "client_disposed"
_HASHED = ("id", "practice_id", "position", "of_client", "person", "birth_year", "first_day", "last_day", "counts",
           "links", "signed_hash", "rule", "years", "kept_until", "disposed_at", "by_id", "by_name", "reason",
           "previous_hash")


def join(row: Disposal) -> Disposal:
    """Write a tombstone at the end of the practice's chain, which stays locked until the transaction ends."""
    Practice.objects.select_for_update(no_key=True).get(pk=row.practice_id)
    last = Disposal.objects.filter(practice_id=row.practice_id).order_by("-position").first()
    row.position, row.previous_hash = (last.position + 1, last.content_hash) if last else (1, "")
    row.content_hash = hash_of(row)
    row.save(force_insert=True)
    return row


def hash_of(row: Disposal) -> str:
    """SHA-256 over all it says and the hash before it, as one canonical line."""
    said = {name: getattr(row, name) for name in _HASHED}
    said["disposed_at"] = row.disposed_at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def faults_of_disposals(practice_id: UUID) -> Iterator[str]:
    """Every fault of a practice's tombstones, in words: changed, gone, forged, or of somebody who is still there."""
    previous, expected = "", 1
    told = _told(practice_id)
    with faults_marked():
        for row in Disposal.objects.filter(practice_id=practice_id).order_by("position").iterator(chunk_size=200):
            if row.position != expected:
                yield f"tombstone {expected} is missing"
            if row.previous_hash != previous:
                yield f"tombstone {row.position} does not follow the one before it"
            if hash_of(row) != row.content_hash:
                yield f"tombstone {row.position} was changed"
            elif told.pop(row.pk, None) != row.content_hash:
                yield f"tombstone {row.position} was forged: the trail knows nothing of it"
            previous, expected = row.content_hash, row.position + 1
    yield from (f"tombstone {pk} is missing, and the trail tells of it" for pk in told)
    there = Client.objects.filter(pk__in=Disposal.objects.filter(practice_id=practice_id).values("of_client"))
    yield from (f"client {pk} was disposed of and is still there" for pk in there.values_list("pk", flat=True))


def disposed_so_far(practice_id: UUID) -> tuple[int, str]:
    """How many people were disposed of, and the last tombstone's hash."""
    rows = Disposal.objects.filter(practice_id=practice_id)
    last = rows.order_by("-position").first()
    return rows.filter(of_client=F("person")).count(), last.content_hash if last else ""


def links_of(practice_id: UUID) -> list[tuple[int, str, str, int]]:
    """Every place in the chain of notes that went: position, the hash before it, its own, and by which tombstone."""
    rows = Disposal.objects.filter(practice_id=practice_id).values_list("position", "links")
    return sorted((place, before, own, tombstone) for tombstone, links in rows for place, before, own in links)


def _told(practice_id: UUID) -> dict[Any, str]:
    """The hash of each tombstone as the trail tells it."""
    rows = AuditEntry.objects.filter(practice_id=practice_id, verb=VERB)
    return {pk: detail.get("hash", "") for pk, detail in rows.values_list("subject_id", "detail")}
