"""What clients are asked before a visit where the practice wishes it: a yes, and the questions; once, and in time."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from clients.models import Questionnaire
from clients.tests.asked import answered_by_page
from conftest import at
from practice import outbox
from practice.models import Message
from sessions.answers import says_yes, wants_another_time
from sessions.booking import book_appointment, cancel_appointment, move_appointment
from sessions.check_before import begin_check
from sessions.tests.test_check_before import ALL_IS_WELL

ASKS = "Can you come? Mon 7 Dec, 10:00"
REMINDS = "Your next appointment: Mon 7 Dec, 10:00"
QUESTIONS = "A few questions before Mon 7 Dec, 10:00"


@pytest.fixture
def wishes(riverside):
    """`wishes(confirm_days=3)`: the owner has set these numbers."""

    def set_to(**numbers):
        for name, value in numbers.items():
            setattr(riverside, name, value)
        riverside.save(update_fields=list(numbers))

    return set_to


@pytest.fixture
def booked(now, maria, ana, neuro_45):
    return lambda days=14: book_appointment(client=maria, therapist=ana, service=neuro_45,
                                            starts_at=at(10, days=days), by=ana)


@pytest.fixture
def sent(settings, mailoutbox, time_machine):
    """`sent(days)`: what leaves when it is 10:00 so many days after today."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def drained(days, hour=10):
        time_machine.move_to(at(hour, days=days))
        del mailoutbox[:]
        outbox.drain()
        return [mail.subject for mail in mailoutbox]

    drained.mails = mailoutbox
    return drained


def words_of(response):
    return response.content.decode().replace("&#x27;", "'")


# --- a yes -------------------------------------------------------------------------------------------------------------


def test_nobody_is_asked_for_a_yes_unless_the_practice_wishes_it(booked, sent):
    booked()
    sent(0, 11)
    assert (sent(7), sent(11), sent(12), sent(13)) == ([REMINDS], [], [REMINDS], [])


def test_reminders_from_the_chosen_day_on_ask_for_a_yes_until_it_is_said(wishes, booked, sent):
    wishes(confirm_days=3)
    visit = booked()
    sent(0, 11)
    assert (sent(7), sent(11)) == ([REMINDS], [ASKS])
    says_yes(visit)
    assert sent(12) == [REMINDS]


def test_who_has_said_yes_is_not_asked_on_the_day_of_asking(wishes, booked, sent):
    wishes(confirm_days=3)
    says_yes(booked())
    sent(0, 11)
    sent(7)
    assert (sent(11), sent(12)) == ([], [REMINDS])
    assert "They have said already whether they come." in Message.objects.values_list("why", flat=True)


def test_a_usual_reminder_that_asks_is_one_message_and_not_two(wishes, booked, sent):
    wishes(confirm_days=2)
    booked()
    assert Message.objects.filter(kind="reminder").count() == 2
    sent(0, 11)
    assert (sent(7), sent(12)) == ([REMINDS], [ASKS])


def test_one_tap_in_the_message_and_one_button_confirm_and_looking_does_not(wishes, booked, sent, page):
    wishes(confirm_days=3)
    visit = booked()
    sent(11)
    yes, other = (re.search(rf"http://testserver(/r/\S+say={way})", sent.mails[-1].body)[1] for way in ("yes", "other-time"))
    browser = page(None)
    assert re.findall(r'name="answer" value="([\w-]+)"', words_of(browser.get(yes))) == ["yes"]
    assert re.findall(r'name="answer" value="([\w-]+)"', words_of(browser.get(other))) == ["other-time"]
    visit.refresh_from_db()
    assert visit.status == "booked"
    assert "Thank you. See you then." in words_of(browser.post(yes, {"answer": "yes"}, follow=True))
    assert "You have confirmed already." in words_of(browser.post(yes, {"answer": "yes"}, follow=True))
    visit.refresh_from_db()
    assert (visit.status, visit.version) == ("confirmed", 2)
    again = words_of(browser.get(yes))
    assert "You said you will come" in again and 'value="yes"' not in again


def test_the_answer_of_an_old_message_is_not_offered_for_a_visit_that_is_cancelled(wishes, booked, page, ana):
    from sessions.letters import visit_url

    visit = booked()
    url = visit_url(visit).removeprefix("http://testserver")
    cancel_appointment(appointment=visit, by=ana)
    for way in ("yes", "other-time", "questions"):
        shown = words_of(page(None).get(f"{url}?say={way}"))
        assert "This appointment is cancelled" in shown and 'name="answer"' not in shown


def test_who_did_not_say_yes_by_the_day_before_stands_on_today_with_a_number_to_ring(
        wishes, booked, maria, desk, ben, page, time_machine):
    wishes(confirm_days=3)
    maria.phone = "+1 206 555 0100"
    maria.save()
    visit = booked()
    needed = "Maria Lindqvist has not confirmed Mon 7 Dec, 10:00"
    time_machine.move_to(at(17, days=12))
    assert needed not in words_of(page(desk).get("/"))
    time_machine.move_to(at(9, days=13))
    shown = words_of(page(desk).get("/"))
    assert needed in shown and 'href="tel:+12065550100"' in shown
    assert needed not in words_of(page(ben).get("/"))  # nobody of his
    says_yes(visit)
    assert needed not in words_of(page(desk).get("/"))


@pytest.mark.parametrize("why", ["off", "booked yesterday", "moved yesterday", "wants another time", "begun"])
def test_nobody_is_rung_without_a_reason(why, wishes, booked, ana, desk, page, time_machine):
    wishes(confirm_days=0 if why == "off" else 3)
    if why == "booked yesterday":
        time_machine.move_to(at(9, days=12))
    visit = booked(16 if why == "moved yesterday" else 14)
    if why == "moved yesterday":
        time_machine.move_to(at(9, days=12))
        visit = move_appointment(appointment=visit, starts_at=at(10, days=14), by=ana)
    if why == "wants another time":
        wants_another_time(visit)
    time_machine.move_to(at(10, 30, days=14) if why == "begun" else at(9, days=13))
    assert "has not confirmed" not in words_of(page(desk).get("/"))


# --- the questions -----------------------------------------------------------------------------------------------------


def test_the_questions_are_sent_once_on_their_own_and_lead_to_one_button(wishes, booked, sent, page):
    wishes(check_before_hours=24)
    booked()
    sent(0, 11)
    assert (sent(7), sent(12), sent(13)) == ([REMINDS], [REMINDS], [QUESTIONS])
    url = re.search(r"http://testserver(/r/\S+)", sent.mails[-1].body)[1]
    shown = page(None).get(url)
    assert re.findall(r'name="answer" value="([\w-]+)"', words_of(shown)) == ["questions"]
    assert not Questionnaire.objects.exists(), "looking begins nothing"
    assert page(None).post(url, {"answer": "questions"})["Location"].startswith("http://testserver/q/")
    assert sent(13, 12) == []


def test_a_reminder_of_the_same_day_asks_them_and_no_second_message_leaves(wishes, booked, sent):
    wishes(check_before_hours=48)
    booked()
    sent(0, 11)
    sent(7)
    assert sent(12) == [REMINDS]
    assert "A few questions before you come" in sent.mails[-1].body
    message = Message.objects.get(kind="check-before")
    assert (message.state, message.why) == ("skipped", "The reminder of that day asks them.")


def test_who_has_answered_is_not_asked_again(wishes, booked, sent, ana, client):
    wishes(check_before_hours=24)
    visit = booked()
    sent(12)
    answered_by_page(client, begin_check(appointment=visit, by=ana), ALL_IS_WELL, agreed={})
    assert sent(13) == []
    assert Message.objects.get(kind="check-before").why == "They have answered already."


def test_the_questions_go_with_the_visit_when_it_moves_and_with_it_when_it_ends(wishes, booked, sent, ana):
    wishes(check_before_hours=24)
    visit = booked()
    sent(0, 11)
    visit = move_appointment(appointment=visit, starts_at=at(10, days=17), by=ana)
    stands, gone = Message.objects.filter(kind="check-before").order_by("state").reverse()
    assert (stands.state, stands.due_at, gone.state) == ("waiting", at(10, days=16), "cancelled")
    cancel_appointment(appointment=visit, by=ana)
    assert not Message.objects.filter(kind="check-before", state="waiting").exists()


def test_a_visit_booked_later_than_the_hour_of_asking_is_not_asked_late(wishes, booked):
    wishes(check_before_hours=48)
    booked(days=1)
    assert not Message.objects.filter(kind="check-before").exists()
    assert timezone.now() + timedelta(hours=48) > at(10, days=1)
