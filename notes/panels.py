"""What the record puts on the client's page: notes, summaries and what was shared with whom."""

from __future__ import annotations

from datetime import date
from typing import Any

from clients.limits import Known
from clients.models import Client, Consent
from notes.earlier import last_treatments
from notes.home.doing import today_of, weeks_of
from notes.home.programmes import paused_by, programme_of
from notes.measures.of_client import measures_of
from notes.models import ClientCopy, HomeProgramme, Note, Share, Summary
from notes.outcomes import readings_at_visits, readings_for_year, readings_of
from notes.record.glass import kept_from, may_break
from notes.summaries.suggesting import why_now
from notes.trends.page import shown_sparks
from notes.writing import SOAP
from practice.access import may_read
from practice.models import Membership
from practice.panels import Panel, register_panel
from sessions.wished import LAST_TREATMENTS
from sessions.year import READINGS, Readings

SHOWN_AT_ONCE, MOST_NOTES = 8, 600  # the others stand one fold away; more than ten years of weekly visits


def _record(member: Membership, client: Client, _known: Known | None) -> dict[str, Any] | None:
    if not may_read(member, Note):
        return None
    rows = Note.objects.visible_to(member).filter(client__in=client.family).select_related(
        "author__user", "appointment__service").defer(*SOAP, "check_at_signing")  # a list shows none of the words
    notes = list(rows[:MOST_NOTES])
    return {"client": client, "notes": notes[:SHOWN_AT_ONCE], "earlier": notes[SHOWN_AT_ONCE:]}


def _kept(member: Membership, client: Client, _known: Known | None) -> dict[str, Any] | None:
    """Notes kept from this member, by day and author; for an owner who gives no sessions that is every note."""
    rows = kept_from(member).filter(client__in=client.family).select_related("author__user")
    kept = list(rows.order_by("-visit_on", "-pk")[:8]) if may_break(member) else []
    return {"kept": kept, "reads_none": not may_read(member, Note)} if kept else None


def _at_home(member: Membership, client: Client, _known: Known | None) -> dict[str, Any] | None:
    if not may_read(member, HomeProgramme):
        return None
    programme = programme_of(client)
    return {"client": client, "programme": programme, "paused": paused_by(programme) if programme else None,
            "weeks": weeks_of(programme, today_of(client)) if programme else []}


def _readings(member: Membership, client: Client, _known: Known | None) -> dict[str, Any] | None:
    if not may_read(member, Note):
        return None
    return {"client": client, "sparks": shown_sparks(readings_of(client, by=member), measures_of(client))}


def _readings_of_the_year(member: Membership, client: Client, first: date, last: date) -> list[Readings]:
    return readings_for_year(readings_at_visits(client, by=member), first, last) if may_read(member, Note) else []


def _sharing(member: Membership, client: Client, _known: Known | None) -> dict[str, Any] | None:
    if not may_read(member, Summary):
        return None
    rows, sent = Summary.objects.visible_to(member), Share.objects.visible_to(member)
    summaries = rows.filter(client__in=client.family).select_related("doctor", "author__user")
    shares = sent.filter(summary__client__in=client.family).select_related("doctor", "practice")
    copies = ClientCopy.objects.visible_to(member).filter(client__in=client.family).defer("pdf")
    consents = Consent.objects.visible_to(member).filter(client=client).select_related("doctor")
    return {"client": client, "summaries": list(summaries[:8]), "consents": list(consents[:8]),
            "copies": list(copies[:4]),
            "shares": list(shares.prefetch_related("openings", "answers__done_with__by__user")[:8]),
            "why_now": why_now(client) if member.is_therapist else []}


register_panel(Panel("notes", "notes", 10, "notes/panel_notes.html", _record))
register_panel(Panel("kept", "notes", 15, "notes/panel_kept.html", _kept))
register_panel(Panel("at-home", "notes", 17, "notes/home/panel.html", _at_home))
register_panel(Panel("readings", "notes", 20, "notes/panel_readings.html", _readings))
register_panel(Panel("sharing", "agreements", 10, "notes/panel_sharing.html", _sharing))
LAST_TREATMENTS.append(last_treatments)
READINGS.append(_readings_of_the_year)
