"""The message that asks a client how it is, and its link. Neither says what the matter is."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from clients.models import Episode
from clients.writing import not_agreed_any_more, reads, write_to
from practice import links, outbox
from practice.models import Message
from practice.outbox import Kind, Said
from sessions.letters import LINK
from sessions.models import CheckIn

CHECK_IN_LINK = "check-in"
ASKED_IN = (Episode.Status.CONFIRMED, Episode.Status.RECOVERING)
LINK_LIVES = timedelta(days=28)  # from the last message on: our proposal


def check_in_url(row: CheckIn) -> str:
    """The address on which the client answers; one for the whole episode, so that an older message works too."""
    token = links.link_for(practice=row.practice, purpose=CHECK_IN_LINK, subject_id=row.episode_id,
                           expires_at=row.created_at + LINK_LIVES)
    return f"{settings.BASE_URL}/c/{token}/"


def episode_behind(token: str) -> Episode | None:
    """The episode a live link asks about; None for unknown and expired ones, and once it is over."""
    link = links.open_link(token, purpose=CHECK_IN_LINK)
    if link is None:
        return None
    return (Episode.objects.filter(pk=link.subject_id, practice=link.practice, status__in=ASKED_IN,
                                   client__archived_at=None).select_related("client__practice", "practice").first())


def ask(row: CheckIn) -> Message | None:
    """Queue the question, one at a time; None where the client is not written to: then they are rung."""
    client = row.episode.client
    earlier = CheckIn.objects.filter(episode__client=client).exclude(pk=row.pk)
    outbox.cancel_messages(why="It was asked anew.", kinds=["check-in"],
                           subject_id__in=list(earlier.values_list("pk", flat=True)))
    return write_to(client=client, kind="check-in", subject_id=row.pk, due_at=timezone.now(), why="Asks how they are.")


def ask_no_more(row: CheckIn) -> None:
    """Take back the message that asks a therapist to look, while it has not left."""
    outbox.cancel_messages(why="They said otherwise since.", kinds=["look-today"], subject_id=row.pk)


def _row(message: Message) -> CheckIn:
    return CheckIn.objects.select_related("practice", "episode__client__practice").get(pk=message.subject_id)


def _question_stands(message: Message) -> str | None:
    row = _row(message)
    client = row.episode.client
    if row.episode.status not in ASKED_IN or client.archived_at:
        return "It is over."
    return "They have answered already." if row.answer else not_agreed_any_more(message, client)


def _question(message: Message) -> Said:
    row = _row(message)
    client = row.episode.client
    return Said({"link": check_in_url(row)}, client.called, language=reads(client))


outbox.declare(Kind("check-in", "How are you?", _question_stands, _question, counts=True, variables={"link": LINK},
                    about="When visits pause",
                    when="Every so many days while visits pause, until they answer that it is over."))
