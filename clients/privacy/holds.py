"""Legal holds: while one stands, nothing of a client is disposed of, by whatever way."""

from __future__ import annotations

from typing import ClassVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from clients.models import Client, LegalHold
from clients.words import one_line
from practice import audit, clock
from practice.access import Actor
from practice.offers import refuse_unless_owner
from practice.refusals import BadInput, Refusal, WrongState


class OnLegalHold(Refusal):
    """What is written of this client must be kept."""

    code: ClassVar[str] = "on_legal_hold"
    title: ClassVar[str] = "On legal hold"


def hold_on(client: Client) -> LegalHold | None:
    """The hold that stands on this person, whichever of their rows it was placed on."""
    return LegalHold.objects.filter(client__in=client.family, lifted_at=None).first()


def refuse_if_held(client: Client) -> None:
    """Every way of disposing of a client's rows asks this first; the database refuses beneath it."""
    hold = hold_on(client)
    if hold is not None:
        since = clock.said(hold.placed_at, client.practice.time_zone)
        raise OnLegalHold(f"{client.name} has been on legal hold since {since}. Lift it first, if it is over.")


@transaction.atomic
def place_hold(*, client: Client, reason: str, by: Actor) -> LegalHold:
    """Keep everything of this client whatever the years say; refuses a second hold at once."""
    refuse_unless_owner(client.practice, by)
    if not any(c.isalnum() for c in reason):
        raise BadInput("Write why, for example a court’s letter and its date.", field="reason")
    if hold_on(client):
        raise WrongState(f"{client.name} is on legal hold already.")
    try:
        with transaction.atomic():
            row = LegalHold.objects.create(practice_id=client.practice_id, client=client, placed_at=timezone.now(),
                                           reason=one_line(reason)[:300], placed_by_name=by.name[:120])
    except IntegrityError as twice:
        raise WrongState(f"{client.name} is on legal hold already.") from twice
    audit.record(by=by, verb="legal_hold_placed", subject=row)
    return row


@transaction.atomic
def lift_hold(*, hold: LegalHold, why: str, by: Actor) -> LegalHold:
    """End a hold, with the reason; the usual years count again."""
    refuse_unless_owner(hold.practice, by)
    if not any(c.isalnum() for c in why):
        raise BadInput("Write why it is over.", field="why")
    row = LegalHold.objects.select_for_update(no_key=True, of=("self",)).get(pk=hold.pk)
    if row.lifted_at:
        raise WrongState("It was lifted already.")
    row.lifted_at, row.lifted_why, row.lifted_by_name = timezone.now(), one_line(why)[:300], by.name[:120]
    row.save(update_fields=["lifted_at", "lifted_why", "lifted_by_name"])
    audit.record(by=by, verb="legal_hold_lifted", subject=row)
    return row
