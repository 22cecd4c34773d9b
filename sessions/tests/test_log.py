"""What the log says beside a client and a visit: what was sent, what will be, and why not; whom Today says to ring."""

from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from clients import log as of_clients
from clients.profiles import change_client
from conftest import at, make_client
from practice import outbox
from practice.models import Message
from practice.tests.answers import text_of
from sessions.booking import book_appointment, move_appointment
from sessions.log import lost_messages
from sessions.tests.reading import clinical_in, visit_url


@pytest.fixture
def visit(now, maria, ana, neuro_45):
    return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, 30, days=9), by=ana)


@pytest.fixture
def sent(visit, settings, time_machine):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    time_machine.move_to(timezone.now() + timedelta(minutes=4))
    outbox.drain()


def test_the_clients_page_says_what_left_what_will_and_what_did_not_and_why(page, desk, maria, ana, visit, sent):
    move_appointment(appointment=visit, starts_at=at(14, days=9), by=ana)
    answer = page(desk).get(f"/clients/{maria.pk}/messages/")
    words = text_of(answer)
    assert "Maria is written to by e-mail to maria@clients.example, since 5 Jan 2026 (intake form)." in words
    coming, past = words.split("So far")
    assert "New time · Visit Wed 2 Dec, 14:00" in coming and "Reminder 7 days before." in coming
    assert "Booking confirmation" in past and "Sent Mon 23 Nov, 08:04" in past
    assert "cancelled" in past and "The visit was moved." in past
    assert not clinical_in(answer)


def test_a_new_address_does_not_push_what_was_sent_off_the_clients_page(page, desk, maria, visit, sent):
    change_client(client=maria, email="maria.new@clients.example", by=desk)
    coming, past = text_of(page(desk).get(f"/clients/{maria.pk}/messages/")).split("So far")
    assert "Reminder 2 days before." in coming
    assert "Booking confirmation" in past and "it goes to the new one" not in past
    assert "it goes to the new one" in text_of(page(desk).get(f"/messages/?client={maria.pk}&view=not-sent"))


def test_who_is_not_written_to_is_said_to_be_rung(page, desk, riverside, now):
    quiet = make_client(riverside, "Quinn Quiet", channels=[], reminder_consent_on=None, reminder_consent_source="")
    words = text_of(page(desk).get(f"/clients/{quiet.pk}/messages/"))
    assert "Quinn is not written to: they have not agreed to it. Ring them instead." in words


def test_a_long_list_ends_with_the_way_to_all_of_it(page, desk, riverside, maria, now, monkeypatch):
    monkeypatch.setattr(of_clients, "MOST_PAST", 2)
    for n in range(3):
        Message.objects.create(
            practice=riverside, kind="reminder", subject_id=maria.pk, start_version=str(n), to_address=maria.email,
            to_name=maria.name, client_id=maria.pk, due_at=now - timedelta(days=n), sent_at=now, state="sent",
            why=f"Number {n}.")
    answer = page(desk).get(f"/clients/{maria.pk}/messages/")
    words = text_of(answer)
    assert "Number 0." in words and "Number 1." in words and "Number 2." not in words
    assert f"/messages/?client={maria.pk}&amp;view=sent" in answer.content.decode()
    assert "Number 2." in text_of(page(desk).get(f"/messages/?client={maria.pk}&view=sent"))


def test_the_visits_page_says_what_is_not_sent_and_why(page, ana, desk, maria, riverside, neuro_45, now):
    soon = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=3), by=ana)
    words = text_of(page(desk).get(visit_url(soon)))
    assert "Booked less than 7 days before: the confirmation says when it is." in words
    assert "Reminder 2 days before." in words
    today = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(14, days=0), by=ana)
    said = text_of(page(desk).get(visit_url(today)))
    assert "Booked less than 7 days before" in said and "Booked less than 2 days before" in said
    in_time = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=14), by=ana)
    assert "Booked less than" not in text_of(page(desk).get(visit_url(in_time)))


def test_the_visits_page_says_that_nothing_is_sent_to_who_has_not_agreed(page, ana, riverside, neuro_45, now):
    quiet = make_client(riverside, "Quinn Quiet", channels=[], reminder_consent_on=None, reminder_consent_source="")
    visit = book_appointment(client=quiet, therapist=ana, service=neuro_45, starts_at=at(10, days=14), by=ana)
    assert "Quinn has not agreed to be written to, so nothing is sent." in text_of(page(ana).get(visit_url(visit)))


def test_today_names_two_and_counts_more(visit, desk, riverside, now):
    def lose(name, **fields):
        Message.objects.create(
            practice=riverside, kind="reminder", subject_id=visit.pk, start_version=name, to_address="x@clients.example",
            to_name=name, due_at=now, state="failed", why="Gone.", **fields)

    def said(mine=Q()):  # noqa: B008
        return [need.words for need in lost_messages(desk, mine)]

    assert said() == []
    lose("Ada A")
    assert said() == ["1 message did not arrive: ring Ada A"]
    lose("Bo B")
    assert said() == ["2 messages did not arrive: ring Ada A and Bo B"]
    lose("Cy C", appointment_id=visit.pk)
    assert said() == ["3 messages did not arrive: ring 3 people"]
    assert said(Q(therapist=visit.therapist)) == ["1 message did not arrive: ring Cy C"]
    assert said(Q(therapist=desk)) == []


def test_a_client_who_changed_their_address_is_sent_to_the_new_one_from_the_list(page, desk, maria, ana, visit, now):
    lost = Message.objects.get(rule="Reminder 2 days before.")
    Message.objects.filter(pk=lost.pk).update(state="failed", why="The mail server refused it for good (550).")
    change_client(client=maria, by=ana, email="new@clients.example")
    page(desk).post(f"/messages/{lost.pk}/again/")
    again = Message.objects.get(instead_of=lost)
    assert (again.state, again.to_address) == ("waiting", "new@clients.example")
    assert again.rule == "Reminder 2 days before." and again.why == "Sent again by Dora Desk."
