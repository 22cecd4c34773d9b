"""Sign and lock: after it the note, its treatments and its readings refuse change in the database itself."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone

from clients.body import label
from notes.billing import billed_in, billed_to_keep
from notes.models import Addendum, Note, NoteDraft
from notes.record.check_kept import as_data
from notes.seal import content
from notes.seal.chain import join_chain
from notes.seal.verifying import broken_links as broken_links
from notes.writing import (
    GIVEN,
    SOAP,
    NoteSigned,
    check_note,
    locked_note,
    refuse_unless_therapist,
    unfinished_beside,
)
from practice import audit, clock
from practice.access import Actor
from practice.models import Membership
from practice.refusals import BadInput, NotAllowed, Refusal, refuse_all
from sessions.models import Appointment


class ReasonRequired(Refusal):
    """The check speaks against something done; the note says why it was done all the same."""

    code: ClassVar[str] = "reason_required"
    title: ClassVar[str] = "A reason is needed"


class VisitNotStarted(Refusal):
    """A visit that has neither begun nor been marked arrived cannot be signed for."""

    code: ClassVar[str] = "visit_not_started"
    title: ClassVar[str] = "This visit has not begun"


class NothingWritten(Refusal):
    """An empty note is not signed."""

    code: ClassVar[str] = "note_empty"
    title: ClassVar[str] = "Nothing is written yet"


class NoteNotSigned(Refusal):
    """An addendum belongs to a signed note; a draft is simply changed."""

    code: ClassVar[str] = "note_not_signed"
    title: ClassVar[str] = "This note is still a draft"


_SIGNED = ["signed_at", "signed_by", "signer_credential", "supervisor", "check_at_signing", "billed_at_signing",
           "visit_on", "visit_starts_at", "visit_minutes", "version", "hash_version", "previous_hash", "chain_position",
           "content_hash"]


def sign_note(*, note: Note, by: Actor) -> Note:
    """Lock the note with signer, time, the check as it stands and a hash chained to what was signed before.

    The visit itself stays free: it may still be completed or put right in the diary. Refuses an empty note, a visit
    that has not begun, and work against the check without its reason.
    """
    with transaction.atomic():
        note = locked_note(note)
        if note.is_signed:
            raise NoteSigned("This note is signed already.")
        if note.author_id != by.pk:
            raise NotAllowed(f"{note.author.name} wrote this note and signs it.")
        refuse_unsignable(note)
        NoteDraft.objects.filter(note=note).delete()
        _as_it_stands(note, by)
        join_chain(note, practice_id=note.practice_id, hash_of=lambda: content.hash_of_note(
            content.columns_of(note, content.NOTE), content.hanging_on([note.pk])[note.pk]))
        note.save(update_fields=_SIGNED)
        audit.record(by=by, verb="note_signed", subject=note, position=note.chain_position)
    return note


def _as_it_stands(note: Note, by: Membership) -> None:
    """Write on the note what it is signed with: check, units, the visit's time, the signer and who co-signs."""
    note.check_at_signing = as_data(check_note(note))
    note.billed_at_signing = billed_to_keep(billed_in(note, note.treatments.all(), by))
    note.visit_starts_at, note.visit_minutes = note.appointment.starts_at, note.appointment.minutes
    note.signed_at, note.signed_by, note.signer_credential = timezone.now(), by, by.credential
    note.supervisor_id = by.supervisor_id
    note.version += 1
    note.hash_version = content.VERSION


def refuse_unsignable(note: Note) -> None:
    """Everything that stands between a draft and its signature, in words; the first decides the code."""
    refuse_all([refusal for refusal in (_before_the_visit(note), _too_little(note), _unexplained(note),
                                        unfinished_beside(note)) if refusal])


def _before_the_visit(note: Note) -> Refusal | None:
    visit = note.appointment
    if visit.is_released:
        state = visit.get_status_display().lower()
        return VisitNotStarted(f"This visit is “{state}”: nothing was done that could be signed.")
    has_begun = visit.status in (Appointment.Status.ARRIVED, Appointment.Status.FULFILLED)
    if visit.starts_at > timezone.now() and not has_begun:
        is_today = clock.wall_of(timezone.now(), visit.time_zone)[0] >= visit.wall_date
        return VisitNotStarted(f"This visit begins {visit.said}. "
                               + ("Mark it arrived if it began early." if is_today else "Sign once it has begun."))
    return None


def _too_little(note: Note) -> Refusal | None:
    has_text = any(getattr(note, name).strip() for name in SOAP) or note.events.exists()
    treatments, readings = list(note.treatments.all()), list(note.measurements.all())
    if not has_text and not treatments and not readings:
        return NothingWritten("Write what you saw and did, then sign.")
    answers = [t for t in treatments if t.state == GIVEN and (t.response.strip() or t.tolerated)]
    if not has_text and not readings and not answers:
        return NothingWritten(
            "Add today's response or one reading before or after; what was carried forward is not enough.")
    return None


def _unexplained(note: Note) -> Refusal | None:
    rows = rows_without_reason(note)
    if not rows:
        return None
    done = list(note.treatments.all())
    places = dict.fromkeys("the whole body" if row["treatment"] is None
                           else label(done[row["treatment"]].region, done[row["treatment"]].side) for row in rows)
    return ReasonRequired(f"The check speaks against some of this work: {', '.join(places)}. Write why it was right "
                          "today, or change the row.", rows=rows)


def rows_without_reason(note: Note) -> list[dict[str, Any]]:
    """What the check says against this work and no reason answers: `{treatment, rule, level, text, source}`.

    A row the check speaks against needs a reason of its own; a stop or a missing clearance for the whole body
    (`treatment` is null) needs one on any row given. What is only planned, or was left out, answers for nothing.
    """
    rows = list(note.treatments.all())
    is_given = [row.state == GIVEN for row in rows]
    has_any = any(row.override_reason.strip() for row in rows if row.state == GIVEN)
    return [
        {"treatment": r.treatment, "rule": r.rule, "level": r.level, "text": r.text, "source": r.source}
        for r in (check_note(note).reasons if any(is_given) else ())
        if (not has_any and r.level in ("stop", "clearance") if r.treatment is None
            else r.level != "info" and is_given[r.treatment] and not rows[r.treatment].override_reason.strip())
    ]


def add_addendum(*, note: Note, text: str, reason: str, by: Actor, sends_back: bool = False) -> Addendum:
    """Add to a signed note, with a reason; the note itself stays as it was. Any therapist who may read it may add.

    `sends_back`: a supervisor's words in place of a co-signature (`cosigning.send_back`).
    """
    refuse_unless_therapist(by)
    for field, value in (("text", text), ("reason", reason)):
        if not value.strip():
            raise BadInput("Say what is added." if field == "text" else "Say why it is added.", field=field)
    with transaction.atomic():
        note = locked_note(note)
        if not note.is_signed:
            raise NoteNotSigned("This note is still a draft: change the note itself.")
        addendum = Addendum(note=note, author=by, text=text.replace("\x00", ""), reason=reason.replace("\x00", ""),
                            written_at=timezone.now(), sends_back=sends_back)
        join_chain(addendum, practice_id=note.practice_id,
                   hash_of=lambda: content.hash_of_addendum(content.columns_of(addendum, content.ADDENDUM)))
        addendum.save(force_insert=True)
        audit.record(by=by, verb="note_sent_back" if sends_back else "addendum_added", subject=note,
                     addendum=str(addendum.pk))
    return addendum
