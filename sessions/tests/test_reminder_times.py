"""When a reminder leaves: at the visit's own hour whatever the clocks do, and never right after the confirmation."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from clients.profiles import ReminderConsent, change_client
from conftest import MONDAY, at
from practice import clock, outbox
from practice.models import Message
from sessions.asks import before_on_the_clock, questions_due
from sessions.booking import book_appointment, move_appointment
from sessions.models import Appointment


@pytest.fixture
def book(now, maria, ana, neuro_45, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def booked(hour, days):
        return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(hour, days=days), by=ana)

    return booked


def leave(travel, until):
    travel.move_to(until)
    outbox.drain()


def reminders():
    rows = Message.objects.filter(kind="reminder").order_by("due_at")
    return [(m.start_version.partition("-")[2], m.state, m.why) for m in rows]


def test_three_days_ahead_the_two_day_reminder_still_leaves(book, time_machine):
    visit = book(10, 3)
    assert reminders() == [("7d", "skipped", "Booked less than 7 days before: the confirmation says when it is."),
                           ("2d", "waiting", "Reminder 2 days before.")]
    leave(time_machine, timezone.now() + timedelta(minutes=4))
    leave(time_machine, visit.starts_at - timedelta(days=2))
    assert reminders()[1] == ("2d", "sent", "Reminder 2 days before.")


def test_tomorrows_visit_is_confirmed_with_the_question_and_not_reminded_of(book, mailoutbox, time_machine):
    book(10, 1)
    leave(time_machine, timezone.now() + timedelta(minutes=4))
    assert "A few questions before you come are on the same page." in mailoutbox[0].body
    assert {state for _, state, _ in reminders()} == {"skipped"}


def test_a_confirmation_of_a_visit_far_away_asks_nothing_yet(book, mailoutbox, time_machine):
    book(10, 9)
    leave(time_machine, timezone.now() + timedelta(minutes=4))
    assert "questions" not in mailoutbox[0].body


@pytest.mark.parametrize("gap, ends", [(12, "skipped"), (6, "sent"), (0, "sent")])
def test_no_reminder_within_some_hours_of_the_confirmation(book, riverside, time_machine, gap, ends):
    riverside.reminder_gap_hours = gap
    riverside.save()
    visit = book(16, 2)  # booked on Monday at 8; the reminder is due at 16
    leave(time_machine, timezone.now() + timedelta(minutes=4))
    leave(time_machine, visit.starts_at - timedelta(days=2))
    assert reminders()[1][1] == ends
    if ends == "skipped":
        assert reminders()[1][2] == "The time was told less than 12 hours before."


def test_a_confirmation_that_never_left_keeps_no_reminder_back(book, time_machine):
    visit = book(16, 2)
    Message.objects.filter(kind="booked").update(state="failed")
    leave(time_machine, visit.starts_at - timedelta(days=2))
    assert reminders()[1][1] == "sent"


def test_a_time_told_of_before_a_move_keeps_no_reminder_of_the_new_one_back(book, ana, time_machine):
    visit = book(10, 4)
    leave(time_machine, timezone.now() + timedelta(minutes=4))
    move_appointment(appointment=visit, starts_at=at(11, days=4), by=ana)
    Message.objects.filter(kind="moved").update(state="failed")
    visit.refresh_from_db()
    leave(time_machine, visit.starts_at - timedelta(days=2))
    assert ("2d", "sent", "Reminder 2 days before.") in reminders()


def test_after_a_week_without_a_worker_one_reminder_leaves_about_one_visit(book, mailoutbox, time_machine):
    visit = book(10, 9)
    Message.objects.filter(kind="booked").delete()
    leave(time_machine, visit.starts_at - timedelta(days=1))
    assert reminders() == [("7d", "skipped", "Too late to be of use."), ("2d", "sent", "Reminder 2 days before.")]
    assert len(mailoutbox) == 1


def test_who_agrees_after_booking_is_reminded_and_who_agrees_again_too(book, maria, ana):
    agreed = ReminderConsent(date(2026, 1, 5), "by phone")
    change_client(client=maria, by=ana, reminder_consent=None)
    maria.refresh_from_db()
    book(10, 9)
    assert reminders() == []
    for _ in range(2):
        change_client(client=maria, by=ana, reminder_consent=agreed)
        assert [(days, state) for days, state, _ in reminders()] == [("7d", "waiting"), ("2d", "waiting")]
        change_client(client=maria, by=ana, reminder_consent=None)
        assert {why for _, _, why in reminders()} == {"The client does not wish to be written to by e-mail any more."}


@pytest.mark.parametrize("zone, on, at_hour, days, due", [
    ("America/New_York", date(2027, 3, 15), time(9), 2, (date(2027, 3, 13), time(9))),  # forward on the 14th
    ("Europe/Berlin", date(2026, 10, 26), time(9), 7, (date(2026, 10, 19), time(9))),  # back on the 25th
    ("America/New_York", date(2027, 3, 16), time(2, 30), 2, (date(2027, 3, 14), time(3))),  # 02:30 does not exist
    ("Australia/Lord_Howe", date(2026, 10, 5), time(9), 2, (date(2026, 10, 3), time(9))),
    ("Asia/Kolkata", MONDAY, time(9), 2, (date(2026, 11, 21), time(9)))])  # fmt: skip
def test_a_reminder_is_due_at_the_visits_own_hour_across_a_change_of_the_clocks(zone, on, at_hour, days, due):
    visit = Appointment(minutes=45)
    visit.set_time(clock.instant_of(on, at_hour, zone), zone)
    assert clock.wall_of(before_on_the_clock(visit, timedelta(days=days)), zone)[:2] == due


def test_questions_are_due_at_the_visits_own_hour_across_a_change_of_the_clocks(riverside, time_machine):
    riverside.check_before_hours = 24
    zone = "Europe/Berlin"
    visit = Appointment(practice=riverside, minutes=45)
    visit.set_time(clock.instant_of(date(2027, 3, 28), time(9), zone), zone)
    time_machine.move_to(clock.instant_of(date(2027, 3, 20), time(9), zone))
    assert clock.wall_of(questions_due(visit), zone)[:2] == (date(2027, 3, 27), time(9))
