"""How clients are reached: numbers in full, each channel agreed to by itself and written down, mail ended by a press."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client as Browser
from django.utils import timezone

from clients.channels import WORDING, end_channel
from clients.keeping.merging import merge_clients
from clients.models import ChannelConsent, Client
from clients.phones import clients_with
from clients.profiles import ReminderConsent, change_client, create_client
from clients.writing import Way, ways_to, write_to
from conftest import MONDAY, make_client
from practice import links, outbox
from practice.access import Outsider
from practice.hooks.deliveries import note_delivery
from practice.models import AuditEntry, Message
from practice.refusals import BadInput
from practice.tests.saying import say
from practice.texting.numbers import in_full

IN_PERSON = ReminderConsent(MONDAY, "in person")


def agreed(client):
    """What is written down: (channel, day, how, how it ended), oldest first."""
    rows = ChannelConsent.objects.filter(client=client).order_by("recorded_at", "pk")
    return [(row.channel, row.given_on, row.source, row.withdrawn_how) for row in rows]


# --- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "country", "full"), [
    ("+1 206 555 0123", "", "+12065550123"), ("(206) 555-0123", "US", "+12065550123"),
    ("0151 23456789", "DE", "+4915123456789"), ("0041 79 123 45 67", "US", "+41791234567"),
    ("+44 (0)7700 900123", "", "+447700900123"), ("07700 900123", "gb", "+447700900123"),
    ("206 555 0123", "", ""), ("555 0123", "US", ""), ("07700 900", "gb", ""), ("+1 206 555 0123 ext 12", "", ""), ("1", "US", ""),
    ("+999 1234567", "", ""), ("", "US", ""), ("landline by the door", "US", "")])
def test_a_number_is_read_in_full_or_not_at_all(number, country, full):
    assert in_full(number, country) == full


def test_a_number_is_kept_as_it_was_typed_and_written_to_in_full(now, riverside, ana):
    riverside.country = "US"
    client = create_client(practice=riverside, by=ana, name="Rosa Diaz", phone="(206) 555-0123", channels=["sms"],
                           reminder_consent=IN_PERSON)
    assert client.phone == "(206) 555-0123"
    assert ways_to(client) == [Way("sms", "+12065550123")]


@pytest.mark.parametrize(("phone", "country", "says"), [
    ("206 555 0123", "", "with its country"), ("555 0123", "US", "no whole number where you are"),
    ("0412 345 671", "US", "no whole number where you are"),
    ("+1 206", "", "no whole number where you are"), ("", "US", "Add the mobile number")])
def test_text_messages_to_a_number_nobody_could_send_to_are_refused_in_words(now, riverside, ana, phone, country, says):
    riverside.country = country
    with pytest.raises(BadInput, match=says) as refused:
        create_client(practice=riverside, by=ana, name="Rosa Diaz", phone=phone, email="rosa@clients.example",
                      channels=["sms"], reminder_consent=IN_PERSON)
    assert refused.value.field == "phone"


def test_a_landline_written_in_any_way_is_fine_where_no_texts_go(now, riverside, ana):
    client = create_client(practice=riverside, by=ana, name="Rosa Diaz", phone="555-0123 (evenings)".replace("evenings", "12"))
    assert change_client(client=client, by=ana, preferred_name="Rosa").phone == "555-0123 (12)"


def test_a_number_from_before_does_not_stand_in_the_way_of_another_change(now, riverside, ana):
    client = make_client(riverside, "Rosa Diaz", phone="555 0123", channels=["sms"])
    assert change_client(client=client, by=ana, preferred_name="Rosie").preferred_name == "Rosie"
    with pytest.raises(BadInput):
        change_client(client=client, by=ana, phone="555 0124")
    assert ways_to(client) == [Way("sms", "555 0123")]  # its door says what is wrong with it


def test_the_form_says_at_the_number_what_is_wrong_with_it(now, maria, ana, page):
    form = {"version": maria.version, "name": maria.name, "language": "en", "phone": "555 0123",
            "email": maria.email, "channels": ["sms"], "agreed_on": "2026-11-01", "agreed_how": "in person"}
    answer = page(ana).post(f"/clients/{maria.pk}/edit/", form)
    assert answer.status_code == 400
    assert "Write 555 0123 with its country" in answer.content.decode()


def test_who_agreed_to_both_is_written_to_by_the_one_they_like_better_and_the_other_stands_in(
        now, maria, ana, page, api):
    form = {"version": maria.version, "name": maria.name, "language": "en", "phone": "+1 206 555 0123",
            "email": maria.email, "channels": ["email", "sms"], "first_way": "sms", "agreed_on": "2026-11-01",
            "agreed_how": "in person"}
    assert page(ana).post(f"/clients/{maria.pk}/edit/", form).status_code == 302
    maria.refresh_from_db()
    assert [way.channel for way in ways_to(maria)] == ["sms", "email"]
    assert '<option value="sms" selected' in page(ana).get(f"/clients/{maria.pk}/edit/").content.decode()
    assert api(ana).get(f"/api/v1/clients/{maria.pk}/").json()["channels"] == ["sms", "email"]
    api(ana).patch(f"/api/v1/clients/{maria.pk}/", {"channels": ["email", "sms", "email"]})
    maria.refresh_from_db()
    assert maria.channels == ["email", "sms"]


def test_the_api_says_it_at_the_number_too(now, maria, ana, api):
    answer = api(ana).patch(f"/api/v1/clients/{maria.pk}/", {"channels": ["sms"], "phone": "555 0123"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/phone"
    assert api(ana).patch(f"/api/v1/clients/{maria.pk}/", {"channels": ["sms"], "phone": "+1 206 555 0123"}).status_code == 200


def test_everybody_with_a_number_is_found_however_it_was_typed(riverside, lakeside):
    riverside.country = "US"
    found = [make_client(riverside, f"Client {n}", phone=phone) for n, phone in enumerate((
        "(206) 555-0123", "+1 206 555 0123", "1-206-555-0123", "001 206 555 0123"))]
    for n, phone in enumerate(("+1 206 555 0124", "+44 206 555 0123", "206 555 0123 ext 4", "")):
        make_client(riverside, f"Other {n}", phone=phone)
    make_client(lakeside, "Elsewhere", phone="+1 206 555 0123")
    assert clients_with("+12065550123", [riverside]) == found


# --- each channel by itself ---------------------------------------------------------------------------------------------


def test_each_channel_agreed_to_is_written_down_with_what_they_were_told(now, riverside, ana):
    client = create_client(practice=riverside, by=ana, name="Rosa Diaz", phone="+1 206 555 0123",
                           email="rosa@clients.example", channels=["email", "sms"], reminder_consent=IN_PERSON)
    assert sorted(agreed(client)) == [("email", MONDAY, "in person", ""), ("sms", MONDAY, "in person", "")]
    row = ChannelConsent.objects.get(channel="sms")
    assert (row.wording, row.address, row.recorded_by) == (WORDING["sms"], "+1 206 555 0123", ana)
    assert "STOP" in row.wording


def test_a_channel_without_an_agreement_is_none(now, riverside, ana):
    client = create_client(practice=riverside, by=ana, name="Rosa Diaz", email="rosa@clients.example", channels=["email"])
    assert agreed(client) == []
    assert ways_to(client) == []


def test_a_channel_added_later_was_agreed_to_on_that_day(now, maria, ana):
    change_client(client=maria, by=ana, channels=["email", "sms"], phone="+1 206 555 0123")
    assert agreed(maria) == [("sms", MONDAY, "intake form", "")]
    change_client(client=maria, by=ana, channels=["email"])
    assert agreed(maria) == [("sms", MONDAY, "intake form", "Noted on their profile.")]


def test_an_agreement_from_before_is_written_down_when_it_ends(now, maria, ana):
    change_client(client=maria, by=ana, reminder_consent=None)
    assert agreed(maria) == [("email", date(2026, 1, 5), "intake form", "Noted on their profile.")]


def test_agreeing_anew_ends_the_old_agreement_and_keeps_it(now, maria, ana):
    change_client(client=maria, by=ana, reminder_consent=ReminderConsent(MONDAY, "by phone"))
    assert agreed(maria) == [("email", date(2026, 1, 5), "intake form", "Agreed anew."),
                             ("email", MONDAY, "by phone", "")]


def test_a_new_number_is_agreed_to_as_a_number(now, riverside, ana):
    client = create_client(practice=riverside, by=ana, name="Rosa Diaz", phone="+1 206 555 0123", channels=["sms"],
                           reminder_consent=IN_PERSON)
    change_client(client=client, by=ana, phone="+1 206 555 0124")
    rows = ChannelConsent.objects.order_by("recorded_at", "pk").values_list("address", "withdrawn_how")
    assert list(rows) == [("+1 206 555 0123", "Agreed anew."), ("+1 206 555 0124", "")]


def test_a_change_of_something_else_writes_nothing_down(now, maria, ana):
    change_client(client=maria, by=ana, preferred_name="Mia", language="de")
    assert agreed(maria) == []


def test_ending_a_channel_twice_ends_it_once(now, maria, ana):
    by = Outsider(maria.practice, "client", maria.name)
    assert end_channel(client=maria, channel="email", how="They rang.", by=by)
    assert not end_channel(client=maria, channel="email", how="They rang again.", by=by)
    assert [row[3] for row in agreed(maria)] == ["They rang."]
    assert AuditEntry.objects.filter(verb="channel_ended", client_id=maria.pk).count() == 1


def test_merged_rows_keep_both_histories_and_one_agreement(now, riverside, ana):
    stays = create_client(practice=riverside, by=ana, name="Rosa Diaz", email="rosa@clients.example", channels=["email"],
                          reminder_consent=IN_PERSON)
    goes = create_client(practice=riverside, by=ana, name="Rosa Dias", email="rosa@clients.example", channels=["email"],
                         reminder_consent=ReminderConsent(MONDAY - timedelta(days=9), "on paper"))
    merge_clients(client=goes, into=stays, by=ana)
    assert sorted(agreed(stays)) == [
        ("email", MONDAY - timedelta(days=9), "on paper", "Two rows of one person became one."),
        ("email", MONDAY, "in person", "")]
    assert agreed(goes) == []


def test_a_merge_that_brings_the_agreement_writes_it_down(now, riverside, ana):
    stays = make_client(riverside, "Rosa Diaz", email="rosa@clients.example", channels=[], reminder_consent_on=None)
    goes = create_client(practice=riverside, by=ana, name="Rosa Dias", email="rosa@clients.example", channels=["email"],
                         reminder_consent=IN_PERSON)
    merge_clients(client=goes, into=stays, by=ana)
    assert sorted(row[3] for row in agreed(stays)) == ["", "Two rows of one person became one."]
    assert ways_to(Client.objects.get(pk=stays.pk)) == [Way("email", "rosa@clients.example")]


def test_the_page_shows_what_holds_since_when_and_what_held_before(now, maria, ana, page):
    change_client(client=maria, by=ana, channels=["email", "sms"], phone="+1 206 555 0123")
    end_channel(client=maria, channel="sms", how="They answered “STOP”.", by=ana)
    shown = page(ana).get(f"/clients/{maria.pk}/agreements/").content.decode()
    assert "Mon 5 Jan 2026, intake form, for <bdi>maria@clients.example</bdi>" in shown
    assert "They answered “STOP”." in shown


# --- no more mail ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def mailed(now, maria, settings, monkeypatch):
    """Maria has got a mail with a carer copied; the mail to her."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    say(monkeypatch, maria.practice, copies=("carer@example.org",), keeps_quiet_hours=False)
    write_to(client=maria, kind="note", subject_id=maria.pk, why="A test.", due_at=timezone.now())
    outbox.drain()
    return mail.outbox


def path_in(sent):
    return sent.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")


def test_every_mail_to_a_client_says_how_it_can_be_the_last(mailed, maria):
    to_maria = mailed[0]
    assert to_maria.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"http://testserver{path_in(to_maria)}" in to_maria.body
    assert str(maria.pk) not in to_maria.body


def test_a_copy_carries_no_link_that_is_the_clients_alone(mailed):
    copy = mailed[1]
    assert copy.to == ["carer@example.org"]
    assert "/u/" not in copy.body
    assert "List-Unsubscribe" not in copy.extra_headers


def test_mail_to_colleagues_and_doctors_ends_nothing_of_a_client(now, maria, riverside, owner, settings, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for who in ("member", "doctor"):
        say(monkeypatch, riverside, who, is_to=who)
        outbox.queue_message(practice=riverside, kind=who, subject_id=maria.pk, to_address=owner.user.email,
                             due_at=timezone.now(), why="A test.", client_id=maria.pk)
    outbox.drain()
    assert [("/u/" in sent.body, "List-Unsubscribe" in sent.extra_headers) for sent in mail.outbox] == [(False, False)] * 2


def test_looking_at_the_link_ends_nothing_and_a_press_does(mailed, maria):
    browser, path = Browser(enforce_csrf_checks=True), path_in(mailed[0])
    asked = browser.get(path)
    assert "Your appointments stay as they are." in asked.content.decode()
    assert (asked["Referrer-Policy"], asked["Cache-Control"], asked["X-Robots-Tag"]) == ("no-referrer", "no-store", "noindex")
    maria.refresh_from_db()
    assert maria.may_be_mailed
    assert "Pressed by mistake?" in browser.post(path).content.decode()
    maria.refresh_from_db()
    assert maria.channels == []
    assert [row[3] for row in agreed(maria)] == ["They ended e-mail by the link in one."]


def test_a_mail_program_presses_it_for_its_reader(mailed, maria):
    Browser(enforce_csrf_checks=True).post(path_in(mailed[0]), {"List-Unsubscribe": "One-Click"})
    maria.refresh_from_db()
    assert maria.channels == []
    assert "mail program" in agreed(maria)[0][3]


def test_pressed_again_later_it_still_says_so_and_nothing_more_happens(mailed, maria, ana):
    for _ in range(2):
        assert Browser().post(path_in(mailed[0])).status_code == 200
    assert len(agreed(maria)) == 1
    assert "Pressed by mistake?" in Browser().get(path_in(mailed[0])).content.decode()


def test_what_waits_to_be_mailed_is_taken_back_and_nobody_is_written_to(mailed, maria):
    write_to(client=maria, kind="note", subject_id=maria.practice_id, why="Another.")
    Browser().post(path_in(mailed[0]))
    assert Message.objects.get(subject_id=maria.practice_id).state == "cancelled"
    assert write_to(client=Client.objects.get(pk=maria.pk), kind="note", subject_id=maria.pk, why="A third.",
                    start_version="3") is None


def test_links_nobody_was_sent_all_get_one_text(maria, db):
    right = links.signed("unsubscribe", maria.pk)
    other = links.signed("something-else", maria.pk)
    wrong = ("x", right[:-1], right[:-1] + ("A" if right[-1] != "A" else "B"), other, "å" * 64, "%00" * 8,
             links.signed("unsubscribe", maria.practice_id))
    answers = {Browser().post(f"/u/{token}/").content for token in wrong}
    assert len(answers) == 1
    assert {Browser().get(f"/u/{token}/").status_code for token in wrong} == {404}
    maria.refresh_from_db()
    assert maria.may_be_mailed


def test_a_link_in_an_old_mail_ends_mail_to_the_row_they_were_merged_into(mailed, maria, riverside, ana):
    stays = make_client(riverside, "Maria Lindquist", email="maria@clients.example")
    merge_clients(client=maria, into=stays, by=ana)
    Browser().post(path_in(mailed[0]))
    assert Client.objects.get(pk=stays.pk).channels == []


def test_a_complaint_about_a_mail_is_the_same_as_asking_for_no_more(mailed, maria):
    note_delivery(message=Message.objects.get(), delivery="complained")
    maria.refresh_from_db()
    assert maria.channels == []
    assert agreed(maria)[0][3] == "They marked an e-mail as unwanted."


def test_a_complaint_of_a_colleague_ends_nothing_of_a_client(mailed, maria, monkeypatch):
    monkeypatch.setitem(outbox.KINDS, "note", replace(outbox.KINDS["note"], is_to="doctor"))
    note_delivery(message=Message.objects.get(), delivery="complained")
    maria.refresh_from_db()
    assert maria.may_be_mailed


def test_where_a_mail_is_shown_to_staff_its_last_link_is_not(mailed):
    assert "…" in outbox.without_links(mailed[0].body)
    assert path_in(mailed[0]).strip("/").removeprefix("u/") not in outbox.without_links(mailed[0].body)
