"""The check before a visit: asked by link in the last three days, weighed at once, never cancelling anything."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from clients.asking.becoming import ToFinding
from clients.asking.questionnaires import answers_of, shown_url_of, url_of
from clients.asking.questions import Answer, asked
from clients.findings import FINDINGS
from clients.models import Episode, Finding, Questionnaire
from clients.tests.asked import answered_by_page, path_of
from conftest import MONDAY, at
from practice import outbox
from practice.models import Message
from practice.refusals import WrongState
from sessions.attention import needing_decision
from sessions.booking import book_appointment, cancel_appointment
from sessions.check_before import begin_check
from sessions.check_questions import FEVER, NEW, QUESTIONS, is_quiet, is_red
from sessions.letters import visit_url

NO = {"chosen": ["no"]}
ALL_IS_WELL = {**dict.fromkeys(("q01", "q02", "q03", "q06"), NO),
               **{code: {"instead": "none"} for code in ("q07", "q08", "q10")}}


@pytest.fixture
def visit(now, maria, ana, neuro_45):
    return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=2), by=ana)


@pytest.fixture
def answer(client, visit, ana):
    """Maria opens the link of her visit, begins the questions and answers like this, the rest with no."""

    def given(**typed):
        page = visit_url(visit).removeprefix("http://testserver")
        assert "Answer a few questions before you come" in client.get(page).content.decode()
        begun = client.post(page, {"answer": "questions"})
        row = Questionnaire.objects.get(kind="pre_visit", submitted_at=None)
        assert begun["Location"] == url_of(row)
        return answered_by_page(client, row, ALL_IS_WELL | typed, agreed={})

    return given


ANY_ID = {"X-Request-ID": "each request has its own"}


def test_a_link_whose_time_is_over_answers_as_an_unknown_one_byte_for_byte(visit, ana, client):
    row = begin_check(appointment=visit, by=ana)
    links = [f"{path}{code}" for path in (path_of(row), shown_url_of(row).removeprefix("http://testserver"))
             for code in ("", "q01/", "check/", "agree/", "sent/")]
    assert client.get(links[0]).status_code == 200
    unknown = {code: client.get(f"/q/unknown/{code}") for code in ("", "q01/")}
    with time_machine.travel(visit.starts_at + timedelta(seconds=1)):
        for link in links:
            gone = client.get(link)
            assert (gone.status_code, gone.content) == (404, unknown[""].content) == (404, unknown["q01/"].content)
            assert dict(gone.headers) | ANY_ID == dict(unknown["q01/"].headers) | ANY_ID
        assert client.post(links[1], {"chosen": ["no"]}).content == unknown[""].content


# --- the questions, without a database ---


def test_there_are_seven_questions_and_three_more_only_where_they_matter():
    assert len(asked(QUESTIONS, {})) == 7
    worse = {NEW: Answer(chosen=("yes",)), "q08": Answer(chosen=("rash",))}
    assert len(asked(QUESTIONS, worse)) == 10


def test_every_finding_an_answer_can_become_is_one_the_rules_know():
    becomes = [choice.becomes for question in QUESTIONS for choice in question.choices if choice.becomes]
    assert becomes and all(isinstance(to, ToFinding) and to.code in FINDINGS and to.is_new for to in becomes)


@pytest.mark.parametrize(("answers", "red", "quiet"), [
    ({FEVER: Answer(chosen=("no",)), "q10": Answer(is_none=True)}, False, True),
    ({FEVER: Answer(chosen=("yes",))}, True, False), ({"q02": Answer(chosen=("yes",))}, True, False),
    ({NEW: Answer(chosen=("yes",))}, True, False), ({"q08": Answer(chosen=("swollen",))}, True, False),
    ({"q08": Answer(chosen=("rash",))}, False, False), ({"q06": Answer(chosen=("yes",))}, False, False),
    ({FEVER: Answer(is_unknown=True)}, False, False), ({"q07": Answer(words="Warfarin")}, False, False)])
def test_what_speaks_against_coming_and_what_nobody_has_to_look_at(answers, red, quiet):
    assert (is_red(answers), is_quiet(answers)) == (red, quiet)


# --- the walk ---


def test_no_all_the_way_down_asks_nothing_of_anybody(answer, page, ana, visit, client):
    row = answer()
    assert not row.is_red and row.reviewed_at
    assert not Message.objects.filter(kind="look-at-answers").exists() and not Episode.objects.exists()
    assert "We look forward to Wed 25 Nov, 10:00" in client.get(f"{path_of(row)}sent/").content.decode()
    assert page(ana).get("/answers/").content.decode().count("Maria Lindqvist") == 0
    assert "Something has changed: answer again" in client.get(
        visit_url(visit).removeprefix("http://testserver")).content.decode()


def test_a_fever_flags_the_visit_asks_the_therapist_and_offers_another_time(answer, page, ana, desk, visit, client,
                                                                            settings):
    row = answer(q01={"chosen": ["yes"]})
    visit.refresh_from_db()
    assert row.is_red and visit.status == "booked" and needing_decision([visit]) == {visit.pk}
    sent = client.get(f"{path_of(row)}sent/").content.decode()
    assert "that time stays yours" in sent and visit_url(visit) in sent
    Message.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    outbox.drain()
    assert [m.to for m in mail.outbox if "decision" in m.subject] == [["Ana Alves <ana@riverside.example>"]]
    of_ana, of_desk = (page(who).get("/?on=2026-11-25&whose=all").content.decode() for who in (ana, desk))
    assert "something speaks against it" in of_ana and "answers to look at first" in of_ana
    assert "needs Ana" in of_desk and "answers" not in of_desk.lower().replace("answers to", "")
    shown = page(desk).get(f"/appointments/{visit.pk}/").content.decode()
    assert "Needs the therapist’s decision" in shown and "fever" not in shown.lower()


def test_an_accepted_fever_becomes_a_finding_of_that_day_and_the_flag_is_gone(answer, page, ana, maria, visit):
    row = answer(q01={"chosen": ["yes"]})
    review = page(ana).get(f"/answers/{row.pk}/").content.decode()
    key = re.search(r'name="accept" value="([^"]+)"', review)[1]
    page(ana).post(f"/answers/{row.pk}/", {"accept": [key]})
    assert Finding.objects.get(client=maria).began_on == MONDAY
    row.refresh_from_db()
    assert row.reviewed_by == ana
    assert "Contraindicated" not in review and not Questionnaire.objects.filter(reviewed_at=None).exists()


def test_something_new_for_longer_than_a_day_opens_a_possible_episode_in_their_words(answer, maria):
    answer(q03={"chosen": ["yes"]}, q04={"day": "21", "month": "11", "year": "2026"},
           q05={"words": "My left hand is numb"}, q01={"chosen": ["yes"]})
    episode = Episode.objects.get(client=maria)
    assert (episode.kind, episode.status, episode.onset_on.day) == ("relapse", "suspected", 21)
    assert "left hand" in episode.symptoms and episode.fever_or_infection is True


def test_what_they_do_not_know_stays_open_and_is_not_called_no(answer, maria):
    answer(q01={"chosen": ["unknown"]}, q03={"chosen": ["yes"]}, q04={"instead": "unknown"}, q05={"instead": "none"})
    episode = Episode.objects.get(client=maria)
    assert episode.fever_or_infection is None and episode.onset_on == MONDAY - timedelta(days=1)


def test_the_questions_are_asked_in_the_last_three_days_and_of_a_visit_that_stands(now, maria, ana, neuro_45, client):
    later = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=4), by=ana)
    soon = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(15, days=1), by=ana)
    for visit in (later, cancel_appointment(appointment=soon, by=ana, reason="other")):
        page = visit_url(visit).removeprefix("http://testserver")
        assert "Answer a few questions" not in client.get(page).content.decode()
        client.post(page, {"answer": "questions"})
        with pytest.raises(WrongState):
            begin_check(appointment=visit, by=ana)
    assert not Questionnaire.objects.exists()


def test_answered_twice_the_later_answers_stand_beside_the_earlier(answer, visit):
    first = answer()
    again = begin_check(appointment=visit, by=visit.therapist)
    assert again.pk != first.pk and not answers_of(again) and answers_of(first)


@pytest.mark.parametrize("kind", ["reminder", "booked"])
def test_a_reminder_and_a_confirmation_of_a_near_visit_say_where_the_questions_are(visit, kind):
    message = Message(kind=kind, subject_id=visit.pk, start_version="x", practice=visit.practice)
    assert "A few questions before you come are on the same page." in outbox.KINDS[kind].compose(message).body
