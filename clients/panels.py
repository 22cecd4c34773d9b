"""What this room puts on the client's page itself: where the intake stands, their own words, what they are written."""

from __future__ import annotations

from typing import Any

from clients import log
from clients.asking.intake import intakes_of, state_of
from clients.asking.reviewing import kept_words
from clients.limits import Known
from clients.models import Client
from practice.models import Membership
from practice.panels import Panel, register_panel


def _intake(member: Membership, client: Client, _known: Known | None) -> dict[str, Any]:
    rows = intakes_of(client)
    return {"intake": state_of(rows), "hopes": kept_words(rows) if member.may_see_clinical else []}


def _intake_today(member: Membership, client: Client, known: Known | None) -> dict[str, Any] | None:
    """Only where answers wait, where it says what they hope for, or where nothing is known of them yet."""
    shown = _intake(member, client, known)
    is_new = known is not None and not (known.conditions or known.findings) and shown["intake"].sent_at is None
    waits = shown["intake"].to_review or is_new
    return shown | {"is_brief": not waits} if waits or shown["hopes"] else None


register_panel(Panel("messages", "messages", 10, "clients/_messages.html", log.messages_of))
register_panel(Panel("intake-today", "today", 20, "clients/_intake.html", _intake_today))
register_panel(Panel("intake", "agreements", 5, "clients/_intake.html", _intake))
