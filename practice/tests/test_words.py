"""A practice's own words: the owner's to write, refused where a reader would be left alone or given away, tried first."""

import pytest
from django.db import IntegrityError, transaction

from practice import outbox, wording
from practice.models import AuditEntry, Message, MessageText
from practice.outbox import KINDS
from practice.refusals import BadInput, NotAllowed
from practice.tests.answers import text_of
from practice.wording.own import ClinicalWord, change_sender_name, drop_text, write_text
from practice.wording.trying import TESTS_AN_HOUR, TooManyTests, as_it_leaves, send_test

CANCELLED = {"kind": "cancelled", "variant": "", "language": "en"}
OURS = {"subject": "Your appointment on {visit} is cancelled", "body": "Your appointment on {visit} is cancelled.",
        "sms": "Your appointment on {visit} is cancelled."}
BOOKED = {"kind": "booked", "variant": "", "language": "en", "subject": "Booked: {visit}", "body": "Answer: {link}",
          "sms": "{visit} {link}"}
WORDS = "/practice/messages/words/"


@pytest.fixture
def written(owner, riverside, django_capture_on_commit_callbacks):
    """Write a text as the owner and let the commit be followed by what follows it."""

    def write(**words):
        with django_capture_on_commit_callbacks(execute=True):
            return write_text(practice=riverside, by=owner, **words)

    return write


@pytest.fixture
def dated(riverside):
    """A text of theirs from a time when its kind had a variable more."""
    words = {"subject": "Off: {visit}", "body": "Cancelled: {visit}. Ask {concierge}.", "sms": "{visit} off, {concierge}"}
    row = MessageText.objects.create(practice=riverside, **CANCELLED, **words)
    wording.forget_own_texts(riverside)
    return row


# --- the rules ---------------------------------------------------------------------------------------------------


def test_what_the_owner_writes_is_what_leaves_at_once_and_stands_in_the_audit(written, riverside, owner):
    assert wording.text_of(riverside, "cancelled").body == OURS["body"] + "\n"
    row = written(**CANCELLED, **OURS | {"body": "Cancelled: {visit}.\r\n\r\nThere is no fee."})
    letter = as_it_leaves(practice=riverside, **CANCELLED)
    assert "Cancelled: Tue 24 Nov, 10:30.\n\nThere is no fee.\n\nQuestions?" in letter.body
    entry = AuditEntry.objects.get(verb="message_text_changed")
    assert entry.subject_id == row.pk and entry.actor == owner
    assert entry.detail == {"kind": "cancelled", "variant": "", "language": "en"}


def test_our_own_words_written_again_leave_no_row_and_back_to_ours_takes_one_away(
        written, riverside, owner, django_capture_on_commit_callbacks):
    assert written(**CANCELLED, **OURS) is None
    assert not MessageText.objects.exists() and not AuditEntry.objects.filter(verb="message_text_changed").exists()
    written(**CANCELLED, **OURS | {"subject": "Cancelled"})
    with django_capture_on_commit_callbacks(execute=True):
        drop_text(practice=riverside, by=owner, **CANCELLED)
    assert wording.text_of(riverside, "cancelled").subject == OURS["subject"]
    assert AuditEntry.objects.filter(verb="message_text_dropped").count() == 1


def test_own_english_words_do_not_hide_our_german_ones_from_who_reads_german(written, riverside):
    written(**CANCELLED, **OURS | {"subject": "Off"})
    assert wording.text_of(riverside, "cancelled", language="de").subject == "Ihr Termin am {visit} ist abgesagt"


@pytest.mark.parametrize(("change", "field", "words"), [
    ({"body": "Answer: {link} {vist}"}, "body", "{vist} is not known here. Did you mean {visit}?"),
    ({"subject": "{Visit}"}, "subject", "{Visit} is not known here. Did you mean {visit}?"),
    ({"sms": "{xyzzy} {link}"}, "sms", "Known are {visit}, {minutes}, {link}, {questions}, {practice}, {phone}."),
    ({"body": "Answer: {link} {visit"}, "body", "A brace stands alone."),
    ({"body": "Booked: {visit}"}, "body", "Keep {link} in the text"),
    ({"sms": "Booked: {visit}"}, "sms", "Keep {link} in the SMS"),
    ({"subject": "  "}, "subject", "Write a subject"),
    ({"sms": ""}, "sms", "who agreed to text messages only reads nothing else"),
    ({"body": ""}, "body", "Write the text"),
    ({"subject": "x" * 121}, "subject", "At most 120 letters."),
    ({"kind": "nothing"}, "kind", "There is no such text."),
    ({"language": "pt"}, "kind", "There is no such text."),
    ({"variant": "several"}, "kind", "There is no such text."),
])
def test_a_text_that_would_not_do_its_work_is_refused_in_words(written, change, field, words):
    with pytest.raises(BadInput) as refused:
        written(**BOOKED | change)
    assert refused.value.field == field and words in refused.value.detail
    assert not MessageText.objects.exists()


@pytest.mark.parametrize(("language", "body", "word"), [
    ("en", "Your massage is booked: {link}", "massage"), ("de", "Nach Ihrem Schub: {link}", "Schub"),
    ("fr", "Votre séance de kiné: {link}", "kiné"), ("es", "Su sesión de fisioterapia: {link}", "fisioterapia")])
def test_a_word_that_says_what_somebody_comes_for_is_refused_by_its_name(written, language, body, word):
    with pytest.raises(ClinicalWord, match=f"“{word}” tells whoever sees the message"):
        written(**BOOKED | {"language": language, "body": body})


def test_an_own_text_with_a_variable_dropped_since_lets_ours_leave_so_that_no_message_is_lost(dated, riverside):
    letter = as_it_leaves(practice=riverside, **CANCELLED)
    assert letter.subject.startswith("Your appointment on ") and "is cancelled" in letter.sms
    assert "concierge" not in f"{letter.body}{letter.sms}"
    with pytest.raises(KeyError):
        as_it_leaves(practice=riverside, **CANCELLED, text=wording.Text("{nobody}", "{nobody}"))


def test_an_own_closing_with_a_variable_dropped_since_does_not_hold_back_what_it_stands_around(riverside):
    MessageText.objects.create(practice=riverside, kind="frame", variant="client", language="en",
                               body="Dear {called}, {message} {motto}", sms="{message} {motto}")
    wording.forget_own_texts(riverside)
    for kind in ("cancelled", "frame"):
        letter = as_it_leaves(practice=riverside, kind=kind, variant="client" * (kind == "frame"), language="en")
        assert "Hello Maria" in letter.body and "motto" not in letter.sms


def test_the_owner_is_told_that_our_words_leave_instead_of_theirs(dated, page, owner, now):
    assert "Cancellation Three minutes after a visit the client knew of is cancelled. Your own: English (not used)" in (
        text_of(page(owner).get(WORDS)))
    shown = text_of(page(owner).get(f"{WORDS}cancelled/"))
    assert "Our words leave instead of yours" in shown and "{concierge} is not known here." in shown


def test_what_stands_around_every_message_keeps_the_message(written, riverside):
    frame = {"kind": "frame", "variant": "client", "language": "en", "subject": "", "sms": "{practice}: {message}"}
    with pytest.raises(BadInput, match=r"Keep \{message\} in the text"):
        written(**frame, body="Hello {called},\n\nAnswer soon.")
    written(**frame, body="Dear {called},\n\n{message}\n\n{practice}, {phone}")
    assert as_it_leaves(practice=riverside, **CANCELLED).body.startswith("Dear Maria,\n\nYour appointment")


def test_only_the_owner_changes_words_puts_them_back_names_the_sender_or_sends_a_test(riverside, ana, desk, lakeside_owner):
    for by in (ana, desk, lakeside_owner):
        for act in (lambda by=by: write_text(practice=riverside, by=by, **BOOKED),
                    lambda by=by: drop_text(practice=riverside, by=by, **CANCELLED),
                    lambda by=by: change_sender_name(practice=riverside, sender_name="R", by=by),
                    lambda by=by: send_test(practice=riverside, by=by, **CANCELLED)):
            with pytest.raises(NotAllowed):
                act()
    assert not Message.objects.exists() and not MessageText.objects.exists()


def test_the_sender_is_neutral_and_audited(riverside, owner):
    with pytest.raises(ClinicalWord, match="“Neuro”"):
        change_sender_name(practice=riverside, sender_name="Riverside Neuro", by=owner)
    assert change_sender_name(practice=riverside, sender_name="  The   River ", by=owner).sender_name == "The River"
    assert AuditEntry.objects.get(verb="practice_changed").detail == {"fields": ["sender_name"]}


@pytest.mark.parametrize("wrong", [{"language": "xx"}, {"body": ""}])
def test_the_database_itself_keeps_no_text_without_words_or_in_no_language_of_ours(riverside, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageText.objects.create(practice=riverside, kind="booked", **{"language": "en", "body": "{link}"} | wrong)


# --- trying a text -----------------------------------------------------------------------------------------------


def test_every_text_can_be_seen_with_its_examples(riverside):
    for kind in KINDS.values():
        for variant in kind.variants:
            letter = as_it_leaves(practice=riverside, kind=kind.code, variant=variant, language="en")
            assert "{" not in letter.subject + letter.body + letter.sms, (kind.code, variant)
    for variant in ("client", "anybody", "doctor", "member"):
        assert "Tue 24 Nov" in as_it_leaves(practice=riverside, kind="frame", variant=variant, language="en").body


def test_a_test_goes_through_the_outbox_to_the_owner_alone_and_says_that_it_is_one(
        written, riverside, owner, settings, mailoutbox, now):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    written(**CANCELLED, **OURS | {"subject": "Off: {visit}"})
    message = send_test(practice=riverside, by=owner, **CANCELLED)
    outbox.drain()
    assert [mail.to for mail in mailoutbox] == [[f"{owner.name} <{owner.user.email}>"]]
    assert mailoutbox[0].subject == "Test: Off: Tue 24 Nov, 10:30"
    assert "This is a test" in mailoutbox[0].body and "As an SMS: " in mailoutbox[0].body
    message.refresh_from_db()
    assert (message.kind, message.state, message.client_id) == ("test", "sent", None)


def test_a_test_as_a_text_message_goes_to_the_number_the_owner_writes_and_reads_as_it_leaves(
        page, owner, riverside, now):
    http = page(owner)
    sent = {**OURS, "act": "test-sms", "number": "+1 206 555 0177"}
    assert "A test is on its way to +12065550177" in text_of(http.post(f"{WORDS}cancelled/?language=de", sent, follow=True))
    message = Message.objects.get()
    assert (message.channel, message.to_address, message.client_id) == ("sms", "+12065550177", None)
    assert KINDS["test"].compose(message).sms.startswith("Test: Riverside Therapy: Ihr Termin am Di. 24. Nov., 10:30")
    for number, said in (("", "Write the number of your own mobile"), ("206 555", "with its country")):
        refused = http.post(f"{WORDS}cancelled/", {**sent, "number": number})
        assert refused.status_code == 400 and said in text_of(refused)
        assert "Not sent: there is something to put right" in text_of(refused)
    with pytest.raises(BadInput, match="does not go as a text message"):
        send_test(practice=riverside, kind="webhook-off", variant="", language="en", by=owner, number="+12065550177")
    assert Message.objects.count() == 1


def test_more_than_ten_tests_an_hour_are_refused(riverside, owner, now):
    for _ in range(TESTS_AN_HOUR):
        send_test(practice=riverside, by=owner, **CANCELLED)
    with pytest.raises(TooManyTests, match="10 tests an hour are enough"):
        send_test(practice=riverside, by=owner, **CANCELLED)
    assert Message.objects.count() == TESTS_AN_HOUR


# --- the pages ---------------------------------------------------------------------------------------------------


def test_everybody_reads_which_messages_there_are_and_only_the_owner_finds_something_to_press(page, owner, desk, now):
    for member, may in ((owner, True), (desk, False)):
        listed = page(member).get(WORDS)
        assert "Booking confirmation Three minutes after a visit is booked. Ours" in text_of(listed)
        shown = page(member).get(f"{WORDS}booked/?language=de")
        assert "Ihr Termin ist gebucht: Di. 24. Nov., 10:30" in text_of(shown)
        assert "Not yet read by a native speaker" in text_of(shown)
        for answer, button in ((listed, "Save the name"), (shown, 'value="save"')):
            assert (button in answer.content.decode()) is may
    assert page(desk).post(f"{WORDS}booked/", BOOKED | {"act": "save"}).status_code == 403
    assert page(desk).post(WORDS, {"sender_name": "X"}).status_code == 403


def test_the_owner_saves_looks_tries_and_goes_back(page, owner, riverside, now, django_capture_on_commit_callbacks):
    http, typed = page(owner), {"subject": "Yours: {visit}", "body": "Answer: {link}", "sms": "{visit}: {link}"}
    looked = http.post(f"{WORDS}booked/", typed | {"act": "preview"})
    assert looked.status_code == 200 and "Yours: Tue 24 Nov, 10:30" in text_of(looked)
    assert "of 160 characters, 1 part" in text_of(looked) and not MessageText.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert http.post(f"{WORDS}booked/", typed | {"act": "save"}).status_code == 302
    saved = http.get(f"{WORDS}booked/")
    assert "Saved. It holds from now on" in text_of(saved) and "These are your own words" in text_of(saved)
    assert "Your own: English" in text_of(http.get(WORDS))
    tried = http.post(f"{WORDS}booked/", typed | {"act": "test"}, follow=True)
    assert f"A test is on its way to {owner.user.email}" in text_of(tried) and Message.objects.get().kind == "test"
    with django_capture_on_commit_callbacks(execute=True):
        assert http.post(f"{WORDS}booked/", typed | {"act": "drop"}).status_code == 302
    back = http.get(f"{WORDS}booked/")
    assert "Back to our words." in text_of(back) and "These are our words" in text_of(back)


def test_what_is_refused_stays_typed_beside_the_reason_and_the_preview_says_it_first(page, owner, now):
    typed = {"subject": "Your massage", "body": "Answer: {lnk}", "sms": "{link}"}
    looked = page(owner).post(f"{WORDS}booked/", typed | {"act": "preview"})
    assert looked.status_code == 200 and "Not to be saved like this" in text_of(looked)
    refused = page(owner).post(f"{WORDS}booked/", typed | {"act": "save"})
    assert refused.status_code == 409 and "“massage” tells whoever" in text_of(refused)
    assert refused.content.decode().count("Answer: {lnk}") == 1
    assert "It cannot be shown before that is put right." in text_of(refused), "the preview shows what was typed"
    empty = page(owner).post(f"{WORDS}booked/", typed | {"subject": "", "act": "save"})
    assert empty.status_code == 422 and "Write a subject" in text_of(empty)


def test_a_long_sms_says_what_it_costs(page, owner, now):
    typed = {"subject": "S", "body": "{link}", "sms": "ł" * 60 + " {link}", "act": "preview"}
    assert "It is paid for as 2 SMS. Letters outside the SMS alphabet" in text_of(
        page(owner).post(f"{WORDS}booked/", typed))


def test_a_kind_nobody_sends_has_no_page(page, owner, now):
    assert page(owner).get(f"{WORDS}nothing/").status_code == 404
    assert page(owner).get(f"{WORDS}test/").status_code == 404


def test_a_practice_whose_name_says_what_it_does_is_told(page, owner, riverside, now):
    assert "The name says what you do" in text_of(page(owner).get(WORDS))
    page(owner).post(WORDS, {"sender_name": "Riverside"})
    riverside.refresh_from_db()
    assert riverside.sender_name == "Riverside"
    assert "The name says what you do" not in text_of(page(owner).get(WORDS))
