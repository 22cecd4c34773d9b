"""What a note adds up to: minutes by place and technique, and units by the 8-minute rule."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notes.billing import billed
from notes.totals import totals_of
from notes.units import units_by_code, units_in
from notes.writing import TreatmentInput

PLACES = (("foot", "left"), ("foot", "right"), ("back", "both"))
TECHNIQUES = ("effleurage", "petrissage", "friction")
ROWS = st.lists(st.builds(
    lambda place, technique, minutes, state: TreatmentInput(*place, technique, 2, minutes, state=state),
    st.sampled_from(PLACES), st.sampled_from(TECHNIQUES), st.none() | st.integers(1, 60),
    st.sampled_from(("given", "planned", "left-out"))), max_size=12)
MINUTES = st.dictionaries(st.sampled_from("ABCDEF"), st.integers(1, 90), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS)
def test_both_ways_of_adding_up_give_the_minutes_that_were_given_and_no_others(rows):
    totals = totals_of(rows, 45)
    minutes = sum(row.minutes or 0 for row in rows if row.state == "given")
    assert totals.minutes == sum(one.minutes for one in totals.by_region) == minutes
    assert sum(one.minutes for one in totals.by_technique) == minutes
    assert totals == totals_of([row for row in rows if row.state == "given"], 45)


def test_more_than_the_visit_has_is_a_question():
    rows = [TreatmentInput("foot", "left", "effleurage", 2, 40)]
    assert totals_of(rows, 40).asks == ""
    assert totals_of(rows, 30).asks == "40 minutes are noted for a visit of 30. Is that right?"
    slip = "95 minutes are noted for a visit of 30. At most 90 can be noted: correct the minutes."
    far = totals_of([TreatmentInput("foot", "left", "effleurage", 2, 95)], 30)
    assert far.asks == far.slip == slip, "the same words live and when it is refused"
    assert (totals_of(rows, 40).beyond, totals_of(rows, 30).beyond) == ("", "40 minutes are noted for a visit of 30.")


@pytest.mark.parametrize(("minutes", "units"), [
    (0, 0), (7, 0), (8, 1), (22, 1), (23, 2), (37, 2), (38, 3), (52, 3), (53, 4), (67, 4), (68, 5), (82, 5)])
def test_units_begin_with_eight_minutes_and_grow_by_fifteen(minutes, units):
    assert units_in(minutes) == units


@pytest.mark.parametrize(("minutes", "units"), [
    ({"A": 24, "B": 23}, {"A": 2, "B": 1}),
    ({"A": 33, "B": 7}, {"A": 2, "B": 1}),
    ({"A": 18, "B": 13, "C": 10, "D": 8}, {"A": 1, "B": 1, "C": 1}),
    ({"A": 7, "B": 7}, {"A": 1}),
    ({"A": 6, "B": 7}, {"B": 1}),
    ({"A": 20, "B": 20}, {"A": 2, "B": 1}),
    ({"A": 7}, {}),
])
def test_the_examples_of_the_manual_come_out_as_it_says(minutes, units):
    assert units_by_code(minutes) == units


@settings(max_examples=100, deadline=None)
@given(MINUTES)
def test_units_of_the_codes_are_the_units_of_the_day_and_each_has_its_full_quarter_hours(minutes):
    units = units_by_code(minutes)
    assert sum(units.values()) == units_in(sum(minutes.values()))
    for code, spent in minutes.items():
        assert spent // 15 <= units.get(code, 0) <= -(-spent // 15)


@settings(max_examples=100, deadline=None)
@given(MINUTES, st.sampled_from("ABCDEF"))
def test_a_minute_more_never_costs_a_unit(minutes, code):
    more = {**minutes, code: minutes.get(code, 0) + 1}
    assert sum(units_by_code(more).values()) >= sum(units_by_code(minutes).values())


def test_only_what_was_given_and_has_a_code_is_billed():
    rows = [TreatmentInput("foot", "left", "effleurage", 2, 7), TreatmentInput("back", "both", "petrissage", 2, 8),
            TreatmentInput("back", "both", "friction", 2, 30), TreatmentInput("foot", "right", "petrissage", 2, 60, state="planned")]
    assert billed(rows, [], {}) is None
    found = billed(rows[:1], rows[1:], {"effleurage": "97140", "petrissage": "97124"})
    assert (found.minutes, found.here, found.units) == (15, 7, (("97124", 1),))
