"""What lies behind the readings: episodes, visits on hold, steroid courses, each named above its days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from notes.charts.frame import Frame, margin
from notes.charts.pen import Look, group, rect, shortened, words
from notes.charts.told import Band, by_days, said_band

MOST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Named:
    """A band with its edges, its name as drawn, the middle of that, and its row (None: under the pointer only)."""

    band: Band
    label: str
    x1: float
    x2: float
    at: float
    row: int | None


def near(bands: Sequence[Band], first: date, last: date) -> list[Band]:
    """Of these bands what lies near the readings, in order: an episode of years ago is no ground for them."""
    around = margin(first, last)
    return sorted((b for b in bands if first - around <= b.last and b.first <= last + around), key=by_days)


def span_with(bands: Sequence[Band], first: date, last: date) -> tuple[date, date]:
    """The days drawn: all readings, and of the bands near them what lies within the margin."""
    around = margin(first, last)
    starts = [max(b.first, first - around) for b in near(bands, first, last)]
    ends = [min(b.last, last + around) for b in near(bands, first, last)]
    return min([first, *starts]), max([last, *ends])


def named(bands: Sequence[Band], frame: Frame) -> list[Named]:
    """Each band that reaches into the frame, its name in the first row above the plot where it stands free."""
    look, ends, placed = frame.look, [], []
    shown = [band for band in sorted(bands, key=by_days) if band.last >= frame.first and band.first <= frame.last]
    room = int((frame.right - frame.left) / min(len(shown) or 1, 2) / look.wide("n"))  # letters a name may have
    for band in shown:
        x1, x2 = frame.x(max(band.first, frame.first), 0), frame.x(min(band.last, frame.last), 1)
        label = shortened(band.label, room)
        half = look.wide(label) / 2
        at = min(max((x1 + x2) / 2, frame.left + half), frame.right - half)
        row = next((i for i, end in enumerate(ends) if at - half > end + look.text), len(ends))
        if row >= MOST_ROWS or not label:
            placed.append(Named(band, label, x1, x2, at, None))
            continue
        ends[row:row + 1] = [at + half]
        placed.append(Named(band, label, x1, x2, at, row))
    return placed


def rows_of(placed: Sequence[Named]) -> int:
    """How many rows of names stand above the plot."""
    return max((one.row + 1 for one in placed if one.row is not None), default=0)


def drawn(placed: Sequence[Named], frame: Frame) -> Iterator[str]:
    """Episodes as tinted days, holds darker within a broken edge, steroids as a bar along the foot of theirs."""
    caution, tall = frame.look.caution, frame.bottom - frame.top
    for one in sorted(placed, key=lambda one: one.band.kind):  # an episode lies under the hold it brings
        name, wide = said_band(one.band), one.x2 - one.x1
        if one.band.kind == "steroids":
            bar = 0.35 * frame.look.text
            yield group([rect(one.x1, frame.bottom - bar, wide, bar, name)], fill=caution, fill_opacity=0.6)
        elif one.band.kind == "hold":
            yield group([rect(one.x1, frame.top, wide, tall, name)], fill=caution, fill_opacity=0.1,
                        stroke=caution, stroke_opacity=0.5, stroke_width=0.8, stroke_dasharray="3 3")
        else:
            yield group([rect(one.x1, frame.top, wide, tall, name)], fill=caution, fill_opacity=0.13)
    rows = [words(one.at, frame.top - (0.45 + 1.2 * one.row) * frame.look.text, one.label, "middle")
            for one in placed if one.row is not None]
    yield group(rows, fill=caution)


def height_of_names(look: Look, rows: int) -> float:
    """What stands above the plot: half a line, and the names of the bands, for which the picture grows."""
    return (0.6 + 1.2 * rows + 0.3 * bool(rows)) * look.text
