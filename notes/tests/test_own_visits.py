"""A client's own last six visits: told in any order alike, never read out of one visit, never above a cap."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.findings import FINDINGS
from conftest import MONDAY, at
from notes.beginning import begin_note
from notes.follow_ups.between import between_of
from notes.follow_ups.suggested import Outcome, Work, interval_of, known_relief, places_of
from notes.models import FollowUp
from notes.tests.conftest import had_visit, sign
from notes.writing import MeasurementInput, TreatmentInput, write_note
from practice.tests.sizes import size
from sessions.models import Appointment
from sessions.tests.reading import words_of

CALF = ("lower-leg", "left")
FREE = lambda region, side: None  # noqa: E731
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PLACES = st.sampled_from([CALF, ("foot", "right"), ("neck", "midline")])


def outcome(day, relief=None, pressure=None, *, still=False, soreness=None, badly=False, place=CALF):
    work = (Work(*place, pressure, badly),) if pressure is not None else ()
    when = NOON + timedelta(days=day)
    return Outcome(when, when.date(), relief, still, soreness, work)


@st.composite
def histories(draw, most=12):
    rows = draw(st.lists(st.tuples(st.none() | st.integers(0, 20), st.none() | st.integers(0, 5), st.booleans(),
                                   st.none() | st.integers(0, 3), st.booleans(), PLACES), max_size=most))
    return [outcome(day * 7, relief, pressure, still=still and relief is None, soreness=sore, badly=badly, place=place)
            for day, (relief, pressure, still, sore, badly, place) in enumerate(rows)]


many = settings(max_examples=size(60, 1_000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
CAPS = st.none() | st.just("none") | st.integers(0, 5)


@many
@given(histories(), CAPS, st.integers(0, 99))
def test_the_order_in_which_visits_are_read_changes_nothing(visits, cap, seed):
    shuffled = Random(seed).sample(visits, len(visits))
    assert interval_of(shuffled) == interval_of(visits)
    assert places_of(shuffled, lambda r, s: cap) == places_of(visits, lambda r, s: cap)


@many
@given(histories(), CAPS)
def test_nothing_is_named_above_a_cap_nor_out_of_one_visit(visits, cap):
    for place in places_of(visits, lambda r, s: cap):
        assert 2 <= sum(p.visits for p in place.pressures) <= 6
        if place.longest is not None:
            named = next(p for p in place.pressures if p.level == place.longest)
            assert len(named.days) >= 2 and cap != "none" and (cap is None or place.longest <= cap)
            assert sum(len(p.days) >= 2 for p in place.pressures) >= 2, "compared with another one"
            assert max(named.sore, named.badly) * 2 <= named.visits
        if any(place.is_above(p.level) for p in place.pressures):
            assert place.remark.startswith("Today: ")


@many
@given(histories())
def test_an_interval_lies_among_at_least_three_answers_of_the_last_six(visits):
    interval = interval_of(visits)
    if interval is not None:
        assert 3 <= len(interval.answers) <= 6
        assert min(interval.answers) - 0.5 <= interval.days <= max(interval.answers) + 0.5
    only_the_last = sorted((v for v in visits if v.relief is not None or v.still), key=lambda v: v.at)[-6:]
    assert interval_of(only_the_last) == interval


@many
@given(histories(), st.integers(0, 5))
def test_a_visitwithout_an_answer_changes_no_interval(visits, pressure):
    assert interval_of([*visits, outcome(1000, None, pressure)]) == interval_of(visits)


def test_it_reads_as_somebody_would_say_it():
    visits = [*(outcome(n, days, 3, soreness=int(n == 0)) for n, days in enumerate((5, 6, 6, 5))),
              outcome(5, 3, 4, soreness=2), outcome(6, 3, 4, soreness=1)]
    place, = places_of(visits, FREE)
    assert place.name == "left lower leg"
    assert [words for words, _ in place.rows] == ["pressure 3 in 4 visits, helped 5 to 6 days, sore once",
                                                  "pressure 4 in 2 visits, helped 3 days, sore twice"]
    assert place.remark == "Pressure 3 helped longest."


def test_what_is_above_the_cap_of_today_is_said_and_not_named():
    visits = [*(outcome(n, 2, 2) for n in range(2)), *(outcome(n, 4, 3) for n in range(2, 4)),
              *(outcome(n, 6, 4) for n in range(4, 6))]
    assert places_of(visits, FREE)[0].remark == "Pressure 4 helped longest."
    capped, = places_of(visits, lambda r, s: 3)
    assert capped.remark == "Today: pressure 3 at most. Pressure 3 helped longest." and capped.is_above(4)
    untouchable, = places_of(visits, lambda r, s: "none")
    assert untouchable.remark == "Today: leave it alone."


def test_a_pressure_that_helped_longest_but_was_hard_to_bear_is_not_named():
    visits = [*(outcome(n, 2, 2) for n in range(3)), *(outcome(n, 9, 4, badly=True) for n in range(3, 6))]
    assert places_of(visits, FREE)[0].longest is None


def test_while_most_still_helped_when_asked_no_interval_is_read_out_of_the_short_ones():
    short = [outcome(n, 1) for n in range(3)]
    assert known_relief([*short, *(outcome(n, still=True) for n in range(3, 5))]) == [1, 1, 1]
    assert interval_of([*short, *(outcome(n, still=True) for n in range(3, 6))]) is None


def test_of_one_place_the_firmest_work_of_a_visitcounts():
    visits = [Outcome(NOON + timedelta(days=n), MONDAY, 4, work=(Work(*CALF, 2), Work(*CALF, 4))) for n in range(2)]
    assert [p.level for p in places_of(visits, FREE)[0].pressures] == [4]


# --- from rows to the page ---------------------------------------------------------------------------------------


@pytest.fixture
def course(now, maria, ana, neuro_45):
    """Four visits of Maria's: pressure 2 on his left calf helped 5 days, pressure 3 helped 2, and he was sore after it."""
    visits = []
    for n, (pressure, days, sore) in enumerate(((2, 5, 0), (2, 5, 0), (3, 2, 1), (3, 2, 1))):
        one = had_visit(maria, ana, neuro_45, days_ago=28 - 7 * n, hour=14)
        Appointment.objects.filter(pk=one.pk).update(status="fulfilled")
        sign(one, ana, TreatmentInput("lower-leg", "left", "effleurage", pressure, 10))
        FollowUp.objects.create(practice=maria.practice, appointment=one, asked_on=one.wall_date,
                                closes_at=at(9, days=9), answered_at=now, soreness=sore, helped="until", helped_days=days)
        visits.append(one)
    return visits


def test_the_note_shows_the_last_six_visits_beside_the_rows(course, visit, ana, page):
    note, _ = begin_note(appointment=visit, by=ana)
    html = words_of(page(ana).get(f"/notes/{note.pk}/"))
    assert "Maria: the last six visits" in html and "pressure 2 in 2 visits, helped 5 days" in html
    assert "pressure 3 in 2 visits, helped 2 days, sore twice" in html and "Pressure 2 helped longest." in html
    assert "What was written down, not advice." in html


def test_the_clients_page_says_the_same_for_therapists(course, maria, ana, owner, desk, page):
    html = words_of(page(ana).get(f"/clients/{maria.pk}/notes/"))
    assert "Sessions helped for 4 days (5, 5, 2, 2)" in html and "Pressure 2 helped longest." in html
    assert "helped" not in words_of(page(owner).get(f"/clients/{maria.pk}/notes/"))


def test_the_check_of_today_caps_what_is_named(course, maria, ana):
    from clients.recording import record_finding

    assert "reduced-sensation" in FINDINGS
    record_finding(client=maria, finding="reduced-sensation", places=[("lower-leg", "left")], by=ana)
    place, = between_of(maria, ana).places
    assert place.cap == 2 and place.is_above(3) and place.remark.startswith("Today: pressure 2 at most.")


def test_what_was_planned_or_only_drafted_is_no_pressure_given(course, maria, ana, ben, neuro_45):
    visit = had_visit(maria, ana, neuro_45, days_ago=1, hour=15)
    draft, _ = begin_note(appointment=visit, by=ana)
    write_note(note=draft, by=ana, expected_version=draft.version, measurements=[MeasurementInput("relief-days", "before", 3)],
               treatments=[TreatmentInput("lower-leg", "left", "effleurage", 4, 10)])
    place, = between_of(maria, ben).places
    assert [p.level for p in place.pressures] == [2, 3]
    assert between_of(maria, ben).interval.answers == (5, 5, 2, 3), "the draft's own answer to the visit before counts"


def test_what_a_note_reads_of_it_takes_four_queries_however_many_visits_there_were(course, visit, maria, ana, django_assert_max_num_queries):
    note, _ = begin_note(appointment=visit, by=ana)
    with django_assert_max_num_queries(4):
        between_of(maria, ana, note)
