"""A finding that another page proposes: filled in on the form of a new one, written only when somebody presses.

What it says stays on the server, with whoever is signed in: an address in a log names no finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clients.models import Client

_KEPT = "proposed_finding"


def propose_finding(
    request: HttpRequest, client: Client, *, finding: str, places: Sequence[str], detail: str, began_on: date,
    back: str,
) -> HttpResponse:
    """To the form of a new finding of this client, filled in; `back` is where one goes from there."""
    request.session[_KEPT] = {"client": str(client.pk), "back": back, "initial": {
        "finding": finding, "places": list(places), "detail": detail, "began_on": began_on.isoformat()}}
    return redirect(f"{reverse('clients:finding_new', args=[client.pk])}?proposed=1")


def proposed_finding(request: HttpRequest, client: Client) -> tuple[dict[str, Any], str]:
    """What was proposed for this client, for the form, and where to go back to; nothing where nothing was."""
    kept = request.session.get(_KEPT) if request.GET.get("proposed") else None
    if not kept or kept["client"] != str(client.pk):
        return {}, ""
    initial = kept["initial"] | {"began_on": date.fromisoformat(kept["initial"]["began_on"])}
    return initial, str(kept["back"])
