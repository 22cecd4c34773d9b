"""A therapist chooses which measures a client's notes show at first; totals of other instruments are entered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from clients.episodes import today_in
from clients.models import Client
from clients.standing import lock_client
from clients.words import one_line
from notes.measures.catalogue import MEASURES
from notes.models import ChosenMeasures, OutsideTotal
from notes.writing import refuse_unless_therapist
from practice import audit
from practice.access import Actor
from practice.refusals import BadInput, WrongState


def choose_measures(*, client: Client, codes: Sequence[str], by: Actor) -> ChosenMeasures:
    """Show these at first in this client's notes; the others stay one fold away."""
    refuse_unless_therapist(by)
    for code in codes:
        if code not in MEASURES or not MEASURES[code].times:
            raise BadInput(f"“{code[:40]}” is not read at a visit.", field="codes")
    with transaction.atomic():
        lock_client(client)
        row, _ = ChosenMeasures.objects.update_or_create(
            client=client, defaults={"practice_id": client.practice_id, "codes": list(dict.fromkeys(codes))})
        audit.record(by=by, verb="measures_chosen", subject=client, client_id=client.pk)
    return row


def enter_total(*, client: Client, measure: str, total: Decimal, rated_on: date, rater: str, by: Actor) -> OutsideTotal:
    """Enter the total of an instrument filled in elsewhere: its number, the day, and who rated."""
    refuse_unless_therapist(by)
    known = MEASURES.get(measure)
    if known is None or known.kind != "total":
        raise BadInput("Choose one of the instruments in the list.", field="measure")
    if not known.low <= total <= known.high:
        raise BadInput(f"{known.name} goes from {known.low} to {known.high}.", field="total")
    rater = one_line(rater)
    if not rater or len(rater) > 120:
        raise BadInput("Say who rated: the client, or a name.", field="rater")
    with transaction.atomic():
        lock_client(client)
        if rated_on > today_in(client):
            raise BadInput("This day is still to come.", field="rated_on")
        row = OutsideTotal.objects.create(practice_id=client.practice_id, client=client, measure=measure, total=total,
                                          rated_on=rated_on, rater=rater, entered_by=by)
        audit.record(by=by, verb="total_entered", subject=row)
    return row


def take_back_total(*, total: OutsideTotal, by: Actor) -> OutsideTotal:
    """A total entered by mistake counts no longer; that it was entered stays."""
    refuse_unless_therapist(by)
    with transaction.atomic():
        row = OutsideTotal.objects.select_for_update(of=("self",), no_key=True).get(pk=total.pk)
        if row.taken_back_at is not None:
            raise WrongState("This total was taken back already.")
        row.taken_back_at = timezone.now()
        row.save(update_fields=["taken_back_at"])
        audit.record(by=by, verb="total_taken_back", subject=row)
    return row


def totals_of(client: Client) -> list[OutsideTotal]:
    """The totals that count, oldest first."""
    rows = OutsideTotal.objects.filter(client__in=client.family, taken_back_at=None)
    return list(rows.order_by("rated_on", "recorded_at"))


def choices_come_over(merged: Client, stays: Client) -> None:
    """In a merge: what was chosen for the row that stays goes on; else the other's."""
    if not ChosenMeasures.objects.filter(client=stays).exists():
        ChosenMeasures.objects.filter(client=merged).update(client=stays)
