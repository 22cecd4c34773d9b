"""Changing the words of a message in a browser: seen as one types, and all of it with no script at all."""

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
p = c.make_practice("Riverside Therapy")
owner = c.make_member(p, "Olga Owner", "owner@riverside.example", "owner")
owner.user.set_password("riverside-demo")
owner.user.save()
print(json.dumps({}))
"""


def test_a_text_is_seen_as_it_is_typed_and_saved_without_any_script_too(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path / "words", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as scratch, \
            browser() as chrome:
        scratch.serve(workers=1, port=port)
        olga = Person(chrome, base, "Olga")
        _signs_in(olga)
        _types(olga)
        plain = Person(chrome, base, "Olga without scripts", width=390, height=844, scripts=False)
        _signs_in(plain)
        _presses(plain)
        assert not olga.faults + plain.faults, "\n".join(olga.faults + plain.faults)


def _signs_in(olga: Person) -> None:
    olga.open("/login/")
    olga.page.get_by_label("E-mail").fill("owner@riverside.example")
    olga.page.get_by_label("Password").fill("riverside-demo")
    olga.press("Sign in")


def _types(olga: Person) -> None:
    """A variable is put in by a press, the preview follows, and what would be refused is said before it is saved."""
    olga.open("/practice/messages/words/")
    olga.says("Whom messages come from", "To clients: about their visits", "The name says what you do")
    olga.look("the words of messages")
    olga.press("Booking confirmation")
    olga.look("the words of one message")
    olga.page.get_by_label("Subject").fill("See you ")
    olga.press("{visit}", goes=False)
    olga.page.locator("#preview", has_text="See you Tue 24 Nov, 10:30").wait_for()
    olga.page.get_by_label("SMS").fill("Come, {vist}")
    olga.page.locator("#preview", has_text="Did you mean {visit}?").wait_for()
    olga.press("Save")
    olga.says("Not saved yet", "{vist} is not known here.")
    olga.look("words refused", status=400)


def _presses(olga: Person) -> None:
    """The same text in German, looked at, saved, and put back."""
    olga.open("/practice/messages/words/booked/?language=de")
    olga.page.get_by_label("Subject").fill("Bis bald: {visit}")
    olga.press("Preview")
    olga.says("Bis bald: Di. 24. Nov., 10:30", "of 160 characters, 1 part")
    olga.press("Save")
    olga.says("Saved. It holds from now on", "These are your own words.")
    olga.look("own words in German")
    olga.press("Back to our words")
    olga.says("Back to our words.", "Ihr Termin ist gebucht: Di. 24. Nov., 10:30")
