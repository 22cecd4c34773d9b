"""Somebody who agreed to text messages and not to e-mail: everything reaches them as an SMS, and pages say nothing else."""

import re

import pytest

from clients.asking.intake import send_intake
from conftest import MONDAY, at, make_client
from notes.home.link import send_programme
from notes.home.programmes import ItemInput, assign_programme
from practice import outbox
from practice.models import Message, MessageText
from practice.tests.answers import text_of
from practice.wording import forget_own_texts
from practice.wording.lengths import length_of
from sessions import holds, rescheduling
from sessions.booking import book_appointment, cancel_appointment
from sessions.models import FreedTime, WaitlistOffer
from sessions.online import send_client_link
from sessions.online_letters import client_url
from sessions.rhythm import Rhythm
from sessions.sending import send_plan
from sessions.series import book_series
from sessions.waitlist import join_waitlist
from sessions.waitlist_offers import offer_freed_times


@pytest.fixture
def sam(now, riverside):
    return make_client(riverside, "Sam Okafor", email="sam@clients.example", channels=["sms"], phone="+12065550142")


def ways():
    return set(Message.objects.exclude(client_id=None).values_list("channel", "to_address"))


def read(kind):
    message = Message.objects.select_related("practice").filter(kind=kind).first()
    return outbox.KINDS[kind].compose(message).sms


def test_words_of_the_practice_that_name_what_is_gone_hold_no_message_back(sam, ana, neuro_45, riverside):
    MessageText.objects.create(practice=riverside, kind="booked", variant="", language="en", subject="{visit}",
                               body="{visit} {parking} {link}", sms="{visit} {parking} {link}")
    forget_own_texts(riverside)
    book_appointment(client=sam, therapist=ana, service=neuro_45, starts_at=at(10, days=14), by=ana)
    assert read("booked").startswith("Riverside Therapy: Your appointment is booked: Mon 7 Dec, 10:00.")


def test_a_visit_its_reminders_the_questions_and_a_programme_go_by_sms(sam, ana, neuro_45):
    visit = book_appointment(client=sam, therapist=ana, service=neuro_45, starts_at=at(10, days=14), by=ana)
    send_intake(client=sam, by=ana)
    send_programme(programme=assign_programme(client=sam, items=[ItemInput("rub-arms-and-legs")], by=ana), by=ana)
    kinds = sorted(Message.objects.values_list("kind", flat=True))
    assert kinds == ["booked", "home-programme", "intake", "reminder", "reminder"]
    assert ways() == {("sms", "+12065550142")}
    assert re.fullmatch(r"Riverside Therapy: Your appointment is booked: Mon 7 Dec, 10:00. Confirm, or another time: "
                        r"http://testserver/r/[\w-]{43}/", read("booked"))
    assert visit.said in read("reminder") and "/q/" in read("intake") and "/h/" in read("home-programme")


def test_a_hold_names_every_visit_and_new_times_are_asked_about_by_sms(sam, ana, neuro_45):
    book_series(client=sam, therapist=ana, service=neuro_45, first_starts_at=at(10), rhythm=Rhythm(7, 4), by=ana)
    episode = holds.report_episode(client=sam, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana).episode
    held = read("held")
    assert all(day in held for day in ("Tue 24 Nov, 10:00", "Tue 1 Dec, 10:00")) and "/r/" in held
    assert length_of(held).is_gsm_7
    send_plan(plan=rescheduling.propose_plan(episode=episode, by=ana), by=ana)
    assert read("plan-to-accept").startswith("Riverside Therapy: Do these new times suit you? ")
    assert ways() == {("sms", "+12065550142")}


def test_a_freed_time_is_offered_by_sms(sam, riverside, ana, neuro_45):
    gone = book_appointment(client=make_client(riverside, "Gus"), therapist=ana, service=neuro_45,
                            starts_at=at(14, days=1), by=ana)
    join_waitlist(client=sam, service=neuro_45, by=ana)
    cancel_appointment(appointment=gone, by=ana)
    FreedTime.objects.update(offer_from=gone.created_at)
    offer_freed_times()
    assert WaitlistOffer.objects.get().client == sam
    assert "The first yes gets it" in read("waitlist-offer")


def test_their_link_to_book_is_theirs_alone_though_another_has_the_same_address(sam, riverside, ana):
    riverside.books_online, riverside.public_slug = True, "riverside"
    riverside.save()
    make_client(riverside, "Kim Okafor", email=sam.email)
    send_client_link(client=sam, by=ana)
    message = Message.objects.get(kind="booking-link")
    assert (message.channel, message.to_address) == ("sms", sam.phone)
    assert outbox.KINDS["booking-link"].recheck(message) is None
    assert re.findall(r"http\S+", read("booking-link")) == [client_url(sam)]


def test_pages_do_not_say_that_they_are_to_be_rung(sam, page, ana, neuro_45):
    visit = book_appointment(client=sam, therapist=ana, service=neuro_45, starts_at=at(10, days=14), by=ana)
    shown = text_of(page(ana).get(f"/appointments/{visit.pk}/"))
    assert "has not agreed to be written to" not in shown and "Booking confirmation" in shown
    assert "Send the intake" in text_of(page(ana).get(f"/clients/{sam.pk}/"))


def test_who_reads_german_reads_it_with_the_day_as_it_is_said_there(sam, ana, neuro_45):
    sam.language = "de-AT"
    sam.save()
    book_appointment(client=sam, therapist=ana, service=neuro_45, starts_at=at(10, days=14), by=ana)
    message = Message.objects.select_related("practice").filter(kind="booked").first()
    letter = outbox.KINDS["booked"].compose(message)
    assert letter.subject == "Ihr Termin ist gebucht: Mo. 7. Dez., 10:00"
    assert letter.body.startswith("Guten Tag Sam,\n\nIhr Termin ist gebucht:\n\nMo. 7. Dez., 10:00 (45 Minuten)\n")
