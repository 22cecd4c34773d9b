"""The page of who looked at whom, and the same as a table to take out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clients.models import Client
from clients.privacy.forms import TrailForm
from clients.privacy.trail import Asked, clients_named, look_up, take_out
from practice import clock
from practice.models import Membership
from practice.offer_views import OWNER
from practice.pages import find, member_of, member_page
from practice.trail_seals import sealed_so_far


@require_safe
@member_page(OWNER)
def trail(request: HttpRequest) -> HttpResponse:
    """Who read and changed what, the newest first."""
    member = member_of(request)
    form, client, asked = _asked(request, member)
    before = request.GET.get("before", "")
    lines, goes_on = look_up(asked=asked, by=member, before=int(before) if before.isascii() and before.isdigit()
                             and len(before) < 19 else None)
    query = request.GET.copy()
    query.pop("before", None)
    sealed, fingerprint = sealed_so_far(member.practice_id)
    return render(request, "clients/privacy/trail.html", {
        "room": "practice", "form": form, "client": client, "lines": lines, "goes_on": goes_on,
        "query": query.urlencode(), "sealed": sealed, "fingerprint": fingerprint,
        "printed_on": clock.wall_of(timezone.now(), member.practice.time_zone)[0]})


@require_safe
@member_page(OWNER)
def trail_csv(request: HttpRequest) -> HttpResponse:
    """All of what was looked for, as a table."""
    member = member_of(request)
    _, _, asked = _asked(request, member)
    name = f"trail-{clock.wall_of(timezone.now(), member.practice.time_zone)[0].isoformat()}.csv"
    return StreamingHttpResponse(take_out(asked=asked, by=member), content_type="text/csv; charset=utf-8", headers={  # type: ignore[return-value]
        "Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"})


def _asked(request: HttpRequest, member: Membership) -> tuple[TrailForm, Client | None, Asked]:
    form = TrailForm(request.GET, member=member)
    form.is_valid()
    said: dict[str, Any] = form.cleaned_data
    client, of = None, None
    if "client" in request.GET:
        try:
            client = find(Client, member, UUID(request.GET["client"]))
        except ValueError as wrong:
            raise Http404("Nothing here by that id, or it is not yours.") from wrong
        family = client.family.values_list("pk", flat=True)
        of = (client.pk, *(pk for pk in family if pk != client.pk))
    elif said.get("q"):
        of = clients_named(member, said["q"])
    return form, client, Asked(of=of, who=said.get("who", ""), kind=said.get("kind", ""), since=said.get("since"),
                               until=said.get("until"))
