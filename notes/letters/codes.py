"""Codes of what a letter says: the same facts as its words, frozen with them, for a doctor's own system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class ConditionCodes:
    """A condition of the letter: its name, the codes of the day, since which year ("" where nobody said), and by whom
    it was diagnosed.
    """

    name: str
    icd10: str
    snomed: str
    since: str
    diagnosed_by: str


@dataclass(frozen=True, slots=True)
class WorkCodes:
    """One row of what was done: technique and place in words and in our codes, and Walton's pressure 0-5."""

    technique: str
    technique_name: str
    region: str
    side: str
    place: str
    pressure: int | None


@dataclass(frozen=True, slots=True)
class SessionCodes:
    """One session: the id of its note, when it began (ISO 8601 with the offset of its place), what was done."""

    note: str
    starts_at: str
    work: tuple[WorkCodes, ...]


@dataclass(frozen=True, slots=True)
class SeriesCodes:
    """One measure: our code, how it comes about (a kind of `notes.measures`), its LOINC where it has one."""

    measure: str
    kind: str
    loinc: str


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of a whole letter; conditions, sessions and series stand in the order of the letter's own.

    `time_zone` is the practice's on the day of the letter.
    """

    time_zone: str
    born_on: date | None
    conditions: tuple[ConditionCodes, ...]
    sessions: tuple[SessionCodes, ...]
    series: tuple[SeriesCodes, ...]


def codes_from_data(data: Mapping[str, Any] | None) -> Codes | None:
    """The codes that `letters.as_data` wrote down; None for a letter of the time before they were kept."""
    if not data:
        return None
    return Codes(
        data["time_zone"], date.fromisoformat(data["born_on"]) if data["born_on"] else None,
        tuple(ConditionCodes(**row) for row in data["conditions"]),
        tuple(SessionCodes(row["note"], row["starts_at"], tuple(WorkCodes(**work) for work in row["work"]))
              for row in data["sessions"]),
        tuple(SeriesCodes(**row) for row in data["series"]))
