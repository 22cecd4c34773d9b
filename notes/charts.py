"""Readings over time as one quiet SVG of our own, and the words and rows that say the same.

The SVG carries presentation attributes only: it stands inline in a page under a strict CSP, and in a typeset letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from itertools import pairwise
from math import ceil, floor, isfinite, log10
from typing import Literal

from practice.clock import MONTHS

FACE = "Atkinson Hyperlegible Next, Atkinson Hyperlegible, Noto Sans, sans-serif"
ROOMY = 400  # units; a narrower chart leaves "lower is better" to the words beside it
EM = 0.54  # mean advance of a letter in the face, in ems: good enough to keep labels apart

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """One measure read on one day, before and after the session; `None` where it was not taken."""

    on: date
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of days that colours the readings in it: an episode, or a course of steroids; both days included."""

    first: date
    last: date
    label: str
    kind: Literal["episode", "steroids"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table beside the chart, already said in words."""

    on: str
    before: str
    after: str


def said_day(on: date, *, year: bool = False) -> str:
    """Say a day as the charts and letters do: "24 Nov", or "24 Nov 2026"."""
    return f"{on.day} {MONTHS[on.month - 1]}" + (f" {on.year}" if year else "")


def said_value(value: float | None) -> str:
    """Say a reading without idle noughts: "6", "4.5"; "not taken" where there is none."""
    if value is None or not isfinite(value):
        return "not taken"
    return f"{round(value, 2) or 0:.2f}".rstrip("0").rstrip(".")


def said_band(band: Band) -> str:
    """Say a band with its days: "relapse: 17 Sep to 4 Oct"."""
    year = band.first.year != band.last.year
    return f"{band.label}: {said_day(band.first, year=year)} to {said_day(band.last, year=year)}"


def readings_table(readings: Sequence[Reading]) -> tuple[Row, ...]:
    """The rows of the table that stands beside the chart, oldest first."""
    return tuple(Row(said_day(r.on, year=True), said_value(r.before), said_value(r.after)) for r in _sorted(readings))


def readings_said(readings: Sequence[Reading], *, is_asked: bool = False) -> str:
    """What the chart shows, in two plain sentences that describe and do not judge.

    `is_asked` says that the readings answer a question.
    """
    taken = [(r.on, r.before) for r in _sorted(readings) if _is(r.before)]
    pairs = [r.after - r.before for r in readings if _is(r.before) and _is(r.after)]  # type: ignore[operator]
    if not taken:
        after = sum(_is(r.after) for r in readings)
        return f"{after} reading{'s' * (after != 1)} after sessions, none before." if after else "No reading was taken."
    (first_on, first), (last_on, last) = taken[0], taken[-1]
    year = first_on.year != last_on.year
    words = "Answered" if is_asked else "Before sessions"
    words += f": {said_value(first)} on {said_day(first_on, year=year)}"
    words += f", {said_value(last)} on {said_day(last_on, year=year)}." if len(taken) > 1 else "."
    if not pairs:
        return words
    mean = sum(pairs) / len(pairs)
    size = said_value(round(abs(mean), 1))
    course = "unchanged" if size == "0" else f"{size} {'lower' if mean < 0 else 'higher'}"
    return f"{words} After the session {course}" + (f" on average ({len(pairs)} sessions)." if len(pairs) > 1 else ".")


def chart_said(readings: Sequence[Reading], bands: Sequence[Band], *, is_asked: bool = False) -> str:
    """All that the chart shows in words, for those who cannot see it."""
    said = readings_said(readings, is_asked=is_asked)
    return " ".join([said, *(f"{said_band(b)}." for b in sorted(bands, key=_by_first))])


def readings_chart(
    title: str,
    unit: str,
    readings: Sequence[Reading],
    *,
    low: float = 0,
    high: float = 10,
    bands: Sequence[Band] = (),
    meaningful_change: float | None = None,
    better: str = "lower",
    is_asked: bool = False,
    ink: str = "currentColor",
    accent: str = "currentColor",
    caution: str = "currentColor",
    width: int = 600,
    height: int = 230,
    text: float = 13,
) -> str:
    """Draw `readings` as an SVG: before as open circles, after as filled ones, on a scale of `low` to `high`.

    Colours are any SVG paint (`currentColor`, `var(--accent)`, `#0a504f`); sizes are in units of the view box. A
    reading beyond the scale widens it. `meaningful_change` shades what lies that close to the first reading before.
    `better` is "lower" or "higher". The title is the picture's name for those who cannot see it; the visible heading
    stands beside the picture. `is_asked` says that the readings answer a question, so are neither before nor after.
    """
    readings = [r for r in _sorted(readings) if _is(r.before) or _is(r.after)]
    what = f"{title}, {unit}, {better} is better" if unit else f"{title}, {better} is better"
    described = chart_said(readings, bands, is_asked=is_asked)
    tall = height if readings else ceil(3 * text)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {tall}" width="{width}" height="{tall}" '
        f'role="img" font-family="{FACE}" font-size="{_n(text)}" fill="{_xml(ink)}">'
        f"<title>{_xml(what)}</title><desc>{_xml(described)}</desc>"
    )
    if not readings:
        return f'{head}<text x="0" y="{_n(1.8 * text)}">No reading yet</text></svg>'
    sheet = _Sheet(readings, bands, low, high, width, height, text, ink, accent, caution)
    parts = [
        *sheet.legend(meaningful_change, better, "answered" if is_asked else "before"),
        *sheet.bands(),
        *sheet.change(meaningful_change),
        *sheet.grid(),
        *sheet.days(),
        *sheet.points(),
    ]
    return head + "".join(parts) + "</svg>"


class _Sheet:
    """The paper a chart is drawn on: where a day and a value lie, and each layer as SVG."""

    def __init__(
        self,
        readings: Sequence[Reading],
        bands: Sequence[Band],
        low: float,
        high: float,
        width: int,
        height: int,
        text: float,
        ink: str,
        accent: str,
        caution: str,
    ) -> None:
        values = [v for r in readings for v in (r.before, r.after) if v is not None and isfinite(v)]
        self.readings, self.width, self.height, self.text = readings, width, height, text
        self.ink, self.accent, self.caution = _xml(ink), _xml(accent), _xml(caution)
        self.low, self.high = _scale(min(low, *values), max(high, *values), low, high)
        self.first, self.last = _span(readings, bands)
        self.left = 10 + text * EM * max(len(said_value(v)) for v in self._ticks()) + 0.4 * text
        self.right = width - 0.8 * text
        self.radius = 0.34 * text
        shown = [b for b in sorted(bands, key=_by_first) if b.last >= self.first and b.first <= self.last]
        self.labelled = list(self._labels(shown))
        rows = max((row for *_, row in self.labelled), default=-1) + 1
        self.top = 1.9 * text + 1.2 * text * rows + 0.3 * text * bool(rows)
        self.bottom = height - 2 * text

    def x(self, on: date, half: float = 0.5) -> float:
        """Where a day lies; `half` 0 and 1 are its two edges, 0.5 its middle."""
        days = (self.last - self.first).days + 1
        inner = self.right - self.left - 2 * self.radius
        share = min(max(((on - self.first).days + half) / days, 0), 1)
        return self.left + self.radius + inner * share

    def y(self, value: float) -> float:
        """Where a value lies; what is beyond the scale lies on its edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - (self.bottom - self.top) * share

    def legend(self, change: float | None, better: str, first: str) -> Iterator[str]:
        """The line of words above the plot; `first` names the open circles."""
        r, y = self.radius, 0.95 * self.text
        x, mid = self.left + r, y - 0.34 * self.text
        for word, sign, taken in (
            (first, self._ring, any(_is(r.before) for r in self.readings)),
            ("after", self._dot, any(_is(r.after) for r in self.readings)),
        ):
            if taken:
                yield sign(x, mid) + self._words(x + 2.4 * r, y, word)
                x += 2.4 * r + self._wide(word) + 1.2 * self.text
        if self._baseline(change) is not None and change:
            words = f"within {said_value(change)} of the first reading"
            yield (
                f'<rect x="{_n(x - r)}" y="{_n(mid - r)}" width="{_n(2.6 * r)}" height="{_n(2 * r)}" rx="1.5" '
                f'fill="{self.accent}" fill-opacity="0.14"/>'
            ) + self._words(x + 2.8 * r, y, words)
            x += 2.8 * r + self._wide(words) + 1.2 * self.text
        side = f"{better} is better"
        if self.width >= ROOMY and self.right - self._wide(side) > x:
            yield self._words(self.right, y, side, "end")

    def grid(self) -> Iterator[str]:
        """Three lines, each with its value."""
        for value in self._ticks():
            y, strong = _n(self.y(value)), value == self.low
            yield (
                f'<line x1="{_n(self.left)}" y1="{y}" x2="{_n(self.right)}" y2="{y}" stroke="{self.ink}" '
                f'stroke-width="1" stroke-opacity="{0.55 if strong else 0.16}"/>'
            )
            yield self._words(self.left - 0.5 * self.text, self.y(value) + 0.35 * self.text, said_value(value), "end")

    def change(self, change: float | None) -> Iterator[str]:
        """What lies closer to the first reading than the published change."""
        baseline = self._baseline(change)
        if baseline is not None and change:
            top, bottom = self.y(baseline + change), self.y(baseline - change)
            yield (
                f'<rect x="{_n(self.left)}" y="{_n(top)}" width="{_n(self.right - self.left)}" '
                f'height="{_n(bottom - top)}" fill="{self.accent}" fill-opacity="0.09"/>'
            )

    def bands(self) -> Iterator[str]:
        """Episodes as tinted days, steroids as a bar along the foot of theirs, each with its name above."""
        for band, x1, x2, at, row in self.labelled:
            name = f"<title>{_xml(said_band(band))}</title>"
            top, tall, tint = (
                (self.top, self.bottom - self.top, 0.13)
                if band.kind == "episode"
                else (self.bottom - 0.45 * self.text, 0.45 * self.text, 0.6)
            )
            yield (
                f'<rect x="{_n(x1)}" y="{_n(top)}" width="{_n(x2 - x1)}" height="{_n(tall)}" '
                f'fill="{self.caution}" fill-opacity="{tint}">{name}</rect>'
            )
            if row >= 0:
                y = self.top - 0.4 * self.text - 1.2 * self.text * row
                yield self._words(at, y, self._cut(band.label), "middle", self.caution)

    def days(self) -> Iterator[str]:
        """The first day, the last, and as many between as stand clear of each other."""
        days = sorted({r.on for r in self.readings})
        year = days[0].year != days[-1].year
        wide = self._wide(said_day(date(2000, 9, 28), year=year))
        clear, y = wide + 0.9 * self.text, self.bottom + 1.35 * self.text
        kept = [days[0], days[-1]] if len(days) > 1 and self.x(days[-1]) - self.x(days[0]) >= clear else [days[-1]]
        for day in days[1:-1]:
            if all(abs(self.x(day) - self.x(k)) >= clear for k in kept):
                kept.append(day)
        for day in sorted(kept):
            x = self.x(day)
            at = min(max(x, wide / 2 + 1), self.width - wide / 2 - 1)
            yield (
                f'<line x1="{_n(x)}" y1="{_n(self.bottom)}" x2="{_n(x)}" y2="{_n(self.bottom + 0.3 * self.text)}" '
                f'stroke="{self.ink}" stroke-width="1" stroke-opacity="0.55"/>'
            )
            yield self._words(at, y, said_day(day, year=year), "middle")

    def points(self) -> Iterator[str]:
        """The line from before to before, a stem from before to after, then the circles on top."""
        before = [(self.x(r.on), self.y(r.before)) for r in self.readings if r.before is not None and _is(r.before)]
        for a, b in pairwise(before):
            yield self._between(a, b, self.radius + 0.5, 0.65, 1.2)
        for r in self.readings:
            x = self.x(r.on)
            if r.before is not None and r.after is not None and _is(r.before) and _is(r.after):
                yield self._between((x, self.y(r.before)), (x, self.y(r.after)), self.radius, 0.35, 1.2)
        yield from (self._ring(x, y) for x, y in before)
        for r in self.readings:
            if r.after is not None and _is(
                r.after
            ):  # a smaller dot where both fall together, so that the ring still shows
                yield self._dot(self.x(r.on), self.y(r.after), 0.55 if r.after == r.before else 0.9)

    def _baseline(self, change: float | None) -> float | None:
        if change is None or not isfinite(change) or change <= 0:
            return None
        return next((r.before for r in self.readings if _is(r.before)), None)

    def _ticks(self) -> tuple[float, float, float]:
        return self.low, (self.low + self.high) / 2, self.high

    def _labels(self, bands: Sequence[Band]) -> Iterator[tuple[Band, float, float, float, int]]:
        """Each band with its edges, the middle of its label, and the first row in which the label stands free."""
        ends: list[float] = []
        for band in bands:
            x1, x2 = self.x(max(band.first, self.first), 0), self.x(min(band.last, self.last), 1)
            half = self._wide(self._cut(band.label)) / 2
            at = min(max((x1 + x2) / 2, self.left + half), self.right - half)
            row = next((i for i, end in enumerate(ends) if at - half > end + self.text), len(ends))
            if row > 2 or not band.label:
                row = -1  # named for a screen reader and under the pointer, and in the description
            elif row == len(ends):
                ends.append(at + half)
            else:
                ends[row] = at + half
            yield band, x1, x2, at, row

    def _cut(self, label: str) -> str:
        room = int((self.right - self.left) / 2 / (self.text * EM))
        label = " ".join(label.split())
        return label if len(label) <= room else label[: room - 1].rstrip() + "…"

    def _wide(self, words: str) -> float:
        return len(words) * self.text * EM

    def _between(self, a: tuple[float, float], b: tuple[float, float], gap: float, tint: float, wide: float) -> str:
        length = ((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5
        if length <= 2 * gap:
            return ""
        dx, dy = (b[0] - a[0]) / length * gap, (b[1] - a[1]) / length * gap
        return (
            f'<line x1="{_n(a[0] + dx)}" y1="{_n(a[1] + dy)}" x2="{_n(b[0] - dx)}" y2="{_n(b[1] - dy)}" '
            f'stroke="{self.accent}" stroke-width="{wide}" stroke-opacity="{tint}"/>'
        )

    def _ring(self, x: float, y: float) -> str:
        return (
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(self.radius)}" fill="none" stroke="{self.accent}" '
            f'stroke-width="1.6"/>'
        )

    def _dot(self, x: float, y: float, share: float = 0.9) -> str:
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(self.radius * share)}" fill="{self.accent}"/>'

    def _words(self, x: float, y: float, words: str, anchor: str = "start", paint: str = "") -> str:
        at = "" if anchor == "start" else f' text-anchor="{anchor}"'
        fill = f' fill="{paint}"' if paint else ""
        return f'<text x="{_n(x)}" y="{_n(y)}"{at}{fill}>{_xml(words)}</text>'


def _scale(least: float, most: float, low: float, high: float) -> tuple[float, float]:
    """The scale asked for; where a reading lies beyond it, the next wider one with a round middle."""
    if low <= least and most <= high and low < high:
        return low, high
    size = 10 ** floor(log10(max(most - least, 1e-9) / 2))
    for step in (size * share for share in (1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 15, 20, 40)):
        foot = low if low <= least else floor(least / step) * step
        if foot + 2 * step >= most:
            break
    return foot, foot + 2 * step


def _span(readings: Sequence[Reading], bands: Sequence[Band]) -> tuple[date, date]:
    """The days drawn: all readings, and of the bands what lies within a third of that stretch around them."""
    first, last = readings[0].on, readings[-1].on
    around = timedelta(days=max((last - first).days // 3, 7))
    starts = [max(b.first, first - around) for b in bands if first - around <= b.last and b.first <= last + around]
    ends = [min(b.last, last + around) for b in bands if first - around <= b.last and b.first <= last + around]
    return min([first, *starts]), max([last, *ends])


def _sorted(readings: Sequence[Reading]) -> list[Reading]:
    return sorted(readings, key=lambda r: r.on)


def _by_first(band: Band) -> tuple[date, date]:
    return band.first, band.last


def _is(value: float | None) -> bool:
    return value is not None and isfinite(value)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("", text))
