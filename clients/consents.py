"""What a client agreed to: in which words, how, to whom, until when. Taking it back closes shares (`notes/sharing`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django.db import transaction

from clients.episodes import today_in
from clients.models import Client, Consent, Doctor
from clients.standing import lock_client
from clients.words import one_line
from practice import audit, clock
from practice.access import Actor
from practice.models import Membership
from practice.refusals import BadInput, Refusal

SHARING = "share-summary"
NOTICE = "episode-notice"  # a doctor is told when something is new
_NAMES_WHO = {SHARING: "Say which doctor may read it: an agreement to share names who receives.",
              NOTICE: "Say which doctor may be told."}


class ConsentMissing(Refusal):
    """The client has not agreed to this, or not any more."""

    code: ClassVar[str] = "consent_missing"
    title: ClassVar[str] = "The client's agreement is missing"


def stands(consent: Consent, today: date) -> bool:
    """Whether it still holds: neither taken back nor over."""
    return consent.withdrawn_at is None and (consent.until is None or consent.until >= today)


@transaction.atomic
def record_consent(
    *, client: Client, by: Actor, text_version: str, how: str, kind: str = SHARING, doctor: Doctor | None = None,
    sections: Sequence[str] = (), given_by: str = "", relationship: str = "self", given_on: date | None = None,
    until: date | None = None,
) -> Consent:
    """Record an agreement as it was given; no sections means all of them.

    Refuses one that is still to be given, one that ends before it begins, sharing without a recipient, and an
    agreement given for the client by somebody without a name.
    """
    lock_client(client)
    today = today_in(client)
    given_on = given_on or today
    if given_on > today:
        raise BadInput(f"{clock.said_date(given_on, today=today)} is still to come. When did they agree?",
                       field="given_on")
    if until and until < given_on:
        raise BadInput(f"It was given on {clock.said_date(given_on, year=True)} and cannot end on "
                       f"{clock.said_date(until, year=True)}, before that.", field="until")
    if kind in _NAMES_WHO and doctor is None:
        raise BadInput(_NAMES_WHO[kind], field="doctor")
    giver, relation = one_line(given_by), one_line(relationship) or "self"
    if not giver and relation != "self":
        raise BadInput(f"Write who agreed, as the client's {relation}.", field="given_by")
    consent = Consent.objects.create(
        practice_id=client.practice_id, client=client, kind=kind, doctor=doctor, sections=list(dict.fromkeys(sections)),
        text_version=one_line(text_version), given_by=giver or client.name, relationship=relation, how=one_line(how),
        given_on=given_on, until=until, recorded_by=by if isinstance(by, Membership) else None)
    told = kind if kind in _NAMES_WHO else "other"  # a code of the practice's own may be a clinical word
    audit.record(by=by, verb="consent_recorded", subject=consent, kind=told)
    return consent
