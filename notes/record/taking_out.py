"""What the record adds to what one takes out of a client: notes, summaries, letters; what it leaves out for whom."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from clients.keeping.exporting import CHAPTERS, ENCLOSED, LEAVES_OUT, Chapter, Enclosed
from clients.keeping.parts import PARTS, rows_of
from clients.models import Client
from notes.letters.printing import LetterNotTypeset
from notes.models import Note, Summary
from notes.paper.note_paper import note_pdf
from notes.reading import WHOLE, said_of, whole_note
from notes.record.late import late_entry
from notes.summaries.summaries import paper_of
from practice import audit
from practice.access import may_read
from practice.models import Membership
from practice.typesetting.press import NotTypeset


def _notes(member: Membership, client: Client) -> dict[str, Any] | None:
    """Every note in full; each leaves its line in the trail, so that its author sees it was taken out."""
    if not may_read(member, Note):
        return None
    rows = list(rows_of(PARTS["notes"], client, seen_by=member).order_by("visit_on", "pk").select_related(
        *WHOLE).prefetch_related("treatments", "measurements", "events", "addenda__author__user"))
    audit.record_many(by=member, verb="note_exported", subjects=[*rows])
    return {"notes": [(note, said_of(note), late_entry(note)) for note in rows]}


def _summaries(member: Membership, client: Client) -> dict[str, Any] | None:
    if not may_read(member, Summary):
        return None
    rows = rows_of(PARTS["summaries"], client, seen_by=member).order_by("created_at", "pk")
    return {"summaries": rows.select_related("doctor", "author__user").prefetch_related(
        "shares__doctor", "shares__practice", "shares__openings")}


def _letters(member: Membership, client: Client) -> Iterator[Enclosed]:
    """The letters of signed summaries, as the doctors have them."""
    signed = rows_of(PARTS["summaries"], client, seen_by=member).exclude(signed_at=None)
    for summary in signed.select_related("client__practice", "doctor", "author__user"):
        yield Enclosed(f"letters/{summary.pk}.pdf", partial(_letter, summary))


def _papers(member: Membership, client: Client) -> Iterator[Enclosed]:
    """Each note this member may read as a PDF, drafts marked as such."""
    notes = rows_of(PARTS["notes"], client, seen_by=member).order_by("visit_on", "pk")
    for pk, on in notes.values_list("pk", "visit_on"):
        yield Enclosed(f"notes/{on.isoformat()}-{pk}.pdf", partial(_paper, pk))


def _paper(pk: UUID) -> bytes:
    """The note; where it cannot be set, the file says so."""
    try:
        return note_pdf(whole_note(Note(pk=pk)))
    except NotTypeset as why:
        return f"This note could not be set ({why}). Its words stand in record.json.".encode()


def _letter(summary: Summary) -> bytes:
    """The letter; where it cannot be set any more, its words stand in record.json, and the file says so."""
    try:
        return paper_of(summary)
    except LetterNotTypeset as why:
        return f"This letter could not be set ({why}). Its words stand in record.json.".encode()


def _left_out(member: Membership, client: Client) -> list[str]:
    """Notes kept to another author; for whoever gives no sessions, the whole of notes and summaries."""
    notes, summaries = (rows_of(PARTS[code], client).count() for code in ("notes", "summaries"))
    if not may_read(member, Note):
        counts = f"{PARTS['notes'].said(notes)} and {PARTS['summaries'].said(summaries)}"
        return [f"Notes and summaries are for therapists: {counts} are not included. A therapist of the practice can "
                "take them out."] * bool(notes or summaries) + _answers_left_out(client)
    hidden = notes - rows_of(PARTS["notes"], client, seen_by=member).count()
    return [f"{PARTS['notes'].said(hidden)} kept by {'its author is' if hidden == 1 else 'their authors are'} not "
            "included."] if hidden else []


def _answers_left_out(client: Client) -> list[str]:
    """Of answers after visits, for whoever may not read them."""
    count = rows_of(PARTS["follow-ups"], client).count()
    return [f"Answers after visits are for therapists: {count} not included."] if count else []


CHAPTERS += [Chapter(50, "notes/record_notes.html", _notes), Chapter(60, "notes/record_summaries.html", _summaries)]
ENCLOSED.extend((_papers, _letters))
LEAVES_OUT.append(_left_out)
