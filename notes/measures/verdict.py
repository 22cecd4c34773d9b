"""What a course of readings allows to be said: never that something changed where it may be measurement error.

One pure function over a measure and its readings, for the readings panel, the summary and the API.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from notes.measures.measure import Change, Measure

Word = Literal[
    "nothing", "unchanged", "within-error", "below-meaning", "not-lasting", "no-yardstick", "beyond-error", "better",
    "worse"]
_EVEN = 1e-9  # readings have two decimals; a share of one may not


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word and its sentence, empty where nothing can be said; `change` is last less first."""

    word: Word
    words: str
    change: float = 0.0


def verdict(measure: Measure, readings: Sequence[float]) -> Verdict:
    """Judge the last reading against the first, oldest first, all taken alike (before the session).

    Within the measurement error it is called that, whatever change is published as meaningful. Where only a meaningful
    change is known and no error, two readings are not enough: the one before the last has to go as far, the same way.
    """
    if len(readings) < 2:
        return Verdict("nothing", "")
    first, last = readings[0], readings[-1]
    change = round(last - first, 2)
    if abs(change) < _EVEN:
        return Verdict("unchanged", "The same as at first.")
    meaningful, error = _size(measure, measure.meaningful, first, change), _size(measure, measure.error, first, change)
    size = abs(change)
    plain = f"Between the first and the last day: {_said(size, measure.unit)} {'lower' if change < 0 else 'higher'}"
    if error is not None and measure.error and size <= error + _EVEN:
        return Verdict("within-error", f"{plain}, within the measurement error; {measure.error.words}.", change)
    if meaningful is None or measure.meaningful is None:
        if measure.error is None or error is None:
            return Verdict("no-yardstick", f"{plain}; no published change to hold it against.", change)
        return Verdict("beyond-error", f"{plain}, more than the measurement error; {measure.error.words}.", change)
    yardstick = measure.meaningful.words
    if size < meaningful - _EVEN:
        return Verdict("below-meaning", f"{plain}; {yardstick}.", change)
    if error is None and not _lasts(measure, readings):
        return Verdict("not-lasting", f"{plain}; {yardstick}. One reading that far does not say that it lasts.", change)
    is_worse = _is_worse(measure, change)
    turn = "for the worse" if is_worse else "for the better"
    return Verdict("worse" if is_worse else "better", f"{plain}, {turn}; {yardstick}.", change)


def _is_worse(measure: Measure, change: float) -> bool:
    return (change > 0) == (measure.better == "lower")


def _size(measure: Measure, known: Change | None, first: float, change: float) -> float | None:
    """How much that is from this first reading; None where it is not known, or a share of nothing."""
    if known is None or (known.is_share and not first):
        return None
    return known.size(first, is_worse=_is_worse(measure, change))


def _lasts(measure: Measure, readings: Sequence[float]) -> bool:
    """Whether the reading before the last, itself not the first, goes as far the same way."""
    if len(readings) < 3:
        return False
    before, last = readings[-2] - readings[0], readings[-1] - readings[0]
    needed = _size(measure, measure.meaningful, readings[0], last)
    return needed is not None and before * last > 0 and abs(before) >= needed - _EVEN


def _said(size: float, unit: str) -> str:
    """“1 point”, “2.5 points”, “12 metres”."""
    number = f"{size:.2f}".rstrip("0").rstrip(".")
    counted = unit if unit in _UNITS else "points"
    return f"{number} {counted[:-1] if number == '1' else counted}"


_UNITS = ("days", "seconds", "metres", "degrees")
