"""Draw the codes of a letter from the catalogues, on the day it is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from clients.body import label
from clients.conditions import CONDITIONS
from clients.models import ClientCondition
from notes.letters.codes import ConditionCodes, SeriesCodes, SessionCodes, WorkCodes
from notes.measures.measure import Measure
from notes.models import Note
from notes.writing import given_in
from practice import clock
from practice.techniques import TECHNIQUES


def condition_codes(row: ClientCondition, on: date) -> ConditionCodes:
    """The condition's name and what it is called in ICD-10-CM (billable on that day) and SNOMED CT, where known."""
    known = CONDITIONS.get(row.condition)
    return ConditionCodes(
        name=known.name if known else row.condition, icd10=(known and known.icd10_on(on)) or "",
        snomed=(known and known.snomed) or "", since=str(row.since.year) if row.since else "",
        diagnosed_by=row.diagnosed_by)


def session_codes(note: Note) -> SessionCodes:
    """When the session began where it took place, and its rows that say what was done."""
    visit = note.appointment
    rows = (WorkCodes(row.technique, TECHNIQUES[row.technique].name, row.region, row.side,
                      label(row.region, row.side), row.pressure) for row in given_in(note))
    return SessionCodes(str(note.pk), clock.iso(visit.starts_at, visit.time_zone), tuple(rows))


def series_codes(measures: Sequence[Measure]) -> tuple[SeriesCodes, ...]:
    """The measures of the letter's series, in their order."""
    return tuple(SeriesCodes(measure.code, measure.kind, measure.loinc) for measure in measures)
