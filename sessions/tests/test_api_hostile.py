"""Hostile and senseless values in every field of the diary's API: each a refusal in words, none a fault."""

import json
import random
from uuid import uuid4

import pytest

from conftest import MONDAY, at
from practice.refusals import PROBLEM
from practice.tests.sizes import size
from sessions import holds, rescheduling
from sessions.booking import book_appointment
from sessions.models import Appointment
from sessions.rhythm import Rhythm
from sessions.series import book_series

V1 = "/api/v1"
HOSTILE = [
    None, True, -1, 1e308, 10**30, " ", "x" * 3_000, "a\x00b", "\u202eevil 👩‍🦽", "<script>{{7*7}}' OR 1=1 --", "0001-01-01", "9999-12-31",
    "9999-12-31T23:59:59+14:00", "NaN", [None], {"reason": None}, [["10:00", "09:00"]], str(uuid4()),
]  # fmt: skip
LONE_SURROGATE = "\ud800"


@pytest.fixture
def requests(now, maria, kofi, ana, neuro_45):
    """Every POST of the room with a body that would do, and every GET with its filters."""
    free = book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=at(14, days=22), by=ana)
    book_series(
        client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(7, 4), by=ana
    )
    episode = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana).episode
    plan = rescheduling.propose_plan(episode=episode, by=ana)
    held = Appointment.objects.filter(status="held").first()
    who = {"client": str(kofi.pk), "therapist": str(ana.pk), "service": str(neuro_45.pk), "room": None}
    return {
        "appointments/": who | {"starts_at": "2026-11-25T10:00:00-05:00", "override": {"reason": "x"}},
        f"appointments/{free.pk}/move/": {
            "starts_at": "2026-11-25T10:00",
            "therapist": who["therapist"],
            "room": None,
            "override": None,
        },
        f"appointments/{free.pk}/cancel/": {"reason": "away"},
        f"appointments/{held.pk}/keep/": {"reason": "x"},
        "series/": who
        | {"first_starts_at": "2026-11-25T10:00", "every_days": 7, "count": 2, "dry_run": True, "override": None},
        "waitlist/": who
        | {"from_on": "2026-12-01", "until_on": "2026-12-24", "weekdays": [1], "windows": [["10:00", "12:00"]]},
        f"clients/{kofi.pk}/episodes/": {
            "kind": "other",
            "status": "suspected",
            "onset_on": "2026-11-20",
            "fever_or_infection": False,
            "steroids_until": None,
            "expected_return_on": None,
            "symptoms": "",
            "on_word_of": "",
        },
        f"episodes/{episode.pk}/status/": {"status": "confirmed", "on": "2026-11-23", "note": "", "on_word_of": ""},
        f"episodes/{episode.pk}/plan/": {"return_on": None, "policy": "append", "minutes": None},
        f"plans/{plan.pk}/apply/": {"x": 1},
        "GET availability/": who | {"from": "2026-11-24", "to": "2026-11-25"},
        "GET appointments/": {
            "from": "2026-11-24",
            "to": "2026-11-25",
            "client": who["client"],
            "therapist": who["therapist"],
            "status": "booked",
            "page": 1,
            "page_size": 5,
        },
    }


@pytest.mark.sized
def test_no_value_in_any_field_is_a_fault(requests, api, ana, record_property):
    http = api(ana)
    http.raise_request_exception = False
    chance = random.Random(20261121)
    faults, seen, asked = [], set(), 0
    for address, body in requests.items():
        for field in body:
            values = HOSTILE if address.startswith("GET") else [*HOSTILE, LONE_SURROGATE]
            for value in chance.sample(values, size(4, len(values))):
                if address.startswith("GET"):
                    answer = http.get(
                        f"{V1}/{address[4:]}",
                        {name: str(v) for name, v in (body | {field: value}).items() if v is not None},
                    )
                else:
                    sent = json.dumps(body | {field: value})  # lone surrogates travel as escapes
                    answer = http.post(f"{V1}/{address}", sent, content_type="application/json")
                asked += 1
                seen.add(answer.status_code)
                is_shaped = answer["Content-Type"].startswith(
                    "application/json" if answer.status_code < 400 else PROBLEM
                )
                if answer.status_code >= 500 or not is_shaped:
                    faults.append((address, field, value, answer.status_code))
    assert faults == []
    assert {200, 400, 409} <= seen
    record_property("figure", f"{asked} requests, 0 faults")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 50_000, b'{"a":' * 20_000, b"1" * 5_000]
)
def test_no_body_is_a_fault(requests, api, ana, body):
    http = api(ana)
    http.raise_request_exception = False
    for address in requests:
        if not address.startswith("GET"):
            answer = http.post(f"{V1}/{address}", body, content_type="application/json")
            assert answer.status_code < 500, (address, answer.content[:200])
