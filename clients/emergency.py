"""The emergency card: written by therapists and owners, opened by everybody of the practice, each opening noted."""

from __future__ import annotations

from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction

from clients.models import Client, EmergencyCard
from clients.standing import lock_client
from clients.words import check_phone, one_line
from practice import audit
from practice.access import Actor
from practice.refusals import BadInput, Stale


class CardFields(TypedDict, total=False):
    """What the card says; only the parts given are touched."""

    contact_name: str
    contact_phone: str
    contact_relationship: str
    plan: str
    representative_name: str
    representative_phone: str
    may_consent: str


def card_of(client: Client) -> EmergencyCard:
    """The client's card, an empty one where none was written yet."""
    return (EmergencyCard.objects.filter(client=client).first()
            or EmergencyCard(practice_id=client.practice_id, client=client, version=0))


def open_card(*, client: Client, by: Actor) -> EmergencyCard:
    """The card, for whoever is there; that it was opened is written down."""
    card = card_of(client)
    audit.record(by=by, verb="emergency_card_opened", subject=card if card.version else client, client_id=client.pk)
    return card


@transaction.atomic
def change_card(*, client: Client, by: Actor, expected_version: int | None = None,
                **parts: Unpack[CardFields]) -> EmergencyCard:
    """Write on the card; refuses, as stale, what was read at an older version, and numbers nobody can dial."""
    lock_client(client)
    card = card_of(client)
    if expected_version is not None and expected_version != card.version:
        raise Stale("Somebody changed the card since you read it. Look again, then save yours.")
    said = {name: value.strip() if name == "plan" else one_line(str(value)) for name, value in parts.items()
            if isinstance(value, str)}
    _refuse_impossible(said)
    changed = [name for name, value in said.items() if getattr(card, name) != value]
    if not changed:
        return card
    for name in changed:
        setattr(card, name, said[name])
    card.version += 1
    card.save()
    audit.record(by=by, verb="emergency_card_changed", subject=card, fields=changed)
    return card


def _refuse_impossible(said: dict[str, str]) -> None:
    for name in ("contact_phone", "representative_phone"):
        if said.get(name):
            try:
                check_phone(said[name])
            except ValidationError as unlike:
                raise BadInput(unlike.messages[0], field=name) from None
    for name, value in said.items():
        most: int = getattr(EmergencyCard._meta.get_field(name), "max_length", 0)
        if len(value) > most:
            raise BadInput(f"The card has room for {most} letters here; this has {len(value)}.", field=name)
