"""Who has visits on hold, what comes next for each, and a hold that lasts longer because a therapist looked again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.episodes import LONGEST_HOLD, EpisodeGoesForward, NothingToExtend
from clients.models import Episode
from conftest import MONDAY, at, make_client
from practice import outbox
from practice.models import AuditEntry, Message
from practice.refusals import BadInput, NotAllowed
from sessions import holds, restoring
from sessions.booking import book_appointment
from sessions.check_ins import answer_check_in
from sessions.models import Appointment, Hold
from sessions.rescheduling import apply_plan, propose_plan
from sessions.rhythm import Rhythm
from sessions.series import book_series
from sessions.tests.reading import clinical_in, visit_url, words_of
from sessions.views.on_hold import everybody_on_hold

IN_FOUR_WEEKS = MONDAY + timedelta(days=28)
REVIEW = MONDAY + timedelta(days=14)
ON_HOLD = "/on-hold/"


def look_again(episode, by, until=IN_FOUR_WEEKS, note="legs still heavy"):
    return holds.extend_hold(episode=episode, until=until, by=by, note=note)


def held():
    return list(Appointment.objects.filter(status="held").order_by("starts_at").values_list("pk", flat=True))


# --- look again ----------------------------------------------------------------------------------------------------


def test_looking_again_sets_a_new_review_day_and_holds_what_now_falls_before_it(relapse, weekly, ana):
    effect = look_again(relapse, ana)
    assert effect.episode.hold_until == effect.episode.review_on == IN_FOUR_WEEKS
    assert [v.pk for v in effect.held] == [v.pk for v in weekly[2:4]]
    assert held() == [v.pk for v in weekly[:4]]
    assert Hold.objects.filter(outcome="").count() == 4
    step = relapse.steps.last()
    assert (step.status, step.note) == ("confirmed", "On hold until Mon 21 Dec: legs still heavy")
    assert AuditEntry.objects.filter(verb="episode_looked_at_again").count() == 1


def test_the_client_is_told_once_of_what_is_newly_on_hold_and_not_at_all_of_nothing(relapse, ana, maria):
    def told():
        return Message.objects.filter(kind="held").count()

    before = told()
    look_again(relapse, ana, until=REVIEW + timedelta(days=1))
    assert told() == before
    look_again(relapse, ana)
    assert told() == before + 1
    body = outbox.KINDS["held"].compose(Message.objects.filter(kind="held").latest("pk")).body
    assert "there is no fee" in body


def test_what_was_kept_or_booked_all_the_same_stays(relapse, weekly, maria, ana, neuro_45):
    kept = restoring.keep_appointment(appointment=weekly[1], by=ana, reason="feet only")
    extra = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(14, days=3), by=ana,
                             override_reason="she asked for it")
    effect = look_again(relapse, ana)
    assert {kept.pk, extra.pk} & set(held()) == set()
    why = {visit.pk: words for visit, words in effect.kept}
    assert (why[kept.pk], why[extra.pk]) == ("Kept: feet only", "It stood before, and stays.")


def test_visits_a_plan_had_placed_are_held_again_where_they_now_fall_before_the_review(relapse, ana):
    plan = apply_plan(plan=propose_plan(episode=relapse, by=ana), by=ana)
    look_again(relapse, ana, until=MONDAY + timedelta(days=LONGEST_HOLD))
    moved = {move.appointment_id for move in plan.moves.all() if move.starts_at}
    assert moved and moved <= set(held())
    assert Hold.objects.filter(appointment__in=moved, outcome="planned").count() == len(moved)


def test_a_plan_made_for_the_earlier_day_is_out_of_date(relapse, ana):
    plan = propose_plan(episode=relapse, by=ana)
    look_again(relapse, ana, until=REVIEW + timedelta(days=1))
    plan.refresh_from_db()
    assert plan.status == "stale"


@pytest.mark.parametrize("days, words", [
    (0, "is not to come"), (-3, "is not to come"), (14, "already"), (9, "already"), (LONGEST_HOLD + 1, "At most 120 days"),
])
def test_a_day_that_is_past_or_no_later_or_too_far_is_refused(relapse, ana, days, words):
    with pytest.raises(BadInput, match=words):
        look_again(relapse, ana, until=MONDAY + timedelta(days=days))
    assert Episode.objects.get().hold_until == REVIEW


def test_a_hold_is_extended_for_a_reason_by_whoever_may_know(relapse, ana, desk):
    with pytest.raises(BadInput, match="Say why"):
        look_again(relapse, ana, note="  ")
    with pytest.raises(NotAllowed):
        look_again(relapse, desk)


@pytest.mark.parametrize("status", ["suspected", "recovering", "resolved", "not_a_relapse"])
def test_only_a_confirmed_episode_is_extended(relapse, ana, status):
    Episode.objects.update(status=status)
    with pytest.raises(NothingToExtend):
        look_again(relapse, ana)


def test_an_overdue_review_is_extended_too_and_a_hold_never_extends_itself(relapse, weekly, ana, page, time_machine):
    time_machine.move_to(at(8, days=20))
    assert Episode.objects.get().hold_until == REVIEW
    assert "to be looked at by Mon 7 Dec" in words_of(page(ana).get("/"))
    look_again(relapse, ana, until=MONDAY + timedelta(days=30))
    assert "to be looked at by" not in words_of(page(ana).get("/"))
    assert weekly[3].pk in held()


def test_an_overdue_review_rises_and_flags_the_next_visit_also_where_nothing_is_on_hold(relapse, weekly, page, ana, desk,
                                                                                       time_machine):
    for visit in weekly[:2]:
        restoring.release_appointment(appointment=visit, by=ana)
    assert "to be looked at" not in words_of(page(ana).get("/"))
    time_machine.move_to(at(8, days=14))
    assert "Maria Lindqvist: MS relapse since Sat 21 Nov, to be looked at by Mon 7 Dec. Next visit Tue 8 Dec" in words_of(
        page(ana).get("/"))
    assert "Maria Lindqvist, Tue 8 Dec, 10:30: needs Ana's decision" in words_of(page(desk).get("/"))
    time_machine.move_to(at(8, days=15))
    assert "needs your decision" in words_of(page(ana).get("/diary/?on=2026-12-08"))


def test_the_page_takes_a_new_day_and_says_what_was_held_and_what_to_put_right(relapse, page, ana):
    url = reverse("sessions:look_again", args=[relapse.pk])
    shown = page(ana).post(url, {"until": IN_FOUR_WEEKS, "note": "legs still heavy"}, follow=True)
    assert "On hold until Mon 21 Dec; 2 visits more on hold." in words_of(shown)
    refused = page(ana).post(url, {"until": "2026-11-01", "note": "typed with effort"})
    assert refused.status_code == 400
    assert "is not to come" in words_of(refused) and "typed with effort" in words_of(refused)


def test_the_api_looks_again(relapse, weekly, api, ana, desk):
    url = f"/api/v1/episodes/{relapse.pk}/review/"
    assert api(desk).post(url, {"until": "2026-12-21", "note": "x"}).status_code == 403
    made = api(ana).post(url, {"until": "2026-12-21", "note": "legs still heavy"})
    assert (made.status_code, made.json()["review_on"]) == (200, "2026-12-21")
    assert made.json()["held"] == [str(v.pk) for v in weekly[2:4]]
    for bad, pointer in (({"until": "2026-11-01", "note": "x"}, "/until"), ({"until": "2026-12-28"}, "/note")):
        answer = api(ana).post(url, bad)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    holds.change_episode(episode=relapse, status="recovering", on=MONDAY, by=ana)
    assert api(ana).post(url, {"until": "2026-12-28", "note": "x"}).json()["code"] == "wrong_state"


def test_after_recovering_it_cannot_be_put_back_on_hold(relapse, ana):
    holds.change_episode(episode=relapse, status="recovering", on=MONDAY, by=ana)
    with pytest.raises(EpisodeGoesForward):
        holds.change_episode(episode=relapse, status="confirmed", on=MONDAY, by=ana)


# --- the page ------------------------------------------------------------------------------------------------------


def one(member):
    (row,) = everybody_on_hold(member)
    return row


def test_a_client_stands_once_with_every_visit_on_hold(relapse, weekly, ana):
    row = one(ana)
    assert (row.client.name, row.since, row.review_on, row.overdue) == ("Maria Lindqvist", MONDAY, REVIEW, "")
    assert [(v.visit.pk, v.stands) for v in row.visits] == [(v.pk, "awaiting review Mon 7 Dec") for v in weekly[:2]]
    assert row.step.words == "Open"


def test_what_comes_next_is_one_button(relapse, ana, desk):
    def step(member):
        return getattr(one(member).step, "words", None)

    assert step(desk) is None
    answer_check_in(episode=relapse, answer="worse", by=desk)
    assert (step(ana), step(desk)) == ("Look again", None)
    answer_check_in(episode=relapse, answer="back-to-usual", by=desk)
    assert (step(ana), step(desk)) == ("Propose a plan", None)
    propose_plan(episode=relapse, by=ana)
    assert (step(ana), step(desk)) == ("See the plan", "See the plan")
    assert [v.stands for v in one(ana).visits] == ["in a plan"] * 2


def test_overdue_is_first_and_said_in_words_and_leads_to_a_second_look(relapse, maria, ana, ines, neuro_45, page, desk):
    book_series(client=ines, therapist=ana, service=neuro_45, first_starts_at=at(15), rhythm=Rhythm(7, 2), by=ana)
    holds.report_episode(client=ines, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana)
    Episode.objects.filter(client=maria).update(review_on=MONDAY)
    assert [row.client.name for row in everybody_on_hold(ana)] == ["Maria Lindqvist", "Ines Moreau"]
    assert everybody_on_hold(ana)[0].step.words == "Look again"
    words = words_of(page(desk).get(ON_HOLD))
    assert words.index("overdue, Mon 23 Nov") < words.index("Ines Moreau")


def test_visits_of_an_episode_that_is_over_need_a_new_time(relapse, ana):
    holds.change_episode(episode=relapse, status="resolved", on=MONDAY, by=ana)
    row = one(ana)
    assert (row.overdue, row.step.words) == ("needs a new time", "Propose a plan")
    assert {v.stands for v in row.visits} == {"awaiting a new time"}


def test_the_desk_reads_who_decides_and_neither_what_nor_how_they_are(relapse, maria, page, desk, ana):
    answer_check_in(episode=relapse, answer="worse", words="tingling", by=desk)
    shown = page(desk).get(ON_HOLD)
    assert "needs Ana’s decision" in words_of(shown)
    assert clinical_in(shown) == []
    assert "worse" not in words_of(shown) and "tingling" not in words_of(shown)
    assert "worse, Mon 23 Nov" in words_of(page(ana).get(ON_HOLD))


def test_the_desk_reads_on_the_clients_page_which_times_are_released_and_not_why(relapse, weekly, maria, page, desk):
    shown = page(desk).get(f"/clients/{maria.pk}/visits/")
    assert ">On hold</h2>" in words_of(shown) and "These times are released." in words_of(shown)
    assert clinical_in(shown) == []


def test_a_visit_on_hold_is_let_go_from_its_own_page(relapse, weekly, page, desk):
    assert "Let it go" in words_of(page(desk).get(visit_url(weekly[0])))


def test_the_page_costs_the_same_however_many_are_on_hold(relapse, ana, maria, neuro_45, page):
    browser = page(ana)

    def price():
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(ON_HOLD).status_code == 200
        return len(asked)

    few = price()
    for n in range(3):
        client = make_client(maria.practice, f"Client {n}")
        book_appointment(client=client, therapist=ana, service=neuro_45, starts_at=at(14, days=n + 1), by=ana)
        holds.report_episode(client=client, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana)
    assert price() == few
