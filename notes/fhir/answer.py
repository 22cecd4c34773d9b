"""A doctor's answer as a FHIR R4 document of its own: one Communication, under what became of it so far."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse

from clients.body_forms import scope_name
from notes.doctors.said import as_clearance, said_answer
from notes.fhir import people
from notes.fhir.document import MEDIA_TYPE, URI
from notes.fhir.entries import LOINC, Entries, coding, concept, lasting_id
from notes.fhir.text import narrative, paragraphs, pruned
from notes.letters.letters import letter_from_data
from notes.models import AnswerDone, DoctorAnswer
from practice import clock

_STANDING = "It came by link and code: these show who had the letter, not who they are."


def answer_file(answer: DoctorAnswer) -> HttpResponse:
    """The answer as a download."""
    return HttpResponse(json.dumps(answer_document(answer), ensure_ascii=False, indent=1).encode(),
                        content_type=MEDIA_TYPE, headers={
        "Content-Disposition": 'attachment; filename="answer.fhir.json"', "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def answer_document(answer: DoctorAnswer) -> dict[str, Any]:
    """The Bundle: preliminary while the answer waits, final once a therapist has dealt with it."""
    summary = answer.share.summary
    letter, told, done = letter_from_data(summary.content), Entries(), answer.done
    zone = letter.codes.time_zone if letter.codes else answer.practice.time_zone
    subject, therapist = people.client(told, summary, letter), people.therapist(told, summary, letter)
    doctor, practice = people.doctor(told, summary, letter), people.practice(told, summary, letter)
    at = clock.iso(answer.at, zone)
    about = {"type": "Composition", "identifier": {"system": URI, "value": f"urn:uuid:{summary.pk}"}}
    lines = _lines(answer)
    sent = told.add(
        "Communication", answer.pk, identifier=[{"system": URI, "value": f"urn:uuid:{answer.pk}"}], about=[about],
        status="completed", subject=subject, topic={"text": scope_name(as_clearance(answer)) if answer.is_word else ""},
        sent=at, received=at, sender=doctor, recipient=[therapist], payload=[{"contentString": line} for line in lines],
        note=[{"text": _signed(answer)}])
    made = lasting_id("Composition", answer.pk)
    words = [paragraphs("\n".join((*lines, _signed(answer), _STANDING, _became(answer, zone))))]
    composition = {
        "resourceType": "Composition", "id": made, "language": "en-GB", "text": narrative(words),
        "identifier": {"system": URI, "value": f"urn:uuid:{answer.pk}"}, "status": "final" if done else "preliminary",
        "type": concept("Answer to a letter", coding(LOINC, "51852-2", "Letter")), "subject": subject, "date": at,
        "author": [doctor], "title": f"Answer to: {letter.title}", "custodian": practice,
        "section": [{"title": "Answer", "text": narrative(words, "generated"), "entry": [sent]}],
    }
    stamp = done.at if done else answer.at
    return pruned({
        "resourceType": "Bundle", "type": "document", "timestamp": clock.iso(stamp, zone),
        "identifier": {"system": URI, "value": f"urn:uuid:{lasting_id('Bundle', answer.pk, done and done.pk)}"},
        "entry": [{"fullUrl": f"urn:uuid:{made}", "resource": composition}, *told.all()]})


def _lines(answer: DoctorAnswer) -> tuple[str, ...]:
    said = said_answer(answer)
    return tuple(filter(None, (f"{said[:1].upper()}{said[1:]}.", answer.note)))


def _signed(answer: DoctorAnswer) -> str:
    registration = f", {answer.registration}" if answer.registration else ""
    return f"Signed: {answer.name}{registration}."


def _became(answer: DoctorAnswer, zone: str) -> str:
    done: AnswerDone | None = answer.done
    if done is None:
        return "Not accepted yet." if answer.is_word else "Not seen yet."
    why = f": {done.reason}" if done.reason else ""
    return f"{done.get_what_display()} by {done.by.name}, {clock.said(done.at, zone)}{why}."
