"""Referral cases: the visits a doctor referred for, from when until when; opened, changed and closed.

How many of them are used is counted where the visits are (`sessions/referral_use.py`).
"""

from __future__ import annotations

from datetime import date
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from clients.models import Client, Doctor, Referral
from clients.standing import lock_client
from clients.words import one_line
from practice import audit, clock
from practice.access import Actor
from practice.refusals import BadInput, NotAllowed, WrongState

MOST_VISITS = 500
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


class ReferralFields(TypedDict, total=False):
    """What is known of a referral; only those given are touched. Days are included, `visits_agreed` None: no number."""

    doctor: Doctor
    reason: str
    began_on: date
    ends_on: date | None
    visits_agreed: int | None


@transaction.atomic
def open_referral(*, client: Client, doctor: Doctor, began_on: date, by: Actor, reason: str = "",
                  ends_on: date | None = None, visits_agreed: int | None = None) -> Referral:
    """Note that a doctor referred this client: for how many visits, until when, as far as the referral says.

    Anybody of the practice may; the reason is for those who may read clinical facts. Refuses an end before the
    beginning and fewer than one visit.
    """
    lock_client(client)
    row = Referral(practice_id=client.practice_id, client=client)
    _put(row, {"doctor": doctor, "began_on": began_on, "ends_on": ends_on, "visits_agreed": visits_agreed,
               "reason": reason}, by)
    row.save(force_insert=True)
    audit.record(by=by, verb="referral_opened", subject=row)
    return row


@transaction.atomic
def change_referral(*, referral: Referral, by: Actor, **changes: Unpack[ReferralFields]) -> Referral:
    """Correct a referral or prolong it; refuses what `open_referral` refuses, and one that is closed."""
    row = _locked(referral)
    if row.closed_at:
        raise WrongState("This referral is closed. Note the new one beside it.")
    changed = _put(row, dict(changes), by)
    if changed:
        row.save(update_fields=changed)
        audit.record(by=by, verb="referral_changed", subject=row, fields=changed)
    return row


@transaction.atomic
def close_referral(*, referral: Referral, by: Actor) -> Referral:
    """Say that nothing more is booked on it; what was booked stays. Said twice, it changes nothing."""
    row = _locked(referral)
    if row.closed_at is None:
        row.closed_at = timezone.now()
        row.save(update_fields=["closed_at"])
        audit.record(by=by, verb="referral_closed", subject=row)
    return row


def _locked(referral: Referral) -> Referral:
    return Referral.objects.select_for_update(no_key=True, of=("self",)).select_related("doctor").get(pk=referral.pk)


def _put(row: Referral, columns: dict[str, Any], by: Actor) -> list[str]:
    """Write the given parts on the row; answers the names of the columns that differ now."""
    if columns.get("reason") and not by.may_see_clinical:
        raise NotAllowed("Why a doctor referred them is noted by a therapist. Leave it empty, or ask one of them.")
    if "reason" in columns:
        columns["reason"] = one_line(columns["reason"])
    changed = [name for name, value in columns.items()
               if (row.doctor_id != value.pk if name == "doctor" else getattr(row, name) != value)]
    for name in changed:
        setattr(row, name, columns[name])
    for name in ("began_on", "ends_on"):
        day = getattr(row, name)
        if day and not EARLIEST <= day <= LATEST:
            raise BadInput(f"{clock.said_date(day, year=True)} is no day a referral names. Check the year.", field=name)
    if row.ends_on and row.ends_on < row.began_on:
        raise BadInput(f"It begins on {clock.said_date(row.began_on, year=True)}; its last day cannot be "
                       f"{clock.said_date(row.ends_on, year=True)}, before that.", field="ends_on")
    if row.visits_agreed is not None and not 1 <= row.visits_agreed <= MOST_VISITS:
        raise BadInput(f"Write from 1 to {MOST_VISITS} visits, or leave it empty where it names no number.",
                       field="visits_agreed")
    return changed
