"""One day's map of what is felt as one SVG of our own: the same picture on a page and on paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from clients.body_drawing import figures
from clients.body_map import View, sensation_map, touched_map
from notes.charts import FACE
from notes.letters.sensation import Felt

_VIEWS = ("front", "back")
_GAP, _TEXT, _SIGN = 36, 52, 34  # between the figures, size of letters, radius of a sign's ground
_SIGNS = {"absent-sensation": "A", "hypersensitive": "H", "reduced-sensation": "R"}


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one medium."""

    ink: str
    edge: str
    paper: str
    accent: str
    caution: str


def day_picture(felt: Sequence[Felt], palette: Palette, words: str) -> str:
    """Front and back with every place marked and lettered; presentation attributes only. `words` say it in full."""
    drawn = sensation_map([(each.finding, each.places) for each in felt], {})
    views = [view for view in (drawn.views if drawn else touched_map(())) if view.figure.view in _VIEWS]
    frames = [figures()[view.figure.view].frame for view in views]
    wide = sum(frame[2] for frame in frames) + _GAP * (len(frames) - 1)
    tall = max(frame[3] for frame in frames) + 1.5 * _TEXT
    parts: list[str] = []
    left = 0
    for view, frame in zip(views, frames, strict=True):
        parts.append(f'<g transform="translate({left - frame[0]} {-frame[1]})">{"".join(_figure(view, palette))}</g>')
        parts += _below(view, left, frame[2], frame[3], palette)
        left += frame[2] + _GAP
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall:g}" width="{wide}" height="{tall:g}" '
            f'role="img" font-family="{FACE}" font-size="{_TEXT}" fill="{palette.ink}" stroke-linecap="round" '
            f'stroke-linejoin="round"><title>{escape(words)}</title>{"".join(parts)}</svg>')


def _figure(view: View, palette: Palette) -> Iterator[str]:
    for layer in view.layers:
        turn = ' transform="scale(-1 1)"' if layer.is_mirrored else ""
        yield f"<g{turn}>"
        for one in layer.drawn:
            yield f'<path d="{one.shape.path}" {_look(one.look, palette)}/>'
        yield f'<path d="{layer.detail}" fill="none" stroke="{palette.edge}" stroke-width="1.6"/>'
        yield f'<path d="{layer.outline}" fill="none" stroke="{palette.ink}" stroke-width="3"/></g>'
    yield from _tags(view, palette)


def _look(look: str, palette: Palette) -> str:
    """Less is pale with a broken edge, none is full, too much is dotted: told apart without colour too."""
    if look == "reduced":
        return (f'fill="{palette.accent}" fill-opacity="0.25" stroke="{palette.accent}" stroke-width="4" '
                'stroke-dasharray="11 8"')
    if look == "absent":
        return f'fill="{palette.accent}" fill-opacity="0.8" stroke="{palette.ink}" stroke-width="4"'
    if look == "hypersensitive":
        return (f'fill="{palette.caution}" fill-opacity="0.25" stroke="{palette.caution}" stroke-width="6" '
                'stroke-dasharray="1 10"')
    return f'fill="{palette.paper}" stroke="{palette.edge}" stroke-width="1"'


def _tags(view: View, palette: Palette) -> Iterator[str]:
    """A letter at each marked place; where two would lie over each other the first says it for both."""
    placed: list[tuple[float, float]] = []
    for tag in view.tags:
        x, y = tag.x + tag.middle, tag.y + 14
        if any((x - a) ** 2 + (y - b) ** 2 < (1.9 * _SIGN) ** 2 for a, b in placed):
            continue
        placed.append((x, y))
        yield (f'<circle cx="{x:g}" cy="{y:g}" r="{_SIGN}" fill="{palette.paper}" stroke="{palette.ink}" '
               f'stroke-width="3"/><text x="{x:g}" y="{y + 0.34 * _TEXT:g}" text-anchor="middle" '
               f'font-weight="700">{escape(tag.words)}</text>')


def _below(view: View, left: int, wide: int, tall: int, palette: Palette) -> Iterator[str]:
    """Whose hand is at which end, and which side of the body is seen."""
    y = tall + 1.1 * _TEXT
    start, end = view.figure.ends
    for x, anchor, words in ((left, "start", start[:1]), (left + wide / 2, "middle", view.figure.name),
                             (left + wide, "end", end[:1])):
        yield f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{palette.ink}">{escape(words)}</text>'


def legend(felt: Sequence[Felt]) -> str:
    """What the letters on the map mean: "R reduced sensation, A absent sensation"."""
    names = dict.fromkeys((each.finding, each.name) for each in felt)
    return ", ".join(f"{_SIGNS[code]} {name[:1].lower()}{name[1:]}" for code, name in names if code in _SIGNS)
