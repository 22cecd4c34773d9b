"""From an empty database, with DEBUG off and no shell after the start: by the real server to a booked visit."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from practice.tests.browser import Person, browser, chromium
from practice.tests.scratch import ROOT, MailServer, Scratch, free_port
from practice.tests.sizes import size

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.skipif(not chromium(), reason="no Chromium found (apt-get install chromium)"),
]
PASSWORD = "a quiet room by the river"
START_WITHIN = 180  # seconds, from nothing: migrations, static files, three programs


@pytest.fixture
def mailbox() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def served(tmp_path: Path, mailbox: MailServer) -> Iterator[tuple[str, str]]:
    """An installation as somebody starts it for the first time: its address, and the code it prints.

    `make proofs` begins with no file at all; `make test` with empty tables, which spares the migrations.
    """
    port, said = free_port(), tmp_path / "said.txt"
    asked = {"PORT": str(port), "BASE_URL": f"http://127.0.0.1:{port}", "ALLOWED_HOSTS": "127.0.0.1",
             "EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}", "SECRET_KEY": settings.SECRET_KEY}
    scratch = Scratch(tmp_path / "data", **asked)
    if size(True, False):
        scratch.create("print('{}')")
    else:
        scratch.folder.mkdir()
        scratch.env |= {"DATABASE_URL": f"sqlite:///{scratch.folder / 'evenhand.sqlite3'}"}
    try:
        with said.open("wb") as out:
            server = subprocess.Popen([sys.executable, "manage.py", "serve"], cwd=ROOT, env=scratch.env, stdout=out,
                                      stderr=out, start_new_session=True)
        yield f"http://127.0.0.1:{port}", _code_in(said, server, port)
        server.send_signal(signal.SIGTERM)
        server.wait(30)
    finally:
        server.kill()
        scratch.destroy()


def _code_in(said: Path, server: subprocess.Popen[bytes], port: int) -> str:
    import requests

    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until and server.poll() is None:
        found = re.search(rf"Open http://127\.0\.0\.1:{port}/open/ and type this code: ([A-Z2-9-]{{14}})", said.read_text())
        try:
            if found and requests.get(f"http://127.0.0.1:{port}/healthz", timeout=20).ok:
                return found[1]
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise AssertionError(f"no code was printed, or nothing answered: {said.read_text()[-3000:]}")


def bring_clients(olivia: Person, folder: Path) -> None:
    """The people of the system before this one get in by a list; one of them comes to the first visit."""
    names = [f"{first} {last}" for last in ("Aalto", "Berg", "Costa", "Diaz", "Egan") for first in (
        "Ada", "Bo", "Cy", "Di", "Eva", "Fay", "Gus", "Hal", "Ida", "Jo")]
    rows = [f"{name};{name.replace(' ', '.').lower()}@clients.example;+1 206 555 {n:04d}"
            for n, name in enumerate(names)]
    (folder / "clients.csv").write_text("\n".join(["Name;E-mail;Phone", *rows]), encoding="cp1252")
    page = olivia.page
    olivia.press("Clients")
    page.get_by_label("Clients").check()
    page.locator("input[type=file]").set_input_files(folder / "clients.csv")
    olivia.press("Look at the list")
    olivia.press("Check the list")
    page.get_by_role("button", name="Bring in 50 clients").wait_for(timeout=60_000)
    olivia.press("Bring in 50 clients")
    page.get_by_text("50 clients brought in").first.wait_for(timeout=60_000)


def test_an_owner_opens_the_doors_without_a_shell(served, mailbox, tmp_path):
    base, code = served
    with browser() as chrome:
        olivia = Person(chrome, base, "Olivia")
        _open(olivia, code)
        _set_up(olivia, mailbox)
        bring_clients(olivia, tmp_path)
        _book(olivia)
        stranger = Person(chrome, base, "a stranger")
        stranger.open("/open/")
        assert stranger.status == 404
        stranger.says("The practice on this server is open already")
    faults = [fault for fault in olivia.faults if "status of 403" not in fault]
    assert faults == []


def _open(olivia: Person, code: str) -> None:
    page = olivia.page
    olivia.open("/")
    olivia.look("open")
    page.get_by_label("The code").fill("AAAA-AAAA-AAAA")
    olivia.press("Go on")
    olivia.says("That is not the code the server printed last.")
    page.get_by_label("The code").fill(code.lower())
    olivia.press("Go on")
    _fill(olivia, "the practice", {"Name of the practice": "Riverside Neuro"}, Country="US")
    _fill(olivia, "time zone", {}, **{"Time zone": "America/New_York"})
    page.get_by_label("I give sessions myself").check()
    _fill(olivia, "you", {"Your name": "Olivia Grant", "Your credential": "LMT 60123"})
    olivia.press(page.get_by_role("link", name="Back"))
    assert page.get_by_label("Your name").input_value() == "Olivia Grant", "back works, nothing is lost"
    olivia.press("Go on")
    _fill(olivia, "account", {"Your e-mail": "olivia@example.org", "Choose a password": PASSWORD,
                              "The same password again": PASSWORD}, press="Open the practice")
    olivia.says("Riverside Neuro is open, and you are signed in.")
    olivia.look("checklist")


def _set_up(olivia: Person, mailbox: MailServer) -> None:
    page = olivia.page
    olivia.open("/")
    olivia.says("Nothing can be booked yet, missing: hours, rooms and services")
    olivia.open("/practice/opening/")
    olivia.press("Next: Address and letterhead")
    _fill(olivia, "letterhead", {"Address": "12 Water Street\nSeattle, WA 98101", "Telephone": "+1 206 555 0100"},
          press="Save and go on")
    olivia.press("Monday to Friday, 9 to 17")
    page.get_by_label("Monday").fill("8-12, 13-20")
    olivia.press("Copy Monday to every day")
    _fill(olivia, "hours", {}, press="Save and go on")
    _fill(olivia, "rooms", {"Getting in": "step-free, hoist"}, press="Add this room", **{"name": "River room"})
    olivia.press("These are all, go on")
    _fill(olivia, "services", {}, press="Offer what is ticked, and go on")
    olivia.look("mail")
    olivia.press("Send a test to olivia@example.org")
    page.get_by_text("took it for olivia@example.org").wait_for(timeout=60_000)
    assert mailbox.to("olivia@example.org"), "what the page says is true"
    olivia.press(page.locator(".opening__ways").get_by_role("link", name="Go on"))
    olivia.look("people")
    olivia.press("I work alone")
    _fill(olivia, "holidays", {}, press="Close on these, and go on")
    olivia.look("reminders")
    olivia.press("Keep these words")
    olivia.press("Keep our name")
    olivia.press("The password is enough")
    olivia.says("10 of 12 settled", where="main")


def _book(olivia: Person) -> None:
    page = olivia.page
    olivia.open("/")
    olivia.says("Still missing: the first visit")
    olivia.press("Still missing")
    page.locator("main input[name=q]").fill("Ada Aalto")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("#id_service").select_option(label="First visit")
    olivia.press("Find open times")
    olivia.press(page.locator(".slot--best"))
    olivia.press("Book")
    olivia.says("Ada Aalto", "booked")
    olivia.open("/practice/opening/")
    olivia.says("12 of 12 settled", "Everything is there")
    olivia.open("/")
    assert "Still missing" not in olivia.words()


def _fill(olivia: Person, seen: str, typed: dict[str, str], *, press: str = "Go on", name: str = "", **chosen: Any) -> None:
    """Look at the page, fill its fields by their labels, and go on."""
    olivia.look(seen)
    page = olivia.page
    if name:
        page.locator("#id_name").fill(name)
    for label, words in typed.items():
        page.get_by_label(label).fill(words)
    for label, value in chosen.items():
        page.get_by_label(label).select_option(value)
    olivia.press(press)
