"""The log of messages in a browser: found, rung and noted by the desk without scripts; a client says no to recalls."""

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
from practice.models import Message, Room, Service
from sessions.booking import book_appointment, complete
from sessions.recall_letters import no_url
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
dora = c.make_member(p, "Dora Desk", "desk@riverside.example", "front_desk")
dora.user.set_password("riverside-demo")
dora.user.save()
Room.objects.create(practice=p, name="River room", position=1)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
day = clock.wall_of(timezone.now(), p.time_zone)[0] + timedelta(days=10)
while day.weekday() > 4:
    day += timedelta(days=1)
joao, kofi = c.make_client(p, "Joao Pereira", phone="+1 206 555 0111"), c.make_client(p, "Kofi Mensah")
visit = book_appointment(client=joao, therapist=ana, service=s, by=ana,
                         starts_at=clock.instant_of(day, time(10), p.time_zone))
lost = Message.objects.get(rule="Reminder 7 days before.")
Message.objects.filter(pk=lost.pk).update(state="failed", attempts=12, why="The mail server could not be reached.")
now, many = timezone.now(), []
for n in range(50):
    many.append(Message(practice=p, kind="reminder", subject_id=p.pk, start_version=str(n), to_address="x@clients.example",
                        to_name=f"Somebody {n}", due_at=now - timedelta(hours=n), sent_at=now, state="sent",
                        why="Reminder 2 days before."))
Message.objects.bulk_create(many)
before = day - timedelta(days=21)
complete(appointment=book_appointment(client=kofi, therapist=ana, service=s, by=ana, override_reason="entered late",
                                      starts_at=clock.instant_of(before, time(10), p.time_zone)), by=ana)
print(json.dumps({"joao": str(joao.pk), "visit": str(visit.pk), "lost": str(lost.pk), "no": no_url(kofi)}))
"""


def test_the_desk_finds_rings_and_notes_and_a_client_says_no(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path / "log", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as scratch, \
            browser() as chrome:
        scratch.serve(workers=1, port=port)
        dora = Person(chrome, base, "Dora", scripts=False)
        kofi = Person(chrome, base, "Kofi", width=320, height=640, scripts=False, target=48)
        dora.open("/login/")
        dora.page.get_by_label("E-mail").fill("desk@riverside.example")
        dora.page.get_by_label("Password").fill("riverside-demo")
        dora.press("Sign in")
        _rings(dora)
        _searches(dora)
        _looks_around(dora, scratch.ids)
        _says_no(kofi, scratch.ids["no"].removeprefix(base))
        dora.open("/without-next-visit/")
        dora.look("without a next visit, said no")
        dora.says("Kofi Mensah", "They asked not to be written to about this.")
        dora.press("Leave")
        dora.says("Kofi Mensah is left alone.")
        assert not dora.faults + kofi.faults, "\n".join(dora.faults + kofi.faults)


def _rings(dora: Person) -> None:
    dora.press("1 message did not arrive")
    dora.look("not delivered")
    dora.says("Joao Pereira", "+1 206 555 0111", "The mail server could not be reached.", "Send again")
    dora.press("Rung, told them")
    dora.says("Noted: they were told.", "Nobody is to be rung.")
    dora.look("not delivered, nobody")
    dora.press("Those dealt with")
    dora.look("dealt with")
    dora.says("Dora Desk told them by phone")


def _searches(dora: Person) -> None:
    dora.press("Sent")
    dora.look("sent")
    dora.press("Earlier")
    dora.look("sent, earlier")
    dora.says("Somebody 45")
    dora.press("Later")
    dora.says("Somebody 0")
    dora.page.get_by_label("Client, address or phone").fill("somebody 4")
    dora.press("Find")
    dora.says("Somebody 44")
    dora.page.get_by_text("Kind, day, way").click()
    dora.look("sent, searched")
    dora.open("/messages/?view=not-sent")
    dora.look("not sent")
    dora.open("/messages/")
    dora.look("coming")


def _looks_around(dora: Person, ids: dict[str, str]) -> None:
    for address, name in ((f"/messages/{ids['lost']}/", "one message"), (f"/clients/{ids['joao']}/messages/", "their messages"),
                          (f"/appointments/{ids['visit']}/", "a visit"), ("/without-next-visit/", "without a next visit"),
                          ("/practice/what-i-am-told/", "what I am told")):
        dora.open(address)
        dora.look(name)


def _says_no(kofi: Person, address: str) -> None:
    kofi.open(address)
    kofi.look("rather not")
    kofi.press("Do not remind me of this")
    kofi.look("not any more")
    kofi.says("We do not write to you about this any more.")
