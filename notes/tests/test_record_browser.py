"""A note kept private, opened with a reason, co-signed: every page of it looked at, in a browser."""

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
from notes import signing, writing
from notes.tests.conftest import SOFT, draft_of
from practice import clock
from practice.models import Room, Service
from practice.supervision import set_supervisor
from sessions.booking import book_appointment
p = c.make_practice("Riverside Therapy")
people = {"ana": "therapist", "ben": "therapist", "owner": "owner"}
for name, role in people.items():
    people[name] = c.make_member(p, {"ana": "Ana Alves", "ben": "Ben Baker", "owner": "Olga Owner"}[name],
                                 f"{name}@riverside.example", role)
    people[name].user.set_password("riverside-demo")
    people[name].user.save()
Room.objects.create(practice=p, name="River room", position=1)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
maria = c.make_client(p, "Maria Lindqvist", "ms-relapsing-remitting")
ana = set_supervisor(therapist=people["ana"], supervisor=people["ben"], by=people["owner"])
today = clock.wall_of(timezone.now(), p.time_zone)[0]
def had(days, at):
    return book_appointment(client=maria, therapist=ana, service=s, by=ana, override_reason="entered late",
                            starts_at=clock.instant_of(today - timedelta(days=days), at, p.time_zone, fold=0))
draft = draft_of(had(4, time(10)), ana, SOFT, subjective="told in confidence", visibility="author")
signed = signing.sign_note(note=draft_of(had(3, time(10)), ana, SOFT, subjective="legs heavier"), by=ana)
print(json.dumps({"draft": str(draft.pk), "signed": str(signed.pk), "maria": str(maria.pk)}))
"""


def test_the_record_is_co_signed_and_opened_with_a_reason(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path / "record", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as scratch, \
            browser() as chrome:
        scratch.serve(workers=1, port=port)
        ben = _sign_in(Person(chrome, base, "Ben"), "ben")
        _co_signs(ben, scratch.ids)
        _opens_with_a_reason(ben, scratch.ids)
        ana = _sign_in(Person(chrome, base, "Ana", width=390, height=800), "ana")
        ana.says("Maria Lindqvist", "to sign", "1 note was opened with a reason")
        ana.open("/notes/unsigned/")
        ana.look("notes that wait")
        ana.open("/notes/opened/")
        ana.look("opened with a reason")
        ana.press("Seen")
        ana.open(f"/notes/{scratch.ids['signed']}/")
        ana.says("Late entry", "Co-signed by Ben Baker", "Who read this note")
        ana.page.locator("summary", has_text="Who read this note").click()
        ana.look("a signed note of one's own")
        owner = _sign_in(Person(chrome, base, "Olga"), "owner")
        owner.says("Unsigned notes: Ana Alves 1")
        owner.open(f"/clients/{scratch.ids['maria']}/notes/")
        owner.look("notes kept from an owner")
        everybody = (ben, ana, owner)
        assert not any(person.faults for person in everybody), "\n".join(f for person in everybody for f in person.faults)


def _sign_in(person: Person, name: str) -> Person:
    person.open("/login/")
    person.page.get_by_label("E-mail").fill(f"{name}@riverside.example")
    person.page.get_by_label("Password").fill("riverside-demo")
    person.press("Sign in")
    return person


def _co_signs(ben: Person, ids: dict[str, str]) -> None:
    with ben.within(2, "to co-sign from Today"):
        ben.press("Maria Lindqvist")
        ben.look("a note to co-sign")
        ben.press("Co-sign")
    ben.says("Co-signed by Ben Baker")


def _opens_with_a_reason(ben: Person, ids: dict[str, str]) -> None:
    ben.open(f"/clients/{ids['maria']}/notes/")
    ben.press("Open with a reason")
    ben.says("This note is kept private", "Ana Alves and the owner are told at once")
    assert "confidence" not in ben.words()
    ben.press("Open the note")
    ben.look("no reason given", status=422)
    ben.page.get_by_label("Why it cannot wait").fill("She rang and cannot reach Ana")
    ben.press("Open the note")
    ben.says("told in confidence", "Opened with a reason")
    ben.look("opened for half an hour")
