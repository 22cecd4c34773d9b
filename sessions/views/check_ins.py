"""How it is: the page behind the link of a message, the same by phone, and a therapist who looked again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from clients.behind_links import behind_link
from clients.episode_policies import policy_of
from clients.episodes import today_in
from clients.models import Client, Episode
from clients.red_flags import FOR_ANYBODY
from practice import clock, page_language
from practice.access import CLINICAL, Outsider
from practice.pages import attempt, find, member_page, post_page
from sessions.asked import member_of, status_of
from sessions.check_in_letters import episode_behind
from sessions.check_ins import add_words, answer_check_in, answer_of_today, ask_by_hand, asked_now, see_answers
from sessions.episode_forms import CheckInForm, LookAgainForm
from sessions.holds import extend_hold
from sessions.models import CheckIn
from sessions.views.episodes import _page, _visits


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link(episode_behind, lambda episode: episode.client)
def check_in(request: HttpRequest, token: str, episode: Episode) -> HttpResponse:
    """Four answers, one tap; looking changes nothing, and the last tap of a day counts."""
    form = CheckInForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        said, by = form.cleaned_data, Outsider(episode.practice, "client", episode.client.name)
        if said["answer"]:
            done = attempt(form, answer_check_in, episode=episode, by=by, **said)
        else:
            done = attempt(form, add_words, episode=episode, words=said["words"], by=by)
        if done:
            return redirect("sessions:check_in", token=token)
    context = {"practice": episode.practice, "form": form, "today": answer_of_today(episode), "since": _since(episode),
               "choices": [(code, _(words)) for code, words in CheckIn.Answer.choices],
               "flags": policy_of(episode.practice, episode.kind).red_flags}
    return render(request, "sessions/check_in.html", context, status=status_of(form))


def _since(episode: Episode) -> str:
    """What they are to compare with: the last question but the one that waits, else the beginning."""
    today = today_in(episode.client)
    rows = episode.check_ins.filter(asked_for__lt=today).exclude(answer="").order_by("-asked_for")
    since = rows.values_list("asked_for", flat=True).first() or episode.confirmed_on or episode.onset_on
    weeks, days = divmod(max(1, (today - since).days), 7)
    if days == 0 and weeks < 5:
        return ngettext("a week ago", "{weeks} weeks ago", weeks).format(weeks=weeks)
    if today - since <= timedelta(days=1):
        return _("yesterday")
    return page_language.said_date(since, today=today)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def how_it_is(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whoever rings a client writes down how it is; the front desk writes, and a therapist reads."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    form = CheckInForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if attempt(form, ask_by_hand, client=client, by=member, **form.cleaned_data):
            episode = asked_now(client)
            if form.cleaned_data["answer"] == CheckIn.Answer.WORSE:
                messages.warning(request, f"Worse: if it is severe, or not safe to walk, see or swallow, tell "
                                          f"{client.called} to call a doctor now. A therapist is asked to look today.")
            else:
                messages.success(request, f"Noted how {client.called} is.")
            if member.may_see_clinical and episode:
                return redirect("sessions:episode", episode.pk)
            return redirect("clients:client", client.pk)
    return render(request, "sessions/how_it_is.html", {
        "room": "clients", "client": client, "form": form, "choices": CheckIn.Answer.choices, "flags": FOR_ANYBODY,
        "is_asked": asked_now(client) is not None}, status=status_of(form))


@post_page("sessions:episode", "pk")
@member_page(CLINICAL)
def seen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A therapist has looked at the answers: Today asks for it no more."""
    member = member_of(request)
    row = find(Episode, member, pk, "client__practice")
    see_answers(row, member)
    return redirect("sessions:episode", row.pk)


@post_page("sessions:episode", "pk")
@member_page(CLINICAL)
def look_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Visits stay on hold until a later day, with a reason."""
    member = member_of(request)
    row = find(Episode, member, pk, "client__practice")
    form = LookAgainForm(request.POST)
    if form.is_valid():
        effect = attempt(form, extend_hold, episode=row, by=member, **form.cleaned_data)
        if effect:
            more = f"; {_visits(effect.held)} more on hold" if effect.held else ""
            messages.success(request, f"On hold until {clock.said_date(form.cleaned_data['until'])}{more}.")
            return redirect("sessions:episode", row.pk)
    return _page(request, row, look=form)
