"""The staff pages of the diary: what they show to whom, and that each press is one verb."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.models import Episode, EpisodeStep
from conftest import MONDAY, at, make_client, make_practice, numb
from practice.models import Message
from sessions.asked import stamp
from sessions.booking import book_appointment, cancel_appointment
from sessions.grid import Piece, open_pieces, place
from sessions.holds import change_episode, report_episode
from sessions.models import Appointment, AppointmentEvent, Hold, Plan, Series
from sessions.rescheduling import propose_plan
from sessions.series import book_series

TUESDAY = MONDAY + timedelta(days=1)
CLINICAL = (b"numb", b"pressure", b"relapse", b"flare", b"episode", b"sclerosis", b"steroid", b"fever", b"symptom")
NASTY = "<script>alert(1)</script>{{ 7|add:7 }}\u202e"


def words_of(response) -> str:
    """The page as text, its marks undone."""
    return response.content.decode().replace("&#x27;", "'").replace("&amp;", "&")


def clinical_in(response) -> list[bytes]:
    """The clinical words of a page's own part."""
    body = response.content.lower().replace(response.wsgi_request.get_full_path().lower().encode(), b"")
    return [word for word in CLINICAL if word in body]


def visit_url(visit, name="appointment", *more):
    return reverse(f"sessions:{name}", args=[visit.pk, *more])


@pytest.fixture
def visit(now, maria, ana, neuro_45):
    return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)


@pytest.fixture
def weekly(now, maria, ana, neuro_45):
    return book_series(
        client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), every_days=7, count=6, by=ana
    )[1]


@pytest.fixture
def suspected(weekly, maria, ana):
    return report_episode(client=maria, kind="relapse", onset_on=MONDAY - timedelta(days=2), by=ana).episode


@pytest.fixture
def relapse(suspected, ana):
    return change_episode(episode=suspected, status="confirmed", on=MONDAY, by=ana).episode


def wish(client, therapist, service, starts_at, **more):
    return {
        "client": client.pk,
        "therapist": therapist.pk,
        "service": service.pk,
        "starts_at": stamp(starts_at),
        **more,
    }


# --- booking ---------------------------------------------------------------------------------------------------------


def test_a_known_client_is_booked_from_the_diary_in_three_acts(visit, page, desk, ana):
    browser = page(desk)
    diary = words_of(browser.get(f"/diary/?on={TUESDAY}"))
    slot = re.search(r'class="diary-open" href="(/book/[^"]*at=13%3A30[^"]*)"', diary)
    asks = words_of(browser.get(slot[1]))
    assert "For whom?" in asks
    assert "Tue 24 Nov, 13:30, with Ana Alves" in asks
    found = browser.get(f"{slot[1]}&q=mar", follow=True)
    assert "Book Maria Lindqvist" in words_of(found)
    assert "Neuro 45, 45 minutes" in words_of(found)
    posted = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', words_of(found).split("<h1>")[1]))
    posted.pop("next", None)
    booked = browser.post("/book/", posted, follow=True)
    assert "Booked: Maria Lindqvist, Tue 24 Nov, 13:30, with Ana Alves, River room." in words_of(booked)
    assert Appointment.objects.filter(starts_at=at(13, 30), therapist=ana).count() == 1


def test_open_times_are_listed_by_day_and_ranked_with_why_for_a_client(visit, page, desk, maria, neuro_45):
    maria.preferences = {"windows": [["09:00", "10:00"]]}
    maria.save()
    words = words_of(page(desk).get(f"/book/?client={maria.pk}"))
    assert "Suits Maria best" in words
    assert "inside the preferred window 09:00-10:00" in words
    assert "<summary>Tue 24 Nov" in words


def test_a_taken_time_is_refused_in_words_with_free_times_one_press_away(visit, page, desk, ines, ana, neuro_45):
    browser = page(desk)
    refused = browser.post("/book/", wish(ines, ana, neuro_45, at(10, 30)))
    assert refused.status_code == 409
    assert "Ana Alves is taken Tue 24 Nov, 10:00–10:45." in words_of(refused)
    assert "because" not in words_of(refused).lower()  # an overlap takes no reason
    instead = re.search(r'name="instead" value="([^"]+)"', words_of(refused))[1]
    browser.post("/book/", wish(ines, ana, neuro_45, at(10, 30), instead=instead))
    assert Appointment.objects.filter(client=ines).values_list("status", flat=True).get() == "booked"


def test_only_the_break_around_a_visit_can_be_given_up(visit, page, desk, ines, ana, neuro_45):
    browser = page(desk)
    refused = browser.post("/book/", wish(ines, ana, neuro_45, at(10, 45)))
    assert "Book all the same, because" in words_of(refused)
    browser.post("/book/", wish(ines, ana, neuro_45, at(10, 45), override_reason="her only hour"))
    assert Appointment.objects.get(client=ines).override_reason == "her only hour"


def test_pressing_book_twice_makes_one_visit_and_lands_on_it(now, page, desk, maria, ana, neuro_45):
    browser = page(desk)
    first = browser.post("/book/", wish(maria, ana, neuro_45, at(10)))
    for _ in range(4):
        assert (
            browser.post("/book/", wish(maria, ana, neuro_45, at(10))).headers["Location"] == first.headers["Location"]
        )
    assert Appointment.objects.count() == 1


def test_the_desk_books_outside_hours_with_a_reason_and_keeps_what_it_typed(now, page, desk, maria, ana, neuro_45):
    browser = page(desk)
    refused = browser.post("/book/", wish(maria, ana, neuro_45, at(18)))
    assert (refused.status_code, "works 09:00–12:00, 13:00–17:00" in words_of(refused)) == (409, True)
    browser.post("/book/", wish(maria, ana, neuro_45, at(18), override_reason="only day"))
    assert Appointment.objects.get().override_reason == "only day"


def test_a_client_on_hold_needs_a_therapist_and_the_desk_is_not_told_why(relapse, page, desk, ana, maria, neuro_45):
    numb(maria)
    url = f"/book/?client={maria.pk}&service={neuro_45.pk}&therapist={ana.pk}&starts_at={stamp(at(14))}"
    of_desk = page(desk).get(url)
    assert "Needs Ana's decision" in words_of(of_desk)
    refused = page(desk).post("/book/", wish(maria, ana, neuro_45, at(14), override_reason="they asked"))
    assert refused.status_code == 409
    assert clinical_in(of_desk) == clinical_in(refused) == []
    of_ana = words_of(page(ana).get(url))
    assert "MS relapse since Sat 21 Nov" in of_ana
    assert "both feet: numb" in of_ana.lower()
    page(ana).post("/book/", wish(maria, ana, neuro_45, at(14), override_reason="we agreed on light work"))
    assert Appointment.objects.filter(client=maria, starts_at=at(14)).exists()


def test_another_practices_rows_cannot_be_named(visit, page, lakeside_owner, maria, ana, neuro_45):
    browser = page(lakeside_owner)
    assert browser.get(f"/book/?client={maria.pk}").status_code == 404
    answer = browser.post("/book/", wish(maria, ana, neuro_45, at(14)))
    assert answer.status_code in (404, 422)
    assert b"Maria" not in answer.content
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    [
        "client=1",
        "service=x",
        "therapist='",
        "starts_at=yesterday",
        "on=2026-13-01&at=99:99",
        "first=x&last=y",
        "starts_at=0001-01-01T00:00Z",
        "q=%00%F0",
    ],
)
def test_nonsense_in_the_address_is_a_clear_answer(visit, page, desk, query):
    assert page(desk).get(f"/book/?{query}").status_code in (200, 404, 422)


def test_days_too_many_or_the_wrong_way_round_are_said_in_words(visit, page, desk, neuro_45):
    asked = page(desk).get(f"/book/?service={neuro_45.pk}&first=2026-12-01&last=2026-11-25")
    assert (asked.status_code, "Wed 25 Nov lies before Tue 1 Dec." in words_of(asked)) == (422, True)
    assert "Look at 92 days at most" in words_of(
        page(desk).get(f"/book/?service={neuro_45.pk}&first=2026-12-01&last=2027-12-01")
    )


# --- series ----------------------------------------------------------------------------------------------------------


def series_form(ana, neuro_45, **more):
    return {
        "service": neuro_45.pk,
        "therapist": ana.pk,
        "on": TUESDAY,
        "at": "10:30",
        "every_days": 7,
        "count": 4,
        **more,
    }


def test_looking_first_books_nothing_and_booking_books_all(visit, page, desk, kofi, ana, neuro_45):
    browser, url = page(desk), f"/series/new/?client={kofi.pk}"
    looked = words_of(browser.post(url, series_form(ana, neuro_45, at="13:00", do="look")))
    assert "All 4 dates are free" in looked
    assert "Tue 15 Dec, 13:00" in looked
    assert Series.objects.count() == 0
    browser.post(url, series_form(ana, neuro_45, at="13:00", do="book"))
    assert Appointment.objects.filter(client=kofi).count() == 4


def test_a_series_with_a_taken_date_says_which_and_what_is_free_instead(visit, page, desk, kofi, ana, neuro_45):
    browser, url = page(desk), f"/series/new/?client={kofi.pk}"
    looked = words_of(browser.post(url, series_form(ana, neuro_45, do="look")))
    assert "1 of 4 dates cannot be booked" in looked
    assert "Tue 24 Nov, 11:00" in looked
    refused = browser.post(url, series_form(ana, neuro_45, do="book"))
    assert (refused.status_code, Appointment.objects.filter(client=kofi).count()) == (409, 0)
    assert 'value="10:30"' in words_of(refused)


def test_a_first_visit_in_the_hour_the_clocks_skip_is_refused_with_both_neighbours(
    now, page, desk, maria, ana, neuro_45
):
    refused = page(desk).post(
        f"/series/new/?client={maria.pk}", series_form(ana, neuro_45, on="2027-03-14", at="02:30")
    )
    assert "02:30 on Sun 14 Mar 2027 does not exist in America/New_York" in words_of(refused)
    assert "Nearest times: 01:45 and 03:00." in words_of(refused)


# --- one visit -------------------------------------------------------------------------------------------------------


def test_the_visits_page_tells_its_history_messages_and_limits(visit, page, ana, maria):
    numb(maria, side="left")
    words = words_of(page(ana).get(visit_url(visit)))
    for said in (
        "Maria Lindqvist, Tue 24 Nov, 10:00",
        "Booked for Tue 24 Nov, 10:00",
        "Booking confirmation",
        "Confirms the booking.",
        "Left foot: numb",
        "Write note",
    ):
        assert said in words


def test_the_desk_sees_the_visit_without_a_clinical_word(relapse, weekly, page, desk, maria, ana):
    numb(maria)
    late = weekly[-1]
    cancel_appointment(appointment=late, by=ana, reason="flare")
    for visit in weekly:
        answer = page(desk).get(visit_url(visit))
        assert "Maria Lindqvist" in words_of(answer)
        assert clinical_in(answer) == []


def test_each_press_is_one_step_of_the_state_table(visit, page, desk):
    browser = page(desk)
    for verb, becomes in (("confirm", "confirmed"),):
        browser.post(visit_url(visit, "appointment_act", verb))
        visit.refresh_from_db()
        assert visit.status == becomes
    browser.post(visit_url(visit, "appointment_act", "cancel"), {"reason": "away"})
    visit.refresh_from_db()
    assert (visit.status, visit.cancel_reason) == ("cancelled", "away")
    refused = browser.post(visit_url(visit, "appointment_act", "confirm"))
    assert (refused.status_code, "cancelled" in words_of(refused)) == (409, True)


def test_arriving_before_the_day_is_refused_in_words_and_the_day_itself_can_be_undone(
    now, page, ana, maria, neuro_45, visit
):
    assert "today is Mon 23 Nov" in words_of(page(ana).post(visit_url(visit, "appointment_act", "arrive")))
    today = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(9, days=0), by=ana)
    shown = page(ana).post(
        visit_url(today, "appointment_act", "arrive"), {"next": f"/?on={MONDAY}&done={today.pk}"}, follow=True
    )
    assert "Maria Lindqvist: arrived." in words_of(shown)
    page(ana).post(visit_url(today, "appointment_act", "undo-arrive"))
    today.refresh_from_db()
    assert today.status == "booked"


def test_the_way_back_stays_in_the_house(visit, page, ana):
    answer = page(ana).post(visit_url(visit, "appointment_act", "confirm"), {"next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == visit_url(visit)


def test_a_visit_moves_by_wall_time_and_a_refused_move_keeps_what_was_typed(visit, page, desk, ana, ines, neuro_45):
    browser, url = page(desk), visit_url(visit, "appointment_move")
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(14), by=ana)
    refused = browser.post(
        url, {"on": TUESDAY, "at": "14:15", "therapist": ana.pk, "room": "", "version": visit.version}
    )
    assert (refused.status_code, 'value="14:15"' in words_of(refused)) == (409, True)
    instead = re.search(r'name="instead" value="([^"]+)"', words_of(refused))[1]
    browser.post(url, {"on": TUESDAY, "at": "14:15", "therapist": ana.pk, "instead": instead})
    visit.refresh_from_db()
    assert (f"{visit.wall_date} {visit.wall_time:%H:%M}", visit.sequence) == (instead, 1)


def test_a_move_into_a_skipped_or_repeated_hour_is_answered_in_words(visit, page, ana):
    url = visit_url(visit, "appointment_move")
    typed = {"therapist": ana.pk, "override_reason": "night shift"}
    gap = page(ana).post(url, {"on": "2027-03-14", "at": "02:30", **typed})
    assert "does not exist in America/New_York: clocks go forward." in words_of(gap)
    twice = page(ana).post(url, {"on": "2027-11-07", "at": "01:30", **typed})
    assert "comes twice in America/New_York" in words_of(twice)
    assert 'type="radio" name="which"' in words_of(twice)
    page(ana).post(url, {"on": "2027-11-07", "at": "01:30", "which": "1", **typed})
    visit.refresh_from_db()
    assert (visit.wall_date, visit.wall_fold) == (date(2027, 11, 7), 1)


def test_a_visit_somebody_changed_meanwhile_is_not_moved(visit, page, ana):
    Appointment.objects.filter(pk=visit.pk).update(version=5)
    refused = page(ana).post(
        visit_url(visit, "appointment_move"), {"on": TUESDAY, "at": "15:00", "therapist": ana.pk, "version": 1}
    )
    assert refused.status_code == 412
    assert "Somebody changed this visit" in words_of(refused)


def test_a_held_visit_is_kept_by_a_therapist_with_a_reason_and_never_by_the_desk(relapse, weekly, page, ana, desk):
    url = visit_url(weekly[0], "appointment_act", "keep")
    assert "Say why, in a few words." in words_of(page(ana).post(url, {"reason": ""}))
    assert page(desk).post(url, {"reason": "they called"}).status_code in (403, 409)
    page(ana).post(url, {"reason": "light work was agreed"})
    weekly[0].refresh_from_db()
    assert (weekly[0].status, weekly[0].keep_reason) == ("booked", "light work was agreed")


def test_a_step_nobody_knows_is_not_there_and_looking_is_no_step(visit, page, ana):
    assert page(ana).post(visit_url(visit, "appointment_act", "explode")).status_code == 404
    assert page(ana).get(visit_url(visit, "appointment_act", "cancel")).status_code == 405


# --- episodes, holds, plans ------------------------------------------------------------------------------------------


def test_a_therapist_reports_an_episode_with_the_likely_kind_chosen(weekly, page, ana, maria):
    url = reverse("sessions:episode_new", args=[maria.pk])
    assert '<option value="relapse" selected>' in words_of(page(ana).get(url))
    empty = page(ana).post(url, {"kind": "relapse", "status": "suspected", "onset_on": MONDAY})
    assert (empty.status_code, "Say whether there is fever or an infection." in words_of(empty)) == (422, True)
    shown = page(ana).post(
        url, {"kind": "relapse", "status": "confirmed", "onset_on": MONDAY, "fever_or_infection": "no"}, follow=True
    )
    assert "Confirmed. 2 visits on hold until Mon 7 Dec, 4 visits stay." in words_of(shown)
    assert Appointment.objects.filter(status="held").count() == 2


def test_the_desk_writes_down_that_somebody_is_not_well_and_can_confirm_nothing(weekly, page, desk, maria):
    url = reverse("sessions:episode_new", args=[maria.pk])
    form = page(desk).get(url)
    assert [w for w in clinical_in(form) if w not in (b"fever", b"symptom")] == []
    typed = {
        "onset_on": MONDAY,
        "fever_or_infection": "no",
        "symptoms": "legs are heavy",
        "status": "confirmed",
        "kind": "other",
    }
    shown = page(desk).post(url, typed, follow=True)
    assert "Noted. Ana looks at it today; nothing moves until then." in words_of(shown)
    episode = Episode.objects.get()
    assert (episode.kind, episode.status, episode.symptoms) == ("relapse", "suspected", "legs are heavy")
    assert set(Appointment.objects.values_list("status", flat=True)) == {"booked"}


def test_words_about_an_episode_that_is_known_are_kept_with_it(relapse, page, ana, maria):
    typed = {
        "kind": "relapse",
        "status": "suspected",
        "onset_on": MONDAY,
        "fever_or_infection": "no",
        "symptoms": "and the left arm",
    }
    shown = page(ana).post(reverse("sessions:episode_new", args=[maria.pk]), typed, follow=True)
    assert "This belongs to the MS relapse that began Sat 21 Nov." in words_of(shown)
    assert EpisodeStep.objects.filter(episode=relapse, note="and the left arm").count() == 1


def test_one_press_confirms_and_the_page_says_what_is_held_and_what_stays_and_why(suspected, page, ana):
    url = reverse("sessions:episode", args=[suspected.pk])
    assert "Nothing moves until it is confirmed." in words_of(page(ana).get(url))
    page(ana).post(
        reverse("sessions:episode_status", args=[suspected.pk]), {"status": "confirmed", "on_word_of": "the MS team"}
    )
    words = words_of(page(ana).get(url))
    for said in ("on the word of the MS team", "Awaiting review", "On or after the review date, Mon 7 Dec."):
        assert said in words
    again = page(ana).post(reverse("sessions:episode_status", args=[suspected.pk]), {"status": "suspected"})
    assert again.status_code == 409


def test_not_a_relapse_gives_the_times_back_and_says_so(relapse, page, ana):
    shown = page(ana).post(
        reverse("sessions:episode_status", args=[relapse.pk]), {"status": "not_a_relapse"}, follow=True
    )
    assert "2 visits back at their times." in words_of(shown)
    assert Hold.objects.filter(outcome="restored").count() == 2


def test_the_plan_is_proposed_applied_and_undone_one_press_each(relapse, page, ana):
    browser = page(ana)
    proposed = browser.post(reverse("sessions:plan_new", args=[relapse.pk]), {"policy": "append"}, follow=True)
    plan = Plan.objects.get()
    words = words_of(proposed)
    assert "Move 2 visits" in words
    assert f"Cost {plan.cost}, proven least" in words
    assert "Tue 24 Nov, 10:30" in words
    assert "Nothing has moved" in words
    applied = browser.post(reverse("sessions:plan_act", args=[plan.pk, "apply"]), follow=True)
    assert "2 visits moved." in words_of(applied)
    assert "Tue 24 Nov, 10:30" in words_of(applied)  # where it was still stands there
    assert not Appointment.objects.filter(status="held").exists()
    assert "Undone" in words_of(browser.post(reverse("sessions:plan_act", args=[plan.pk, "undo"]), follow=True))
    assert Appointment.objects.filter(status="held").count() == 2


def test_a_plan_the_diary_has_left_behind_says_so_and_offers_a_new_one(relapse, page, ana, kofi, neuro_45):
    plan = propose_plan(episode=relapse, by=ana)
    taken = plan.moves.order_by("position").first().starts_at
    book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=taken, by=ana)
    refused = page(ana).post(reverse("sessions:plan_act", args=[plan.pk, "apply"]))
    assert refused.status_code == 409
    assert "Make a new plan" in words_of(refused)
    assert Appointment.objects.filter(status="held").count() == 2


def test_an_undo_that_finds_a_visit_changed_names_it(relapse, page, ana, desk):
    plan = propose_plan(episode=relapse, by=ana)
    page(ana).post(reverse("sessions:plan_act", args=[plan.pk, "apply"]))
    moved = plan.moves.order_by("position").first().appointment
    page(desk).post(visit_url(moved, "appointment_act", "cancel"), {"reason": "away"})
    refused = page(ana).post(reverse("sessions:plan_act", args=[plan.pk, "undo"]))
    assert refused.status_code == 409
    assert moved.said in words_of(refused).replace("Changed since the plan: ", "")


def test_every_visit_on_hold_is_listed_overdue_first_and_can_be_let_go(relapse, weekly, page, desk, ana):
    Episode.objects.update(review_on=MONDAY)
    answer = page(desk).get(reverse("sessions:on_hold"))
    assert "overdue, Mon 23 Nov" in words_of(answer)
    assert clinical_in(answer) == []
    page(desk).post(visit_url(weekly[0], "appointment_act", "release"), {"next": reverse("sessions:on_hold")})
    weekly[0].refresh_from_db()
    assert weekly[0].status == "cancelled"
    assert "MS relapse" not in words_of(page(desk).get(visit_url(weekly[1])))


# --- the diary -------------------------------------------------------------------------------------------------------


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


# --- everything ------------------------------------------------------------------------------------------------------


def all_pages(visit, episode, plan, client):
    return [
        "/",
        "/diary/",
        "/diary/?by=room",
        "/diary/?view=week",
        "/book/",
        f"/book/?client={client.pk}",
        f"/series/new/?client={client.pk}",
        visit_url(visit),
        reverse("sessions:episode_new", args=[client.pk]),
        visit_url(episode, "episode"),
        visit_url(plan, "plan"),
        "/on-hold/",
    ]


def test_looking_at_any_page_changes_nothing(relapse, weekly, page, ana, maria):
    plan = propose_plan(episode=relapse, by=ana)

    def state():
        return [
            list(model.objects.order_by("pk").values())
            for model in (Appointment, AppointmentEvent, Hold, Plan, Episode, EpisodeStep, Series, Message)
        ]

    before = state()
    for url in all_pages(weekly[0], relapse, plan, maria):
        assert page(ana).get(url).status_code == 200
    assert state() == before


def test_another_practice_finds_none_of_it(relapse, weekly, page, ana, maria, lakeside_owner):
    plan, browser = propose_plan(episode=relapse, by=ana), page(lakeside_owner)
    for url in all_pages(weekly[0], relapse, plan, maria):
        answer = browser.get(url)
        assert b"Maria" not in answer.content
        assert answer.status_code == (404 if str(maria.pk) in url or re.search("[0-9a-f-]{36}", url) else 200)
    posts = [
        visit_url(weekly[0], "appointment_act", "cancel"),
        visit_url(weekly[0], "appointment_move"),
        visit_url(relapse, "episode_status"),
        visit_url(relapse, "plan_new"),
        visit_url(plan, "plan_act", "apply"),
        reverse("sessions:episode_new", args=[maria.pk]),
    ]
    assert {browser.post(url, {"reason": "other"}).status_code for url in posts} == {404}


def test_nobody_is_sent_to_sign_in_and_the_desk_is_kept_from_episodes(relapse, weekly, page, ana, maria, desk):
    plan = propose_plan(episode=relapse, by=ana)
    for url in all_pages(weekly[0], relapse, plan, maria):
        assert page(None).get(url).headers["Location"].startswith("/login/")
    for url in (visit_url(relapse, "episode"),):
        answer = page(desk).get(url)
        assert answer.status_code == 403
        assert clinical_in(answer) == []
    assert page(desk).post(visit_url(relapse, "episode_status"), {"status": "resolved"}).status_code == 403
    assert Episode.objects.get().status == "confirmed"


def test_hostile_words_stay_words_on_every_page(now, page, ana, riverside, neuro_45):
    nasty = make_client(riverside, f"Eve {NASTY}", "ms-relapsing-remitting", email="eve@clients.example")
    visit = book_appointment(client=nasty, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    page(ana).post(
        reverse("sessions:episode_new", args=[nasty.pk]),
        {"kind": "relapse", "status": "confirmed", "onset_on": MONDAY, "fever_or_infection": "no", "symptoms": NASTY},
    )
    episode = Episode.objects.get()
    plan = propose_plan(episode=episode, by=ana)
    for url in [*all_pages(visit, episode, plan, nasty), f"/book/?q={NASTY}", f"/book/?{NASTY}={NASTY}"]:
        body = page(ana).get(url).content
        assert b"<script>alert" not in body
        assert b"Eve 14" not in body


def test_a_practice_in_another_zone_says_its_own_wall_times(now, page, lakeside_owner):
    lakeside_owner.practice.time_zone = "Asia/Tokyo"
    lakeside_owner.practice.save()
    assert "Mon 23 Nov 2026" in words_of(page(lakeside_owner).get("/"))
    assert make_practice("Other").time_zone != "Asia/Tokyo"
