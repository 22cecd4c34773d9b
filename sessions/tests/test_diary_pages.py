"""The diary: columns, weeks, rooms, what is on hold, at a constant price."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import at, make_client
from sessions.booking import book_appointment
from sessions.grid import Piece, open_pieces, place
from sessions.tests.reading import TUESDAY, clinical_in, words_of


def test_the_day_has_a_column_per_therapist_with_visits_at_their_rows(visit, page, desk, ben):
    words = words_of(page(desk).get(f"/diary/?on={TUESDAY}"))
    assert "Ana Alves" in words
    assert "Ben Baker" in words
    assert re.search(
        r'<li class="r-4 h-3"><a class="diary-visit is-booked" href="[^"]*"><strong><span class="time">10:00', words
    )


def test_rooms_and_a_week_are_two_more_ways_to_look(visit, page, desk, ana, garden):
    rooms = words_of(page(desk).get(f"/diary/?on={TUESDAY}&by=room"))
    assert "Garden room" in rooms
    week = words_of(page(desk).get(f"/diary/?on={TUESDAY}&view=week&therapist={ana.pk}"))
    assert [
        day for day in ("Mon 23 Nov", "Fri 27 Nov", "Sat 28 Nov") if f'col-1">{day}' in week or f">{day}<span" in week
    ] == ["Mon 23 Nov", "Fri 27 Nov"]


def test_held_visits_stand_below_and_their_time_is_offered(relapse, page, desk):
    answer = page(desk).get(f"/diary/?on={TUESDAY}")
    words = words_of(answer)
    assert "On hold: time released" in words
    assert "at=10%3A30" in words
    assert clinical_in(answer) == []


def test_a_therapist_sees_the_flag_of_a_possible_episode_in_the_diary_and_the_desk_does_not(suspected, page, ana, desk):
    assert "is-flagged" in words_of(page(ana).get(f"/diary/?on={TUESDAY}"))
    assert "is-flagged" not in words_of(page(desk).get(f"/diary/?on={TUESDAY}"))


@pytest.mark.parametrize("query", ["", "&by=room", "&view=week"])
def test_a_diary_page_costs_at_most_ten_queries_however_full(visit, page, ana, riverside, neuro_45, query):
    browser = page(ana)

    def price():
        with CaptureQueriesContext(connection) as asked:
            browser.get(f"/diary/?on={TUESDAY}{query}")
        return len(asked)

    few = price()
    for n in range(5):
        book_appointment(
            client=make_client(riverside, f"Client {n}"),
            therapist=ana,
            service=neuro_45,
            by=ana,
            starts_at=at(11 + n) if n else at(11),
            override_reason="lunch",
        )
    assert price() == few <= 10


def test_open_time_comes_in_pieces_of_half_an_hour_at_least():
    assert [(p.begins, p.ends) for p in open_pieces(615, 715)] == [(615, 660), (660, 715)]
    assert open_pieces(600, 625) == []


def test_visits_that_share_a_quarter_hour_do_not_cover_each_other():
    rows = place([Piece("visit", 600, 620), Piece("visit", 620, 640)], 9)
    assert [(r.row, r.span) for r in rows] == [(4, 2), (6, 1)]


def test_the_week_of_every_therapist_is_one_press_away(visit, page, desk, ana, ben):
    words = words_of(page(desk).get(f"/diary/?on={TUESDAY}&view=week&therapist={ben.pk}"))
    weeks = re.search(r'aria-label="Whose week">(.*?)</nav>', words)[1]
    assert re.findall(r'therapist=([^"]+)"( aria-current="page")?>([^<]+)<', weeks) == [
        (str(ana.pk), "", "Ana Alves"),
        (str(ben.pk), ' aria-current="page"', "Ben Baker"),
    ]
    assert "Whose week" not in words_of(page(desk).get(f"/diary/?on={TUESDAY}"))


def test_a_name_in_the_diary_is_wrapped_and_never_cut():
    css = (Path(settings.BASE_DIR) / "practice/static/practice/evenhand.css").read_text()
    assert re.findall(r"\.diary-visit strong \{([^}]*)\}", css) == [" display: block; ", " overflow-wrap: anywhere; "]
