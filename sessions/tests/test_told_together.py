"""Several visits booked or moved in one act: one message tells of all of them, as they stand when it leaves."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from clients.contacts import add_contact
from conftest import MONDAY, at
from practice import outbox
from practice.models import Message
from practice.tests.answers import text_of
from practice.wording.lengths import length_of
from sessions import holds
from sessions.booking import cancel_appointment, move_appointment
from sessions.models import Appointment
from sessions.moving import Move, move_all
from sessions.replies import visits_texted_about
from sessions.rhythm import Rhythm
from sessions.series import book_series
from sessions.series_changes import cancel_visits, move_visits
from sessions.undoing import undo_act, undo_of

NAMES = ["Tue 24 Nov, 10:30", "Tue 1 Dec, 10:30", "Tue 8 Dec, 10:30", "Tue 15 Dec, 10:30"]


@pytest.fixture
def weekly(now, maria, ana, neuro_45):
    """Four visits booked at once."""
    return book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(7, 4),
                       by=ana)[1]


@pytest.fixture
def leave(settings, mailoutbox, time_machine):
    """What leaves once the grace is over, without reminders."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def drained():
        del mailoutbox[:]
        time_machine.move_to(timezone.now() + timedelta(minutes=4))
        outbox.drain()
        return [mail for mail in mailoutbox if "next appointment" not in mail.subject]

    return drained


def undo(visit, by):
    visit.refresh_from_db()
    undo_act(appointment=visit, step=undo_of(visit).step, by=by)


def dates_in(text):
    return [name for name in NAMES if name in text]


def shifted(visits, ana, days=1):
    return move_visits(appointment=visits[0], scope="all", starts_at=at(10, 30, days=1 + days), by=ana)


def test_a_series_is_told_in_one_message_with_every_date_and_one_file_for_all(weekly, leave):
    [mail] = leave()
    assert mail.subject == "Your 4 appointments are booked, the first Tue 24 Nov, 10:30"
    assert dates_in(mail.body) == NAMES and mail.body.count("/r/") == 1
    [file] = mail.attachments
    events = Calendar.from_ical(file.get_payload(decode=True)).events
    assert [str(event["uid"])[6:42] for event in events] == [str(visit.pk) for visit in weekly]
    assert leave() == []


def test_a_series_of_one_is_told_like_any_visit(now, maria, ana, neuro_45, leave):
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(7, 1), by=ana)
    assert [mail.subject for mail in leave()] == ["Your appointment is booked: Tue 24 Nov, 10:30"]


def test_a_long_series_is_one_text_of_one_part_with_first_last_and_link(now, maria, ana, neuro_45):
    maria.channels, maria.phone = ["sms"], "+12065550177"
    maria.save()
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(7, 20), by=ana)
    [row] = Message.objects.select_related("practice").exclude(kind="reminder")
    sms = outbox.KINDS[row.kind].compose(row).sms
    assert sms.startswith("Riverside Therapy: 20 appointments booked: Tue 24 Nov, 10:30 to Tue 6 Apr 2027, 10:30. Confirm the first: http")
    assert length_of(sms.partition("http")[0] + "x" * 50).parts == 1


def test_a_series_is_told_in_the_clients_language_and_a_carer_gets_a_copy_without_the_link(maria, weekly, ana, leave):
    maria.language = "de"
    maria.save()
    add_contact(client=maria, role="carer", name="Erik", email="erik@family.example", by=ana, copied_since=MONDAY)
    mails = {mail.to[0]: mail for mail in leave()}
    own = next(mail for to, mail in mails.items() if "erik" not in to)
    copy = next(mail for to, mail in mails.items() if "erik" in to)
    assert own.subject == "Ihre 4 Termine sind gebucht, der erste Di. 24. Nov., 10:30"
    assert "Di. 15. Dez., 10:30 (45 Minuten)" in own.body and "Di. 15. Dez., 10:30" in copy.body
    assert "/r/" in own.body and "://" not in copy.body


def test_what_was_cancelled_or_moved_before_it_left_is_not_in_it(weekly, ana, leave):
    cancel_appointment(appointment=weekly[1], by=ana)
    move_appointment(appointment=weekly[3], starts_at=at(14, days=22), by=ana)
    mails = leave()
    assert sorted(mail.subject for mail in mails) == [
        "Your 2 appointments are booked, the first Tue 24 Nov, 10:30", "Your appointment is booked: Tue 15 Dec, 14:00"]
    assert dates_in(next(m.body for m in mails if "2 app" in m.subject)) == [NAMES[0], NAMES[2]]


def test_a_series_of_which_none_stands_is_not_told_and_the_log_says_why(weekly, ana, leave):
    cancel_visits(appointment=weekly[0], scope="all", by=ana)
    assert leave() == []
    row = Message.objects.get(kind="booked-together")
    assert (row.state, row.why) == ("skipped", "None of these times stands any more.")


def test_a_series_taken_back_within_the_grace_is_never_told(weekly, ana, leave):
    undo(weekly[0], ana)
    assert leave() == []
    row = Message.objects.get(kind="booked-together")
    assert (row.state, row.why) == ("cancelled", "The booking was undone.")


def test_a_visit_moved_and_put_back_before_the_series_was_told_is_told_with_it_once(weekly, ana, leave):
    undo(move_appointment(appointment=weekly[2], starts_at=at(14, days=15), by=ana), ana)
    [mail] = leave()
    assert dates_in(mail.body) == NAMES
    assert leave() == []


def test_a_series_cancelled_and_put_back_before_it_was_told_is_told_once(weekly, ana, leave):
    cancel_visits(appointment=weekly[0], scope="all", by=ana)
    undo(weekly[0], ana)
    [mail] = leave()
    assert dates_in(mail.body) == NAMES
    assert leave() == []


def test_a_visit_left_out_of_the_message_and_put_back_afterwards_is_told_by_itself(weekly, ana, leave, time_machine):
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    cancel_appointment(appointment=weekly[1], by=ana)
    time_machine.move_to(timezone.now() - timedelta(minutes=2))
    assert "3 appointments" in leave()[0].subject
    undo(weekly[1], ana)
    assert [mail.subject for mail in leave()] == ["Your appointment is booked: Tue 1 Dec, 10:30"]


def test_a_visit_of_a_series_that_was_told_is_told_of_its_move_and_of_its_cancellation(weekly, ana, leave):
    leave()
    moved = move_appointment(appointment=weekly[1], starts_at=at(14, days=8), by=ana)
    assert [mail.subject for mail in leave()] == ["Your appointment has a new time: Tue 1 Dec, 14:00"]
    cancel_appointment(appointment=moved, by=ana)
    assert [mail.subject for mail in leave()] == ["Your appointment on Tue 1 Dec, 14:00 is cancelled"]


def test_a_series_moved_is_told_in_one_message(weekly, ana, leave):
    leave()
    shifted(weekly, ana)
    [mail] = leave()
    assert mail.subject == "Your 4 appointments have new times"
    assert "Wed 25 Nov, 10:30 (45 minutes) with Ana Alves, instead of Tue 24 Nov, 10:30" in mail.body


def test_a_series_moved_before_it_was_told_is_told_once_at_its_new_times(weekly, ana, leave):
    shifted(weekly, ana)
    [mail] = leave()
    assert mail.subject == "Your 4 appointments are booked, the first Wed 25 Nov, 10:30"
    assert Message.objects.get(kind="booked-together", subject_id=series_act(weekly[0])).state == "skipped"
    assert not Message.objects.filter(kind__in=("booked", "moved-together")).exists()


def test_a_series_moved_and_put_back_before_it_was_told_is_told_once_at_its_own_times(weekly, ana, leave):
    undo(shifted(weekly, ana)[0], ana)
    [mail] = leave()
    assert dates_in(mail.body) == NAMES
    assert leave() == []


def test_one_act_that_moves_what_was_told_and_what_was_not_tells_each_as_what_it_is(weekly, maria, ana, neuro_45, leave):
    leave()
    new = book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(15, days=2), by=ana,
                      rhythm=Rhythm(7, 2))[1]
    move_all(moves=[Move(v, v.version, v.starts_at + timedelta(days=2)) for v in (*weekly[:2], *new)], by=ana)
    assert sorted(mail.subject for mail in leave()) == [
        "Your 2 appointments are booked, the first Fri 27 Nov, 15:00", "Your 2 appointments have new times"]


def series_act(visit):
    return visit.events.filter(verb="booked").get().detail["act"]


def test_a_series_put_on_hold_before_it_was_told_is_told_without_what_is_on_hold(weekly, maria, ana, leave):
    holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana)
    held = Appointment.objects.filter(status="held").count()
    subjects = [mail.subject for mail in leave()]
    assert held == 2 and len(subjects) == 2
    assert "Your 2 appointments are booked, the first Tue 8 Dec, 10:30" in subjects


def test_every_visit_of_a_series_shows_the_message_that_told_of_it(weekly, maria, ana, page, api):
    for visit in weekly:
        shown = text_of(page(ana).get(reverse("sessions:appointment", args=[visit.pk])))
        assert "Confirmation of several visits" in shown
        listed = api(ana).get("/api/v1/messages/", {"appointment": str(visit.pk)}).json()["results"]
        assert "booked-together" in {row["kind"] for row in listed}
    assert "Confirmation of several visits" in text_of(page(ana).get(f"/clients/{maria.pk}/messages/"))
    log = page(ana).get(reverse("practice:messages"), {"visit_on": "2026-12-08", "kind": "booked-together"})
    assert "Maria Lindqvist" in text_of(log)


def test_what_waits_is_not_shown_with_a_visit_it_will_not_name(weekly, ana, api):
    cancel_appointment(appointment=weekly[0], by=ana)
    for visit, listed in ((weekly[0], set()), (weekly[1], {"booked-together"})):
        rows = api(ana).get("/api/v1/messages/", {"appointment": str(visit.pk), "state": "waiting"}).json()["results"]
        assert {row["kind"] for row in rows} - {"reminder"} == listed


def test_a_yes_to_the_text_about_a_series_asks_which_visit_is_meant(maria, weekly):
    Message.objects.filter(kind="booked-together").update(channel="sms", state="sent", sent_at=timezone.now())
    assert visits_texted_about(maria) == weekly
    cancel_appointment(appointment=weekly[0], by=weekly[0].therapist)
    assert len(visits_texted_about(maria)) == 3


def test_a_visits_page_shows_no_message_of_the_same_act_to_somebody_else(weekly, ines, ana, page):
    Message.objects.filter(kind="booked-together").update(client_id=ines.pk)
    assert "Confirmation of several" not in text_of(page(ana).get(reverse("sessions:appointment", args=[weekly[1].pk])))
