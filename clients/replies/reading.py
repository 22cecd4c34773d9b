"""What somebody of the practice does with a text: read it, say whose it is, end texts where it asks for that."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from clients.channels import end_channel
from clients.models import Client, Reply
from clients.phones import clients_with
from practice import audit
from practice.models import Membership
from practice.refusals import BadInput


@transaction.atomic
def mark_seen(*, reply: Reply, by: Membership) -> Reply:
    """Nothing is left to do about this text; said twice, the first counts."""
    reply = Reply.objects.select_for_update().get(pk=reply.pk)
    if reply.seen_at is None:
        reply.seen_at, reply.seen_by = timezone.now(), by
        reply.save(update_fields=["seen_at", "seen_by"])
        audit.record(by=by, verb="reply_seen", subject=reply)
    return reply


@transaction.atomic
def say_whose(*, reply: Reply, client: Client, by: Membership) -> Reply:
    """This text is from that client; refuses somebody with another number. What it asks for stays to be done."""
    reply = Reply.objects.select_for_update().select_related("practice").get(pk=reply.pk)
    if client.pk not in {known.pk for known in may_be_from(reply)}:
        raise BadInput(f"{client.name} has another number. Correct it on their page first, if this is theirs.",
                       field="client")
    reply.client = client
    reply.save(update_fields=["client"])
    audit.record(by=by, verb="reply_known", subject=reply, client_id=client.pk)
    return reply


@transaction.atomic
def end_texts(*, reply: Reply, by: Membership) -> Reply:
    """They asked for no more texts in words of their own: the same as STOP, and done with."""
    for client in may_be_from(reply):
        end_channel(client=client, channel="sms", how="They asked for no more, in a text message.", by=by)
    return mark_seen(reply=reply, by=by)


def may_be_from(reply: Reply) -> list[Client]:
    """Everybody of the practice who has this number now."""
    return clients_with(reply.from_number, [reply.practice])


def words_for(member: Membership, reply: Reply) -> str:
    """The text as this member may read it: how somebody feels is not for the front desk."""
    if reply.meaning == Reply.Meaning.UNWELL and not member.may_see_clinical:
        return "For their therapist."
    return reply.text.strip() or "(a picture, or nothing)"
