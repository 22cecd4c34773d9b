"""How many days each session helped, against the days until the next visit: the line to stay above."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import ceil

from notes.charts import bands as behind
from notes.charts.frame import Frame, ticks_of
from notes.charts.pen import Look, circle, group, kept_apart, line, picture, words
from notes.charts.series import GAP
from notes.charts.told import Band, said_value


@dataclass(frozen=True, slots=True)
class Lasted:
    """One session: the day it was, for how many days it helped, and in how many days the next visit came."""

    on: date
    helped: float
    apart: int

    @property
    def is_followed(self) -> bool:
        """Whether a next visit came within weeks: only then can relief fall short of it."""
        return self.apart <= GAP

    @property
    def is_short(self) -> bool:
        """Whether relief ended before the next visit."""
        return self.is_followed and self.helped < self.apart


def relief_said(lasted: Sequence[Lasted]) -> str:
    """The curve in words: how long sessions helped, how far visits stood apart, how many lasted until the next."""
    if not lasted:
        return "Nobody has asked yet for how many days a session helped."
    helped = [one.helped for one in lasted]
    least, most = said_value(min(helped)), said_value(max(helped))
    days = least if least == most else f"{least} to {most}"
    middle = said_value(statistics.median(helped))
    told = f"{_count(len(lasted), 'session')} helped for {days} days, {middle} in the middle."
    followed = [one for one in lasted if one.is_followed]
    if not followed:
        return told
    usual = said_value(statistics.median(one.apart for one in followed))
    kept = sum(not one.is_short for one in followed)
    return f"{told} The next visit usually came after {usual} days: {kept} of {len(followed)} lasted until then."


def relief_chart(
    lasted: Sequence[Lasted], look: Look, *, bands: Sequence[Band] = (), span: tuple[date, date] | None = None,
) -> str:
    """Draw the sessions as an SVG: filled where relief lasted, open with what is missing above it where it did not,
    small and grey where no visit followed within weeks."""
    lasted = [one for one in sorted(lasted, key=lambda one: one.on) if not span or span[0] <= one.on <= span[1]]
    said, name = relief_said(lasted), "Days each session helped, with the days until the next visit"
    if not lasted:
        return picture(look, 3 * look.text, name, said, [words(0, 1.8 * look.text, "No answer yet")])
    curve = _Curve(lasted, look, bands, span)
    return picture(look, curve.height, name, said, curve.parts())


class _Curve:
    """The picture: its frame and its layers."""

    def __init__(self, lasted: Sequence[Lasted], look: Look, bands: Sequence[Band],
                 span: tuple[date, date] | None) -> None:
        self.lasted, self.look = lasted, look
        self.followed = [one for one in lasted if one.is_followed]
        first, last = span or behind.span_with(bands, lasted[0].on, lasted[-1].on)
        bands = bands if span else behind.near(bands, first, last)
        most = max([*(one.helped for one in lasted), *(one.apart for one in self.followed)])
        low, high = 0, max(10, 2 * ceil(most / 2))
        text = look.text
        self.labels = [(f"helped {said_value(lasted[-1].helped)}", lasted[-1].helped, look.accent)]
        if self.followed:
            self.labels.append((f"next visit {self.followed[-1].apart}", self.followed[-1].apart, look.caution))
        room = max(look.gutter, *(look.wide(said) for said, *_ in self.labels))

        def framed(rows: int) -> Frame:
            self.height = look.height + behind.height_of_names(look, rows)
            return Frame(look, first, last, low, high,
                         left=1 + max(look.wide(said_value(v)) for v in ticks_of(low, high)) + 0.5 * text,
                         right=look.width - room - 0.9 * text, top=behind.height_of_names(look, rows),
                         bottom=self.height - 1.9 * text, inset=0.5 * text)

        self.named = behind.named(bands, framed(0))
        self.frame = framed(behind.rows_of(self.named))
        gaps = [self.frame.x(b.on) - self.frame.x(a.on) for a, b in pairwise(lasted)]
        self.radius = min(max(0.38 * statistics.median(gaps), 1.5), 0.32 * text) if gaps else 0.32 * text

    def parts(self) -> Iterator[str]:
        x, y, look = self.frame.x, self.frame.y, self.look
        yield from behind.drawn(self.named, self.frame)
        yield from self.frame.grid()
        yield from self.frame.along([one.on for one in self.lasted], self.frame.bottom)
        yield group(self._next(), stroke=look.caution, stroke_width=1.6)
        missing = [line(x(one.on), y(one.helped) - self.radius, x(one.on), y(one.apart))
                   for one in self.lasted if one.is_short and y(one.helped) - self.radius > y(one.apart)]
        yield group(missing, stroke=look.caution, stroke_opacity=0.6, stroke_width=1)
        rings = [circle(x(one.on), y(one.helped), self.radius) for one in self.lasted if one.is_short]
        yield group(rings, fill="none", stroke=look.accent, stroke_width=1.5)
        dots = [circle(x(one.on), y(one.helped), self.radius) for one in self.followed if not one.is_short]
        yield group(dots, fill=look.accent)
        paused = [circle(x(one.on), y(one.helped), 0.7 * self.radius) for one in self.lasted if not one.is_followed]
        yield group(paused, fill=look.ink, fill_opacity=0.5)
        yield from self._said()

    def _next(self) -> Iterator[str]:
        """In how many days the next visit came, as steps: from each session as far as the session after it."""
        for here, there in pairwise([*self.lasted, None]):
            if here and here.is_followed:
                x1 = self.frame.x(here.on) - self.radius
                x2 = self.frame.x(there.on) - self.radius if there else self.frame.x(here.on) + 2 * self.radius
                x2 = min(x2, x1 + self._days_wide(here.apart))
                yield line(x1, self.frame.y(here.apart), x2, self.frame.y(here.apart))

    def _days_wide(self, days: int) -> float:
        whole = (self.frame.last - self.frame.first).days + 1
        return max((self.frame.right - self.frame.left) * days / whole, 2 * self.radius)

    def _said(self) -> Iterator[str]:
        text, frame = self.look.text, self.frame
        heights = kept_apart([frame.y(value) + 0.35 * text for _, value, _ in self.labels], 1.15 * text,
                             frame.top + 0.5 * text, frame.bottom)
        x = min(frame.x(self.lasted[-1].on) + self.radius + 0.9 * text, frame.right + 0.3 * text)
        for (said, _, paint), y in zip(self.labels, heights, strict=True):
            yield group([words(x, y, said)], fill=paint)


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
