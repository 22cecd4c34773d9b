"""What this room tells on the page one takes out: who they are, what limits the work, agreements, messages, the trail.
"""

from __future__ import annotations

from typing import Any

from clients.body_forms import scope_name
from clients.conditions import CONDITIONS
from clients.findings import FINDINGS
from clients.forms import LANGUAGES
from clients.keeping.exporting import CHAPTERS, Chapter
from clients.keeping.parts import PARTS, rows_of
from clients.models import Client
from clients.overview import person_of, said_places, said_terms
from practice.models import Membership


def _rows(code: str, client: Client, member: Membership) -> Any:
    return rows_of(PARTS[code], client, seen_by=member)


def _who(member: Membership, client: Client) -> dict[str, Any]:
    return {
        "wishes": person_of(client)["wishes"], "language": LANGUAGES.get(client.language, client.language),
        "others": client.family.exclude(pk=client.pk),
        "doctors": _rows("doctors", client, member).select_related("doctor"),
        "contacts": _rows("contacts", client, member), "cards": _rows("emergency-card", client, member),
        "referrals": _rows("referrals", client, member).select_related("doctor")}


def _limits(member: Membership, client: Client) -> dict[str, Any]:
    findings = _rows("findings", client, member).prefetch_related("places")
    clearances = _rows("clearances", client, member).select_related("doctor")
    return {
        "conditions": [(row, CONDITIONS[row.condition].name if row.condition in CONDITIONS else row.condition)
                       for row in _rows("conditions", client, member)],
        "findings": [(row, FINDINGS[row.finding].name if row.finding in FINDINGS else row.finding, said_places(row))
                     for row in findings],
        "clearances": [(row, scope_name(row), said_terms(row)) for row in clearances],
        "episodes": _rows("episodes", client, member).prefetch_related("steps"),
        "medicines": _rows("medicines", client, member)}


def _agreements(member: Membership, client: Client) -> dict[str, Any]:
    return {"consents": _rows("consents", client, member).select_related("doctor").order_by("given_on", "pk"),
            "questionnaires": _rows("questionnaires", client, member).order_by("asked_at", "pk"),
            "disclosures": _rows("disclosures", client, member).order_by("on", "pk")}


def _messages(member: Membership, client: Client) -> dict[str, Any]:
    return {"messages": _rows("messages", client, member).order_by("due_at", "pk")}


def _trail(member: Membership, client: Client) -> dict[str, Any]:
    return {"entries": [(row, row.verb.replace("_", " "), ", ".join(map(str, row.detail.get("fields", []))))
                        for row in _rows("trail", client, member)]}


CHAPTERS += [
    Chapter(10, "clients/record/who.html", _who), Chapter(20, "clients/record/limits.html", _limits),
    Chapter(70, "clients/record/agreements.html", _agreements),
    Chapter(80, "clients/record/messages.html", _messages), Chapter(90, "clients/record/trail.html", _trail)]
