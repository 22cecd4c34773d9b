"""A client's trends: what the notes say over time, for whom, and that pictures, table and API say the same."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from clients.keeping.merging import merge_clients
from conftest import MONDAY
from notes.beginning import begin_note
from notes.models import Note
from notes.tests.conftest import had_visit
from notes.tests.long_course import TURNS, long_course
from notes.trends.trends import trends_of
from notes.writing import MeasurementInput, TreatmentInput, write_note
from practice.models import AuditEntry
from sessions.holds import change_episode, report_episode


def visit_read(client, therapist, service, *, ago, pressure, relief=None, pain=None, place=("calf", "left"),
               visibility="therapists") -> Note:
    """A visit some days ago: how firm one place was worked, and what was read."""
    note, _ = begin_note(appointment=had_visit(client, therapist, service, days_ago=ago), by=therapist)
    read = [MeasurementInput("pain", when, Decimal(value)) for when, value in zip(("before", "after"), pain or (), strict=False)]
    if relief is not None:
        read.append(MeasurementInput("relief-days", "before", Decimal(relief)))
    return write_note(note=note, by=therapist, expected_version=note.version, visibility=visibility, measurements=read,
                      treatments=[TreatmentInput(*place, "effleurage", pressure, 10)])


@pytest.fixture
def month(now, maria, ana, neuro_45):
    """Five weekly visits of Maria's; at each the client said for how many days the one before had helped."""
    for ago, pressure, relief, pain in ((28, 2, None, (6, 4)), (21, 3, 4, (6, 3)), (14, 2, 6, (5, 4)), (7, 3, 5, (5, 2)),
                                        (1, 3, 7, (4, 2))):
        visit_read(maria, ana, neuro_45, ago=ago, pressure=pressure, relief=relief, pain=pain)


def test_an_answer_is_about_the_session_before_it_and_the_interval_is_what_lay_between(month, maria, ana):
    lasted = trends_of(maria, by=ana).lasted
    assert [(str(one.on), one.helped, one.apart) for one in lasted] == [
        ("2026-10-26", 4, 7), ("2026-11-02", 6, 7), ("2026-11-09", 5, 7), ("2026-11-16", 7, 6)]
    assert [one.is_short for one in lasted] == [True, True, True, False]


def test_pressure_stands_beside_what_followed_it_that_day(month, maria, ana):
    (calf,) = trends_of(maria, by=ana).places
    assert calf.name == "left calf"
    assert [(one.pressure, one.value) for one in calf.tried] == [(2, 4), (3, 6), (2, 5), (3, 7)]
    pain = trends_of(maria, by=ana, against="pain")
    assert [(one.pressure, one.value) for one in pain.places[0].tried] == [(2, -2), (3, -3), (2, -1), (3, -3), (3, -2)]
    assert [choice.measure.code for choice in pain.choices] == ["relief-days", "pain"]


def test_both_sides_worked_alike_are_one_place_and_worked_unlike_two(now, maria, ana, neuro_45):
    for n, place in enumerate([("foot", "both")] * 3):
        visit_read(maria, ana, neuro_45, ago=21 - 7 * n, pressure=1 + n, pain=(5, 3), place=place)
    assert [place.name for place in trends_of(maria, by=ana).places] == ["both feet"]
    visit_read(maria, ana, neuro_45, ago=0, pressure=4, pain=(5, 3), place=("foot", "left"))
    assert {(place.name, len(place.visits)) for place in trends_of(maria, by=ana).places} == {("left foot", 4), ("right foot", 3)}


def test_the_days_chosen_bound_everything(now, maria, ana, neuro_45):
    long_course(maria, ana, neuro_45, 80)
    for since, weeks in (("3m", 13), ("year", 52), ("all", 80)):
        trends = trends_of(maria, by=ana, since=since)
        assert len(trends.readings["pain"]) == len(trends.firmness) == weeks
        assert trends.last == MONDAY and min(one.on for one in trends.lasted) >= trends.first
    assert trends_of(maria, by=ana, since="year").has_earlier and not trends.has_earlier


def test_a_note_kept_to_its_author_counts_for_its_author_alone(month, maria, ana, ben, neuro_45, page):
    visit_read(maria, ana, neuro_45, ago=0, pressure=5, relief=1, pain=(9, 8), visibility="author")
    assert trends_of(maria, by=ana).firmness[-1].pressure == 5
    others = trends_of(maria, by=ben)
    assert others.firmness[-1].pressure == 3 and len(others.readings["pain"]) == 5 and len(others.lasted) == 4
    assert "9 on 23 Nov" in page(ana).get(f"/clients/{maria.pk}/readings/").content.decode()
    assert "9 on 23 Nov" not in page(ben).get(f"/clients/{maria.pk}/readings/").content.decode()


def test_the_page_shows_pictures_words_and_the_same_numbers(month, maria, ana, page):
    html = page(ana).get(f"/clients/{maria.pk}/readings/").content.decode()
    assert "Before sessions: 6 on 26 Oct, 4 on 22 Nov." in html
    assert "4 sessions helped for 4 to 7 days, 5.5 in the middle." in html
    assert '<tr><th scope="row">16 Nov 2026</th><td>7</td><td>6</td></tr>' in html
    assert '<tr><th scope="row">3</th><td>2</td><td>6.5</td></tr>' in html  # pressure, visits, median
    assert 'style="' not in html and "<script>" not in html
    assert AuditEntry.objects.filter(verb="outcomes_read", client_id=maria.pk).count() == 1


def test_a_region_always_worked_alike_is_said_instead_of_drawn(now, maria, ana, neuro_45, page):
    for ago in (21, 14, 7):
        visit_read(maria, ana, neuro_45, ago=ago, pressure=2, pain=(5, 3))
    html = page(ana).get(f"/clients/{maria.pk}/readings/").content.decode()
    assert "Always at one pressure: left calf 2." in html and "trend--strip" not in html


def test_an_episode_its_hold_and_its_steroids_stand_behind_the_readings(month, maria, ana, page):
    episode = report_episode(client=maria, kind="relapse", onset_on=MONDAY - timedelta(days=12), by=ana,
                             steroids_until=MONDAY - timedelta(days=8)).episode
    change_episode(episode=episode, status="confirmed", on=MONDAY - timedelta(days=10), by=ana)
    kinds = [(band.kind, str(band.first), str(band.last)) for band in trends_of(maria, by=ana).bands]
    assert kinds == [("episode", "2026-11-11", "2026-11-23"), ("hold", "2026-11-13", "2026-11-23"),
                     ("steroids", "2026-11-11", "2026-11-15")]
    html = page(ana).get(f"/clients/{maria.pk}/readings/").content.decode()
    assert "Visits on hold: 13 Nov to 23 Nov" in html and "Steroid course: 11 Nov to 15 Nov" in html


def test_what_was_read_on_the_row_merged_away_stands_on_the_page_of_the_one_that_stays(month, maria, kofi, ana, page):
    merge_clients(client=maria, into=kofi, by=ana)
    html = page(ana).get(f"/clients/{kofi.pk}/readings/").content.decode()
    assert "Before sessions: 6 on 26 Oct" in html and "Left calf" in html


def test_days_without_a_reading_lead_to_all_of_them(now, maria, ana, neuro_45, page):
    long_course(maria, ana, neuro_45, 1, every=500)
    browser = page(ana)
    assert "Nothing was read in these days." in browser.get(f"/clients/{maria.pk}/readings/").content.decode()
    assert "Before sessions: 6 on" in browser.get(f"/clients/{maria.pk}/readings/?since=all").content.decode()


def test_nothing_read_ever_and_odd_questions_get_a_page(now, maria, ana, page):
    for odd in ("", "?since=tomorrow", "?against=%00", "?since=3m&against=relief-days"):
        html = page(ana).get(f"/clients/{maria.pk}/readings/{odd}").content.decode()
        assert "Nothing to draw yet. What is read at a visit appears here." in html


def test_what_pressure_is_set_against_stands_in_the_address_as_a_number(now, maria, ana, neuro_45, page):
    long_course(maria, ana, neuro_45, 8)
    url = f"/clients/{maria.pk}/readings/"
    leads = re.findall(r'href="\?([^"#]+)', page(ana).get(url).content.decode())
    asked = [query for query in leads if "against=" in query]
    assert len(asked) > 1 and all(re.fullmatch(r"since=year&amp;against=\d+", query) for query in asked)
    chosen = page(ana).get(f"{url}?{asked[1].replace('&amp;', '&')}").content.decode()
    assert f'href="?{asked[1]}#trend-pressure" aria-current="true"' in chosen


def test_the_panel_says_the_last_value_and_how_it_lies_to_the_first(month, maria, ana, page):
    html = page(ana).get(f"/clients/{maria.pk}/notes/").content.decode()
    assert "<b>4</b>" in html and "2 lower than on 26 Oct" in html and "3 higher than on 2 Nov" in html
    assert f'href="/clients/{maria.pk}/readings/"' in html and html.count('class="spark"') == 2


def test_the_api_says_the_numbers_of_the_pictures(now, maria, ana, neuro_45, api):
    long_course(maria, ana, neuro_45, 8)
    said = api(ana).get(f"/api/v1/clients/{maria.pk}/trends/", {"since": "3m"}).json()
    assert (said["last"], said["against"]) == ("2026-11-23", "relief-days")
    assert len(said["visits"]) == 8 and {row["pressure"] for row in said["visits"]} == {turn[3] for turn in TURNS}
    assert said["relief"][0] == {"on": "2026-09-28", "helped_days": 5.0, "next_visit_days": 7}
    calf = next(place for place in said["places"] if place["place"] == "left calf")
    assert calf["medians"] == [{"pressure": 2, "median": 6.0, "visits": 4}, {"pressure": 3, "median": 3.0, "visits": 3}]
    for query, pointer in (("since=ever", "/since"), ("against=luck", "/against")):
        refused = api(ana).get(f"/api/v1/clients/{maria.pk}/trends/?{query}")
        assert refused.status_code == 400 and refused.json()["errors"][0]["pointer"] == pointer


def test_a_technique_is_a_stretch_of_visits_that_a_visit_without_it_a_hold_or_a_pause_ends(
        now, maria, ana, neuro_45, page, api):
    long_course(maria, ana, neuro_45, 1, every=70)
    for ago, technique in ((28, "effleurage"), (21, "effleurage"), (14, "myofascial-release"), (10, "effleurage"),
                           (1, "effleurage")):
        note = visit_read(maria, ana, neuro_45, ago=ago, pressure=2, pain=(5, 3))
        write_note(note=note, by=ana, expected_version=note.version, treatments=[
            TreatmentInput("calf", "left", technique, 2, 10), TreatmentInput("foot", "left", "petrissage", 2, 5, state="planned")])

    def stretches():
        return {used.name: [((MONDAY - one.first).days, (MONDAY - one.last).days, one.visits) for one in used.stretches]
                for used in trends_of(maria, by=ana).used}

    assert stretches() == {"Effleurage": [(70, 70, 1), (28, 21, 2), (10, 1, 2)], "Myofascial release": [(14, 14, 1)]}
    html = page(ana).get(f"/clients/{maria.pk}/readings/").content.decode()
    assert "Effleurage: 26 Oct to 2 Nov 2026, 2 visits" in html and "Petrissage" not in html
    assert '<tr><th scope="row">Effleurage</th><td>26 Oct to 2 Nov 2026</td><td>2</td></tr>' in html
    said = api(ana).get(f"/api/v1/clients/{maria.pk}/trends/").json()["techniques"]
    assert {"name": "Myofascial release", "first": "2026-11-09", "last": "2026-11-09", "visits": 1} in said
    episode = report_episode(client=maria, kind="relapse", onset_on=MONDAY - timedelta(days=8), by=ana).episode
    change_episode(episode=episode, status="confirmed", on=MONDAY - timedelta(days=7), by=ana)
    assert stretches()["Effleurage"] == [(70, 70, 1), (28, 21, 2), (10, 10, 1), (1, 1, 1)]
