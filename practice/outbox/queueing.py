"""What waits to be sent: put in once, taken back with a reason, kept out of the quiet hours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from practice import clock
from practice.composed import insert
from practice.models import Message, Practice
from practice.outbox.kinds import KINDS

_QUEUED_ONCE = ("subject_id", "kind", "channel", "start_version", "to_address", "sending")


def grace() -> timedelta:
    """How long an act can be undone before its message leaves."""
    return timedelta(seconds=settings.MESSAGE_GRACE_SECONDS)


def queue_message(
    *, practice: Practice, kind: str, subject_id: UUID, to_address: str, due_at: datetime, why: str,
    to_name: str = "", time_zone: str = "", start_version: str = "", useful_until: datetime | None = None,
    client_id: UUID | None = None, appointment_id: UUID | None = None, channel: str = "email",
) -> Message:
    """Put one message in the outbox; the same thing queued twice stays one row.

    A cancelled message that becomes due again (an undo) is taken up again.
    """
    zone = time_zone or practice.time_zone
    if KINDS[kind].keeps_quiet_hours:
        due_at = outside_quiet_hours(due_at, zone, practice)
    why = why[:200]
    message, is_new = Message.objects.get_or_create(
        subject_id=subject_id, kind=kind, channel=channel, start_version=start_version, to_address=to_address,
        sending=1, defaults={
            "practice": practice, "to_name": to_name, "time_zone": zone, "due_at": due_at, "why": why, "rule": why,
            "useful_until": useful_until, "client_id": client_id, "appointment_id": appointment_id,
        },
    )
    if not is_new and message.state == Message.State.CANCELLED:
        take_up_again(message.pk, due_at, why, useful_until)
        message.refresh_from_db()
    return message


def queue_messages(wanted: list[Message], *, are_first: bool = False) -> None:
    """The same for several messages, in two statements however many; keeps their due times out of quiet hours.

    `are_first`: nothing was ever queued about their subjects, so there is nothing to take up again.
    """
    if not wanted:
        return
    for message in wanted:
        message.rule = message.why = message.why[:200]
        if KINDS[message.kind].keeps_quiet_hours:
            message.due_at = outside_quiet_hours(message.due_at, message.time_zone, message.practice)
    if are_first:
        insert(wanted)
        return
    cancelled = {tuple(key): pk for pk, *key in Message.objects.filter(
        subject_id__in={m.subject_id for m in wanted}, state=Message.State.CANCELLED).values_list("pk", *_QUEUED_ONCE)}
    Message.objects.bulk_create(wanted, ignore_conflicts=True)
    for message in wanted:
        if message.state != Message.State.WAITING:
            continue
        if pk := cancelled.get(tuple(getattr(message, name) for name in _QUEUED_ONCE)):
            take_up_again(pk, message.due_at, message.why, message.useful_until)


def take_up_again(pk: UUID, due_at: datetime, why: str, useful_until: datetime | None) -> None:
    """A message taken back waits again."""
    Message.objects.filter(pk=pk, state=Message.State.CANCELLED).update(
        state=Message.State.WAITING, due_at=due_at, why=why, rule=why, claimed_by=None, claimed_until=None,
        useful_until=useful_until)


def cancel_messages(*, why: str, subject_id: UUID | None = None, kinds: Iterable[str] = (), **where: Any) -> int:
    """Take waiting messages back, saying why. One in a worker's hand keeps that claim: it may leave all the same."""
    rows = Message.objects.filter(state__in=[Message.State.WAITING, Message.State.SENDING], **where)
    if subject_id:
        rows = rows.filter(subject_id=subject_id)
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    return rows.update(state=Message.State.CANCELLED, why=why[:200])


def keep_zone(*, client_id: UUID, zone: str) -> None:
    """What waits for somebody who lives by another clock now keeps the quiet hours of that one."""
    waits = Message.objects.filter(client_id=client_id, state__in=[Message.State.WAITING, Message.State.SENDING])
    waits.exclude(time_zone=zone).update(time_zone=zone)


def may_have_left() -> Q:
    """What its reader may know of: what has left, and what is in a worker's hand, also where it was taken back there.

    Whoever takes back an act asks this, and not only what is marked as sent: between the mail server's yes and its
    mark lies time, after a killed worker as long as its claim.
    """
    state = Message.State
    in_hand = Q(state=state.CANCELLED, claimed_by__isnull=False, claimed_until__gt=timezone.now())
    return Q(state__in=[state.SENT, state.SENDING]) | in_hand


def outside_quiet_hours(due_at: datetime, zone: str, practice: Practice) -> datetime:
    """The same instant, or the next morning in the recipient's zone if it falls into the practice's quiet hours."""
    on, at, _ = clock.wall_of(due_at, zone)
    if practice.quiet_until_hour <= at.hour < practice.quiet_from_hour:
        return due_at
    return morning_of(on if at.hour < practice.quiet_until_hour else on + timedelta(days=1), zone, practice)


def morning_of(on: date, zone: str, practice: Practice) -> datetime:
    """When the quiet hours end on that day, on the clocks of that zone."""
    try:
        return clock.instant_of(on, time(practice.quiet_until_hour), zone, fold=0)
    except clock.WallTimeMissing as gap:
        return clock.instant_of(on, gap.nearest[1].time(), zone, fold=0)


def without_links(body: str) -> str:
    """The text with the secret part of every link left out."""
    return re.sub(r"(https?://\S+?/(?:[cfhjlnpqrsuw]|me)/)\S+", r"\1…", body)
