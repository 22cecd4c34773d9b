"""The page of a client's trends: to be looked at, and to be printed on one sheet."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clients.models import Client
from notes.measures.catalogue import MEASURES
from notes.reading import read_trends
from notes.trends.page import shown_trends
from notes.trends.trends import SPANS
from practice.access import THERAPISTS
from practice.pages import find, member_page
from sessions.asked import member_of

USUAL = "year"
# In addresses, which stand in logs and histories, a measure is its number in the catalogue.
_BY_NUMBER = {str(number): code for number, code in enumerate(MEASURES, start=1)}
_NUMBERS = {code: number for number, code in _BY_NUMBER.items()}


@require_safe
@member_page(THERAPISTS)
def readings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything read of a client over the days chosen, on one line of time."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    since = request.GET.get("since", USUAL)
    since, against = since if since in SPANS else USUAL, request.GET.get("against", "")
    trends = read_trends(client=client, by=member, since=since, against=_BY_NUMBER.get(against, ""))
    return render(request, "notes/readings.html", {
        "room": "clients", "client": client, "shown": shown_trends(trends), "trends": trends, "since": since,
        "spans": [(code, words) for code, (words, _) in SPANS.items()], "member": member,
        "against": against if against in _BY_NUMBER else "",
        "choices": [(choice, _NUMBERS.get(choice.measure.code, "")) for choice in trends.choices]})
