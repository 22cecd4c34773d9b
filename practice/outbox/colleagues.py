"""What is written to colleagues: only while they work here; what needs somebody goes on to who stands in for them."""

from __future__ import annotations

from django.utils import timezone

from practice.access import Role
from practice.models import Membership, Message, Practice
from practice.outbox.kinds import Kind
from practice.outbox.queueing import queue_message

GONE = "They do not work here under this address any more."


def owners_of(practice: Practice) -> list[Membership]:
    """Who reads what nobody else is there to read."""
    return list(Membership.objects.filter(practice=practice, role=Role.OWNER, is_active=True, user__is_active=True)
                .select_related("user").order_by("pk"))


def has_left(message: Message, kind: Kind) -> bool:
    """Whether a message to a colleague would reach somebody who does not work here any more."""
    return kind.is_to == "member" and kind.reader_works_here and not Membership.objects.filter(
        practice_id=message.practice_id, user__email__iexact=message.to_address, is_active=True,
        user__is_active=True).exists()


def pass_on(message: Message, kind: Kind) -> str | None:
    """Why it does not leave, where its reader has left; what somebody has to know goes to who stands in for them."""
    if not has_left(message, kind):
        return None
    others = list(kind.passed_on_to(message)) if kind.passed_on_to else []
    for other in others:
        queue_message(
            practice=message.practice, kind=message.kind, subject_id=message.subject_id, to_address=other.user.email,
            to_name=other.name, time_zone=message.time_zone, start_version=message.start_version,
            due_at=timezone.now(), useful_until=message.useful_until, appointment_id=message.appointment_id,
            client_id=message.client_id, why=f"{message.asked_by[:120]} In place of {message.to_name}.")
    names = " and ".join(other.name for other in others)
    return f"{GONE} It goes to {names} instead." if names else GONE
