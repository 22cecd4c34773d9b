"""The page behind the link of an offer. Looking changes nothing; yes and no are one press each, no script."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from practice import clock
from practice.pages import attempt, look
from sessions.asked import status_of
from sessions.caution_line import first_name
from sessions.models import WaitlistOffer
from sessions.online import RingFirst
from sessions.views.public import kept_private
from sessions.waitlist import given_up
from sessions.waitlist_answers import decline_offer, offer_behind, said_over, seen, take_offer
from sessions.waitlist_offers import is_lost


class AnswerForm(forms.Form):
    """Yes or no, and which visit they saw that they would give up."""

    answer = forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")], error_messages={
        "required": "Press one of the buttons.", "invalid_choice": "Press one of the buttons."})
    gives = forms.CharField(required=False, max_length=64, error_messages={
        "max_length": "Open the link once more, then answer."})


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """One offered time: take it, or say no."""
    offered = offer_behind(token)
    if offered is None:
        return kept_private(HttpResponse(render_to_string("sessions/link_gone.html", look(request)), status=404))
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if form.cleaned_data["answer"] == "no":
            done: object = attempt(form, decline_offer, offer=offered)
        else:
            done = attempt(form, take_offer, offer=offered, gives_up=form.cleaned_data["gives"])
        if done is not None:
            return kept_private(redirect("sessions:offer", token=token))
        offered = offer_behind(token) or offered
    return kept_private(_page(request, offered, form))


def _page(request: HttpRequest, offered: WaitlistOffer, form: AnswerForm) -> HttpResponse:
    refused = getattr(form, "refusal", None)
    if is_lost(offered):
        offered.state = WaitlistOffer.State.WITHDRAWN  # as the next round will note it; looking writes nothing
    over = said_over(offered) or (refused.detail if refused and refused.code == "offer_over" else "")
    gives = given_up(offered.entry)
    return render(request, "sessions/waitlist/offer.html", {
        "offer": offered, "practice": offered.practice, "form": form, "over": over, "visit": offered.became,
        "with": first_name(offered.therapist), "minutes": offered.entry.service.minutes,
        "gives": gives, "seen": seen(gives), "ring": isinstance(refused, RingFirst),
        "until": clock.said(offered.expires_at, offered.practice.time_zone)}, status=status_of(form))
