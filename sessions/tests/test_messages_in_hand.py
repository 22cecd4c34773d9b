"""What a client believes is what the diary says, also where somebody acts while their message is being handed over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from anymail.exceptions import AnymailRecipientsRefused
from django.core.mail.backends import locmem
from django.utils import timezone

from clients.keeping.merging import merge_clients
from clients.models import Client, Contact
from clients.profiles import change_client
from conftest import at, make_client
from practice import outbox
from practice.closures import set_place
from practice.hooks import deliveries
from practice.log.telling import send_again
from practice.models import Message
from practice.outbox import receipts
from practice.outbox.doors import MailDoor
from practice.tests.gateway import Gateway
from practice.tests.hooking import tell_as_gateway
from practice.tests.saying import say
from practice.wording.own import ClinicalWord
from sessions.booking import book_appointment, cancel_appointment, move_appointment
from sessions.moving import Move, move_all
from sessions.requests import decline_request

NUMBER = "+12065550123"
STANDS, ELSEWHERE = at(10, days=14), at(11, days=15)


@pytest.fixture(autouse=True)
def in_memory(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def visit(now, maria, ana, neuro_45):
    return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=STANDS, by=ana)


@pytest.fixture
def minutes_later(time_machine):
    """Some minutes pass, and what is due leaves."""
    def pass_by(minutes: int):
        time_machine.move_to(timezone.now() + timedelta(minutes=minutes))
        return outbox.drain()

    return pass_by


@pytest.fixture
def once_in_hand(monkeypatch):
    """Somebody acts once, just after the next message was taken and before it is marked."""
    hand_over = MailDoor.hand_over

    def arrange(act):
        acts = [act]

        def during(door, message, letter):
            taken = hand_over(door, message, letter)
            while acts:
                acts.pop()()
            return taken

        monkeypatch.setattr(MailDoor, "hand_over", during)

    return arrange


def told(mail) -> str:
    """What the client is told of the visit: “booked” or “cancelled”."""
    return next(word for word in ("booked", "cancelled") if f" is {word}" in mail.subject)


# --- what the client believes ------------------------------------------------------------------------------------


def test_a_visit_cancelled_while_its_confirmation_is_handed_over_is_told_cancelled(
        visit, ana, once_in_hand, minutes_later, mailoutbox):
    once_in_hand(lambda: cancel_appointment(appointment=visit, by=ana))
    minutes_later(4)
    minutes_later(10)
    assert [told(mail) for mail in mailoutbox] == ["booked", "cancelled"]


def test_a_visit_cancelled_after_a_worker_died_with_its_confirmation_is_told_cancelled(
        visit, ana, minutes_later, monkeypatch, mailoutbox):
    class Killed(BaseException):
        pass

    def die(self):
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(receipts.Receipts, "settle", die)
        with pytest.raises(Killed):
            minutes_later(4)
    cancel_appointment(appointment=visit, by=ana)
    minutes_later(10)
    assert [told(mail) for mail in mailoutbox] == ["booked", "cancelled"]


def test_a_move_taken_back_while_the_new_time_is_handed_over_is_told_again(
        visit, ana, once_in_hand, minutes_later, mailoutbox):
    minutes_later(4)
    moved = move_appointment(appointment=visit, starts_at=ELSEWHERE, by=ana)
    once_in_hand(lambda: move_appointment(appointment=moved, starts_at=STANDS, by=ana))
    minutes_later(4)
    minutes_later(10)
    visit.refresh_from_db()
    assert visit.starts_at == STANDS and len(mailoutbox) == 3
    assert visit.said in mailoutbox[-1].body


def test_a_move_while_the_confirmation_is_handed_over_is_told_as_a_new_time(
        visit, ana, once_in_hand, minutes_later, mailoutbox):
    once_in_hand(lambda: move_appointment(appointment=visit, starts_at=ELSEWHERE, by=ana))
    minutes_later(4)
    minutes_later(10)
    assert [row.kind for row in Message.objects.filter(state="sent").order_by("sent_at")] == ["booked", "moved"]


def test_one_booked_and_cancelled_before_anything_is_in_hand_is_told_nothing(visit, ana, minutes_later, mailoutbox):
    cancel_appointment(appointment=visit, by=ana)
    minutes_later(10)
    assert not mailoutbox


# --- sent again --------------------------------------------------------------------------------------------------


@pytest.fixture
def texted(riverside, maria):
    riverside.country = "US"
    riverside.save()
    Client.objects.filter(pk=maria.pk).update(phone="(206) 555-0123", channels=["sms"])
    maria.refresh_from_db()
    return maria


@pytest.fixture
def lost_text(now, texted, ana, neuro_45, settings, minutes_later):
    """A confirmation by text that no phone received, and the gateway that carried it."""
    with Gateway() as gateway:
        settings.SMS_URL = gateway.url("plain")
        book_appointment(client=texted, therapist=ana, service=neuro_45, starts_at=STANDS, by=ana)
        minutes_later(4)
        lost = Message.objects.get(kind="booked")
        deliveries.note_delivery(message=lost, delivery="undelivered", reference=lost.reference)
        lost.refresh_from_db()
        yield lost, gateway


def test_a_text_sent_again_reaches_the_gateway_as_another_one(lost_text, owner):
    lost, gateway = lost_text
    again = send_again(message=lost, by=owner)
    outbox.drain()
    again.refresh_from_db()
    assert again.state == "sent" and len(gateway.taken) == 2
    assert not outbox.not_delivered().exists()


def test_late_news_of_the_first_sending_says_nothing_of_the_second(lost_text, owner):
    lost, _gateway = lost_text
    again = send_again(message=lost, by=owner)
    assert tell_as_gateway("/hooks/sms/status/", id=str(lost.pk), reference=lost.reference,
                           status="undelivered").status_code == 204
    again.refresh_from_db()
    assert again.state == "waiting"
    outbox.drain()
    again.refresh_from_db()
    deliveries.note_delivery(message=again, delivery="undelivered", reference=again.reference)
    assert list(outbox.not_delivered()) == [again], "what is lost a second time stands on the list a second time"


# --- doors that break, copies that do ------------------------------------------------------------------------------


def test_one_message_at_which_a_door_breaks_holds_up_no_other(now, riverside, monkeypatch, minutes_later, mailoutbox):
    say(monkeypatch, riverside)
    for n in range(3):
        outbox.queue_message(practice=riverside, kind="note", subject_id=riverside.pk, start_version=str(n), why="t",
                             to_address=f"a{n}@clients.example", due_at=timezone.now() + timedelta(seconds=n))
    hand_over = MailDoor.hand_over

    def breaks(door, message, letter):
        if message.start_version == "0":
            raise IndexError("an answer nobody foresaw")
        return hand_over(door, message, letter)

    monkeypatch.setattr(MailDoor, "hand_over", breaks)
    assert minutes_later(5) == {"postponed": 1, "sent": 2}
    first = Message.objects.get(start_version="0")
    assert (first.state, first.attempts) == ("waiting", 1) and "server's log" in first.why


def carer_of(client) -> None:
    Contact.objects.create(practice=client.practice, client=client, name="Carl Carer", role="carer",
                           email="carl@carers.example", copied_since=date(2026, 1, 1))


def test_a_carers_copy_the_provider_refuses_says_nothing_of_the_clients_mail(
        maria, ana, neuro_45, now, minutes_later, monkeypatch, mailoutbox):
    carer_of(maria)
    send = locmem.EmailBackend.send_messages

    def refuse_the_carer(backend, mails):
        if mails[0].to == ["carl@carers.example"]:
            raise AnymailRecipientsRefused("suppressed", email_message=mails[0])
        return send(backend, mails)

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", refuse_the_carer)
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=STANDS, by=ana)
    minutes_later(4)
    booked = Message.objects.get(kind="booked")
    assert booked.state == "sent" and booked.why.endswith("No copy reached carl@carers.example.")
    assert len(mailoutbox) == 1


def test_the_carer_of_a_client_who_reads_texts_gets_their_copy_by_mail(
        texted, ana, neuro_45, now, settings, minutes_later, mailoutbox):
    carer_of(texted)
    with Gateway() as gateway:
        settings.SMS_URL = gateway.url("plain")
        book_appointment(client=texted, therapist=ana, service=neuro_45, starts_at=STANDS, by=ana)
        minutes_later(4)
        assert len(gateway.taken) == 1 and [mail.to for mail in mailoutbox] == [["carl@carers.example"]]
    assert Message.objects.get(kind="booked").why.endswith("Copy to carl@carers.example.")


# --- where they live, where they are reached ---------------------------------------------------------------------


def test_who_lives_by_another_clock_is_reminded_in_the_day_of_that_clock(visit, maria, ana, time_machine, mailoutbox):
    change_client(client=maria, by=ana, time_zone="Pacific/Honolulu")
    time_machine.move_to(at(10, days=7) + timedelta(minutes=1))  # five in the morning there
    outbox.drain()
    assert not [mail for mail in mailoutbox if "reminder" in mail.subject.lower()]
    reminder = Message.objects.filter(kind="reminder", state="waiting").order_by("due_at").first()
    assert reminder.due_at == at(8, days=7, zone="Pacific/Honolulu")


def test_texts_that_wait_go_to_the_number_as_the_new_country_reads_it(maria, ana, neuro_45, now, owner):
    Client.objects.filter(pk=maria.pk).update(phone="(206) 555-0123", channels=["sms"])
    maria.refresh_from_db()
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=STANDS, by=ana)
    set_place(practice=owner.practice, country="US", region="", by=owner)
    assert set(Message.objects.filter(state="waiting").values_list("to_address", flat=True)) == {NUMBER}


def test_two_rows_of_one_person_merged_are_still_reminded_at_the_address_that_stays(
        maria, ana, owner, neuro_45, riverside, time_machine, now, mailoutbox):
    other = make_client(riverside, "Maria Lindquist", email="old@clients.example")
    book_appointment(client=other, therapist=ana, service=neuro_45, starts_at=STANDS, by=ana)
    merge_clients(client=other, into=maria, by=owner)
    for days in (7, 2):
        time_machine.move_to(at(10, days=14 - days) + timedelta(minutes=1))
        outbox.drain()
    assert [mail.to for mail in mailoutbox] and all("maria@clients.example" in mail.to[0] for mail in mailoutbox)
    assert Message.objects.filter(kind="reminder", state="sent").count() == 2


def test_words_to_whoever_asked_for_a_time_name_no_illness(maria, ana, neuro_45, now):
    asked = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=STANDS, by=ana,
                             expires_at=at(10, days=3))
    with pytest.raises(ClinicalWord):
        decline_request(appointment=asked, by=ana, words="Not while your MS relapse lasts.")
    asked.refresh_from_db()
    assert asked.status == "proposed"


def test_no_reminder_follows_within_hours_of_a_message_that_told_several_new_times(
        visit, ana, minutes_later, time_machine, mailoutbox):
    minutes_later(4)
    move_all(moves=[Move(visit, visit.version, at(10, days=7))], by=ana)
    minutes_later(4)
    time_machine.move_to(at(10, 1, days=0))
    outbox.drain()
    reminder = Message.objects.get(kind="reminder", start_version__endswith="-7d", state="skipped")
    assert reminder.why == "The time was told less than 12 hours before." and len(mailoutbox) == 2
