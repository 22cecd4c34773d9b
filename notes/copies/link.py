"""The message that carries the client's own link to their copy."""

from __future__ import annotations

from clients.writing import not_agreed_any_more, reads
from notes.copies.copies import OWN_COPY, copy_url
from notes.models import ClientCopy
from practice import outbox
from practice.models import Message
from practice.outbox import Kind, Said
from sessions.letters import LINK


def _copy(message: Message) -> ClientCopy:
    return ClientCopy.objects.select_related("client__practice", "client__merged_into__practice", "practice").get(
        pk=message.subject_id)


def _still_theirs(message: Message) -> str | None:
    client = _copy(message).client.standing
    return "They have left the list." if client.archived_at else not_agreed_any_more(message, client)


def _about_copy(message: Message) -> Said:
    copy = _copy(message)
    client = copy.client.standing
    return Said({"link": copy_url(copy)}, client.called, language=reads(client))


outbox.declare(Kind(OWN_COPY, "Copy for the client", _still_theirs, _about_copy, counts=True,
                    variables={"link": LINK}, about="Asked and given", when="At once, when a therapist sends it."))
