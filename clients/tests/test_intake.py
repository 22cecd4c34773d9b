"""The intake: asked by mail or on the practice's tablet, answered without an account, sent once, asked anew in time."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from clients.asking.intake import ask_due_intakes, ask_intake, send_intake
from clients.asking.questionnaires import answers_of, empty_old_drafts, shown_url_of, url_of
from clients.keeping.archiving import archive_client
from clients.models import Client, Consent, Questionnaire
from clients.tasks import keep_questions
from clients.tests.asked import AGREED, answer_all, answered, path_of
from conftest import at, make_client
from practice import outbox
from practice.models import ActionLink, AuditEntry, Message
from practice.tests.answers import text_of, value_of
from sessions.booking import book_appointment

NASTY = "<script>alert(1)</script>"
CLINICAL = re.compile(r"migraine|sclerosis|blood|medicine|seizure|numb|health|illness|therap(?!y)", re.IGNORECASE)


@pytest.fixture
def asked(now, ines, ana):
    return ask_intake(client=ines, by=ana)


@pytest.fixture
def phone(page):
    return page(None)


def rows():
    return [list(m.objects.order_by("pk").values()) for m in (Questionnaire, Consent, AuditEntry, Message, ActionLink)]


# --- asked -------------------------------------------------------------------------------------------------------


def test_the_desk_sends_it_and_the_mail_says_nothing_about_health(now, page, desk, ines):
    sent = page(desk).post(f"/clients/{ines.pk}/intake/", {"how": "mail"}, follow=True)
    assert "The questions are on their way to Ines" in text_of(sent)
    page(desk).post(f"/clients/{ines.pk}/intake/", {"how": "mail"})
    assert Message.objects.filter(kind="intake").count() == 1
    with time_machine.travel(now + timedelta(hours=1)):
        assert outbox.drain() == {"sent": 1}
        outbox.drain()
    (letter,) = mail.outbox
    assert letter.to == ["Ines Moreau <ines@clients.example>"] and "until Wed 23 Dec" in letter.body
    assert not CLINICAL.search(letter.subject + letter.body)
    told = re.compile(r"about (\d+) minutes")
    first_page = page(None).get(path_of(Questionnaire.objects.get())).content.decode()
    assert told.search(letter.body)[1] == told.search(first_page)[1]
    assert url_of(Questionnaire.objects.get()) in letter.body


def test_nothing_is_mailed_to_who_has_not_agreed_and_the_link_is_shown_instead(now, page, desk, riverside):
    quiet = make_client(riverside, "Quinn Quiet", channels=[], reminder_consent_on=None, reminder_consent_source="")
    refused = page(desk).post(f"/clients/{quiet.pk}/intake/", {"how": "mail"})
    assert refused.status_code == 409 and "has not agreed to be written to" in text_of(refused)
    assert not Questionnaire.objects.exists() and not Message.objects.exists()
    shown = page(desk).post(f"/clients/{quiet.pk}/intake/", {"how": "show"})
    row = Questionnaire.objects.get()
    assert shown_url_of(row) in shown.content.decode() and url_of(row) not in shown.content.decode()


def test_a_link_that_was_shown_opens_no_answers_but_in_the_browser_that_gave_them(asked, page, desk, ines):
    shown = page(desk).post(f"/clients/{ines.pk}/intake/", {"how": "show"}).content.decode()
    link = re.search(r'href="http://testserver(/q/[^"]+)"', shown)[1]
    assert link != path_of(asked)
    tablet, office = Browser(), Browser()
    assert office.get(link).status_code == 200, "nothing is answered yet"
    there = tablet.post(f"{link}q01/", {"chosen": ["migraine"]})
    assert there.status_code == 302 and tablet.get(there["Location"]).status_code == 200
    assert "checked" in tablet.get(f"{link}q01/").content.decode(), "they go on, and back, where they began"
    closed = office.get("/q/unknown/").content
    for code in ("", "q01/", "check/", "agree/"):
        assert (office.get(f"{link}{code}").status_code, office.get(f"{link}{code}").content) == (404, closed)
    assert office.post(f"{link}q30/", {"words": "typed"}).content == closed
    office.cookies["begun"] = str(asked.pk)
    assert office.get(f"{link}q01/").content == closed, "a cookie of one's own making proves nothing"
    assert answers_of(Questionnaire.objects.get()).keys() == {"q01"}


def test_a_link_that_was_shown_is_closed_by_the_first_answer_behind_their_own(asked, page, desk, ines, phone):
    page(desk).post(f"/clients/{ines.pk}/intake/", {"how": "show"})
    link = shown_url_of(asked).removeprefix("http://testserver")
    office = Browser()
    office.post(f"{link}q01/", {"chosen": ["migraine"]})
    phone.post(f"{path_of(asked)}q10/", {"instead": "none"})
    assert office.get(f"{link}q01/").status_code == 404
    assert "2 of" in text_of(phone.get(path_of(asked)))


def test_the_desk_gets_no_link_to_answers_that_have_been_begun(asked, page, desk, ana, ines, phone):
    phone.post(f"{path_of(asked)}q01/", {"chosen": ["migraine"]})
    refused = page(desk).post(f"/clients/{ines.pk}/intake/", {"how": "show"})
    assert refused.status_code == 403 and path_of(asked) not in refused.content.decode()
    assert path_of(asked) in page(ana).post(f"/clients/{ines.pk}/intake/", {"how": "show"}).content.decode()


@pytest.mark.parametrize("change, why", [
    ({"channels": []}, "no longer wishes"), ({"archived_at": timezone.now()}, "closed")])
def test_a_message_that_became_wrong_does_not_leave(now, ines, ana, change, why):
    message = send_intake(client=ines, by=ana)
    Client.objects.filter(pk=ines.pk).update(**change)
    with time_machine.travel(now + timedelta(hours=1)):
        outbox.drain()
    message.refresh_from_db()
    assert message.state == "skipped" and why in message.why and not mail.outbox


def test_whoever_answered_long_ago_and_comes_again_is_asked_anew_once(now, phone, ines, kofi, maria, ana, neuro_45):
    with time_machine.travel(now - timedelta(days=400)):
        answered(ask_intake(client=ines, by=ana))
        answered(ask_intake(client=kofi, by=ana))
    with time_machine.travel(now - timedelta(days=300)):
        answered(ask_intake(client=maria, by=ana))
    assert ask_due_intakes() == 0, "nobody has a visit to come"
    for hour, client in ((9, ines), (10, maria)):
        book_appointment(client=client, therapist=ana, service=neuro_45, starts_at=at(hour, days=3), by=ana)
    keep_questions()
    keep_questions()
    assert [m.client_id for m in Message.objects.filter(kind="intake")] == [ines.pk]
    riverside = ines.practice
    riverside.intake_every_months = None
    riverside.save()
    Questionnaire.objects.filter(submitted_at=None).delete()
    assert ask_due_intakes() == 0


# --- answered ------------------------------------------------------------------------------------------------------


def test_the_first_page_says_what_comes_and_looking_changes_nothing(asked, phone):
    before = rows()
    words = text_of(phone.get(path_of(asked)))
    for said in ("For Ines.", "At least 16 questions", "about 10 minutes", "kept for seven days", "The therapists and the owner of Riverside"):
        assert said in words
    assert "Moreau" not in words and "migraine" not in words
    for code in ("q01", "q31", "check", "agree", "sent", "nonsense"):
        phone.get(f"{path_of(asked)}{code}/")
    # The link itself is made when it is first told, by `path_of`.
    assert rows()[:4] == before[:4]


def test_no_page_is_kept_found_or_told_to_others(asked, phone):
    for url in (path_of(asked), f"{path_of(asked)}q01/", f"{path_of(asked)}check/", "/q/unknown/", "/q/unknown/q01/"):
        answer = phone.get(url)
        assert (answer["Referrer-Policy"], answer["X-Robots-Tag"], answer["Cache-Control"]) == (
            "no-referrer", "noindex", "no-store")
        title = re.search("<title>(.*?)</title>", answer.content.decode(), re.DOTALL)[1]
        assert not CLINICAL.search(title), title
    assert "sessionid" not in phone.cookies


def test_the_whole_way_from_the_mail_to_sent(now, page, ana, ines, phone):
    page(ana).post(f"/clients/{ines.pk}/intake/", {"how": "mail"})
    with time_machine.travel(now + timedelta(hours=1)):
        outbox.drain()
        link = re.search(r"http://testserver(/q/\S+)", mail.outbox[0].body)[1]
        row = Questionnaire.objects.get()
        seen = answer_all(phone, row)
        assert len(seen) == 19 and seen[:3] == ["q01", "q10", "q30"], "two places and a date beside the sixteen"
        check = text_of(phone.get(f"{link}check/"))
        for said in ("Strong smells, such as scented oil", "both hands", "Aug 2025",
                     "Paul Moreau, husband, +1 206 555 0142", "2 Mar 1984"):
            assert said in check, said
        agreement = text_of(phone.get(f"{link}agree/"))
        assert "It does not change the course of an illness." in agreement
        sent = phone.post(f"{link}agree/", AGREED, REMOTE_ADDR="203.0.113.9", follow=True)
    assert "Thank you. Your answers have been sent." in text_of(sent)
    row.refresh_from_db()
    assert (row.answered_by, row.submitted_from, row.consent_version) == ("Ines Moreau", "203.0.113.9", "intake 2026-11")
    consent = Consent.objects.get(kind="intake")
    assert (consent.given_by, consent.relationship, consent.how, consent.text_version) == (
        "Ines Moreau", "self", "by link", "intake 2026-11")
    assert AuditEntry.objects.filter(verb="answers_sent", actor_role="client").count() == 1


def test_somebody_else_may_answer_and_says_who_they_are(asked, phone):
    answer_all(phone, asked)
    other = AGREED | {"name": "Paul Moreau", "who": "other"}
    refused = phone.post(f"{path_of(asked)}agree/", other)
    assert refused.status_code == 400 and "Say who you are to them" in text_of(refused)
    assert value_of(refused, "name") == "Paul Moreau"
    phone.post(f"{path_of(asked)}agree/", other | {"relationship": "husband"})
    asked.refresh_from_db()
    assert asked.answered_by == "Paul Moreau, husband" and Consent.objects.get().relationship == "husband"


@pytest.mark.parametrize("left_out, words", [
    ("is_agreed", "Tick that you agree"), ("name", "Write your full name"), ("who", "Say who has answered")])
def test_nothing_is_sent_without_agreement_and_name(asked, phone, left_out, words):
    answer_all(phone, asked)
    refused = phone.post(f"{path_of(asked)}agree/", {k: v for k, v in AGREED.items() if k != left_out})
    assert refused.status_code in (400, 422) and words in text_of(refused)
    assert Questionnaire.objects.get().submitted_at is None and not Consent.objects.exists()


def test_nothing_is_sent_while_a_question_is_open(asked, phone):
    phone.post(f"{path_of(asked)}q01/", {"chosen": ["migraine"]})
    assert phone.post(f"{path_of(asked)}agree/", AGREED)["Location"].endswith("/check/")
    assert "15 questions have no answer yet" in text_of(phone.get(f"{path_of(asked)}check/"))
    assert Questionnaire.objects.get().submitted_at is None


def test_an_answer_is_changed_from_the_check_and_what_it_calls_for_is_asked(asked, phone):
    answer_all(phone, asked)
    there = phone.post(f"{path_of(asked)}q62/?back=check", {"chosen": ["other"]})["Location"]
    assert there.endswith("/q63/?back=check")
    assert phone.post(there, {"instead": "unknown"})["Location"].endswith("/check/")


def test_what_was_typed_stays_when_it_cannot_be(asked, phone):
    refused = phone.post(f"{path_of(asked)}q64/", {"day": "31", "month": "02", "year": "1971"})
    assert refused.status_code == 400 and "There is no such day in this month" in text_of(refused)
    assert (value_of(refused, "day"), value_of(refused, "year")) == ("31", "1971")
    assert '<option value="02" selected>' in refused.content.decode() and "<title>Error: " in refused.content.decode()
    both = phone.post(f"{path_of(asked)}q31/", {"chosen": ["blood-thinner"], "instead": "none"})
    assert "You have answered, and pressed “None of these”" in text_of(both)
    assert re.search(r'value="blood-thinner" checked', both.content.decode())
    bad = phone.post(f"{path_of(asked)}q61/", {"name": NASTY, "phone": "call me"})
    assert "&lt;script&gt;" in bad.content.decode() and NASTY not in bad.content.decode()
    letters = phone.post(f"{path_of(asked)}q64/", {"day": "third", "month": "02", "year": "in 1971"}).content.decode()
    assert "At most" not in letters and letters.count("Write the year with four digits") == 2, "once on top, once there"
    assert answers_of(Questionnaire.objects.get()) == {}


def test_an_answer_given_before_may_be_taken_back_in_one_press(asked, phone):
    phone.post(f"{path_of(asked)}q01/", {"chosen": ["migraine"]})
    phone.post(f"{path_of(asked)}q31/", {"chosen": ["blood-thinner"]})
    again = phone.post(f"{path_of(asked)}q31/", {"chosen": ["blood-thinner"], "instead": "none"})
    assert again.status_code == 302
    assert answers_of(Questionnaire.objects.get())["q31"].is_none


def test_a_draft_is_kept_for_seven_days_from_the_last_answer(asked, phone, now):
    url = path_of(asked)
    phone.post(f"{url}q01/", {"chosen": ["migraine"]})
    with time_machine.travel(now + timedelta(days=6)):
        assert "You have answered 1 of 16" in text_of(phone.get(url))
        phone.post(f"{url}q10/", {"instead": "none"})
    with time_machine.travel(now + timedelta(days=12)):
        assert empty_old_drafts() == 0 and "You have answered 2 of 16" in text_of(phone.get(url))
    with time_machine.travel(now + timedelta(days=13, minutes=1)):
        assert "You have answered" not in text_of(phone.get(url)), "also before the hourly task came by"
        assert empty_old_drafts() == 1 and Questionnaire.objects.get().answers == {}
        assert phone.get(url).status_code == 200, "the link lives longer than the draft"


# --- closed --------------------------------------------------------------------------------------------------------


def test_unknown_expired_answered_and_foreign_links_get_one_text(now, phone, ines, kofi, maria, ana, lakeside):
    used, old, foreign, away = (path_of(ask_intake(client=c, by=ana)) for c in (ines, kofi, maria, make_client(ana.practice, "A Way")))
    answered(Questionnaire.objects.get(client=ines))
    ActionLink.objects.filter(subject_id=Questionnaire.objects.get(client=maria).pk).update(practice=lakeside)
    archive_client(client=Client.objects.get(name="A Way"), by=ana)
    ActionLink.objects.filter(subject_id=Questionnaire.objects.get(client=kofi).pk).update(expires_at=now)
    with time_machine.travel(now + timedelta(minutes=16)):
        said = [phone.get(f"{url}{code}") for url in (used, old, foreign, away, "/q/unknown/", f"/q/{'x' * 300}/")
                for code in ("", "q01/", "check/", "agree/", "sent/")]
        said += [phone.post(f"{url}{code}", {"words": "typed"}) for url in (used, old, foreign) for code in ("q30/", "agree/")]
    assert {(answer.status_code, answer.content) for answer in said} == {(404, said[0].content)}
    assert "If you have sent your answers, they have arrived." in text_of(said[0])


def test_pressing_send_five_times_sends_once_and_thanks_each_time(asked, phone):
    answer_all(phone, asked)
    for _ in range(5):
        thanks = phone.post(f"{path_of(asked)}agree/", AGREED, follow=True)
        assert "Your answers have been sent" in text_of(thanks)
    assert Consent.objects.count() == 1 and AuditEntry.objects.filter(verb="answers_sent").count() == 1


def test_answers_that_were_sent_are_never_changed_in_the_database_itself(asked, phone):
    row = answered(asked)
    for change in ({"answers": {}}, {"answered_by": "somebody"}, {"submitted_at": None}):
        with pytest.raises(IntegrityError, match="sent_answers_stand"), transaction.atomic():
            Questionnaire.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="sent_answers_stand"), transaction.atomic():
        Questionnaire.objects.filter(pk=row.pk).delete()
    Questionnaire.objects.filter(pk=row.pk).update(decisions={"q01:0": "left"})

