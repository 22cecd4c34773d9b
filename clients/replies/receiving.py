"""A text comes in: whose it is, what it means, and what it does by itself. Never a guess: else somebody reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from clients.channels import end_channel
from clients.models import Client, Reply
from clients.phones import clients_with
from clients.replies.meanings import Meaning, meaning_of
from clients.writing import is_written_to
from practice import audit, outbox
from practice.access import Outsider
from practice.hooks.receiving import RECEIVERS, Incoming
from practice.models import Practice
from practice.refusals import Refusal
from practice.texting.numbers import in_full

ENDED = "texts-ended"


@dataclass(frozen=True, slots=True)
class Done:
    """What a text did by itself, in words without anything clinical, and whether that is all there is to do."""

    words: str
    is_all: bool = True


# Rooms to the right register here what a text of one meaning does, for (client, its words).
ACTS: dict[str, Callable[[Client, str], Done]] = {}


def take_reply(incoming: Incoming) -> str:
    """Take one text in, once however often it is told; answers in a word or two what became of it."""
    practices = list(Practice.objects.order_by("pk"))
    meaning = Meaning(incoming.asks) if incoming.asks else meaning_of(incoming.text)
    number = in_full(incoming.sender) or incoming.sender
    everybody = clients_with(number, practices)
    known = {client.practice_id for client in everybody}
    knowing = [practice for practice in practices if practice.pk in known]
    homes = _homes(incoming.to, practices, knowing)
    if meaning == Meaning.STOP and not any(_is_own(practice, incoming.to) for practice in homes):
        homes = knowing or homes  # the gateway's number may have written for each of them
    taken = [_take(incoming, meaning, practice, number, [c for c in everybody if c.practice_id == practice.pk],
                   is_alone=len(homes) == 1) for practice in homes]
    return ", ".join(taken) or "nobody's number"


def _homes(to: str, practices: list[Practice], knowing: list[Practice]) -> list[Practice]:
    """Who reads a text to this number; `knowing` are the practices with a client who has the sender's.

    Whose number it is reads it, from anybody. The gateway's own is of all without one of theirs; among those, and else
    among all, of whoever knows the sender. A stranger's is read where one practice alone can be meant.
    """
    own = [practice for practice in practices if _is_own(practice, to)]
    sharing = own or [practice for practice in practices if not practice.sms_sender]
    if meant := [practice for practice in sharing if practice in knowing]:
        return meant
    if knowing and not own:
        return knowing
    left = sharing or practices
    return left if len(left) == 1 else []  # of several none would know what to do with it


def _is_own(practice: Practice, to: str) -> bool:
    """Whether this is the number the practice writes from, and nobody else."""
    own = in_full(practice.sms_sender, practice.country) if practice.sms_sender else ""
    return own != "" and own == in_full(to, practice.country)


@transaction.atomic
def _take(incoming: Incoming, meaning: Meaning, practice: Practice, number: str, clients: list[Client], *,
          is_alone: bool) -> str:
    client = _only_one(clients) if is_alone else None
    reply, is_new = Reply.objects.get_or_create(practice=practice, reference=incoming.reference, defaults={
        "client": client, "from_number": number[:40], "text": incoming.text.replace("\x00", ""), "meaning": meaning})
    if not is_new:
        return "known already"
    if meaning == Meaning.STOP:
        done = _stop(reply, clients, is_answered=incoming.is_answered)
    elif client is None:
        done = Done("", is_all=False)
    else:
        done = _act(client, meaning, incoming.text)
    reply.outcome, reply.seen_at = done.words[:200], timezone.now() if done.is_all else None
    reply.save(update_fields=["outcome", "seen_at"])
    by = Outsider(practice, "client", client.name if client else "a text message")
    audit.record(by=by, verb="reply_taken", subject=reply, client_id=client.pk if client else None)
    return str(meaning)


def _only_one(clients: list[Client]) -> Client | None:
    """Whose number it is; None where that is no one's or several people's. Who left counts where nobody else does."""
    here = [client for client in clients if client.archived_at is None] or clients
    return here[0] if len(here) == 1 else None


def _act(client: Client, meaning: str, text: str) -> Done:
    """What this text does by itself; a refusal is told to whoever reads the text instead."""
    act = ACTS.get(meaning)
    if act is None:
        return Done("", is_all=False)
    try:
        with transaction.atomic():
            return act(client, text)
    except Refusal as refusal:
        return Done(f"{refusal.title}: look at the visit.", is_all=False)


def _stop(reply: Reply, clients: list[Client], *, is_answered: bool) -> Done:
    """No more texts to this number, whoever's it is; told so in one last one, unless nothing was sent before."""
    how = f"They answered “{reply.text.strip()[:40]}”."
    ended = [client for client in clients
             if end_channel(client=client, channel="sms", how=how, by=Outsider(client.practice, "client", client.name))]
    if not ended:
        return Done("Nothing to end: this number gets no text messages from you.")
    if not is_answered:  # where the gateway keeps such lists itself, it has told them
        outbox.queue_message(
            practice=reply.practice, kind=ENDED, subject_id=reply.pk, channel="sms", to_address=reply.from_number,
            to_name=ended[0].name, time_zone=ended[0].zone, due_at=timezone.now(), client_id=ended[0].pk,
            why="Says once that nothing more comes.", useful_until=timezone.now() + timedelta(days=1))
    if all(is_written_to(client) for client in Client.objects.filter(pk__in=[client.pk for client in ended])):
        return Done("No more text messages. They are still written to by e-mail.")
    return Done("No more text messages, and they agreed to no other way: ring before the next visit.", is_all=False)


def _start(client: Client, text: str) -> Done:
    """Texts again: a word alone is no agreement to anything, so somebody asks them."""
    return Done("Nothing was changed: ask how they want to be written to, and note it.", is_all=False)


ACTS[Meaning.START] = _start
RECEIVERS.append(take_reply)
