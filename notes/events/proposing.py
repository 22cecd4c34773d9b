"""From an event to the finding it may point to: proposed with its place filled in, written only by the therapist."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from clients.findings import FINDINGS
from clients.proposed_finding import propose_finding
from notes.events.kinds import findings_for
from notes.events.log import said
from notes.models import Note


def to_finding(request: HttpRequest, note: Note, asked: str) -> HttpResponse:
    """To the page of a new finding, filled in from the event (“0-spasm”: its number and the finding), and back here."""
    number, _, code = asked.partition("-")
    events = list(note.events.all())
    event = events[int(number)] if number.isdecimal() and int(number) < len(events) else None
    if event is None or code not in findings_for(event.kind, event.what):
        raise Http404
    words = said(event)
    return propose_finding(
        request, note.client.standing, finding=code, began_on=note.day, detail=f"{words[:1].upper()}{words[1:]}.",
        places=[f"{event.region}:{event.side}"] if event.region and FINDINGS[code].is_regional else [],
        back=reverse("notes:note", args=[note.pk]))
