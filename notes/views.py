"""Pages of the note: begin it, write it with the check beside it, sign it, add to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from notes import signing, writing
from notes.autosave import sheet_of
from notes.forms import AddendumForm, whole_number
from notes.models import Note, NoteDraft
from notes.reading import read_note, said_of, whole_note
from notes.sheet import SPARE_ROWS, Sheet
from notes.summaries import SECTIONS, days_to_tell, doctors_of
from notes.writing import TreatmentInput
from practice.access import THERAPISTS
from practice.models import AuditEntry
from practice.pages import attempt, find, member_page, post_page
from sessions.asked import member_of, status_of
from sessions.booking import arrive
from sessions.models import Appointment
from sessions.steps import offered

_RELATIONS = ("client__practice", "appointment__service", "author__user", "signed_by__user", "practice")


@post_page("sessions:appointment", "pk")
@member_page(THERAPISTS)
def note_begin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the note of a visit, or open the one it has."""
    member = member_of(request)
    visit = find(Appointment, member, pk, "client", "practice")
    begun, _ = writing.begin_note(appointment=visit, by=member)
    return redirect("notes:note", begun.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One note: a sheet to fill in for its author while it is a draft, else to be read."""
    member = member_of(request)
    found = find(Note, member, pk, *_RELATIONS)
    if request.method == "POST":
        return _typed(request, found)
    found = read_note(note=found, by=member)
    if found.is_signed or found.author_id != member.pk:
        return _to_read(request, found)
    return _sheet(request, found, sheet_of(found))


@post_page("notes:note", "pk")
@member_page(THERAPISTS)
def note_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the check says of the rows as they are typed: a fragment that fills each row's place."""
    found = find(Note, member_of(request), pk, *_RELATIONS)
    return render(request, "notes/check.html", {"note": found, "sheet": Sheet.typed(found, request.POST.dict())})


@post_page("notes:note", "pk")
@member_page(THERAPISTS)
def note_sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign a draft as it was saved."""
    found = find(Note, member_of(request), pk, *_RELATIONS)
    sheet, data = Sheet.sent(found)
    return _sign(request, found, sheet, data)


@post_page("notes:note", "pk")
@member_page(THERAPISTS)
def addendum_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add to a signed note."""
    member = member_of(request)
    found = find(Note, member, pk, *_RELATIONS)
    form = AddendumForm(request.POST)
    if form.is_valid() and attempt(form, signing.add_addendum, note=found, by=member, **form.cleaned_data):
        messages.success(request, "Added. The note itself stays as it was signed.")
        return redirect("notes:note", found.pk)
    return _to_read(request, whole_note(found), form)


# --- writing ---------------------------------------------------------------------------------------------------


def _typed(request: HttpRequest, found: Note) -> HttpResponse:
    """One press on the sheet: look again, add or drop a row, carry the last visit forward, save, arrive, sign,
    or report that they are not well."""
    act, data = request.POST.get("act", "save"), request.POST.dict()
    if act == "check":
        return _sheet(request, found, Sheet.typed(found, data))
    if act == "carry":
        last = writing.last_signed(found, member_of(request))
        return _sheet(request, found, Sheet.rearranged(found, data, carry=_work_of(last)))
    if act == "row":
        return _sheet(request, found, Sheet.rearranged(found, data, more=SPARE_ROWS))
    if act.startswith("drop-"):
        return _sheet(request, found, Sheet.rearranged(found, data, drop=whole_number(act.removeprefix("drop-"))))
    sheet = Sheet(found, data)
    if not sheet.is_valid():
        return _sheet(request, found, sheet.checked())
    saved = attempt(sheet.words, writing.write_note, note=found, by=member_of(request), **sheet.changes())
    if saved is None:
        return _not_saved(request, found, sheet, data)
    if act == "sign":
        return _sign(request, saved, sheet, data)
    if act == "arrive":
        return _arrived(request, saved, sheet, data)
    if act == "unwell":
        return _to_report(saved)
    messages.success(request, "Saved as a draft.")
    return redirect("notes:note", found.pk)


def _sign(request: HttpRequest, saved: Note, sheet: Sheet, data: dict[str, Any]) -> HttpResponse:
    """Sign what is saved; refused, the sheet says why and keeps everything."""
    if attempt(sheet.words, signing.sign_note, note=saved, by=member_of(request)) is None:
        return _sheet(request, saved, sheet.over(saved.version, data), heading="Saved as a draft, not signed yet")
    messages.success(request, "Signed. From now on it can be added to, not changed.")
    return redirect("notes:note", saved.pk)


def _arrived(request: HttpRequest, saved: Note, sheet: Sheet, data: dict[str, Any]) -> HttpResponse:
    """The visit began before its time: say so from the sheet, with what is typed saved first."""
    if attempt(sheet.words, arrive, appointment=saved.appointment, by=member_of(request)) is None:
        return _sheet(request, saved, sheet.over(saved.version, data), heading="Saved as a draft, not marked arrived")
    messages.success(request, "Marked arrived, and saved as a draft. It can be signed now.")
    return redirect("notes:note", saved.pk)


def _to_report(saved: Note) -> HttpResponse:
    """To where an episode is reported and back here; what is typed is saved first."""
    here = reverse("notes:note", args=[saved.pk])
    return redirect(f"{reverse('sessions:episode_new', args=[saved.client.standing.pk])}?{urlencode({'next': here})}")


def _not_saved(request: HttpRequest, found: Note, sheet: Sheet, data: dict[str, Any]) -> HttpResponse:
    """Somebody was faster, or it is signed: what is typed stays, and what was saved stands beside it."""
    theirs = whole_note(found)
    return _sheet(request, theirs, sheet.over(theirs.version, data), theirs=theirs,
                  heading="Not saved: both versions are here")


def _sheet(request: HttpRequest, found: Note, sheet: Sheet, *, theirs: Note | None = None, heading: str = "",
           ) -> HttpResponse:
    """The page to write on: last visit at the left, the sheet at the right."""
    last = writing.last_signed(found, member_of(request))
    return render(request, "notes/note.html", {
        "room": "clients", "note": found, "client": found.client.standing, "visit": found.appointment, "form": sheet,
        "sheet": sheet, "heading": heading, "last": last, "theirs": theirs, "beside": said_of(theirs or last),
        "saved_at": _saved_at(found),
        "may_arrive": sheet.is_early and "arrive" in offered(found.appointment, member_of(request))},
        status=status_of(sheet))  # type: ignore[arg-type]  # a sheet answers as a form does


def _to_read(request: HttpRequest, found: Note, form: AddendumForm | None = None) -> HttpResponse:
    """A note that is not ours to change: signed, or a colleague's draft."""
    first, last = days_to_tell(found.client.standing)
    return render(request, "notes/note_read.html", {
        "room": "clients", "note": found, "client": found.client.standing, "visit": found.appointment,
        "said": said_of(found), "form": form or AddendumForm(), "doctor": doctors_of(found.client.standing).first(),
        "first": first, "last": last, "sections": SECTIONS}, status=status_of(form) if form else 200)


def _work_of(last: Note | None) -> list[TreatmentInput]:
    """The treatments of the last visit, to be carried forward without what was said of them then."""
    rows = last.treatments.all() if last else []
    return [TreatmentInput(row.region, row.side, row.technique, row.pressure, row.minutes) for row in rows]


def _saved_at(found: Note) -> Any:
    """When the draft was last written, by itself or as the trail knows it; None before the first time."""
    kept: NoteDraft | None = getattr(found, "typing", None)
    if kept:
        return kept.at
    written = AuditEntry.objects.filter(subject_id=found.pk, verb="note_written").order_by("-id").first()
    return written.at if written else None
