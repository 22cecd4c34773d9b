"""Many visits at once in a browser: who must move, the search that waits, one press to move, one to undo."""

from __future__ import annotations

from pathlib import Path

import pytest

from practice.tests.browser import Person, browser, chromium
from practice.tests.scratch import Scratch, free_port, scratch_practice

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.skipif(not chromium(), reason="no Chromium found (apt-get install chromium)"),
]
_FILL = """
import json, conftest as c
from datetime import time, timedelta
from django.utils import timezone
from practice import clock
from practice.hours import enter_time_off
from practice.models import Room, Service
from sessions.booking import book_appointment
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ben = c.make_member(p, "Ben Baker", "ben@riverside.example", "therapist")
ana.user.set_password("riverside-demo")
ana.user.save()
for n in (1, 2):
    Room.objects.create(practice=p, name=f"Room {n}", position=n)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
day = clock.wall_of(timezone.now(), p.time_zone)[0] + timedelta(days=3)
while day.weekday() > 4:
    day += timedelta(days=1)
for name, hour in (("Carla Cruz", 9), ("Dev Das", 10), ("Eva Ek", 14)):
    book_appointment(client=c.make_client(p, name, phone="+1 206 555 0111"), therapist=ana, service=s, by=ana,
                     starts_at=clock.instant_of(day, time(hour), p.time_zone))
off = enter_time_off(therapist=ana, by=ana, starts_at=clock.instant_of(day, time(8), p.time_zone),
                     ends_at=clock.instant_of(day, time(18), p.time_zone))
print(json.dumps({"off": str(off.pk)}))
"""
_SEARCHING = """
from datetime import timedelta
from django.utils import timezone
from sessions.models import BulkPlan
BulkPlan.objects.update(state="solving", heard_at=timezone.now() + timedelta(minutes=1), seconds=4)
"""
_FAILED = """
from sessions.models import BulkPlan
BulkPlan.objects.update(state="failed", problem="The search ended before it had an answer.")
"""


@pytest.fixture
def scratch(tmp_path: Path):
    port = free_port()
    with scratch_practice(tmp_path / "away", _FILL, {}, BASE_URL=f"http://127.0.0.1:{port}",
                          ALLOWED_HOSTS="127.0.0.1") as made:
        made.serve(workers=1, port=port)
        yield made


def test_who_must_move_is_found_moved_in_one_press_and_put_back_in_one(scratch: Scratch):
    base = scratch.env["BASE_URL"]
    with browser() as chrome:
        ana = Person(chrome, base, "Ana", width=390, height=844)
        ana.open("/login/")
        ana.page.get_by_label("E-mail").fill("ana@riverside.example")
        ana.page.get_by_label("Password").fill("riverside-demo")
        ana.press("Sign in")
        ana.open(f"/away/time-off/{scratch.ids['off']}/")
        address = ana.page.url.removeprefix(base)
        ana.page.get_by_text("No other plan disturbs less.").wait_for()
        scratch.python(_SEARCHING)
        ana.open(address)
        ana.look("the search")
        ana.says("Looking for new times for 3 visits", "Nothing moves and nothing is sent")
        scratch.python(_FAILED)
        ana.open(address)
        ana.look("the search, failed")
        ana.press("Search again")
        ana.page.get_by_text("No other plan disturbs less.").wait_for()
        ana.look("what was found")
        ana.says("Ben Baker")
        ana.press("Move all as chosen")
        ana.page.get_by_role("button", name="Undo all").wait_for()
        ana.look("moved")
        ana.press("Undo all")
        ana.look("undone")
        ana.says("3 visits back as before")
        assert not ana.faults, "\n".join(ana.faults)
