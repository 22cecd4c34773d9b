"""What this room puts on the client's page itself: where the intake stands, their own words, what they are written."""

from __future__ import annotations

from typing import Any

from clients import log
from clients.asking.intake import intakes_of, state_of
from clients.asking.reviewing import kept_words
from clients.channels import agreed_by
from clients.limits import Known
from clients.models import ChannelConsent, Client, PrivacyRequest, Reply
from clients.privacy.holds import hold_on
from clients.replies.reading import words_for
from practice.access import Role
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


def _channels(member: Membership, client: Client, _known: Known | None) -> dict[str, Any]:
    """How they are written to, since when; what was agreed before; the last texts from them."""
    rows = list(ChannelConsent.objects.filter(client=client).select_related("recorded_by__user"))
    running = {row.channel: row for row in rows if row.withdrawn_at is None}
    names = dict(ChannelConsent.Channel.choices)
    replies = Reply.objects.visible_to(member).filter(client__in=client.family)[:5]
    return {"ways": [(names[channel], running.get(channel) or terms, running.get(channel))
                     for channel, terms in agreed_by(client).items()],
            "ended": [row for row in rows if row.withdrawn_at],
            "replies": [(reply, words_for(member, reply)) for reply in replies]}


def _privacy(member: Membership, client: Client, _known: Known | None) -> dict[str, Any] | None:
    """For the owner: who looked, what was asked of the record, and whether it is on legal hold."""
    if member.role != Role.OWNER:
        return None
    return {"hold": hold_on(client),
            "requests": list(PrivacyRequest.objects.visible_to(member).filter(client__in=client.family))}


register_panel(Panel("privacy", "agreements", 90, "clients/privacy/_panel.html", _privacy))
register_panel(Panel("channels", "agreements", 2, "clients/_channels.html", _channels))
register_panel(Panel("messages", "messages", 10, "clients/_messages.html", log.messages_of))
register_panel(Panel("intake-today", "today", 20, "clients/_intake.html", _intake_today))
register_panel(Panel("intake", "agreements", 5, "clients/_intake.html", _intake))
