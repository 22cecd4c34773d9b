"""Under which agreement of the client a summary was shared with its doctor."""

from __future__ import annotations

from collections.abc import Sequence

from clients.models import Consent
from notes.fhir.entries import HL7, LOINC, Entries, Reference, coding
from notes.letters.letters import Letter
from notes.models import Summary
from practice import clock

RELEASE = "64292-6"  # Release of information consent
_RECIPIENT = coding(f"{HL7}/v3-ParticipationType", "IRCP", "information recipient")


def agreements_of(summary: Summary) -> list[Consent]:
    """The consents under which it was shared, each once, the first one first."""
    shares = summary.shares.select_related("consent").order_by("created_at", "id")
    return list({share.consent_id: share.consent for share in shares}.values())


def said(consent: Consent, letter: Letter, zone: str) -> str:
    """Who agreed to what, how, since when and until when, and whether it was taken back."""
    who = consent.given_by if consent.relationship == "self" else f"{consent.given_by} ({consent.relationship})"
    until = f", until {clock.said_date(consent.until, year=True)}" if consent.until else ""
    back = ""
    if consent.withdrawn_at:
        back = f" Taken back on {clock.said_date(clock.wall_of(consent.withdrawn_at, zone)[0], year=True)}."
    return (f"{who} agreed that this letter goes to {letter.doctor.name}: {consent.how}, "
            f"{clock.said_date(consent.given_on, year=True)}{until}.{back}")


def consents(
    entries: Entries, letter: Letter, agreed: Sequence[Consent], *, subject: Reference, custodian: Reference,
    doctor: Reference, composition: Reference,
) -> list[Reference]:
    """Each agreement: permitted is that this one document goes to this one doctor."""
    return [entries.add(
        "Consent", consent.pk, status="inactive" if consent.withdrawn_at else "active",
        scope={"coding": [coding(f"{HL7}/consentscope", "patient-privacy")]},
        category=[{"coding": [coding(LOINC, RELEASE)]}], patient=subject, dateTime=consent.given_on.isoformat(),
        performer=[subject] if consent.relationship == "self" else None, organization=[custodian],
        policyRule={"text": f"The words the client was asked with, version {consent.text_version}"},
        provision={
            "type": "permit",
            "period": {"start": consent.given_on.isoformat(),
                       "end": consent.until.isoformat() if consent.until else None},
            "actor": [{"role": {"coding": [_RECIPIENT]}, "reference": doctor}],
            "data": [{"meaning": "instance", "reference": composition}]},
    ) for consent in agreed]
