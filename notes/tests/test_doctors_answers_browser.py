"""The doctor's side in a browser: opened and answered on a small phone without scripts; accepted by the therapist."""

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
from clients.clearances import Terms
from clients.models import Consent, Doctor
from notes.sharing import sharing
from notes.summaries import summaries
from notes.doctors.requests import compose_request
from practice import clock
from practice.models import Room, Service
from sessions import holds
from sessions.booking import book_appointment
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ana.user.set_password("riverside-demo")
ana.user.save()
Room.objects.create(practice=p, name="River room", position=1)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
today = clock.wall_of(timezone.now(), p.time_zone)[0]
maria = c.make_client(p, "Maria Lindqvist", "ms-relapsing-remitting")
doctor = Doctor.objects.create(practice=p, name="Dr Adaeze Okafor", phone="+1 206 555 0142")
day = next(d for d in (today + timedelta(days=n) for n in range(2, 9)) if d.weekday() < 5)
book_appointment(client=maria, therapist=ana, service=s, by=ana,
                 starts_at=clock.instant_of(day, time(10), p.time_zone))
holds.report_episode(client=maria, kind="relapse", onset_on=today, status="confirmed", by=ana)
made = compose_request(client=maria, doctor=doctor, by=ana, scope="relapse", terms=Terms(max_pressure=2, minutes=45),
                       questions="Clear Maria for gentle work after her relapse?")
made = summaries.sign_summary(summary=made, by=ana)
consent = Consent.objects.create(practice=p, client=maria, doctor=doctor, text_version="1", given_by="Maria",
                                 how="in person", given_on=today)
share = sharing.share_summary(summary=made, doctor=doctor, consent=consent, by=ana)
print(json.dumps({"url": share.url, "code": share.code, "client": str(maria.pk)}))
"""


def test_a_doctor_opens_and_answers_in_four_acts_and_the_plan_is_ready(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path / "answer", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as scratch, \
            browser() as chrome:
        scratch.serve(workers=1, port=port)
        doctor = Person(chrome, base, "the doctor", width=320, height=640, scripts=False, target=48)
        ana = Person(chrome, base, "Ana")
        with doctor.within(4, "to read and answer"):
            doctor.open(scratch.ids["url"].removeprefix(base))
            doctor.keys(scratch.ids["code"], "Enter")
            doctor.says("What is asked", "Clear Maria for gentle work after her relapse?", "pressure 2 at most")
            doctor.look("doctor's page")
            _choose(doctor, "Clearance granted")
            assert doctor.page.get_by_label("Minutes at most").input_value() == "45"
            doctor.page.get_by_label("Your name").focus()
            doctor.keys("Dr Adaeze Okafor", "Enter")
            doctor.says("Thank you, your answer was sent", "pressure 2 at most, 45 minutes at most")
        doctor.look("doctor's answer sent")
        _others(doctor)
        _accepts(ana)
        assert not ana.faults + doctor.faults, "\n".join(ana.faults + doctor.faults)
        assert not doctor.context.cookies()


def _choose(person: Person, answer: str) -> None:
    person.presses += 1
    person.page.locator("label.choice", has_text=answer).click()


def _others(doctor: Person) -> None:
    """Each answer shows what belongs to it; what is missing is said at its field."""
    doctor.press("Back to the letter")
    doctor.says("Answered so far")
    assert not doctor.page.get_by_label("Number to ring").is_visible()
    _choose(doctor, "Please call me")
    assert doctor.page.get_by_label("Number to ring").is_visible()
    assert not doctor.page.get_by_label("Pressure at most").is_visible()
    doctor.page.get_by_label("Your name").fill("Dr Adaeze Okafor")
    doctor.press("Send the answer")
    doctor.says("Not sent yet", "Write the number to ring.")
    doctor.look("doctor's answer to put right", status=422)
    doctor.page.get_by_label("Number to ring").fill("+1 206 555 0142")
    doctor.press("Send the answer")
    doctor.says("Ana Alves will ring you.", "All your answers")


def _accepts(ana: Person) -> None:
    ana.open("/login/")
    ana.page.get_by_label("E-mail").fill("ana@riverside.example")
    ana.page.get_by_label("Password").fill("riverside-demo")
    ana.press("Sign in")
    ana.says("Maria Lindqvist: Dr Adaeze Okafor answered, clearance with limits",
             "Maria Lindqvist: Dr Adaeze Okafor answered, asks to be rung")
    ana.press(ana.page.get_by_text("answered, clearance with limits"))
    ana.says("Clearance granted (MS relapse): pressure 2 at most", "+1 206 555 0142", "not who they are")
    ana.look("a doctor's answer")
    ana.press("Accept")
    ana.says("Accepted: Ana Alves", "A return plan is ready", "Nothing has moved yet.")
    ana.look("a doctor's answer, accepted")
    ana.press("Look at the plan")
    ana.says("Maria Lindqvist")
    ana.open("/")
    ana.press(ana.page.get_by_text("asks to be rung"))
    ana.look("a doctor asks to be rung")
    ana.press("Rung, done")
    ana.says("Rung, done: Ana Alves")
