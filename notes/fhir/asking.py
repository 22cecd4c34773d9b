"""What a doctor is asked to allow: the work as a proposed ServiceRequest, and a Task to approve it."""

from __future__ import annotations

from notes.fhir.entries import REGION, Entries, Reference, coding
from notes.letters.asked import Ask
from notes.letters.letters import Letter
from notes.models import Summary

_TASK_CODE = "http://hl7.org/fhir/CodeSystem/task-code"


def asks(
    entries: Entries, summary: Summary, letter: Letter, *, subject: Reference, author: Reference, doctor: Reference,
) -> list[Reference]:
    """For each thing asked the work as the therapist would do it, and what the doctor is to do with it: approve."""
    made: list[Reference] = []
    for place, ask in enumerate(letter.asks):
        work = entries.add(
            "ServiceRequest", summary.pk, place, status="draft", intent="proposal", code={"text": "Massage therapy"},
            subject=subject, authoredOn=letter.written_on.isoformat(), requester=author, performer=[author],
            reasonCode=[{"text": ask.name}], bodySite=_sites(ask), note=[{"text": ask.said}])
        made.append(work)
        made.append(entries.add(
            "Task", summary.pk, place, status="requested", intent="proposal",
            code={"coding": [coding(_TASK_CODE, "approve")], "text": "Approve, limit or refuse the work"},
            description=ask.said, focus=work, **{"for": subject}, authoredOn=letter.written_on.isoformat(),
            requester=author, owner=doctor))
    return made


def _sites(ask: Ask) -> list[dict[str, object]]:
    return [{"coding": [coding(REGION, place)]} for place in ask.places]
