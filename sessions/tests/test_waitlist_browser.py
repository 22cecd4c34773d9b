"""The waitlist in a browser: put on it, offered a time by hand, taken on a small phone without scripts."""

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
from practice import clock
from practice.models import Room, Service
from sessions.booking import book_appointment
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ana.user.set_password("riverside-demo")
ana.user.save()
Room.objects.create(practice=p, name="River room", position=1)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
day = clock.wall_of(timezone.now(), p.time_zone)[0] + timedelta(days=10)
while day.weekday() > 4:
    day += timedelta(days=1)
joao = c.make_client(p, "Joao Pereira", phone="+1 206 555 0111")
book_appointment(client=joao, therapist=ana, service=s, by=ana, starts_at=clock.instant_of(day, time(10), p.time_zone))
print(json.dumps({"joao": str(joao.pk)}))
"""
_LINK = """
from sessions.models import WaitlistOffer
from sessions.waitlist_letters import offer_url
print(offer_url(WaitlistOffer.objects.select_related("practice").get()))
"""


def test_somebody_is_put_on_the_list_offered_a_time_and_takes_it_for_the_one_they_give_up(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path / "list", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as scratch, \
            browser() as chrome:
        scratch.serve(workers=1, port=port)
        ana = Person(chrome, base, "Ana")
        joao = Person(chrome, base, "Joao", width=320, height=640, scripts=False, target=48)
        _is_offered_a_time(ana, scratch.ids["joao"])
        address = scratch.python(_LINK).strip().splitlines()[-1].removeprefix(base)
        joao.open(address)
        joao.look("offer")
        joao.says("A time has come free", "You would give up:")
        joao.press("Yes, take it and give up the other")
        joao.look("taken")
        joao.says("It is yours")
        ana.open("/waitlist/")
        ana.look("nobody waits")
        ana.says("Nobody is waiting.")
        assert not ana.faults + joao.faults, "\n".join(ana.faults + joao.faults)


def _is_offered_a_time(ana: Person, joao: str) -> None:
    ana.open("/login/")
    ana.page.get_by_label("E-mail").fill("ana@riverside.example")
    ana.page.get_by_label("Password").fill("riverside-demo")
    ana.press("Sign in")
    ana.open(f"/waitlist/new/?client={joao}")
    ana.look("put on the list")
    ana.page.get_by_label("Visit they would give up").select_option(index=1)
    ana.press("Put them on the list")
    ana.look("the list")
    ana.says("Joao Pereira", "any day", "would give up")
    ana.press(ana.page.get_by_role("button", name="Offer").last)
    ana.says("is offered to Joao Pereira until")
    ana.look("the list, an offer running")
    ana.open("/")
    ana.press(ana.page.get_by_text("offered to 1 person"))
    ana.look("freed time")
    ana.says("Who could take this time", "Offered to")
