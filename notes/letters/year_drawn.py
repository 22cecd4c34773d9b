"""A client's year as one SVG of our own for a typeset letter; the layout is that of `sessions/year.py`."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from notes.charts import EM, FACE
from sessions.year_band import CURVE, TICK, WIDTH, Curve, Stretch, Tick, Year

_WIDE, _TEXT = 560.0, 10.5  # the picture and its letters, in its own units
_BAND, _FLOOR = 44.0, 40.0  # the band of visits, and the line they stand on
_STRIP = 48.0  # one curve with its name above


def year_picture(year: Year, *, ink: str, accent: str, caution: str) -> str:
    """The year as SVG with presentation attributes only: visits, what lay behind them, curves, months, a legend."""
    drawn = _Drawn(year, ink, accent, caution)
    legend = drawn.legend()
    tall = _BAND + _STRIP * len(year.curves) + (1.3 + 1.6 * len(legend)) * _TEXT
    parts = [*map(drawn.stretch, year.stretches), drawn.floor(_FLOOR), *map(drawn.visit, year.ticks)]
    for place, curve in enumerate(year.curves):
        parts += drawn.curve(curve, _BAND + _STRIP * place)
    below = _BAND + _STRIP * len(year.curves) + _TEXT
    parts += drawn.months(below)
    for line, marks in enumerate(legend):
        parts += drawn.keys(marks, below + (1.7 + 1.6 * line) * _TEXT)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE:g} {tall:g}" width="{_WIDE:g}" '
            f'height="{tall:g}" role="img" font-family="{FACE}" font-size="{_TEXT}" fill="{ink}">'
            f"<title>{escape(year.said)}</title>{''.join(parts)}</svg>")


class _Drawn:
    """The paper: every mark as SVG."""

    def __init__(self, year: Year, ink: str, accent: str, caution: str) -> None:
        self.year, self.ink, self.accent, self.caution = year, ink, accent, caution

    def floor(self, y: float) -> str:
        return f'<line x1="0" x2="{_WIDE:g}" y1="{y:g}" y2="{y:g}" stroke="{self.ink}" stroke-opacity="0.4"/>'

    def stretch(self, stretch: Stretch) -> str:
        """An episode as a pale ground, a hold as a darker one with a broken edge, steroids as a bar on top."""
        if stretch.look == "steroids":
            return _rect(_at(stretch.x), 0, max(_at(stretch.width), 2), 4, f'fill="{self.caution}"')
        return _rect(_at(stretch.x), 7, _at(stretch.width), _FLOOR - 7, self._ground(stretch.look))

    def _ground(self, look: str) -> str:
        if look == "hold":
            edge = 'stroke-width="0.8" stroke-dasharray="3 2"'
            return f'fill="{self.caution}" fill-opacity="0.2" stroke="{self.caution}" {edge}'
        return f'fill="{self.caution}" fill-opacity="0.1" stroke="{self.caution}" stroke-width="0.5"'

    def visit(self, tick: Tick) -> str:
        is_gone = tick.look == "gone"
        return self._mark(tick.look, _at(tick.x), _FLOOR - (6 if is_gone else 24), 6 if is_gone else 24)

    def _mark(self, look: str, x: float, y: float, tall: float) -> str:
        wide = _at(TICK)
        looks = {
            "was": f'fill="{self.accent}"', "gone": f'fill="{self.ink}" fill-opacity="0.45"',
            "held": f'fill="white" stroke="{self.caution}" stroke-width="0.8" stroke-dasharray="2 1.4"',
        }
        return _rect(x, y, wide, tall, looks.get(look, f'fill="white" stroke="{self.accent}" stroke-width="0.8"'))

    def curve(self, curve: Curve, top: float) -> Iterator[str]:
        yield _words(0, top + 1.1 * _TEXT, f"{curve.name}, {curve.scale}")
        for stretch in self.year.stretches:
            if stretch.look == "episode":
                yield _rect(_at(stretch.x), top + 1.4 * _TEXT, _at(stretch.width), _STRIP - 1.4 * _TEXT,
                            f'fill="{self.caution}" fill-opacity="0.1"')
        share = (_STRIP - 1.4 * _TEXT) / CURVE
        for run in curve.runs:
            dots = [(_at(x), top + 1.4 * _TEXT + y * share) for x, y in run]
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
            yield (f'<polyline points="{points}" fill="none" stroke="{self.accent}" stroke-width="1" '
                   'stroke-opacity="0.5"/>')
            for x, y in dots:
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{self.accent}"/>'
        yield self.floor(top + _STRIP)

    def months(self, y: float) -> Iterator[str]:
        for month in self.year.months:
            yield _words(_at(month.x), y, month.name)

    def legend(self) -> list[list[tuple[float, str, str]]]:
        """Every kind of mark with where it stands and its words, in as many lines as they need."""
        lines: list[list[tuple[float, str, str]]] = []
        x = _WIDE
        for look, words in self.year.looks:
            wide = 13 + len(words) * _TEXT * EM + 10
            if x + wide > _WIDE:
                lines.append([])
                x = 0.0
            lines[-1].append((x, look, words))
            x += wide
        return lines

    def keys(self, marks: list[tuple[float, str, str]], y: float) -> Iterator[str]:
        """One line of the legend."""
        mid = y - 0.36 * _TEXT
        for x, look, words in marks:
            if look == "steroids":
                yield _rect(x, mid - 2, 9, 4, f'fill="{self.caution}"')
            elif look in ("episode", "hold"):
                yield _rect(x, mid - 4, 9, 8, self._ground(look))
            else:
                yield self._mark(look, x + 3, mid - (2 if look == "gone" else 4), 4 if look == "gone" else 8)
            yield _words(x + 13, y, words)


def _at(x: float) -> float:
    return x * _WIDE / WIDTH


def _rect(x: float, y: float, wide: float, tall: float, look: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" {look}/>'


def _words(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'
