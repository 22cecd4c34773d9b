"""A letter on its way in a browser: from the signed note to sent, every other way out, and the client's own copy."""

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
from clients.models import ClientDoctor, Consent, Doctor
from notes.copies.copies import compose_copy, copy_url, sign_copy
from notes.tests.conftest import sign
from practice import clock
from practice.models import Room, Service
from sessions.booking import book_appointment
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ana.user.set_password("riverside-demo")
ana.user.save()
Room.objects.create(practice=p, name="River room", position=1)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
today = clock.wall_of(timezone.now(), p.time_zone)[0]
maria = c.make_client(p, "Maria Lindqvist", "ms-relapsing-remitting")
c.numb(maria)
doctor = Doctor.objects.create(practice=p, name="Dr Adaeze Okafor", email="okafor@hospital.example", phone="+1 206 555 0142")
ClientDoctor.objects.create(practice=p, client=maria, doctor=doctor)
for days in (9, 2):
    starts = clock.instant_of(today - timedelta(days=days), time(10), p.time_zone)
    visit = book_appointment(client=maria, therapist=ana, service=s, starts_at=starts, by=ana, override_reason="entered late")
    note = sign(visit, ana, subjective="Legs heavier.", pain=(6, 4))
Consent.objects.create(practice=p, client=maria, doctor=doctor, text_version="1", given_by="Maria", how="in person",
                       given_on=today - timedelta(days=20))
copy = compose_copy(client=maria, first=today - timedelta(days=60), last=today, by=ana)
copy = sign_copy(copy=copy, expected_version=copy.version, by=ana)
print(json.dumps({"note": str(note.pk), "client": str(maria.pk), "own": copy_url(copy)}))
"""


def test_a_letter_goes_in_three_clicks_on_any_way_and_the_client_keeps_a_copy(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path / "letters", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1",
                          SECURE_MAIL_URL="submission://127.0.0.1:1") as scratch, browser() as chrome:
        scratch.serve(workers=1, port=port)
        ana = Person(chrome, base, "Ana")
        doctor = Person(chrome, base, "the doctor", width=320, height=640, scripts=False, target=48)
        maria = Person(chrome, base, "Maria", width=320, height=640, scripts=False, target=48)
        letter, url, code = _sent(ana, scratch.ids["note"])
        _read_and_answered(doctor, url.removeprefix(base), code)
        _other_ways(ana, letter)
        _doctor_corrected(ana, letter)
        ana.open(f"/clients/{scratch.ids['client']}/disclosures/")
        ana.says("By link and code", "By fax", "By post", "As an encrypted PDF", "By secure e-mail")
        ana.look("what went to whom")
        _keeps(maria, scratch.ids["own"].removeprefix(base))
        faults = ana.faults + doctor.faults + maria.faults
        assert not faults, "\n".join(faults)


def _sent(ana: Person, note: str) -> tuple[str, str, str]:
    """From the signed note to the letter on its way; the agreement stands already."""
    ana.open("/login/")
    ana.page.get_by_label("E-mail").fill("ana@riverside.example")
    ana.page.get_by_label("Password").fill("riverside-demo")
    ana.press("Sign in")
    ana.open(f"/notes/{note}/")
    with ana.within(3, "from the signed note to sent"):
        ana.press("Summary for Dr Adaeze Okafor")
        ana.says("Exactly what Dr Adaeze Okafor will read", "Sensation, then and now", "Nothing is asked")
        ana.press("Sign")
        letter = ana.page.url.split("#")[0]
        ana.press("Share")
    ana.says("The link is on its way by e-mail.", "Give the code by phone")
    ana.look("a letter shared")
    return letter, ana.words("code"), ana.words("p.code")


def _read_and_answered(doctor: Person, url: str, code: str) -> None:
    with doctor.within(4, "to read and answer"):
        doctor.open(url)
        doctor.keys(code, "Enter")
        doctor.says("Maria Lindqvist", "Sensation, then and now", "reduced sensation")
        doctor.look("doctor's page with the map")
        doctor.presses += 1
        doctor.page.locator("label.choice", has_text="I have read it").click()
        doctor.page.get_by_label("Your name").focus()
        doctor.keys("Dr Adaeze Okafor", "Enter")
    doctor.says("Thank you, your answer was sent")


def _other_ways(ana: Person, letter: str) -> None:
    for way, typed, words in (
        ("By fax", {"to_address": "+1 206 555 0199"}, "Print it and fax it"),
        ("By post", {"to_address": "1 Hill Street\nSeattle"}, "Print it and post it"),
        ("As an encrypted PDF", {"reason": "Their clinic blocks links."}, "Tell the password by phone"),
        ("By secure e-mail", {}, "through the secure mail gateway"),
    ):
        ana.open(letter)
        ana.press(ana.page.locator("#otherwise summary"), goes=False)
        for name, value in typed.items():
            ana.page.locator(f"#otherwise [name={name}]").fill(value)
        ana.page.locator("#otherwise label.choice", has_text=way).click()
        ana.press("Send it this way")
        ana.says(words)
        ana.look(way)


def _doctor_corrected(ana: Person, letter: str) -> None:
    ana.open(letter)
    ana.press("Another address or number")
    ana.look("how a doctor is reached")
    ana.page.get_by_label("Fax").fill("+1 206 555 0143")
    ana.press("Save")
    assert ana.page.url == f"{letter}#share"
    ana.says("Noted how Dr Adaeze Okafor is reached.")


def _keeps(maria: Person, own: str) -> None:
    maria.open(own)
    maria.look("a client's own copy, closed")
    maria.press("Read it")
    maria.says("You came 2 times", "You may not notice heat")
    maria.look("a client's own copy")
