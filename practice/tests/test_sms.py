"""Text messages leave by a gateway once, each under its own name, and what the gateway says is told in words."""

from datetime import timedelta
from time import monotonic

import pytest
import requests
from django.utils import timezone

from practice import outbox
from practice.checks import providers_can_be_read
from practice.models import Message, MessageText
from practice.numbers import NUMBERS
from practice.outbox import sms as door
from practice.refusals import BadInput, NotAllowed
from practice.tests.gateway import FROM, Gateway, callback_id
from practice.tests.saying import say
from practice.texting.gateways import Gateway as SmsGateway
from practice.texting.gateways import Unreadable, read_gateway
from practice.texting.senders import change_sms_sender

TEXT = "Riverside Therapy: Your next visit is Tue 24 Nov, 10:30."


@pytest.fixture
def gateway(settings):
    with Gateway() as gateway:
        settings.SMS_URL = gateway.url("twilio")
        yield gateway


@pytest.fixture(params=["twilio", "plain"])
def either(request, settings, gateway):
    """The same gateway in each of its dialects."""
    settings.SMS_URL = gateway.url(request.param)
    gateway.dialect = request.param
    return gateway


@pytest.fixture
def texted(now, riverside, monkeypatch):
    """`texted(n)` puts so many texts in the outbox, due now."""
    say(monkeypatch, riverside, sms=TEXT.partition(": ")[2])

    def queue(count=1, to="+12065550123"):
        return [outbox.queue_message(
            practice=riverside, kind="note", subject_id=riverside.pk, start_version=str(n), to_address=to,
            due_at=timezone.now(), why="A test.", channel="sms") for n in range(count)]

    return queue


def only(**where):
    return Message.objects.get(**where)


def drain_after(time_machine, **wait):
    time_machine.move_to(timezone.now() + timedelta(**wait))
    return outbox.drain()


def test_a_text_leaves_with_its_words_number_and_sender_and_keeps_the_gateways_name_for_it(either, texted):
    [message] = texted()
    assert outbox.drain() == {"sent": 1}
    [text] = either.received
    assert (text.to, text.text, text.sender) == ("+12065550123", TEXT, FROM[either.dialect])
    assert only().reference == text.reference != ""
    assert str(message.pk) in (text.id, callback_id(text))


def test_twilio_is_told_where_to_say_that_a_text_arrived(gateway, texted, settings):
    settings.BASE_URL = "https://diary.practice.example"
    [message] = texted()
    outbox.drain()
    assert gateway.received[0].callback == f"https://diary.practice.example/hooks/sms/status/?m={message.pk}"


def test_a_practice_with_a_number_of_its_own_writes_from_it(either, texted, riverside):
    riverside.sms_sender = "+12065550177"
    riverside.save()
    texted()
    outbox.drain()
    assert either.received[0].sender == "+12065550177"


def test_a_batch_goes_through_one_connection(either, texted):
    texted(30)
    assert outbox.drain() == {"sent": 30}
    assert either.connections == 1
    assert len(either.taken) == 30


@pytest.mark.parametrize(("code", "words"), [
    (21211, "no telephone number"), (21610, "asked for no more"), (21614, "not a mobile number"),
    (30006, "landline"), (400, "refused it for good (400)"), (422, "refused it for good (422)")])
def test_a_number_that_cannot_be_reached_is_not_tried_again_and_says_why(gateway, texted, time_machine, code, words):
    gateway.refuse(code)
    texted()
    assert outbox.drain() == {"failed": 1}
    assert words in only().why
    assert drain_after(time_machine, days=1) == {}
    assert len(gateway.received) == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503, 401, 403])
def test_a_gateway_that_asks_to_wait_is_asked_again_until_it_takes_the_text(either, texted, time_machine, status):
    either.refuse(status)
    texted()
    assert outbox.drain() == {"postponed": 1}
    assert str(status) in only().why
    either.take()
    assert drain_after(time_machine, minutes=1) == {"sent": 1}
    assert [text.text for text in either.taken] == [TEXT]


def test_a_broken_connection_is_waited_out(either, texted, time_machine):
    either.drop(times=1)
    texted()
    assert outbox.drain() == {"postponed": 1}
    assert only().why == "The SMS gateway could not be reached (ConnectionError)."
    assert drain_after(time_machine, minutes=1) == {"sent": 1}


def test_a_gateway_that_hangs_is_left_after_a_while(either, texted, time_machine, monkeypatch):
    monkeypatch.setattr(door, "WAITS", (0.2, 0.2))
    either.hang(5, times=1)
    texted()
    assert outbox.drain() == {"postponed": 1}
    assert "ReadTimeout" in only().why
    assert drain_after(time_machine, minutes=1) == {"sent": 1}


def test_a_gateway_that_stays_silent_does_not_hold_up_everything_else(either, texted, monkeypatch):
    monkeypatch.setattr(door, "WAITS", (0.2, 0.2))
    either.hang(5)
    texted(20)
    began = monotonic()
    assert outbox.drain() == {"postponed": 20}
    assert monotonic() - began < 4
    assert len(either.received) == 2
    assert set(Message.objects.values_list("why", flat=True)) == {
        "The SMS gateway could not be reached (ReadTimeout).", "The SMS gateway does not answer."}


def test_a_text_whose_answer_was_lost_rings_once_all_the_same(either, texted, time_machine):
    either.drop(after_taking=True, times=1)
    texted()
    assert outbox.drain() == {"postponed": 1}
    assert drain_after(time_machine, minutes=1) == {"sent": 1}
    assert len(either.taken) == 1
    assert only().reference == either.taken[0].reference


@pytest.mark.parametrize("says", [(503, b"{}"), (429, b"{}"), (200, b"<html>"), (200, b"{}"), (302, b'{"messages": []}')])
def test_nothing_rings_again_while_twilios_list_does_not_say_what_it_took(gateway, texted, time_machine, says):
    gateway.drop(after_taking=True, times=1)
    texted()
    assert outbox.drain() == {"postponed": 1}
    gateway.list_says = says
    assert drain_after(time_machine, minutes=1) == {"postponed": 1}
    assert only().why == f"The SMS gateway does not say whether it took it before ({says[0]})."
    gateway.list_says = None
    assert drain_after(time_machine, minutes=5) == {"sent": 1}
    assert len(gateway.taken) == 1


@pytest.mark.parametrize("status", ["failed", "undelivered"])
def test_a_text_that_twilio_took_and_lost_is_sent_again(gateway, texted, time_machine, status):
    gateway.drop(after_taking=True, times=1)
    texted()
    outbox.drain()
    gateway.list_status = status
    assert drain_after(time_machine, minutes=1) == {"sent": 1}
    assert len(gateway.taken) == 2
    assert only().reference == gateway.taken[1].reference


def test_an_equal_text_of_another_day_does_not_pass_for_this_one(gateway, texted, riverside, time_machine):
    texted()
    outbox.drain()
    time_machine.move_to(timezone.now() + timedelta(days=1))
    outbox.queue_message(practice=riverside, kind="note", subject_id=riverside.pk, start_version="later",
                         to_address="+12065550123", due_at=timezone.now(), why="A test.", channel="sms")
    gateway.drop(times=1)
    assert outbox.drain() == {"postponed": 1}
    assert drain_after(time_machine, minutes=1) == {"sent": 1}
    assert gateway.asked == 1
    assert len(gateway.taken) == 2


def test_nonsense_with_a_friendly_status_is_taken_for_taken(either, texted):
    either.talk_nonsense()
    texted()
    assert outbox.drain() == {"sent": 1}
    assert only().reference == ""


def test_nothing_secret_stands_in_why_a_text_did_not_leave(gateway, texted, settings):
    settings.SMS_URL = "twilio://ACsecretaccount:secrettoken@127.0.0.1:9?from=%2B15550100&http=1"
    texted()
    outbox.drain()
    assert "secret" not in only().why


def test_without_a_gateway_a_text_is_a_file_in_the_demo(now, texted, settings, tmp_path):
    settings.SMS_URL, settings.DEMO, settings.DATA_DIR = "", True, tmp_path
    [message] = texted()
    assert outbox.drain() == {"sent": 1}
    assert (tmp_path / "sms" / f"{message.pk}.txt").read_text() == f"To: +12065550123\n\n{TEXT}\n"


def test_without_a_gateway_a_text_stands_on_the_list_of_what_was_not_delivered(now, texted, settings):
    settings.SMS_URL, settings.DEMO = "", False
    texted(2)
    assert outbox.drain() == {"failed": 2}
    assert {message.why for message in Message.objects.all()} == {"No SMS gateway is set."}


def test_a_number_without_a_country_is_not_guessed(gateway, texted):
    texted(to="555 0100")
    assert outbox.drain() == {"failed": 1}
    assert "no country" in only().why
    assert gateway.received == []


def test_a_kind_without_words_for_it_does_not_go_as_a_text(gateway, texted):
    texted()
    MessageText.objects.update(sms="")
    assert outbox.drain() == {"failed": 1}
    assert gateway.received == []


@pytest.mark.parametrize(("url", "says"), [
    ("twilio://SID@api.twilio.com?from=+1", "nobody who asks, or no secret"),
    ("twilio://SID:TOKEN@api.twilio.com", "from whom"),
    ("https://user:secret@gateway.example/send", "from whom"),
    ("https://user:secret@gateway.example/send?messaging_service=MG1", "from whom"),
    ("https:///send?from=A", "names no gateway"),
    ("http://user:secret@gateway.example/send?from=A", "in clear"),
    ("twilio://SID:TOKEN@api.twilio.com?from=A&http=1", "in clear"),
    ("smtp://user:secret@host?from=A", "begins with"),
    ("twilio://SID:TOKEN@api.twilio.com:port?from=A", "not an address"),
    ("twilio://SID:TOKEN@api.twilio.com?from=A&form=B", "“form”"),
    ("nonsense", "begins with"),
])
def test_an_address_no_gateway_can_be_reached_by_is_refused_in_words(settings, url, says):
    with pytest.raises(Unreadable, match=says):
        read_gateway(url)
    settings.SMS_URL = url
    [problem] = providers_can_be_read(None)
    assert problem.id == "practice.E004"
    assert "TOKEN" not in problem.msg.replace("twilio://SID:TOKEN@api.twilio.com?from=+15550100", "")


def test_twilios_address_is_read_with_its_plus_and_its_messaging_service():
    assert read_gateway("twilio://AC1:to%2Fken@api.twilio.com?from=+15550100") == SmsGateway(
        dialect="twilio", address="https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json", user="AC1",
        secret="to/ken", sender="+15550100", messaging_service="")
    service = read_gateway("twilio://AC1:token@api.twilio.com?messaging_service=MG1")
    assert (service.sender, service.messaging_service) == ("", "MG1")


def test_no_secret_is_printed_with_a_gateway():
    assert "hidden" not in repr(read_gateway("https://user:hidden@gateway.example/send?from=A"))


def test_the_gateway_of_the_tests_knows_who_asks(gateway):
    answer = requests.post(f"http://127.0.0.1:{gateway.port}/send", json={}, auth=("somebody", "else"), timeout=5)
    assert answer.status_code == 401
    assert gateway.received == []


@pytest.mark.parametrize(("typed", "kept"), [("+1 (206) 555-0177", "+12065550177"), ("Riverside", "Riverside"), ("", "")])
def test_the_owner_says_from_whom_texts_come(riverside, owner, typed, kept):
    assert change_sms_sender(practice=riverside, sender=typed, by=owner).sms_sender == kept


@pytest.mark.parametrize("typed", ["206 555 0177", "+1", "A name too long", "R!", "12345"])
def test_a_sender_no_phone_could_show_is_refused_in_words(riverside, owner, typed):
    with pytest.raises(BadInput, match="with its country"):
        change_sms_sender(practice=riverside, sender=typed, by=owner)


def test_from_whom_texts_come_is_the_owners_to_say(riverside, ana, page, owner):
    with pytest.raises(NotAllowed):
        change_sms_sender(practice=riverside, sender="Riverside", by=ana)
    form = {"sms_sender": "206 555 0177", "currency": "EUR", **{name: "" if getattr(riverside, name) is None else getattr(riverside, name) for name in NUMBERS}}
    refused = page(owner).post("/practice/settings/", form)
    assert "with its country" in refused.content.decode()
    page(owner).post("/practice/settings/", form | {"sms_sender": "+1 206 555 0177"})
    riverside.refresh_from_db()
    assert riverside.sms_sender == "+12065550177"


def test_the_page_says_that_answers_to_a_name_reach_nobody(riverside, owner, page):
    change_sms_sender(practice=riverside, sender="RIVERSIDE", by=owner)
    shown = page(owner).get("/practice/settings/").content.decode()
    assert "“RIVERSIDE” is a name: answers to it reach nobody, STOP among them." in shown
