"""The letter a doctor receives: one frozen tree that page, PDF and FHIR read, and the words they share."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from notes import charts
from notes.charts import Band, Reading, Stretch, Used, said_day
from notes.letters.asked import Ask, ask_from_data
from notes.letters.codes import Codes, codes_from_data
from notes.letters.sensation import Sensation, sensation_from_data
from sessions.year_band import Year, year_from_data

PAPERS = ("a4", "us-letter")

SESSIONS_IN_FULL = 8  # of a longer course the latest eight are told one by one, the earlier ones in a line
NOTHING_ASKED = "Nothing is asked. This letter is for your information."
LIMITS = "What limits the work now"
DECISIONS = "Work against the check, and why"
YEAR = "The year in one picture"
ENDING, OUTCOME = "Why it ends", "Against the first readings"
WATCH, BACK = "What to watch for", "How to come back"
STANDING = (
    "Written from signed session notes. It says what was reported and observed in the sessions; it is not a diagnosis."
)

ASKED_STANDING = "It says what was reported and observed, and what a published check says of it; it is not a diagnosis."


@dataclass(frozen=True, slots=True)
class Practice:
    """The letterhead: who writes, and how to answer."""

    name: str
    address: tuple[str, ...]
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in the letter; `detail` is what tells them apart: "born 14 Mar 1970", a field, a credential."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Session:
    """One session as the doctor reads it: what was done where and how firmly; `pressure` is its range ("1-3")."""

    on: date
    minutes: int
    work: str
    pressure: str


@dataclass(frozen=True, slots=True)
class Series:
    """One measure over the period; `meaningful_change` is a sentence with its source or "", `change` its size.

    `is_asked`: each reading answers a question asked at the visit, and is neither before nor after the session.
    """

    measure: str
    unit: str
    better: str  # "lower" or "higher"
    readings: tuple[Reading, ...]
    meaningful_change: str
    low: float = 0
    high: float = 10
    change: float | None = None
    is_asked: bool = False
    verdict: str = ""  # what may be said of first and last, in a sentence


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a doctor's summary says; strings are plain text, their lines apart by newlines."""

    practice: Practice
    doctor: Person
    doctor_address: tuple[str, ...]
    client: Person
    therapist: Person
    written_on: date
    period_from: date
    period_to: date
    title: str
    reason: str
    course: str
    conditions: tuple[str, ...]
    limits: tuple[str, ...]
    sessions: tuple[Session, ...]
    series: tuple[Series, ...]
    reactions: str
    questions: str
    plan: str
    bands: tuple[Band, ...]
    paper: str  # one of PAPERS
    decisions: tuple[str, ...] = ()  # what was done against the check, with its reason and who decided
    year: Year | None = None
    cosigned: str = ""  # whose notes were co-signed by whom, and how many are not yet
    codes: Codes | None = None  # of the same facts; None in letters of the time before they were kept
    asks: tuple[Ask, ...] = ()  # what the doctor is asked to allow
    is_request: bool = False  # a clearance request, with boxes to tick
    felt: Sensation | None = None
    used: tuple[Used, ...] = ()  # the techniques used most, under the days of the first picture of readings
    ending: str = ""  # a discharge letter: why it ends, what came of it, what to watch for, how to come back
    outcome: str = ""
    watch: str = ""
    back: str = ""


def as_data(letter: Letter) -> dict[str, Any]:
    """The letter as JSON can hold it, keys in a fixed order; `letter_from_data` gives back exactly the same letter."""
    data: dict[str, Any] = json.loads(json.dumps(asdict(letter), default=date.isoformat))
    return data


def letter_from_data(data: Mapping[str, Any]) -> Letter:
    """The letter that `as_data` wrote down; refuses data of another shape with ValueError."""
    try:
        if data["paper"] not in PAPERS:
            raise ValueError(f"paper {data['paper']!r} is neither a4 nor us-letter")
        return Letter(
            **{
                **data,
                "practice": Practice(**_tupled(data["practice"])),
                "doctor": Person(**data["doctor"]),
                "client": Person(**data["client"]),
                "therapist": Person(**data["therapist"]),
                "doctor_address": tuple(data["doctor_address"]),
                "conditions": tuple(data["conditions"]),
                "limits": tuple(data["limits"]),
                "decisions": tuple(data.get("decisions", ())),
                "year": year_from_data(data["year"]) if data.get("year") else None,
                "codes": codes_from_data(data.get("codes")),
                **{key: date.fromisoformat(data[key]) for key in ("written_on", "period_from", "period_to")},
                "sessions": tuple(Session(**_dated(row, "on")) for row in data["sessions"]),
                "series": tuple(
                    Series(**{**row, "readings": tuple(Reading(**_dated(r, "on")) for r in row["readings"])})
                    for row in data["series"]
                ),
                "felt": sensation_from_data(data.get("felt")),
                "asks": tuple(map(ask_from_data, data.get("asks", ()))),
                "bands": tuple(Band(**_dated(row, "first", "last")) for row in data["bands"]),
                "used": tuple(
                    Used(row["name"], tuple(Stretch(**_dated(one, "first", "last")) for one in row["stretches"]))
                    for row in data.get("used", ())),
            }
        )
    except (AttributeError, KeyError, TypeError, ValueError) as wrong:
        raise ValueError(f"This is not a letter as data: {wrong}") from wrong


# What the letter says in its own words. The page uses the same functions, so that both say the same.


def said_period(letter: Letter) -> str:
    """The days the letter tells of: "1 Sep to 24 Nov 2026"."""
    return _said_days(letter.period_from, letter.period_to)


def said_work(sessions: tuple[Session, ...]) -> str:
    """How much was done and how firmly: "8 sessions, 30 to 60 minutes, pressure 1-3 of 5 (Walton scale)."."""
    if not sessions:
        return ""
    words = f"{len(sessions)} session{'s' * (len(sessions) > 1)}, {_said_minutes(sessions)}"
    pressure = _said_pressure(sessions)
    return f"{words}, pressure {pressure} of 5 (Walton scale)." if pressure else f"{words}."


def said_session(session: Session) -> str:
    """What was done; where the work does not name its pressures (letters of earlier times), their range follows."""
    is_named = "pressure" in session.work or not session.pressure.strip()
    return session.work if is_named else f"{session.work}, pressure {session.pressure}"


def said_works(sessions: tuple[Session, ...], *, year: bool = False) -> tuple[str, ...]:
    """What was done in each session; one that repeats the session before says on which day the work is told."""
    said: list[str] = []
    first: Session | None = None
    for session in sessions:
        if first is not None and said_session(session) == said_session(first):
            said.append(f"as on {said_day(first.on, year=year)}")
        else:
            first = session
            said.append(said_session(session))
    return tuple(said)


def told_sessions(letter: Letter) -> tuple[tuple[Session, ...], tuple[Session, ...]]:
    """The sessions told in one line together, and the latest, told one by one; oldest first."""
    sessions = tuple(sorted(letter.sessions, key=lambda s: s.on))
    if len(sessions) <= SESSIONS_IN_FULL + 1:  # a line for a single session would spare nothing
        return (), sessions
    return sessions[:-SESSIONS_IN_FULL], sessions[-SESSIONS_IN_FULL:]


def said_earlier(sessions: tuple[Session, ...]) -> str:
    """The folded sessions in a line: how many, from when to when, how firmly, and what was done most."""
    if not sessions:
        return ""
    times: dict[str, int] = {}
    for session in sessions:
        times[session.work] = times.get(session.work, 0) + 1
    often = sorted(times, key=lambda work: -times[work])[:2]
    more = len(times) - len(often)
    works = [
        f"{work.rstrip('.')} ({times[work]} times)" if times[work] > 1 else work.rstrip(".") for work in often if work
    ]
    pressure = _said_pressure(sessions)
    head = f"{len(sessions)} earlier sessions, {_said_days(sessions[0].on, sessions[-1].on)}, {_said_minutes(sessions)}"
    head += f", pressure {pressure}" if pressure else ""
    tail = f"; and {more} other combination{'s' * (more > 1)}" if more else ""
    return f"{head}: {'; '.join(works)}{tail}." if works else f"{head}."


def asked(letter: Letter) -> str:
    """What the doctor is asked; says so where nothing is."""
    return "\n".join(filter(None, (letter.questions.strip(), *(ask.said for ask in letter.asks)))) or NOTHING_ASKED


def said_scale(series: Series) -> str:
    """What a reading counts, and which way is better: "0 to 10, lower is better"."""
    return f"{series.unit}, {series.better} is better" if series.unit else f"{series.better} is better"


def said_course(series: Series) -> str:
    """What the readings show, and what may be said of it."""
    shown = charts.readings_said(series.readings, is_asked=series.is_asked)
    return f"{shown} {series.verdict}".strip()


def scale_of(series: Series) -> charts.Scale:
    """How the measure is drawn."""
    return charts.Scale(series.measure, series.unit, series.low, series.high, series.better, series.change,
                        series.is_asked)


def standing(letter: Letter) -> str:
    """What the letter rests on."""
    return ASKED_STANDING if letter.is_request else STANDING


def _said_days(first: date, last: date) -> str:
    if first == last:
        return said_day(first, year=True)
    return f"{said_day(first, year=first.year != last.year)} to {said_day(last, year=True)}"


def _said_minutes(sessions: tuple[Session, ...]) -> str:
    least, most = min(s.minutes for s in sessions), max(s.minutes for s in sessions)
    each = " each" if len(sessions) > 1 else ""
    return f"{least} minutes{each}" if least == most else f"{least} to {most} minutes"


def _said_pressure(sessions: tuple[Session, ...]) -> str:
    """The range over all sessions, from whatever numbers their pressures hold."""
    numbers = sorted(int(n) for s in sessions for n in re.findall(r"\d+", s.pressure[:40]))
    if not numbers:
        return ""
    return f"{numbers[0]}" if numbers[0] == numbers[-1] else f"{numbers[0]}-{numbers[-1]}"


def _tupled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


def _dated(data: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {**data, **{key: date.fromisoformat(data[key]) for key in keys}}
