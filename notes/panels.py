"""What the record puts on the client's page: notes, summaries and what was shared with whom."""

from __future__ import annotations

from datetime import date
from typing import Any

from clients.limits import Known
from clients.models import Client, Consent
from notes.models import Note, Share, Summary
from notes.outcomes import readings_for_year, readings_of, relief_answers
from notes.trend_page import shown_sparks
from notes.writing import last_treatments
from practice.access import may_read
from practice.models import Membership
from practice.panels import Panel, register_panel
from sessions.objections import LAST_TREATMENTS
from sessions.relief import RELIEF_ANSWERS
from sessions.year import READINGS, Readings


def _record(member: Membership, client: Client, _known: Known | None) -> dict[str, Any] | None:
    if not may_read(member, Note):
        return None
    rows = Note.objects.visible_to(member).filter(client__in=client.family).select_related(
        "author__user", "appointment__service")
    return {"client": client, "notes": list(rows[:8])}


def _readings(member: Membership, client: Client, _known: Known | None) -> dict[str, Any] | None:
    if not may_read(member, Note):
        return None
    return {"client": client, "sparks": shown_sparks(readings_of(client, by=member))}


def _readings_of_the_year(member: Membership, client: Client, first: date, last: date) -> list[Readings]:
    return readings_for_year(readings_of(client, by=member), first, last) if may_read(member, Note) else []


def _sharing(member: Membership, client: Client, _known: Known | None) -> dict[str, Any] | None:
    if not may_read(member, Summary):
        return None
    rows, sent = Summary.objects.visible_to(member), Share.objects.visible_to(member)
    summaries = rows.filter(client__in=client.family).select_related("doctor", "author__user")
    shares = sent.filter(summary__client__in=client.family).select_related("doctor", "practice")
    consents = Consent.objects.visible_to(member).filter(client=client).select_related("doctor")
    return {"client": client, "summaries": list(summaries[:8]), "consents": list(consents[:8]),
            "shares": list(shares.prefetch_related("openings")[:8])}


register_panel(Panel("notes", "notes", 10, "notes/panel_notes.html", _record))
register_panel(Panel("readings", "notes", 20, "notes/panel_readings.html", _readings))
register_panel(Panel("sharing", "agreements", 10, "notes/panel_sharing.html", _sharing))
LAST_TREATMENTS.append(last_treatments)
RELIEF_ANSWERS.append(relief_answers)
READINGS.append(_readings_of_the_year)
