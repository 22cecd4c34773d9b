"""Single moves of a plan changed by a person: what it costs, what is kept of it, what is refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conftest import MONDAY, at
from practice import clock
from practice.refusals import BadInput, WrongState
from sessions.booking import cancel_appointment
from sessions.models import Appointment, Plan
from sessions.plan_changes import OFFERED, change_plan, options_for
from sessions.plan_picture import Moved, picture_of
from sessions.proposals import ChosenTimesRefused, TimeNotOpen
from sessions.rescheduling import PlanStale, apply_plan, propose_plan
from sessions.sending import send_plan
from sessions.tests.reading import clinical_in, words_of


@pytest.fixture
def plan(relapse, ana):
    return propose_plan(episode=relapse, by=ana)


def times(plan):
    return [move.starts_at for move in plan.moves.all()]


def test_a_chosen_time_stands_and_the_rest_is_placed_anew_around_it(plan, ana):
    first = plan.moves.first()
    chosen = at(10, 30, days=50)  # a week and a day after the time proposed: the second cannot stay
    new = change_plan(plan=plan, appointment=first.appointment_id, to=chosen, by=ana)
    one, two = new.moves.all()
    assert (one.starts_at, one.is_chosen, two.is_chosen) == (chosen, True, False)
    assert two.starts_at - one.starts_at >= timedelta(days=6)
    assert "chosen by hand" in one.why
    assert sum(new.cost_terms.values()) == new.cost > plan.cost
    plan.refresh_from_db()
    assert (plan.status, new.replaces, new.policy, new.return_on) == ("superseded", plan, "append", plan.return_on)
    assert apply_plan(plan=new, by=ana).status == "applied"


def test_what_was_chosen_stays_chosen_until_it_is_let_go_of(plan, ana):
    first, second = plan.moves.all()
    new = change_plan(plan=plan, appointment=first.appointment_id, to=at(14, days=43), by=ana)
    new = change_plan(plan=new, appointment=second.appointment_id, to=at(15, days=51), by=ana)
    assert times(new) == [at(14, days=43), at(15, days=51)]
    for move in (first, second):
        new = change_plan(plan=new, appointment=move.appointment_id, is_chosen=False, by=ana)
    assert times(new) == times(plan)
    assert new.cost == plan.cost
    assert not new.moves.filter(is_chosen=True).exists()


def test_a_visit_left_on_hold_by_choice_stays_there_also_where_the_policy_lets_visits_go(plan, relapse, ana):
    first, second = plan.moves.all()
    new = change_plan(plan=plan, appointment=first.appointment_id, to=None, by=ana)
    one, two = new.moves.all()
    assert (one.starts_at, one.why, new.cost_terms["unplaced"]) == (None, ["left on hold, as chosen"], 1000)
    assert two.starts_at == second.starts_at, "the gap it leaves may be two intervals long"
    apply_plan(plan=new, by=ana)
    assert Appointment.objects.get(pk=first.appointment_id).status == "held"
    dropped = propose_plan(episode=relapse, by=ana, policy="drop")
    apply_plan(plan=change_plan(plan=dropped, appointment=first.appointment_id, to=None, by=ana), by=ana)
    assert Appointment.objects.get(pk=first.appointment_id).status == "held"


def test_times_that_cannot_stand_together_are_refused_in_words_and_nothing_changes(plan, ana):
    first, second = plan.moves.all()
    new = change_plan(plan=plan, appointment=first.appointment_id, to=at(10, 30, days=50), by=ana)
    with pytest.raises(ChosenTimesRefused, match="order of the visits"):
        change_plan(plan=new, appointment=second.appointment_id, to=at(10, 30, days=43), by=ana)
    new.refresh_from_db()
    assert new.status == "proposed"


def test_a_time_that_is_not_open_is_refused_with_the_nearest_that_are(plan, ana):
    with pytest.raises(TimeNotOpen, match="Near it are open") as refused:
        change_plan(plan=plan, appointment=plan.moves.first().appointment_id, to=at(12, 30, days=43), by=ana)
    assert len(refused.value.more["nearest"]) == 3


def test_what_cannot_be_changed_is_refused(plan, weekly, ana):
    first = plan.moves.first().appointment_id
    with pytest.raises(BadInput, match="not in the plan"):
        change_plan(plan=plan, appointment=weekly[4].pk, to=None, by=ana)
    sent = send_plan(plan=plan, by=ana)
    with pytest.raises(WrongState, match="Take the plan back"):
        change_plan(plan=sent, appointment=first, to=None, by=ana)
    other = propose_plan(episode=plan.episode, by=ana)
    cancel_appointment(appointment=weekly[5], by=ana)
    with pytest.raises(PlanStale):
        change_plan(plan=other, appointment=first, to=None, by=ana)


def test_each_other_time_says_what_choosing_it_would_cost(plan, ana):
    first = plan.moves.first()
    options = options_for(plan, first.appointment_id)
    assert len(options) == OFFERED
    assert first.starts_at not in [o.starts_at for o in options]
    assert all(o.more >= 0 for o in options), "nothing costs less than the optimum"
    for option in options:
        new = change_plan(plan=Plan.objects.get(status="proposed"), appointment=first.appointment_id, by=ana,
                          to=option.starts_at, therapist=option.therapist)
        assert new.cost == plan.cost + option.more
        moved = sum(a != b for a, b in zip(times(new)[1:], times(plan)[1:], strict=True))
        assert moved == option.others


def test_the_front_desk_changes_single_moves_of_a_plan_without_a_clinical_word(plan, page, desk):
    first = plan.moves.first()
    shown = page(desk).get(f"/plans/{plan.pk}/?change={first.appointment_id}")
    assert clinical_in(shown) == []
    words = words_of(shown)
    assert "Another time for Tue 24 Nov, 10:30" in words
    assert "costs" in words
    option = options_for(plan, first.appointment_id)[0]
    how = f"{clock.minute_of(option.starts_at)} {option.therapist.pk}"
    done = page(desk).post(f"/plans/{plan.pk}/change/", {"appointment": first.appointment_id, "how": how}, follow=True)
    assert "What you changed is marked" in words_of(done)
    assert "chosen" in words_of(done)
    new = Plan.objects.get(status="proposed")
    assert new.moves.first().starts_at == option.starts_at
    page(desk).post(f"/plans/{new.pk}/change/", {"appointment": first.appointment_id, "how": "let-go"})
    assert times(Plan.objects.get(status="proposed")) == times(plan)


@pytest.mark.parametrize("typed, said", [
    ({"how": "own"}, "Choose a day and a time."),
    ({"how": "own", "on": "2027-01-05", "at": "12:30"}, "is not open for 45 minutes"),
    ({"how": "whatever"}, "Choose one of the times."),
    ({"how": ""}, "Choose one of the times."),
])
def test_a_change_that_cannot_be_says_so_beside_the_visit(plan, page, ana, typed, said):
    first = plan.moves.first().appointment_id
    shown = page(ana).post(f"/plans/{plan.pk}/change/", {"appointment": first, **typed})
    assert shown.status_code in (409, 422)
    assert said in words_of(shown)
    assert Plan.objects.get(status="proposed") == plan


def test_a_day_and_time_of_ones_own_is_taken_where_it_is_open(plan, page, ana):
    first = plan.moves.first().appointment_id
    page(ana).post(f"/plans/{plan.pk}/change/", {
        "appointment": first, "how": "own", "on": MONDAY + timedelta(days=44), "at": "15:15"})
    assert Plan.objects.get(status="proposed").moves.first().starts_at == at(15, 15, days=44)


def test_a_plan_is_changed_sent_and_taken_back_by_the_api(plan, api, ana):
    http, first = api(ana), plan.moves.first()
    changed = http.post(f"/api/v1/plans/{plan.pk}/change/", {
        "appointment": str(first.appointment_id), "to": clock.iso(at(14, days=43), "America/New_York")}, format="json")
    assert changed.status_code == 201
    body = changed.json()
    assert (body["replaces"], body["moves"][0]["chosen"]) == (str(plan.pk), True)
    held = http.post(f"/api/v1/plans/{body['id']}/change/", {
        "appointment": str(first.appointment_id), "to": None}, format="json").json()
    assert [row["appointment"] for row in held["unplaced"]] == [str(first.appointment_id)]
    clash = http.post(f"/api/v1/plans/{held['id']}/change/", {
        "appointment": str(first.appointment_id), "to": "2027-01-05T12:30"}, format="json")
    assert (clash.status_code, clash.json()["code"]) == (409, "slot_taken")
    missing = http.post(f"/api/v1/plans/{held['id']}/change/", {"appointment": str(first.appointment_id)}, format="json")
    assert missing.status_code == 400
    sent = http.post(f"/api/v1/plans/{held['id']}/send/").json()
    assert (sent["status"], sent["sent_at"] is not None) == ("proposed", True)
    back = http.post(f"/api/v1/plans/{held['id']}/take-back/").json()
    assert (back["status"], back["sent_at"]) == ("proposed", None)
    left = Plan.objects.get(pk=held["id"]).expires_at - timezone.now()
    assert left == timedelta(hours=24), "as long as any proposal"


def test_the_picture_draws_old_and_new_days_and_what_stays_between_and_says_it():
    day = lambda n: MONDAY + timedelta(days=n)  # noqa: E731
    drawn = picture_of([Moved(day(1), day(43)), Moved(day(8), None)], [day(15), day(99)], (day(-9), day(14)))
    assert [(mark.look, mark.day) for mark in drawn.above] == [("old", "24"), ("stuck", "1"), ("kept", "8")]
    assert [mark.look for mark in drawn.below] == ["kept", "new"]
    assert [(line.x1, line.x2) for line in drawn.lines] == [(drawn.above[0].x, drawn.below[1].x)]
    assert drawn.episode and drawn.episode[0] == 0
    assert [name for _, name in drawn.months] == ["Nov", "Dec", "Jan"]
    assert drawn.said == ("Tue 24 Nov becomes Tue 5 Jan; without a new day: Tue 1 Dec; 1 visit between them stays.")
