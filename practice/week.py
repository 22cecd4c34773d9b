"""Weekly hours in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from practice import clock
from practice.models import WorkingHours
from practice.stretches import Validity


def week_of(hours: Iterable[WorkingHours]) -> list[tuple[str, str]]:
    """A week in words: the same hours on days in a row stand in one line, ("Mon to Fri", "09:00 to 17:00")."""
    days: dict[int, list[str]] = {}
    for stretch in sorted(hours, key=lambda h: (h.weekday, h.opens)):
        days.setdefault(stretch.weekday, []).append(
            f"{clock.said_time(stretch.opens)} to {clock.said_time(stretch.closes)}")
    lines: list[tuple[int, int, str]] = []
    for day, stretches in days.items():
        said = ", ".join(stretches)
        if lines and lines[-1][1] == day - 1 and lines[-1][2] == said:
            lines[-1] = (lines[-1][0], day, said)
        else:
            lines.append((day, day, said))
    names = clock.WEEKDAYS
    return [(names[a] if a == b else f"{names[a]} to {names[b]}", said) for a, b, said in lines]


def said_period(validity: Validity, today: date) -> str:
    """When a week holds: "Now", "Now, until Sun 29 Nov", "From Mon 30 Nov until Sun 13 Dec"."""
    until = f"until {clock.said_date(validity.until, today=today)}" if validity.until else ""
    if validity.since is None or validity.since <= today:
        return f"Now, {until}" if until else "Now"
    since = f"From {clock.said_date(validity.since, today=today)}"
    return f"{since} {until}".strip()
