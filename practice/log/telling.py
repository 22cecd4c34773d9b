"""What people do about a message that did not arrive: ring and say so, or send it again."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
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
    """Put a message that did not arrive on its way again, to the address its client has today; answers the new one.

    It is a row of its own, so that what becomes of the first is never taken for news of the second.
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
    now, why = timezone.now(), f"Sent again by {by.name}."[:200]
    due_at = outbox.outside_quiet_hours(now, message.time_zone, message.practice) if kind.keeps_quiet_hours else now
    with transaction.atomic():
        lost = Message.objects.select_for_update(no_key=True).filter(pk=message.pk, state=S.FAILED).first()
        if lost is None or lost.replaced_by.exists():
            raise WrongState("Only a message that did not arrive can be sent again, and each only once.")
        same = Message.objects.filter(subject_id=message.subject_id, kind=message.kind, channel=message.channel,
                                      start_version=message.start_version)
        if same.filter(to_address=address).exclude(state=S.FAILED).exists():
            raise WrongState("The same message has gone to their new address already.")
        audit.record(by=by, verb="message_sent_again", subject=message)
        return Message.objects.create(
            practice=message.practice, kind=message.kind, channel=message.channel, subject_id=message.subject_id,
            start_version=message.start_version, to_address=address, to_name=message.to_name,
            time_zone=message.time_zone, due_at=due_at, why=why, rule=message.rule or why,
            useful_until=message.useful_until, client_id=message.client_id, appointment_id=message.appointment_id,
            instead_of=message, sending=1 + (same.aggregate(most=Max("sending"))["most"] or 0))


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
