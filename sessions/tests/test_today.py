"""Today: the day as each role may see it, in one line per visit, at a constant price."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.contraindications import Body, KnownClearance, KnownCondition, KnownEpisode, KnownFinding, cautions_for
from clients.models import Episode
from conftest import MONDAY, at, make_client, numb
from practice.access import Outsider
from sessions.booking import ask_for_another_time, book_appointment
from sessions.caution_line import in_one_line
from sessions.holds import change_episode, report_episode
from sessions.needs import Need
from sessions.today import Day, OpenRow, VisitRow, day_of

TUESDAY = MONDAY + timedelta(days=1)
CLINICAL = (b"numb", b"pressure", b"relapse", b"flare", b"episode", b"caution", b"neuropathy", b"sclerosis", b"fever")


def a_line(*known, on=TUESDAY):
    body = Body(
        tuple(k for k in known if isinstance(k, KnownCondition)),
        tuple(k for k in known if isinstance(k, KnownFinding)),
        tuple(k for k in known if isinstance(k, KnownEpisode)),
    )
    line = in_one_line(cautions_for(body, on=on, minutes=60))
    return line.words if line else ""


def test_the_line_says_the_least_pressure_and_what_is_ruled_out():
    foot = KnownFinding("reduced-sensation", (("foot", "left"),))
    assert a_line(foot) == "left foot: pressure 2 at most · no heat or cold · nothing deep"


def test_what_a_doctor_allowed_everywhere_keeps_the_capital_of_their_name():
    grant = KnownClearance("", "granted", max_pressure=2, doctor="Dr Silva")
    line = in_one_line(cautions_for(Body((), (), (), clearances=(grant,)), on=TUESDAY, minutes=60))
    assert line and line.words.endswith("· Dr Silva allowed pressure 2 at most")


def test_a_lower_cap_elsewhere_is_said_apart():
    said = a_line(KnownCondition("diabetic-neuropathy"), KnownFinding("reduced-sensation", (("foot", "both"),)))
    assert said.startswith("both feet and both hands: pressure 2 at most · elsewhere pressure 4 at most")


def test_what_only_is_good_to_know_makes_no_line():
    assert a_line(KnownCondition("ms-relapsing-remitting")) == ""


def test_a_stop_and_a_clearance_come_first():
    assert a_line(KnownFinding("seizure-now")) == "a seizure is going on: no session"
    assert a_line(KnownCondition("stroke")).startswith("a doctor's clearance first")


def test_a_line_that_cannot_hold_everything_says_how_much_is_left():
    said = a_line(KnownCondition("migraine"), KnownEpisode("migraine_attack", "suspected", TUESDAY))
    assert said.startswith("an attack is on · pressure 2 at most")
    assert said.endswith("more")


@pytest.fixture
def visits(now, kofi, ines, ana, ben, neuro_45, garden):
    neuro_45.rooms.set([])
    return [
        book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=at(10), by=ana),
        book_appointment(client=ines, therapist=ben, service=neuro_45, starts_at=at(11), by=ana),
    ]


def test_a_therapist_sees_their_own_day_with_open_time_between(visits, ana):
    day = day_of(ana, TUESDAY, everybody=False)
    assert [type(row).__name__ for row in day.rows] == ["OpenRow", "VisitRow", "OpenRow", "OpenRow"]
    assert [(r.opens, r.closes) for r in day.rows if isinstance(r, OpenRow)] == [
        ("09:00", "10:00"),
        ("11:00", "12:00"),
        ("13:00", "17:00"),
    ]


def test_everybody_means_every_therapist(visits, owner):
    day = day_of(owner, TUESDAY, everybody=True)
    assert {r.visit.therapist.name for r in day.rows if isinstance(r, VisitRow)} == {"Ana Alves", "Ben Baker"}


def test_a_therapist_reads_what_limits_the_visit_and_the_desk_does_not(visits, page, ana, desk):
    url = f"/?on={TUESDAY}"
    assert b"both feet and both hands: pressure 2 at most" in page(ana).get(url).content
    of_desk = page(desk).get(url).content
    assert b"Kofi Mensah" in of_desk
    assert not [word for word in CLINICAL if word in of_desk.lower()]


def test_the_desk_is_told_who_decides_and_never_why(visits, page, desk, ines, kofi, ana):
    numb(ines, "foot", "left")
    report_episode(client=kofi, kind="acute_illness", onset_on=MONDAY, by=ana, fever_or_infection=True)
    of_desk = page(desk).get(f"/?on={TUESDAY}").content
    assert b"needs Ana&#x27;s decision" in of_desk
    assert not [word for word in CLINICAL if word in of_desk.lower()]


def test_possible_episodes_and_requests_for_another_time_stand_under_needs_you(visits, page, ana, kofi):
    report_episode(client=kofi, kind="pain_flare", onset_on=MONDAY, by=ana)
    ask_for_another_time(appointment=visits[0], by=ana)
    words = page(ana).get("/").content.decode()
    assert "Kofi Mensah: possible pain flare since Mon 23 Nov. Next visit Tue 24 Nov, 10:00." in words
    assert "Kofi Mensah needs another time than Tue 24 Nov, 10:00." in words, "the therapist said so"
    ask_for_another_time(appointment=visits[1], by=Outsider(kofi.practice, "client", visits[1].client.name))
    assert f"{visits[1].client.name} asked for another time than" in page(ana).get("/?whose=all").content.decode()


def test_visits_on_hold_past_their_review_rise_to_needs_you(now, page, ana, maria, neuro_45):
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    effect = report_episode(client=maria, kind="relapse", onset_on=MONDAY, by=ana)
    change_episode(episode=effect.episode, status="confirmed", on=MONDAY, by=ana)
    assert b"on hold, to be looked at" not in page(ana).get("/").content
    Episode.objects.update(review_on=MONDAY)
    assert b"Maria Lindqvist: 1 visit on hold, to be looked at by Mon 23 Nov" in page(ana).get("/").content


def test_a_therapists_needs_are_about_their_own_visits(visits, page, ben, kofi, ana):
    report_episode(client=kofi, kind="pain_flare", onset_on=MONDAY, by=ana)
    assert b"possible" not in page(ben).get("/").content


def test_another_practices_day_is_empty_of_ours(visits, page, lakeside_owner):
    assert b"Kofi" not in page(lakeside_owner).get(f"/?on={TUESDAY}").content


@pytest.mark.parametrize("whose", ["mine", "all"])
def test_today_costs_the_same_for_two_visits_and_for_ten(visits, page, ana, ben, neuro_45, riverside, whose):
    browser = page(ana)

    def price():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert browser.get(f"/?on={TUESDAY}&whose={whose}").status_code == 200
        return len(asked)

    few = price()
    for n in range(8):
        client = make_client(riverside, f"Client {n}", "diabetic-neuropathy")
        numb(client)
        report_episode(client=client, kind="pain_flare", onset_on=MONDAY, by=ana)
        book_appointment(
            client=client,
            therapist=(ana, ben)[n % 2],
            service=neuro_45,
            by=ana,
            starts_at=at(13 + n // 2),
            override_reason="",
        )
    assert price() == few
    assert few <= 23  # one of them for credentials that run out


def test_a_day_nobody_can_name_is_today(visits, page, ana):
    for on in ("nonsense", "0001-01-01", "9999-12-31", "2026-02-30"):
        assert b"<h1>Today</h1>" in page(ana).get(f"/?on={on}").content


def test_the_four_most_urgent_stand_above_the_day_and_the_others_are_one_fold_away(ana):
    def day(count):
        needs = [Need(f"{n}", "/") for n in range(count)]
        shown = Day(MONDAY, True, [], needs)
        return [need.words for need in shown.needs_first], len(shown.needs_later)

    assert day(0) == ([], 0)
    assert day(5) == (["0", "1", "2", "3", "4"], 0)
    assert day(6) == (["0", "1", "2", "3"], 2)
