"""How it is, in a browser: one tap on a small phone without scripts, and what a therapist makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from practice.tests.browser import Person, browser, chromium
from practice.tests.scratch import free_port, scratch_practice

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.skipif(not chromium(), reason="no Chromium found (apt-get install chromium)"),
]
_FILL = """
import json, conftest as c
from datetime import time, timedelta
from django.utils import timezone
from clients.models import Episode
from practice import clock
from practice.models import Room, Service
from sessions.booking import book_appointment
from sessions.check_ins import ask_how_it_is
from sessions.check_in_letters import check_in_url
from sessions.holds import report_episode
from sessions.models import CheckIn
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ana.user.set_password("riverside-demo")
ana.user.save()
Room.objects.create(practice=p, name="River room", position=1)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
day = clock.wall_of(timezone.now(), p.time_zone)[0] + timedelta(days=2)
while day.weekday() > 4:
    day += timedelta(days=1)
maria = c.make_client(p, "Maria Lindqvist", "ms-relapsing-remitting", phone="+1 206 555 0111")
book_appointment(client=maria, therapist=ana, service=s, by=ana, starts_at=clock.instant_of(day, time(10), p.time_zone))
episode = report_episode(client=maria, kind="relapse", status="confirmed", by=ana).episode
episode.steps.update(on=episode.onset_on - timedelta(days=7))
assert ask_how_it_is() == 1
print(json.dumps({"url": check_in_url(CheckIn.objects.select_related("practice").get())}))
"""


def test_one_tap_says_how_it_is_and_the_way_back_is_one_press_from_today(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path / "how", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as scratch, \
            browser() as chrome:
        scratch.serve(workers=1, port=port)
        ana = Person(chrome, base, "Ana")
        maria = Person(chrome, base, "Maria", width=320, height=640, scripts=False, target=48)
        maria.open(scratch.ids["url"].removeprefix(base))
        maria.look("how are you")
        with maria.within(1, "to say how it is"):
            maria.press("Worse")
        maria.says("You said: worse", "Call the emergency number now")
        maria.look("worse")
        maria.press("Back to usual")
        maria.says("You said: back to usual")
        maria.look("back to usual")
        _plans_the_return(ana)
        assert not ana.faults + maria.faults, "\n".join(ana.faults + maria.faults)


def _plans_the_return(ana: Person) -> None:
    ana.open("/login/")
    ana.page.get_by_label("E-mail").fill("ana@riverside.example")
    ana.page.get_by_label("Password").fill("riverside-demo")
    ana.press("Sign in")
    ana.open("/on-hold/")
    ana.look("on hold, back to usual")
    ana.says("back to usual", "Propose a plan")
    ana.open("/")
    ana.press(ana.page.get_by_text("is back to usual: plan the return"))
    ana.look("episode, back to usual")
    ana.press("Ring and write down")
    ana.look("how is Maria")
    ana.page.go_back()
    ana.press("Propose a return plan")
    ana.says("Return plan for Maria Lindqvist")
