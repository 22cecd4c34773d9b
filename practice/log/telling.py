"""What people do about a message that did not arrive: ring and say so, or send it again."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from practice import audit, outbox
from practice.access import Actor
from practice.log.subjects import PEOPLE
from practice.models import Membership, Message
from practice.refusals import WrongState

S = Message.State


@transaction.atomic
def tell_by_phone(*, message: Message, by: Membership) -> Message:
    """Somebody rang and told them; pressed twice, the first stands. Refuses a message that was not lost."""
    if message.state != S.FAILED:
        raise WrongState("This message did not fail, so nobody has to be told by phone.")
    if Message.objects.filter(pk=message.pk, state=S.FAILED, told_at=None).update(told_at=timezone.now(), told_by=by):
        audit.record(by=by, verb="message_told", subject=message)
    message.refresh_from_db()
    return message


@transaction.atomic
def not_told_after_all(*, message: Message, by: Membership) -> Message:
    """Take back that they were told: the message stands among those not delivered again."""
    if Message.objects.filter(pk=message.pk, told_at__isnull=False).update(told_at=None, told_by=None):
        audit.record(by=by, verb="message_not_told", subject=message)
    message.refresh_from_db()
    return message


def send_again(*, message: Message, by: Membership) -> Message:
    """Put a message that did not arrive on its way again, to the address its client has today.

    Refuses what did not fail, came too late, would not leave as things stand, or has nowhere to go.
    """
    kind = outbox.KINDS.get(message.kind)
    if message.state != S.FAILED or kind is None:
        raise WrongState("Only a message that did not arrive can be sent again.")
    if is_too_late(message):
        raise WrongState("It would come too late to be of use. Ring them instead.")
    address = address_today(message, by)
    if not address:
        raise WrongState("They are not reached this way any more. Ring them, or note a new address first.")
    message.to_address = address
    if because := kind.recheck(message):
        raise WrongState(f"It would not leave as things stand: {because}")
    now = timezone.now()
    due_at = outbox.outside_quiet_hours(now, message.time_zone, message.practice) if kind.keeps_quiet_hours else now
    try:
        with transaction.atomic():
            if Message.objects.filter(pk=message.pk, state=S.FAILED).update(
                    state=S.WAITING, to_address=address, due_at=due_at, attempts=0, claimed_by=None, claimed_until=None,
                    told_at=None, told_by=None, why=f"Sent again by {by.name}."[:200]):
                audit.record(by=by, verb="message_sent_again", subject=message)
    except IntegrityError as taken:
        raise WrongState("The same message has gone to their new address already.") from taken
    message.refresh_from_db()
    return message


def is_too_late(message: Message) -> bool:
    """Whether what it speaks of is over."""
    return bool(message.useful_until and message.useful_until <= timezone.now())


def address_today(message: Message, by: Actor) -> str:
    """Where this message would go today: its client's address for the channel, else the one it has."""
    if not message.client_id:
        return message.to_address
    for people in PEOPLE:
        if person := people(by, {message.client_id}).get(message.client_id):
            return person.ways.get(message.channel, "")
    return message.to_address
