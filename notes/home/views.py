"""Pages of the home programme for therapists: what stands and how it goes, choose and change, send, print, end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from clients.models import Client
from notes.home.doing import today_of, weeks_of
from notes.home.forms import ProgrammeForm
from notes.home.link import home_url, send_programme
from notes.home.paper import programme_pdf
from notes.home.programmes import (
    assign_programme,
    barred_today,
    end_programme,
    paused_by,
    programme_of,
    resume_programme,
    spoken_of,
)
from notes.models import HomeProgramme, Note
from practice import audit
from practice.access import THERAPISTS
from practice.models import Membership
from practice.pages import attempt, find, member_of, member_page, pdf_file, post_page, status_of

_ACTS: dict[str, tuple[Callable[..., Any], str]] = {
    "end": (end_programme, "Ended. Their page says that there is nothing to do for now."),
    "resume": (resume_programme, "It runs again. Tell them."),
    "send": (send_programme, "Their page is on its way."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def home_programme(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What stands and how it goes, beside it the choice; pressed, a new version stands."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    note = _note_of(request, member, client)
    spoken = spoken_of(client)
    form = ProgrammeForm(request.POST if request.method == "POST" else None, programme=programme_of(client),
                         spoken=spoken)
    if form.is_valid() and attempt(form, assign_programme, client=client, items=form.items(), note=note,  # type: ignore[arg-type]
                                   by=member):
        messages.success(request, "Assigned. Send the page or print the sheet.")
        return redirect("notes:note", note.pk) if note else redirect("notes:home_programme", client.pk)
    return _page(request, client, form, note)


@post_page("notes:home_programme", "pk")
@member_page(THERAPISTS)
def home_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """End it, let it run again, or send the page."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    programme = programme_of(client)
    if verb not in _ACTS or programme is None:
        raise Http404("No such step, or nothing stands.")
    act, words = _ACTS[verb]
    form = forms.Form(request.POST)
    if attempt(form, act, programme=programme, by=member):
        messages.success(request, words)
        return redirect("notes:home_programme", client.pk)
    chosen = ProgrammeForm(None, programme=programme, spoken=spoken_of(client))
    return _page(request, client, chosen, None, refused=form)


@require_safe
@member_page(THERAPISTS)
def home_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The sheet to print."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    programme = programme_of(client)
    if programme is None:
        raise Http404("Nothing stands to be printed.")
    audit.record(by=member, verb="home_programme_read", subject=programme, what="pdf")
    return pdf_file(programme_pdf(programme), "at-home.pdf")


def _note_of(request: HttpRequest, member: Membership, client: Client) -> Note | None:
    """The member's own note from whose plan this is assigned, where one is named."""
    named = request.GET.get("note") or request.POST.get("note") or ""
    try:
        wanted = UUID(named)
    except ValueError:
        return None
    return Note.objects.visible_to(member).filter(pk=wanted, client__in=client.family, author=member).first()


def _page(request: HttpRequest, client: Client, form: ProgrammeForm, note: Note | None, *,
          refused: forms.Form | None = None) -> HttpResponse:
    programme = programme_of(client)
    earlier = list(HomeProgramme.objects.filter(client=client).exclude(ended_at=None)
                   .select_related("author__user").prefetch_related("items"))
    if programme:
        audit.record(by=member_of(request), verb="home_programme_read", subject=programme)
    is_paused = paused_by(programme) if programme else None
    return render(request, "notes/home/programme.html", {
        "room": "clients", "client": client, "form": refused or form, "choice": form, "note": note,
        "programme": programme, "earlier": earlier, "paused": is_paused,
        "weeks": weeks_of(programme, today_of(client)) if programme else [],
        "barred": barred_today(programme) if programme and not is_paused else {},
        "url": home_url(client) if programme else ""}, status=status_of(refused or form))  # type: ignore[arg-type]
