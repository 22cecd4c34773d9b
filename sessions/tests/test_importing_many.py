"""A whole practice moves in through the pages: a web server and a worker of their own, the worker killed on the way."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from practice.tests.scratch import Scratch, scratch_practice
from practice.tests.sizes import size
from sessions.tests.faults import wait_until
from sessions.tests.faults import worker as start_worker

pytestmark = [pytest.mark.processes, pytest.mark.sized]
CLIENTS, VISITS, SECONDS = size(600, 5_000), size(800, 20_000), 60
# Who begins before their own visit before has ended; each visit beside the one before it, not beside all.
OVERLAPS = """SELECT count(*) FROM (SELECT starts_at, LAG(ends_at) OVER (PARTITION BY %s ORDER BY starts_at) AS before
FROM therapy_sessions_appointment WHERE status NOT IN ('held', 'cancelled', 'noshow')) AS pairs WHERE before > starts_at"""
FILL = """
import json, conftest as c
from django.test import Client as Browser
from practice.models import Room, Service
p = c.make_practice("Riverside Therapy")
owner = c.make_member(p, "Olga Owner", "owner@riverside.example", "owner")
for name in ("Ana Alves", "Ben Baker", "Cleo Cruz"):
    c.make_member(p, name, f"{name.split()[0].lower()}@riverside.example", "therapist")
for n in range(3):
    Room.objects.create(practice=p, name=f"Room {n}", position=n)
Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
browser = Browser()
browser.force_login(owner.user)
print(json.dumps({"practice": str(p.pk), "session": browser.cookies["sessionid"].value}))
"""


def people() -> str:
    return "Id,First name,Last name,Email,Mobile,Date of birth\n" + "".join(
        f"{n},Given{n},Family{n % 997},p{n}@people.example,+1 206 55{n:05d},{1930 + n % 70}-0{n % 9 + 1}-15\n"
        for n in range(CLIENTS))


def visits() -> str:
    """Three therapists, nine visits a day each, three years back and some to come; one client seldom twice a day."""
    first, lines = date.today() - timedelta(days=VISITS // 27 - 30), []
    for n in range(VISITS):
        day, rest = divmod(n, 27)
        who, hour = divmod(rest, 9)
        at = datetime.combine(first + timedelta(days=day), datetime.min.time()) + timedelta(hours=8 + hour)
        lines.append(f"v{n},{n * 7 % CLIENTS},{('Ana Alves', 'Ben Baker', 'Cleo Cruz')[who]},Neuro 45,"
                     f"{at:%Y-%m-%d %H:%M},45,\n")
    return "Id,Client id,Therapist,Service,Begins,Minutes,Status\n" + "".join(lines)


def busy(process: Any) -> float:
    """Seconds of a processor a process has used by now."""
    words = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Mover:
    """The owner at the pages, by plain HTTP."""

    def __init__(self, url: str, session: str) -> None:
        self.url, self.http = url, requests.Session()
        self.http.cookies.set("sessionid", session)

    def get(self, path: str) -> str:
        answer = self.http.get(self.url + path, timeout=30)
        assert answer.status_code == 200, answer.text[:500]
        return answer.text

    def post(self, path: str, data: dict[str, str], **more: Any) -> requests.Response:
        shown = self.get(path if not path.rstrip("/").endswith(("bring-in", "go-on", "undo")) else "/practice/moving-in/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)
        assert token
        answer = self.http.post(self.url + path, data | {"csrfmiddlewaretoken": token[1]}, timeout=60,
                                headers={"Referer": self.url}, **more)
        assert answer.status_code == 200, answer.text[:500]
        return answer

    def choose(self, kind: str, text: str) -> str:
        """Send a list, its columns as guessed; answers the address of its page."""
        answer = self.post("/practice/moving-in/", {"kind": kind}, files={"file": (f"{kind}.csv", text.encode())})
        columns = answer.url.removeprefix(self.url)
        guessed = re.findall(r'name="(column_\d+)".*?<option value="([^"]*)" selected', answer.text, re.DOTALL)
        self.post(columns, dict(guessed))
        return columns.removesuffix("columns/")

    def wait(self, page: str, words: str) -> list[int]:
        """Look at the page until it says so; answers the progress it showed."""
        seen: list[int] = []

        def says() -> bool:
            shown = self.get(page)
            seen.extend(int(value) for value in re.findall(r'<progress[^>]* value="(\d+)"', shown))
            return words in shown

        assert wait_until(says, 240, every=1)
        return seen


@pytest.fixture
def moving(tmp_path) -> Iterator[tuple[Scratch, Mover]]:
    with scratch_practice(tmp_path / "moving", FILL, BASE_URL="http://127.0.0.1") as scratch:
        yield scratch, Mover(scratch.serve(workers=1), scratch.ids["session"])


@pytest.mark.proof
def test_a_practice_moves_in_within_a_minute_and_a_killed_worker_costs_no_row(moving, record_property):
    scratch, owner = moving
    worker = start_worker(scratch)
    begun = time.monotonic()
    page = owner.choose("clients", people())
    owner.wait(page, "Nothing is brought in yet")
    owner.post(f"{page}bring-in/", {})
    seen = owner.wait(page, "brought in.")
    assert scratch.sql("SELECT count(*) FROM clients_client") == [(CLIENTS,)]
    page = owner.choose("visits", visits())
    owner.wait(page, "Nothing is brought in yet")
    ready = owner.get(page)
    assert f"Bring in {VISITS:,} visits" in ready, re.findall(r"<dd>.*?</dd>", ready)
    owner.post(f"{page}bring-in/", {})
    seen += owner.wait(page, "brought in.")
    took, used = time.monotonic() - begun, busy(worker)
    assert scratch.sql("SELECT count(*) FROM therapy_sessions_appointment") == [(VISITS,)]
    for whose in ("therapist_id", "room_id", "client_id"):
        assert scratch.sql(OVERLAPS % whose) == [(0,)]
    if CLIENTS >= 5_000:
        assert max(seen) > 0, "progress was shown"
        assert took < SECONDS, f"{took:.0f} s, of which the worker used {used:.0f} s of a processor"
    owner.post(f"{page}undo/", {})
    assert wait_until(lambda: scratch.sql("SELECT count(*) FROM therapy_sessions_appointment")[0][0] < VISITS, 60)
    scratch.kill(worker)
    left = scratch.sql("SELECT count(*) FROM therapy_sessions_appointment")[0][0]
    start_worker(scratch)
    owner.post(f"{page}go-on/", {})
    owner.wait(page, "Taken back.")
    assert scratch.sql("SELECT count(*) FROM therapy_sessions_appointment") == [(0,)]
    record_property("figure", f"{CLIENTS:,} clients and {VISITS:,} visits through the pages in {took:.0f} s "
                              f"({used:.0f} s of the worker's processor); the worker "
                              f"killed with {left:,} visits to take back: none left")
