"""Sign and lock: after it the note, its treatments and its readings refuse change in the database itself."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clients.body import label
from notes.models import Addendum, Note, NoteDraft, NotesChain
from notes.writing import SOAP, NoteSigned, chain_of, check_note, locked_note, refuse_unless_therapist
from practice import audit, clock
from practice.access import Actor
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


class NotAllInTheNote(Refusal):
    """Something typed cannot stand in the note as it is, and waits beside it."""

    code: ClassVar[str] = "typed_unfinished"
    title: ClassVar[str] = "Something typed is not finished"


class NoteNotSigned(Refusal):
    """An addendum belongs to a signed note; a draft is simply changed."""

    code: ClassVar[str] = "note_not_signed"
    title: ClassVar[str] = "This note is still a draft"


def sign_note(*, note: Note, by: Actor) -> Note:
    """Lock the note with signer, time and a hash chained to the practice's last signed note.

    Refuses an empty note, a visit that has not begun, and work against the check without its reason.
    """
    with transaction.atomic():
        note = locked_note(note)
        if note.is_signed:
            raise NoteSigned("This note is signed already.")
        if note.author_id != by.pk:
            raise NotAllowed(f"{note.author.name} wrote this note and signs it.")
        refuse_unsignable(note)
        NoteDraft.objects.filter(note=note).delete()
        chain = chain_of(note.practice_id)
        note.signed_at, note.signed_by, note.signer_credential = timezone.now(), by, by.credential
        note.version += 1
        note.previous_hash, note.chain_position = chain.head_hash, chain.position + 1
        note.content_hash = hash_of_note(note)
        note.save(update_fields=["signed_at", "signed_by", "signer_credential", "version", "previous_hash",
                                 "chain_position", "content_hash"])
        chain.position, chain.head_hash = note.chain_position, note.content_hash
        chain.save(update_fields=["position", "head_hash"])
        audit.record(by=by, verb="note_signed", subject=note, position=note.chain_position)
    return note


def refuse_unsignable(note: Note) -> None:
    """Everything that stands between a draft and its signature, in words; the first decides the code."""
    refuse_all([refusal for refusal in (_before_the_visit(note), _too_little(note), _unexplained(note),
                                        _unfinished(note)) if refusal])


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
    has_text = any(getattr(note, name).strip() for name in SOAP)
    treatments, readings = list(note.treatments.all()), list(note.measurements.all())
    if not has_text and not treatments and not readings:
        return NothingWritten("Write what you saw and did, then sign.")
    if not has_text and not readings and not any(t.response.strip() for t in treatments):
        return NothingWritten(
            "Add today's response or one reading before or after; what was carried forward is not enough.")
    return None


def _unfinished(note: Note) -> Refusal | None:
    if not NoteDraft.objects.filter(note=note, is_whole=False).exists():
        return None
    return NotAllInTheNote("Something typed is not finished and so not in the note yet. Open it, finish or empty it, "
                           "then sign.")


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
    (`treatment` is null) needs one on any row.
    """
    rows = list(note.treatments.all())
    has_any = any(row.override_reason.strip() for row in rows)
    return [
        {"treatment": r.treatment, "rule": r.rule, "level": r.level, "text": r.text, "source": r.source}
        for r in (check_note(note).reasons if rows else ())
        if (not has_any and r.level in ("stop", "clearance") if r.treatment is None
            else r.level != "info" and not rows[r.treatment].override_reason.strip())
    ]


def add_addendum(*, note: Note, text: str, reason: str, by: Actor) -> Addendum:
    """Add to a signed note, with a reason; the note itself stays as it was."""
    refuse_unless_therapist(by)
    for field, value in (("text", text), ("reason", reason)):
        if not value.strip():
            raise BadInput("Say what is added." if field == "text" else "Say why it is added.", field=field)
    with transaction.atomic():
        note = locked_note(note)
        if not note.is_signed:
            raise NoteNotSigned("This note is still a draft: change the note itself.")
        before = note.addenda.last()
        addendum = Addendum(note=note, author=by, text=text.replace("\x00", ""), reason=reason.replace("\x00", ""),
                            written_at=timezone.now())
        addendum.content_hash = hash_of_addendum(addendum, before.content_hash if before else note.content_hash)
        addendum.save(force_insert=True)
        audit.record(by=by, verb="addendum_added", subject=note, addendum=str(addendum.pk))
    return addendum


def hash_of_note(note: Note) -> str:
    """SHA-256 over everything the signature covers, chained to the note signed before."""
    return _sha256({
        "id": str(note.pk), "practice": str(note.practice_id), "client": str(note.client_id),
        "appointment": str(note.appointment_id), "author": str(note.author_id), "visit_on": note.visit_on.isoformat(),
        "signed_at": _exactly(note.signed_at) if note.signed_at else "",
        "signed_by": str(note.signed_by_id), "credential": note.signer_credential, "visibility": note.visibility,
        "position": note.chain_position, "previous": note.previous_hash,
        **{name: getattr(note, name) for name in SOAP},
        "treatments": [[t.region, t.side, t.technique, t.pressure, t.minutes, t.response, t.override_reason]
                       for t in sorted(note.treatments.all(), key=lambda t: t.position)],
        "measurements": [[m.measure, m.when, f"{m.value:.2f}"]
                         for m in sorted(note.measurements.all(), key=lambda m: (m.measure, m.when))],
    })


def hash_of_addendum(addendum: Addendum, previous: str) -> str:
    """SHA-256 over an addendum, chained to the addendum before it or to its note."""
    return _sha256({
        "id": str(addendum.pk), "note": str(addendum.note_id), "author": str(addendum.author_id), "text": addendum.text,
        "reason": addendum.reason, "written_at": _exactly(addendum.written_at), "previous": previous})


def _sha256(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _exactly(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def broken_links(practice_id: UUID) -> list[str]:
    """Every signed note or addendum whose content or place in the chain does not fit its hash, in words."""
    faults, previous, expected = [], "", 1
    signed = Note.objects.filter(practice_id=practice_id).exclude(signed_at=None).order_by("chain_position")
    for note in signed.prefetch_related("treatments", "measurements", "addenda").iterator(chunk_size=500):
        if note.chain_position != expected:
            faults.append(f"position {expected} is missing before note {note.pk}")
            expected = note.chain_position or expected
        if note.previous_hash != previous:
            faults.append(f"note {note.pk} does not follow the one before it")
        if hash_of_note(note) != note.content_hash:
            faults.append(f"note {note.pk} was changed after it was signed")
        faults.extend(_broken_addenda(note))
        previous, expected = note.content_hash, expected + 1
    head = NotesChain.objects.filter(practice_id=practice_id).first()
    if head and head.head_hash != previous:
        faults.append("the last signed note is missing")
    return faults


def _broken_addenda(note: Note) -> list[str]:
    faults, previous = [], note.content_hash
    for addendum in sorted(note.addenda.all(), key=lambda a: (a.written_at, a.pk)):
        if hash_of_addendum(addendum, previous) != addendum.content_hash:
            faults.append(f"addendum {addendum.pk} of note {note.pk} was changed after it was written")
        previous = addendum.content_hash
    return faults
