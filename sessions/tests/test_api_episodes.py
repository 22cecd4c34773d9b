"""Episodes and plans over HTTP, as the contract says it."""

from datetime import datetime, time, timedelta

import pytest

from conftest import MONDAY, at
from practice import clock
from practice.refusals import PROBLEM
from sessions.booking import book_appointment
from sessions.rhythm import Rhythm
from sessions.series import book_series

V1 = "/api/v1"
TUESDAY = MONDAY + timedelta(days=1)


def iso(hour, minute=0, *, days=1):
    return clock.iso(at(hour, minute, days=days), "America/New_York")


@pytest.fixture
def wish(now, maria, ana, neuro_45):
    return {"client": str(maria.pk), "therapist": str(ana.pk), "service": str(neuro_45.pk), "starts_at": iso(10)}


@pytest.fixture
def visit(now, maria, ana, neuro_45):
    return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


def slots(http, **asked):
    asked = {"from": TUESDAY, "to": TUESDAY} | asked
    return http.get(f"{V1}/availability/", {name: str(value) for name, value in asked.items()})


def step(http, visit, verb, body=None, **headers):
    return http.post(f"{V1}/appointments/{visit.pk}/{verb}/", body or {}, **headers)


# --- episodes and plans ------------------------------------------------------------------------------------------------


@pytest.fixture
def weekly(now, maria, ana, neuro_45):
    return book_series(
        client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(7, 6), by=ana
    )[1]


def report(http, client, **facts):
    return http.post(f"{V1}/clients/{client.pk}/episodes/", {"kind": "relapse", "onset_on": "2026-11-21"} | facts)


def test_an_episode_is_reported_by_the_desk_confirmed_by_a_therapist_and_read_by_clinical_roles_only(
    weekly, api, desk, ana, owner, maria
):
    made = report(api(desk), maria, symptoms="legs heavier since Saturday")
    body = made.json()
    assert made.status_code == 201
    assert (body["status"], body["held"], body["review_on"]) == ("suspected", [], None)
    assert [m["kind"] for m in body["messages"]] == ["look-today"]
    assert "legs" not in made.content.decode()
    episode = f"{V1}/episodes/{body['id']}/"
    for refused in (
        api(desk).get(episode),
        api(desk).get(f"{V1}/clients/{maria.pk}/episodes/"),
        api(desk).post(f"{episode}status/", {"status": "confirmed"}),
        api(desk).post(f"{episode}plan/", {}),
        report(api(desk), maria, status="confirmed"),
    ):
        assert (refused.status_code, refused["Content-Type"]) == (403, PROBLEM)
        assert "legs" not in refused.content.decode()
    assert api(desk).get(f"{V1}/appointments/{weekly[0].pk}/").json()["needs_decision"] is True
    confirmed = api(ana).post(
        f"{episode}status/", {"status": "confirmed", "on": "2026-11-23", "note": "by phone", "on_word_of": "MS team"}
    )
    assert confirmed.status_code == 200
    assert confirmed.json()["held"] == [str(v.pk) for v in weekly[:2]]
    assert confirmed.json()["hold_until"] == confirmed.json()["review_on"] == "2026-12-07"
    assert [k["appointment"] for k in confirmed.json()["kept"]] == [str(v.pk) for v in weekly[2:]]
    assert all(k["why"] for k in confirmed.json()["kept"])
    read = api(owner).get(episode).json()
    assert read["symptoms"] == "legs heavier since Saturday"
    assert [(s["status"], s["by"], s["note"]) for s in read["steps"]] == [
        ("suspected", "Dora Desk", ""),
        ("confirmed", "Ana Alves", "by phone"),
    ]
    assert [h["appointment"] for h in read["holds"]] == [str(v.pk) for v in weekly[:2]]
    assert (read["confirmed_on_word_of"], read["reported_by"]) == ("MS team", "Dora Desk")
    assert api(ana).get(f"{V1}/clients/{maria.pk}/episodes/").json()["count"] == 1


def test_a_relapse_reported_again_within_thirty_days_is_the_same_one(weekly, api, ana, maria):
    first = report(api(ana), maria)
    again = report(
        api(ana), maria, onset_on="2026-11-22", status="confirmed", steroids_until="2026-12-10", symptoms="worse today"
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert (again.json()["status"], again.json()["hold_until"]) == ("confirmed", "2026-12-17")
    assert report(api(ana), maria).status_code == 200


def test_new_bookings_in_the_hold_are_refused_to_the_desk_and_lifted_by_a_therapist_with_a_reason(
    weekly, api, ana, desk, maria, wish
):
    assert report(api(ana), maria, status="confirmed").status_code == 201
    for member, reason, status in (
        (desk, None, 409),
        (desk, "she wants to", 409),
        (ana, None, 409),
        (ana, "feet only", 201),
    ):
        answer = api(member).post(
            f"{V1}/appointments/", wish | {"starts_at": iso(14)} | ({"override": {"reason": reason}} if reason else {})
        )
        assert answer.status_code == status
        if status == 409:
            assert answer.json()["code"] == "client_in_relapse"
    found = slots(api(ana), service=wish["service"], client=maria.pk, to=TUESDAY + timedelta(days=13)).json()["results"]
    assert {slot["starts_at"][:10] for slot in found} == {"2026-12-07"}  # the review day


@pytest.mark.parametrize(
    "change, pointer",
    [
        ({"kind": "flare"}, "/kind"),
        ({"status": "recovering"}, "/status"),
        ({"onset_on": "2027-01-01"}, "/onset_on"),
        ({"steroids_until": "2026-01-01"}, "/steroids_until"),
        ({"onset_on": "0001-01-01"}, "/onset_on"),
        ({"symptoms": "x" * 2001}, "/symptoms"),
    ],
)
def test_a_report_that_cannot_be_is_400_with_a_pointer(weekly, api, ana, maria, change, pointer):
    answer = report(api(ana), maria, **change)
    assert (answer.status_code, pointers(answer)) == (400, [pointer])


def test_a_held_visit_is_kept_by_a_therapist_with_a_reason_or_released(weekly, api, ana, desk, maria):
    report(api(ana), maria, status="confirmed")
    assert step(api(desk), weekly[0], "keep", {"reason": "she feels fine"}).status_code == 403
    silent = step(api(ana), weekly[0], "keep", {"reason": " "})
    assert (silent.status_code, silent.json()["code"], pointers(silent)) == (400, "reason_required", ["/reason"])
    kept = step(api(ana), weekly[0], "keep", {"reason": "feet only"}).json()
    assert (kept["status"], kept["starts_at"], kept["keep_reason"]) == ("booked", iso(10, 30), "feet only")
    released = step(api(desk), weekly[1], "release").json()
    assert (released["status"], released["cancel_reason"]) == ("cancelled", "other")
    assert step(api(ana), weekly[1], "keep", {"reason": "x"}).json()["code"] == "wrong_state"


def test_a_plan_is_proposed_with_costs_that_add_up_applied_and_undone(weekly, api, ana, desk, maria):
    episode = report(api(ana), maria, status="confirmed").json()
    made = api(ana).post(f"{V1}/episodes/{episode['id']}/plan/", {"policy": "append"})
    plan = made.json()
    assert (made.status_code, plan["status"], plan["optimal"], plan["unplaced"]) == (201, "proposed", True, [])
    assert sum(plan["cost_terms"].values()) == plan["cost"]
    assert [m["appointment"] for m in plan["moves"]] == episode["held"]
    for move, visit in zip(plan["moves"], weekly, strict=False):
        assert move["from"] == clock.iso(visit.starts_at, "America/New_York")
        assert datetime.fromisoformat(move["to"]).utcoffset() is not None
        assert move["why"] and all(isinstance(why, str) for why in move["why"])
        assert sum(move["cost_terms"].values()) <= plan["cost"]
        assert set(move) == {"appointment", "from", "to", "therapist", "room", "minutes", "why", "cost_terms", "chosen",
                             "suits"}
    assert datetime.fromisoformat(plan["expires_at"]) == clock.instant_of(
        MONDAY + timedelta(days=1), time(8), "America/New_York"
    )
    address = f"{V1}/plans/{plan['id']}/"
    assert api(desk).get(address).json() == plan
    applied = api(desk).post(f"{address}apply/").json()
    assert applied["status"] == "applied"
    assert [m["from"] for m in applied["moves"]] == [m["from"] for m in plan["moves"]]
    assert [api(ana).get(f"{V1}/appointments/{m['appointment']}/").json()["starts_at"] for m in plan["moves"]] == [
        m["to"] for m in plan["moves"]
    ]
    assert api(ana).post(f"{address}apply/").json()["code"] == "wrong_state"
    assert api(ana).post(f"{address}undo/").json()["status"] == "undone"
    assert api(ana).get(f"{V1}/appointments/", {"status": "held"}).json()["count"] == 2


def test_another_practice_reaches_no_episode_and_no_plan(weekly, api, ana, lakeside_owner, maria):
    episode = report(api(ana), maria, status="confirmed").json()
    plan = api(ana).post(f"{V1}/episodes/{episode['id']}/plan/", {}).json()
    http = api(lakeside_owner)
    for method, path in (
        ("get", f"episodes/{episode['id']}/"),
        ("post", f"episodes/{episode['id']}/status/"),
        ("post", f"episodes/{episode['id']}/plan/"),
        ("get", f"plans/{plan['id']}/"),
        ("post", f"plans/{plan['id']}/apply/"),
        ("post", f"plans/{plan['id']}/undo/"),
        ("get", f"clients/{maria.pk}/episodes/"),
        ("post", f"clients/{maria.pk}/episodes/"),
    ):
        answer = getattr(http, method)(f"{V1}/{path}", {"status": "resolved"} if method == "post" else None)
        assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


@pytest.mark.parametrize(
    "change, pointer",
    [
        ({"minutes": 4}, "/minutes"),
        ({"minutes": 481}, "/minutes"),
        ({"policy": "hurry"}, "/policy"),
        ({"return_on": "2026-11-01"}, "/return_on"),
        ({"return_on": "2199-01-01"}, "/return_on"),
        ({"return_on": "9999-12-31"}, "/return_on"),
    ],
)
def test_a_plan_asked_for_out_of_bounds_is_400_with_a_pointer(weekly, api, ana, maria, change, pointer):
    episode = report(api(ana), maria, status="confirmed").json()
    answer = api(ana).post(f"{V1}/episodes/{episode['id']}/plan/", change)
    assert (answer.status_code, pointers(answer)) == (400, [pointer])


def test_nothing_on_hold_is_said_so(weekly, api, ana, maria):
    episode = report(api(ana), maria).json()
    answer = api(ana).post(f"{V1}/episodes/{episode['id']}/plan/", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_on_hold")
