"""A second step set up and used in a browser, with an authenticator of Chromium's own; and the door with no script."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pyotp
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
from practice.models import Practice
p = c.make_practice("Riverside Therapy")
for name, email, role in (("Olga Owner", "owner", "owner"), ("Ana Alves", "ana", "therapist")):
    member = c.make_member(p, name, f"{email}@riverside.example", role)
    member.user.set_password("riverside-demo")
    member.user.save()
Practice.objects.update(second_step_for="clinical")
print(json.dumps({}))
"""
_PHONE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
          "isUserVerified": True, "automaticPresenceSimulation": True}


def test_a_second_step_is_set_up_once_and_opens_the_door_from_then_on(tmp_path: Path):
    port = free_port()
    base = f"http://localhost:{port}"
    with scratch_practice(tmp_path / "door", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="localhost,127.0.0.1") as scratch, \
            browser() as chrome:
        scratch.serve(workers=1, port=port)
        ana = Person(chrome, base, "Ana")
        phone = _with_phone(ana)
        _sets_up_a_passkey(ana)
        _comes_in_by_passkey(ana)
        _without_the_phone(ana, phone)
        plain = Person(chrome, base, "Olga without scripts", width=390, height=844, scripts=False)
        _sets_up_an_app(plain)
        _takes_a_step_away(plain)
        assert not ana.faults + plain.faults, "\n".join(ana.faults + plain.faults)


def _with_phone(ana: Person) -> Any:
    switch = ana.context.new_cdp_session(ana.page)
    switch.send("WebAuthn.enable")
    return switch, switch.send("WebAuthn.addVirtualAuthenticator", {"options": _PHONE})["authenticatorId"]


def _types_the_password(person: Person, name: str) -> None:
    person.open("/login/")
    person.page.get_by_label("E-mail").fill(f"{name}@riverside.example")
    person.page.get_by_label("Password").fill("riverside-demo")
    person.press("Sign in")


def _sets_up_a_passkey(ana: Person) -> None:
    """Nothing else opens before; afterwards ten codes, once."""
    ana.open("/login/")
    ana.look("the door")
    _types_the_password(ana, "ana")
    ana.says("First, a second step", "asks everybody who reads the record")
    ana.look("first a second step")
    ana.open("/clients/")
    ana.says("First, a second step")
    ana.press("Add a passkey")
    ana.look("a new passkey")
    ana.page.get_by_label("Name").fill("Work phone")
    ana.press("Make the passkey")
    ana.says("Your recovery codes", "shown this once")
    ana.look("recovery codes")
    ana.press("I have them")
    ana.says("Work phone", "10 of 10 left", "Chrome on Linux, here")
    ana.look("signing in")
    ana.open("/me/")
    ana.says("1 passkey")
    ana.look("your account")


def _comes_in_by_passkey(ana: Person) -> None:
    """Alone, after the password, and from under the lock."""
    _leave(ana)
    ana.press("Sign in with a passkey")
    assert ana.page.url == f"{ana.base}/"
    _leave(ana)
    _types_the_password(ana, "ana")
    ana.says("One more step, Ana Alves")
    ana.look("one more step")
    ana.press("Use your passkey")
    assert ana.page.url == f"{ana.base}/"
    ana.open("/me/")
    ana.page.locator(".rail__me summary").click()
    ana.page.get_by_role("button", name="Lock").click()
    ana.press("Use a passkey", goes=False)
    ana.page.get_by_role("heading", name="Ana Alves").wait_for()


def _without_the_phone(ana: Person, phone: Any) -> None:
    """A device that cannot tell who holds it opens nothing, and says so."""
    switch, authenticator = phone
    _leave(ana)
    switch.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    ana.press("Sign in with a passkey", goes=False)
    ana.page.get_by_text("Nothing was chosen, or it took too long").wait_for()
    switch.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})


def _sets_up_an_app(olga: Person) -> None:
    """With no script: the app's key is typed, its code is asked for at the door."""
    _types_the_password(olga, "owner")
    olga.press("Set up an app")
    olga.look("an app that shows codes")
    phone = pyotp.TOTP(olga.page.locator(".typed").inner_text().replace(" ", ""))
    olga.page.get_by_label("Code").fill(phone.now())
    olga.press("Set up")
    olga.says("Your recovery codes")
    codes = olga.page.locator(".codes .typed").all_inner_texts()
    assert len(set(codes)) == 10
    olga.context.clear_cookies()
    _types_the_password(olga, "owner")
    olga.page.get_by_label("Code").fill("000000")
    olga.press("Sign in")
    olga.says("That is not the code")
    olga.page.get_by_label("Code").fill(phone.at(int(time.time()) + 30))
    olga.press("Sign in")
    assert olga.page.url == f"{olga.base}/"
    olga.open("/me/security/passkeys/new/")
    olga.page.set_viewport_size({"width": 390, "height": 844})
    assert "Passkeys need JavaScript" in olga.page.content()


def _takes_a_step_away(olga: Person) -> None:
    """Ana's phone is gone: the owner takes her second step away, and asks again for one with a forgotten password."""
    olga.open("/practice/people/")
    olga.press("Ana Alves")
    olga.press("Signing in")
    olga.look("how somebody signs in")
    olga.press("Take the second step away")
    olga.says("signs in with the password alone now")
    for name, address in (("your password", "/me/password/"), ("your address", "/me/address/"), ("is it you", "/me/confirm/")):
        olga.open(address)
        olga.look(name)
    olga.context.clear_cookies()
    olga.open("/forgot/")
    olga.look("forgot")
    olga.page.get_by_label("E-mail").fill("owner@riverside.example")
    olga.press("Send the link")
    olga.look("a link is on its way")


def _leave(person: Person) -> None:
    person.open("/me/")
    person.page.locator(".rail__me summary").click()
    person.press(person.page.get_by_role("button", name="Sign out"))
