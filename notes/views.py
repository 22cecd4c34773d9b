"""Pages of the note: begin it, write it with the check beside it, sign it, add to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from clients.limits import body_of
from notes import earlier, writing
from notes.autosave import as_saved, left_unfinished, said_unfinished, saved_fields, sheet_of
from notes.beginning import begin_note, drop_note, may_drop, may_take_over
from notes.billing import billed_when_signed
from notes.events.proposing import to_finding
from notes.follow_ups.between import between_of
from notes.forms import AddendumForm, SendBackForm
from notes.home.doing import home_said
from notes.measures.questions import number_of
from notes.models import Note, NoteDraft
from notes.reading import read_note, said_of, whole, whole_note
from notes.record import signing
from notes.record.glass import kept_from
from notes.record.late import late_entry
from notes.record.standing import standing_of
from notes.sheet import Sheet
from notes.sheet.acts import arranged
from notes.sheet.differing import Differing, differing
from notes.sheet.together import together
from notes.sheet.visit import AddedWork
from notes.snippets import snippets_of
from notes.summaries.suggesting import why_now
from notes.summaries.summaries import doctors_of
from notes.writing import refuse_unless_author, refuse_unless_therapist
from practice import clock
from practice.access import CLINICAL, THERAPISTS
from practice.models import Membership
from practice.pages import attempt, find, member_page, post_page
from practice.refusals import BadInput
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
    begun, _ = begin_note(appointment=visit, by=member)
    return redirect("notes:note", begun.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One note: a sheet to fill in for its author while it is a draft, else to be read.

    Whoever it is kept from reads it for half an hour after saying why (`record_views.break_glass`).
    """
    member = member_of(request)
    if request.method == "POST":
        refuse_unless_therapist(member)
        return _typed(request, _own(member, pk))
    found = whole(Note.objects.readable_by(member)).filter(pk=pk).first()
    if found is None:
        return _kept_from(member, pk)
    if found.is_signed or found.author_id != member.pk:
        return to_read(request, read_note(note=found, by=member))
    before = earlier.before(found, member)  # what stands beside is read as well
    read_note(note=found, by=member, beside=before.last)
    return _sheet(request, found, sheet_of(found), before=before)


def _kept_from(member: Membership, pk: UUID) -> HttpResponse:
    """A note of the practice that is not theirs to read: to where an owner or therapist says why it is opened."""
    get_object_or_404(kept_from(member), pk=pk)
    return redirect("notes:break_glass", pk)


@post_page("notes:note", "pk")
@member_page(THERAPISTS)
def note_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the check says of the rows as they are typed: a fragment that fills each row's place."""
    found = _own(member_of(request), pk)
    last = earlier.last_signed(found, member_of(request))
    sheet = Sheet.typed(found, request.POST.dict()).beside(last)
    return render(request, "notes/check.html", {"note": found, "sheet": sheet, "is_live": True})


@post_page("notes:note", "pk")
@member_page(THERAPISTS)
def note_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take away a draft that leads nowhere."""
    found = _own(member_of(request), pk)
    drop_note(note=found, by=member_of(request))
    messages.success(request, "The draft is dropped. That it was there stays in the trail.")
    return redirect("sessions:appointment", found.appointment_id)


@require_safe
@member_page(THERAPISTS)
def note_places(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The body map to add work by touch: a fragment the sheet fetches when it is opened."""
    found = _own(member_of(request), pk)
    added = AddedWork().over(body_of(found.client.standing), found.day)
    return render(request, "notes/_added.html", {"note": found, "added": added})


@post_page("notes:note", "pk")
@member_page(THERAPISTS)
def note_sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign a draft as it was saved."""
    found = _own(member_of(request), pk)
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
    return to_read(request, read_note(note=whole_note(found), by=member), form)


def _own(member: Membership, pk: UUID) -> Note:
    """A note of theirs; what a colleague types is nobody else's to see."""
    found: Note = find(Note, member, pk, *_RELATIONS)
    refuse_unless_author(found, member)
    return found


# --- writing ---------------------------------------------------------------------------------------------------


def _typed(request: HttpRequest, found: Note) -> HttpResponse:
    """One press on the sheet: rearrange it (`notes/sheet/acts.py`), save, arrive, sign, or report that they are not
    well."""
    if (sheet := arranged(found, member_of(request), request.POST)) is not None:
        return _sheet(request, found, sheet)
    act, data = request.POST.get("act", "save"), request.POST.dict()
    if act == "both":
        both = _both_in_one(whole_note(found), data)
        if both is None:
            clashing = Sheet(found, data)
            clashing.words.add_error(None, "Both versions changed the same part: choose one of the two.")
            return _not_saved(request, found, clashing, data)
        data = {**both, "version": data.get("version", "")}
    sheet = Sheet(found, data)
    if not sheet.is_valid():
        return _sheet(request, found, sheet.checked())
    saved = attempt(sheet.words, writing.write_note, note=found, by=member_of(request), is_sheet=True,
                    **sheet.changes())
    if saved is None:
        if isinstance(sheet.refusal, BadInput):
            return _sheet(request, found, sheet.checked())
        return _not_saved(request, found, sheet, data)
    if act == "sign":
        return _sign(request, saved, sheet, data)
    if act == "arrive":
        return _arrived(request, saved, sheet, data)
    if act == "unwell":
        return _to_report(saved)
    if act.startswith("ask-"):
        return redirect("notes:ask", saved.pk, number_of(act.removeprefix("ask-")))
    if act == "measures":
        return redirect(f"{reverse('notes:measures', args=[saved.client.standing_id])}?note={saved.pk}")
    if act.startswith("find-"):
        return to_finding(request, saved, act.removeprefix("find-"))
    if act == "home":
        return redirect(f"{reverse('notes:home_programme', args=[saved.client.standing.pk])}?note={saved.pk}")
    messages.success(request, "Saved as a draft.")
    return redirect("notes:note", found.pk)


def _sign(request: HttpRequest, saved: Note, sheet: Sheet, data: dict[str, Any]) -> HttpResponse:
    """Sign what is saved; refused, the sheet says why and keeps everything. What happened without a word of where is
    asked about once."""
    again = sheet.over(saved.version, data)
    if not data.get("asked") and again.is_valid() and again.asked_of_events():
        return _sheet(request, saved, again, heading="Saved as a draft, not signed yet")
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
    may_take_both = not theirs.is_signed and _both_in_one(theirs, data) is not None
    return _sheet(request, theirs, sheet.over(theirs.version, data), theirs=theirs, may_take_both=may_take_both,
                  base=data.get("base", ""), differs=differing(as_saved(theirs), sheet),
                  heading="Not saved: both versions are here")


def _both_in_one(theirs: Note, data: dict[str, Any]) -> dict[str, Any] | None:
    """What was saved meanwhile and what was typed, in one; None where the two clash."""
    base = dict(parse_qsl(data["base"], keep_blank_values=True)) if data.get("base") else None
    return together(saved_fields(theirs), data, base)


def _sheet(request: HttpRequest, found: Note, sheet: Sheet, *, theirs: Note | None = None, heading: str = "",
           before: earlier.Before | None = None, differs: Sequence[Differing] = (), **more: Any) -> HttpResponse:
    """The page to write on: last visit at the left, the sheet at the right."""
    before = before or earlier.before(found, member_of(request))
    last = before.last
    snippets = snippets_of(member_of(request))
    return render(request, "notes/note.html", {
        "room": "clients", "note": found, "client": found.client.standing, "visit": found.appointment, "form": sheet,
        "sheet": sheet.beside(last), "heading": heading, "last": last, "theirs": theirs,
        "differs": differs, **more,
        "beside": said_of(theirs or last),
        "unsigned": () if theirs else before.unsigned,
        **_head(found, sheet, is_kept=not sheet.is_bound or heading.startswith("Saved")),
        "late": late_entry(found),
        "snippets": snippets, "snippet_texts": {s.word: s.text for s in snippets},
        "between": between_of(found.client.standing, member_of(request), found, body=sheet.body),
        "home": home_said(found.client.standing, found.day),
        "may_drop": may_drop(found),
        "may_arrive": sheet.is_early and "arrive" in offered(found.appointment, member_of(request))},
        status=status_of(sheet))  # type: ignore[arg-type]  # a sheet answers as a form does


def to_read(request: HttpRequest, found: Note, form: AddendumForm | None = None, *, sending_back: Any = None,
            ) -> HttpResponse:
    """A note that is not ours to change: signed, or a colleague's draft."""
    member, bound = member_of(request), form or sending_back
    units = billed_when_signed(found) if member.is_therapist else None
    return render(request, "notes/note_read.html", {
        **standing_of(found, member), "sending_back": sending_back or SendBackForm(),
        "room": "clients", "note": found, "client": found.client.standing, "visit": found.appointment,
        "said": said_of(found), "form": form or AddendumForm(), "doctor": doctors_of(found.client.standing).first(),
        "next_on": _next_on(found), "billed": units, "may_take_over": may_take_over(found, member),
        "why_now": why_now(found.client.standing) if found.is_signed and member.is_therapist else []},
        status=status_of(bound) if bound else 200)


def _next_on(found: Note) -> Any:
    """The day from which the next visit is looked for: as planned, not before tomorrow; None where none is planned."""
    if found.next_in_days is None:
        return None
    planned = found.day + timedelta(days=found.next_in_days)
    return max(planned, clock.wall_of(timezone.now(), found.practice.time_zone)[0] + timedelta(days=1))


def _head(found: Note, sheet: Sheet, *, is_kept: bool) -> dict[str, Any]:
    """What the head of the sheet says of how far it is saved, and what of it waits beside the note."""
    at, waits = _saved_at(found), [] if sheet.is_bound else left_unfinished(found)
    if at is None or not is_kept:
        return {"saved": "not saved" if at else "not saved yet", "unfinished": waits}
    on, time, _ = clock.wall_of(at, found.practice.time_zone)
    day = "" if on == clock.wall_of(timezone.now(), found.practice.time_zone)[0] else f"{clock.said_date(on)}, "
    as_typed = f" as typed; {said_unfinished(waits)}" if waits else ""
    return {"saved": f"saved {day}{clock.said_time(time)}{as_typed}", "unfinished": waits}


def _saved_at(found: Note) -> Any:
    """When the draft was last written, by itself or as the trail knows it; None before the first time."""
    kept: NoteDraft | None = getattr(found, "typing", None)
    if kept:
        return kept.at
    return vars(found).get("last_written_at")
