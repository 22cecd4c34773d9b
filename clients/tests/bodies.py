"""Bodies and plans in few words, for the tests of the safety check."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from clients.conditions import CONDITIONS
from clients.contraindications import (
    Body,
    Check,
    KnownClearance,
    KnownCondition,
    KnownEpisode,
    KnownFinding,
    ProposedTreatment,
    cautions_for,
)

TODAY = date(2026, 11, 16)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
LEFT_FOOT = (("foot", "left"),)


Known = str | KnownCondition | KnownFinding | KnownEpisode | KnownClearance


def body(*known: Known, allergies: tuple[str, ...] = ()) -> Body:
    """A body of what is known; a text is the code of a condition or a finding."""
    items = [(KnownCondition if item in CONDITIONS else KnownFinding)(item) if isinstance(item, str) else item
             for item in known]
    return Body(
        tuple(item for item in items if isinstance(item, KnownCondition)),
        tuple(item for item in items if isinstance(item, KnownFinding)),
        tuple(item for item in items if isinstance(item, KnownEpisode)),
        tuple(item for item in items if isinstance(item, KnownClearance)),
        allergies,
    )


def at(finding: str, *regions: tuple[str, str], **more: Any) -> KnownFinding:
    return KnownFinding(finding, regions, **more)


def plan(technique: str, region: str, side: str, pressure: int | None = None,
         **more: Any) -> ProposedTreatment:
    return ProposedTreatment(technique, region, side, pressure, **more)


def check(known: Body, *treatments: ProposedTreatment, minutes: int | None = None, on: date = TODAY) -> Check:
    return cautions_for(known, treatments, on=on, minutes=minutes)


def speaking(answer: Check) -> set[str]:
    """The rules that weigh more than info."""
    return {reason.rule for reason in answer.reasons if reason.level != "info"}


def told(answer: Check) -> set[str]:
    """The rules that speak at all."""
    return {reason.rule for reason in answer.reasons}


def assert_nothing_refused(answer: Check) -> None:
    assert answer.verdict == "ok", [reason.text for reason in answer.reasons if reason.level != "info"]
    assert not answer.needs_reason
