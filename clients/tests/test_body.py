"""The body map: places, sides, and which place touches which."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.body import (
    REGIONS,
    SIDES,
    TOUCHING,
    VIEWS,
    covers,
    keys,
    label,
    related,
    said,
    side_matches,
    sides_of,
)

regions = st.sampled_from(sorted(REGIONS))
places = st.sampled_from([(code, side) for code in REGIONS for side in sides_of(code)])


@pytest.mark.parametrize("code", REGIONS)
def test_every_region_has_a_kebab_code_a_known_parent_and_a_drawing(code):
    region = REGIONS[code]
    assert region.code == code
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert region.parent is None or region.parent in REGIONS
    assert region.views and set(region.views) <= set(VIEWS)


def test_there_are_enough_regions_to_say_where_it_is():
    assert len(REGIONS) >= 25


def test_a_foot_is_left_right_or_both_and_a_back_has_a_midline_too():
    assert sides_of("foot") == ("left", "right", "both")
    assert sides_of("sacrum") == ("midline",)
    for trunk in ("back", "upper-back", "lower-back", "neck", "abdomen"):
        assert sides_of(trunk) == SIDES


def test_both_feet_are_two_places():
    assert keys("foot", "both") == ("foot:left", "foot:right")
    assert keys("lower-back", "midline") == ("lower-back:midline",)


def test_a_side_the_region_does_not_have_is_refused_in_words():
    with pytest.raises(ValueError, match="foot has no side 'midline'"):
        keys("foot", "midline")
    with pytest.raises(KeyError):
        keys("tail", "left")


@pytest.mark.parametrize(("a", "b"), [("leg", "foot"), ("foot", "leg"), ("lower-leg", "toes"),
                                      ("foot", "foot"),
                                      ("head", "jaw"), ("back", "lower-back"), ("leg", "calf"),
                                      ("arm", "fingers")])
def test_a_region_is_related_to_what_contains_it_and_to_what_it_contains(a, b):
    assert related(a, b)


@pytest.mark.parametrize(("a", "b"), [("foot", "calf"), ("hand", "foot"), ("upper-back", "lower-back"),
                                      ("toes", "sole"), ("neck", "head"), ("shoulder", "arm")])
def test_neighbours_are_not_related(a, b):
    assert not related(a, b)


def test_left_never_meets_right_and_the_midline_adjoins_both():
    assert not side_matches("left", "right")
    assert side_matches("left", "both") and side_matches("both", "right")
    assert side_matches("midline", "left") and side_matches("right", "midline")


@pytest.mark.parametrize(("region", "side", "words"), [
    ("foot", "left", "left foot"), ("foot", "both", "both feet"), ("calf", "both", "both calves"),
    ("toes", "both", "both toes"), ("lower-back", "midline", "lower back"),
    ("lower-back", "both", "lower back"),
    ("lower-back", "left", "left side of the lower back"), ("abdomen", "right", "right side of the belly"),
    ("sacrum", "midline", "sacrum"),
])
def test_a_place_is_said_as_people_say_it(region, side, words):
    assert label(region, side) == words


def test_several_places_are_one_phrase():
    assert said(("foot:left",)) == "left foot"
    assert said(("foot:left", "foot:right")) == "both feet"
    assert said(("foot:left", "foot:right", "palm:left")) == "both feet and left palm"
    assert said(("jaw:midline", "foot:left", "knee:right")) == "jaw, left foot and right knee"


def test_a_grant_for_the_leg_covers_its_foot_and_not_the_other_way_round():
    assert covers("leg", "left", "foot:left")
    assert not covers("leg", "left", "foot:right")
    assert not covers("foot", "left", "leg:left")
    assert covers("foot", "both", "toes:right")
    assert covers("back", "midline", "lower-back:left")
    assert covers("back", "both", "lower-back:midline")
    assert not covers("back", "left", "lower-back:midline")


@given(regions, regions)
def test_being_related_goes_both_ways(a, b):
    assert related(a, b) == related(b, a)


@given(places, places)
def test_what_touches_is_what_is_related_on_a_matching_side(a, b):
    for key_a in keys(*a):
        for key_b in keys(*b):
            (region_a, side_a), (region_b, side_b) = key_a.split(":"), key_b.split(":")
            expected = related(region_a, region_b) and side_matches(side_a, side_b)
            assert (key_b in TOUCHING[key_a]) == expected
            assert (key_a in TOUCHING[key_b]) == expected


@given(places)
def test_a_place_touches_itself_and_covers_itself(place):
    for key in keys(*place):
        assert key in TOUCHING[key]
        assert covers(place[0], place[1], key)
