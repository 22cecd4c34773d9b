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
    stretch: tuple[int, int] | None = None  # the open time this piece is the first of
    below: int = 0  # minutes left free below a visit for what hangs on it


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece with the row it starts in (quarter hours since the first hour shown) and the rows it spans.

    `below` of these rows are not its own time: what hangs on a visit stands there. `is_late`: the first row is not its
    own time either, it only makes what is a quarter long high enough to press.
    """

    piece: Piece
    row: int
    span: int
    below: int = 0
    is_late: bool = False

    @property
    def own(self) -> int:
        """The rows of its own time."""
        return self.span - self.below - self.is_late

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
        below = piece.below // QUARTER
        is_late = piece.kind == "open" and end - row == 1 and row > free
        free = end + below
        if row < DAY_ROWS:
            placed.append(Placed(piece, row - is_late, min(MOST_SPAN, free - row + is_late), below, is_late))
    return placed


def is_fine(placed: Iterable[Placed]) -> bool:
    """Whether a visit is a quarter of an hour long: then all hours are drawn larger, so that it can be pressed."""
    return any(p.piece.kind == "visit" and p.own == 1 for p in placed)


def is_tight(placed: Iterable[Placed]) -> bool:
    """Whether open time of a quarter of an hour has nothing free above it: fingers need larger hours then."""
    return any(p.piece.kind == "open" and p.span == 1 for p in placed)


def hour_rows(first: int, last: int) -> list[tuple[int, str]]:
    """The gutter: the row of each full hour shown, and its words."""
    return [((hour - first) * 4, time_words(hour * 60)) for hour in range(first, last)]


def open_pieces(begins: int, ends: int) -> list[Piece]:
    """Open time in pieces of half an hour, on full and half hours; none where less than half an hour is open.

    What begins between them comes first and is shorter; the last may be longer.
    """
    if ends - begins < LEAST_OPEN:
        return []
    marks = list(range(-(-begins // LEAST_OPEN) * LEAST_OPEN, ends - LEAST_OPEN + 1, LEAST_OPEN))
    if not marks or -(-begins // QUARTER) * QUARTER < marks[0]:
        marks.insert(0, begins)
    return [Piece("open", since, until, stretch=(begins, ends) if since == marks[0] else None)
            for since, until in pairwise([*marks, ends])]


def off_pieces(windows: Sequence[tuple[int, int]], hours: tuple[int, int],
               away: Sequence[tuple[int, int]] = ()) -> list[Piece]:
    """The breaks between the hours and where somebody is away; a day without hours as a whole, in one word.

    Why somebody is away is nobody else's business.
    """
    if not windows:
        words, begins = ("Away", min(a for a, _ in away)) if away else ("Not working", hours[0] * 60)
        return [Piece("off", begins, max([begins + 60, *(b for _, b in away)]), words)]
    gone = [Piece("off", begins, ends, "Away") for begins, ends in away]
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
