"""What was done: each session as a Procedure, and how firmly as an Observation beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from notes.fhir.entries import HL7, REGION, WORK, Entries, Reference, coding, concept
from notes.letters.codes import SessionCodes, WorkCodes
from notes.letters.letters import Letter, Session, said_session
from notes.models import Summary

SESSION = "Massage therapy session"
PRESSURE = "Pressure applied (Walton scale, 0 to 5)"


def sessions(entries: Entries, summary: Summary, letter: Letter, *, subject: Reference) -> list[list[Reference]]:
    """Of every session its Procedure, and after it how firmly which place was worked.

    A session has no code: SNOMED CT's for massage could not be checked, and none is invented.
    """
    made: list[list[Reference]] = []
    codes = letter.codes.sessions if letter.codes else ()
    for place, (session, known) in enumerate(zip_longest(letter.sessions, codes)):
        key = known.note if known else (summary.pk, place)
        procedure = entries.add(
            "Procedure", key, status="completed", code={"text": SESSION}, subject=subject, **_performed(session, known),
            bodySite=_sites(known), note=[{"text": f"{session.minutes} minutes. {said_session(session)}"}])
        made.append([procedure])
        if components := [_firmly(row) for row in known.work if row.pressure is not None] if known else []:
            made[-1].append(entries.add(
                "Observation", "pressure", key, status="final", partOf=[procedure],
                category=[{"coding": [coding(f"{HL7}/observation-category", "therapy")]}], code={"text": PRESSURE},
                subject=subject, effectiveDateTime=_began(session, known), component=components))
    return made


def by_day(letter: Letter, procedures: Sequence[Reference]) -> dict[str, Reference]:
    """The session of each day that had a single one: the readings of that day are part of it."""
    days = [session.on.isoformat() for session in letter.sessions]
    return {day: made for day, made in zip(days, procedures, strict=True) if days.count(day) == 1}


def _began(session: Session, known: SessionCodes | None) -> str:
    return known.starts_at if known else session.on.isoformat()


def _performed(session: Session, known: SessionCodes | None) -> dict[str, Any]:
    """From when to when, as far as it was kept; else the day."""
    if not known:
        return {"performedDateTime": _began(session, known)}
    ended = datetime.fromisoformat(known.starts_at) + timedelta(minutes=session.minutes)
    return {"performedPeriod": {"start": known.starts_at, "end": ended.isoformat()}}


def _sites(known: SessionCodes | None) -> list[dict[str, Any]]:
    """Each place once, in words and as our own code for it."""
    places = {f"{row.region}:{row.side}": row.place for row in known.work} if known else {}
    return [concept(said, coding(REGION, place)) for place, said in places.items()]


def _firmly(row: WorkCodes) -> dict[str, Any]:
    ours = coding(WORK, f"{row.region}:{row.side}/{row.technique}")
    return {"code": concept(f"{row.place}: {row.technique_name}", ours), "valueInteger": row.pressure}
