"""How it was after a visit, in a browser: answered on a small phone without scripts, read in the note of the next one."""

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
from notes.follow_ups.asking import ask_after_visits
from notes.follow_ups.letters import follow_up_url
from notes.models import FollowUp
from notes.beginning import begin_note
from practice import clock
from practice.models import Room, Service
from sessions.booking import book_appointment, complete
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ana.user.set_password("riverside-demo")
ana.user.save()
Room.objects.create(practice=p, name="River room", position=1)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
today = clock.wall_of(timezone.now(), p.time_zone)[0]
ines = c.make_client(p, "Ines Moreau", "migraine", phone="+1 206 555 0111")
book = dict(client=ines, therapist=ana, service=s, by=ana, override_reason="entered late")
at = lambda days: clock.instant_of(today + timedelta(days=days), time(10), p.time_zone)
visit = book_appointment(starts_at=at(-4), **book)
complete(appointment=visit, by=ana)
assert ask_after_visits() == 1
note, _ = begin_note(appointment=book_appointment(starts_at=at(1), **book), by=ana)
print(json.dumps({"url": follow_up_url(FollowUp.objects.select_related("practice").get()), "note": str(note.pk), "client": str(ines.pk)}))
"""


def test_five_taps_say_how_it_was_and_the_next_note_knows_it(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path / "after", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as scratch, \
            browser() as chrome:
        scratch.serve(workers=1, port=port)
        ana = Person(chrome, base, "Ana")
        ines = Person(chrome, base, "Ines", width=320, height=640, scripts=False, target=48)
        ines.open(scratch.ids["url"].removeprefix(base))
        ines.look("how was it")
        with ines.within(5, "to say how it was"):
            _tap(ines, "Were you sore afterwards?", "Clearly")
            _tap(ines, "For how long were you sore?", "Two days")
            _tap(ines, "Were you heavy or very tired", "No")
            _tap(ines, "For how long did the visit help?", "It still helps")
            ines.press("Send")
        ines.says("You said: sore 2 days, not heavy, still helped after 4 days.")
        ines.look("how it was, answered")
        ines.page.locator("summary", has_text="Change your answers").click()
        _tap(ines, "Were you sore afterwards?", "Very")
        ines.press("Send the change")
        ines.says("very sore", "Call the emergency number now")
        ines.look("how it was, worrying")
        ines.press("Do not ask me after visits any more")
        ines.says("You are not asked after visits any more.")
        _reads_it(ana, scratch.ids)
        assert not ana.faults + ines.faults, "\n".join(ana.faults + ines.faults)


def _tap(person: Person, question: str, answer: str) -> None:
    person.presses += 1
    person.page.locator("fieldset", has_text=question).locator("label", has_text=answer).first.click()


def _reads_it(ana: Person, ids: dict[str, str]) -> None:
    ana.open("/login/")
    ana.page.get_by_label("E-mail").fill("ana@riverside.example")
    ana.page.get_by_label("Password").fill("riverside-demo")
    ana.press("Sign in")
    ana.press(ana.page.get_by_text("Look at Ines Moreau’s answer"))
    ana.says("Between visits", "very sore 2 days")
    ana.look("client, between visits")
    ana.press("Seen")
    ana.open(f"/notes/{ids['note']}/")
    ana.says("After the last visit: very sore 2 days", "By link, not confirmed: still helped after 4 days")
    ana.look("note, after the last visit")
