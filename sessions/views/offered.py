"""The page behind the link of an offer. Looking changes nothing; yes and no are one press each, no script."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from clients.behind_links import behind_link
from practice import page_language
from practice.pages import attempt
from sessions.asked import status_of
from sessions.caution_line import first_name
from sessions.models import WaitlistOffer
from sessions.online import RingFirst
from sessions.waitlist import given_up
from sessions.waitlist_answers import decline_offer, offer_behind, said_over, seen, take_offer
from sessions.waitlist_offers import is_lost


class AnswerForm(forms.Form):
    """Yes or no, and which visit they saw that they would give up."""

    answer = forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")], error_messages={
        "required": _("Press one of the buttons."), "invalid_choice": _("Press one of the buttons.")})
    gives = forms.CharField(required=False, max_length=64, error_messages={
        "max_length": _("Open the link once more, then answer.")})


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link(offer_behind, lambda offered: offered.client)
def offer(request: HttpRequest, token: str, offered: WaitlistOffer) -> HttpResponse:
    """One offered time: take it, or say no."""
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if form.cleaned_data["answer"] == "no":
            done: object = attempt(form, decline_offer, offer=offered)
        else:
            done = attempt(form, take_offer, offer=offered, gives_up=form.cleaned_data["gives"])
        if done is not None:
            return redirect("sessions:offer", token=token)
        offered = offer_behind(token) or offered
    return _page(request, token, offered, form)


def _page(request: HttpRequest, token: str, offered: WaitlistOffer, form: AnswerForm) -> HttpResponse:
    refused = getattr(form, "refusal", None)
    if is_lost(offered):
        offered.state = WaitlistOffer.State.WITHDRAWN  # as the next round will note it; looking writes nothing
    over = said_over(offered) or (refused.detail if refused and refused.code == "offer_over" else "")
    gives = given_up(offered.entry)
    return render(request, "sessions/waitlist/offer.html", {
        "token": token, "offer": offered, "practice": offered.practice, "form": form, "over": over,
        "visit": offered.became, "with": first_name(offered.therapist), "minutes": offered.entry.service.minutes,
        "gives": gives, "seen": seen(gives), "ring": isinstance(refused, RingFirst),
        "until": page_language.said(offered.expires_at, offered.practice.time_zone)}, status=status_of(form))
