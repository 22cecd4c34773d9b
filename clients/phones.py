"""Telephone numbers: kept as typed, sent to in full (E.164), read by the practice's country where they name none."""

from __future__ import annotations

from clients.models import Client
from practice.models import Practice
from practice.refusals import BadInput
from practice.texting.numbers import in_full


def sms_number(client: Client) -> str:
    """Where text messages to this client go; empty where their number names no country and cannot be given one."""
    return in_full(client.phone, client.practice.country) if client.phone else ""


def refuse_untextable(client: Client) -> None:
    """Refuse text messages as a way to a client whose number, as written, nobody could send one to."""
    if "sms" not in client.channels or sms_number(client):
        return
    if not client.phone:
        raise BadInput("Add the mobile number text messages go to, or take that way out.", field="phone")
    if not client.practice.country and not client.phone.strip().startswith(("+", "00")):
        raise BadInput(f"Write {client.phone} with its country, for example +1 206 555 0100: text messages need that.",
                       field="phone")
    raise BadInput(f"{client.phone} is no whole number where you are: no text message would arrive. Write all of "
                   "it, with its country: +1 206 555 0100.", field="phone")


def clients_with(number: str, practices: list[Practice]) -> list[Client]:
    """Everybody of these practices who has this number (E.164), however it was typed; whoever left the list is not."""
    tail = "".join(c for c in number if c.isdigit())[-6:]
    found = []
    for practice in practices:
        rows = Client.objects.filter(practice=practice, merged_into=None).exclude(phone="").values_list("pk", "phone")
        alike = [pk for pk, phone in rows if "".join(c for c in phone if c.isdigit()).endswith(tail)
                 and in_full(phone, practice.country) == number]
        found += list(Client.objects.filter(pk__in=alike).select_related("practice").order_by("pk"))
    return found
