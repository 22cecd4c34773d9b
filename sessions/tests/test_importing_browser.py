"""Moving in with a browser: fifty clients from a list with semicolons and old letters, then visits, then all undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from practice.tests.browser import Person, browser, chromium
from practice.tests.scratch import Scratch, free_port, scratch_practice
from sessions.tests.faults import worker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.skipif(not chromium(), reason="no Chromium found (apt-get install chromium)"),
]
_FILL = """
import json, conftest as c
from practice.models import Room, Service
p = c.make_practice("Riverside Therapy")
owner = c.make_member(p, "Olga Owner", "owner@riverside.example", "owner")
owner.user.set_password("riverside-demo")
owner.user.save()
c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
Room.objects.create(practice=p, name="Room 1", position=1)
Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
c.make_client(p, "Jörg Müller03", email="somebody@people.example")
print(json.dumps({"practice": str(p.pk)}))
"""
_RUNNING = """
from datetime import timedelta
from django.utils import timezone
from clients.models import Import
Import.objects.update(state="%s", handled=20, heard_at=timezone.now() + timedelta(%d))
"""
PEOPLE = "Nr;Vorname;Nachname;E-Mail;Erreichbar unter;Tag X;Straße;Diagnose\r\n" + "".join(
    f"{n};Jörg;Müller{n:02};{'p7(at)people.example' if n == 7 else f'p{n}@people.example'};0171 23456{n:02};"
    f"{n % 28 + 1:02}.{n % 12 + 1:02}.1960;Weg {n};MS\r\n" for n in range(1, 51))
VISITS = "Patient Nr;With;Type;Begins;Ends\n" + "".join(
    f"{n};Dr. Alves;Massage (45);2027-02-01 {8 + n:02}:00;{8 + n:02}:45\n" for n in range(1, 4))


@pytest.fixture
def scratch(tmp_path: Path):
    port = free_port()
    with scratch_practice(tmp_path / "moving", _FILL, {}, BASE_URL=f"http://127.0.0.1:{port}",
                          ALLOWED_HOSTS="127.0.0.1") as made:
        made.serve(workers=1, port=port)
        yield made


def choose(owner: Person, path: Path, kind: str) -> None:
    owner.open("/practice/moving-in/")
    owner.page.get_by_label(kind).check()
    owner.page.get_by_label("The list").set_input_files(path)
    owner.press("Look at the list")


def test_fifty_clients_and_their_visits_move_in_and_out_again(scratch: Scratch, tmp_path: Path):
    people, visits = tmp_path / "clients.csv", tmp_path / "visits.csv"
    people.write_bytes(PEOPLE.encode("cp1252"))
    visits.write_text(VISITS)
    worker(scratch)
    with browser() as chrome:
        owner = Person(chrome, scratch.env["BASE_URL"], "Olga")
        owner.open("/login/")
        owner.page.get_by_label("E-mail").fill("owner@riverside.example")
        owner.page.get_by_label("Password").fill("riverside-demo")
        owner.press("Sign in")
        owner.open("/practice/")
        owner.press("Moving in from another system")
        owner.look("the lists")
        choose(owner, people, "Clients")
        owner.look("the columns")
        owner.says("Diagnose", "They stay out")
        owner.page.get_by_label("Erreichbar unter").select_option(label="Mobile phone")
        owner.page.get_by_label("Tag X").select_option(label="Born on")
        owner.press("Check the list")
        address = owner.page.url
        owner.page.get_by_text("Checked. Nothing is brought in yet.").wait_for()
        owner.look("what was found")
        owner.says("48 clients", "p7(at)people.example", "Somebody else")
        owner.press("Somebody else")
        owner.press("Put right")
        owner.look("a row")
        owner.page.locator("#id_cell_3").fill("p7@people.example")
        owner.press("Check this row")
        owner.says("50 clients")
        owner.press("Bring in 50 clients")
        owner.page.get_by_text("50 clients brought in").wait_for()
        owner.look("brought in")
        for state, days, name in (("importing", 1, "on its way"), ("importing", -1, "not taken up")):
            scratch.python(_RUNNING % (state, days))
            owner.open(address)
            owner.look(name)
        scratch.python(_RUNNING % ("done", 1))
        choose(owner, visits, "Visits")
        owner.press("Check the list")
        owner.look("the names")
        owner.page.get_by_label("Dr. Alves").select_option(label="Ana Alves")
        owner.page.get_by_label("Massage (45)").select_option(label="Neuro 45, 45 min")
        owner.press("Check the list")
        owner.page.get_by_text("Checked. Nothing is brought in yet.").wait_for()
        owner.press("Bring in 3 visits")
        owner.page.get_by_text("3 visits brought in").wait_for()
        owner.open(address)
        owner.press("Undo: take all of them back")
        owner.page.get_by_text("3 stay because").wait_for()
        owner.look("taken back, three with visits")
        assert not owner.faults, "\n".join(owner.faults)
    assert scratch.sql("SELECT count(*) FROM clients_client") == [(4,)], "who has a visit stays"
