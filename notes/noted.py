"""Which visits have a note already, for Today and the visit's page (`sessions/noted.py`)."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Subquery

from notes.models import Note
from practice.models import Membership
from sessions.noted import NOTE_COLUMNS


def note_columns(member: Membership) -> dict[str, Any]:
    """Of each visit its note, whether it is signed and whether it is theirs to read; no words of it."""
    notes = Note.objects.filter(appointment=OuterRef("pk")).order_by()
    theirs = Note.objects.visible_to(member).filter(appointment=OuterRef("pk")).order_by()
    return {"note_pk": Subquery(notes.values("pk")[:1]), "is_note_theirs": Exists(theirs),
            "is_note_signed": Exists(notes.exclude(signed_at=None))}


NOTE_COLUMNS.append(note_columns)
