"""How the message to a client reads who has been away a while, its link to book, and the link that says no."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from clients.models import Client
from clients.writing import not_agreed_any_more
from practice import links, outbox, wording
from practice.models import Message
from practice.outbox import Kind, Said
from sessions.online_letters import client_url
from sessions.recall import RECALL, is_still_away

RECALL_LINK, LINK_LIVES = "recall", timedelta(days=365)  # saying no works long after the message


def no_url(client: Client) -> str:
    """The address on which a client says that they do not want to be written to about this."""
    token = links.link_for(practice=client.practice, purpose=RECALL_LINK, subject_id=client.pk,
                           expires_at=timezone.now() + LINK_LIVES)
    return f"{settings.BASE_URL}/n/{token}/"


def client_behind(token: str) -> Client | None:
    """Whose link this is; None for unknown and expired ones."""
    link = links.open_link(token, purpose=RECALL_LINK)
    if link is None:
        return None
    client = Client.objects.select_related("practice", "merged_into__practice").filter(
        pk=link.subject_id, practice=link.practice).first()
    return client.standing if client else None


def _client(message: Message) -> Client:
    return Client.objects.select_related("practice").get(pk=message.subject_id)


def _still_to_ask(message: Message) -> str | None:
    client = _client(message)
    if not client.wants_recalls:
        return "The client does not want to be asked."
    if not is_still_away(client):
        return "They have a visit again, or it is not the time to ask."
    return not_agreed_any_more(message, client)


def _asks(message: Message) -> Said:
    client = _client(message)
    practice, language = client.practice, wording.language_of(client.language)
    by_phone = bool(practice.phone) and not practice.books_online
    return Said({
        "link": client_url(client) if practice.books_online else "",
        "call": wording.piece("sessions", "call", language, phone=practice.phone) if by_phone else "",
        "decline": no_url(client)}, client.called, language=language)


outbox.declare(Kind(RECALL, "After a while without a visit", _still_to_ask, _asks, variables={
    "link": f"{settings.BASE_URL}/me/…/", "call": "Call us to find a time: 020 7946 0018",
    "decline": f"{settings.BASE_URL}/n/…/"}, counts=True, about="Booking by themselves",
    when="Once after a last visit, after the practice’s weeks without one; or when staff write to them."))
