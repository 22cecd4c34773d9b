"""What cannot be delivered: it goes by another way the client agreed to, or stands on the “not delivered” list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from practice.models import Message
from practice.outbox.kinds import KINDS
from practice.outbox.queueing import outside_quiet_hours, take_up_again

CHANNELS = {"email": "e-mail", "sms": "SMS", "secure": "secure e-mail"}
OTHER_WAY_AFTER = 8  # attempts, about half an hour of waiting: (P) our proposal


@dataclass(frozen=True, slots=True)
class Way:
    """One way a client agreed to be written to: its channel, and the address or number."""

    channel: str
    address: str


# The room of the clients registers here by which ways one of them is written to now, the first to try in front.
WAYS_TO: list[Callable[[UUID], list[Way]]] = []


def ways_to(client_id: UUID | None) -> list[Way]:
    """By which ways this client is written to now; none for somebody who is no client."""
    return [way for known in WAYS_TO for way in known(client_id)] if client_id else []


def not_delivered() -> QuerySet[Message]:
    """What did not arrive and nothing went out for by another way: somebody rings these people."""
    return Message.objects.filter(state=Message.State.FAILED, replaced_by=None)


def name_of(channel: str) -> str:
    """How a channel is called in a sentence."""
    return CHANNELS.get(channel, channel)


@transaction.atomic
def came_back(message: Message, why: str, at: datetime, *, delivery: str = "") -> Message | None:
    """A provider says of a sent message that it did not arrive; answers the one that goes by another way, if any.

    What was carried in it did not arrive either. Said twice, it changes nothing more.
    """
    told = Message.objects.select_for_update().filter(state=Message.State.SENT)
    row = told.filter(pk=message.pk).first()
    if row is None:
        return None
    by_channel = Message.Delivery.BOUNCED if row.channel == "email" else Message.Delivery.UNDELIVERED
    fields = {"delivery": delivery or by_channel, "delivery_at": at}
    for carried in told.filter(told_with=row):
        fail(carried, why, **fields)
    return fail(row, why, **fields)


@transaction.atomic
def fail(message: Message, why: str, **fields: Any) -> Message | None:
    """Mark a message as not delivered, and let it go by another way where there is one and it is still of use.

    Whoever lost the claim on the row meanwhile has no say in it any more.
    """
    rows = Message.objects.filter(pk=message.pk, claimed_by=message.claimed_by, state=message.state)
    if not rows.update(state=Message.State.FAILED, why=why[:200], claimed_by=None, claimed_until=None, counted_on=None,
                       **fields):
        return None
    instead = _by_another_way(message)
    if instead is not None:
        words = f"{why[:150]} It goes by {name_of(instead.channel)} instead."
        Message.objects.filter(pk=message.pk).update(why=words)
    return instead


def another_way(message: Message) -> Way | None:
    """A way the client agreed to that this message has not been tried by; None where it would be of no use."""
    if not _may_change_ways(message) or (message.useful_until and timezone.now() >= message.useful_until):
        return None
    tried, earlier = {message.channel}, message.instead_of
    while earlier is not None:
        tried.add(earlier.channel)
        earlier = earlier.instead_of
    return next((way for way in ways_to(message.client_id) if way.channel not in tried), None)


def _may_change_ways(message: Message) -> bool:
    """Whether its words mean anything by another channel."""
    kind = KINDS.get(message.kind)
    return kind is None or kind.goes_another_way


def _by_another_way(message: Message) -> Message | None:
    way = another_way(message)
    why = f"It could not be delivered by {name_of(message.channel)}."
    return stand_in(message, way, why) if way else None


def stand_in(message: Message, way: Way, why: str) -> Message | None:
    """The same by another way, as soon as the hour allows; None where that failed before."""
    due_at, kind = max(timezone.now(), message.due_at), KINDS.get(message.kind)
    if kind is None or kind.keeps_quiet_hours:
        due_at = outside_quiet_hours(due_at, message.time_zone, message.practice)
    row, is_new = Message.objects.get_or_create(
        subject_id=message.subject_id, kind=message.kind, channel=way.channel, start_version=message.start_version,
        to_address=way.address, sending=1,
        defaults={"practice_id": message.practice_id, "to_name": message.to_name, "time_zone": message.time_zone,
                  "due_at": due_at, "why": why, "rule": why, "useful_until": message.useful_until,
                  "client_id": message.client_id, "appointment_id": message.appointment_id, "instead_of": message})
    if not is_new and row.state == Message.State.CANCELLED:
        take_up_again(row.pk, due_at, why, message.useful_until)
        Message.objects.filter(pk=row.pk).update(instead_of=message)
    return row if row.state != Message.State.FAILED else None


@transaction.atomic
def follow_ways(*, client_id: UUID, before: list[Way], now: list[Way], because: str = "",
                but: UUID | None = None) -> None:
    """What waits for a client goes by the ways they agree to now: to the new address, by another way, or not at all.

    `because` says what made a way end, where that is known; `but` is a message that fails by itself.
    """
    live, old = {way.channel: way for way in now}, set(before) - set(now)
    waiting = Message.objects.select_for_update(of=("self",)).select_related("practice", "instead_of").filter(
        client_id=client_id, state__in=[Message.State.WAITING, Message.State.SENDING]).exclude(pk=but)
    for message in [row for row in waiting if Way(row.channel, row.to_address) in old]:
        other = next(iter(now), None) if _may_change_ways(message) else None
        way, name = live.get(message.channel) or other, name_of(message.channel)
        instead = stand_in(message, way, message.rule or message.why) if way else None
        if instead is None:
            why = because or f"The client does not wish to be written to by {name} any more."
        elif instead.channel == message.channel:
            why = "The address was changed: it goes to the new one."
        else:
            ended = because or f"The client wishes no {name} any more."
            why = f"{ended[:150].removesuffix('.')}: it goes by {name_of(instead.channel)}."
        Message.objects.filter(pk=message.pk).update(
            state=Message.State.CANCELLED, why=why, claimed_by=None, claimed_until=None, counted_on=None)
