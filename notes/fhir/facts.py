"""What the client lives with, what limits the work, and the plan."""

from __future__ import annotations

from itertools import zip_longest

from notes.fhir.entries import HL7, ICD_10_CM, SNOMED, Entries, Reference, coding, concept
from notes.fhir.text import clean
from notes.letters.letters import Letter
from notes.models import Summary


def conditions(
    entries: Entries, summary: Summary, letter: Letter, *, subject: Reference, author: Reference,
) -> list[Reference]:
    """Each condition as it was reported: words first, codes beside; a therapist confirms no diagnosis.

    Told by the client alone it is `unconfirmed`; where a doctor is named, whether it stands is not ours to say.
    """
    made = []
    codes = letter.codes.conditions if letter.codes else ()
    for place, (line, known) in enumerate(zip_longest(letter.conditions, codes)):
        is_diagnosed = bool(known and known.diagnosed_by.strip())
        unsure = coding(f"{HL7}/condition-ver-status", "unconfirmed") if known and not is_diagnosed else None
        made.append(entries.add(
            "Condition", summary.pk, place,
            clinicalStatus={"coding": [coding(f"{HL7}/condition-clinical", "active")]},
            verificationStatus={"coding": [unsure]},
            category=[{"coding": [coding(f"{HL7}/condition-category", "problem-list-item")]}],
            code=concept(known.name, coding(ICD_10_CM, known.icd10), coding(SNOMED, known.snomed))
            if known else {"text": line},
            subject=subject, onsetDateTime=known.since if known else None, recorder=author,
            asserter=subject if unsure else None, note=[{"text": line}]))
    return made


def limits(
    entries: Entries, summary: Summary, letter: Letter, *, subject: Reference, author: Reference,
) -> list[Reference]:
    """Each limit of the letter as a warning, in its own words."""
    return [entries.add(
        "Flag", summary.pk, place, status="active",
        category=[{"coding": [coding(f"{HL7}/flag-category", "safety")]}],
        code={"text": line}, subject=subject, author=author) for place, line in enumerate(letter.limits)]


def plan(
    entries: Entries, summary: Summary, letter: Letter, *, subject: Reference, author: Reference,
) -> list[Reference]:
    """The plan in the therapist's words."""
    return [entries.add(
        "CarePlan", summary.pk, status="active", intent="plan", title="Plan", description=letter.plan,
        subject=subject, created=letter.written_on.isoformat(), author=author)] if clean(letter.plan) else []
