"""The course of one message, step by step: queued by which rule, tried, sent, delivered, lost, and who did what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from practice.models import AuditEntry, Message

S = Message.State
_BY_HAND = {"message_told": "{} rang and told them.", "message_not_told": "{}: they were not told after all.",
            "message_sent_again": "{} sent it again."}
_DELIVERY = {"delivered": "It arrived, says whoever carried it.", "bounced": "It came back: the address takes no mail.",
             "complained": "They marked it as unwanted.", "undelivered": "It could not be delivered."}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when, where that is known, what, and the message it leads to where there is one."""

    words: str
    at: datetime | None = None
    url: str = ""
    is_ahead: bool = False


def course_of(message: Message) -> list[Step]:
    """Every step that is known of, in order; what only the end of the row tells stands last."""
    dated = [Step(_queued(message), message.created_at), *_beside(message), *_by_hand(message)]
    if message.sent_at:
        dated.append(Step(_sent(message), message.sent_at))
    if message.delivery and message.delivery_at:
        dated.append(Step(_DELIVERY.get(message.delivery, message.delivery), message.delivery_at))
    return [*sorted(dated, key=lambda step: step.at or message.created_at), *_end(message)]


def _queued(message: Message) -> str:
    rule = message.rule or (message.why if message.state in (S.WAITING, S.SENDING) else "")
    return f"Queued. {rule}".strip()


def _sent(message: Message) -> str:
    tries = f" at the {_ordinal(message.attempts)} attempt" if message.attempts > 1 else ""
    told = message.why.removeprefix(message.rule).strip() if message.state == S.SENT and message.rule else ""
    return f"Handed over{tries}. {told}".strip()


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _beside(message: Message) -> Iterator[Step]:
    """The messages it stands in for, that stand in for it, or within which it was told."""
    if message.instead_of:
        first = message.instead_of
        sent = "Sent again" if first.channel == message.channel else "Sent this way"
        yield Step(f"{sent} because the first did not arrive: {first.why}", message.created_at, _url(first))
    for row in Message.objects.filter(Q(instead_of=message) | Q(told_with=message)).order_by("created_at"):
        if row.instead_of_id == message.pk:
            words = "Sent again." if row.channel == message.channel else "Sent another way instead."
            yield Step(words, row.created_at, _url(row))
        else:
            words = f"Said in it as well: {row.kind_name.lower()}."
            yield Step(words, message.sent_at or message.created_at, _url(row))
    if message.told_with:
        yield Step("Left inside another message of the same day.", message.told_with.sent_at, _url(message.told_with))


def _by_hand(message: Message) -> Iterator[Step]:
    for entry in AuditEntry.objects.filter(subject_id=message.pk, verb__in=_BY_HAND).order_by("id"):
        yield Step(_BY_HAND[entry.verb].format(entry.actor_name), entry.at)


def _end(message: Message) -> Iterator[Step]:
    """How it ended, or what comes next; of these the row keeps no hour."""
    if message.state == S.WAITING and message.attempts:
        again = message.claimed_until if message.claimed_until and message.claimed_until > timezone.now() else None
        yield Step(f"Tried {message.attempts} time{'s' * (message.attempts > 1)}. Tried again:", again, is_ahead=True)
    elif message.state in (S.WAITING, S.SENDING):
        yield Step("Leaves.", message.due_at, is_ahead=True)
    elif message.state in (S.SKIPPED, S.CANCELLED):
        yield Step(f"Not sent: {message.why}")
    elif message.state == S.FAILED:
        tries = f" after {message.attempts} attempts" if message.attempts > 1 else ""
        yield Step(f"Not delivered{tries}: {message.why}")


def _url(message: Message) -> str:
    return reverse("practice:message", args=[message.pk])
