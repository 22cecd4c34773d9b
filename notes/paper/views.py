"""What is printed from the record: a note, an empty sheet to write a session on by hand, the same for one visit."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from notes.models import Note
from notes.paper import blank
from notes.paper.note_paper import note_pdf
from notes.reading import read_note, whole_note
from practice.access import THERAPISTS
from practice.pages import find, member_of, member_page, pdf_file
from sessions.models import Appointment


@require_safe
@member_page(THERAPISTS)
def note_as_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The note as a file to print or keep: for whoever may read it, and written down like every look."""
    member = member_of(request)
    return pdf_file(note_pdf(read_note(note=whole_note(find(Note, member, pk)), by=member, what="pdf")), "note.pdf")


@require_safe
@member_page()
def blank_sheet(request: HttpRequest) -> HttpResponse:
    """An empty sheet to write a session on by hand; nothing of anybody stands on it."""
    member = member_of(request)
    return pdf_file(blank.blank_sheet(member.practice, by=member), "session-by-hand.pdf")


@require_safe
@member_page(THERAPISTS)
def visit_sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same for one visit, with what limits the work and what was done last."""
    member = member_of(request)
    visit = find(Appointment, member, pk, "client__practice", "practice", "therapist__user")
    return pdf_file(blank.visit_sheet(visit, by=member), "session-by-hand.pdf")
