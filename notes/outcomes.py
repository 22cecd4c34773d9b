"""Readings over time: by visit from the notes, and totals of other instruments from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from clients.models import Client
from notes.measures.catalogue import MEASURES, RELIEF
from notes.measures.measure import Measure
from notes.measures.verdict import Verdict, verdict
from notes.models import Measurement, Note, OutsideTotal
from practice.models import Membership
from sessions.year import Readings

__all__ = [
    "MEASURES", "RELIEF", "Measure", "Point", "course_of", "readings_at_visits", "readings_for_year", "readings_in",
    "readings_of",
]


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


def readings_at_visits(client: Client, *, by: Membership, measure: str = "") -> dict[str, list[Point]]:
    """The client's readings by measure, oldest first, from the notes this member may read."""
    return readings_in(Note.objects.visible_to(by).filter(client__in=client.family), measure=measure)


def readings_of(client: Client, *, by: Membership, measure: str = "") -> dict[str, list[Point]]:
    """The client's readings by measure, oldest first, from notes this member may read, and totals from elsewhere."""
    found = readings_at_visits(client, by=by, measure=measure)
    totals = OutsideTotal.objects.visible_to(by).filter(client__in=client.family, taken_back_at=None)
    for row in (totals.filter(measure=measure) if measure else totals).order_by("rated_on", "recorded_at"):
        found.setdefault(row.measure, []).append(Point(row.rated_on, row.total, None))
    return found


def course_of(measure: Measure, points: Sequence[Point]) -> Verdict:
    """What may be said of these readings, as they were before the sessions."""
    return verdict(measure, [float(point.before) for point in points if point.before is not None])


def readings_for_year(found: Mapping[str, Sequence[Point]], first: date, last: date) -> list[Readings]:
    """Of what was read between two days, for the picture of the year: the measure read most often before sessions, and
    for how long sessions helped; each only where it was read twice."""
    told = {code: tuple((p.on, float(p.before)) for p in points if p.before is not None and first <= p.on <= last)
            for code, points in found.items() if code in MEASURES}
    usual = [code for code in MEASURES if len(MEASURES[code].times) == 2 and code in told]
    main = max(usual, key=lambda code: len(told[code]), default="")
    return [Readings(f"{MEASURES[code].name}{'' if MEASURES[code].question else ' before sessions'}",
                     MEASURES[code].low, MEASURES[code].top, told[code])
            for code in (main, RELIEF) if len(told.get(code, ())) > 1]
