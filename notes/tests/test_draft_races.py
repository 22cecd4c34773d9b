"""Two devices at one note, both saving by themselves at the same moment, against real server processes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import requests

from practice.tests.scratch import Scratch, scratch_practice
from practice.tests.sizes import size

pytestmark = [pytest.mark.processes, pytest.mark.sized]
RACES, PASSWORD = size(10, 500), "a long enough password"
FILL = """
import json, conftest as c
from datetime import timedelta
from django.utils import timezone
from practice.models import Room, Service
from notes import writing
from notes.beginning import begin_note
from sessions.booking import book_appointment
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ana.user.set_password("a long enough password")
ana.user.save()
Room.objects.create(practice=p, name="River room", position=1)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
maria = c.make_client(p, "Maria Lindqvist", "ms-relapsing-remitting")
start = (timezone.now() - timedelta(days=1)).replace(hour=15, minute=0, second=0, microsecond=0)
visit = book_appointment(client=maria, therapist=ana, service=s, starts_at=start, by=ana, override_reason="entered late")
print(json.dumps({"note": str(begin_note(appointment=visit, by=ana)[0].pk)}))
"""


class Device:
    """One signed-in browser with the note open."""

    def __init__(self, url: str, note: str, name: str) -> None:
        self.http, self.name, self.page = requests.Session(), name, f"{url}/notes/{note}/"
        self.http.get(f"{url}/login/", timeout=60)
        self.http.post(f"{url}/login/", timeout=60, data={
            "username": "ana@riverside.example", "password": PASSWORD, "csrfmiddlewaretoken": self.http.cookies["csrftoken"]})

    def version(self) -> int:
        return int(re.search(r'name="version" value="(\d+)"', self.http.get(self.page, timeout=60).text)[1])

    def text(self, part: str) -> str:
        """What stands in a part of the note now, as its page says it."""
        found = re.search(rf'name="{part}"[^>]*>([^<]*)<', self.http.get(self.page, timeout=60).text)
        return html.unescape(found[1]).strip()

    def save(self, version: int, turn: int, words: str) -> requests.Response:
        return self.http.post(f"{self.page}draft/", timeout=60, headers={"Accept": "application/json"}, data={
            "csrfmiddlewaretoken": self.http.cookies["csrftoken"], "version": version, "rows": "0", "subjective": words,
            "tab": self.name, "turn": turn})


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    with scratch_practice(tmp_path / "races", FILL) as made:
        yield made


def race(scratch: Scratch, rounds: int, wsgi: str = "practice.wsgi") -> tuple[int, int]:
    """So many times both save over the same version; answers how often a save was answered with yes and is gone, and
    how often somebody was told."""
    url = scratch.serve(wsgi)
    devices = [Device(url, scratch.ids["note"], name) for name in ("tablet", "phone")]
    lost = told = 0
    for n in range(rounds):
        version, together = devices[0].version(), Barrier(2)

        def save(device: Device, n: int = n, version: int = version, together: Barrier = together) -> Any:
            together.wait(30)
            return device, device.save(version, n + 1, f"{device.name} {n}")

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(save, devices))
        standing = devices[0].text("subjective")
        assert all(answer.status_code in (200, 412) for _, answer in answers), [a.text for _, a in answers]
        lost += sum(answer.status_code == 200 and standing != f"{device.name} {n}" for device, answer in answers)
        told += sum(answer.status_code == 412 for _, answer in answers)
    return lost, told


def test_of_two_devices_that_save_at_once_one_is_told_and_nothing_saved_is_lost(scratch, record_property):
    assert race(scratch, RACES) == (0, RACES)
    record_property("figure", f"{RACES} races of two sheets: 0 lost updates, {RACES} told")


@pytest.mark.proof
def test_with_the_look_at_the_version_taken_out_something_is_lost(scratch, record_property):
    lost, _ = race(scratch, size(3, 20), "notes.tests.unguarded_notes:application")
    assert lost > 0
    record_property("figure", f"{lost} of {size(3, 20)} lost")
