"""What a client does not want: the link in every mail to them, and what a provider or the gateway hears of it."""

from __future__ import annotations

from clients.channels import end_channel
from clients.models import Client
from clients.phones import sms_number
from practice import links, walls
from practice.access import Outsider
from practice.hooks.deliveries import UNWANTED
from practice.models import Message
from practice.outbox import KINDS


def client_behind(token: str) -> Client | None:
    """Whose mail a link ends; None for one nobody was ever sent."""
    pk = links.signed_id(links.UNSUBSCRIBE, token)
    with walls.everywhere():
        people = Client.objects.filter(pk=pk).select_related("practice", "merged_into__practice")
        client = people.first() if pk else None
    if client is not None:
        walls.enter(client.practice_id)
    return client and client.standing


def end_mail(*, client: Client, how: str) -> bool:
    """No more e-mail to this client; answers whether they had agreed to it."""
    return end_channel(client=client, channel="email", how=how, by=Outsider(client.practice, "client", client.name))


def _end_unwanted(message: Message) -> None:
    """The same as asking us for no more. What was meant for others, or for an address of before, ends nothing."""
    kind = KINDS.get(message.kind)
    client = Client.objects.filter(pk=message.client_id).select_related("practice").first()
    if client is None or kind is None or kind.is_to != "client":
        return
    how = {"email": "They marked an e-mail as unwanted.", "sms": "They asked the SMS gateway for no more."}
    if (message.to_address.casefold() in {client.email.casefold(), client.phone, sms_number(client)}
            and message.channel in how):
        by = Outsider(client.practice, "client", client.name)
        end_channel(client=client.standing, channel=message.channel, how=how[message.channel], by=by, but=message.pk)


UNWANTED.append(_end_unwanted)
