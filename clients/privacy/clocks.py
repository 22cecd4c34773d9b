"""Whose clock runs, and how long: facts as data, each with its source; where none was read, our proposal (P)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from practice.models import Practice


@dataclass(frozen=True, slots=True)
class Span:
    """So many days or calendar months; a month ends on the same day of the next, or its last."""

    days: int = 0
    months: int = 0

    def after(self, day: date) -> date:
        """The day this long after that one."""
        month = day.month - 1 + self.months
        year, month = day.year + month // 12, month % 12 + 1
        return date(year, month, min(day.day, monthrange(year, month)[1])) + timedelta(days=self.days)

    @property
    def said(self) -> str:
        """“30 days”, “1 month”."""
        count, one = (self.months, "month") if self.months else (self.days, "day")
        return f"{count} {one}{'' if count == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Clock:
    """How long there is to answer, by how much that may be extended once, and where it says so."""

    answer: Span
    extension: Span
    source: str


@dataclass(frozen=True, slots=True)
class Law:
    """What a practice's law says of requests and of breaches.

    `authority`: within which time the authority hears of a breach; None where no hour is named. From `many` people on
    the authority hears when the people do, below it by 60 days after the end of the year.
    """

    code: str
    name: str
    access: Clock
    amendment: Clock
    authority_hours: int | None
    people_days: int | None
    many: int | None
    breach_source: str


LAWS: dict[str, Law] = {law.code: law for law in (
    Law("hipaa", "US: HIPAA, where you are a covered entity",
        Clock(Span(days=30), Span(days=30), "45 CFR 164.524(b)(2)"),
        Clock(Span(days=60), Span(days=30), "45 CFR 164.526(b)(2)"),
        None, 60, 500, "45 CFR 164.404(b), 164.406, 164.408"),
    Law("gdpr", "EU, EEA and UK: GDPR",
        Clock(Span(months=1), Span(months=2), "GDPR Art. 12(3), 15"),
        Clock(Span(months=1), Span(months=2), "GDPR Art. 12(3), 16"),
        72, None, None, "GDPR Art. 33(1), 34(1)"),
    Law("other", "Another law",
        Clock(Span(days=30), Span(days=30), "(P) our proposal: write the day your law says"),
        Clock(Span(days=30), Span(days=30), "(P) our proposal: write the day your law says"),
        72, 30, None, "(P) our proposal: look up what your law says"),
)}
_GDPR = frozenset((
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
    "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO", "GB"))


def law_of(practice: Practice) -> Law:
    """The law of the practice's country, as far as we know one."""
    return LAWS["hipaa" if practice.country == "US" else "gdpr" if practice.country in _GDPR else "other"]


def clock_of(law: str, kind: str) -> Clock:
    """How long there is for a request of this kind."""
    return LAWS[law].access if kind == "access" else LAWS[law].amendment


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is to be told of a breach, by when (None: without undue delay), and why."""

    who: str  # a kind of step
    words: str
    until: datetime | None
    source: str


def duties_of(law: str, found_out_at: datetime, people: int, risk: str) -> list[Duty]:
    """Who is to be told of a breach under this law, and by when. A breach that harms nobody is written down alone."""
    by, source = LAWS[law], LAWS[law].breach_source
    if law == "hipaa":
        if risk == "low":
            return []
        until = found_out_at + timedelta(days=60)
        if people >= (by.many or 0):
            return [Duty("people", "Tell the people concerned", until, source),
                    Duty("authority", "Tell the Department of Health and Human Services", until, source),
                    Duty("media", "Tell the media, where more than 500 live in one state", until, source)]
        year = found_out_at.replace(year=found_out_at.year + 1, month=1, day=1, hour=0, minute=0, second=0,
                                    microsecond=0)
        return [Duty("people", "Tell the people concerned", until, source),
                Duty("authority", "Report it to the Department of Health and Human Services with the year’s others",
                     year + timedelta(days=60), source)]
    found = []
    if risk != "low" and by.authority_hours:
        until = found_out_at + timedelta(hours=by.authority_hours)
        found.append(Duty("authority", "Tell the authority", until, source))
    if risk == "high" or (law == "other" and risk != "low"):
        until_people = found_out_at + timedelta(days=by.people_days) if by.people_days else None
        found.append(Duty("people", "Tell the people concerned, without undue delay", until_people, source))
    return found
