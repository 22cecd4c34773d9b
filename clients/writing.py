"""Writing to a client: by the ways they agreed to, the first of them first; nothing reaches the outbox otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from clients.models import Client
from clients.phones import sms_number
from practice import outbox, wording
from practice.closures import PLACE_CHANGED
from practice.models import Message, Practice
from practice.outbox import Way

# Rooms to the right register here what is due to somebody who can be written to from now on.
AGREED_ANEW: list[Callable[[Client], None]] = []


def ways_to(client: Client) -> list[Way]:
    """The ways this client agreed to, the one to try first in front; none where they did not agree to any."""
    if client.reminder_consent_on is None:
        return []
    ways = [Way(channel, _address(client, channel)) for channel in client.channels]
    return [way for way in ways if way.address]


def _address(client: Client, channel: str) -> str:
    """Where this channel reaches them; a number nobody could send to as it is written, for its door to say so."""
    if channel == "sms":
        return sms_number(client) or client.phone
    return client.email if channel == "email" else ""


def follow(client: Client, before: list[Way]) -> None:
    """After a change of how a client is written to: what waits goes by the ways of now, or is taken back with why.

    Who agrees for the first time, or again, is reminded of the visits to come.
    """
    now = ways_to(client)
    outbox.follow_ways(client_id=client.pk, before=before, now=now)
    if now and not before:
        for told in AGREED_ANEW:
            told(client)


def _follow_country(practice: Practice) -> None:
    """A number written without its country is another one now: texts that wait go there."""
    waits = Message.objects.filter(practice=practice, channel="sms", state=Message.State.WAITING)
    before: dict[UUID, list[Way]] = {}
    for client_id, number in waits.values_list("client_id", "to_address").distinct():
        if client_id:
            before.setdefault(client_id, []).append(Way("sms", number))
    for client in Client.objects.filter(pk__in=before).select_related("practice"):
        outbox.follow_ways(client_id=client.pk, before=before[client.pk], now=ways_to(client))


PLACE_CHANGED.append(_follow_country)


def is_written_to(client: Client) -> bool:
    """Whether there is any way they agreed to."""
    return bool(ways_to(client))


def reads(client: Client) -> str:
    """The language this client is written to in."""
    return wording.language_of(client.language)


def not_agreed_any_more(message: Message, client: Client) -> str | None:
    """Why a message that waits is not sent to this client after all; None if it is."""
    ways = ways_to(client)
    if Way(message.channel, message.to_address) in ways:
        return None
    if any(way.channel == message.channel for way in ways):
        return "The client's address was changed."
    return "The client no longer wishes to be written to."


def _ways_now(client_id: UUID) -> list[Way]:
    client = Client.objects.filter(pk=client_id).first()
    return ways_to(client) if client else []


outbox.WAYS_TO.append(_ways_now)


def message_to(
    *, client: Client, kind: str, subject_id: UUID, why: str, start_version: str = "", due_at: datetime | None = None,
    useful_until: datetime | None = None, appointment_id: UUID | None = None,
) -> Message | None:
    """The message ready to be queued with others; None where the client is not written to.

    Due after the grace in which an act can be undone, unless said otherwise.
    """
    ways = ways_to(client)
    if not ways:
        return None
    return Message(
        practice=client.practice, kind=kind, channel=ways[0].channel, subject_id=subject_id,
        start_version=start_version, to_address=ways[0].address, to_name=client.name, time_zone=client.zone,
        due_at=due_at or timezone.now() + outbox.grace(), useful_until=useful_until, why=why, client_id=client.pk,
        appointment_id=appointment_id)


def write_to(
    *, client: Client, kind: str, subject_id: UUID, why: str, start_version: str = "", due_at: datetime | None = None,
    useful_until: datetime | None = None, appointment_id: UUID | None = None,
) -> Message | None:
    """Queue one message to a client, once; None where they are not written to."""
    row = message_to(client=client, kind=kind, subject_id=subject_id, why=why, start_version=start_version,
                     due_at=due_at, useful_until=useful_until, appointment_id=appointment_id)
    return row and outbox.queue_message(
        practice=row.practice, kind=kind, channel=row.channel, subject_id=subject_id, start_version=start_version,
        to_address=row.to_address, to_name=row.to_name, time_zone=row.time_zone, due_at=row.due_at,
        useful_until=useful_until, why=why, client_id=client.pk, appointment_id=appointment_id)
