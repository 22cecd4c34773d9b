"""The rhythm a client's own relief days suggest: proposed beside the usual one, and a person decides."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from conftest import MONDAY, ZONE, at
from notes.beginning import begin_note
from notes.tests.conftest import had_visit
from notes.writing import MeasurementInput, write_note
from practice import clock
from practice.refusals import BadInput
from sessions.holds import change_episode, report_episode
from sessions.models import Appointment
from sessions.proposals import propose_plan
from sessions.relief import choice_of, relief_from, relief_of
from sessions.rhythm import Rhythm
from sessions.series import book_series


def answer(client, therapist, service, days, *, ago, visibility="therapists"):
    """A visit some days ago at which the client said for how many days the one before had helped."""
    note, _ = begin_note(appointment=had_visit(client, therapist, service, days_ago=ago, hour=14), by=therapist)
    return write_note(note=note, by=therapist, expected_version=note.version, visibility=visibility,
                      measurements=[MeasurementInput("relief-days", "before", days)])


@pytest.fixture
def weekly(now, maria, ana, neuro_45):
    return book_series(
        client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(7, 6), by=ana)[1]


@pytest.fixture
def relapse(weekly, maria, ana):
    episode = report_episode(client=maria, kind="relapse", onset_on=MONDAY - timedelta(days=2), by=ana).episode
    return change_episode(episode=episode, status="confirmed", on=MONDAY, by=ana).episode


@pytest.fixture
def helped(weekly, maria, ana, neuro_45):
    for ago, days in ((21, 5), (14, 4), (7, 6)):
        answer(maria, ana, neuro_45, days, ago=ago)


@pytest.mark.parametrize(
    "answers, days",
    [([5, 4, 6], 5), ([4, 4, 5, 5], 5), ([30, 30, 1, 2, 3, 3, 4, 5], 3), ([0.5] * 3, 1), ([60] * 4, 60), ([2, 2, 2.4], 2)],
)
def test_the_median_of_the_last_six_answers_in_whole_days_is_proposed(answers, days):
    assert relief_from(answers).days == days


@pytest.mark.parametrize("answers", [[], [5], [5, 5], [0, 0, 7]])
def test_two_answers_are_no_rhythm_and_none_follows_relief_that_did_not_last(answers):
    assert relief_from(answers) is None


def test_a_rhythm_is_never_more_often_than_daily_nor_beyond_sixty_days_and_lies_among_the_answers():
    chance = Random(7)
    for _ in range(2000):
        answers = [chance.choice((chance.uniform(0, 60), chance.randint(0, 3))) for _ in range(chance.randint(3, 9))]
        relief = relief_from(answers)
        assert relief is None or 1 <= relief.days <= 60
        assert relief is None or min(answers[-6:]) - 0.5 <= relief.days <= max(answers[-6:]) + 0.5
        assert relief is not None or min(answers[-6:]) < 0.5


def test_it_is_said_with_the_answers_it_comes_from(helped, maria, ana):
    assert relief_of(maria, ana).said == "Sessions helped for 5 days (5, 4, 6): every 5 days?"


def test_nobody_who_may_not_read_the_record_learns_of_it(helped, maria, ana, ben, desk, owner):
    assert relief_of(maria, ben) is not None
    assert relief_of(maria, desk) is None and relief_of(maria, owner) is None


def test_an_answer_in_a_note_kept_to_its_author_counts_for_its_author_alone(weekly, maria, ana, ben, neuro_45):
    for days, ago in ((5, 21), (6, 14), (6, 7)):
        answer(maria, ana, neuro_45, days, ago=ago, visibility="author")
    assert relief_of(maria, ana).days == 6 and relief_of(maria, ben) is None


def test_beside_the_series_own_rhythm_the_page_offers_relief_and_keeps_the_usual_one_chosen(relapse, helped, page, ana):
    html = page(ana).get(f"/episodes/{relapse.pk}/").content.decode()
    assert "As before, every 7 days" in html
    assert "Every 5 days: sessions helped for 5 days (5, 4, 6)" in html
    assert html.count('name="interval_days" value="" id="rhythm-usual" checked') == 1
    assert 'id="rhythm-relief" checked' not in html


def test_where_nobody_answered_or_the_answers_say_the_same_nothing_is_said(relapse, page, ana, maria, neuro_45):
    assert choice_of(relapse, ana) is None
    assert "rhythm-usual" not in page(ana).get(f"/episodes/{relapse.pk}/").content.decode()
    for ago in (21, 14, 7):
        answer(maria, ana, neuro_45, 7, ago=ago)
    assert choice_of(relapse, ana) is None


def test_the_rhythm_chosen_on_the_page_is_the_one_the_plan_keeps_and_one_press_goes_back(relapse, helped, page, ana):
    there = page(ana).post(f"/episodes/{relapse.pk}/plan/", {"policy": "append", "interval_days": "5"})
    plan = relapse.plans.get()
    assert there.url == f"/plans/{plan.pk}/" and plan.interval_days == 5
    html = page(ana).get(there.url).content.decode()
    assert "Planned every 5 days: sessions helped for 5 days (5, 4, 6)." in html and "As before, every 7 days" in html
    page(ana).post(f"/episodes/{relapse.pk}/plan/", {"policy": "append", "interval_days": ""})
    assert relapse.plans.get(status="proposed").interval_days == 7


def test_a_plan_at_the_usual_rhythm_offers_the_other_one(relapse, helped, page, ana, desk):
    plan = propose_plan(episode=relapse, by=ana)
    html = page(ana).get(f"/plans/{plan.pk}/").content.decode()
    assert "Sessions helped for 5 days (5, 4, 6): every 5 days?" in html and "Plan every 5 days" in html
    assert "helped" not in page(desk).get(f"/plans/{plan.pk}/").content.decode()


def test_a_plan_at_another_rhythm_places_the_visits_at_it(maria, ana, relapse):
    Appointment.objects.filter(client=maria, status="booked").delete()
    plan = propose_plan(episode=relapse, by=ana, interval_days=3)
    days = [clock.wall_of(move.starts_at, ZONE)[0] for move in plan.moves.all()]
    assert (days[1] - days[0]).days == 3 and plan.interval_days == 3


def test_the_api_takes_the_rhythm_and_says_which_one_was_kept(relapse, api, ana):
    url = f"/api/v1/episodes/{relapse.pk}/plan/"
    assert api(ana).post(url, {}).json()["interval_days"] == 7
    answered = api(ana).post(url, {"interval_days": 10}).json()
    assert answered["interval_days"] == 10
    assert api(ana).get(f"/api/v1/plans/{answered['id']}/").json()["interval_days"] == 10
    for days in (0, 181, "often"):
        refused = api(ana).post(url, {"interval_days": days})
        assert refused.status_code == 400 and refused.json()["errors"][0]["pointer"] == "/interval_days"


@pytest.mark.parametrize("days", [0, 181, -3])
def test_a_rhythm_of_no_day_or_beyond_half_a_year_is_refused(relapse, ana, days):
    with pytest.raises(BadInput) as refused:
        propose_plan(episode=relapse, by=ana, interval_days=days)
    assert refused.value.field == "interval_days"


def test_the_note_asks_for_how_long_the_last_session_helped_and_keeps_the_answer(page, ana, visit):
    draft, _ = begin_note(appointment=visit, by=ana)
    html = page(ana).get(f"/notes/{draft.pk}/").content.decode()
    assert html.count("For how many days did the last session help?") == 1
    assert "relief-days_before" in html and "relief-days_after" not in html
    page(ana).post(f"/notes/{draft.pk}/", {"version": draft.version, "relief-days_before": "4.5", "act": "save",
                                           "subjective": "Well.", "rows": "0"})
    assert [(m.measure, m.when, str(m.value)) for m in draft.measurements.all()] == [("relief-days", "before", "4.50")]


def test_more_days_than_can_be_are_pointed_at_beside_the_question(page, ana, visit):
    draft, _ = begin_note(appointment=visit, by=ana)
    html = page(ana).post(f"/notes/{draft.pk}/", {"version": draft.version, "relief-days_before": "400", "act": "save",
                                                  "rows": "0"}).content.decode()
    assert "Days the last session helped goes from 0 to 60." in html and 'value="400"' in html


def test_relief_is_asked_once_a_visit_and_not_after_it(visit, ana):
    draft, _ = begin_note(appointment=visit, by=ana)
    with pytest.raises(BadInput) as refused:
        write_note(note=draft, by=ana, expected_version=draft.version,
                   measurements=[MeasurementInput("relief-days", "after", 3)])
    assert "asked once, before the session" in refused.value.detail
