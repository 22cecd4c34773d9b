"""The note a visit has already, for Today and the visit's page: the record, a room to the right, registers how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from practice.models import Membership
from sessions.models import Appointment
from sessions.steps import may_be_noted


@dataclass(frozen=True, slots=True)
class NoteOf:
    """A visit's note: the page it is on, whether it is signed, and whether it is kept from this member."""

    url: str
    is_signed: bool
    is_kept: bool

    @property
    def words(self) -> str:
        """What the way to it is called."""
        return "Note kept private" if self.is_kept else "Signed note" if self.is_signed else "Open note"


# Columns of a query of appointments, so that Today asks nothing more: `note_pk`, `is_note_signed`, `is_note_theirs`.
NOTE_COLUMNS: list[Callable[[Membership], dict[str, Any]]] = []


def note_columns(member: Membership) -> dict[str, Any]:
    """What `note_of` reads, to annotate visits with; nothing for whoever writes no notes."""
    sources = NOTE_COLUMNS if member.is_therapist else []
    return {name: column for source in sources for name, column in source(member).items()}


def note_of(visit: Appointment, member: Membership) -> NoteOf | None:
    """The note of a visit found with `note_columns`; None where none is begun, or the visit was called off."""
    said = vars(visit)
    if said.get("note_pk") is None or not may_be_noted(visit, member):
        return None
    return NoteOf(reverse("notes:note", args=[said["note_pk"]]), said["is_note_signed"], not said["is_note_theirs"])


def read_note_of(visit: Appointment, member: Membership) -> NoteOf | None:
    """The same for one visit that was found without."""
    if not (columns := note_columns(member)):
        return None
    return note_of(Appointment.objects.annotate(**columns).get(pk=visit.pk), member)
