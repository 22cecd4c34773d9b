"""How it went, answer by answer, as a picture of four levels: laid out on a line of days, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clients.episodes import today_in
from clients.models import Episode
from practice import clock
from sessions.check_ins import asked_now, how_it_is
from sessions.models import CheckIn

WIDTH, HEIGHT, EDGE = 1000.0, 120.0, 24.0  # units of the drawing; a level takes a quarter of the height
LEVELS = tuple(reversed(CheckIn.Answer.choices))  # from the top: back to usual, better, the same, worse
LEAST_DAYS = 14


@dataclass(frozen=True, slots=True)
class Mark:
    """One answer, or a question without one: where it stands and what it says."""

    x: float
    y: float
    look: str  # an answer, or "none"
    said: str


@dataclass(frozen=True, slots=True)
class Course:
    """The whole picture, and the same in one sentence."""

    marks: tuple[Mark, ...]
    lines: tuple[float, ...]
    levels: tuple[str, ...]
    first: date
    last: date
    path: str
    said: str


def course_of(rows: Sequence[CheckIn], began: date, today: date) -> Course | None:
    """Lay out the check-ins of one episode, in the order of their days; None while there are none."""
    if not rows:
        return None
    first = min(began, rows[0].asked_for)
    days = max(LEAST_DAYS, (max(today, rows[-1].asked_for) - first).days)
    codes = [code for code, _ in LEVELS]
    height = HEIGHT / len(LEVELS)

    def mark(row: CheckIn) -> Mark:
        x = round(EDGE + (row.asked_for - first).days * (WIDTH - 2 * EDGE) / days, 1)
        y = (codes.index(row.answer) + 0.5) * height if row.answer else HEIGHT - 4
        words = row.get_answer_display().lower() if row.answer else "no answer"
        return Mark(x, y, row.answer or "none", f"{clock.said_date(row.asked_for)}: {words}")

    marks = tuple(map(mark, rows))
    told = [m for m in marks if m.look != "none"]
    path = "M" + " L".join(f"{m.x} {m.y}" for m in told) if len(told) > 1 else ""
    return Course(marks, tuple((n + 0.5) * height for n in range(len(LEVELS))), tuple(str(w) for _, w in LEVELS),
                  first, first + timedelta(days=days), path, "; ".join(m.said for m in marks) + ".")


def asked_in(episode: Episode) -> dict[str, Any]:
    """What the episode's page tells of its check-ins: the picture, each answer, and what the last ones propose."""
    rows, today = list(episode.check_ins.all()), today_in(episode.client)
    return {"check_ins": rows[::-1], "course": course_of(rows, episode.confirmed_on or episode.onset_on, today),
            "how": how_it_is(episode.client, rows, today), "is_asked": asked_now(episode.client) == episode}
