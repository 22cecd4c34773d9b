"""The body map: regions in a tree, sides, and how two places on a body relate.

A place is written `"foot:left"`: region and side. A rule about a place matches another where either contains
the other: what holds for a leg holds for its foot, and work on the leg touches the foot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

SIDES = ("left", "right", "both", "midline")
VIEWS = ("front", "back", "left", "right")


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the body that can be worked on; `views` are the drawings that show it.

    A paired region exists twice (foot). A halved one exists once and has two halves (lower back).
    """

    code: str
    name: str
    parent: str | None
    is_paired: bool
    views: tuple[str, ...]
    is_halved: bool = False


def _paired(code: str, name: str, parent: str | None, views: str) -> Region:
    return Region(code, name, parent, is_paired=True, views=tuple(views.split()))


def _halved(code: str, name: str, parent: str | None, views: str) -> Region:
    return Region(code, name, parent, is_paired=False, views=tuple(views.split()), is_halved=True)


def _single(code: str, name: str, parent: str | None, views: str) -> Region:
    return Region(code, name, parent, is_paired=False, views=tuple(views.split()))


REGIONS: dict[str, Region] = {
    region.code: region
    for region in (
        _halved("head", "head", None, "front back left right"),
        _halved("scalp", "scalp", "head", "front back left right"),
        _halved("skull-base", "base of the skull", "head", "back"),
        _paired("temple", "temple", "head", "left right"),
        _halved("face", "face", "head", "front left right"),
        _halved("forehead", "forehead", "face", "front left right"),
        _halved("jaw", "jaw", "face", "front left right"),
        _halved("neck", "neck", None, "front back left right"),
        _halved("throat", "front of the neck", "neck", "front"),
        _paired("shoulder", "shoulder", None, "front back left right"),
        _paired("armpit", "armpit", "shoulder", "front"),
        _halved("chest", "chest", None, "front left right"),
        _halved("abdomen", "belly", None, "front left right"),
        _halved("back", "back", None, "back left right"),
        _halved("upper-back", "upper back", "back", "back left right"),
        _halved("lower-back", "lower back", "back", "back left right"),
        _single("sacrum", "sacrum", "lower-back", "back"),
        _paired("hip", "hip", None, "front back left right"),
        _paired("groin", "groin", "hip", "front"),
        _paired("buttock", "buttock", "hip", "back left right"),
        _paired("arm", "arm", None, "front back left right"),
        _paired("upper-arm", "upper arm", "arm", "front back left right"),
        _paired("elbow", "elbow", "arm", "front back left right"),
        _paired("inner-elbow", "inner elbow", "elbow", "front"),
        _paired("forearm", "forearm", "arm", "front back left right"),
        _paired("wrist", "wrist", "arm", "front back left right"),
        _paired("hand", "hand", "arm", "front back left right"),
        _paired("palm", "palm", "hand", "front"),
        _paired("fingers", "fingers", "hand", "front back"),
        _paired("leg", "leg", None, "front back left right"),
        _paired("thigh", "thigh", "leg", "front back left right"),
        _paired("inner-thigh", "inner thigh", "thigh", "front"),
        _paired("knee", "knee", "leg", "front back left right"),
        _paired("back-of-knee", "back of the knee", "knee", "back"),
        _paired("lower-leg", "lower leg", "leg", "front back left right"),
        _paired("calf", "calf", "lower-leg", "back left right"),
        _paired("shin", "shin", "lower-leg", "front"),
        _paired("ankle", "ankle", "lower-leg", "front back left right"),
        _paired("foot", "foot", "lower-leg", "front back left right"),
        _paired("heel", "heel", "foot", "back left right"),
        _paired("sole", "sole", "foot", "back"),
        _paired("toes", "toes", "foot", "front"),
    )
}

_PLURALS = {"foot": "feet", "calf": "calves", "back-of-knee": "backs of the knees"}


def sides_of(region: str) -> tuple[str, ...]:
    """The sides a place in this region may have; an unknown region is a KeyError."""
    known = REGIONS[region]
    if known.is_paired:
        return ("left", "right", "both")
    return SIDES if known.is_halved else ("midline",)


def keys(region: str, side: str) -> tuple[str, ...]:
    """The places meant, "both" being each: ("foot", "both") is "foot:left" and "foot:right".

    Refuses, as ValueError, a side this region does not have.
    """
    if side not in sides_of(region):
        raise ValueError(f"{REGIONS[region].name} has no side {side!r}")
    return (f"{region}:left", f"{region}:right") if side == "both" else (f"{region}:{side}",)


def together(places: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Places such as "foot:left" as region and side, once each, left and right of a region being both."""
    sides: dict[str, set[str]] = {}
    for place in places:
        region, _, side = place.partition(":")
        sides.setdefault(region, set()).add(side)
    return tuple((region, side) for region, found in sides.items()
                 for side in (("both",) if "both" in found or {"left", "right"} <= found else sorted(found)))


def wider(place: str) -> tuple[str, ...]:
    """The places that contain this one, the nearest first: of "heel:left" the left foot, lower leg and leg."""
    region, side = place.split(":")
    return tuple(f"{around}:{side if side in sides_of(around) and side != 'midline' else 'both'}"
                 for around in _line(region)[1:])


def _line(region: str) -> tuple[str, ...]:
    """The region and everything that contains it, upwards."""
    line = [region]
    while (parent := REGIONS[line[-1]].parent) is not None:
        line.append(parent)
    return tuple(line)


_LINES: dict[str, frozenset[str]] = {code: frozenset(_line(code)) for code in REGIONS}


def related(a: str, b: str) -> bool:
    """Whether the regions are the same or either contains the other."""
    return a in _LINES[b] or b in _LINES[a]


def side_matches(a: str, b: str) -> bool:
    """Whether two sides can be the same place; the midline adjoins both halves, left never meets right."""
    return a == b or a in ("both", "midline") or b in ("both", "midline")


def covers(region: str, side: str, key: str) -> bool:
    """Whether the place `key` lies wholly within region and side; a midline region is meant whole."""
    inner, inner_side = key.split(":")
    whole = side == "midline" or (side == "both" and REGIONS[region].is_halved)
    return region in _LINES[inner] and (whole or inner_side == side
                                        or (side == "both" and inner_side != "midline"))


# For each place, every place it touches: what one check asks hundreds of times, worked out once.
TOUCHING: dict[str, frozenset[str]] = {}


def _work_out_touching() -> None:
    places = [(code, side) for code in REGIONS for side in sides_of(code) if side != "both"]
    for region, side in places:
        TOUCHING[f"{region}:{side}"] = frozenset(
            f"{other}:{other_side}"
            for other, other_side in places
            if related(region, other) and side_matches(side, other_side)
        )


_work_out_touching()


def label(region: str, side: str) -> str:
    """The place as it is said: "left foot", "both feet", "lower back", "left side of the belly"."""
    known = REGIONS[region]
    if side == "midline" or (side == "both" and known.is_halved):
        return known.name
    if known.is_halved:
        return f"{side} side of the {known.name}"
    if side == "both":
        return f"both {_PLURALS.get(region, known.name if known.name.endswith('s') else known.name + 's')}"
    return f"{side} {known.name}"


@lru_cache(maxsize=4096)
def said(places: tuple[str, ...]) -> str:
    """Several places in one phrase: ("foot:left", "foot:right", "palm:left") is "both feet and left palm"."""
    sides: dict[str, set[str]] = {}
    for place in places:
        region, side = place.split(":")
        sides.setdefault(region, set()).add(side)
    phrases: list[str] = []
    for region, found in sides.items():
        if {"left", "right"} <= found:
            found = found - {"left", "right"} | {"both"}
        phrases.extend(label(region, side) for side in SIDES if side in found)
    return " and ".join([", ".join(phrases[:-1]), phrases[-1]]) if len(phrases) > 1 else "".join(phrases)


_QUADRANTS = (("arm", "shoulder", "chest", "upper-back"), ("leg", "hip", "abdomen", "lower-back"))


def quadrant_of(places: Iterable[str]) -> tuple[str, ...]:
    """The places and, for each of a limb or of the trunk beside it, that whole quarter of the body on its side."""
    wide = list(places)
    for place in tuple(wide):
        region, side = place.split(":")
        for quadrant in _QUADRANTS:
            if not _LINES[region].isdisjoint(quadrant):
                wide += [f"{part}:{side}" for part in quadrant if side in sides_of(part)]
    return tuple(dict.fromkeys(wide))


def inside(places: Iterable[str]) -> frozenset[str]:
    """Every place touched by at least one of these."""
    return frozenset().union(*(TOUCHING[place] for place in places))
