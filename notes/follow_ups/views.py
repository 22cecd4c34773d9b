"""The page behind the link of a message, without a login and without scripts; and a therapist who has looked."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clients.behind_links import behind_link
from clients.episodes import today_in
from clients.red_flags import CLOT, FOR_ANYBODY
from clients.words_told import is_like_a_clot
from notes.follow_ups.asking import answer_follow_up, ask_no_more, see_follow_up
from notes.follow_ups.forms import FollowUpForm
from notes.follow_ups.letters import follow_up_behind
from notes.follow_ups.questions import is_worrying
from notes.follow_ups.saying import said_follow_up
from notes.models import FollowUp
from practice import clock, page_language
from practice.access import THERAPISTS, Outsider
from practice.pages import attempt, find, member_page
from sessions.asked import member_of, status_of
from sessions.caution_line import first_name
from sessions.views.unwell import unwell

_of_an_asking = behind_link(follow_up_behind, lambda row: row.appointment.client)


@require_http_methods(["GET", "HEAD", "POST"])
@_of_an_asking
def follow_up(request: HttpRequest, token: str, row: FollowUp) -> HttpResponse:
    """A few questions and Send; looking changes nothing, and what was sent can be changed until it closes."""
    client, by = row.appointment.client, Outsider(row.practice, "client", row.appointment.client.name)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    today = today_in(client)
    form = FollowUpForm(request.POST if request.method == "POST" else None, row=row, today=today)
    if act in ("stop", "again"):
        ask_no_more(client=client, by=by, again=act == "again")
        if not form.has_changed():
            return redirect("notes:follow_up", token=token)
        client.refresh_from_db(fields=["wants_follow_ups"])  # what was typed stays to be sent
    elif form.is_bound and form.is_valid() and attempt(
            form, answer_follow_up, follow_up=row, answers=form.answers(), by=by):
        return redirect("notes:follow_up", token=token)
    return render(request, "notes/follow_up/page.html", {
        "practice": row.practice, "row": row, "form": form, "client": client, "token": token,
        "visit_on": page_language.said_date(row.appointment.wall_date, today=today), "said": said_follow_up(row),
        "is_worrying": is_worrying(row), "flags": FOR_ANYBODY,
        "clot": CLOT if is_like_a_clot(row.words) else None, "therapist": first_name(row.appointment.therapist),
        "closes_on": page_language.said_date(clock.wall_of(row.closes_at, row.practice.time_zone)[0], today=today),
    }, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@_of_an_asking
def follow_up_unwell(request: HttpRequest, token: str, row: FollowUp) -> HttpResponse:
    """Not feeling well, told from this link."""
    return unwell(request, row.appointment.client, reverse("notes:follow_up", args=[token]))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def follow_up_seen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A therapist has looked: Today asks for it no more. Opened, it leads to where the answer stands."""
    member = member_of(request)
    row = find(FollowUp, member, pk, "appointment__client")
    if request.method == "POST":
        see_follow_up(follow_up=row, by=member, answered_at=_moment(request.POST.get("answered", "")))
    return redirect(_on_the_clients_page(row))


def _moment(stamp: str) -> datetime | None:
    """When the answer was given that stood on the page; None where that is not said."""
    try:
        moment = datetime.fromisoformat(stamp)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):  # a year before the first, once it is brought to UTC
        return None


def _on_the_clients_page(row: FollowUp) -> str:
    return f"{reverse('clients:client_notes', args=[row.appointment.client.standing_id])}#after-visits"
