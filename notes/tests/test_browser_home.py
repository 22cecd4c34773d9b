"""What is done at home, in a browser: a client on a small phone without scripts, and the therapist who gave it."""

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
from clients.recording import record_finding
from notes.home.link import home_url
from notes.home.programmes import ItemInput, assign_programme
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ana.user.set_password("riverside-demo")
ana.user.save()
maria = c.make_client(p, "Maria Lindqvist", "ms-relapsing-remitting", phone="+1 206 555 0111")
assign_programme(client=maria, by=ana, items=[
    ItemInput("release-tight-muscle", "calf:left"),
    ItemInput(name="Donaudampfschifffahrtsgesellschaftskapitaensuebung", steps="Sit.\\nTurn.", remark="Slowly, with the stick.")])
record_finding(client=maria, finding="hypersensitive", places=[("arm", "left")], by=ana)
print(json.dumps({"url": home_url(maria), "client": str(maria.pk)}))
"""


def test_a_client_ticks_what_was_done_and_the_therapist_sees_and_changes_it(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path / "home", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as scratch, \
            browser() as chrome:
        scratch.serve(workers=1, port=port)
        maria = Person(chrome, base, "Maria", width=320, height=640, scripts=False, target=48)
        ana = Person(chrome, base, "Ana")
        _ticks(maria, scratch.ids["url"].removeprefix(base))
        _changes(ana, f"/clients/{scratch.ids['client']}/home-programme/")
        maria.open(scratch.ids["url"].removeprefix(base))
        maria.says("Tap with soft fists")
        assert not ana.faults + maria.faults, "\n".join(ana.faults + maria.faults)


def _ticks(maria: Person, url: str) -> None:
    maria.open(url)
    maria.look("at home")
    with maria.within(1, "to say that it is done"):
        maria.press("Done today")
    maria.says("Not done after all")
    maria.look("at home, done")
    maria.press("Not done after all")
    maria.press("Done today")
    maria.open("/h/nonsense/")
    maria.look("no such page", status=404)


def _changes(ana: Person, url: str) -> None:
    ana.open("/login/")
    ana.page.get_by_label("E-mail").fill("ana@riverside.example")
    ana.page.get_by_label("Password").fill("riverside-demo")
    ana.press("Sign in")
    ana.open(url)
    ana.says("Release a tight muscle: left calf", "1 of 7 days")
    ana.look("home programme")
    ana.page.get_by_label("Tap with soft fists").check()
    ana.press("Assign as version 2")
    ana.says("Tap with soft fists", "touch hurts", "Write why it is right all the same.")
    ana.look("home programme, refused", status=409)
    ana.page.locator("#id_tap-with-soft-fists-reason").fill("The right side only.")
    ana.press("Assign as version 2")
    ana.says("Assigned.", "Version 2")
