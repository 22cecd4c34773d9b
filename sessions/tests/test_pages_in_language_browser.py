"""Long German words on a small phone, without scripts: nothing runs over, and English is one press away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
from practice.models import Practice, Room, Service
from sessions.booking import book_appointment, cancel_appointment
from sessions.holds import report_episode
from sessions.letters import visit_url
from sessions.models import FreedTime, WaitlistOffer
from sessions.online_letters import client_url
from sessions.plan_letters import plan_url
from sessions.rescheduling import propose_plan
from sessions.rhythm import Rhythm
from sessions.sending import send_plan
from sessions.series import book_series
from sessions.waitlist import join_waitlist
from sessions.waitlist_letters import offer_url
p = c.make_practice("Riverside Therapy")
Practice.objects.filter(pk=p.pk).update(books_online=True, public_slug="riverside", client_change_hours=1,
                                        phone="+1 206 555 0100")
p.refresh_from_db()
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
Room.objects.create(practice=p, name="River room", position=1)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
day = clock.wall_of(timezone.now(), p.time_zone)[0] + timedelta(days=7)
while day.weekday() > 3:
    day += timedelta(days=1)
def at(hour, days=0):
    return clock.instant_of(day + timedelta(days=days), time(hour), p.time_zone)
maria = c.make_client(p, "Maria Lindqvist", "ms-relapsing-remitting", language="de")
kofi = c.make_client(p, "Kofi Mensah", language="de")
book_series(client=maria, therapist=ana, service=s, by=ana, rhythm=Rhythm(7, 6), first_starts_at=at(10))
episode = report_episode(client=maria, kind="relapse", status="confirmed", by=ana).episode
plan = send_plan(plan=propose_plan(episode=episode, by=ana), by=ana)
visit = book_appointment(client=kofi, therapist=ana, service=s, starts_at=at(15), by=ana)
entry = join_waitlist(client=kofi, service=s, by=ana)[0]
free = cancel_appointment(appointment=book_appointment(client=c.make_client(p, "Ines Moreau"), therapist=ana, service=s,
                                                       starts_at=at(13), by=ana), by=ana)
freed = FreedTime.objects.get(appointment=free)
offer = WaitlistOffer.objects.create(practice=p, freed=freed, entry=entry, client=kofi, therapist=ana, room=freed.room,
                                     starts_at=freed.starts_at, ends_at=freed.ends_at,
                                     expires_at=timezone.now() + timedelta(days=1))
path = lambda url: "/" + url.split("/", 3)[3]
print(json.dumps({"visit": path(visit_url(visit)), "plan": path(plan_url(plan)), "offer": path(offer_url(offer)),
                  "own": path(client_url(kofi))}))
"""


@pytest.fixture
def house(tmp_path: Any) -> Iterator[tuple[dict[str, str], Person]]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with (scratch_practice(tmp_path / "house", _FILL, {"DEBUG": "1"}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as made,
          browser() as chrome):
        made.serve(workers=2, port=port)
        yield made.ids, Person(chrome, base, "somebody", width=320, height=640, scripts=False, target=48)


def test_german_pages_fit_a_small_phone_and_english_is_one_press_away(house):
    ids, person = house
    for name, address in (("visit", ids["visit"]), ("not well", f"{ids['visit']}?say=unwell"),
                          ("cancel", f"{ids['visit']}cancel/"), ("plan", ids["plan"]),
                          ("plan, some", f"{ids['plan']}?say=some"), ("offer", ids["offer"]), ("own page", ids["own"])):
        person.open(address)
        person.look(f"German {name}")
        assert person.page.evaluate("document.documentElement.lang") == "de"
    person.open(ids["plan"])
    person.press(person.page.get_by_role("link", name="This page in English"))
    person.says("Do these new times suit you?")
    person.press(person.page.locator("main button[value=yes]"))
    person.says("These times are yours")
    person.press(person.page.get_by_role("link", name="Deutsch"))
    person.says("Diese Zeiten gehören Ihnen")
    person.look("German plan, accepted")
    assert not person.faults, "\n".join(person.faults)
