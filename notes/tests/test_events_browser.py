"""What happened, and the measures of a client, in a browser: two presses with scripts and without, every theme and width."""

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
from datetime import timedelta
from django.utils import timezone
from notes import writing
from notes.beginning import begin_note
from notes.measures.mood import decide_on_mood
from practice.models import Room, Service
from sessions.booking import book_appointment
p = c.make_practice("Riverside Therapy")
owner = c.make_member(p, "Olivia Grant", "owner@riverside.example", "owner")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ana.user.set_password("riverside-demo")
ana.user.save()
Room.objects.create(practice=p, name="River room", position=1)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45)
maria = c.make_client(p, "Maria Lindqvist", "ms")
decide_on_mood(practice=p, is_asked=True, what_we_do="Ana rings Dr Okafor the same day.", by=owner)
begins = (timezone.now() - timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
visit = book_appointment(client=maria, therapist=ana, service=s, by=ana, starts_at=begins, override_reason="late")
note = begin_note(appointment=visit, by=ana)[0]
print(json.dumps({"maria": str(maria.pk), "note": str(note.pk)}))
"""


def test_two_presses_log_what_happened_and_the_measures_pages_have_no_fault(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path / "events", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as scratch, \
            browser() as chrome:
        scratch.serve(workers=1, port=port)
        ana = Person(chrome, base, "Ana")
        ana.open("/login/")
        ana.page.get_by_label("E-mail").fill("ana@riverside.example")
        ana.page.get_by_label("Password").fill("riverside-demo")
        ana.press("Sign in")
        _logs(ana, scratch.ids["note"])
        plain = Person(chrome, base, "Ana without scripts", scripts=False, like=ana, width=390, height=844)
        plain.open(f"/notes/{scratch.ids['note']}/")
        plain.press("Stopped")
        plain.look("a stop without scripts", status=200)
        plain.says("Because of")
        plain.press("Save draft")
        plain.says("Saved as a draft")
        _measures(ana, scratch.ids["maria"], scratch.ids["note"])
        assert not ana.faults + plain.faults, "\n".join(ana.faults + plain.faults)


def _logs(ana: Person, note: str) -> None:
    ana.open(f"/notes/{note}/")
    with ana.within(2, "log a spasm"):
        ana.press("Spasm", goes=False)
        ana.page.locator("[name=event-0-kind]").wait_for(state="attached")
        ana.press("Save draft")
    ana.says("Saved as a draft", "reciprocal inhibition or contract-relax")
    ana.page.get_by_text("More measures").click()
    ana.page.get_by_text("More about it").click()
    ana.look("a spasm logged")


def _measures(ana: Person, maria: str, note: str) -> None:
    ana.open(f"/notes/{note}/ask/1/")
    ana.look("questions")
    for i in range(7):
        ana.page.locator(f"#id_q{i}_2").check()
    ana.press("Save answers")
    ana.says("GAD-7 is 14", "Ana rings Dr Okafor")
    ana.open(f"/clients/{maria}/measures/")
    ana.page.get_by_label("In the client’s own words").fill("Walk down to the river and back")
    ana.press("Add goal")
    ana.look("goals and measures")
    ana.open("/practice/mood/")
    ana.look("questions about mood")
    ana.says("Ana rings Dr Okafor")
