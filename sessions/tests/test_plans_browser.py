"""The return plan in a browser: seen, changed, applied in two presses; agreed by a client on a small phone, no script."""

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
from practice.models import Room, Service
from sessions.holds import report_episode
from sessions.rhythm import Rhythm
from sessions.series import book_series
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ana.user.set_password("riverside-demo")
ana.user.save()
Room.objects.create(practice=p, name="River room", position=1)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
day = clock.wall_of(timezone.now(), p.time_zone)[0] + timedelta(days=1)
while day.weekday() > 4:
    day += timedelta(days=1)
maria = c.make_client(p, "Maria Lindqvist", "ms-relapsing-remitting")
book_series(client=maria, therapist=ana, service=s, by=ana, rhythm=Rhythm(7, 6),
            first_starts_at=clock.instant_of(day, time(10), p.time_zone))
episode = report_episode(client=maria, kind="relapse", status="confirmed", by=ana).episode
print(json.dumps({"episode": str(episode.pk), "maria": str(maria.pk)}))
"""
_LINK = """
from sessions.models import Plan
from sessions.plan_letters import plan_url
print(plan_url(Plan.objects.select_related("practice").get(status="proposed")))
"""


@pytest.fixture
def scratch(tmp_path: Path):
    port = free_port()
    with scratch_practice(tmp_path / "plan", _FILL, {}, BASE_URL=f"http://127.0.0.1:{port}",
                          ALLOWED_HOSTS="127.0.0.1") as made:
        made.serve(workers=1, port=port)
        yield made


def test_a_plan_is_applied_in_two_presses_changed_and_agreed_with_the_client(scratch: Scratch):
    base = scratch.env["BASE_URL"]
    with browser() as chrome:
        ana, phone = Person(chrome, base, "Ana"), Person(chrome, base, "Ana's phone", width=320, height=640)
        maria = Person(chrome, base, "Maria", width=320, height=640, scripts=False, target=48)
        for person in (ana, phone):
            _signs_in(person)
        ana.open(f"/episodes/{scratch.ids['episode']}/")
        before = ana.presses
        ana.press("Propose a return plan")
        ana.look("the plan")
        ana.says("Nothing has moved and nothing is sent yet.")
        ana.press(ana.page.get_by_role("button", name="Move 2 visits"))
        assert ana.presses - before == 2
        ana.look("the plan, applied")
        ana.press("Undo")
        ana.press("Make a new plan")
        phone.open(ana.page.url.removeprefix(base))
        _changes_one(phone)
        phone.press(phone.page.get_by_role("button", name="Ask Maria"))
        phone.look("the plan, sent")
        phone.says("nothing is booked before a yes")
        _agrees_in_part(maria, _link(scratch, base))
        ana.open(phone.page.url.removeprefix(base))
        ana.look("the plan, answered")
        ana.press("Plan 1 visit anew")
        ana.look("the plan, made anew")
        ana.press(ana.page.get_by_role("button", name="Ask Maria"))
        maria.open(_link(scratch, base))
        maria.press("Yes, both suit me")
        maria.look("agreed")
        maria.says("These times are yours")
        ana.open(ana.page.url.removeprefix(base))
        ana.says("Maria said yes")
        faults = ana.faults + phone.faults + maria.faults
        assert not faults, "\n".join(faults)


def _signs_in(person: Person) -> None:
    person.open("/login/")
    person.page.get_by_label("E-mail").fill("ana@riverside.example")
    person.page.get_by_label("Password").fill("riverside-demo")
    person.press("Sign in")


def _changes_one(phone: Person) -> None:
    """One visit gets another of the times offered, and the plan made of it marks that."""
    phone.press(phone.page.get_by_text("Other times").first)
    phone.look("other times")
    phone.press(phone.page.locator(".slot").first)
    phone.look("the plan, changed")
    phone.says("What you changed is marked", "chosen")


def _agrees_in_part(maria: Person, address: str) -> None:
    maria.open(address)
    maria.look("asked")
    maria.press("Some do not suit")
    maria.look("what does not suit")
    maria.page.get_by_role("checkbox").first.check()
    maria.press("Send")
    maria.look("answered")
    maria.says("Thank you for telling us", "we keep for you")


def _link(scratch: Scratch, base: str) -> str:
    return scratch.python(_LINK).strip().splitlines()[-1].removeprefix(base)
