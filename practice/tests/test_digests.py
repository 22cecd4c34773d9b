"""What the practice's own people are told regularly: once, at seven, only what there is, and never a client's name."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from conftest import MONDAY, ZONE, at, make_member
from practice import clock, outbox
from practice.digests import DIGESTS, choose_digests, send_digests
from practice.models import Message
from practice.refusals import BadInput
from practice.tests.answers import text_of
from sessions import holds
from sessions.booking import book_appointment


def at_seven(travel, days=0, minutes=1):
    travel.move_to(clock.instant_of(MONDAY + timedelta(days=days), time(7), ZONE) + timedelta(minutes=minutes))


def wants(member, *codes):
    return choose_digests(member=member, wanted=codes, by=member)


def told():
    return sorted(Message.objects.filter(kind__in=DIGESTS).values_list("to_name", "kind"))


@pytest.fixture
def lost(now, riverside):
    return Message.objects.create(
        practice=riverside, kind="reminder", subject_id=riverside.pk, to_address="x@clients.example", to_name="Rosa Vega",
        due_at=now, state="failed", why="The mail server refused it for good (550).")


@pytest.fixture
def five_visits(now, maria, ana, neuro_45):
    for hour in (9, 10, 11, 14, 15):
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(hour), by=ana)


def body_of(kind):
    message = Message.objects.select_related("practice").get(kind=kind)
    letter = outbox.KINDS[kind].compose(message)
    return f"{letter.subject}\n{letter.body}"


def test_the_day_ahead_says_how_many_when_the_first_and_what_waits(five_visits, ana, desk, time_machine, mailoutbox, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    wants(ana, "digest-today")
    at_seven(time_machine, days=1)
    assert send_digests() == 1
    outbox.drain()
    (mail,) = [mail for mail in mailoutbox if mail.to == ["Ana Alves <ana@riverside.example>"]]
    assert mail.subject == "Today: 5 visits"
    assert "Hello Ana," in mail.body and "The first at 09:00, M. L.\n" in mail.body
    assert "Maria" not in mail.body and "Lindqvist" not in mail.body


def test_nobody_is_told_before_seven_in_the_practices_zone_nor_late_in_the_day(five_visits, ana, time_machine):
    wants(ana, "digest-today")
    at_seven(time_machine, days=1, minutes=-2)
    assert send_digests() == 0
    at_seven(time_machine, days=1, minutes=180)
    assert send_digests() == 0
    at_seven(time_machine, days=1, minutes=179)
    assert send_digests() == 1


def test_however_often_it_is_looked_each_is_told_once_a_day(five_visits, lost, ana, owner, time_machine):
    wants(ana, "digest-today", "digest-unsigned")
    at_seven(time_machine, days=1)
    assert send_digests() == 2
    assert [send_digests() for _ in range(3)] == [0, 0, 0]
    assert told() == [("Ana Alves", "digest-today"), ("Olga Owner", "digest-not-delivered")]
    at_seven(time_machine, days=2)
    assert send_digests() == 1  # Ana has no visits that day; the lost message still waits


def test_where_there_is_nothing_to_say_nothing_is_sent(now, ana, owner, desk, time_machine):
    for member in (ana, desk):  # the owner is told what the practice still lacks
        wants(member, *(digest.code for digest in DIGESTS.values() if digest.is_for(member)))
    at_seven(time_machine)
    assert send_digests() == 0 and not Message.objects.exists()


def test_lost_messages_are_told_to_owner_and_desk_unless_they_say_no(lost, ana, owner, desk, time_machine):
    wants(owner)
    at_seven(time_machine)
    send_digests()
    assert told() == [("Dora Desk", "digest-not-delivered")]
    assert "1 message did not arrive" in body_of("digest-not-delivered") and "Rosa" not in body_of("digest-not-delivered")


def test_a_digest_whose_matter_is_over_before_it_leaves_is_not_sent(lost, owner, time_machine):
    at_seven(time_machine)
    send_digests()
    Message.objects.filter(pk=lost.pk).update(told_at=timezone.now(), told_by=owner)
    outbox.drain()
    digest = Message.objects.get(kind="digest-not-delivered")
    assert (digest.state, digest.why) == ("skipped", "There is nothing to say any more.")


def test_what_is_on_hold_is_told_on_mondays(five_visits, maria, owner, ana, time_machine):
    holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana)
    wants(owner, "digest-on-hold")
    at_seven(time_machine, days=8)  # a Tuesday
    assert send_digests() == 0
    at_seven(time_machine, days=7)
    assert send_digests() == 1
    assert "On hold: 5 visits of 1 client" in body_of("digest-on-hold")
    assert "To be looked at again by today" not in body_of("digest-on-hold")
    Message.objects.all().delete()
    at_seven(time_machine, days=21)
    send_digests()
    assert "To be looked at again by today: 1." in body_of("digest-on-hold")


def test_unsigned_notes_are_told_to_whoever_wrote_them(now, maria, ana, ben, desk, neuro_45, time_machine):
    from notes.tests.conftest import draft_of

    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(16, days=-3), by=ana,
                             override_reason="entered late")
    draft_of(visit, ana, subjective="numb")
    at_seven(time_machine)
    send_digests()
    assert told() == [("Ana Alves", "digest-unsigned")]
    assert "1 note is not signed yet" in body_of("digest-unsigned")


def test_a_digest_that_could_not_leave_in_the_morning_does_not_leave_at_night(lost, owner, time_machine):
    at_seven(time_machine, days=1)
    assert send_digests() == 1
    at_seven(time_machine, days=1, minutes=179)
    assert Message.objects.get(kind="digest-not-delivered").useful_until > timezone.now()
    at_seven(time_machine, days=1, minutes=16 * 60)
    outbox.drain()
    message = Message.objects.get(kind="digest-not-delivered")
    assert (message.state, message.why) == ("skipped", "Too late to be of use.")


def test_somebody_who_left_is_told_nothing(lost, owner, time_machine):
    other = make_member(owner.practice, "Otto Owen", "otto@riverside.example", "owner")
    choose_digests(member=other, wanted=[], by=other)
    owner.is_active = False
    owner.save()
    at_seven(time_machine)
    assert send_digests() == 0


def test_everybody_chooses_for_themselves_on_a_page_that_says_what_is_usual(page, ana, desk, owner, db):
    words = text_of(page(ana).get("/practice/what-i-am-told/"))
    assert "Notes to sign" in words and "The day ahead" in words
    assert "Notes to sign" not in text_of(page(desk).get("/practice/what-i-am-told/"))
    assert 'name="digest-not-delivered" aria-describedby="id_digest-not-delivered_helptext" id="id_digest-not-delivered" checked' in (
        page(desk).get("/practice/what-i-am-told/").content.decode())
    saved = page(desk).post("/practice/what-i-am-told/", {"digest-today": "on"}, follow=True)
    assert "It holds from the next morning on" in text_of(saved)
    desk.refresh_from_db()
    assert desk.digests == {"digest-today": True, "digest-not-delivered": False, "digest-on-hold": False}
    ana.refresh_from_db()
    assert ana.digests == {}
    with pytest.raises(BadInput):
        choose_digests(member=desk, wanted=["digest-unsigned"], by=desk)


def test_two_practices_are_told_of_their_own(lost, owner, lakeside, time_machine):
    make_member(lakeside, "Lena Lake", "owner@lakeside.example", "owner")
    at_seven(time_machine)
    send_digests()
    assert told() == [("Olga Owner", "digest-not-delivered")]
