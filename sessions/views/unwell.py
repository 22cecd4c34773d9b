"""Not feeling well, told from any link in a message: one page, one press, and what to do besides."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clients.behind_links import behind_link
from clients.episode_policies import policy_of
from clients.episodes import is_feverish, likely_kind, today_in
from clients.models import Client
from practice.pages import attempt
from sessions import answers
from sessions.asked import status_of
from sessions.caution_line import first_name
from sessions.episode_forms import UnwellForm
from sessions.holds import next_visit
from sessions.models import Appointment, WaitlistOffer
from sessions.views.own import mine
from sessions.waitlist_answers import offer_behind


@require_http_methods(["GET", "HEAD", "POST"])
@mine
def me_unwell(request: HttpRequest, token: str, client: Client) -> HttpResponse:
    """From the client's own link."""
    return unwell(request, client, reverse("sessions:me", args=[token]))


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link(offer_behind, lambda offer: offer.client)
def offer_unwell(request: HttpRequest, token: str, offer: WaitlistOffer) -> HttpResponse:
    """From the link of an offered time."""
    return unwell(request, offer.client, reverse("sessions:offer", args=[token]))


def unwell(request: HttpRequest, client: Client, back: str, visit: Appointment | None = None) -> HttpResponse:
    """The question and its answer; a press leads to the thanks, so that a reload sends nothing again."""
    asked = next_visit(client)  # whoever gives it is told
    visit = visit or asked
    form = UnwellForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and attempt(
            form, answers.is_not_well, client=client, words=form.words(), **form.facts(today_in(client))):
        there = redirect(request.path)
        there["Location"] += "?say=thanks"
        return there
    is_told = request.method != "POST" and request.GET.get("say") == "thanks"
    policy = policy_of(client.practice, likely_kind(client))
    return render(request, f"sessions/answer_{'thanks' if is_told else 'unwell'}.html", {
        "practice": client.practice, "visit": visit, "form": form, "back": back, "policy": policy,
        "is_feverish": is_told and is_feverish(client), "therapist": first_name(asked.therapist) if asked else ""},
        status=status_of(form))
