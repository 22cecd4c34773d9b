"""A client's year on one line: every visit where it belongs, episodes behind them, the same in words."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, timedelta

from clients.episodes import today_in
from clients.models import Episode
from conftest import at
from sessions.booking import book_appointment, cancel_appointment
from sessions.holds import change_episode
from sessions.models import Appointment
from sessions.year import Readings, holds_left, span_around, year_of
from sessions.year_band import CURVE, EDGE, WIDTH, year_from_data

TODAY = date(2026, 11, 23)


def test_the_band_is_twelve_whole_months_with_today_in_the_ninth():
    assert span_around(TODAY) == (date(2026, 3, 1), date(2027, 3, 1))
    assert span_around(date(2026, 1, 31)) == (date(2025, 5, 1), date(2026, 5, 1))
    months = year_of([], [], TODAY).months
    assert [m.name for m in months] == ["Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb"]


def test_each_visit_stands_on_its_day_and_looks_like_what_became_of_it(now, maria, ana, neuro_45):
    visits = [book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=d), by=ana)
              for d in (1, 8)]
    visits[1] = cancel_appointment(appointment=visits[1], reason="away", by=ana)
    year = year_of(visits, [], TODAY)
    assert [tick.look for tick in year.ticks] == ["coming", "gone"]
    assert 0 < year.now < year.ticks[0].x < year.ticks[1].x < WIDTH
    assert year.said == "Visits: 1 to come, 1 did not take place."


def test_an_episode_is_cut_off_at_the_edges_and_one_that_was_none_is_not_drawn():
    def episode(**more):
        return Episode(kind="relapse", status="resolved", **more)

    long_ago = episode(onset_on=TODAY - timedelta(days=800), ended_on=TODAY - timedelta(days=600))
    cut = episode(onset_on=TODAY - timedelta(days=400), ended_on=TODAY - timedelta(days=200),
                  steroids_until=TODAY - timedelta(days=395))
    never = Episode(kind="relapse", status="not_a_relapse", onset_on=TODAY, ended_on=TODAY)
    open_one = Episode(kind="pain_flare", status="suspected", onset_on=TODAY - timedelta(days=3))
    year = year_of([], [long_ago, cut, never, open_one], TODAY)
    assert [(s.look, s.x == 0) for s in year.stretches] == [("episode", True), ("episode", False)]
    assert year.looks == [("episode", "episode")] and "Pain flare, since Fri 20 Nov" in year.said


def test_the_days_a_relapse_holds_are_a_stretch_of_their_own_until_recovery_began(relapse, ana, time_machine):
    def held_until():
        relapse.refresh_from_db()
        year = year_of([], [relapse], today_in(relapse.client), left=holds_left([relapse]))
        return [stretch.said for stretch in year.stretches if stretch.look == "hold"]

    assert held_until() == ["Visits on hold from Mon 23 Nov to Sun 6 Dec"]
    time_machine.move_to(at(9, days=5))
    change_episode(episode=relapse, status="recovering", on=TODAY + timedelta(days=5), by=ana)
    assert held_until() == ["Visits on hold from Mon 23 Nov to Fri 27 Nov"]


def test_a_curve_keeps_to_its_strip_and_says_its_first_and_last_reading():
    pain = Readings("Pain before sessions", 0, 10, ((TODAY - timedelta(days=60), 0), (TODAY - timedelta(days=30), 12),
                                                    (TODAY, 6)))
    lone = Readings("Days the last session helped", 0, 10, ())
    (curve,) = year_of([], [], TODAY, readings=[pain, lone]).curves
    assert [y for _, y in curve.dots] == [CURVE - EDGE, EDGE, CURVE / 2]
    assert curve.dots[0][0] < curve.dots[1][0] < curve.dots[2][0]
    assert (curve.scale, curve.said) == ("0 to 12", "Pain before sessions: 0 on Thu 24 Sep, 6 on Mon 23 Nov, 3 readings.")


def test_month_by_month_everything_drawn_stands_in_words_too(weekly, relapse):
    relapse.steroids_until = TODAY + timedelta(days=3)
    visits = list(Appointment.objects.order_by("starts_at"))
    pain = Readings("Pain before sessions", 0, 10, ((TODAY - timedelta(days=20), 5), (TODAY, 6)))
    rows = year_of(visits, [relapse], TODAY, readings=[pain]).rows
    assert [(row.name, row.visits, row.read) for row in rows] == [
        ("Nov 2026", "1 on hold (24)", "Pain before sessions 5, 6"),
        ("Dec 2026", "4 to come (8, 15, 22, 29); 1 on hold (1)", "")]
    assert rows[0].around == ("MS relapse, since Sat 21 Nov; Visits on hold from Mon 23 Nov to Sun 6 Dec; "
                              "Steroid course until Thu 26 Nov")


def test_the_clients_page_draws_the_year_and_the_desk_sees_the_visits_alone(relapse, weekly, page, ana, desk, maria):
    html = page(ana).get(f"/clients/{maria.pk}/").content.decode()
    assert html.count('class="year__hold"') == 1 and html.count("year__visit--held") == 2 and "Month by month" in html
    html = page(desk).get(f"/clients/{maria.pk}/").content.decode()
    assert html.count("year__visit--held") == 2
    assert not any(word in html for word in ("year__hold", "year__episode", "MS relapse", "year__curve"))


def test_a_band_written_down_and_read_again_is_the_same(weekly, relapse):
    pain = Readings("Pain before sessions", 0, 10, ((TODAY - timedelta(days=20), 5), (TODAY, 6)))
    year = year_of(weekly, [relapse], TODAY, readings=[pain])
    assert year_from_data(json.loads(json.dumps(asdict(year)))) == year


def test_the_line_of_a_curve_breaks_off_over_weeks_without_a_reading():
    on = [TODAY - timedelta(days=7 * n) for n in (20, 19, 18, 8, 7)]
    pain = Readings("Pain before sessions", 0, 10, tuple((day, 5) for day in on))
    (curve,) = year_of([], [], TODAY, readings=[pain]).curves
    assert [len(run) for run in curve.runs] == [3, 2] and len(curve.lines) == 2
    (lone,) = year_of([], [], TODAY, readings=[Readings("Pain", 0, 10, ((TODAY, 5),))]).curves
    assert [len(run) for run in lone.runs] == [1]
