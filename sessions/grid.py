"""The diary as a grid of quarter hours: where each visit and each open stretch stands in its column. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

QUARTER = 15
DAY_ROWS = 96
MOST_SPAN = 32  # rows one piece may span (`h-32`), eight hours
LEAST_OPEN = 30  # minutes: less is too small to press


@dataclass(frozen=True, slots=True)
class Piece:
    """Something with a place in a column: `kind` is visit, open or off; minutes of the day, 0 to 1440."""

    kind: str
    begins: int
    ends: int
    words: str = ""
    visit: Any = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece with the row it starts in (quarter hours since the first hour shown) and the rows it spans."""

    piece: Piece
    row: int
    span: int

    @property
    def time(self) -> str:
        return time_words(self.piece.begins)


def time_words(minute: int) -> str:
    """A minute of the day as "10:30"."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def hours_shown(pieces: Iterable[Piece], *, least: tuple[int, int] = (9, 17)) -> tuple[int, int]:
    """The first and last full hour that hold every piece; `least` where there is nothing."""
    found = list(pieces)
    if not found:
        return least
    return min(p.begins for p in found) // 60, min(24, -(-max(p.ends for p in found) // 60))


def place(pieces: Iterable[Piece], first_hour: int) -> list[Placed]:
    """Put pieces into rows in order of time: none covers another, each has at least one row."""
    placed: list[Placed] = []
    free = 0
    for piece in sorted(pieces, key=lambda p: (p.begins, p.ends)):
        row = max((piece.begins - first_hour * 60) // QUARTER, free)
        end = max(-(-(piece.ends - first_hour * 60) // QUARTER), row + 1)
        free = end
        if row < DAY_ROWS:
            placed.append(Placed(piece, row, min(MOST_SPAN, end - row)))
    return placed


def hour_rows(first: int, last: int) -> list[tuple[int, str]]:
    """The gutter: the row of each full hour shown, and its words."""
    return [((hour - first) * 4, time_words(hour * 60)) for hour in range(first, last)]


def open_pieces(begins: int, ends: int) -> list[Piece]:
    """Open time in pieces of half an hour to an hour, cut at full and half hours; none below half an hour."""
    pieces = []
    while ends - begins >= LEAST_OPEN:
        cut = (begins + LEAST_OPEN + 29) // 30 * 30
        if ends - cut < LEAST_OPEN:
            cut = ends
        pieces.append(Piece("open", begins, cut))
        begins = cut
    return pieces


def off_pieces(windows: Sequence[tuple[int, int]], hours: tuple[int, int], away: Sequence[tuple[int, int]] = (), *,
               closed: str = "") -> list[Piece]:
    """The breaks between the hours and where somebody is away; a closed day as a whole, one word on a free one.

    Why somebody is away is nobody else's business; what the practice is closed for is.
    """
    if closed:
        return [Piece("off", hours[0] * 60, hours[1] * 60, f"Closed: {closed}")]
    gone = [Piece("off", begins, ends, "Away") for begins, ends in away]
    if not windows and not gone:
        return [Piece("off", hours[0] * 60, (hours[0] + 1) * 60, "Not working")]
    stretches = sorted([*windows, *away])
    return gone + [Piece("off", before[1], after[0], "Break")
                   for before, after in pairwise(stretches) if after[0] > before[1]]


def shades(windows: Sequence[tuple[int, int]], hours: tuple[int, int]) -> list[tuple[int, int]]:
    """Where nothing can be booked, as rows and how many each spans: what these windows leave of the hours shown."""
    first, last = hours[0] * 4, hours[1] * 4
    edges = [first, *(edge for a, b in sorted(windows) for edge in (a // QUARTER, -(-b // QUARTER))), last]
    return [(row - first, min(MOST_SPAN, until - row)) for begin, until in zip(edges[::2], edges[1::2], strict=True)
            for row in range(begin, until, MOST_SPAN)]


def now_row(minute: int, first_hour: int, last_hour: int) -> tuple[int, int] | None:
    """Where "now" stands: its row, and which third of that quarter hour; None outside the hours shown."""
    if not first_hour * 60 <= minute < last_hour * 60:
        return None
    row, rest = divmod(minute - first_hour * 60, QUARTER)
    return row, rest // 5
