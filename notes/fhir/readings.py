"""Readings as Observations: one for each value, and before the session never to be taken for after."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from notes.charts.told import is_number, oldest_first
from notes.fhir.entries import HL7, LOINC, MEASURE, TIMING, UCUM, Entries, Reference, coding, concept
from notes.letters.codes import SeriesCodes
from notes.letters.letters import Letter, Series
from notes.models import Summary

_UNITS = {"seconds": "s", "metres": "m", "degrees": "deg", "days": "d", "of 28 days": "d"}
_WHEN = {"before": "before the session", "after": "after the session"}


def readings(
    entries: Entries, summary: Summary, letter: Letter, *, subject: Reference, on_day: Mapping[str, Reference],
) -> list[Reference]:
    """Each reading of each series; `on_day` are the sessions they are part of, where these are told."""
    made: list[Reference] = []
    codes = letter.codes.series if letter.codes else ()
    for place, (series, known) in enumerate(zip_longest(letter.series, codes)):
        for nth, reading in enumerate(oldest_first(series.readings)):
            for when, value in (("before", reading.before), ("after", reading.after)):
                if not is_number(value):
                    continue
                day = reading.on.isoformat()
                made.append(entries.add(
                    "Observation", summary.pk, place, nth, when, status="final", partOf=[on_day.get(day)],
                    category=_categories(series, known, when), code=_code(series, known, when), subject=subject,
                    effectiveDateTime=day, performer=[subject] if known and known.kind not in _MEASURED else None,
                    valueQuantity=_quantity(series, value)))
    return made


_MEASURED = ("test", "total")  # by whoever held the watch, or asked; the letter does not say who


def _code(series: Series, known: SeriesCodes | None, when: str) -> dict[str, Any]:
    """The measure's name, with when it was read where a session has both; its LOINC where it has one."""
    said = series.measure if series.is_asked else f"{series.measure} {_WHEN[when]}"
    if not known or known.kind == "goal":  # a client's own goal has no name but its words
        return {"text": said}
    return concept(said, coding(LOINC, known.loinc), coding(MEASURE, known.measure))


def _categories(series: Series, known: SeriesCodes | None, when: str) -> list[dict[str, Any]]:
    """Asked or examined; and whether before or after, apart from the words."""
    kind = "exam" if known and known.kind == "test" else "survey"
    told = [{"coding": [coding(f"{HL7}/observation-category", kind)]}]
    return told if series.is_asked else [*told, concept(_WHEN[when], coding(TIMING, f"{when}-session"))]


def _quantity(series: Series, value: float | None) -> dict[str, Any]:
    """The value in its unit of UCUM; a score has none, which `{score}` says."""
    number = int(value) if value is not None and float(value).is_integer() else value
    unit = _UNITS.get(series.unit.strip())
    return {"value": number, "unit": series.unit if unit else f"score, {series.unit}", "system": UCUM,
            "code": unit or "{score}"}
