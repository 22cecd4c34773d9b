"""One visit's page: its steps, its moves by wall time, and what the front desk does not read."""

import re
from datetime import date, timedelta

import time_machine

from conftest import MONDAY, at, numb
from practice.tests.answers import text_of
from sessions import booking
from sessions.booking import book_appointment, cancel_appointment
from sessions.models import Appointment
from sessions.tests.reading import TUESDAY, clinical_in, visit_url, words_of


def test_the_visits_page_tells_its_history_messages_and_limits(visit, page, ana, maria):
    numb(maria, side="left")
    words = words_of(page(ana).get(visit_url(visit)))
    for said in (
        "Maria Lindqvist, Tue 24 Nov, 10:00",
        "Booked for Tue 24 Nov, 10:00",
        "Booking confirmation",
        "Confirms the booking.",
        "Left foot: sensation is reduced",
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
    looked = page(ana).get(visit_url(visit, "appointment_act", "cancel"))
    assert (looked.status_code, looked["Location"]) == (302, visit_url(visit))


def test_a_move_to_where_the_visit_is_says_that_nothing_changed(visit, page, ana, desk):
    booking.confirm_appointment(appointment=visit, by=ana)
    browser, url = page(desk), visit_url(visit, "appointment_move")
    looked = words_of(browser.get(visit_url(visit)))
    assert '<button class="button" type="submit">Move</button>' in looked
    answer = browser.post(url, {"on": TUESDAY, "at": "10:00", "therapist": ana.pk, "room": "", "version": 2}, follow=True)
    assert "Nothing changed: the visit stays Tue 24 Nov, 10:00, River room." in words_of(answer)
    visit.refresh_from_db()
    assert (visit.status, visit.version) == ("confirmed", 2)


def test_a_refused_move_tells_everything_in_the_way(visit, page, ana, ben, ines, room, garden, neuro_45):
    booking.book_appointment(client=ines, therapist=ben, service=neuro_45, starts_at=at(14), room=garden, by=ana)
    typed = {"on": TUESDAY, "at": "14:00", "therapist": ben.pk, "room": garden.pk, "version": 1}
    words = words_of(page(ana).post(visit_url(visit, "appointment_move"), typed))
    assert "Ben Baker is taken Tue 24 Nov, 14:00–14:45." in words
    assert "Garden room is taken Tue 24 Nov, 14:00–14:45; free at the same time in River room." in words


def test_nothing_is_preselected_where_somebody_says_why_a_visit_is_cancelled(visit, page, desk, ana):
    words = words_of(page(desk).get(visit_url(visit)))
    assert '<option value="" selected>Choose why</option>' in words and 'value="flare"' not in words
    assert 'value="flare"' in words_of(page(ana).get(visit_url(visit)))
    refused = page(desk).post(visit_url(visit, "appointment_act", "cancel"), {"reason": ""})
    assert (refused.status_code, "Choose why." in words_of(refused)) == (422, True)


def test_what_is_not_there_is_said_to_members_without_a_word_about_links(visit, page, desk):
    address = f"/appointments/{visit.client_id}/"
    assert "There is nothing here by that id, or it is not yours." in words_of(page(desk).get(address))
    assert "The link may be old" in words_of(page(None).get("/nowhere/"))
    assert page(desk).get(f"/clients/{visit.client_id}/booking-link/")["Location"] == f"/clients/{visit.client_id}/"


def test_a_visit_of_a_series_lists_the_others_each_one_press_away(
        weekly, page, desk, ana, ines, neuro_45):
    cancel_appointment(appointment=weekly[1], by=ana, reason="away")
    words = words_of(page(desk).get(visit_url(weekly[0])))
    listed = words.split("<summary>The series: ")[1].split("</details>")[0]
    assert listed.startswith(f"{len(weekly)} visits, {weekly[0].said} to {weekly[-1].said}")
    assert re.findall(r'href="([^"]+)">([^<]+)', listed) == [(visit_url(one), one.said) for one in weekly[1:]]
    assert f'<strong aria-current="true">{weekly[0].said}</strong>' in listed
    assert listed.count("cancelled") >= 1
    alone = book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(14), by=ana)
    assert "<summary>The series: " not in words_of(page(desk).get(visit_url(alone)))


def test_who_did_not_come_is_told_once_with_one_undo_while_it_can_be_taken_back(now, page, ana, maria, neuro_45):
    today = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(7, days=0), by=ana,
                             override_reason="came early")
    browser = page(ana)
    shown = words_of(browser.post(visit_url(today, "appointment_act", "no-show"), follow=True))
    assert "07:00: marked “did not come”." in shown and "Undo “did not come”" not in shown
    with time_machine.travel(now + timedelta(minutes=10), tick=False):
        assert "Undo “did not come”" in words_of(browser.get(visit_url(today)))


def test_that_a_client_confirmed_is_said_in_plain_words(visit, page, desk):
    assert ">Client confirmed</button>" in words_of(page(desk).get(visit_url(visit)))
    shown = words_of(page(desk).post(visit_url(visit, "appointment_act", "confirm"), follow=True))
    assert "Maria Lindqvist, Tue 24 Nov, 10:00: confirmed." in shown


def test_a_request_accepted_on_today_is_answered_in_words_with_when_its_message_may_leave(visit, page, desk, maria):
    Appointment.objects.filter(pk=visit.pk).update(status="proposed", expires_at=at(8))
    browser, address = page(desk), visit_url(visit, "appointment_act", "accept")
    shown = text_of(browser.post(address, {"next": "/?whose=all"}, follow=True))
    assert "Maria Lindqvist, Tue 24 Nov, 10:00: booked. Nothing is sent before 08:03." in shown
    Appointment.objects.filter(pk=visit.pk).update(status="proposed", expires_at=at(8))
    type(maria).objects.update(reminder_consent_on=None)
    shown = text_of(browser.post(address, {"next": "/?whose=all"}, follow=True))
    assert "10:00: booked." in shown and "Nothing is sent before" not in shown


def test_an_arrival_taken_back_on_today_says_so(visit, page, desk, time_machine):
    time_machine.move_to(at(10))
    browser, back = page(desk), {"next": f"/?whose=all&done={visit.pk}"}
    assert "Maria Lindqvist: arrived." in text_of(browser.post(visit_url(visit, "appointment_act", "arrive"), back, follow=True))
    shown = browser.post(visit_url(visit, "appointment_act", "undo-arrive"), {"next": "/?whose=all"}, follow=True)
    assert "Maria Lindqvist, Tue 24 Nov, 10:00: booked again." in text_of(shown)


def test_who_types_a_reason_is_told_who_will_read_it(visit, page, desk, ines, ana, neuro_45):
    wish = {"client": ines.pk, "service": neuro_45.pk, "therapist": ana.pk, "starts_at": "2026-11-24T15:45Z"}
    assert "Read by therapists and the owner." in text_of(page(desk).get("/book/", wish))


def test_what_never_left_is_folded_away_behind_what_is_to_leave(visit, page, desk, maria):
    for hour in (11, 14):
        visit.refresh_from_db()
        booking.move_appointment(appointment=visit, starts_at=at(hour, days=2), by=desk)
    for address in (visit_url(visit), f"/clients/{maria.pk}/messages/"):
        shown = words_of(page(desk).get(address))
        before, folded = re.split(r"<summary>\d that did not leave</summary>", shown)
        assert before.count("Was to leave") == 0 and folded.count("Was to leave") >= 3
        assert "Leaves Mon 23 Nov" in before
