"""One measured figure beside its floor, its limit and its goal; timing; the table."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Figure:
    """A line of the table. `floor` and `limit` are in the same unit, measured in the same run; `better` is "lower" or
    "higher". A goal is a bound on the value, on value/floor (`goal_floor`), on value/limit or value/`base`."""

    id: str
    what: str
    database: str
    value: float | None = None
    unit: str = "ms"
    better: str = "lower"
    floor: float | None = None
    limit: float | None = None
    queries: int | None = None
    goals: dict[str, float] = field(default_factory=dict)  # of "value", "floor", "limit": the bound
    note: str = ""

    def ratio(self, to: str) -> float | None:
        other = {"floor": self.floor, "limit": self.limit}[to]
        return self.value / other if self.value is not None and other else None

    def measured(self, goal: str) -> float | None:
        return self.value if goal == "value" else self.ratio(goal)

    @property
    def met(self) -> bool | None:
        """Whether every goal is reached; None where nothing was measured or asked."""
        pairs = [(self.measured(goal), bound) for goal, bound in self.goals.items()]
        if not pairs or any(value is None for value, _ in pairs):
            return None
        return all(
            value <= bound if self.better == "lower" else value >= bound for value, bound in pairs if value is not None
        )

    def said_goals(self) -> str:
        sign = "≤" if self.better == "lower" else "≥"
        names = {"value": f" {self.unit}", "floor": "× floor", "limit": "× limit"}
        return ", ".join(f"{sign} {bound:g}{names[goal]}" for goal, bound in self.goals.items())

    def data(self) -> dict[str, Any]:
        return self.__dict__ | {
            "ratio_to_floor": self.ratio("floor"),
            "ratio_to_limit": self.ratio("limit"),
            "met": self.met,
        }


def milliseconds(
    work: Callable[[], Any], *, seconds: float = 1.5, least: int = 5, most: int = 200, warm: int = 2
) -> float:
    """The median time of one call in milliseconds, after warming up, over so many seconds of calls."""
    for _ in range(warm):
        work()
    took: list[float] = []
    gc.collect()
    until = time.perf_counter() + seconds
    while len(took) < least or (time.perf_counter() < until and len(took) < most):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def together(*works: Callable[[], Any], seconds: float = 1.5) -> list[float]:
    """The medians of several works measured in turns, so that a busy moment of the machine meets all alike."""
    parts: list[list[float]] = [[] for _ in works]
    for _ in range(3):
        for row, work in zip(parts, works, strict=True):
            row.append(milliseconds(work, seconds=seconds / 3, least=3))
    return [statistics.median(row) for row in parts]


def queries_of(work: Callable[[], Any]) -> int:
    """How many statements a call sends to the database, transaction commands left out."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        work()
    return sum(
        1
        for q in seen.captured_queries
        if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK"))
    )


HEAD = ("", "work", "database", "figure", "floor", "× floor", "limit", "× limit", "queries", "goal", "met")


def table(figures: Iterable[Figure]) -> str:
    """All figures as one Markdown table."""
    rows = [HEAD, *(_row(f) for f in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _row(f: Figure) -> tuple[str, ...]:
    if f.value is None:
        return f.id, f.what, f.database, f"not measured: {f.note}", "", "", "", "", "", f.said_goals(), ""
    met = {True: "yes", False: "NO", None: ""}[f.met]
    figure = f"{short(f.value)} {f.unit}" + (f" ({f.note})" if f.note else "")
    return (
        f.id,
        f.what,
        f.database,
        figure,
        short(f.floor),
        short(f.ratio("floor")),
        short(f.limit),
        short(f.ratio("limit")),
        "" if f.queries is None else str(f.queries),
        f.said_goals(),
        met,
    )


def short(value: float | None) -> str:
    """Three figures are enough: 3.82, 17.4, 1,234."""
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
