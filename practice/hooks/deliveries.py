"""What became of a message after it left: taken, delivered, bounced, complained of. Told twice, it is known once."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from practice.models import Message
from practice.outbox.failing import came_back

# Later news counts only where it says more than what is known.
_WEIGHT = {"": 0, "delivered": 1, "undelivered": 2, "bounced": 2, "complained": 3}
IN_WORDS = {
    "undelivered": "The phone did not receive it.",
    "bounced": "The address gave it back.",
    "complained": "Whoever received it said that they do not want it.",
}
# Rooms to the right register here what follows when somebody wants no more messages like one, and said so elsewhere:
# to the mail provider, or to the gateway, which then refuses ours.
UNWANTED: list[Callable[[Message], None]] = []


def message_behind(*, channel: str, reference: str, message_id: str) -> Message | None:
    """The message a provider speaks of: by our own id where it says it back, else by what it called it."""
    rows = Message.objects.filter(channel=channel)
    try:
        if message := rows.filter(pk=UUID(message_id)).first():
            return message
    except ValueError:
        pass
    return rows.filter(reference=reference).first() if reference else None


@transaction.atomic
def note_taken(*, message: Message, reference: str) -> str:
    """The provider has it. Where its answer was lost, the message is sent all the same, and not a second time."""
    message = Message.objects.select_for_update().get(pk=message.pk)
    changed = _taken(message, reference)
    if changed:
        message.save(update_fields=changed)
    return "taken" if changed else "known already"


@transaction.atomic
def note_delivery(*, message: Message, delivery: str, reference: str = "", why: str = "",
                  is_unwanted: bool = False) -> str:
    """Keep what became of a message; one that did not arrive stands on the "not delivered" list, with the reason."""
    message = Message.objects.select_for_update().get(pk=message.pk)
    changed = _taken(message, reference)
    if _WEIGHT[delivery] > _WEIGHT[message.delivery]:
        message.delivery, message.delivery_at = delivery, timezone.now()
        changed += ["delivery", "delivery_at"]
        if delivery == "complained" and message.state == Message.State.SENT:
            message.state, message.why = Message.State.FAILED, (why or IN_WORDS[delivery])[:200]
            changed += ["state", "why"]
    if not changed:
        return "known already"
    message.save(update_fields=list(dict.fromkeys(changed)))
    if delivery in IN_WORDS and message.state == Message.State.SENT:
        came_back(message, why or IN_WORDS[delivery], timezone.now(), delivery=delivery)
    if is_unwanted or (delivery == "complained" and "delivery" in changed):
        tell_unwanted(message)
    return delivery


def tell_unwanted(message: Message) -> None:
    """Whoever this message is for asked somebody else for no more of them."""
    for follow in UNWANTED:
        follow(message)


def _taken(message: Message, reference: str) -> list[str]:
    """Write down that the provider has it; the columns that changed."""
    changed = []
    if reference and not message.reference:
        message.reference = reference
        changed.append("reference")
    if message.state in (Message.State.WAITING, Message.State.SENDING):
        message.state, message.sent_at = Message.State.SENT, timezone.now()
        message.claimed_by = message.claimed_until = None
        changed += ["state", "sent_at", "claimed_by", "claimed_until"]
    return changed
