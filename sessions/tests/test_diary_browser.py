"""The diary by hand in a browser: a visit dragged, carried by keys, moved by buttons; booked in three acts; undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from practice.tests.browser import Person, browser, chromium
from practice.tests.scratch import free_port, scratch_practice
from practice.tests.sizes import size

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.sized,
    pytest.mark.skipif(not chromium(), reason="no Chromium found (apt-get install chromium)"),
]
_HOURS = ".diary__hours li"
_FILL = """
import json, conftest as c
from datetime import time, timedelta
from django.utils import timezone
from clients.models import Contact
from practice import clock
from practice.models import Room, Service
from sessions.booking import book_appointment
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ben = c.make_member(p, "Ben Baker", "ben@riverside.example", "therapist")
ana.user.set_password("riverside-demo")
ana.user.save()
for n, name in enumerate(("River room", "Garden room")):
    Room.objects.create(practice=p, name=name, position=n)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
day = clock.wall_of(timezone.now(), p.time_zone)[0] + timedelta(days=3)
while day.weekday() > 4:
    day += timedelta(days=1)
for name, at in (("Maria Lindqvist", time(9)), ("Kofi Mensah", time(10)), ("Ines Moreau", time(11))):
    book_appointment(client=c.make_client(p, name), therapist=ana, service=s, by=ana,
                     starts_at=clock.instant_of(day, at, p.time_zone))
from clients.models import Client
maria = Client.objects.get(name="Maria Lindqvist")
Contact.objects.create(practice=p, client=maria, role="transport", name="Taxi Lind")
print(json.dumps({"day": day.isoformat()}))
"""


def test_a_visit_is_dragged_carried_by_keys_and_moved_by_buttons_each_once(tmp_path: Path):
    port = free_port()
    with (
        scratch_practice(tmp_path / "diary", _FILL, {}, BASE_URL=f"http://127.0.0.1:{port}", ALLOWED_HOSTS="127.0.0.1",
                         MESSAGE_GRACE_SECONDS="180") as scratch,
        browser() as chrome,
    ):
        scratch.serve(workers=1, port=port)
        ana, day = Person(chrome, f"http://127.0.0.1:{port}", "Ana"), scratch.ids["day"]
        ana.open("/login/")
        ana.page.get_by_label("E-mail").fill("ana@riverside.example")
        ana.page.get_by_label("Password").fill("riverside-demo")
        ana.press("Sign in")
        address = f"/diary/?on={day}&view=day&by=therapist"

        def stands(name):
            return scratch.sql("SELECT a.wall_time, u.name, a.sequence FROM therapy_sessions_appointment a JOIN "
                               "clients_client c ON c.id = a.client_id JOIN practice_membership m ON "
                               "m.id = a.therapist_id JOIN practice_user u ON u.id = m.user_id "
                               f"WHERE c.name = '{name}'")

        def is_at(name, time, therapist):
            rows = [(str(at)[:5], who, moves) for at, who, moves in stands(name)]
            assert rows == [(time, therapist, 1)], rows

        for query in ("view=week", "view=month", "view=week&therapist=everyone", "view=day&by=room")[:size(2, 4)]:
            ana.open(f"/diary/?on={day}&{query}")
            ana.look(query)
        _drag(ana, address)
        is_at("Maria Lindqvist", "13:00", "Ben Baker")
        _carry(ana)
        is_at("Kofi Mensah", "10:15", "Ben Baker")
        _press(ana)
        is_at("Ines Moreau", "10:45", "Ana Alves")
        ana.press("Undo")
        ana.says("11:00: taken back, nothing was sent")
        _book(ana, address)
        assert not ana.faults, "\n".join(ana.faults)


def _piece(ana, name):
    return ana.page.locator("[data-move]", has_text=name).locator(".diary-visit")


def _drag(ana, address):
    """By mouse to 13:00 in Ben's column, past the warning about the taxi; let go elsewhere and Escape leaves it."""
    ana.open(address)
    ana.look("day")
    assert len(set(ana.page.eval_on_selector_all(_HOURS, "all => all.map(e => e.offsetHeight)"))) == 1
    page, there = ana.page, ana.page.locator(".diary__body[data-title='Ben Baker'] a.diary-open[href*='13%3A00']")
    there.scroll_into_view_if_needed()
    start, end = _piece(ana, "Maria").bounding_box(), there.bounding_box()
    page.mouse.move(start["x"] + 30, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 40, steps=3)
    page.mouse.move(end["x"] + 30, end["y"] + 10, steps=3)
    page.mouse.up()
    page.locator("dialog[open]").wait_for()
    ana.says("Transport is booked ahead: Taxi Lind", "13:00", "Ben Baker", where="dialog")
    ana.look("look at a move")
    page.keyboard.press("Escape")
    assert _piece(ana, "Maria").evaluate("e => e === document.activeElement")
    page.mouse.move(start["x"] + 30, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 30, end["y"] + 10, steps=5)
    page.mouse.up()
    page.locator("dialog[open]").wait_for()
    ana.keys("Enter")  # Move has the focus
    ana.says("Maria Lindqvist", "13:00: moved.", "Undo")


def _carry(ana):
    """From piece to piece by arrows, picked up with m, a quarter later, a column on, put down with Enter."""
    page = ana.page
    page.locator(".diary").focus()
    for key in ("ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    while "Kofi" not in page.evaluate("document.activeElement.textContent"):
        page.keyboard.press("ArrowDown")
    for key in ("m", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert page.locator("[data-say]").inner_text() == "Kofi Mensah: 10:15, Ben Baker"
    page.keyboard.press("Escape")
    assert page.locator(".diary-drop").count() == 0
    for key in ("m", "ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.locator("dialog[open] button[autofocus]").wait_for()
    ana.keys("Enter")
    ana.says("Kofi Mensah", "10:15: moved.")


def _press(ana):
    """Picked up by its button, a quarter earlier by another, without a key or a drag."""
    ana.press(ana.page.locator("[data-move]", has_text="Ines").locator(".diary-move"))
    ana.says("Moving Ines Moreau")
    if size(False, True):
        ana.look("a visit picked up")
    ana.press("15 minutes earlier", goes=False)
    ana.page.locator("dialog[open]").wait_for()
    ana.press(ana.page.locator("dialog .button--primary"))
    ana.says("Ines Moreau", "10:45: moved.")


def _book(ana, address):
    """A known client in three acts; the keys lead between views."""
    ana.open(address)
    with ana.within(3, "to book a known client"):
        ana.press(ana.page.locator("a.diary-open[href*='14%3A30']").first)
        ana.keys("mar", "Enter")
        ana.page.locator("button:focus", has_text="Book").wait_for()
        ana.keys("Enter")
    ana.says("Maria Lindqvist", "14:30: booked.")
    ana.open(address)
    ana.keys("w")
    assert "view=week" in ana.page.url
    ana.keys("n")
    ana.says("For whom?")
