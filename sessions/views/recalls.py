"""Nobody has booked them again: the list for the practice, and the page on which a client says no."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clients.behind_links import behind_link
from clients.models import Client
from clients.writing import is_written_to
from practice import clock
from practice.access import Outsider
from practice.pages import find, member_page, post_page
from practice.refusals import Refusal
from sessions import recall
from sessions.asked import member_of, today_at
from sessions.recall_letters import client_behind

PER_PAGE = 40
DECIDED_SHOWN = timedelta(days=90)


@require_safe
@member_page()
def recalls(request: HttpRequest) -> HttpResponse:
    """Everybody without a next visit whom nobody decided about; or what was decided lately."""
    practice, is_decided = member_of(request).practice, "decided" in request.GET
    rows = recall.decided_about(practice, timezone.now() - DECIDED_SHOWN) if is_decided else recall.to_decide(practice)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    today, found = today_at(practice), list[Any](page.object_list)
    return render(request, "sessions/recalls.html", {
        "room": "clients", "page_obj": page, "is_decided": is_decided, "weeks": practice.recall_weeks,
        "rows": [(client, (today - clock.wall_of(client.last_at, practice.time_zone)[0]).days // 7,
                  is_written_to(client) and client.wants_recalls) for client in found]})


@post_page("sessions:recalls")
@member_page()
def recall_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Write to one of them, or leave them alone."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    try:
        if verb == "write":
            recall.write_to_again(client=client, by=member)
            messages.success(request, f"{client.name} is written to.")
        else:
            recall.leave_alone(client=client, by=member)
            messages.success(request, f"{client.name} is left alone.")
    except Refusal as refused:
        messages.warning(request, refused.detail)
    return redirect("sessions:recalls")


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link(client_behind, lambda client: client)
def decline(request: HttpRequest, token: str, client: Client) -> HttpResponse:
    """A client says that they do not want to be written to about this, or that they do after all; a look does nothing.
    """
    if request.method == "POST":
        by = Outsider(client.practice, "client", client.name)
        recall.decline_recalls(client=client, by=by, again=request.POST.get("act") == "again")
        return redirect(request.path)
    return render(request, "sessions/recall_no.html", {"practice": client.practice, "client": client})
