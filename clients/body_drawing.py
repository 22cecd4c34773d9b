"""The body map as shapes: what is drawn by hand in `clients.body_lines`, made smooth, and mirrored to be exact.

A shape is one place ("calf:left") in one view. Where children cover a region wholly (leg, arm, face, the elbow from
the front) it has no shape of its own and is drawn through theirs: `parts_of` says which shapes a place is made of.
What children leave over of a region (the ears of a head, the outer side of a thigh) is its own shape.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from clients.body import REGIONS, covers
from clients.body_lines import ARM, BACK, FRONT, SIDE, Drawing

Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]  # a cubic Bézier: from, its two handles, to
Run = tuple[Curve, ...]
_TOP, _HEIGHT = 4, 754
_NEAR = 0.05


@dataclass(frozen=True, slots=True)
class Shape:
    """A place in a view: `path` as drawn (mirrored by its group), `box` and `middle` as they then lie in the view."""

    place: str
    path: str
    box: tuple[float, float, float, float]
    middle: Point


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes drawn together, with the lines over them; `is_mirrored` turns all of it around the midline."""

    is_mirrored: bool
    shapes: tuple[Shape, ...]
    outline: str
    detail: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One view of the body: its frame (x, y, width, height) and its groups, the hindmost first.

    `ends` say whose hand is at the left and at the right of the picture; `captions` are words in it, and where.
    """

    view: str
    name: str
    frame: tuple[int, int, int, int]
    groups: tuple[Group, ...]
    ends: tuple[str, str] = ("", "")
    captions: tuple[tuple[str, int, int], ...] = ()

    @property
    def frame_words(self) -> str:
        """The frame as an svg's viewBox."""
        return " ".join(map(str, self.frame))

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """All shapes of the view."""
        return tuple(shape for group in self.groups for shape in group.shapes)


@lru_cache(maxsize=1)
def figures() -> dict[str, Figure]:
    """The four views, by code. In front of a body its left is at our right hand; from behind it is as ours."""
    wide, soles = (-176, _TOP, 352, _HEIGHT), (("sole", -112, 600), ("sole", 112, 600))
    return {
        "front": Figure("front", "Front", wide, (_group(FRONT, "left"), _group(FRONT, "right", is_mirrored=True)),
                        ("Right", "Left")),
        "back": Figure("back", "Back", wide, (_group(BACK, "right"), _group(BACK, "left", is_mirrored=True)),
                       ("Left", "Right"), soles),
        "left": Figure("left", "Left side", (-110, _TOP, 180, _HEIGHT), (_group(SIDE, "left"), _group(ARM, "left"))),
        "right": Figure("right", "Right side", (-70, _TOP, 180, _HEIGHT), (
            _group(SIDE, "right", is_mirrored=True), _group(ARM, "right", is_mirrored=True))),
    }


@lru_cache(maxsize=512)
def parts_of(place: str) -> frozenset[str]:
    """The drawn places that lie wholly in this one: ("elbow:left") is also what the inner elbow covers of it."""
    region, side = place.split(":")
    drawn = {shape.place for figure in figures().values() for shape in figure.shapes}
    return frozenset(key for key in drawn if covers(region, side, key))


def _group(drawing: Drawing, side: str, *, is_mirrored: bool = False) -> Group:
    nodes = _nodes(drawing.nodes)
    lines = {name: _line(text, nodes) for name, text in drawing.lines.items()}
    shapes = []
    for region, text in drawing.shapes.items():
        known = REGIONS[region]
        is_single = not (known.is_paired or known.is_halved)
        if is_single and is_mirrored:
            continue  # it lies across the midline and is drawn whole, once
        rings = [_ring(ring, lines, is_whole=is_single) for ring in text.split(", ")]
        shapes.append(_shape(f"{region}:{'midline' if is_single else side}", rings, is_mirrored))
    return Group(is_mirrored, tuple(shapes), _written([lines[name][1] for name in drawing.outline.split()]),
                 _written([lines[name][1] for name in drawing.detail.split()]))


def _nodes(text: str) -> dict[str, Point]:
    words = text.split()
    return {name: _point(at) for name, at in zip(words[::2], words[1::2], strict=True)}


def _point(word: str) -> Point:
    x, y = word.split(",")
    return float(x), float(y)


def _line(text: str, nodes: dict[str, Point]) -> tuple[tuple[str, ...], Run]:
    """A line's names ("" where a point is no node) and its curves."""
    names = tuple(word[1:] if word.startswith("@") else "" for word in text.split())
    points = [nodes[name] if name else _point(word) for name, word in zip(names, text.split(), strict=True)]
    return names, _smooth(points)


def _smooth(points: Sequence[Point]) -> Run:
    """Curves through the points without a corner: a point's direction is the mean of those beside it, by nearness."""
    lengths = [((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5 for a, b in pairwise(points)]
    ways = [((b[0] - a[0]) / n, (b[1] - a[1]) / n) for (a, b), n in zip(pairwise(points), lengths, strict=True)]
    inner = [_between(ways[i], ways[i + 1], lengths[i], lengths[i + 1]) for i in range(len(ways) - 1)]
    if points[0] == points[-1]:
        first = last = _between(ways[-1], ways[0], lengths[-1], lengths[0])
    elif inner:
        first, last = _leading(ways[0], inner[0]), _leading(ways[-1], inner[-1])
    else:
        first = last = ways[0]
    heads = [first, *inner, last]
    return tuple(
        (a, (a[0] + out[0] * n / 3, a[1] + out[1] * n / 3), (b[0] - into[0] * n / 3, b[1] - into[1] * n / 3), b)
        for (a, b), n, (out, into) in zip(pairwise(points), lengths, pairwise(heads), strict=True))


def _between(one: Point, two: Point, near_one: float, near_two: float) -> Point:
    whole = near_one + near_two
    return ((one[0] * near_two + two[0] * near_one) / whole, (one[1] * near_two + two[1] * near_one) / whole)


def _leading(way: Point, neighbour: Point) -> Point:
    return 1.5 * way[0] - 0.5 * neighbour[0], 1.5 * way[1] - 0.5 * neighbour[1]


def _ring(text: str, lines: dict[str, tuple[tuple[str, ...], Run]], *, is_whole: bool) -> Run:
    """The lines named, one after the other, each turned as it fits; refuses (ValueError) lines that do not meet."""
    pieces = [_piece(word, lines) for word in re.findall(r"[a-z0-9.]+(?:\[[^]]*\])?", text)]
    if len(pieces) > 1 and not any(_meets(pieces[0][-1][3], end) for end in (pieces[1][0][0], pieces[1][-1][3])):
        pieces[0] = _turned(pieces[0])
    run = pieces[0]
    for piece in pieces[1:]:
        run += piece if _meets(run[-1][3], piece[0][0]) else _turned(piece)
    if is_whole:
        run += _turned(tuple(tuple((-x, y) for x, y in curve) for curve in run))
    if not all(_meets(a[3], b[0]) for a, b in pairwise((*run, run[0]))):
        raise ValueError(f"These lines do not close: {text}")
    return run


def _piece(word: str, lines: dict[str, tuple[tuple[str, ...], Run]]) -> Run:
    name, _, nodes = word.rstrip("]").partition("[")
    names, run = lines[name]
    if not nodes:
        return run
    start, end = sorted(names.index(node) for node in nodes.split())
    return run[start:end]


def _turned(run: Run) -> Run:
    return tuple((d, c, b, a) for a, b, c, d in reversed(run))


def _meets(one: Point, two: Point) -> bool:
    return abs(one[0] - two[0]) + abs(one[1] - two[1]) < _NEAR


def _shape(place: str, rings: Sequence[Run], is_mirrored: bool) -> Shape:
    turn = -1 if is_mirrored else 1
    dots = [[(turn * x, y) for x, y in _dots(ring)] for ring in rings]
    xs, ys = zip(*(dot for ring in dots for dot in ring), strict=True)
    box = (round(min(xs), 1), round(min(ys), 1), round(max(xs), 1), round(max(ys), 1))
    return Shape(place, _written(rings, is_closed=True), box, _middle(dots[0]))


def _dots(ring: Run) -> list[Point]:
    """The ring as points close to each other."""
    return [(sum(w * p[0] for w, p in zip(weights, curve, strict=True)),
             sum(w * p[1] for w, p in zip(weights, curve, strict=True)))
            for curve in ring for weights in _WEIGHTS]


_WEIGHTS = [((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3) for t in (0, 0.2, 0.4, 0.6, 0.8)]


def _middle(dots: Sequence[Point]) -> Point:
    """A point inside, for a mark: half way up, in the middle of the widest stretch there."""
    y = (min(d[1] for d in dots) + max(d[1] for d in dots)) / 2 + 0.01
    crossings = sorted(a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
                       for a, b in pairwise((*dots, dots[0])) if (a[1] > y) != (b[1] > y))
    start, end = max(zip(crossings[::2], crossings[1::2], strict=True), key=lambda pair: pair[1] - pair[0])
    return round((start + end) / 2, 1), round(y, 1)


def _written(runs: Sequence[Run], *, is_closed: bool = False) -> str:
    """The runs as an svg path: each curve told from where the last one ended, to a tenth of a unit."""
    words = []
    for run in runs:
        at = _rounded(run[0][0])
        words.append(f"M{at[0]:g} {at[1]:g}")
        for _, *curve in run:
            told = [value for x, y in map(_rounded, curve) for value in (x - at[0], y - at[1])]
            words.append("c" + " ".join(f"{round(value, 1) or 0:g}" for value in told).replace(" -", "-"))
            at = _rounded(curve[-1])
        words += ["Z"] * is_closed
    return "".join(words)


def _rounded(point: Point) -> Point:
    return round(point[0], 1), round(point[1], 1)
