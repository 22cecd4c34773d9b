"""The events of a note at hand: most notes have none, and are not asked for them a second time."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from notes.models import Note, NoteEvent


def events_logged() -> Exists:
    """Whether a note has events, to be read along with it as `has_events`."""
    return Exists(NoteEvent.objects.filter(note=OuterRef("pk")))


def events_in(note: Note) -> list[NoteEvent]:
    """The note's events; without a look where it is known that there are none."""
    return list(note.events.all()) if vars(note).get("has_events", True) else []
