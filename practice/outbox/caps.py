"""How often a client is written to: what counts takes one of a day's places, of which any seven days have few.

A place is taken on the row itself just before it leaves, and one place has one holder in the database: of two workers
with something for one client, one gets it and the other looks again. Answers to a client's own act do not count.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from practice import clock
from practice.models import Message, Practice
from practice.outbox.kinds import KINDS

WEEK = 7  # days, as the client's calendar counts them
_LONG = timedelta(days=3650)


@dataclass(slots=True)
class Week:
    """What one client was written around today, on which days, and what that counts waits for them."""

    taken: dict[UUID, tuple[date, int]] = field(default_factory=dict)
    waiting: list[Message] = field(default_factory=list)

    @property
    def days(self) -> list[date]:
        """The days on which a place is taken, a day for each place."""
        return [on for on, _ in self.taken.values()]


def counts(message: Message) -> bool:
    """Whether this message is one of the few a client gets in a week."""
    return message.client_id is not None and message.kind in KINDS and KINDS[message.kind].counts


def strength(message: Message) -> tuple[bool, timedelta]:
    """What comes first where not everything may leave, smallest first: reminders, the shortest notice before others."""
    notice = message.useful_until - message.due_at if message.useful_until else _LONG
    return not KINDS[message.kind].goes_first, notice


def fits(on: date, taken: Sequence[date], promised: Collection[date], *, per_day: int, per_week: int) -> bool:
    """Whether one more message may leave on this day: so many left already, and these days are kept for stronger ones.

    What is due on one day leaves as one message, so a promised day is one message however much is due on it.
    """
    if taken.count(on) >= per_day:
        return False
    days = [*taken, on, *(set(promised) - {on})]
    weeks = (on - timedelta(days=n) for n in range(WEEK))
    return all(sum(first <= day < first + timedelta(days=WEEK) for day in days) <= per_week for first in weeks)


def next_day(today: date, taken: Sequence[date], promised: Collection[date], *, per_day: int, per_week: int) -> date:
    """The first day after today on which one more message fits."""
    day = today + timedelta(days=1)
    while not fits(day, taken, promised, per_day=per_day, per_week=per_week):
        day += timedelta(days=1)
    return day


def weeks_of(messages: Sequence[Message], now: datetime) -> dict[UUID | None, Week]:
    """The weeks around now of the clients these messages go to, but for these messages, in two statements."""
    ours = {message.pk for message in messages}
    weeks = {message.client_id: Week() for message in messages}
    soon, since = now + timedelta(days=WEEK + 1), (now - timedelta(days=WEEK + 1)).date()
    taken = Message.objects.filter(client_id__in=weeks, counted_on__gte=since)
    for client_id, pk, on, nth in taken.values_list("client_id", "pk", "counted_on", "counted_as"):
        if on and pk not in ours:
            weeks[client_id].taken[pk] = (on, nth)
    waiting = Message.objects.filter(
        client_id__in=weeks, state=Message.State.WAITING, due_at__lt=soon,
        kind__in=[kind.code for kind in KINDS.values() if kind.counts])
    for message in waiting.order_by("due_at", "pk"):
        weeks[message.client_id].waiting.append(message)
    return weeks


def today_of(message: Message, now: datetime) -> date:
    """The day it is for whoever reads this message."""
    return clock.wall_of(now, message.time_zone)[0]


def promised_days(stronger_than: Message, week: Week, now: datetime, without: Collection[UUID]) -> set[date]:
    """The days on which something stronger than this message is due."""
    least = strength(stronger_than)
    return {clock.wall_of(max(row.due_at, now), row.time_zone)[0] for row in week.waiting
            if row.pk not in without and strength(row) < least}


def take_places(places: dict[UUID, tuple[date, int]], held: Collection[UUID], mine: UUID | None) -> set[UUID]:
    """Take these places for these messages of mine; answers which got theirs.

    `held` are those that hold one already, from an attempt that ended with its worker: they give it back first.
    """
    if held:
        Message.objects.filter(pk__in=held, claimed_by=mine).update(counted_on=None, counted_as=0)
    try:
        with transaction.atomic():
            for place in set(places.values()):
                _take(place, [pk for pk, wanted in places.items() if wanted == place], mine)
        return set(places)
    except IntegrityError:
        return {pk for pk, place in places.items() if _take_alone(place, pk, mine)}


def _take(place: tuple[date, int], pks: list[UUID], mine: UUID | None) -> None:
    mine_still = Message.objects.filter(pk__in=pks, claimed_by=mine).exclude(state=Message.State.CANCELLED)
    mine_still.update(counted_on=place[0], counted_as=place[1])


def _take_alone(place: tuple[date, int], pk: UUID, mine: UUID | None) -> bool:
    try:
        with transaction.atomic():
            _take(place, [pk], mine)
    except IntegrityError:
        return False
    return True


def free_place(week: Week, on: date) -> tuple[date, int]:
    """The first place of a day that nobody has."""
    held = {nth for day, nth in week.taken.values() if day == on}
    return on, next(nth for nth in range(len(held) + 1) if nth not in held)


def rule_of(practice: Practice) -> str:
    """The rule in words, as the log tells it."""
    return f"At most {practice.messages_per_day} a day and {practice.messages_per_week} in seven days"


def limits_of(practice: Practice) -> dict[str, int]:
    """What the practice allows."""
    return {"per_day": practice.messages_per_day, "per_week": practice.messages_per_week}
