"""Outcome measures that may be embedded freely, and readings over time with their published meaningful change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from clients.models import Client
from notes.models import Measurement, Note
from practice.access import Actor, may_read
from practice.models import Membership
from practice.techniques import HEALING_TOUCH, MS_THERAPISTS
from sessions.year import Readings


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: its scale, which way is better, and the published change that means something, if there is one.

    `question` is asked of the client at the visit: its answer is one reading, taken before the session. `drawn_to` is
    the top of the usual scale where the highest answer allowed lies far beyond it.
    """

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
    question: str = ""
    drawn_to: int = 0

    @property
    def times(self) -> tuple[str, ...]:
        """When it is read at a visit: before and after the session, or once where it answers a question."""
        return ("before",) if self.question else ("before", "after")

    @property
    def top(self) -> int:
        """The top of its scale in a picture."""
        return self.drawn_to or self.high


_NRS = "0-10 numeric rating scale, generic"
RELIEF = "relief-days"
_RELIEF_SOURCE = (
    f"How long a session helps differs from person to person: up to one week, 2 to 3 days in nerve pain with HIV "
    f"({HEALING_TOUCH}); 3 to 7, and 3 to 9 days, by therapists' reports ({MS_THERAPISTS}). The question is our own.")
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
        Measure(RELIEF, "Days the last session helped", "days", 0, 60, "higher", _RELIEF_SOURCE,
                question="For how many days did the last session help?", drawn_to=10),
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
    rows = Measurement.objects.filter(note__in=notes).order_by("note__visit_on", "note_id")
    if measure:
        rows = rows.filter(measure=measure)
    found: dict[str, dict[UUID, Point]] = {}
    for note, on, signed_at, code, when, value in rows.values_list(
            "note_id", "note__visit_on", "note__signed_at", "measure", "when", "value"):
        points = found.setdefault(code, {})
        point = points.get(note, Point(on, None, None, signed_at is not None))
        points[note] = replace(point, before=value) if when == "before" else replace(point, after=value)
    return {code: list(points.values()) for code, points in found.items()}


def readings_of(client: Client, *, by: Membership, measure: str = "") -> dict[str, list[Point]]:
    """The client's readings by measure, oldest first, from the notes this member may read."""
    return readings_in(Note.objects.visible_to(by).filter(client__in=client.family), measure=measure)


def relief_answers(client: Client, by: Actor) -> list[float]:
    """For how many days each session helped, as the client answered at the next one, oldest first.

    Nothing for whoever may not read the record.
    """
    if not isinstance(by, Membership) or not may_read(by, Note):
        return []
    points = readings_of(client, by=by, measure=RELIEF).get(RELIEF, [])
    return [float(point.before) for point in points if point.before is not None]


def readings_for_year(found: Mapping[str, Sequence[Point]], first: date, last: date) -> list[Readings]:
    """Of what was read between two days, for the picture of the year: the measure read most often before sessions, and
    for how long sessions helped; each only where it was read twice."""
    told = {code: tuple((p.on, float(p.before)) for p in points if p.before is not None and first <= p.on <= last)
            for code, points in found.items() if code in MEASURES}
    usual = [code for code in MEASURES if not MEASURES[code].question and code in told]
    main = max(usual, key=lambda code: len(told[code]), default="")
    return [Readings(f"{MEASURES[code].name}{'' if MEASURES[code].question else ' before sessions'}",
                     MEASURES[code].low, MEASURES[code].top, told[code])
            for code in (main, RELIEF) if len(told.get(code, ())) > 1]
