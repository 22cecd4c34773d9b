"""The record in a browser: a note kept private, opened with a reason, co-signed; readings over a year, and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from practice.tests.browser import Person, browser, chromium
from practice.tests.scratch import Scratch, free_port, scratch_practice

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.sized,
    pytest.mark.skipif(not chromium(), reason="no Chromium found (apt-get install chromium)"),
]
_FILL = """
import json, conftest as c
from datetime import time, timedelta
from django.utils import timezone
from notes.record import signing
from notes import writing
from notes.tests.conftest import SOFT, draft_of
from notes.tests.long_course import long_course
from practice import clock
from practice.models import Room, Service
from practice.supervision import set_supervisor
from sessions.booking import book_appointment
from sessions.holds import report_episode
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
lake = c.make_practice("Lakeside Therapy")
lea = c.make_member(lake, "Lea Lund", "lea@riverside.example", "therapist")
lea.user.set_password("riverside-demo")
lea.user.save()
Room.objects.create(practice=lake, name="Lake room", position=1)
joao = c.make_client(lake, "Joao Pereira", "ms-relapsing-remitting")
report_episode(client=joao, kind="relapse", by=lea)
long_course(joao, lea, Service.objects.create(practice=lake, name="Neuro 45", minutes=45), 30)
print(json.dumps({"joao": str(joao.pk), "draft": str(draft.pk), "signed": str(signed.pk), "maria": str(maria.pk)}))
"""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scratch]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path_factory.mktemp("record"), _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as made:
        made.serve(workers=1, port=port)
        made.ids["url"] = base
        yield made


@pytest.fixture
def chrome() -> Iterator[Any]:
    with browser() as running:
        yield running


def test_the_record_is_co_signed_and_opened_with_a_reason(scratch, chrome):
    ben = _sign_in(Person(chrome, scratch.ids["url"], "Ben"), "ben")
    _co_signs(ben, scratch.ids)
    _opens_with_a_reason(ben, scratch.ids)
    ana = _sign_in(Person(chrome, scratch.ids["url"], "Ana", width=390, height=800), "ana")
    ana.says("Maria Lindqvist", "to sign", "1 note was opened with a reason")
    ana.open("/notes/unsigned/")
    ana.look("notes that wait")
    ana.open("/notes/opened/")
    ana.look("opened with a reason")
    ana.press("Seen")
    ana.open(f"/notes/{scratch.ids['signed']}/")
    ana.says("Late entry", "Co-signed by Ben Baker", "Who read this note")
    ana.page.locator("summary", has_text="The check at signing").click()
    ana.page.locator("summary", has_text="Who read this note").click()
    ana.look("a signed note of one's own")
    owner = _sign_in(Person(chrome, scratch.ids["url"], "Olga"), "owner")
    owner.says("Unsigned notes: Ana Alves 1")
    owner.open(f"/clients/{scratch.ids['maria']}/notes/")
    owner.look("notes kept from an owner")
    everybody = (ben, ana, owner)
    assert not any(person.faults for person in everybody), "\n".join(f for person in everybody for f in person.faults)


def test_the_readings_page_is_read_at_three_widths_in_three_themes_and_printed_on_one_sheet(scratch, chrome):
    lea = _sign_in(Person(chrome, scratch.ids["url"], "Lea"), "lea")
    lea.open(f"/clients/{scratch.ids['joao']}/readings/?since=all")
    lea.says("Joao Pereira: readings", "How long sessions helped", "Left calf", "What was done, in numbers")
    lea.page.locator("main details.fold summary").first.click()
    lea.look_everywhere("readings")
    sheet = lea.page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    assert not lea.faults, "\n".join(lea.faults)


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
