"""Many people want one slot at once, over HTTP, against real server processes; one gets it."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from itertools import count, islice
from threading import Barrier
from time import monotonic
from typing import Any

import pytest
import requests

from conftest import ZONE
from practice import clock
from practice.tests.scratch import Scratch, scratch_practice
from practice.tests.sizes import bounded_once, size

pytestmark = [pytest.mark.processes, pytest.mark.sized]
AT_ONCE, ROUNDS = size(40, 200), size(2, 20)
OVERLAPS = """
SELECT count(*) FROM therapy_sessions_appointment a JOIN therapy_sessions_appointment b ON a.id < b.id
WHERE a.status NOT IN ('held','cancelled','noshow') AND b.status NOT IN ('held','cancelled','noshow') AND (
 (a.therapist_id = b.therapist_id OR a.room_id = b.room_id) AND a.occupied_from < b.occupied_until AND b.occupied_from < a.occupied_until
 OR a.client_id = b.client_id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at)"""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: Any) -> Any:
    with scratch_practice(tmp_path_factory.mktemp("race")) as made:
        yield made


def race(url: str, scratch: Scratch, starts_at: str, headers: dict[str, str] | None = None,
         took: list[float] | None = None) -> Counter[tuple[int, str]]:
    """So many bookings of one slot at once, each for another client; answers how often each status and type came.

    How many seconds each took is noted in `took`.
    """
    start, ids = Barrier(AT_ONCE), scratch.ids

    def book(n: int) -> tuple[int, str]:
        body = {
            "client": ids["clients"][n % len(ids["clients"])],
            "therapist": ids["ana"],
            "service": ids["service"],
            "starts_at": starts_at,
        }
        with requests.Session() as http:
            start.wait(60)
            began = monotonic()
            answer = http.post(
                f"{url}/api/v1/appointments/",
                json=body,
                timeout=120,
                headers={"Authorization": f"Bearer {ids['token']}"} | (headers or {}),
            )
            if took is not None:
                took.append(monotonic() - began)
        code = answer.json().get("code", "")
        return answer.status_code, f"{answer.headers['Content-Type'].split(';')[0]} {code}".strip()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(book, range(AT_ONCE)))


def slots(scratch: Scratch, how_many: int) -> list[str]:
    """So many open hours, on one weekday of the coming weeks."""
    day, hours = date.fromisoformat(scratch.ids["day"]), (9, 10, 11, 13, 14, 15, 16)
    starts = (clock.instant_of(day + timedelta(days=7 * week), time(hour), ZONE) for week in count() for hour in hours)
    return [clock.iso(start, ZONE) for start in islice(starts, how_many)]


@pytest.mark.both
def test_of_many_at_once_exactly_one_gets_the_slot_and_the_others_are_told_so(scratch, record_property):
    url, took = scratch.serve(), list[float]()
    for starts_at in slots(scratch, ROUNDS):
        answers = race(url, scratch, starts_at, took=took)
        assert answers == {(201, "application/json"): 1, (409, "application/problem+json slot_taken"): AT_ONCE - 1}
    assert scratch.sql(OVERLAPS)[0][0] == 0
    record_property("figure", f"{AT_ONCE} at once, {ROUNDS} rounds: 1 x 201, {AT_ONCE - 1} x 409 each, 0 overlaps; "
                    f"95 of 100 answered within {sorted(took)[int(len(took) * 0.95)]:.1f} s")


def test_the_same_request_sent_many_times_with_one_key_books_once_and_answers_the_same(scratch, record_property):
    url = scratch.serve()
    starts_at = slots(scratch, ROUNDS + 1)[-1]
    before = scratch.sql("SELECT count(*) FROM therapy_sessions_appointment")[0][0]
    body = {
        "client": scratch.ids["clients"][0],
        "therapist": scratch.ids["ben"],
        "service": scratch.ids["service"],
        "starts_at": starts_at,
    }
    headers = {"Authorization": f"Bearer {scratch.ids['token']}", "Idempotency-Key": "five-rapid-taps"}
    with ThreadPoolExecutor(50) as pool:
        answers = list(
            pool.map(
                lambda _: requests.post(f"{url}/api/v1/appointments/", json=body, headers=headers, timeout=120),
                range(100),
            )
        )
    made = {a.json().get("id") for a in answers if a.status_code == 201}
    assert len(made) == 1
    assert {a.status_code for a in answers} <= {201, 409}
    assert all(a.json()["code"] == "request_in_flight" for a in answers if a.status_code == 409)
    assert scratch.sql("SELECT count(*) FROM therapy_sessions_appointment")[0][0] == before + 1
    record_property("figure", f"100 at once: 1 visit, {len(made)} answer")
    other = requests.post(f"{url}/api/v1/appointments/", json=body | {"room": None}, headers=headers, timeout=60)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@bounded_once
def test_with_the_guards_taken_out_the_same_race_books_the_slot_more_than_once(tmp_path, record_property):
    from practice.tests import unguarded_sql

    with scratch_practice(tmp_path / "unguarded") as scratch:
        for statement in unguarded_sql.drop_statements(scratch.is_postgres):
            scratch.sql(statement)
        answers = race(scratch.serve("practice.tests.unguarded:application"), scratch, scratch.ids["starts_at"])
        assert sum(n for (status, _), n in answers.items() if status == 201) > 1
        assert scratch.sql(OVERLAPS)[0][0] > 0
        winners = sum(n for (status, _), n in answers.items() if status == 201)
        record_property("figure", f"{winners} of {AT_ONCE} booked the same slot")
