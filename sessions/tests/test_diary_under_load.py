"""A whole practice at work at once, over HTTP, against real server processes: whatever they do, nobody is booked twice."""

from __future__ import annotations

import contextlib
import json
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import requests

from conftest import ZONE
from practice import clock
from practice.tests import unguarded_sql
from practice.tests.scratch import Scratch, scratch_practice
from practice.tests.sizes import size
from sessions.tests.test_races import OVERLAPS

pytestmark = [pytest.mark.processes, pytest.mark.sized]
THREADS, ACTS, EDITS = 16, size(96, 5_000), size(12, 500)
REFUSED = {"slot_taken", "outside_working_hours", "client_in_relapse", "wrong_state", "series_conflict", "stale",
           "beyond_horizon", "plan_stale", "nothing_on_hold", "service_not_given", "clearance_missing", "contraindicated"}
FURTHER = """
import json
from django.utils import timezone
from practice import clock
from practice.models import Practice, Room, Service
p = Practice.objects.get(name="Riverside Therapy")
more = [Service.objects.create(practice=p, name=f"Work {m}", minutes=m, buffer_before=b, buffer_after=a)
        for m, b, a in ((30, 0, 5), (60, 10, 15), (90, 0, 0))]
print(json.dumps({"services": [str(s.pk) for s in Service.objects.filter(practice=p)],
                  "rooms": [str(r.pk) for r in Room.objects.filter(practice=p)],
                  "today": clock.wall_of(timezone.now(), p.time_zone)[0].isoformat()}))
"""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: Any) -> Any:
    with busy_practice(tmp_path_factory.mktemp("load")) as made:
        yield made


@pytest.fixture(scope="module")
def url(scratch: Scratch) -> str:
    return scratch.serve()


@contextlib.contextmanager
def busy_practice(folder: Path) -> Iterator[Scratch]:
    """A practice with services of unequal lengths and buffers."""
    with scratch_practice(folder) as made:
        made.ids |= json.loads(made.python(FURTHER).strip().splitlines()[-1])
        yield made


class Desk:
    """One of many people at work: books, moves, cancels, plans series, puts clients on hold and brings them back."""

    def __init__(self, url: str, scratch: Scratch, seed: int) -> None:
        self.url, self.ids, self.dice = f"{url}/api/v1/", scratch.ids, random.Random(seed)
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {scratch.ids['token']}"
        self.visits: list[str] = []
        self.answers: Counter[str] = Counter()

    def work(self, acts: int) -> Counter[str]:
        choices = [self.book] * 9 + [self.move] * 6 + [self.cancel] * 3 + [self.series, self.relapse]
        for _ in range(acts):
            self.dice.choice(choices)()
        return self.answers

    def ask(self, what: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.post(self.url + path, json=body, timeout=120)
        told = answer.json()
        is_fine = answer.status_code < 300 or (answer.status_code == 409 and told.get("code") in REFUSED)
        self.answers[what if is_fine else f"{what}: {answer.status_code} {told.get('code')}"] += 1
        return told if answer.status_code < 300 else {}

    def start(self) -> str:
        """In one of a few busy hours of two days, on any five minutes, so that visits of unequal length meet."""
        day = date.fromisoformat(self.ids["day"]) + timedelta(days=7 * self.dice.randrange(2))
        at = time(self.dice.choice((9, 10, 11, 13, 14, 15)), self.dice.randrange(0, 60, 5))
        return clock.iso(clock.instant_of(day, at, ZONE), ZONE)

    def wish(self) -> dict[str, Any]:
        wish = {"client": self.dice.choice(self.ids["clients"]), "service": self.dice.choice(self.ids["services"]),
                "therapist": self.dice.choice((self.ids["ana"], self.ids["ben"]))}
        if self.dice.random() < 0.4:
            wish["room"] = self.dice.choice(self.ids["rooms"])
        if self.dice.random() < 0.3:
            wish["override"] = {"reason": "somebody waits"}  # eats buffers, never a visit
        return wish

    def book(self) -> None:
        made = self.ask("book", "appointments/", self.wish() | {"starts_at": self.start()})
        self.visits += [made["id"]] if made else []

    def move(self) -> None:
        if self.visits:
            wish = {k: v for k, v in self.wish().items() if k in ("therapist", "room", "override")}
            self.ask("move", f"appointments/{self.dice.choice(self.visits)}/move/", wish | {"starts_at": self.start()})

    def cancel(self) -> None:
        if self.visits:
            self.ask("cancel", f"appointments/{self.dice.choice(self.visits)}/cancel/", {"reason": "away"})

    def series(self) -> None:
        wish = {k: v for k, v in self.wish().items() if k != "override"}
        made = self.ask("series", "series/", wish | {"first_starts_at": self.start(), "every_days": 7, "count": 10})
        self.visits += [visit["id"] for visit in made.get("appointments", [])]

    def relapse(self) -> None:
        """A client's visits go on hold while others book their time; a plan brings them back, and it is over."""
        client = self.dice.choice(self.ids["clients"])
        today = self.ids["today"]
        made = self.ask("relapse", f"clients/{client}/episodes/",
                        {"kind": "relapse", "status": "confirmed", "onset_on": today})
        if made:
            plan = self.ask("plan", f"episodes/{made['id']}/plan/", {})
            if plan:
                self.ask("apply", f"plans/{plan['id']}/apply/", {})
            for status in ("recovering", "resolved"):
                self.ask(status, f"episodes/{made['id']}/status/", {"status": status})


def storm(url: str, scratch: Scratch) -> Counter[str]:
    """So many people at once, each with dice of their own; answers what they were told."""
    with ThreadPoolExecutor(THREADS) as pool:
        told = pool.map(lambda seed: Desk(url, scratch, seed).work(ACTS // THREADS), range(THREADS))
        return sum(told, Counter())


def test_whatever_sixteen_people_do_at_once_nobody_and_no_room_is_booked_twice(url, scratch, record_property):
    told = storm(url, scratch)
    assert not {what: n for what, n in told.items() if ":" in what}, "only what was asked for, or a rule's own words"
    assert scratch.sql(OVERLAPS)[0][0] == 0
    standing = scratch.sql("SELECT count(*) FROM therapy_sessions_appointment WHERE status IN ('booked', 'confirmed')")
    assert standing[0][0] > size(5, 20), "they did get something done"
    record_property("figure", f"{sum(told.values())} acts by {THREADS} at once: 0 overlaps, 0 faults")


@pytest.mark.proof
def test_with_the_guards_taken_out_the_same_work_books_somebody_twice(tmp_path, record_property):
    with busy_practice(tmp_path / "unguarded") as scratch:
        for statement in unguarded_sql.drop_statements(scratch.is_postgres):
            scratch.sql(statement)
        storm(scratch.serve("practice.tests.unguarded:application"), scratch)
        overlaps = scratch.sql(OVERLAPS)[0][0]
    assert overlaps > 0
    record_property("figure", f"{overlaps} pairs overlap")


def test_of_two_who_read_the_same_visit_only_one_changes_it_every_time(url, scratch, record_property):
    ids = scratch.ids
    people = [Desk(url, scratch, seed) for seed in range(2)]
    day = date.fromisoformat(ids["day"]) + timedelta(days=7 * 20)  # far from what the others booked
    starts = [clock.iso(clock.instant_of(day, time(hour), ZONE), ZONE) for hour in (9, 10, 13, 14)]
    visit = people[0].ask("book", "appointments/", {
        "client": ids["clients"][0], "service": ids["services"][0], "therapist": ids["ana"], "starts_at": starts[3]})
    path = f"{url}/api/v1/appointments/{visit['id']}/"
    with ThreadPoolExecutor(2) as pool:
        for n in range(EDITS):
            etag = people[0].http.get(path, timeout=60).headers["ETag"]
            together = Barrier(2)

            def edit(person: Desk, n: int = n, etag: str = etag, together: Barrier = together) -> int:
                start = starts[(2 * n + people.index(person)) % 4]
                together.wait(30)
                return person.http.post(f"{path}move/", json={"starts_at": start}, headers={"If-Match": etag},
                                        timeout=60).status_code

            assert sorted(pool.map(edit, people)) == [200, 412]
    version = people[0].http.get(path, timeout=60).json()["version"]
    assert version == EDITS + 1, "every change that was answered 200 is one version"
    record_property("figure", f"{EDITS} races: each time one changed it and the other was told, 0 lost")
