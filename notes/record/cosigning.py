"""The supervisor's signature: who may give it, and what is said instead when a note is not yet right.

A note signed by somebody who is supervised stands signed at once and waits for its co-signature. The supervisor gives
it, or sends the note back with words, which stand with the note for ever; the author answers with an addendum, and the
note waits for the supervisor again.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from notes.models import Addendum, CoSignature, Note
from notes.models.note import supervised_by
from notes.record.signing import NoteNotSigned, add_addendum
from notes.seal import content
from notes.seal.chain import join_chain
from notes.writing import locked_note, refuse_unless_therapist
from practice import audit
from practice.access import Actor
from practice.models import Membership
from practice.refusals import NotAllowed, Refusal

SENT_BACK = "Sent back by the supervisor"


class NotAwaited(Refusal):
    """This note waits for no co-signature."""

    code: ClassVar[str] = "cosignature_not_awaited"
    title: ClassVar[str] = "No co-signature is awaited"


class AuthorsTurn(Refusal):
    """The note was sent back, and its author has not answered."""

    code: ClassVar[str] = "note_sent_back"
    title: ClassVar[str] = "The author has not answered yet"


def cosign_note(*, note: Note, by: Actor) -> CoSignature:
    """Stand behind a supervised therapist's signed note. Refuses all but their supervisor, and a second signature.

    A note that was sent back may be co-signed without an answer: the supervisor's own words then stay unanswered.
    """
    with transaction.atomic():
        note = _refuse_unless_mine(note, by)
        row = CoSignature(practice_id=note.practice_id, note=note, by=by, credential=by.credential,
                          signed_at=timezone.now())
        join_chain(row, practice_id=note.practice_id,
                   hash_of=lambda: content.hash_of_cosignature(content.columns_of(row, content.COSIGNATURE)))
        row.save(force_insert=True)
        audit.record(by=by, verb="note_cosigned", subject=note, position=row.chain_position)
    return row


def send_back(*, note: Note, text: str, by: Actor) -> Addendum:
    """Say what is missing instead of co-signing; the words stand with the note, and the author is asked to answer."""
    with transaction.atomic():
        note = _refuse_unless_mine(note, by)
        if is_sent_back(note):
            raise AuthorsTurn(f"You sent this note back already; {note.author.name} has not answered yet.")
        return add_addendum(note=note, text=text, reason=SENT_BACK, by=by, sends_back=True)


def _refuse_unless_mine(note: Note, by: Actor) -> Note:
    refuse_unless_therapist(by)
    note = locked_note(note)
    if not note.is_signed:
        raise NoteNotSigned(f"This note is still a draft: {note.author.name} signs it first.")
    if note.author_id == by.pk:
        raise NotAllowed("Nobody co-signs their own note.")
    if note.supervisor_id is None:
        raise NotAwaited("This note was signed by a therapist who needs no co-signature.")
    if by.pk not in (note.supervisor_id, note.author.supervisor_id):
        raise NotAllowed(f"{(note.author.supervisor or note.supervisor or note.author).name} co-signs this note.")
    if note.cosigned:
        raise NotAwaited(f"{note.cosigned.by.name} has co-signed this note already.")
    return note


def is_sent_back(note: Note) -> bool:
    """Whether the supervisor's words wait for the author's answer."""
    words = list(note.addenda.all())
    sent = max((index for index, row in enumerate(words) if row.sends_back), default=None)
    return sent is not None and not any(row.author_id == note.author_id for row in words[sent + 1:])


def may_cosign(note: Note, member: Membership) -> bool:
    """Whether the buttons are for this member."""
    return (note.is_signed and note.awaits_cosignature and note.author_id != member.pk
            and member.pk in (note.supervisor_id, note.author.supervisor_id))


def awaiting(member: Membership) -> QuerySet[Note]:
    """Signed notes that wait for this member's co-signature, oldest first."""
    return _waiting(member).filter(supervised_by(member)).exclude(author=member).exclude(_with_author())


def sent_back_to(member: Membership) -> QuerySet[Note]:
    """The member's own notes that were sent back and that they have not answered, oldest first."""
    return _waiting(member).filter(_with_author(), author=member)


def _waiting(member: Membership) -> QuerySet[Note]:
    rows = Note.objects.filter(practice_id=member.practice_id, supervisor__isnull=False, cosignature=None)
    return rows.exclude(signed_at=None).order_by("visit_on", "pk").select_related("client", "author__user")


def _with_author() -> Exists:
    answered = Addendum.objects.filter(note=OuterRef("note"), author=OuterRef("note__author"),
                                       chain_position__gt=OuterRef("chain_position"))
    return Exists(Addendum.objects.filter(~Exists(answered), note=OuterRef("pk"), sends_back=True))
