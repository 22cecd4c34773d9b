"""Somebody new booked from the diary: one page, three fields, one act; and the first who fits is taken."""

import re

from clients.models import ChannelConsent, Client
from conftest import at, make_client
from practice.models import Message
from sessions.booking import book_appointment
from sessions.models import Appointment
from sessions.tests.reading import TUESDAY, words_of


def new_url(ana, **more):
    query = "&".join(f"{k}={v}" for k, v in {"on": TUESDAY, "at": "13:30", "therapist": ana.pk, **more}.items())
    return f"/book/new/?{query}"


def typed(ana, neuro_45, **more):
    return {"name": "Nora New", "reach": "206 555 0177", "service": neuro_45.pk, "on": TUESDAY, "at": "13:30",
            "therapist": ana.pk, "room": "", **more}


def test_one_page_asks_three_things_and_books(now, page, desk, ana, neuro_45, room):
    browser = page(desk)
    words = words_of(browser.get(new_url(ana)))
    assert "Tue 24 Nov, 13:30, with Ana Alves" in words
    form = words.split('<form class="form"')[1]
    labels = [re.sub(r"<[^>]+>", "", label).strip() for label in re.findall(r"<label[^>]*>(.*?)</label>", form, re.S)]
    assert labels[:3] == ["Name", "Phone or e-mail", "What"]
    assert len(labels) == 4  # and one box to tick
    shown = words_of(browser.post("/book/new/", typed(ana, neuro_45), follow=True))
    assert "Nora New, Tue 24 Nov, 13:30: booked." in shown
    assert Appointment.objects.get().client.phone == "206 555 0177"
    assert not Message.objects.exists()


def test_whoever_agrees_to_e_mail_gets_the_intake_and_the_confirmation(now, page, desk, ana, neuro_45, room):
    page(desk).post("/book/new/", typed(ana, neuro_45, reach="nora@clients.example", agreed="on"))
    assert set(Message.objects.values_list("kind", flat=True)) >= {"booked", "intake"}


def test_whoever_agrees_to_text_messages_gets_both_by_text_and_how_they_agreed_is_kept(
        now, page, desk, ana, neuro_45, room):
    page(desk).post("/book/new/", typed(ana, neuro_45, reach="+1 206 555 0177", agreed="on"))
    sent = set(Message.objects.values_list("kind", "channel", "to_address"))
    assert sent >= {("booked", "sms", "+12065550177"), ("intake", "sms", "+12065550177")}
    consent = ChannelConsent.objects.get(client__name="Nora New")
    assert (consent.channel, consent.source) == ("sms", "by phone") and "Answer STOP" in consent.wording


def test_a_refused_time_leaves_no_client_behind_and_keeps_what_was_typed(visit, page, desk, ana, neuro_45):
    browser, count = page(desk), Client.objects.count()
    refused = browser.post("/book/new/", typed(ana, neuro_45, at="10:15"))
    assert refused.status_code == 409
    assert "Ana Alves is taken Tue 24 Nov, 10:00–10:45." in words_of(refused)
    assert 'value="Nora New"' in words_of(refused)
    assert Client.objects.count() == count
    instead = re.search(r'name="instead" value="([^"]+)"', words_of(refused))[1]
    browser.post("/book/new/", typed(ana, neuro_45, at="10:15", instead=instead))
    assert Appointment.objects.filter(client__name="Nora New").count() == 1


def test_somebody_listed_already_is_asked_about_first(visit, page, desk, ana, neuro_45, maria):
    browser = page(desk)
    asked = browser.post("/book/new/", typed(ana, neuro_45, name="Maria Lindqvist"))
    assert asked.status_code == 409
    assert "Already on your list?" in words_of(asked)
    assert f"client={maria.pk}" in words_of(asked)
    browser.post("/book/new/", typed(ana, neuro_45, name="Maria Lindqvist", another="1"))
    assert Client.objects.filter(name="Maria Lindqvist").count() == 2


def test_what_is_missing_or_nobody_can_dial_is_said_at_its_field(now, page, desk, ana, neuro_45):
    words = words_of(page(desk).post("/book/new/", typed(ana, neuro_45, name="", reach="12")))
    assert "Write their name." in words
    assert "at least 5 digits" in words
    assert "e-mail address as name@example.org" in words_of(page(desk).post("/book/new/", typed(ana, neuro_45, reach="a@")))
    assert "Write 206 555 0177 with its country" in words_of(
        page(desk).post("/book/new/", typed(ana, neuro_45, agreed="on")))
    assert not Client.objects.filter(name="Nora New").exists()


def test_from_the_diary_the_first_who_fits_is_taken_and_the_others_are_one_press_away(
    visit, page, desk, ana, neuro_45, maria, riverside
):
    marta = make_client(riverside, "Omar Vale")
    book_appointment(client=marta, therapist=ana, service=neuro_45, starts_at=at(15), by=desk)
    words = words_of(page(desk).get(f"/book/?on={TUESDAY}&at=13:30&therapist={ana.pk}&q=mar", follow=True))
    assert "Book <bdi>Maria Lindqvist</bdi>" in words
    other = re.search(r'Also fits: <a class="more" href="([^"]+)"><bdi>Omar Vale', words)[1]
    assert "Book <bdi>Omar Vale</bdi>" in words_of(page(desk).get(other))


def test_a_name_nobody_has_leads_to_booking_somebody_new_with_it(now, page, desk, ana, neuro_45, room):
    words = words_of(page(desk).get(f"/book/?on={TUESDAY}&at=13:30&therapist={ana.pk}&q=Nora"))
    address = re.search(r'href="(/book/new/[^"]+)"', words)[1]
    assert 'value="Nora"' in words_of(page(desk).get(address))
