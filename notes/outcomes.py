"""Outcome measures that may be embedded freely, and readings over time with their published meaningful change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from clients.models import Client
from notes.models import Measurement, Note
from practice.models import Membership


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: its scale, which way is better, and the published change that means something, if there is one."""

    code: str
    name: str
    unit: str
    low: int
    high: int
    better: str  # "lower" or "higher"
    source: str
    meaningful_change: float | None = None
    meaningful_words: str = ""
    loinc: str = ""
    known_by: str = "reported"  # "reported" by the client; "measured" where a clock or an instrument says it


_NRS = "0-10 numeric rating scale, generic"
MEASURES: dict[str, Measure] = {
    m.code: m
    for m in (
        Measure("pain", "Pain", "0-10", 0, 10, "lower", _NRS, 2.0,
                "About 2 points or 30 % mean something to people with chronic pain (Farrar et al., Pain 2001; 2,724 "
                "people in 10 trials).", "72514-3"),
        Measure("stiffness", "Stiffness", "0-10", 0, 10, "lower", _NRS),
        Measure("spasticity", "Spasticity", "0-10", 0, 10, "lower", _NRS),
        Measure("fatigue", "Fatigue", "0-10", 0, 10, "lower", _NRS),
        Measure("sleep", "Sleep disturbance", "0-10", 0, 10, "lower", _NRS),
        Measure("anxiety", "Anxiety", "0-10", 0, 10, "lower", _NRS),
    )
}


@dataclass(frozen=True, slots=True)
class Point:
    """One visit's readings of one measure, and whether its note is signed."""

    on: date
    before: Decimal | None
    after: Decimal | None
    is_signed: bool = True


def readings_in(notes: QuerySet[Note], *, measure: str = "") -> dict[str, list[Point]]:
    """The readings of these notes by measure, oldest first; one measure only where it is named."""
    rows = Measurement.objects.filter(note__in=notes).order_by("note__visit_on", "note_id").select_related("note")
    if measure:
        rows = rows.filter(measure=measure)
    found: dict[str, dict[UUID, Point]] = {}
    for row in rows:
        points = found.setdefault(row.measure, {})
        point = points.get(row.note_id, Point(row.note.visit_on, None, None, row.note.is_signed))
        is_before = row.when == "before"
        points[row.note_id] = replace(point, before=row.value) if is_before else replace(point, after=row.value)
    return {code: list(points.values()) for code, points in found.items()}


def readings_of(client: Client, *, by: Membership, measure: str = "") -> dict[str, list[Point]]:
    """The client's readings by measure, oldest first, from the notes this member may read."""
    return readings_in(Note.objects.visible_to(by).filter(client__in=client.family), measure=measure)
