"""The drawing of the body: nothing missing, nothing on the wrong side, nothing outside the picture, no gap in the skin."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from clients.body import REGIONS, VIEWS, sides_of
from clients.body_drawing import figures, parts_of

Point = tuple[float, float]


@pytest.mark.parametrize("code", REGIONS)
def test_a_region_is_drawn_on_every_side_in_its_views_and_in_no_other(code):
    for view, figure in figures().items():
        drawn = {shape.place for shape in figure.shapes}
        seen = {side for side in ("left", "right", "midline")
                if side in sides_of(code) and parts_of(f"{code}:{side}") & drawn}
        if view not in REGIONS[code].views:
            assert not seen, view
        elif sides_of(code) == ("midline",):
            assert seen == {"midline"}
        else:
            assert {"left", "right"} & seen == ({view} if view in ("left", "right") else {"left", "right"}), view


def test_at_least_forty_regions_can_be_touched_with_their_sides():
    touched = {shape.place for figure in figures().values() for shape in figure.shapes}
    reached = {code for code in REGIONS for side in sides_of(code) if parts_of(f"{code}:{side}") & touched}
    assert set(figures()) == set(VIEWS)
    assert reached == set(REGIONS) and len(reached) >= 40


def test_a_parent_is_drawn_through_what_it_contains_and_a_leaf_as_itself():
    assert parts_of("arm:left") >= {"upper-arm:left", "inner-elbow:left", "palm:left", "fingers:left"}
    assert not {place for place in parts_of("arm:left") if place.endswith(":right")}
    assert parts_of("calf:left") == {"calf:left"}
    assert parts_of("back:midline") >= {"upper-back:left", "upper-back:right", "sacrum:midline"}


@pytest.mark.parametrize(("view", "hand"), [("front", 1), ("back", -1)])
def test_left_is_at_the_right_hand_of_who_looks_from_the_front_and_at_the_left_from_behind(view, hand):
    for shape in figures()[view].shapes:
        start, _, end, _ = shape.box
        if shape.place.endswith(":midline"):
            assert start == -end
        else:
            turned = hand if shape.place.endswith(":left") else -hand
            assert min(start * turned, end * turned) >= 0, shape.place


def test_a_side_shows_only_that_side_and_the_other_is_its_exact_mirror():
    left, right = figures()["left"].shapes, figures()["right"].shapes
    assert {shape.place.partition(":")[2] for shape in left} == {"left"}
    for one, other in zip(left, right, strict=True):
        assert (other.place, other.path) == (one.place.replace("left", "right"), one.path)
        assert (other.box[0], other.box[2]) == (-one.box[2], -one.box[0])


def test_no_shape_leaves_the_picture_and_each_mark_lies_in_its_shape():
    for figure in figures().values():
        x, y, width, height = figure.frame
        for shape in figure.shapes:
            left, top, right, bottom = shape.box
            assert x <= left < right <= x + width and y <= top < bottom <= y + height, shape.place
            assert left < shape.middle[0] < right and top < shape.middle[1] < bottom, shape.place


@pytest.mark.parametrize("view", ["front", "back", "left"])
def test_the_skin_has_no_gap_each_edge_is_a_neighbours_too_or_drawn_as_outline(view):
    for group in figures()[view].groups:
        if group.is_mirrored:
            continue
        used = Counter(edge for shape in group.shapes for edge in _edges(shape.path) if not _lies_beyond(edge, view))
        drawn = set(_edges(group.outline)) | set(_edges(group.detail))
        lonely = [edge for edge, times in used.items() if times == 1 and edge not in drawn]
        assert not lonely, lonely
        assert len(used) > 50 and max(used.values()) == 2


def test_the_other_half_of_front_and_back_is_the_same_drawing_turned_around():
    for view in ("front", "back"):
        half, other = figures()[view].groups
        twins = {shape.place.replace("left", "R").replace("right", "left").replace("R", "right"): shape.path
                 for shape in half.shapes if not shape.place.endswith(":midline")}
        assert (half.is_mirrored, other.is_mirrored) == (False, True)
        assert {shape.place: shape.path for shape in other.shapes} == twins and len(twins) > 20


def test_the_picture_weighs_little():
    paths = "".join(shape.path for figure in figures().values() for shape in figure.shapes)
    lines = "".join(group.outline + group.detail for figure in figures().values() for group in figure.groups)
    assert len(gzip.compress((paths + lines).encode())) < 25_000


def _edges(path: str) -> Iterator[frozenset[Point]]:
    """Each curve of a path by its two ends and its handles, whichever way it runs."""
    for start, curves in re.findall(r"M([^cM]+)((?:c[^cMZ]+)*)", path):
        at = tuple(map(float, start.split()))
        for curve in curves.split("c")[1:]:
            told = list(map(float, re.findall(r"-?[\d.]+", curve)))
            points = [(round(at[0] + x, 1) + 0, round(at[1] + y, 1)) for x, y in zip(told[::2], told[1::2], strict=True)]
            yield frozenset({at, *points})
            at = points[-1]


def _lies_beyond(edge: frozenset[Point], view: str) -> bool:
    """Whether an edge of the front or back lies on the midline, or beyond it where what is single is drawn whole."""
    return view in ("front", "back") and all(x <= 0 for x, _ in edge)
