"""By which channels a client agreed to be written to: every yes and every end of one is kept, with how it came about.

What holds now is `Client.channels`, and since when `reminder_consent_on`; `keep_in_step` writes what changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clients.episodes import today_in
from clients.models import ChannelConsent, Client
from clients.writing import ways_to
from practice import audit, outbox
from practice.access import Actor
from practice.models import Membership

# What a client is told when they are asked: shown to them, or read out by whoever asks.
WORDING = {
    "email": "We write to you by e-mail about your appointments. You can end that at any time, by the link in every "
             "e-mail.",
    "sms": "We send you text messages about your appointments, to this number. Your network may charge for them. "
           "Answer STOP, or tell us, to end them at any time.",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """How one channel was agreed to: on which day, how they said so, for which address or number."""

    given_on: date
    source: str
    address: str


def agreed_by(client: Client) -> dict[str, Terms]:
    """Each channel this client agrees to now, with its terms."""
    if client.reminder_consent_on is None:
        return {}
    address = {"email": client.email, "sms": client.phone}
    return {channel: Terms(client.reminder_consent_on, client.reminder_consent_source, address.get(channel, ""))
            for channel in client.channels}


def keep_in_step(*, client: Client, was: dict[str, Terms], by: Actor, how: str, wording: str = "") -> None:
    """Write down what an act changed of what was agreed: `how` says what ended it, `wording` in which words it began.

    A channel added beside others, without a new day of agreeing, was agreed to today.
    """
    now = agreed_by(client)
    if was == now:
        return
    running = {row.channel: row for row in ChannelConsent.objects.select_for_update().filter(
        client=client, withdrawn_at=None)}
    for channel, terms in was.items():
        if now.get(channel) != terms:
            row = running.get(channel) or _begin(client, channel, terms)
            row.withdrawn_at, row.withdrawn_how = timezone.now(), how if channel not in now else "Agreed anew."
            row.save(update_fields=["withdrawn_at", "withdrawn_how"])
    days = {terms.given_on for terms in was.values()}
    for channel, terms in now.items():
        if was.get(channel) != terms:
            is_added = channel not in was and terms.given_on in days
            _begin(client, channel, replace(terms, given_on=today_in(client)) if is_added else terms, by=by,
                   wording=wording or WORDING.get(channel, ""))


def _begin(client: Client, channel: str, terms: Terms, *, by: Actor | None = None,
           wording: str = "") -> ChannelConsent:
    return ChannelConsent.objects.create(
        practice_id=client.practice_id, client=client, channel=channel, given_on=terms.given_on, source=terms.source,
        address=terms.address, wording=wording, recorded_by=by if isinstance(by, Membership) else None)


@transaction.atomic
def end_channel(*, client: Client, channel: str, how: str, by: Actor, but: UUID | None = None) -> bool:
    """Write to this client by one channel no more, from this moment; what waits goes by the next way they agreed to.

    Answers whether they had agreed to it; told twice, it has ended once. `but` is a message that fails by itself.
    """
    client = Client.objects.select_for_update(no_key=True, of=("self",)).select_related("practice").get(pk=client.pk)
    if channel not in client.channels:
        return False
    was, before = agreed_by(client), ways_to(client)
    client.channels = [way for way in client.channels if way != channel]
    client.version += 1
    client.save(update_fields=["channels", "version"])
    keep_in_step(client=client, was=was, by=by, how=how)
    outbox.follow_ways(client_id=client.pk, before=before, now=ways_to(client), because=how, but=but)
    audit.record(by=by, verb="channel_ended", subject=client, client_id=client.pk, channel=channel)
    return channel in was
