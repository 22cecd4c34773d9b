"""Texts from clients, in a browser: read and dealt with by the front desk in two presses; mail ended in one."""

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
from clients.models import Reply
from clients.profiles import change_client
from clients.replies.receiving import take_reply
from practice import links
from practice.hooks.receiving import Incoming
from practice.models import Room
p = c.make_practice("Riverside Therapy")
desk = c.make_member(p, "Dora Desk", "desk@riverside.example", "front_desk")
desk.user.set_password("riverside-demo")
desk.user.save()
c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
Room.objects.create(practice=p, name="River room", position=1)
maria = c.make_client(p, "Maria Lindqvist", "ms-relapsing-remitting", phone="+1 206 555 0123")
change_client(client=maria, by=desk, channels=["email", "sms"])
c.make_client(p, "Kofi Mensah", phone="+1 206 555 0124")
c.make_client(p, "Ama Mensah", phone="+1 206 555 0124")
for n, (number, words) in enumerate([
        ("+12065550123", "Running 10 minutes late, the bus again. Is that all right, or shall we find another day?"),
        ("+12065550124", "yes"), ("+12065550123", "flare since Sunday"), ("+12065550123", "STOP")]):
    take_reply(Incoming(f"SM{n}", number, "+15550100", words))
print(json.dumps({"maria": str(maria.pk), "end": links.unsubscribe_url(maria.pk)}))
"""


def test_a_text_is_read_on_today_and_done_with_in_two_presses_and_mail_ends_in_one(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path / "texts", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as scratch, \
            browser() as chrome:
        scratch.serve(workers=1, port=port)
        dora = Person(chrome, base, "Dora")
        maria = Person(chrome, base, "Maria", width=320, height=640, scripts=False, target=48)
        _deals_with_texts(dora, scratch.ids["maria"])
        maria.open(scratch.ids["end"].removeprefix(base))
        maria.look("no more mail?")
        with maria.within(1, "to end e-mail"):
            maria.press("No more e-mails")
        maria.says("Your appointments stay as they are", "Pressed by mistake?")
        maria.look("no more mail")
        assert not dora.faults + maria.faults, "\n".join(dora.faults + maria.faults)


def _deals_with_texts(dora: Person, maria: str) -> None:
    dora.open("/login/")
    dora.page.get_by_label("E-mail").fill("desk@riverside.example")
    dora.page.get_by_label("Password").fill("riverside-demo")
    dora.press("Sign in")
    dora.open("/")
    dora.says("Reply from Maria L.: “Running 10 minutes late", "Reply from +1 206-555-0124: “yes”")
    with dora.within(2, "to read a text and be done with it"):
        dora.press(dora.page.get_by_text("Running 10 minutes late"))
        dora.look("a text")
        dora.press("Done")
    dora.press(dora.page.get_by_text("Reply from +1 206-555-0124"))
    dora.look("a text of two")
    dora.press("Kofi Mensah")
    dora.says("Noted whose it is.")
    dora.open("/replies/")
    dora.look("texts")
    assert "since Sunday" not in dora.words()
    dora.open(f"/clients/{maria}/agreements/")
    dora.says("Written to by", "What they agreed to before")
    dora.look("agreements")
