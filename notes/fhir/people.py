"""Who the letter names: client, therapist, practice and doctor; no more of them than its head shows."""

from __future__ import annotations

from typing import Any

from notes.fhir.entries import Entries, Reference
from notes.fhir.text import clean, narrative, paragraphs
from notes.letters.letters import Letter
from notes.models import Summary


def client(entries: Entries, summary: Summary, letter: Letter) -> Reference:
    """The client by name and birth date; gender, address and numbers are not in the letter, so not here."""
    born = letter.codes.born_on if letter.codes else None
    said = ", ".join(part for part in (letter.client.name, letter.client.detail) if part.strip())
    return entries.add(
        "Patient", summary.client_id, text=narrative([paragraphs(said)], "generated"), name=_named(letter.client.name),
        birthDate=born.isoformat() if born else None)


def therapist(entries: Entries, summary: Summary, letter: Letter) -> Reference:
    """Who wrote and signed, with the credential as it stands under the letter."""
    return entries.add("Practitioner", summary.author_id, name=_named(letter.therapist.name),
                       qualification=[{"code": {"text": letter.therapist.detail}}])


def practice(entries: Entries, summary: Summary, letter: Letter) -> Reference:
    """The practice as its letterhead has it."""
    head = letter.practice
    return entries.add(
        "Organization", summary.practice_id, name=clean(head.name) or "Practice",
        telecom=[_way("phone", head.phone), _way("email", head.email)], address=_address(head.address))


def doctor(entries: Entries, summary: Summary, letter: Letter) -> Reference:
    """The doctor addressed: the person, and with a specialty the role in which they are written to."""
    person = entries.add("Practitioner", summary.doctor_id, name=_named(letter.doctor.name),
                         address=_address(letter.doctor_address))
    if not letter.doctor.detail.strip():
        return person
    return entries.add("PractitionerRole", summary.doctor_id, practitioner=person,
                       specialty=[{"text": letter.doctor.detail}])


def _named(name: str) -> list[dict[str, str]]:
    """A name as it is written: which part of it is the family's is not ours to guess."""
    return [{"text": name}]


def _way(system: str, value: str) -> dict[str, str] | None:
    return {"system": system, "value": value, "use": "work"} if value.strip() else None


def _address(lines: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"text": ", ".join(lines)}]
