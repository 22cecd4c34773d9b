"""Begin the note of a visit; what was begun by mistake is taken over by the visit's own therapist, or dropped."""

from __future__ import annotations

from typing import ClassVar

from django.db import IntegrityError, transaction

from clients.standing import lock_client
from notes.events.at_hand import events_in
from notes.models import Note, NoteDraft
from notes.writing import SOAP, given_in, locked_note, refuse_unless_own_draft, refuse_unless_therapist
from practice import audit
from practice.access import Actor
from practice.refusals import Refusal, WrongState
from sessions.models import Appointment


class NoteExists(Refusal):
    """A visit has one note."""

    code: ClassVar[str] = "note_exists"
    title: ClassVar[str] = "This visit has a note already"


def begin_note(*, appointment: Appointment, by: Actor) -> tuple[Note, bool]:
    """The draft note of a visit, begun now if there is none; answers the note and whether it is new.

    Where a colleague began it and wrote nothing, the visit's own therapist becomes its author.
    Refuses whoever is not a therapist, and a visit that was cancelled or is on hold.
    """
    refuse_unless_therapist(by)
    note = Note.objects.filter(appointment=appointment).first()
    if note:
        if not Note.objects.visible_to(by).filter(pk=note.pk).exists():
            raise NoteExists("This visit's note is kept to its author.")
        return take_over(note=note, by=by), False
    if appointment.is_released:
        raise WrongState(f"This visit is “{appointment.get_status_display().lower()}”: there is nothing to note.")
    try:
        with transaction.atomic():
            lock_client(appointment.client)
            note = Note.objects.create(practice=appointment.practice, appointment=appointment,
                                       client=appointment.client, author=by, visit_on=appointment.wall_date)
            audit.record(by=by, verb="note_begun", subject=note)
    except IntegrityError:
        return Note.objects.get(appointment=appointment), False
    return note, True


def is_empty(note: Note) -> bool:
    """Whether nothing of this visit stands in the draft or waits beside it; work carried forward says nothing yet."""
    typed: NoteDraft | None = getattr(note, "typing", None)
    return not (any(getattr(note, name).strip() for name in (*SOAP, "next_focus")) or note.next_in_days is not None
                or given_in(note) or note.measurements.all() or events_in(note) or (typed and not typed.is_whole))


def may_drop(note: Note) -> bool:
    """Whether its author may drop this draft: nothing stands in it, or the visit never took place."""
    return not note.is_signed and (note.appointment.is_released or is_empty(note))


@transaction.atomic
def drop_note(*, note: Note, by: Actor) -> None:
    """Take a draft away for good; the trail keeps that it was there.

    Refuses everybody but its author, a signed note, and one of a visit that took place in which something stands.
    """
    note = locked_note(note)
    refuse_unless_own_draft(note, by)
    if not may_drop(note):
        raise WrongState("Something stands in this note, and the visit took place: sign it.")
    if note.home_programmes.exists():
        raise WrongState("A home programme was given with this note: end that first.")
    audit.record(by=by, verb="note_dropped", subject=note, version=note.version, visit=str(note.appointment_id))
    note.delete()


def may_take_over(note: Note, by: Actor) -> bool:
    """Whether this is the therapist of a visit whose note a colleague began and left empty."""
    is_theirs = note.author_id != by.pk and note.appointment.therapist_id == by.pk
    return is_theirs and not note.is_signed and is_empty(note)


@transaction.atomic
def take_over(*, note: Note, by: Actor) -> Note:
    """The visit's own therapist writes the note that a colleague only began; where something stands in it, they stay
    its author."""
    note = locked_note(note)
    if not may_take_over(note, by):
        return note
    NoteDraft.objects.filter(note=note).delete()
    was, note.author, note.version = note.author, by, note.version + 1
    note.save(update_fields=["author", "version"])
    audit.record(by=by, verb="note_taken_over", subject=note, was=str(was.pk))
    return note
