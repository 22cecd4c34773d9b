"""Readings over time: before and after as two marks of one visit, on a real line of days, with what lay behind them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import ceil, isfinite

from notes.charts import bands as behind
from notes.charts.frame import Frame, scale, ticks_of
from notes.charts.pen import Look, circle, group, kept_apart, line, n, picture, rect, words
from notes.charts.told import (
    Band,
    Firmness,
    Reading,
    Used,
    chart_said,
    is_number,
    oldest_first,
    said_value,
    said_with_unit,
)
from notes.charts.work import Done

GAP = 28  # days
CROWDED = 5  # units between two visits; where they stand closer, a line through the middle of each month leads the eye
YEARS = 900  # days; beyond it a month's middle is no course any more


@dataclass(frozen=True, slots=True)
class Scale:
    """How a measure is drawn: its name and unit, its usual ends, which way is better, the published change."""

    title: str
    unit: str
    low: float = 0
    high: float = 10
    better: str = "lower"
    change: float | None = None
    is_asked: bool = False  # each reading answers a question: it is neither before nor after

    @property
    def said(self) -> str:
        """The picture's name: "Pain, 0-10, lower is better"."""
        return ", ".join(part for part in (self.title, self.unit, f"{self.better} is better") if part)


def readings_chart(
    measure: Scale, readings: Sequence[Reading], look: Look, *, bands: Sequence[Band] = (),
    firmness: Sequence[Firmness] = (), used: Sequence[Used] = (), span: tuple[date, date] | None = None,
) -> str:
    """Draw `readings` as an SVG: before as open circles, after as filled ones, both of one visit joined.

    A reading beyond the scale widens it. The published change shades what lies that close to the first reading
    before. The techniques `used` most stand in bands under the days. `span` is the days shown where several charts
    share them. The title is the picture's name for those who cannot see it; the visible heading stands beside it.
    """
    readings = [r for r in oldest_first(readings) if r.is_taken]
    if span:
        readings = [r for r in readings if span[0] <= r.on <= span[1]]
    done = Done(firmness, used)
    described = chart_said(readings, bands, done.rows, is_asked=measure.is_asked)
    if not readings:
        tall = ceil(3 * look.text)
        return picture(look, tall, measure.said, described, [words(0, 1.8 * look.text, "No reading yet")])
    sheet = _Sheet(measure, readings, look, bands, done, span)
    return picture(look, sheet.height, measure.said, described, sheet.parts())


def longest_bridged(days: Sequence[date]) -> float:
    """How many days without a reading a line still crosses: four weeks, or three times what is usual between two."""
    gaps = [(b - a).days for a, b in pairwise(days)]
    return max(GAP, 3 * statistics.median(gaps)) if gaps else GAP


class _Sheet:
    """One chart of readings: its frame, and each layer as SVG, from the ground up."""

    def __init__(
        self, measure: Scale, readings: Sequence[Reading], look: Look, bands: Sequence[Band],
        done: Done, span: tuple[date, date] | None,
    ) -> None:
        self.measure, self.readings, self.look = measure, readings, look
        first, last = span or behind.span_with(bands, readings[0].on, readings[-1].on)
        self.done = done.within(first, last)
        self.bands = bands if span else behind.near(bands, readings[0].on, readings[-1].on)
        self.baseline = next((r.before for r in readings if is_number(r.before)), None)
        self.change = measure.change if measure.change and isfinite(measure.change) and measure.change > 0 else None
        values = [v for r in readings for v in (r.before, r.after) if v is not None and isfinite(v)]
        low, high = scale(min(measure.low, *values), max(measure.high, *values), measure.low, measure.high)
        self.labels = list(self._labels())
        self.frame = self._framed(first, last, low, high, 0)
        self.named = behind.named(self.bands, self.frame)
        self.frame = self._framed(first, last, low, high, behind.rows_of(self.named))
        days = sorted({r.on for r in self.readings})
        gaps = [self.frame.x(b) - self.frame.x(a) for a, b in pairwise(days)]
        between = statistics.median(gaps) if gaps else look.width
        self.is_crowded = between < CROWDED
        self.radius = min(max(0.38 * between, 1.6), 0.32 * look.text)  # marks shrink so that each is still one

    def _framed(self, first: date, last: date, low: float, high: float, rows: int) -> Frame:
        text = self.look.text
        figures = max(self.look.wide(said_value(v)) for v in ticks_of(low, high))
        beside = [*(said for said, *_ in self.labels), *(["pressure 0"] if self.done.firmness else [])]
        room = max(self.look.gutter, *map(self.look.wide, beside))
        under = self.done.height(self.look)
        self.height = self.look.height + behind.height_of_names(self.look, rows) + self.done.further(self.look)
        foot = self.height - 1.9 * text - under
        return Frame(self.look, first, last, low, high, left=1 + figures + 0.5 * text,
                     right=self.look.width - room - 0.9 * text, top=behind.height_of_names(self.look, rows),
                     bottom=foot, inset=0.5 * text)

    def parts(self) -> Iterator[str]:
        yield from behind.drawn(self.named, self.frame)
        yield from self._within()
        yield from self.frame.grid()
        yield from self.done.drawn(self.frame, self.radius)
        days = [*(r.on for r in self.readings), *(f.on for f in self.done.firmness)]
        yield from self.frame.along(days, self.frame.bottom + self.done.height(self.look))
        yield from self._crowd() if self.is_crowded else self._lines()
        yield from self._marks()
        yield from self._said()

    def _within(self) -> Iterator[str]:
        """What lies closer to the first reading than the published change."""
        if self.change and self.baseline is not None:
            top, bottom = self.frame.y(self.baseline + self.change), self.frame.y(self.baseline - self.change)
            ground = rect(self.frame.left, top, self.frame.right - self.frame.left, bottom - top)
            yield group([ground], fill=self.look.accent, fill_opacity=0.1)

    def _lines(self) -> Iterator[str]:
        """From before to before, but never across a hold or weeks without a reading; and from before to after."""
        x, y = self.frame.x, self.frame.y
        taken = [(r.on, r.before) for r in self.readings if r.before is not None and isfinite(r.before)]
        most = longest_bridged([on for on, _ in taken])
        course = [self._between((x(a), y(v)), (x(b), y(w)), self.radius + 0.5) for (a, v), (b, w) in pairwise(taken)
                  if self._joins(a, b, most)]
        yield group(course, stroke=self.look.accent, stroke_opacity=0.5, stroke_width=1.2)
        stems = [self._between((x(r.on), y(r.before)), (x(r.on), y(r.after)), self.radius) for r in self.readings
                 if r.before is not None and r.after is not None and isfinite(r.before) and isfinite(r.after)]
        yield group(stems, stroke=self.look.accent, stroke_opacity=0.45, stroke_width=1.2)

    def _crowd(self) -> Iterator[str]:
        """Through the middle of each month (of each quarter over several years), before as a thin line and after as a
        thick one; they break as the others do."""
        x, y, months_each = self.frame.x, self.frame.y, 3 if (self.frame.last - self.frame.first).days > YEARS else 1
        for taken, wide in (([(r.on, r.before) for r in self.readings], 1.2),
                            ([(r.on, r.after) for r in self.readings], 2.4)):
            months: dict[date, list[float]] = {}
            for on, value in taken:
                if value is not None and isfinite(value):
                    begun = (on.month - 1) // months_each * months_each
                    months.setdefault(date(on.year, begun + 1 + months_each // 2, 15), []).append(value)
            middle = [(on, statistics.median(values)) for on, values in months.items()]
            course = [line(x(a), y(v), x(b), y(w)) for (a, v), (b, w) in pairwise(middle)
                      if self._joins(a, b, 2 * GAP * months_each)]
            yield group(course, stroke=self.look.accent, stroke_width=wide, stroke_linecap="round")

    def _joins(self, a: date, b: date, most: float) -> bool:
        held = any(band.kind == "hold" and a < band.last and band.first < b for band in self.bands)
        return (b - a).days <= most and not held

    def _marks(self) -> Iterator[str]:
        """Open circles before, filled ones after, the filled ones smaller so that a ring around them still shows."""
        x, y, r, tint = self.frame.x, self.frame.y, self.radius, 0.45 if self.is_crowded else 1
        rings = [circle(x(one.on), y(one.before), r) for one in self.readings
                 if one.before is not None and isfinite(one.before)]
        yield group(rings, fill="none", stroke=self.look.accent, stroke_width=n(min(1.6, 0.5 * r + 0.4)),
                    stroke_opacity=tint)
        dots = [circle(x(one.on), y(one.after), r * (0.55 if one.after == one.before else 0.9))
                for one in self.readings if one.after is not None and isfinite(one.after)]
        yield group(dots, fill=self.look.accent, fill_opacity=tint)

    def _labels(self) -> Iterator[tuple[str, date, float]]:
        """What is said at the last reading before, at the last after, and of the quiet band: words, day, value."""
        if self.change and self.baseline is not None:
            yield f"first ± {said_value(self.change)}", date.max, self.baseline
        for word, values in (("before", [(r.on, r.before) for r in self.readings]),
                             ("after", [(r.on, r.after) for r in self.readings])):
            taken = [(on, value) for on, value in values if value is not None and isfinite(value)]
            if taken:
                on, value = taken[-1]
                yield self._said_last(word, value), on, value

    def _said_last(self, word: str, value: float) -> str:
        if not self.measure.is_asked:
            return f"{word} {said_value(value)}"
        is_scale = self.measure.unit[:1].isdigit()  # its ends stand beside the picture's name
        return said_with_unit(value, "" if is_scale else self.measure.unit)

    def _said(self) -> Iterator[str]:
        """The words beside the last marks, kept apart; those of the quiet band beside it."""
        text, frame = self.look.text, self.frame
        wished = [frame.y(value) + 0.35 * text for _, _, value in self.labels]
        heights = kept_apart(wished, 1.15 * text, frame.top + 0.5 * text, frame.bottom)
        for (said, on, _), y in zip(self.labels, heights, strict=True):
            x = frame.right + 0.3 * text if on == date.max else min(frame.x(on) + self.radius + 0.45 * text,
                                                                   frame.right + 0.3 * text)
            label = words(x, y, said)
            yield group([label], fill_opacity=0.75) if on == date.max else group([label], fill=self.look.accent)

    def _between(self, a: tuple[float, float], b: tuple[float, float], gap: float) -> str:
        """A line from mark to mark that touches neither."""
        length = ((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5
        if length <= 2 * gap:
            return ""
        dx, dy = (b[0] - a[0]) / length * gap, (b[1] - a[1]) / length * gap
        return line(a[0] + dx, a[1] + dy, b[0] - dx, b[1] - dy)
