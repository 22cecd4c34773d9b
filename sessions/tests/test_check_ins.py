"""How it is meanwhile: asked every so many days, answered by one tap or by phone; an answer proposes and moves nothing."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from clients.keeping.merging import merge_clients
from clients.models import Client, Episode
from conftest import MONDAY, at, make_client
from practice import outbox
from practice.access import Outsider
from practice.models import AuditEntry, Message
from practice.refusals import BadInput, WrongState
from sessions import holds
from sessions.check_in_course import course_of
from sessions.check_in_letters import check_in_url
from sessions.check_ins import answer_check_in, ask_by_hand, ask_how_it_is, asked_now, how_it_is, see_answers
from sessions.models import Appointment, CheckIn, Plan
from sessions.parts import _visits_told
from sessions.rescheduling import apply_plan
from sessions.tests.reading import clinical_in, words_of

WEEK = timedelta(days=7)


@pytest.fixture
def later(now, time_machine):
    """`later(7)`: so many days after the tests' Monday, at 08:00."""
    return lambda days, hours=0: time_machine.move_to(now + timedelta(days=days, hours=hours), tick=False)


@pytest.fixture
def asked(relapse, later):
    """Maria has been asked, a week after her relapse was confirmed."""
    later(7)
    assert ask_how_it_is() == 1
    return CheckIn.objects.get()


def link_of(row):
    return "/c/" + check_in_url(row).split("/c/")[1]


def tap(page, row, answer, **more):
    return page(None).post(link_of(row), {"answer": answer} | more, follow=True)


def answer(row_or_episode, said, by=None):
    episode = row_or_episode.episode if isinstance(row_or_episode, CheckIn) else row_or_episode
    return answer_check_in(episode=episode, answer=said, by=by or Outsider(episode.practice, "client", "Maria Lindqvist"))


def today_of(page, member):
    return words_of(page(member).get("/?whose=all"))


# --- asking ------------------------------------------------------------------------------------------------------


def test_a_client_is_asked_every_seven_days_from_the_confirmation_on(relapse, later):
    for day, count in ((0, 0), (6, 0), (7, 1), (8, 0), (13, 0), (14, 1)):
        later(day)
        assert (ask_how_it_is(), ask_how_it_is()) == (count, 0), day
    assert [row.asked_for for row in CheckIn.objects.all()] == [MONDAY + WEEK, MONDAY + 2 * WEEK]


def test_whatever_was_missed_is_made_up_once_and_the_rhythm_goes_on_from_there(relapse, later):
    later(25)
    assert ask_how_it_is() == 1
    later(31)
    assert ask_how_it_is() == 0
    later(32)
    assert ask_how_it_is() == 1


def test_a_recovering_client_is_asked_on_and_nobody_is_once_it_is_over(relapse, ana, later):
    holds.change_episode(episode=relapse, status="recovering", on=MONDAY, by=ana)
    later(7)
    assert ask_how_it_is() == 1
    holds.change_episode(episode=relapse, status="resolved", on=MONDAY, by=ana)
    later(14)
    assert ask_how_it_is() == 0


@pytest.mark.parametrize("facts", [{"kind": "migraine_attack", "status": "confirmed"}, {"kind": "relapse"}])
def test_nobody_is_asked_where_the_policy_says_never_or_nothing_is_confirmed(now, maria, ana, later, facts):
    holds.report_episode(client=maria, onset_on=MONDAY, by=ana, **facts)
    later(30)
    assert ask_how_it_is() == 0


def test_of_two_episodes_of_one_client_only_the_latest_asks(relapse, maria, ana, later):
    later(40)
    second = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY + timedelta(days=40), by=ana,
                                  status="confirmed").episode
    later(60)
    assert ask_how_it_is() == 1
    assert CheckIn.objects.get().episode == second


def test_the_message_keeps_quiet_hours_and_names_nothing(relapse, later):
    later(7, hours=-5)
    ask_how_it_is()
    message = Message.objects.get(kind="check-in")
    assert message.due_at == at(8, days=7)
    mail = outbox.KINDS["check-in"].compose(message)
    assert mail.subject == "How are you?"
    assert re.search(r"/c/[\w-]{43}/", mail.body)
    assert "secret" not in outbox.without_links(mail.body.replace("/c/", "/c/secret"))


def test_one_question_waits_at_a_time(asked, later):
    later(14)
    Message.objects.filter(kind="check-in").update(due_at=timezone.now() + WEEK)  # the mail server was down
    ask_how_it_is()
    states = dict(Message.objects.filter(kind="check-in").values_list("subject_id", "state"))
    assert states == {asked.pk: "cancelled", CheckIn.objects.latest("asked_for").pk: "waiting"}


@pytest.mark.parametrize("why", ["over", "answered", "no mail", "archived"])
def test_the_question_does_not_leave_where_it_has_become_needless(asked, ana, maria, why):
    if why == "over":
        holds.change_episode(episode=asked.episode, status="resolved", on=MONDAY, by=ana)
    elif why == "answered":
        answer(asked, "same")
    elif why == "archived":
        Client.objects.update(archived_at=timezone.now())
    else:
        Client.objects.update(channels=[])
    assert outbox.KINDS["check-in"].recheck(Message.objects.get(kind="check-in"))


def test_whoever_is_not_written_to_is_to_be_rung(relapse, maria, later, page, ana, desk):
    Client.objects.filter(pk=maria.pk).update(channels=[], phone="+1 206 555 0188")
    later(7)
    assert ask_how_it_is() == 1
    assert not Message.objects.filter(kind="check-in").exists()
    assert "Ring Maria Lindqvist and ask how it is, since Mon 30 Nov" in today_of(page, ana)
    assert "Ring Maria Lindqvist for Ana" in today_of(page, desk)
    assert "they are not written to: ring them" in words_of(page(ana).get(reverse("sessions:episode", args=[relapse.pk])))


def test_whoever_does_not_answer_for_two_days_is_to_be_rung(asked, later, page, ana):
    assert "Ring Maria" not in today_of(page, ana)
    later(9)
    assert "Ring Maria Lindqvist and ask how it is" in today_of(page, ana)


def test_the_database_keeps_one_question_a_day_answered_whole_or_not_at_all(asked):
    for bad in (
        CheckIn(practice=asked.practice, episode=asked.episode, asked_for=asked.asked_for),
        CheckIn(practice=asked.practice, episode=asked.episode, asked_for=MONDAY, answer="worse"),
        CheckIn(practice=asked.practice, episode=asked.episode, asked_for=MONDAY, words="said without an answer"),
        CheckIn(practice=asked.practice, episode=asked.episode, asked_for=MONDAY, answer="great", by_name="x",
                answered_at=timezone.now()),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            bad.save()


# --- answering ---------------------------------------------------------------------------------------------------


def test_looking_changes_nothing_and_one_tap_answers(asked, page):
    shown = page(None).get(link_of(asked))
    assert "Compared with a week ago. Tap one." in words_of(shown)
    assert clinical_in(shown) == []
    assert not CheckIn.objects.exclude(answer="").exists()
    thanked = tap(page, asked, "same")
    assert "You said: <strong>about the same</strong>" in words_of(thanked)
    asked.refresh_from_db()
    assert (asked.answer, asked.by_name, asked.answered_at) == ("same", "Maria Lindqvist", timezone.now())


def test_five_taps_are_one_answer_and_another_one_the_same_day_counts_instead(asked, page):
    for _ in range(5):
        tap(page, asked, "better")
    assert AuditEntry.objects.filter(verb="check_in_answered").count() == 1
    tap(page, asked, "same")
    assert [row.answer for row in CheckIn.objects.all()] == ["same"]


def test_an_answer_of_a_later_day_is_one_of_its_own_and_the_first_one_stands(asked, page, later):
    tap(page, asked, "better")
    later(10)
    assert "Compared with" in words_of(page(None).get(link_of(asked)))
    tap(page, asked, "worse")
    assert list(CheckIn.objects.values_list("asked_for", "answer")) == [
        (MONDAY + WEEK, "better"), (MONDAY + timedelta(days=10), "worse")]
    later(14)
    assert ask_how_it_is() == 0, "a week after the last word, not before"
    later(17)
    assert ask_how_it_is() == 1


def test_words_may_follow_the_tap_and_stay_when_the_mind_is_changed(asked, page):
    refused = page(None).post(link_of(asked), {"words": "legs are lighter"})
    assert (refused.status_code, "Tap one of the four first." in words_of(refused)) == (400, True)
    assert '<input type="hidden" name="words" value="legs are lighter">' in words_of(refused), "nothing typed is lost"
    tap(page, asked, "better")
    page(None).post(link_of(asked), {"words": "legs are\nlighter"})
    tap(page, asked, "same")
    asked.refresh_from_db()
    assert (asked.answer, asked.words) == ("same", "legs are lighter")


def test_worse_says_when_to_get_help_at_once(asked, page):
    assert "Call the emergency number now" not in words_of(page(None).get(link_of(asked)))
    assert "Call the emergency number now" in words_of(tap(page, asked, "worse"))


def test_nonsense_is_refused_in_words_and_a_dead_link_says_what_every_dead_link_says(asked, page, ana, later):
    assert page(None).post(link_of(asked), {"answer": "splendid"}).status_code == 422
    dead = page(None).get("/c/nonsense/")
    holds.change_episode(episode=asked.episode, status="resolved", on=MONDAY, by=ana)
    over = page(None).post(link_of(asked), {"answer": "worse"})
    assert (dead.status_code, over.status_code) == (404, 404)
    assert "This link does not work any more" in words_of(over)
    assert not CheckIn.objects.exclude(answer="").exists()


def test_the_link_ends_four_weeks_after_the_last_question(asked, page, later):
    link = link_of(asked)
    later(34)
    assert page(None).get(link).status_code == 200
    later(36)
    assert page(None).get(link).status_code == 404


def test_a_therapist_writes_down_what_was_said_on_the_phone(asked, page, ana):
    shown = page(ana).post(reverse("sessions:how_it_is", args=[asked.episode.client_id]),
                           {"answer": "better", "words": "slept well"}, follow=True)
    words = words_of(shown)
    assert "Noted how Maria is." in words and "slept well" in words
    asked.refresh_from_db()
    assert (asked.answer, asked.by_name) == ("better", "Ana Alves")


def test_the_desk_writes_it_down_and_reads_nothing(asked, page, desk):
    url = reverse("sessions:how_it_is", args=[asked.episode.client_id])
    body = page(desk).get(url).content.lower()
    assert not [word for word in (b"relapse", b"episode", b"flare", b"symptom") if word in body]
    page(desk).post(url, {"answer": "worse", "words": "tingling"}, follow=True)
    told = today_of(page, desk)
    assert "Maria Lindqvist: needs Ana's decision" in told
    for shown in (told, words_of(page(desk).get(reverse("sessions:on_hold"))), words_of(page(desk).get(url))):
        assert "tingling" not in shown and "is worse" not in shown


def test_nothing_is_written_down_where_nobody_is_asked(suspected, page, ana, maria):
    with pytest.raises(WrongState):
        ask_by_hand(client=maria, answer="same", by=ana)
    refused = page(ana).post(reverse("sessions:how_it_is", args=[maria.pk]), {"answer": "same"})
    assert refused.status_code == 409
    assert "Nobody has to be asked now" in words_of(page(ana).get(reverse("sessions:how_it_is", args=[maria.pk])))


def test_the_api_takes_an_answer_and_shows_all_of_them(asked, api, ana, desk):
    url = f"/api/v1/episodes/{asked.episode_id}/"
    made = api(ana).post(f"{url}check-ins/", {"answer": "back-to-usual"})
    assert (made.status_code, made.json()["answer"]) == (201, "back-to-usual")
    assert api(ana).post(f"{url}check-ins/", {"answer": "splendid"}).status_code == 400
    assert api(desk).post(f"{url}check-ins/", {"answer": "same"}).status_code == 403
    told = api(ana).get(url).json()["check_ins"]
    assert [(c["asked_for"], c["answer"]) for c in told] == [("2026-11-30", "back-to-usual")]
    assert told[0]["answered_at"]


# --- what an answer proposes ---------------------------------------------------------------------------------------


def test_worse_asks_the_therapist_today_once_and_rises_on_today_until_somebody_has_looked(asked, page, ana):
    before = list(Appointment.objects.values_list("pk", "status"))
    answer(asked, "worse")
    message = Message.objects.get(kind="look-today", subject_id=asked.pk)
    assert (message.to_address, outbox.KINDS["look-today"].recheck(message)) == ("ana@riverside.example", None)
    assert "Maria Lindqvist says it is worse, Mon 30 Nov: look today" in today_of(page, ana)
    url = reverse("sessions:episode", args=[asked.episode_id])
    assert "Maria says it is worse" in words_of(page(ana).get(url))
    page(ana).post(reverse("sessions:check_ins_seen", args=[asked.episode_id]))
    assert "says it is worse" not in today_of(page, ana) + words_of(page(ana).get(url))
    assert outbox.KINDS["look-today"].recheck(message) == "It has been dealt with."
    assert list(Appointment.objects.values_list("pk", "status")) == before, "nothing moved"


def test_worse_taken_back_asks_nobody_and_said_again_asks_again(asked):
    for said, state in (("worse", "waiting"), ("same", "cancelled"), ("worse", "waiting")):
        answer(asked, said)
        assert Message.objects.get(kind="look-today", subject_id=asked.pk).state == state


def test_a_therapist_who_hears_it_is_worse_is_not_asked_to_look(asked, ana, desk, page):
    answer(asked, "worse", by=ana)
    assert not Message.objects.filter(kind="look-today", subject_id=asked.pk).exists()
    assert "says it is worse" not in today_of(page, ana)


def test_a_step_of_the_episode_settles_worse(asked, ana, page):
    answer(asked, "worse")
    holds.change_episode(episode=asked.episode, status="recovering", on=MONDAY + WEEK, by=ana)
    assert "says it is worse" not in today_of(page, ana)


@pytest.mark.parametrize("said, is_ready", [
    (["back-to-usual"], True), (["better", "better"], True), (["better", "back-to-usual"], True), (["better"], False),
    (["worse", "better"], False), (["better", "same"], False), (["back-to-usual", "worse"], False), ([], False),
])
def test_back_to_usual_or_better_twice_in_a_row_suggests_the_return(relapse, maria, said, is_ready):
    rows = [CheckIn(asked_for=MONDAY + n * WEEK, answer=word) for n, word in enumerate(said)]
    assert how_it_is(maria, rows, MONDAY + 5 * WEEK).is_ready is is_ready


def test_back_to_usual_leads_to_a_plan_in_one_press_from_the_episodes_page(asked, page, ana, desk):
    answer(asked, "back-to-usual")
    assert "Maria Lindqvist is back to usual: plan the return" in today_of(page, ana)
    assert "back to usual" not in today_of(page, desk)
    url = reverse("sessions:episode", args=[asked.episode_id])
    words = words_of(page(ana).get(url))
    assert words.index("Maria is back to usual") < words.index("Propose a return plan") < words.index("What is known")
    assert not Plan.objects.exists()
    page(ana).post(reverse("sessions:plan_new", args=[asked.episode_id]), {"policy": "append"})
    apply_plan(plan=Plan.objects.get(), by=ana)
    assert "Maria Lindqvist is back to usual: is it over?" in today_of(page, ana)
    holds.change_episode(episode=asked.episode, status="resolved", on=MONDAY + WEEK, by=ana)
    assert "back to usual" not in today_of(page, ana)


def test_a_colleague_is_not_asked_about_somebody_elses_client(asked, page, ben):
    answer(asked, "worse")
    assert "says it is worse" not in words_of(page(ben).get("/?whose=mine"))


def test_a_client_without_any_visit_to_come_is_everybodys(now, maria, ana, ben, later, page):
    holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana)
    later(7)
    ask_how_it_is()
    answer(CheckIn.objects.get(), "worse")
    assert "says it is worse" in words_of(page(ben).get("/?whose=mine"))


# --- what becomes of it elsewhere -----------------------------------------------------------------------------------


def test_two_rows_of_one_person_keep_every_answer_and_are_asked_once(asked, maria, ana, later):
    answer(asked, "same")
    twin = make_client(maria.practice, "M. Lindquist", email="m@work.example")
    merge_clients(client=maria, into=twin, by=ana)
    later(14)
    assert ask_how_it_is() == 1
    assert CheckIn.objects.filter(episode__client=twin).count() == 2
    assert Message.objects.filter(kind="check-in").latest("due_at").to_address == "m@work.example"


def test_the_picture_stands_for_every_answer_and_says_the_same_in_words():
    rows = [CheckIn(asked_for=MONDAY + n * WEEK, answer=word) for n, word in enumerate(["worse", "", "back-to-usual"])]
    course = course_of(rows, MONDAY, MONDAY + 2 * WEEK)
    worse, silent, usual = course.marks
    assert worse.x < silent.x < usual.x and usual.y < worse.y < silent.y
    assert course.said == "Mon 23 Nov: worse; Mon 30 Nov: no answer; Mon 7 Dec: back to usual."
    assert course_of([], MONDAY, MONDAY) is None


def test_an_answer_that_is_none_is_refused_by_the_verb(asked, ana):
    with pytest.raises(BadInput):
        answer_check_in(episode=asked.episode, answer="", by=ana)


def test_looking_is_written_down_without_what_was_said(asked, ana):
    answer(asked, "worse")
    see_answers(asked.episode, ana)
    see_answers(asked.episode, ana)
    entry = AuditEntry.objects.get(verb="check_ins_seen")
    assert (entry.client_id, entry.detail) == (asked.episode.client_id, {})


def test_who_is_asked_now_is_the_latest_running_episode(relapse, maria):
    assert asked_now(maria) == relapse
    Episode.objects.update(status="suspected")
    assert asked_now(maria) is None


def test_the_record_tells_how_they_said_they_were(asked, relapse, maria, ana, owner):
    answer(relapse, "worse")
    visits = render_to_string("sessions/record_visits.html", _visits_told(ana, maria))
    assert "How they said they were" in visits and "Worse" in visits and "Maria Lindqvist" in visits
