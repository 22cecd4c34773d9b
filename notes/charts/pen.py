"""Marks and words as SVG with presentation attributes only: they hold in a page under a strict CSP and in a letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

FACE = "Atkinson Hyperlegible Next, Atkinson Hyperlegible, Noto Sans, sans-serif"
EM = 0.54  # mean advance of a letter in the face, in ems: good enough to keep labels apart

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Look:
    """How a chart is drawn: sizes in units of its view box, colours as any SVG paint.

    `currentColor`, `var(--accent)` and `#0a504f` are all paints.
    """

    width: int = 600
    height: int = 230
    text: float = 13
    ink: str = "currentColor"
    accent: str = "currentColor"
    caution: str = "currentColor"
    gutter: float = 0  # the least room for words right of the plot, so that charts below each other share their days

    def wide(self, words: str) -> float:
        """About how wide these words stand."""
        return len(words) * self.text * EM


def xml(text: str) -> str:
    """The words as they may stand in an SVG; what XML cannot hold is left out."""
    return escape(_NOT_XML.sub("", text))


def n(value: float) -> str:
    """A length, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")


def picture(look: Look, height: float, name: str, described: str, parts: Iterable[str]) -> str:
    """The whole SVG, with its name and description for those who cannot see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {look.width} {n(height)}" width="{look.width}" '
        f'height="{n(height)}" role="img" font-family="{FACE}" font-size="{n(look.text)}" fill="{xml(look.ink)}">'
        f"<title>{xml(name)}</title><desc>{xml(described)}</desc>{''.join(parts)}</svg>"
    )


def group(parts: Iterable[str], **attributes: str | float) -> str:
    """Marks that share their paint; nothing where there are none."""
    inner = "".join(parts)
    said = "".join(
        f' {name.replace("_", "-")}="{xml(value) if isinstance(value, str) else f"{value:g}"}"'
        for name, value in attributes.items())
    return f"<g{said}>{inner}</g>" if inner else ""


def line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{n(x1)}" y1="{n(y1)}" x2="{n(x2)}" y2="{n(y2)}"/>'


def rect(x: float, y: float, width: float, height: float, named: str = "") -> str:
    """A rectangle; `named` is what it says under the pointer."""
    at = f'<rect x="{n(x)}" y="{n(y)}" width="{n(max(width, 0))}" height="{n(max(height, 0))}"'
    return f"{at}><title>{xml(named)}</title></rect>" if named else f"{at}/>"


def circle(x: float, y: float, radius: float) -> str:
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(radius)}"/>'


def words(x: float, y: float, said: str, anchor: str = "start") -> str:
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{n(x)}" y="{n(y)}"{at}>{xml(said)}</text>'


def shortened(label: str, room: int) -> str:
    """The label in one line of at most so many letters."""
    label = " ".join(label.split())
    return label if len(label) <= room else label[: max(room - 1, 1)].rstrip() + "…"


def kept_apart(wished: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Where labels wished at these heights stand so that any two are `least` apart, between `low` and `high`.

    Their order is kept; where there is no room for all, they share what there is.
    """
    if not wished:
        return []
    least = min(least, (high - low) / max(len(wished) - 1, 1))
    order = sorted(range(len(wished)), key=lambda i: wished[i])
    at = [min(max(wished[i], low), high) for i in order]
    for i in range(1, len(at)):
        at[i] = max(at[i], at[i - 1] + least)
    at[-1] = min(at[-1], high)
    for i in range(len(at) - 2, -1, -1):
        at[i] = min(at[i], at[i + 1] - least)
    placed = dict(zip(order, at, strict=True))
    return [placed[i] for i in range(len(wished))]
