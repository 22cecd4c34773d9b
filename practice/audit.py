"""Who read and who changed what: one append-only row for each, in the same transaction as the act.

From here, too, other systems are told of it (`practice/webhooks`).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone

from practice.access import Actor
from practice.composed import insert
from practice.models import AuditEntry, Membership
from practice.reading import note_named
from practice.webhooks import events

# Who acts by a link is known by the client's id: their name would stay when everything of them was disposed of.
_NAMES = {"client": "The client", "waitlist": "The client"}


def record(*, by: Actor, verb: str, subject: models.Model, client_id: UUID | None = None, **detail: Any) -> None:
    """Write one entry. `detail` holds ids, field names and states, never what a person said or feels."""
    entry = AuditEntry(**_entry(by, verb, subject, client_id, detail))
    insert([entry])
    note_named(entry.client_id)
    events.note(by=by, verb=verb, subjects=[subject])


def record_many(*, by: Actor, verb: str, subjects: list[models.Model], client_id: UUID | None = None,
                **detail: Any) -> None:
    """One entry for each of several rows, in one statement."""
    entries = [AuditEntry(**_entry(by, verb, s, client_id, detail)) for s in subjects]
    insert(entries)
    for entry in entries:
        note_named(entry.client_id)
    events.note(by=by, verb=verb, subjects=subjects)


def _entry(
    by: Actor, verb: str, subject: models.Model, client_id: UUID | None, detail: dict[str, Any],
) -> dict[str, Any]:
    return {
        "practice_id": by.practice_id if isinstance(by, Membership) else by.practice.pk,
        "at": timezone.now(),
        "actor": by if isinstance(by, Membership) else None,
        "actor_role": by.role,
        "actor_name": _NAMES.get(by.role, by.name)[:120],
        "verb": verb,
        "subject_type": subject._meta.model_name,
        "subject_id": subject.pk,
        "client_id": client_id or getattr(subject, "client_id", None),
        "detail": detail,
    }
