"""The one last text to somebody who asked for no more."""

from __future__ import annotations

from clients.models import Client, Reply
from clients.replies.receiving import ENDED
from practice import outbox, wording
from practice.models import Message
from practice.outbox import Kind, Said


def _still_ended(message: Message) -> str | None:
    client = Client.objects.filter(pk=message.client_id).first()
    return "They agreed to text messages again." if client and "sms" in client.channels else None


def _says(message: Message) -> Said:
    reply = Reply.objects.get(pk=message.subject_id)
    client = Client.objects.filter(pk=message.client_id).first()
    return Said({"number": reply.from_number}, client.called if client else "",
                language=wording.language_of(client.language) if client else "en")


outbox.declare(Kind(ENDED, "Text messages ended", _still_ended, _says, keeps_quiet_hours=False, goes_another_way=False,
                    variables={"number": "+1 206 555 0123"}, about="Asked and given",
                    when="At once, when a client answers a text message with STOP."))
