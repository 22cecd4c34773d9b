"""What was done, under the days: how firm the firmest work of each visit was, and the techniques used most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from notes.charts.frame import Frame
from notes.charts.pen import Look, group, rect, words
from notes.charts.told import Firmness, Used, said_stretch, used_most

MOST_ROWS = 3  # techniques; the table beside the charts names the others too
_FIRMLY, _ROW, _BAND = 1.5, 1.6, 1.4  # heights in lines of words: the row of bars, a technique's row, its band


@dataclass(frozen=True, slots=True)
class Done:
    """What stands between the plot and the days along its foot."""

    firmness: Sequence[Firmness]
    used: Sequence[Used]

    @property
    def rows(self) -> Sequence[Used]:
        return used_most(self.used)[:MOST_ROWS]

    def within(self, first: date, last: date) -> Done:
        """What of it reaches into these days."""
        used = (Used(one.name, tuple(s for s in one.stretches if s.first <= last and s.last >= first))
                for one in self.used)
        return Done([f for f in self.firmness if first <= f.on <= last], [one for one in used if one.stretches])

    def height(self, look: Look) -> float:
        """How much lower the days stand for it."""
        return _FIRMLY * bool(self.firmness) * look.text + self.further(look)

    def further(self, look: Look) -> float:
        """By how much its bands make the picture taller; the plot gives way for the bars alone."""
        return _ROW * len(self.rows) * look.text

    def drawn(self, frame: Frame, radius: float) -> Iterator[str]:
        """`radius` is that of the readings' marks, which bars and marks of single visits stay in keeping with."""
        yield from self._firmly(frame, radius)
        top = frame.bottom + _FIRMLY * bool(self.firmness) * frame.look.text
        for number, used in enumerate(self.rows):
            yield from _row(used, frame, top + (number * _ROW + _ROW - _BAND) * frame.look.text, radius)

    def _firmly(self, frame: Frame, radius: float) -> Iterator[str]:
        """The firmest work of each visit as one thin bar, as high as it was firm; a resting hold is a dot."""
        text, foot = frame.look.text, frame.bottom + 1.45 * frame.look.text
        wide = min(max(1.1 * radius, 1), 0.3 * text)
        bars = []
        for one in self.firmness:
            tall = max(one.pressure / 5 * 1.1 * text, 1.5)
            bars.append(rect(frame.x(one.on) - wide / 2, foot - tall, wide, tall))
        yield group(bars, fill=frame.look.ink, fill_opacity=0.5)
        if self.firmness:
            yield words(frame.right + 0.3 * text, frame.bottom + 1.4 * text, f"pressure {self.firmness[-1].pressure}")


def _row(used: Used, frame: Frame, top: float, radius: float) -> Iterator[str]:
    """One technique: a tinted band on a firm line wherever it was used visit after visit, its name over it."""
    look, tall = frame.look, _BAND * frame.look.text
    least = max(1.1 * radius, 2)
    grounds, lines = [], []
    for one in used.stretches:
        x1, x2 = frame.x(one.first), frame.x(one.last)
        x1, wide = x1 - least / 2, x2 - x1 + least
        grounds.append(rect(x1, top, wide, tall, said_stretch(used.name, one)))
        lines.append(rect(x1, top + tall - 2, wide, 2))
    yield group(grounds, fill=look.accent, fill_opacity=0.16)
    yield group(lines, fill=look.accent)
    yield words(frame.left + 0.3 * look.text, top + 0.72 * tall, used.name)
