"""What a course of readings allows to be said: a pure rule, tried on thousands of courses."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.measures.catalogue import MEASURES
from notes.measures.measure import Change, Measure
from notes.measures.verdict import verdict

TURNS = {"better", "worse"}
PAIN, MFIS, STIFFNESS = MEASURES["pain"], MEASURES["mfis"], MEASURES["stiffness"]
VALUES = st.integers(0, 1000).map(lambda tenths: tenths / 10)
COURSES = st.lists(VALUES, max_size=8)
SIZES = st.integers(1, 600).map(lambda tenths: tenths / 10)


def known(size, **more):
    return Change(size, "so much means something", "somebody", **more)


@st.composite
def measures(draw):
    """Any measure: with a meaningful change, an error, both or neither; in units or as a share."""
    sizes = [draw(st.one_of(st.none(), SIZES.map(known), st.sampled_from([0.1, 0.2, 0.5]).map(
        lambda share: known(share, is_share=True)))) for _ in range(2)]
    return Measure("any", "Any", "0-100", 0, 100, draw(st.sampled_from(["lower", "higher"])), "nobody",
                   meaningful=sizes[0], error=sizes[1])


@given(measures(), COURSES)
def test_a_change_within_the_measurement_error_never_turns_into_better_or_worse(measure, course):
    found = verdict(measure, course)
    if measure.error and len(course) > 1 and course[0] and abs(found.change) <= measure.error.size(course[0]):
        assert found.word not in TURNS | {"beyond-error"}


@given(measures(), COURSES)
def test_a_change_below_the_published_one_never_turns_into_better_or_worse(measure, course):
    found = verdict(measure, course)
    if found.word in TURNS:
        assert measure.meaningful and abs(found.change) >= measure.meaningful.size(course[0]) - 1e-6


@given(measures(), VALUES, VALUES)
def test_two_readings_never_make_a_verdict_where_only_a_meaningful_change_is_known(measure, first, last):
    assert verdict(replace(measure, error=None), [first, last]).word not in TURNS


@given(measures(), COURSES)
def test_what_is_better_one_way_round_is_worse_the_other(measure, course):
    other = replace(measure, better="higher" if measure.better == "lower" else "lower")
    turned = {"better": "worse", "worse": "better"}
    one = verdict(measure, course).word
    assert verdict(other, course).word == turned.get(one, one)


@given(measures(), COURSES)
def test_the_words_say_the_change_and_never_that_somebody_improved(measure, course):
    found = verdict(measure, course)
    assert not re.search("improv|deteriorat|effective|significant", found.words)
    assert bool(found.words) == (len(course) > 1)
    assert ("for the better" in found.words, "for the worse" in found.words) == (
        found.word == "better", found.word == "worse")
    if found.change:
        assert f"{abs(found.change):.2f}".rstrip("0").rstrip(".") in found.words


@given(measures(), COURSES, VALUES)
def test_readings_between_do_not_change_how_far_it_went(measure, course, between):
    if len(course) > 1:
        assert verdict(measure, [course[0], between, *course[1:]]).change == verdict(measure, course).change


def test_the_words_of_known_courses():
    assert verdict(PAIN, [6]).word == "nothing"
    assert verdict(PAIN, [6, 6]).words == "The same as at first."
    assert verdict(PAIN, [6, 5]).words == (
        "Between the first and the last day: 1 point lower; about 2 points or 30 % mean something to people with chronic pain.")
    two = verdict(PAIN, [6, 3])
    assert two.word == "not-lasting" and "One reading that far does not say that it lasts." in two.words
    assert verdict(PAIN, [6, 4, 3]).words == (
        "Between the first and the last day: 3 points lower, for the better; about 2 points or 30 % mean something to people with chronic pain.")
    assert verdict(PAIN, [6, 8, 3]).word == "not-lasting"
    assert verdict(STIFFNESS, [8, 4, 2]).words == "Between the first and the last day: 6 points lower; no published change to hold it against."


def test_a_meaningful_change_smaller_than_the_error_is_within_the_error():
    """Four points on the MFIS are published as meaningful, and 20.2 as its measurement error."""
    for readings in ([50, 46], [50, 46, 45, 44], [50, 40, 38, 30]):
        found = verdict(MFIS, readings)
        assert found.word == "within-error" and found.words.count("measurement error") == 1
    assert verdict(MFIS, [50, 46]).words == (
        "Between the first and the last day: 4 points lower, within the measurement error; up to 20.2 points can be chance.")
    assert verdict(MFIS, [60, 39]).word == "better"


def test_a_share_of_nothing_is_no_yardstick_and_getting_worse_takes_its_own_size():
    assert verdict(MEASURES["headache-days"], [0, 4, 4]).word == "no-yardstick"
    tug = MEASURES["tug"]
    assert verdict(tug, [10, 7.5, 7.5]).word == "better"
    assert verdict(tug, [10, 13, 13]).word == "below-meaning"
    assert verdict(tug, [10, 13.2, 13.2]).word == "worse"
    assert verdict(MEASURES["t25fw"], [10, 8.5]).word == "within-error"
    assert verdict(MEASURES["t25fw"], [10, 8]).word == "better"


@pytest.mark.parametrize("measure", MEASURES.values(), ids=list(MEASURES))
def test_every_measure_has_its_scale_source_licence_and_sourced_sizes(measure):
    assert measure.low < measure.high and measure.better in ("lower", "higher")
    assert measure.source and measure.licence
    for change in (measure.meaningful, measure.error):
        assert change is None or (change.value > 0 and change.words and change.source)
    assert (measure.times == ()) == (measure.kind == "total")
