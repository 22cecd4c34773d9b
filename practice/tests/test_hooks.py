"""What providers tell is believed only where they signed it, and known once however often it is told."""

import base64
import logging
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from practice import mailing, outbox
from practice.hooks import deliveries
from practice.hooks.receiving import RECEIVERS
from practice.hooks.signatures import twilio_signature
from practice.models import Message
from practice.tests.hooking import PLAIN_URL, TWILIO_URL, tell_as_gateway, tell_as_mailgun, tell_as_twilio
from practice.tests.saying import say

STATUS, IN = "/hooks/sms/status/", "/hooks/sms/in/"
MAILGUN = "anymail+mailgun://key-of-the-tests@mg.practice.example?webhook_signing_key=signing-key"


@pytest.fixture
def heard(monkeypatch, settings):
    """What came in, instead of what is done with it; Twilio is the gateway."""
    settings.SMS_URL = TWILIO_URL
    texts = []
    monkeypatch.setattr("practice.hooks.receiving.RECEIVERS", [lambda text: texts.append(text) or "heard"])
    return texts


@pytest.fixture
def sent(db, riverside):
    """A message that left, by SMS or by e-mail."""
    def make(channel="sms", **fields):
        return Message.objects.create(
            practice=riverside, kind="reminder", channel=channel, subject_id=riverside.pk, due_at=timezone.now(),
            to_address="+12065550123" if channel == "sms" else "maria@clients.example", why="A test.",
            **({"state": "sent", "sent_at": timezone.now()} | fields))

    return make


@pytest.fixture
def mailgun(settings):
    settings.EMAIL_URL, settings.ANYMAIL = MAILGUN, mailing.read_provider(MAILGUN)


def is_refused(answer, code="signature_refused", status=403):
    problem = answer.json()
    return (answer.status_code, answer["Content-Type"], problem["code"]) == (
        status, "application/problem+json", code) and len(problem["detail"]) > 20


# --- signatures -----------------------------------------------------------------------------------------------------


def test_twilios_own_example_is_signed_as_twilio_says():
    fields = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234", "From": "+14158675310",
              "To": "+18005551212"}
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert twilio_signature("12345", url, fields.items()) == "GvWf1cFY/Q7PnoempGyD5oXAezc="


def test_a_text_twilio_signed_is_heard(heard, db):
    answer = tell_as_twilio(IN, MessageSid="SM1", From="+12065550123", To="+15550100", Body="Ich komme später, ja?")
    assert (answer.status_code, answer.content) == (200, b"<Response/>")
    [text] = heard
    assert (text.reference, text.sender, text.to, text.text) == (
        "SM1", "+12065550123", "+15550100", "Ich komme später, ja?")


def test_a_text_the_plain_gateway_signed_is_heard(heard, settings, db):
    settings.SMS_URL = PLAIN_URL
    answer = tell_as_gateway(IN, id="x1", **{"from": "+12065550123", "to": "EVENHAND", "text": "Yes"})
    assert answer.status_code == 204
    assert [(text.reference, text.text) for text in heard] == [("x1", "Yes")]


def test_half_an_emoji_is_kept_as_a_letter_nobody_can_read(heard, settings, db):
    settings.SMS_URL = PLAIN_URL
    answer = tell_as_gateway(IN, id="x1\udc00", **{"from": "+12065550123", "to": "EVENHAND", "text": "ok \ud83d 👍"})
    assert answer.status_code == 204
    assert [(text.reference, text.text) for text in heard] == [("x1\ufffd", "ok \ufffd 👍")]


@pytest.mark.parametrize("forged", [{"token": "somebody else's"}, {"signature": ""}, {"signature": "å"},
                                    {"signature": "x" * 28}])
@pytest.mark.parametrize("path", [STATUS, IN])
def test_what_twilio_did_not_sign_is_refused_in_words_and_does_nothing(heard, sent, path, forged):
    message = sent()
    answer = tell_as_twilio(path, **forged, MessageSid="SM1", From="+12065550123", Body="STOP",
                            MessageStatus="undelivered", m=str(message.pk))
    assert is_refused(answer)
    message.refresh_from_db()
    assert (heard, message.state, message.delivery) == ([], "sent", "")


def test_a_signature_for_one_address_does_not_open_another(heard, db):
    fields = {"MessageSid": "SM1", "From": "+12065550123", "Body": "Yes"}
    elsewhere = twilio_signature("token-of-the-tests", f"http://testserver{STATUS}", fields.items())
    assert is_refused(tell_as_twilio(IN, signature=elsewhere, **fields))
    assert heard == []


@pytest.mark.parametrize("forged", [
    {"secret": "somebody else's"}, {"age": 310}, {"age": -310}, {"tampered": b'{"id": "x1", "from": "+1", "text": "STOP"}'}])
def test_what_the_plain_gateway_did_not_sign_just_now_is_refused(heard, settings, db, forged):
    settings.SMS_URL = PLAIN_URL
    assert is_refused(tell_as_gateway(IN, **forged, id="x1", **{"from": "+12065550123", "text": "Yes"}))
    assert heard == []


@pytest.mark.parametrize("age", [290, -290])
def test_clocks_may_differ_by_less_than_five_minutes(heard, settings, db, age):
    settings.SMS_URL = PLAIN_URL
    assert tell_as_gateway(IN, age=age, id="x1", **{"from": "+12065550123"}).status_code == 204
    assert len(heard) == 1


@pytest.mark.parametrize("url", ["", "nonsense"])
def test_without_a_gateway_nobody_is_believed(heard, settings, db, url):
    settings.SMS_URL = url
    assert is_refused(tell_as_twilio(IN, MessageSid="SM1", From="+1", Body="STOP"))
    assert is_refused(tell_as_gateway(IN, id="x1", **{"from": "+1"}))


@pytest.mark.parametrize("path", [STATUS, IN, "/hooks/mail/mailgun/"])
def test_looking_at_a_hook_does_nothing(heard, mailgun, db, path):
    assert Browser().get(path).status_code == 405


@pytest.mark.parametrize("path", [STATUS, IN, "/hooks/mail/mailgun/"])
def test_more_than_anybody_has_to_say_is_not_read(heard, mailgun, db, path):
    answer = Browser().post(path, b"x" * 70_000, content_type="application/json")
    assert is_refused(answer, "too_long", 413)


@pytest.mark.parametrize("body", [b"[]", b"{", b"null", b'"STOP"', b"[" * 5000, b"\xff"])
def test_a_signed_body_that_is_no_object_is_refused_in_words(heard, settings, db, body):
    settings.SMS_URL = PLAIN_URL
    from practice.hooks.signatures import plain_signature
    at = str(int(timezone.now().timestamp()))
    answer = Browser().post(IN, body, content_type="application/json", headers={
        "X-Timestamp": at, "X-Signature": plain_signature("secret-of-the-tests", at, body)})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert heard == []


@pytest.mark.parametrize("fields", [
    {"From": "+1", "Body": "x"}, {"MessageSid": "SM1", "Body": "x"},
    {"MessageSid": "S" * 81, "From": "+1", "Body": "x"}, {"MessageSid": "SM1", "From": "+1", "Body": "x" * 1601},
    {"MessageSid": "SM1", "From": "+1", "Body": "a\x00b"}])
def test_a_text_that_names_nobody_or_is_too_long_is_refused(heard, db, fields):
    answer = tell_as_twilio(IN, **fields)
    assert (answer.status_code, heard) == (400, [])


def test_no_word_and_no_number_of_a_text_stands_in_the_log(settings, db, caplog, riverside):
    settings.SMS_URL = TWILIO_URL
    assert RECEIVERS, "the rooms to the right take texts"
    with caplog.at_level(logging.DEBUG):
        tell_as_twilio(IN, MessageSid="SM1", From="+12065550123", To="+15550100", Body="my numb foot is worse")
        tell_as_twilio(IN, token="forged", MessageSid="SM1", From="+12065550123", Body="my numb foot is worse")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("practice")]
    assert ours == ["hook sms_in: other", "hook sms_in: signature_refused"]
    assert "numb" not in caplog.text
    assert "5550123" not in caplog.text


# --- what became of a text --------------------------------------------------------------------------------------------


def test_a_text_that_arrived_is_known_to_have_arrived(heard, sent):
    message = sent()
    answer = tell_as_twilio(f"{STATUS}?m={message.pk}", MessageSid="SM7", MessageStatus="delivered")
    assert answer.status_code == 204
    message.refresh_from_db()
    assert (message.state, message.delivery, message.reference) == ("sent", "delivered", "SM7")
    assert message.delivery_at is not None


@pytest.mark.parametrize(("code", "words"), [("30003", "could not be reached"), ("30006", "landline"),
                                             ("", "did not receive it."), ("39999", "did not receive it (39999)")])
def test_a_text_that_did_not_arrive_stands_on_the_list_and_says_why(heard, sent, code, words):
    message = sent(reference="SM7")
    tell_as_twilio(STATUS, MessageSid="SM7", MessageStatus="undelivered", ErrorCode=code)
    message.refresh_from_db()
    assert (message.state, message.delivery) == ("failed", "undelivered")
    assert words in message.why


def test_the_plain_gateway_tells_the_same_by_our_own_id(settings, sent):
    settings.SMS_URL = PLAIN_URL
    message = sent()
    tell_as_gateway(STATUS, id=str(message.pk), reference="gw1", status="undelivered", code=30005)
    message.refresh_from_db()
    assert (message.state, message.reference) == ("failed", "gw1")
    assert message.why == "This number is not in use."


def test_the_same_news_twice_changes_nothing(heard, sent):
    message = sent(reference="SM7")
    tell_as_twilio(STATUS, MessageSid="SM7", MessageStatus="undelivered")
    once = Message.objects.values().get()
    Message.objects.filter(pk=message.pk).update(why="Somebody rang them.")
    tell_as_twilio(STATUS, MessageSid="SM7", MessageStatus="undelivered")
    assert Message.objects.values().get() == once | {"why": "Somebody rang them."}


def test_older_news_that_comes_late_does_not_undo_newer(heard, sent):
    message = sent(reference="SM7")
    for status in ("undelivered", "delivered", "sent", "queued"):
        tell_as_twilio(STATUS, MessageSid="SM7", MessageStatus=status)
    message.refresh_from_db()
    assert (message.state, message.delivery) == ("failed", "undelivered")


def test_a_text_twilio_has_is_not_sent_again_though_its_answer_was_lost(heard, sent):
    message = sent(state="waiting", sent_at=None, attempts=1, claimed_until=timezone.now() + timedelta(seconds=15))
    tell_as_twilio(f"{STATUS}?m={message.pk}", MessageSid="SM7", MessageStatus="sent")
    message.refresh_from_db()
    assert (message.state, message.reference, message.claimed_until) == ("sent", "SM7", None)
    assert outbox.drain() == {}


@pytest.mark.parametrize("who", ["nonsense", "", "00000000-0000-0000-0000-000000000000"])
def test_news_of_a_message_nobody_sent_is_let_go(heard, db, who):
    assert tell_as_twilio(f"{STATUS}?m={who}", MessageSid="SM404", MessageStatus="delivered").status_code == 204


def test_news_of_a_text_never_touches_a_mail(heard, sent):
    message = sent("email", reference="SM7")
    tell_as_twilio(f"{STATUS}?m={message.pk}", MessageSid="SM7", MessageStatus="undelivered")
    message.refresh_from_db()
    assert message.state == "sent"


# --- what became of a mail ----------------------------------------------------------------------------------------------


def test_a_mail_that_came_back_stands_on_the_list_and_says_why(mailgun, sent):
    message = sent("email")
    answer = tell_as_mailgun("signing-key", "failed", str(message.pk), severity="permanent", reason="bounce",
                             recipient="maria@clients.example")
    assert answer.status_code == 200
    message.refresh_from_db()
    assert (message.state, message.delivery) == ("failed", "bounced")
    assert message.why == "The address does not exist, or its mailbox is full."


@pytest.mark.parametrize(("event", "more", "state", "delivery"), [
    ("delivered", {}, "sent", "delivered"), ("complained", {}, "failed", "complained"),
    ("failed", {"severity": "temporary"}, "sent", ""), ("opened", {}, "sent", ""), ("clicked", {}, "sent", "")])
def test_each_event_means_what_it_says_and_no_more(mailgun, sent, event, more, state, delivery):
    message = sent("email", reference="<m1@mg>")
    for _ in range(2):
        assert tell_as_mailgun("signing-key", event, recipient="Maria@clients.example", **more).status_code == 200
    message.refresh_from_db()
    assert (message.state, message.delivery) == (state, delivery)


def test_a_copy_that_came_back_is_not_the_clients_mail(mailgun, sent):
    message = sent("email")
    tell_as_mailgun("signing-key", "failed", str(message.pk), severity="permanent", recipient="carer@example.org")
    message.refresh_from_db()
    assert message.state == "sent"


@pytest.mark.parametrize("forged", [{"key": "another-key"}, {"key": "signing-key", "signature": "00"}])
def test_what_the_mail_provider_did_not_sign_is_refused_in_words_and_does_nothing(mailgun, sent, forged):
    message = sent("email")
    assert is_refused(tell_as_mailgun(event="complained", message=str(message.pk), **forged))
    message.refresh_from_db()
    assert (message.state, message.delivery) == ("sent", "")


@pytest.mark.parametrize("body", [b"{}", b"[]", b"", b"nonsense"])
def test_nonsense_from_a_mail_provider_is_refused_in_words(mailgun, db, body):
    answer = Browser().post("/hooks/mail/mailgun/", body, content_type="application/json")
    assert answer.status_code in (400, 403)
    assert answer["Content-Type"] == "application/problem+json"


def test_only_the_provider_that_sends_our_mail_is_listened_to(mailgun, db):
    assert is_refused(Browser().post("/hooks/mail/postmark/", {}, content_type="application/json"), "not_found", 404)


def test_a_provider_that_signs_nothing_needs_a_password_in_its_address(settings, sent):
    settings.EMAIL_URL = "anymail+postmark://token@"
    settings.ANYMAIL = mailing.read_provider(settings.EMAIL_URL)
    message = sent("email")
    said = {"RecordType": "SpamComplaint", "MessageID": "p1", "Recipient": "maria@clients.example",
            "Metadata": {"message": str(message.pk)}, "BouncedAt": "2026-11-21T10:00:00Z", "ID": 7,
            "Type": "SpamComplaint", "Email": "maria@clients.example"}
    tell = lambda **headers: Browser().post(  # noqa: E731
        "/hooks/mail/postmark/", said, content_type="application/json", headers=headers)
    assert is_refused(tell())
    settings.ANYMAIL = mailing.read_provider(settings.EMAIL_URL, webhook_secret="postmark:long-random-word")
    assert is_refused(tell())
    known = base64.b64encode(b"postmark:long-random-word").decode()
    assert tell(Authorization=f"Basic {known}").status_code == 200
    message.refresh_from_db()
    assert message.delivery == "complained"


def test_a_complaint_is_handed_on_once(sent, monkeypatch):
    followed = []
    monkeypatch.setattr(deliveries, "UNWANTED", [followed.append])
    message = sent("email")
    for _ in range(2):
        deliveries.note_delivery(message=message, delivery="complained")
    assert [row.pk for row in followed] == [message.pk]


# --- mail by a provider's API -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("url", "found"), [
    ("anymail+mailgun://KEY@mg.example.org?api_url=https://api.eu.mailgun.net/v3",
     {"MAILGUN_API_KEY": "KEY", "MAILGUN_SENDER_DOMAIN": "mg.example.org",
      "MAILGUN_API_URL": "https://api.eu.mailgun.net/v3"}),
    ("anymail+mailjet://KEY:SEC%2FRET@", {"MAILJET_API_KEY": "KEY", "MAILJET_SECRET_KEY": "SEC/RET"}),
    ("anymail+postmark://TOKEN@", {"POSTMARK_SERVER_TOKEN": "TOKEN"})])
def test_a_provider_is_named_by_one_address(url, found):
    assert mailing.read_provider(url).items() >= found.items()


@pytest.mark.parametrize(("url", "says"), [
    ("anymail+pigeon://KEY@", "names “pigeon”"), ("anymail+mailgun://@mg.example.org", "holds no key"),
    ("anymail+mailgun://KEY@", "which domain"), ("anymail+mailjet://KEY@", "KEY:SECRET@")])
def test_an_address_that_names_too_little_is_refused_in_words(url, says):
    with pytest.raises(mailing.Unreadable, match=says):
        mailing.read_provider(url)


def test_a_mail_by_a_provider_says_our_id_back_and_follows_nobody(now, riverside, settings, monkeypatch):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    say(monkeypatch, riverside)
    message = outbox.queue_message(practice=riverside, kind="note", subject_id=riverside.pk, why="A test.",
                                   to_address="maria@clients.example", due_at=timezone.now())
    assert outbox.drain() == {"sent": 1}
    from django.core import mail
    [sent] = mail.outbox
    said = sent.anymail_test_params
    assert said["metadata"] == {"message": str(message.pk)}
    assert (said["track_opens"], said["track_clicks"]) == (False, False)
    message.refresh_from_db()
    assert message.reference == str(sent.anymail_status.message_id) != ""


@pytest.mark.parametrize(("status", "outcome"), [(401, "postponed"), (403, "postponed"), (429, "postponed"),
                                                 (503, "postponed"), (None, "postponed"), (400, "failed")])
def test_what_a_providers_refusal_means(now, riverside, settings, monkeypatch, status, outcome):
    from anymail.exceptions import AnymailRequestsAPIError
    from requests import Response
    answer = None
    if status:
        answer = Response()
        answer.status_code = status

    def refuse(*args, **kwargs):
        raise AnymailRequestsAPIError("refused", response=answer)

    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    monkeypatch.setattr("anymail.backends.test.EmailBackend.post_to_esp", refuse)
    say(monkeypatch, riverside)
    outbox.queue_message(practice=riverside, kind="note", subject_id=riverside.pk, why="A test.",
                         to_address="maria@clients.example", due_at=timezone.now())
    assert outbox.drain() == {outcome: 1}
    assert str(status or "reached") in Message.objects.get().why
