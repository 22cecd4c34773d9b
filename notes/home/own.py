"""The client's own page: what to do, when to stop, "Done today" with one tap. No sign-in, no script."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clients.behind_links import behind_link
from clients.episodes import today_in
from clients.models import Client
from notes.home.doing import mark_done, take_back_done, today_of, weeks_of
from notes.home.link import client_behind
from notes.home.programmes import barred_today, paused_by, programme_of
from notes.models import HomeItem
from practice.access import Outsider
from practice.pages import attempt, status_of


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link(client_behind, lambda client: client)
def home_page(request: HttpRequest, token: str, client: Client) -> HttpResponse:
    """What is to be done at home; looking changes nothing, and a tap says it was done today or takes that back."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    item = _tapped(request, client) if form.is_bound else None
    if item is not None:
        verb = take_back_done if "undo" in request.POST else mark_done
        by = Outsider(client.practice, "client", client.name)
        if attempt(form, verb, item=item, by=by) is not None or not form.errors:
            return redirect(f"{request.path}#item-{item.position}")
    return _page(request, client, form)


def _tapped(request: HttpRequest, client: Client) -> HomeItem | None:
    """The item that was tapped, one of this client's."""
    try:
        wanted = UUID(request.POST.get("undo") or request.POST.get("done") or "")
    except ValueError:
        return None
    return (HomeItem.objects.select_related("programme__client__practice")
            .filter(pk=wanted, programme__client=client).first())


def _page(request: HttpRequest, client: Client, form: forms.Form) -> HttpResponse:
    programme = programme_of(client)
    paused = paused_by(programme) if programme else None
    until = paused.hold_until if paused and paused.hold_until and paused.hold_until > today_in(client) else None
    barred = barred_today(programme) if programme and not paused else {}
    weeks = weeks_of(programme, today_of(client)) if programme else []
    return render(request, "notes/home/own.html", {
        "practice": client.practice, "client": client, "form": form, "programme": programme, "paused": paused,
        "until": until, "weeks": [(week, week.item.pk in barred) for week in weeks]}, status=status_of(form))
