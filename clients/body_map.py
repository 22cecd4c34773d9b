"""What the body map shows: where feeling is less, gone or too much, what else is where, and how firm a hand may be.

Pure: facts in, a picture of classes and words out. The same figures carry what is being chosen on a form.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase

from clients.body import label, said
from clients.body_drawing import Figure, Shape, figures, parts_of
from clients.findings import FINDINGS
from clients.reasons import capital, said_cap
from clients.rule import Cap
from clients.sentences import in_a_sentence

# The sensations by what weighs most: code of the finding, letter on the map, class of the region.
_SENSATIONS = (("absent-sensation", "A", "absent"), ("hypersensitive", "H", "hypersensitive"),
               ("reduced-sensation", "R", "reduced"))
_ALWAYS = ("front", "back")
_TAG_HEIGHT = 28


@dataclass(frozen=True, slots=True)
class Drawn:
    """A shape as one picture shows it: its class, what it says to whoever points at it, and whether it is chosen."""

    shape: Shape
    look: str
    title: str
    is_picked: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """Shapes and the lines over them; marked ones last, so that no neighbour covers their edge."""

    is_mirrored: bool
    drawn: tuple[Drawn, ...]
    outline: str
    detail: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A few signs beside a place; `x` and `y` are its upper left corner."""

    words: str
    x: float
    y: float
    width: int

    @property
    def middle(self) -> float:
        """Where its words are centred."""
        return self.width / 2

    def meets(self, other: Tag) -> bool:
        """Whether the two would lie over each other."""
        return (self.x < other.x + other.width and other.x < self.x + self.width
                and abs(self.y - other.y) < _TAG_HEIGHT + 2)


@dataclass(frozen=True, slots=True)
class View:
    """One figure of a picture."""

    figure: Figure
    layers: tuple[Layer, ...]
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the legend: the sign on the map, its class, and the same in words."""

    sign: str
    look: str
    words: str


@dataclass(frozen=True, slots=True)
class BodyMap:
    """A picture of a body, and everything it says as a list."""

    views: tuple[View, ...]
    facts: tuple[Fact, ...]

    @property
    def words(self) -> str:
        """The picture for whoever does not see it."""
        return "Body map. " + ". ".join(fact.words for fact in self.facts) + "."


@dataclass(frozen=True, slots=True)
class OnTheBody:
    """What is known of the places of a body: the class of each shape, its words and its tag, and the legend."""

    looks: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()


NOTHING_KNOWN = OnTheBody()


def on_the_body(findings: Iterable[tuple[str, Sequence[str]]], caps: Mapping[str, Cap | None]) -> OnTheBody:
    """Findings (code and places such as "foot:left") and caps by place, as a map draws and says them."""
    where: dict[str, tuple[str, ...]] = {}
    for code, places in findings:
        if places:
            where[code] = tuple(dict.fromkeys((*where.get(code, ()), *places)))
    capped = {place: cap for place, cap in caps.items() if cap is not None}
    signs = _signs(where)
    facts = [Fact(sign, look, f"{FINDINGS[code].name}: {said(where[code])}") for code, (sign, look) in signs.items()]
    by_cap: dict[Cap, list[str]] = {}
    for place, cap in capped.items():
        by_cap.setdefault(cap, []).append(place)
    for cap in sorted(by_cap, key=lambda cap: -1 if cap == "none" else cap):
        facts.append(Fact(_number(cap), "cap", f"{capital(said_cap(cap))}: {said(tuple(by_cap[cap]))}"))
    titles = _titles(where, capped)
    tags = {place: _tag_words(place, where, signs, capped) for place in titles}
    return OnTheBody(_looks(where, signs), titles, tags, tuple(facts))


def sensation_map(findings: Iterable[tuple[str, Sequence[str]]], caps: Mapping[str, Cap | None]) -> BodyMap | None:
    """The same drawn; None where nothing has a place.

    The front and the back always, a side only where it shows what they do not.
    """
    known = on_the_body(findings, caps)
    if not known.titles:
        return None
    shown = [*_ALWAYS, *(view for view in ("left", "right") if _tells_more(view, known.tags))]
    return BodyMap(tuple(_view(figures()[view], known) for view in shown), known.facts)


def touched_map(chosen: Iterable[str], known: OnTheBody = NOTHING_KNOWN) -> tuple[View, ...]:
    """All four views with these places chosen, to be touched for more, over what is known of the body."""
    picked = {part for place in chosen for part in parts_of(place)}
    return tuple(_view(figure, known, picked) for figure in figures().values())


def _signs(where: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, str]]:
    """Each finding's sign on the map and its class: a capital for a sensation, else a, b, c …"""
    signs = {code: (letter, look) for code, letter, look in _SENSATIONS if code in where}
    others = [code for code in where if code not in signs]
    return signs | {code: (letter, "other") for code, letter in zip(others, ascii_lowercase, strict=False)}


def _looks(where: Mapping[str, Sequence[str]], signs: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    looks: dict[str, str] = {}
    for code, (_, look) in signs.items():  # what weighs most comes first and stays
        for place in where[code]:
            for part in parts_of(place):
                looks.setdefault(part, look)
    return looks


def _titles(where: Mapping[str, Sequence[str]], capped: Mapping[str, Cap]) -> dict[str, str]:
    """What holds in each place noted, in words."""
    held: dict[str, list[str]] = {}
    for code, places in where.items():
        for place in places:
            held.setdefault(place, []).append(in_a_sentence(FINDINGS[code].name))
    for place, cap in capped.items():
        held.setdefault(place, []).append(said_cap(cap))
    return {place: f"{label(*place.split(':'))}: {', '.join(words)}" for place, words in held.items()}


def _number(cap: Cap) -> str:
    return "×" if cap == "none" else str(cap)


def _tag_words(place: str, where: Mapping[str, Sequence[str]], signs: Mapping[str, tuple[str, str]],
               capped: Mapping[str, Cap]) -> str:
    letters = "".join(sign for code, (sign, _) in signs.items() if place in where[code])
    return f"{letters} {_number(capped[place])}".strip() if place in capped else letters


def _tells_more(view: str, places: Collection[str]) -> bool:
    in_view = {shape.place for shape in figures()[view].shapes}
    always = {shape.place for code in _ALWAYS for shape in figures()[code].shapes}
    return any(parts_of(place) & in_view and not parts_of(place) & always for place in places)


def _view(figure: Figure, known: OnTheBody, picked: Collection[str] = ()) -> View:
    said_of = {part: words for place, words in known.titles.items() for part in parts_of(place)}
    layers = []
    for group in figure.groups:
        drawn = [Drawn(shape, known.looks.get(shape.place, ""),
                       said_of.get(shape.place, label(*shape.place.split(":"))), shape.place in picked)
                 for shape in group.shapes]
        drawn.sort(key=lambda one: (one.is_picked, bool(one.look)))
        layers.append(Layer(group.is_mirrored, tuple(drawn), group.outline, group.detail))
    return View(figure, tuple(layers), _tags(figure, known.tags))


def _tags(figure: Figure, words: Mapping[str, str]) -> tuple[Tag, ...]:
    """Each tag on its place, or beside it where the place is smaller; none over another."""
    tags: list[Tag] = []
    for place, text in words.items():
        shapes = [shape for shape in figure.shapes if shape.place in parts_of(place)]
        if not shapes or not text:
            continue
        tag = _tag(text, max(shapes, key=_area), figure)
        while any(tag.meets(other) for other in tags):
            tag = Tag(tag.words, tag.x, tag.y - _TAG_HEIGHT - 3, tag.width)
        tags.append(tag)
    return tuple(tags)


def _area(shape: Shape) -> float:
    left, top, right, bottom = shape.box
    return (right - left) * (bottom - top)


def _tag(words: str, shape: Shape, figure: Figure) -> Tag:
    left, _, right, _ = shape.box
    width, (x, y) = 14 + 12 * len(words), shape.middle
    start, end = figure.frame[0], figure.frame[0] + figure.frame[2]
    at = x - width / 2
    if right - left < width - 8:  # too small to carry it: beside it, away from the midline where there is room
        at = right + 3 if x > 0 else left - width - 3
        if at < start or at + width > end:
            at = left - width - 3 if x > 0 else right + 3
    return Tag(words, round(at, 1), round(y - _TAG_HEIGHT / 2, 1), width)
