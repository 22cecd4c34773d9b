"""The whole document: one signed summary as a FHIR R4 Bundle, the same bytes whenever it is asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse

from clients.models import Consent
from notes.fhir import agreement, asking, facts, people, readings, work
from notes.fhir.entries import LOINC, Entries, Reference, coding, concept, lasting_id
from notes.fhir.sections import Part, head, section, sections
from notes.fhir.text import narrative, paragraphs, pruned
from notes.letters.letters import Letter, letter_from_data, said_period
from notes.models import Summary
from notes.sharing.sharing import SummaryNotSigned
from practice import clock

MEDIA_TYPE = "application/fhir+json"
# What each kind of letter is, in LOINC; why these: docs/summaries.md.
TYPES = {"summary": ("34133-9", "Summary of episode note"), "request": ("57133-1", "Referral note"),
         "discharge": ("18842-5", "Discharge summary")}
_RECIPIENT = "http://hl7.org/fhir/us/ccda/StructureDefinition/InformationRecipientExtension"
URI = "urn:ietf:rfc:3986"


def refuse_unless_signed(summary: Summary) -> None:
    """A draft is nobody's document."""
    if not summary.is_signed:
        raise SummaryNotSigned("Sign the summary first: a document for another system does not change any more.")


def fhir_file(summary: Summary) -> HttpResponse:
    """The document as a download under a name that says nothing of whom it is about."""
    return HttpResponse(document_bytes(summary), content_type=MEDIA_TYPE, headers={
        "Content-Disposition": 'attachment; filename="letter.fhir.json"', "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def document_bytes(summary: Summary) -> bytes:
    """The document as JSON; the same summary under the same agreements gives the same bytes. Refuses a draft."""
    return json.dumps(document_of(summary), ensure_ascii=False, indent=1).encode()


def document_of(summary: Summary) -> dict[str, Any]:
    """The Bundle: the Composition first, then all it refers to, from what was frozen at signing. Refuses a draft."""
    refuse_unless_signed(summary)
    letter, agreed = letter_from_data(summary.content), agreement.agreements_of(summary)
    zone = letter.codes.time_zone if letter.codes else "UTC"
    told = Entries()
    composition = _composition(told, summary, letter, agreed, zone)
    stand = [(consent.pk, consent.withdrawn_at) for consent in agreed]
    return pruned({
        "resourceType": "Bundle",
        "identifier": {"system": URI, "value": f"urn:uuid:{lasting_id('Bundle', summary.pk, *stand)}"},
        "type": "document", "timestamp": clock.iso(_last_change(summary, agreed), zone),
        "entry": [{"fullUrl": f"urn:uuid:{composition['id']}", "resource": composition}, *told.all()],
    })


def _composition(
    told: Entries, summary: Summary, letter: Letter, agreed: Sequence[Consent], zone: str,
) -> dict[str, Any]:
    made = lasting_id("Composition", summary.pk)
    assert summary.signed_at is not None
    signed = clock.iso(summary.signed_at, zone)
    subject, author = people.client(told, summary, letter), people.therapist(told, summary, letter)
    custodian, doctor = people.practice(told, summary, letter), people.doctor(told, summary, letter)
    parts = sections(letter, summary.sections, _entries(told, summary, letter, subject, author, doctor))
    consents = agreement.consents(told, letter, agreed, subject=subject, custodian=custodian, doctor=doctor,
                                  composition={"reference": f"urn:uuid:{made}"})
    agreement_part = Part("Agreement to share", agreement.RELEASE, lambda letter: [
        paragraphs(agreement.said(consent, letter, zone)) for consent in agreed])
    return {
        "resourceType": "Composition", "id": made, "language": "en-GB", "text": narrative(head(letter)),
        "extension": [{"url": _RECIPIENT, "valueReference": doctor}],
        "identifier": {"system": URI, "value": f"urn:uuid:{summary.pk}"}, "status": "final",
        "type": concept(letter.title, coding(LOINC, *TYPES[summary.kind])),
        "subject": subject, "date": signed, "author": [author],
        "title": f"{letter.title}, {said_period(letter)}",
        "attester": [{"mode": "professional", "time": signed, "party": author}], "custodian": custodian,
        "event": [{"period": {"start": letter.period_from.isoformat(), "end": letter.period_to.isoformat()}}],
        "section": [*parts, section(agreement_part, letter, consents)],
    }


def _entries(
    told: Entries, summary: Summary, letter: Letter, subject: Reference, author: Reference, doctor: Reference,
) -> dict[str, list[Reference]]:
    """The resources behind each section."""
    done = work.sessions(told, summary, letter, subject=subject)
    return {
        "conditions": facts.conditions(told, summary, letter, subject=subject, author=author),
        "limits": facts.limits(told, summary, letter, subject=subject, author=author),
        "sessions": [each for session in done for each in session],
        "readings": readings.readings(told, summary, letter, subject=subject,
                                      on_day=work.by_day(letter, [session[0] for session in done])),
        "questions": asking.asks(told, summary, letter, subject=subject, author=author, doctor=doctor),
        "plan": facts.plan(told, summary, letter, subject=subject, author=author),
    }


def _last_change(summary: Summary, agreed: Sequence[Consent]) -> datetime:
    """When the document became what it is: signed, shared for the first time, an agreement taken back."""
    shared = summary.shares.order_by("created_at").values_list("created_at", flat=True)[:1]
    back = [consent.withdrawn_at for consent in agreed]
    return max(at for at in (summary.signed_at, *shared, *back) if at)
