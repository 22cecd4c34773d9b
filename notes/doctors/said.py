"""A doctor's answer in words, as page, Today and the list of what was shared say it."""

from __future__ import annotations

from clients.body_forms import scope_name
from clients.models import Clearance
from clients.overview import said_terms
from notes.models import DoctorAnswer
from practice import clock


def as_clearance(answer: DoctorAnswer) -> Clearance:
    """The doctor's own words in the shape of a clearance; never saved."""
    return Clearance(
        scope=answer.scope, regions=answer.regions, max_pressure=answer.max_pressure, minutes=answer.minutes,
        excluded_techniques=answer.excluded_techniques, expires_on=answer.until)


def said_answer(answer: DoctorAnswer) -> str:
    """What was answered: “clearance granted (work in general): pressure 2 at most, until Thu 3 Dec”."""
    word, until = as_clearance(answer), clock.said_date(answer.until, year=True) if answer.until else ""
    if answer.kind == DoctorAnswer.Kind.GRANTED:
        limits = ", ".join(filter(None, (said_terms(word), until and f"until {until}")))
        return f"clearance granted ({scope_name(word)}): {limits or 'without limits'}"
    if answer.kind == DoctorAnswer.Kind.NOT_YET:
        return f"not yet ({scope_name(word)}){until and f', until {until}'}"
    if answer.kind == DoctorAnswer.Kind.CALL:
        when = answer.call_when and f", {answer.call_when}"
        return f"asks to be rung: {answer.phone}{when}"
    return "has written" if answer.note else "has read it"


def said_back(answer: DoctorAnswer) -> str:
    """The same to whoever answered: “I have read it”."""
    if answer.kind in (DoctorAnswer.Kind.READ, DoctorAnswer.Kind.NOTE):
        return DoctorAnswer.Kind(answer.kind).label
    return said_answer(answer).replace("asks to be rung", "please call me", 1)


def said_short(answer: DoctorAnswer) -> str:
    """The same where there is little room."""
    if answer.kind == DoctorAnswer.Kind.GRANTED:
        is_limited = bool(said_terms(as_clearance(answer)) or answer.until)
        return f"clearance {'with' if is_limited else 'without'} limits"
    if answer.kind == DoctorAnswer.Kind.NOT_YET:
        return "not yet" + (f", until {clock.said_date(answer.until)}" if answer.until else "")
    return said_answer(answer)

