"""Outcome measures that may be embedded freely, and readings over time with their published meaningful change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clients.models import Client
from notes.models import Measurement
from practice.access import Actor


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


_NRS = "0-10 numeric rating scale, generic"
MEASURES: dict[str, Measure] = {
    m.code: m
    for m in (
        Measure("pain", "Pain", "0-10", 0, 10, "lower", _NRS, 2.0,
                "About 2 points or 30 % mean something to people with chronic pain (Farrar et al., Pain 2001; 2,724 people in 10 trials).",
                "72514-3"),
        Measure("stiffness", "Stiffness", "0-10", 0, 10, "lower", _NRS),
        Measure("spasticity", "Spasticity", "0-10", 0, 10, "lower", _NRS),
        Measure("fatigue", "Fatigue", "0-10", 0, 10, "lower", _NRS),
        Measure("sleep", "Sleep disturbance", "0-10", 0, 10, "lower", _NRS),
        Measure("anxiety", "Anxiety", "0-10", 0, 10, "lower", _NRS),
    )
}


@dataclass(frozen=True, slots=True)
class Point:
    """One visit's readings of one measure."""

    on: date
    before: Decimal | None
    after: Decimal | None


def readings_of(client: Client, *, by: Actor, measure: str = "", signed_only: bool = False, first: date | None = None,
                last: date | None = None) -> dict[str, list[Point]]:
    """Readings by measure, oldest first, from the notes this member may see."""
    from notes.models import Note

    notes = Note.objects.visible_to(by).filter(client=client)
    if signed_only:
        notes = notes.exclude(signed_at=None)
    if first:
        notes = notes.filter(visit_on__gte=first)
    if last:
        notes = notes.filter(visit_on__lte=last)
    rows = Measurement.objects.filter(note__in=notes).select_related("note").order_by("note__visit_on", "note_id")
    if measure:
        rows = rows.filter(measure=measure)
    found: dict[str, dict[object, list[Decimal | date | None]]] = {}
    for row in rows:
        point = found.setdefault(row.measure, {}).setdefault(row.note_id, [row.note.visit_on, None, None])
        point[1 if row.when == "before" else 2] = row.value
    return {code: [Point(*p) for p in points.values()] for code, points in found.items()}  # type: ignore[arg-type]
