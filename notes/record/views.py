"""Pages around the signed note: co-signing, what waits, and opening a note that is kept from somebody."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from notes.forms import GlassForm, SendBackForm
from notes.models import BrokenGlass, Note
from notes.reading import read_note, whole_note
from notes.record import cosigning, glass
from notes.record.waiting import said_age, unsigned_counts, unsigned_of
from notes.views import to_read
from practice import audit
from practice.access import CLINICAL, THERAPISTS
from practice.pages import attempt, find, member_of, member_page, post_page, status_of

_RELATIONS = ("client__practice", "author__user", "practice")


@post_page("notes:note", "pk")
@member_page(THERAPISTS)
def cosign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The supervisor stands behind a signed note."""
    found = find(Note, member_of(request), pk, *_RELATIONS)
    cosigning.cosign_note(note=found, by=member_of(request))
    messages.success(request, "Co-signed.")
    return redirect("notes:note", found.pk)


@post_page("notes:note", "pk")
@member_page(THERAPISTS)
def send_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The supervisor says what is missing instead."""
    member = member_of(request)
    found, form = find(Note, member, pk, *_RELATIONS), SendBackForm(request.POST)
    if form.is_valid() and attempt(form, cosigning.send_back, note=found, by=member, **form.cleaned_data):
        messages.success(request, f"Sent back. {found.author.name} finds it under “Needs you” and answers by adding "
                         "to the note.")
        return redirect("notes:note", found.pk)
    return to_read(request, read_note(note=whole_note(found), by=member), sending_back=form)


@require_safe
@member_page(CLINICAL)
def waiting(request: HttpRequest) -> HttpResponse:
    """Notes that wait for this member; for an owner, how many wait for whom."""
    member = member_of(request)
    mine = member.is_therapist
    return render(request, "notes/waiting.html", {
        "room": "today",
        "unsigned": [(row, said_age(row.appointment.ends_at)) for row in unsigned_of(member)] if mine else [],
        "sent_back": cosigning.sent_back_to(member) if mine else [],
        "awaiting": cosigning.awaiting(member) if mine else [], "counts": unsigned_counts(member)})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def break_glass(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say why a note that is kept from this member is opened; before that nothing of it is shown."""
    member = member_of(request)
    if Note.objects.readable_by(member).filter(pk=pk).exists():
        return redirect("notes:note", pk)
    found = get_object_or_404(glass.kept_from(member).select_related(*_RELATIONS, "client__merged_into"), pk=pk)
    form = GlassForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and attempt(
            form, glass.break_glass, note=found, reason=form.cleaned_data["reason"], by=member):
        return redirect("notes:note", found.pk)
    if request.method == "GET":
        audit.record(by=member, verb="glass_page_opened", subject=found, client_id=found.client_id)
    return render(request, "notes/break_glass.html", {
        "room": "clients", "note": found, "client": found.client.standing, "form": form,
        "minutes": int(glass.OPEN_FOR.total_seconds() // 60)}, status=status_of(form))


@require_safe
@member_page(CLINICAL)
def opened(request: HttpRequest) -> HttpResponse:
    """Which notes were opened with a reason: their own, for the owner all."""
    member = member_of(request)
    unseen = set(glass.unseen_by(member).values_list("pk", flat=True))
    rows = [(row, row.pk in unseen) for row in glass.openings_for(member)[:200]]
    return render(request, "notes/opened.html", {"room": "today", "rows": rows})


@post_page("notes:opened")
@member_page(CLINICAL)
def glass_seen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its author or the owner has seen that a note was opened."""
    found = find(BrokenGlass, member_of(request), pk, "note")
    glass.mark_seen(glass=found, by=member_of(request))
    return redirect("notes:opened")
