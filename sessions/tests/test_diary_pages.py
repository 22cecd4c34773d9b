"""The diary: columns, weeks, months, rooms, marks, what is on hold, at a constant price."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.asking.intake import ask_intake
from clients.models import Clearance, Contact, Finding
from conftest import MONDAY, at, make_client, make_member
from practice.models import Closure, Room, TimeOff
from sessions.booking import book_appointment
from sessions.grid import Piece, is_fine, is_tight, off_pieces, open_pieces, place, shades
from sessions.models import Appointment
from sessions.tests.reading import TUESDAY, clinical_in, words_of


def test_the_day_has_a_column_per_therapist_with_visits_at_their_rows(visit, page, desk, ben):
    words = words_of(page(desk).get(f"/diary/?on={TUESDAY}"))
    assert "Ana Alves" in words
    assert "Ben Baker" in words
    assert re.search(
        r'<li class="r-4 h-3"[^>]*><a class="diary-visit is-booked[^"]*" href="[^"]*"><span [^>]*><strong><span class="time">10:00',
        words)


def test_rooms_and_a_week_are_two_more_ways_to_look(visit, page, desk, ana, garden):
    rooms = words_of(page(desk).get(f"/diary/?on={TUESDAY}&by=room"))
    assert "Garden room" in rooms
    week = words_of(page(desk).get(f"/diary/?on={TUESDAY}&view=week&therapist={ana.pk}"))
    assert [
        day for day in ("Mon 23 Nov", "Fri 27 Nov", "Sat 28 Nov") if f'>{day}<span class="sr">, the day' in week
    ] == ["Mon 23 Nov", "Fri 27 Nov"]


def test_held_visits_stand_below_and_their_time_is_offered(relapse, page, desk):
    answer = page(desk).get(f"/diary/?on={TUESDAY}")
    words = words_of(answer)
    assert "On hold: time released" in words
    assert "at=10%3A30" in words
    assert clinical_in(answer) == []


def marks(answer):
    """What stands in the pieces of the diary, in words."""
    pieces = re.findall(r'<a class="diary-visit.*?</a>', words_of(answer), re.S)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", piece)) for piece in pieces]


def test_a_possible_episode_is_a_decision_to_make_and_the_desk_learns_whose_but_not_why(suspected, page, ana, desk):
    assert "needs your decision" in marks(page(ana).get(f"/diary/?on={TUESDAY}"))[0]
    of_desk = page(desk).get(f"/diary/?on={TUESDAY}")
    assert "needs Ana’s decision" in marks(of_desk)[0]
    assert clinical_in(of_desk) == []
    later = TUESDAY + timedelta(days=7)
    assert "decision" not in marks(page(ana).get(f"/diary/?on={later}"))[0]  # the next visit, not every one


def test_what_bars_any_work_is_a_decision_to_make_until_a_doctor_has_said_yes(visit, page, desk, maria, neurologist):
    Finding.objects.create(practice=maria.practice, client=maria, finding="fever", began_on=MONDAY)
    answer = page(desk).get(f"/diary/?on={TUESDAY}")
    assert "needs Ana’s decision" in marks(answer)[0]
    assert clinical_in(answer) == []


def test_whoever_is_arranged_ahead_a_first_visit_and_a_waiting_intake_are_marked(visit, page, desk, maria):
    for role, name in (("transport", "Taxi Lind"), ("carer", "Erik")):
        Contact.objects.create(client=maria, practice=maria.practice, role=role, name=name)
    ask_intake(client=maria, by=desk)
    words = marks(page(desk).get(f"/diary/?on={TUESDAY}"))[0]
    assert [w for w in ("transport booked", "carer comes along", "first visit", "intake not answered") if w in words] == [
        "transport booked", "carer comes along", "first visit", "intake not answered"]


def test_a_doctors_word_that_runs_out_is_told_to_therapists_only(visit, page, ana, desk, maria, neurologist):
    Clearance.objects.create(practice=maria.practice, client=maria, doctor=neurologist, state="granted",
                             expires_on=MONDAY + timedelta(days=10))
    assert "clearance ends Thu 3 Dec" in marks(page(ana).get(f"/diary/?on={TUESDAY}"))[0]
    assert "learance" not in words_of(page(desk).get(f"/diary/?on={TUESDAY}"))


def test_a_requested_visit_says_until_when_its_time_is_kept(visit, page, desk):
    Appointment.objects.update(status="proposed", expires_at=at(18, days=0))
    assert "requested until Mon 18:00" in marks(page(desk).get(f"/diary/?on={TUESDAY}"))[0]


def test_a_closed_day_is_named_and_why_somebody_is_away_is_not(visit, page, desk, ana, ben, riverside):
    TimeOff.objects.create(practice=riverside, therapist=ben, starts_at=at(9), ends_at=at(12), reason="Dentist")
    words = words_of(page(desk).get(f"/diary/?on={TUESDAY}"))
    assert '<div class="diary-off">Away</div>' in words
    assert "Dentist" not in words
    Closure.objects.create(practice=riverside, first_on=TUESDAY, last_on=TUESDAY, name="Staff day")
    for query in ("", "&view=week&therapist=everyone", f"&view=week&therapist={ben.pk}", "&view=month", "&by=room"):
        assert "Closed: Staff day" in words_of(page(desk).get(f"/diary/?on={TUESDAY}{query}")), query
    assert "Away" not in words_of(page(desk).get(f"/diary/?on={TUESDAY}"))


def test_a_visit_in_time_off_stands_amid_it_and_leads_to_who_must_move(visit, page, desk, ana, riverside):
    queries = ("", "&by=room", f"&view=week&therapist={ana.pk}", "&view=week&therapist=everyone")
    for query in queries:
        assert "must move" not in words_of(page(desk).get(f"/diary/?on={TUESDAY}{query}")), query
    off = TimeOff.objects.create(practice=riverside, therapist=ana, starts_at=at(9), ends_at=at(12), reason="Dentist")
    for query in queries:
        words = words_of(page(desk).get(f"/diary/?on={TUESDAY}{query}"))
        assert re.search(rf'href="/away/time-off/{off.pk}/">.*?must move', words), query
    day = words_of(page(desk).get(f"/diary/?on={TUESDAY}"))
    assert day.count('<div class="diary-off">Away</div>') == 1  # once, though a visit stands amid it
    assert "away 09:00–12:00" in words
    assert page(desk).get(f"/away/time-off/{off.pk}/", follow=True).status_code == 200


def test_a_visit_on_a_closed_day_leads_to_who_must_move_and_the_day_is_closed_around_it(visit, page, desk, riverside):
    shut = Closure.objects.create(practice=riverside, first_on=TUESDAY, last_on=TUESDAY, name="Staff day")
    words = words_of(page(desk).get(f"/diary/?on={TUESDAY}"))
    assert f'href="/away/closure/{shut.pk}/"' in words
    assert words.count("Closed: Staff day") == 1
    first = words.split('id="col-1"')[1].split("</section>")[0]
    assert "diary-off" not in first and "diary-open" not in first


def test_what_lies_outside_the_hours_is_shaded_and_nothing_else():
    assert shades([(540, 720), (780, 1020)], (8, 18)) == [(0, 4), (16, 4), (36, 4)]
    assert shades([], (8, 20)) == [(0, 32), (32, 16)]  # no more rows in one than a piece may span
    assert shades([(480, 1080)], (8, 18)) == []


@pytest.mark.parametrize(("on", "before", "after"), [
    ("2026-11-18", "9–15 Nov", "23–29 Nov"), ("2026-12-02", "23–29 Nov", "7–13 Dec"),
    ("2026-11-24", "16–22 Nov", "30 Nov – 6 Dec")])
def test_the_arrows_of_a_week_say_which_week(page, desk, ana, on, before, after):
    words = words_of(page(desk).get(f"/diary/?on={on}&view=week&therapist={ana.pk}"))
    assert re.search(rf'rel="prev">.*?</svg>{before}</a>', words)
    assert f'rel="next">{after}<svg' in words


def test_now_is_a_line_in_todays_columns_only(page, desk, ana, riverside):
    with time_machine.travel(at(10, 37, days=0), tick=False):
        words = words_of(page(desk).get("/diary/"))
        assert '<li class="diary-now r-6 now q-1" aria-hidden="true"><span>10:37 now' in words
        assert '<span class="diary-clock r-7 q-1">10:37</span>' in words
        assert "diary-now" not in words_of(page(desk).get(f"/diary/?on={TUESDAY}"))


def test_the_month_counts_visits_open_time_and_what_is_on_hold_and_each_day_is_a_link(relapse, weekly, page, desk):
    words = words_of(page(desk).get(f"/diary/?on={TUESDAY}&view=month")).split('<table class="month">')[1]
    day = words.split(f'href="?on={TUESDAY}&view=day')[1].split("</a>")[0]
    assert "1 on hold" in day
    assert "7 h open" in day
    december = words_of(page(desk).get("/diary/?on=2026-12-08&view=month"))
    booked = december.split('<table class="month">')[1].split('href="?on=2026-12-08&view=day')[1].split("</a>")[0]
    assert "1 visit" in booked
    assert "6 h open" in booked  # an hour with its break is taken of seven
    assert "December 2026" in december


def test_everybodys_week_is_one_table_with_each_visit_and_what_is_open(visit, page, desk, ana, ben):
    words = words_of(page(desk).get(f"/diary/?on={TUESDAY}&view=week&therapist=everyone"))
    row = words.split('scope="row"')[1]
    assert "Ana Alves" in row
    assert re.search(r'10:00</span> <bdi>Maria Lindqvist</bdi>.*?booked', row, re.S)
    assert "6 h open" in row
    assert "Ben Baker" in words.split('scope="row"')[2]


def test_the_look_chosen_last_is_remembered_and_an_address_with_a_day_is_what_it_says(visit, page, desk, ana):
    browser = page(desk)
    assert "Mon 23 Nov 2026" in words_of(browser.get("/diary/"))
    browser.get(f"/diary/?on={TUESDAY}&view=month")
    assert "November 2026" in words_of(browser.get("/diary/"))
    assert "Tue 24 Nov 2026" in words_of(browser.get(f"/diary/?on={TUESDAY}"))
    browser.cookies["diary"] = "<script>"
    assert "Mon 23 Nov 2026" in words_of(browser.get("/diary/"))


@pytest.mark.parametrize("query", ["on=0001-01-01", "on=2100-12-31&view=month", "on=2000-01-01&view=week", "view=month",
                                   "view=nonsense", "move=1", "view=week&therapist=everyone&on=2000-01-01"])
def test_nonsense_and_the_ends_of_time_are_clear_answers(visit, page, desk, query):
    assert page(desk).get(f"/diary/?{query}").status_code in (200, 404)


@pytest.mark.parametrize("query", ["", "&by=room", "&view=week", "&view=week&therapist=everyone", "&view=month"])
def test_a_diary_page_costs_at_most_ten_queries_however_full_and_however_many_therapists(
    visit, page, ana, riverside, neuro_45, query
):
    browser = page(ana)

    def price():
        with CaptureQueriesContext(connection) as asked:
            browser.get(f"/diary/?on={TUESDAY}{query}")
        return len(asked)

    few = price()
    Room.objects.bulk_create(Room(practice=riverside, name=f"Room {n}", position=n + 5) for n in range(5))
    for n in range(5):
        colleague = make_member(riverside, f"Colleague {n}", f"c{n}@riverside.example", "therapist")
        client = make_client(riverside, f"Client {n}")
        Contact.objects.create(client=client, practice=riverside, role="carer", name="Somebody")
        book_appointment(client=client, therapist=colleague, service=neuro_45, by=ana, starts_at=at(14))
    assert price() == few <= 10


@pytest.mark.parametrize("query", ["", "&by=room", "&view=week", "&view=week&therapist=everyone", "&view=month"])
def test_a_visit_picked_up_after_something_to_undo_costs_no_more_and_only_it_is_offered(visit, page, ana, query):
    browser = page(ana)
    browser.post(f"/appointments/{visit.pk}/move/", {"on": TUESDAY, "at": "14:00", "therapist": ana.pk})
    assert "Undo" in words_of(browser.get(f"/diary/?on={TUESDAY}"))
    with CaptureQueriesContext(connection) as asked:
        shown = words_of(browser.get(f"/diary/?on={TUESDAY}{query}&move={visit.pk}"))
    assert len(asked) <= 10
    assert "Moving" in shown and "Undo" not in shown


def test_what_may_bar_work_costs_one_query_more_however_often(visit, page, ana, riverside, neuro_45):
    browser = page(ana)

    def price():
        with CaptureQueriesContext(connection) as asked:
            browser.get(f"/diary/?on={TUESDAY}")
        return len(asked)

    few, prices = price(), []
    for n in range(2):
        client = make_client(riverside, f"Client {n}")
        Finding.objects.create(practice=riverside, client=client, finding="fever", began_on=MONDAY - timedelta(days=90))
        Room.objects.create(practice=riverside, name=f"Room {n}")
        book_appointment(client=client, therapist=ana, service=neuro_45, by=ana, starts_at=at(14 + n), override_reason="light")
        prices.append(price())
    assert prices[0] == prices[1] <= few + 1 <= 10


def test_open_time_comes_in_pieces_of_half_an_hour_at_least():
    assert [(p.begins, p.ends) for p in open_pieces(600, 715)] == [(600, 630), (630, 660), (660, 715)]
    assert open_pieces(600, 625) == []


def test_open_time_between_the_half_hours_comes_first_and_then_the_half_hour_itself():
    assert [p.begins for p in open_pieces(885, 1020)] == [885, 900, 930, 960, 990]
    assert [p.begins for p in open_pieces(890, 1020)] == [900, 930, 960, 990]  # no quarter hour of its own to stand in
    assert [(p.begins, p.ends) for p in open_pieces(885, 920)] == [(885, 920)]  # nothing fits from 15:00
    assert [p.stretch for p in open_pieces(890, 960)] == [(890, 960), None]  # all of it, in words


def test_a_quarter_hour_of_open_time_is_pressed_in_what_is_free_above_it():
    free = place([Piece("visit", 840, 870), *open_pieces(885, 960)], 14)
    assert [(p.time, p.row, p.span, p.is_late) for p in free[1:3]] == [("14:45", 2, 2, True), ("15:00", 4, 2, False)]
    tight = place([Piece("visit", 840, 885), *open_pieces(885, 960)], 14)
    assert [(p.row, p.span, p.is_late) for p in tight[1:2]] == [(3, 1, False)]
    assert (is_tight(free), is_tight(tight)) == (False, True)


def test_hours_are_drawn_larger_where_a_visit_is_a_quarter_of_an_hour():
    assert is_fine(place([Piece("visit", 600, 615)], 9))
    assert is_fine(place([Piece("visit", 600, 615, below=30)], 9))
    assert not is_fine(place([Piece("visit", 600, 630), Piece("off", 630, 645)], 9))


def test_who_works_on_no_hour_of_a_day_is_away_once_and_has_no_breaks():
    away = [(510, 600), (600, 750), (780, 1080)]
    assert [(p.begins, p.ends, p.words) for p in off_pieces([], (8, 18), away)] == [(510, 1080, "Away")]
    assert [p.words for p in off_pieces([], (9, 17))] == ["Not working"]
    assert [p.words for p in off_pieces([(540, 720), (780, 900)], (9, 17), [(900, 1020)])] == ["Away", "Break"]


def test_on_a_phone_an_open_stretch_is_one_line_that_leads_to_booking(visit, page, desk, ana):
    words = words_of(page(desk).get(f"/diary/?on={TUESDAY}&view=week&therapist={ana.pk}"))
    day = words.split(f'data-on="{TUESDAY}"')[1].split("</ol>")[0]
    lines = re.findall(r'<li class="diary-stretch"><span>Open ([^<]*)</span><a class="more" href="([^"]*)">Book', day)
    assert [line for line, _ in lines] == ["09:00–10:00", "11:00–12:00", "13:00–17:00"]
    assert lines[0][1] == f"/book/?on={TUESDAY}&at=09%3A00&therapist={ana.pk}"
    moving = words_of(page(desk).get(f"/diary/?on={TUESDAY}&move={visit.pk}"))
    assert "diary-stretch" not in moving  # where a visit is put, every time is needed


def test_visits_that_share_a_quarter_hour_do_not_cover_each_other():
    rows = place([Piece("visit", 600, 620), Piece("visit", 620, 640)], 9)
    assert [(r.row, r.span) for r in rows] == [(4, 2), (6, 1)]


def test_the_week_of_every_therapist_is_one_press_away(visit, page, desk, ana, ben):
    words = words_of(page(desk).get(f"/diary/?on={TUESDAY}&view=week&therapist={ben.pk}"))
    weeks = re.search(r'aria-label="Whose week">(.*?)</nav>', words)[1]
    assert re.findall(r'therapist=([^"]+)"( aria-current="page")?>([^<]+)<', weeks) == [
        ("everyone", "", "Everybody"),
        (str(ana.pk), "", "Ana Alves"),
        (str(ben.pk), ' aria-current="page"', "Ben Baker"),
    ]
    assert "Whose week" not in words_of(page(desk).get(f"/diary/?on={TUESDAY}"))


def test_a_visit_says_all_of_itself_to_whoever_points_at_it_or_listens_however_short_it_is(visit, page, desk, maria):
    Contact.objects.create(client=maria, practice=maria.practice, role="transport", name="Taxi Lind")
    answer = page(desk).get(f"/diary/?on={TUESDAY}")
    said = "10:00 Maria Lindqvist, booked, first visit, transport booked, River room"
    assert f'title="{said}"' in words_of(answer)
    assert marks(answer)[0].split() == said.replace(",", "").split()
