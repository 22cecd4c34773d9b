"""The first visits after an episode: shorter in the plan, gentler in the check, wider with each visit since the map."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from clients.clearances import record_clearance
from clients.episode_policies import PUBLISHED
from clients.limits import body_of, limits_on
from clients.models import Episode
from clients.recording import end_finding, record_finding
from clients.sensation_map import MapNotDue, take_map
from conftest import MONDAY, at, numb
from notes.record.known_then import body_at
from practice.models import Service
from practice.refusals import BadInput
from sessions import holds
from sessions.booking import book_appointment, complete
from sessions.models import Appointment
from sessions.objections import ClearanceMissing
from sessions.rescheduling import apply_plan, propose_plan, undo_plan
from sessions.rhythm import Rhythm
from sessions.series import book_series
from sessions.wished import checked_at_booking

AGREED = "45 minutes at first, as agreed for the return"


@pytest.fixture
def hour(riverside, room):
    return Service.objects.create(practice=riverside, name="Whole hour", minutes=60, buffer_after=15)


@pytest.fixture
def relapse(now, maria, ana, hour):
    book_series(client=maria, therapist=ana, service=hour, first_starts_at=at(10), rhythm=Rhythm(7, 4), by=ana)
    return holds.report_episode(
        client=maria, kind="relapse", onset_on=MONDAY - timedelta(days=2), status="confirmed", by=ana,
        steroids_until=MONDAY + timedelta(days=30)).episode  # so that all four are held


def coming_back(episode, by):
    return holds.change_episode(episode=episode, status="recovering", on=MONDAY, by=by).episode


def lengths(plan):
    return [move.minutes for move in plan.moves.all()]


# --- the plan --------------------------------------------------------------------------------------------------


def test_the_first_visit_back_is_as_short_as_the_policy_has_it_and_says_so(relapse, ana):
    plan = propose_plan(episode=relapse, by=ana)
    assert lengths(plan) == [45, 60, 60, 60]
    assert [AGREED in move.why for move in plan.moves.all()] == [True, False, False, False]
    apply_plan(plan=plan, by=ana)
    assert list(Appointment.objects.order_by("starts_at").values_list("minutes", flat=True)) == [45, 60, 60, 60]
    undo_plan(plan=plan, by=ana)
    assert set(Appointment.objects.values_list("minutes", flat=True)) == {60}


def test_minutes_asked_for_are_the_length_of_all(relapse, ana):
    plan = propose_plan(episode=relapse, by=ana, minutes=50)
    assert lengths(plan) == [50] * 4
    assert not any(AGREED in move.why for move in plan.moves.all())


def test_a_visit_that_is_shorter_anyway_stays_as_it_is(relapse, ana):
    Appointment.objects.update(minutes=30)
    plan = propose_plan(episode=relapse, by=ana)
    assert lengths(plan) == [30] * 4
    assert not any("at first" in why for move in plan.moves.all() for why in move.why)


def test_of_visits_some_of_which_are_let_go_the_first_that_comes_back_is_the_short_one(relapse, ana):
    plan = propose_plan(episode=relapse, by=ana, policy="drop", return_on=MONDAY + timedelta(days=9))
    assert [(move.minutes, AGREED in move.why) for move in plan.moves.all()] == [
        (None, False), (None, False), (45, True), (60, False)]


def test_where_a_visit_that_stays_comes_first_those_moved_behind_it_keep_their_length(relapse, maria, ana, hour):
    book_appointment(client=maria, therapist=ana, service=hour, starts_at=at(14, days=38), by=ana)  # the return day
    plan = propose_plan(episode=relapse, by=ana)
    assert lengths(plan) == [60] * 4
    assert all(move.starts_at > at(14, days=38) for move in plan.moves.all())
    assert not any(AGREED in move.why for move in plan.moves.all())
    later = propose_plan(episode=relapse, by=ana, return_on=MONDAY + timedelta(days=30))
    first = later.moves.first()
    assert first.minutes == 45 and first.starts_at < at(14, days=38)


def test_once_the_map_was_taken_again_visits_have_their_own_length(relapse, maria, ana):
    coming_back(relapse, ana)
    take_map(client=maria, by=ana)
    assert lengths(propose_plan(episode=Episode.objects.get(), by=ana)) == [60] * 4


def test_where_the_policy_asks_for_clearance_the_plan_and_the_check_say_so_until_it_is_granted(
    relapse, maria, ana, hour, neurologist, monkeypatch
):
    monkeypatch.setitem(PUBLISHED, "relapse", replace(PUBLISHED["relapse"], asks_clearance=True))
    plan = propose_plan(episode=relapse, by=ana)
    asked = ["ask for the doctor's clearance first" in move.why for move in plan.moves.all()]
    assert asked == [True, False, False, False]
    later = MONDAY + timedelta(days=61)
    assert checked_at_booking(maria, 45, later).verdict == "clearance"
    with pytest.raises(ClearanceMissing):
        book_appointment(client=maria, therapist=ana, service=hour, starts_at=at(14, days=63), by=ana)
    record_clearance(client=maria, doctor=neurologist, state="granted", scope="relapse", by=ana)
    assert checked_at_booking(maria, 45, later).verdict == "caution"
    book_appointment(client=maria, therapist=ana, service=hour, starts_at=at(14, days=63), by=ana)
    plan = propose_plan(episode=relapse, by=ana)
    assert not any("clearance" in why for move in plan.moves.all() for why in move.why)


# --- the map of what is felt ------------------------------------------------------------------------------------


def test_the_map_is_noted_once_for_whoever_is_coming_back(relapse, maria, ana):
    with pytest.raises(MapNotDue):
        take_map(client=maria, by=ana)  # still in it
    coming_back(relapse, ana)
    for wrong in (MONDAY + timedelta(days=1), MONDAY - timedelta(days=3)):
        with pytest.raises(BadInput):
            take_map(client=maria, by=ana, on=wrong)
    [episode] = take_map(client=maria, by=ana)
    assert (episode.map_taken_on, Episode.objects.get().map_taken_on) == (MONDAY, MONDAY)
    with pytest.raises(MapNotDue):
        take_map(client=maria, by=ana)


def test_a_sensation_noted_or_ended_is_the_map_taken_again(relapse, maria, ana):
    old = numb(maria)
    record_finding(client=maria, finding="reduced-sensation", by=ana, places=[("hand", "left")])
    coming_back(relapse, ana)
    record_finding(client=maria, finding="fatigue", by=ana)
    record_finding(client=maria, finding="hypersensitive", by=ana, places=[("calf", "left")], is_as_answered=True)
    assert Episode.objects.get().map_taken_on is None, "noted before, nothing of what is felt, and only answered"
    end_finding(finding=old, ended_on=MONDAY, by=ana)
    assert Episode.objects.get().map_taken_on == MONDAY


def test_the_clients_page_offers_the_map_in_one_press_and_then_no_more(relapse, maria, ana, page):
    coming_back(relapse, ana)
    browser, address = page(ana), f"/clients/{maria.pk}/"
    assert "Taken again, nothing has changed" in browser.get(address).content.decode()
    shown = browser.post(f"{address}map/", follow=True).content.decode()
    assert "each one allows a step more of pressure" in shown
    assert "Taken again, nothing has changed" not in shown
    assert browser.post(f"{address}map/").status_code == 409


def test_the_map_by_the_api_answers_its_day_and_refuses_a_second_one(relapse, maria, ana, api):
    coming_back(relapse, ana)
    address = f"/api/v1/clients/{maria.pk}/map/"
    done = api(ana).post(address, {}, format="json")
    assert (done.status_code, done.json()) == (200, {"on": MONDAY.isoformat()})
    assert api(ana).get(f"/api/v1/episodes/{relapse.pk}/").json()["map_taken_on"] == MONDAY.isoformat()
    refused = api(ana).post(address, {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")


# --- the check -------------------------------------------------------------------------------------------------


def take_place(maria, ana, service, *days):
    """Visits that were done so many days after Monday."""
    for number in days:
        visit = book_appointment(
            client=maria, therapist=ana, service=service, starts_at=at(14, days=number), by=ana, override_reason="she asks")
        Appointment.objects.filter(pk=visit.pk).update(status="arrived")
        visit.refresh_from_db()
        complete(appointment=visit, by=ana)


def cap_on(client, day):
    return limits_on(client, MONDAY + timedelta(days=day)).max_pressure_by_region.get("back:left")


def test_each_visit_done_since_the_map_allows_one_step_more(relapse, maria, ana, hour):
    coming_back(relapse, ana)
    take_place(maria, ana, hour, 0)
    assert cap_on(maria, 7) == 2, "a visit without the map is no step"
    take_map(client=maria, by=ana)
    take_place(maria, ana, hour, 3, 5)
    assert [cap_on(maria, day) for day in (0, 1, 4, 6)] == [2, 3, 4, 5]
    assert body_of(maria).episodes[0].return_visits == tuple(MONDAY + timedelta(days=n) for n in (0, 3, 5))


def test_a_note_signed_at_the_first_visit_reads_its_own_limits_for_ever(relapse, maria, ana, hour):
    coming_back(relapse, ana)
    take_map(client=maria, by=ana)
    take_place(maria, ana, hour, 0, 3)
    signed = timezone.now()
    known = body_at(maria, signed).episodes[0]
    assert (known.map_taken_on, known.preset.pressure) == (MONDAY, 2)
    assert known == body_of(maria).episodes[0]
