"""The pump: what is due leaves in claimed batches, each message checked once more at the door."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from practice.models import Message
from practice.outbox.doors import DOORS, Door, NotTaken
from practice.outbox.failing import OTHER_WAY_AFTER, another_way, fail
from practice.outbox.kinds import KINDS
from practice.outbox.queueing import outside_quiet_hours

log = logging.getLogger(__name__)

BATCH = 100
LOOK_AHEAD, LOOK_UP_LASTS = 50, 0.3  # messages; seconds after which what was looked up is read again
ATTEMPTS = 12  # with the waits below about half a day
_LONGEST_WAIT = timedelta(hours=2)


class Doors:
    """The doors of one drain, opened as they are needed."""

    def __init__(self) -> None:
        self._open: dict[str, Door] = {}

    def of(self, channel: str) -> Door:
        if channel not in self._open:
            if channel not in DOORS:
                raise NotTaken(f"There is no way out by {channel}.", for_good=True)
            self._open[channel] = DOORS[channel]()
        return self._open[channel]

    def close(self) -> None:
        for door in self._open.values():
            door.close()


def drain(*, limit: int = 10_000) -> dict[str, int]:
    """Send what is due, in claimed batches over one kept-open connection; answers how many ended how."""
    counts: dict[str, int] = {}
    doors = Doors()
    try:
        while sum(counts.values()) < limit:
            claimed = _claim(min(BATCH, limit - sum(counts.values())))
            if not claimed:
                break
            looked_up_to, looked_at = 0, 0.0
            for place, message in enumerate(claimed):
                if place >= looked_up_to or monotonic() - looked_at > LOOK_UP_LASTS:
                    looked_up_to, looked_at = place + LOOK_AHEAD, monotonic()
                    _look_up(claimed[place:looked_up_to])
                state = _deliver(message, doors) if _is_still_mine(message) else "left to another"
                counts[state] = counts.get(state, 0) + 1
    finally:
        doors.close()
    return counts


def _look_up(messages: list[Message]) -> None:
    """Let each kind read at once what its next messages speak about; one that cannot reads message by message."""
    for kind in {message.kind for message in messages} & KINDS.keys():
        look_up = KINDS[kind].look_up
        if look_up is not None:
            try:
                look_up([message for message in messages if message.kind == kind])
            except Exception:  # each then reads for itself, and only the one that cannot fails
                log.exception("messages of kind %s could not be looked up together", kind)


def oldest_due_seconds() -> float:
    """How long the oldest due message has been waiting, in seconds; 0 when nothing is due."""
    first = (
        Message.objects.filter(state__in=[Message.State.WAITING, Message.State.SENDING], due_at__lte=timezone.now())
        .filter(Q(claimed_until=None) | Q(claimed_until__lt=timezone.now()))
        .order_by("due_at").values_list("due_at", flat=True).first()
    )
    return (timezone.now() - first).total_seconds() if first else 0.0


def _claim(how_many: int) -> list[Message]:
    """Take up to `how_many` due rows by one conditional UPDATE: of two workers only one gets a row.

    Where the database can, rows another worker is just taking are passed over instead of waited for.
    """
    now, mine = timezone.now(), uuid4()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    due = Message.objects.filter(free, state__in=[Message.State.WAITING, Message.State.SENDING], due_at__lte=now)
    with transaction.atomic():
        first = due.order_by("due_at", "id")[:how_many]
        ids = list(first.select_for_update(skip_locked=True).values_list("pk", flat=True))
        due.filter(pk__in=ids).update(state=Message.State.SENDING, claimed_by=mine,
                                      claimed_until=now + timedelta(seconds=settings.MESSAGE_LEASE_SECONDS))
    return list(Message.objects.select_related("practice").filter(claimed_by=mine).order_by("due_at", "id"))


def _is_still_mine(message: Message) -> bool:
    """Whether the claim stands, taken anew where a slow batch has used up half of it; a message taken back is not."""
    lease, now = timedelta(seconds=settings.MESSAGE_LEASE_SECONDS), timezone.now()
    if message.claimed_until and message.claimed_until - now > lease / 2:
        return True
    mine = Message.objects.filter(pk=message.pk, claimed_by=message.claimed_by, state=Message.State.SENDING)
    return mine.update(claimed_until=now + lease) == 1


def _deliver(message: Message, doors: Doors) -> str:
    """Re-check, compose, hand over, mark. A failure becomes a wait or a row on the “not delivered” list."""
    kind = KINDS.get(message.kind)
    now = timezone.now()
    if kind is None:
        return _mark(message, Message.State.FAILED, f"No part of the product sends “{message.kind}” any more.")
    if message.useful_until and now >= message.useful_until:
        return _mark(message, Message.State.SKIPPED, "Too late to be of use.")
    if kind.keeps_quiet_hours and (later := outside_quiet_hours(now, message.time_zone, message.practice)) > now:
        return _wait(message, later, message.why)
    try:
        if because := kind.recheck(message):
            return _mark(message, Message.State.SKIPPED, because)
        letter = kind.compose(message)
    except Exception:  # one message that cannot be written must not stand in the way of the others
        log.exception("message %s could not be written", message.pk)
        return _mark(message, Message.State.FAILED, "The message could not be written; see the server's log.")
    try:
        reference = doors.of(message.channel).hand_over(message, letter)
    except NotTaken as refused:
        if refused.for_good:
            return _fail(message, refused.why)
        return _back_off(message, refused.why)
    why = " ".join([message.why, *(f"Copy to {address}." for address in letter.copies)])
    return _mark(message, Message.State.SENT, why, sent_at=timezone.now(), subject_line=letter.subject[:200],
                 reference=reference[:120])


def _mark(message: Message, state: str, why: str, **fields: Any) -> str:
    """End this claim; if the lease was lost meanwhile, whoever holds it now speaks for the row.

    What was handed over is sent, whatever has become of the row: that is what a person must be able to read.
    """
    rows = Message.objects.filter(pk=message.pk)
    if state != Message.State.SENT:
        rows = rows.filter(claimed_by=message.claimed_by)
    rows.update(state=state, why=why[:200], claimed_by=None, claimed_until=None,
                attempts=message.attempts + 1, **fields)
    return str(state)


def _fail(message: Message, why: str) -> str:
    fail(message, why, attempts=message.attempts + 1)
    return str(Message.State.FAILED)


def _wait(message: Message, until: datetime, why: str) -> str:
    Message.objects.filter(pk=message.pk, claimed_by=message.claimed_by).update(
        state=Message.State.WAITING, due_at=until, why=why[:200], claimed_by=None, claimed_until=None)
    return "postponed"


def _back_off(message: Message, why: str) -> str:
    if message.attempts + 1 >= ATTEMPTS:
        return _fail(message, f"{why} Given up after {ATTEMPTS} attempts.")
    if message.attempts + 1 >= OTHER_WAY_AFTER and another_way(message):
        return _fail(message, why)
    wait = min(timedelta(seconds=15 * 2**message.attempts), _LONGEST_WAIT)
    Message.objects.filter(pk=message.pk, claimed_by=message.claimed_by).update(
        state=Message.State.WAITING, why=why[:200], claimed_by=None, claimed_until=timezone.now() + wait,
        attempts=message.attempts + 1)
    return "postponed"
