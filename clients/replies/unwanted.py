"""Mail a client does not want: the link in every mail to them, and what a provider hears of it."""

from __future__ import annotations

from clients.channels import end_channel
from clients.models import Client
from practice import links
from practice.access import Outsider
from practice.hooks.deliveries import COMPLAINED
from practice.models import Message
from practice.outbox import KINDS


def client_behind(token: str) -> Client | None:
    """Whose mail a link ends; None for one nobody was ever sent."""
    pk = links.signed_id(links.UNSUBSCRIBE, token)
    client = Client.objects.filter(pk=pk).select_related("practice", "merged_into__practice").first() if pk else None
    return client and client.standing


def end_mail(*, client: Client, how: str) -> bool:
    """No more e-mail to this client; answers whether they had agreed to it."""
    return end_channel(client=client, channel="email", how=how, by=Outsider(client.practice, "client", client.name))


def _take_complaint(message: Message) -> None:
    """A client marked a mail as unwanted: the same as asking for no more. What was meant for others ends nothing."""
    kind = KINDS.get(message.kind)
    client = Client.objects.filter(pk=message.client_id).select_related("practice").first()
    if client and kind and kind.is_to == "client" and client.email.casefold() == message.to_address.casefold():
        end_mail(client=client.standing, how="They marked an e-mail as unwanted.")


COMPLAINED.append(_take_complaint)
