"""The Composition's sections: those of the letter that were chosen and say something, in the letter's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notes import charts
from notes.charts import Band, said_day
from notes.fhir.entries import LOINC, Reference, coding
from notes.fhir.text import bullets, heading, narrative, paragraphs, table
from notes.letters import letters
from notes.letters.letters import Letter
from notes.letters.sensation import TITLE as SENSATION
from notes.letters.sensation import said_sensation


@dataclass(frozen=True, slots=True)
class Part:
    """One section: its heading on the letter, its LOINC where there is one that fits, and how it is told."""

    title: str
    loinc: str
    told: Callable[[Letter], Sequence[str]]


def section(part: Part, letter: Letter, entry: Sequence[Reference]) -> dict[str, Any] | None:
    """The section with its narrative and what it rests on; None where the letter says nothing there."""
    text = narrative(part.told(letter), "generated" if entry else "additional")
    if text is None:
        return None
    return {"title": part.title, "code": {"coding": [coding(LOINC, part.loinc)]}, "text": text, "entry": list(entry)}


def sections(letter: Letter, chosen: Sequence[str], entries: Mapping[str, Sequence[Reference]]) -> list[dict[str, Any]]:
    """All of them; `entries` are the resources behind each."""
    made = (section(part, letter, entries.get(name, ())) for name, part in PARTS.items() if name in chosen)
    return [each for each in made if each]


def head(letter: Letter) -> list[str]:
    """What stands above and below the letter: from whom to whom, about whom, and what it rests on."""
    doctor = ", ".join(filter(None, (letter.doctor.name, letter.doctor.detail)))
    therapist = ", ".join(filter(None, (letter.therapist.name, letter.therapist.detail, letter.practice.name)))
    return [
        paragraphs(", ".join(filter(None, (letter.client.name, letter.client.detail)))),
        paragraphs(f"To {doctor}. From {therapist}. Written {said_day(letter.written_on, year=True)}."),
        paragraphs(f"{letters.standing(letter)} {letter.cosigned}"),
    ]


def _asked(letter: Letter) -> list[str]:
    """What the doctor is asked, and how to answer."""
    ways = [way.strip() for way in (letter.practice.phone, letter.practice.email) if way.strip()]
    is_asked = bool(letter.questions.strip() or letter.asks)
    answer = f"Answer to {letter.therapist.name}: {' or '.join(ways)}" if is_asked and ways else ""
    return [paragraphs(letters.asked(letter)), paragraphs(answer)]


def _done(letter: Letter) -> list[str]:
    """What was done, in the lines of the page: the earlier sessions together, the latest one by one."""
    earlier, told = letters.told_sessions(letter)
    year = any(session.on.year != letter.written_on.year for session in told)
    rows = [(said_day(session.on, year=year), str(session.minutes), work)
            for session, work in zip(told, letters.said_works(told, year=year), strict=True)]
    return [paragraphs(letters.said_work(letter.sessions)), paragraphs(letters.said_earlier(earlier)),
            table(("Day", "Minutes", "Work, with pressure 0 to 5"), rows)]


def _read(letter: Letter) -> list[str]:
    """Each measure in the words under its picture, with the numbers; what lay behind them at the end."""
    parts: list[str] = []
    for series in letter.series:
        scale = letters.said_scale(series)
        rows = [(row.on, row.before) if series.is_asked else (row.on, row.before, row.after)
                for row in charts.readings_table(series.readings)]
        parts += [
            heading(series.measure), paragraphs(f"{scale[:1].upper()}{scale[1:]}. {letters.said_course(series)}"),
            paragraphs(series.meaningful_change),
            table(("Day", "Answer") if series.is_asked else ("Day", "Before", "After"), rows)]
    behind = sorted(letter.bands, key=lambda band: (band.first, band.last))
    lines = [*(_lay_behind(letter, band) for band in behind), *(f"{used.said}." for used in letter.used)]
    return [*parts, bullets(lines)] if parts else []


def _lay_behind(letter: Letter, band: Band) -> str:
    """What the pictures show behind the readings; a band is cut off at the letter's days, and may be longer."""
    first = "" if band.first <= letter.period_from else said_day(band.first, year=True)
    last = "" if band.last >= letter.period_to else said_day(band.last, year=True)
    if first and last:
        return f"{charts.said_band(band)}."
    days = f"since {first}" if first else f"until {last}" if last else f"throughout {letters.said_period(letter)}"
    return f"{band.label}: {days}."


def _year(letter: Letter) -> list[str]:
    """The year in the words that stand beside its picture, and month by month."""
    if letter.year is None:
        return []
    names = ("Month", "Visits", "Meanwhile", "Readings")[: 4 if letter.year.curves else 3]
    rows = [(row.name, row.visits or "none", row.around, row.read)[: len(names)] for row in letter.year.rows]
    return [paragraphs(letter.year.said), table(names, rows)]


def _felt(letter: Letter) -> list[str]:
    """Both maps in the lines that stand beside them."""
    return [bullets(said_sensation(letter.felt))] if letter.felt else []


PARTS: dict[str, Part] = {
    "ending": Part(letters.ENDING, "", lambda letter: [paragraphs(letter.ending)]),
    "conditions": Part("Conditions as reported", "11450-4", lambda letter: [bullets(letter.conditions)]),
    "questions": Part("What is asked", "", _asked),
    "reason": Part("Why now", "", lambda letter: [paragraphs(letter.reason)]),
    "course": Part("Course", "", lambda letter: [paragraphs(letter.course)]),
    "outcome": Part(letters.OUTCOME, "", lambda letter: [paragraphs(letter.outcome)]),
    "limits": Part(letters.LIMITS, "104605-1", lambda letter: [bullets(letter.limits)]),
    "sensation": Part(SENSATION, "", _felt),
    "year": Part(letters.YEAR, "", _year),
    "readings": Part("Readings", "47420-5", _read),
    "sessions": Part("What was done", "47519-4", _done),
    "decisions": Part(letters.DECISIONS, "", lambda letter: [bullets(letter.decisions)]),
    "reactions": Part("Reactions", "", lambda letter: [paragraphs(letter.reactions)]),
    "watch": Part(letters.WATCH, "", lambda letter: [paragraphs(letter.watch)]),
    "back": Part(letters.BACK, "", lambda letter: [paragraphs(letter.back)]),
    "plan": Part("Plan", "18776-5", lambda letter: [paragraphs(letter.plan)]),
}
