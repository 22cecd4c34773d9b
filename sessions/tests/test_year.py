"""A client's year on one line: every visit where it belongs, episodes behind them, the same in words."""

from __future__ import annotations

from datetime import date, timedelta

from clients.models import Episode
from conftest import at
from sessions.booking import book_appointment, cancel_appointment
from sessions.year import span_around, year_of
from sessions.year_band import WIDTH

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
