"""Nothing is lost, in a browser: what is typed survives two devices, half an hour offline, the lock, signing out and a
killed browser; and on a shared tablet nothing stays behind."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from notes.tests.test_draft_races import FILL, Device
from practice.tests.browser import _FLAGS, Person, browser, chromium
from practice.tests.scratch import Scratch, scratch_practice
from practice.tests.sizes import size

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.sized,
    pytest.mark.skipif(not chromium(), reason="no Chromium found (apt-get install chromium)"),
]
ANA, PASSWORD = "ana@riverside.example", "a long enough password"
KILLS, MOST = size(3, 100), size(4.0, 2.0)  # seconds lost: in `make test` other suites share the cores
# What the tests provoke on purpose: a lost connection, the lock, another device, a clock that jumps.
MEANT = re.compile(r"ERR_INTERNET_DISCONNECTED|ERR_FAILED .*draft/|Failed to fetch|htmx:error: timeout|status of (400|401|403|412|413|423|502)|answered (400|401|403|412|413|423|502)")
LEFT_BEHIND = """async () => {
    const names = (await indexedDB.databases()).map(one => one.name);
    return [...names, ...Object.values({...localStorage}), ...Object.values({...sessionStorage}), ...await caches.keys()];
}"""
ON_THE_SHELF = """() => new Promise(done => {
    const opening = indexedDB.open("evenhand");
    opening.onsuccess = () => {
        const asked = opening.result.transaction("typed").objectStore("typed").getAll();
        asked.onsuccess = () => {
            opening.result.close();
            done(asked.result.map(box => String.fromCharCode(...new Uint8Array(box.data))));
        };
    };
})"""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: Any) -> Iterator[Scratch]:
    with scratch_practice(tmp_path_factory.mktemp("drafts"), FILL) as made:
        made.ids["url"] = made.serve(workers=1)
        yield made


@pytest.fixture
def fresh(scratch: Scratch) -> Scratch:
    """The practice with Maria's note as begun."""
    scratch.sql("DELETE FROM notes_notedraft")
    scratch.sql("UPDATE notes_note SET version = 1, subjective = '', objective = '', assessment = '', plan = ''")
    scratch.sql("UPDATE practice_practice SET lock_minutes = 15")
    return scratch


@pytest.fixture
def chrome() -> Iterator[Any]:
    with browser() as running:
        yield running


def signed_in(chrome: Any, scratch: Scratch, name: str = "Ana", like: Person | None = None, **how: Any) -> Person:
    """Ana at a device, the note open, its scripts ready."""
    person = Person(chrome, scratch.ids["url"], name, like=like, **how)
    person.page.clock.install()
    if not like:
        sign_in(person)
    person.open(f"/notes/{scratch.ids['note']}/")
    return person


def sign_in(person: Person) -> None:
    person.open("/login/")
    person.page.get_by_label("E-mail").fill(ANA)
    person.page.get_by_label("Password").fill(PASSWORD)
    person.press("Sign in")


def state(person: Person) -> Any:
    return person.page.locator("[data-draft-state]")


def part(person: Person, name: str) -> Any:
    return person.page.get_by_label(name, exact=True)


def is_saved(person: Person) -> None:
    expect(state(person)).to_have_text(re.compile(r"^saved \d\d:\d\d"))


def in_the_note(scratch: Scratch, column: str = "subjective") -> str:
    """What the server holds, read by a device of its own: in the database it stands encrypted."""
    return Device(scratch.ids["url"], scratch.ids["note"], "another").text(column)


def tries(person: Person, within: int = 6_000) -> None:
    """Time passes until the sheet has tried to save, and has its answer."""
    with person.page.expect_response("**/draft/"):
        person.page.clock.run_for(within)


def comes_to_be_saved(person: Person, scratch: Scratch, **parts: str) -> None:
    """The parts of the note as the server has them, once it has had some tries' time."""
    for _ in range(10):
        person.page.clock.run_for(1_000)
        if (found := {name: in_the_note(scratch, name) for name in parts}) == parts:
            break
    assert found == parts
    is_saved(person)


def unlock(person: Person, press: str = "Unlock") -> None:
    person.page.get_by_label("Your password").fill(PASSWORD)
    person.page.get_by_role("button", name=press, exact=True).click()


def without_faults(*people: Person) -> None:
    faults = [f"{person.name}: {fault}" for person in people for fault in person.faults if not MEANT.search(fault)]
    assert not faults, "\n".join(faults)


def test_the_sheet_saves_by_itself_and_two_devices_never_write_over_each_other(chrome, fresh):
    tablet = signed_in(chrome, fresh, "the tablet")
    phone = signed_in(chrome, fresh, "the phone", like=tablet, width=390, height=844)
    part(tablet, "Subjective").fill("legs heavier")
    tablet.page.locator("input[name=row-0-minutes]").fill("999")
    tablet.page.clock.run_for(2_000)
    expect(state(tablet)).to_have_text(re.compile("is not complete yet|are not complete yet"))
    assert in_the_note(fresh) == "legs heavier"
    named = tablet.page.locator("#treatments .field__waits")
    expect(named).to_have_count(0)  # not while they are at it
    part(tablet, "Assessment").focus()
    expect(named).to_have_text(["This row says something, but not where. Choose a place, or empty the row.", "480 minutes at most."])
    tablet.look("note not complete")

    part(phone, "Plan").fill("weekly")
    phone.page.clock.run_for(2_000)
    expect(phone.page.locator("[data-draft-said]")).to_contain_text("changed on another device")
    phone.look("note changed elsewhere")
    assert (in_the_note(fresh), in_the_note(fresh, "plan")) == ("legs heavier", "")
    phone.press("Show both")
    phone.says("As it was saved meanwhile", "legs heavier")
    phone.says("What differs", "Treatment, not complete", "other number: 999")
    assert phone.status == 412 and part(phone, "Plan").input_value() == "weekly"
    phone.look("both versions", status=412)
    phone.page.clock.run_for(5_000)
    assert in_the_note(fresh, "plan") == "", "nothing is saved by itself until one of the two is chosen"
    phone.press(phone.page.locator("form button[value=save]").last)
    assert (in_the_note(fresh), in_the_note(fresh, "plan")) == ("", "weekly")

    tablet.open(f"/notes/{fresh.ids['note']}/")
    assert part(tablet, "Plan").input_value() == "weekly"
    without_faults(tablet, phone)


def test_two_tabs_that_changed_different_parts_are_taken_together(chrome, fresh):
    tablet = signed_in(chrome, fresh, "the tablet")
    phone = signed_in(chrome, fresh, "the phone", like=tablet, width=820, height=1180)
    part(tablet, "Subjective").fill("legs heavier")
    tablet.page.clock.run_for(2_000)
    is_saved(tablet)
    part(phone, "Plan").fill("weekly")
    phone.page.clock.run_for(2_000)
    phone.press("Show both")
    expect(state(phone)).to_have_text("not saved")
    beside, sheet = phone.page.locator(".note-grid__last").bounding_box(), phone.page.locator("form#note").bounding_box()
    assert beside["x"] + beside["width"] <= sheet["x"], "side by side"
    phone.press("Take both")
    is_saved(phone)
    assert (part(phone, "Subjective").input_value(), part(phone, "Plan").input_value()) == ("legs heavier", "weekly")
    assert (in_the_note(fresh), in_the_note(fresh, "plan")) == ("legs heavier", "weekly")
    without_faults(tablet, phone)


TOO_LONG = "That is more than a note holds; shorten it a little."
REFUSED = [(400, "application/problem+json", json.dumps({"detail": TOO_LONG, "code": "invalid"})),
           (413, "text/html", "<h1>Request Entity Too Large</h1>")]


@pytest.mark.parametrize("status, kind, body", REFUSED)
def test_what_is_refused_as_it_stands_is_saved_once_it_changes(chrome, fresh, status, kind, body):
    ana = signed_in(chrome, fresh)
    ana.page.wait_for_load_state("networkidle")  # the key to what is kept in the browser has come
    ana.page.route("**/draft/", lambda route: route.fulfill(status=status, content_type=kind, body=body))
    part(ana, "Subjective").fill("too long")
    ana.page.clock.run_for(2_000)
    expect(state(ana)).to_have_text("not saved")
    expect(ana.page.locator("[data-draft-said]")).to_contain_text("shorten it a little")
    expect(ana.page.get_by_role("button", name="Show both")).to_be_hidden()
    ana.page.unroute("**/draft/")
    ana.page.clock.run_for(5_000)
    assert in_the_note(fresh) == "", "the same is not sent again and again"
    ana.page.route("**/draft/", lambda route: route.fulfill(status=status, content_type=kind, body=body))
    part(ana, "Subjective").fill("still too long")
    tries(ana)
    ana.page.unroute("**/draft/")
    ana.open(f"/notes/{fresh.ids['note']}/")
    expect(part(ana, "Subjective")).to_have_value("still too long")
    assert "both versions" not in ana.page.locator("main").inner_text().lower()
    part(ana, "Subjective").fill("short")
    ana.page.clock.run_for(2_000)
    is_saved(ana)
    expect(ana.page.locator("[data-draft-said]")).to_be_hidden()
    assert in_the_note(fresh) == "short"
    without_faults(ana)


def test_half_an_hour_offline_is_typed_on_and_saved_on_return_also_through_a_crash(chrome, fresh):
    ana = signed_in(chrome, fresh)
    ana.context.set_offline(True)
    for minute in range(30):
        part(ana, "Subjective").fill(f"minute {minute}, Zwetschge")
        ana.page.clock.run_for(60_000)
    expect(state(ana)).to_have_text("offline: kept on this tablet")
    ana.press(ana.page.locator("form button[value=save]").last, goes=False)
    expect(ana.page.locator("[data-draft-said]")).to_contain_text("There is no connection")
    shelf = ana.page.evaluate(ON_THE_SHELF)
    assert len(shelf) == 1 and "Zwetschge" not in shelf[0], "sealed"
    crashed = ana.page
    ana.context.set_offline(False)
    crashed.route("**/draft/", lambda route: route.abort())  # it dies before it can save
    page = ana.tab()
    crashed.close()
    page.clock.install()
    page.goto(f"/notes/{fresh.ids['note']}/")
    expect(part(ana, "Subjective")).to_have_value("minute 29, Zwetschge")
    assert in_the_note(fresh) == "minute 29, Zwetschge"

    ana.context.set_offline(True)
    part(ana, "Plan").fill("weekly")
    page.clock.run_for(2_000)
    ana.context.set_offline(False)
    page.clock.run_for(1_000)
    is_saved(ana)
    assert in_the_note(fresh, "plan") == "weekly"
    without_faults(ana)


BAD_GATEWAY = (502, "text/html", "<h1>Bad Gateway</h1>")
SHUT = (423, "application/problem+json", json.dumps({"detail": "Locked.", "code": "locked"}))


def left_behind_offline(ana: Person, scratch: Scratch, words: str) -> Any:
    """Words typed without a connection; the tab is closed before there is one again. Answers the next tab."""
    ana.page.wait_for_load_state("networkidle")
    ana.context.set_offline(True)
    part(ana, "Subjective").fill(words)
    ana.page.clock.run_for(2_000)
    expect(state(ana)).to_have_text("offline: kept on this tablet")
    assert len(ana.page.evaluate(ON_THE_SHELF)) == 1
    ana.page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError()); }")  # its last words do not get through either
    dying, page = ana.page, ana.tab()
    dying.close()
    ana.context.set_offline(False)
    page.clock.install()
    assert in_the_note(scratch) == ""
    return page


@pytest.mark.parametrize("status, kind, body, times", [(*BAD_GATEWAY, None), (*SHUT, 1)])
def test_what_was_kept_offline_outlives_a_first_try_that_fails_and_what_is_typed_then(chrome, fresh, status, kind, body, times):
    ana = signed_in(chrome, fresh)
    page = left_behind_offline(ana, fresh, "half an hour of typing")
    page.route("**/draft/", lambda route: route.fulfill(status=status, content_type=kind, body=body), times=times)
    page.goto(f"/notes/{fresh.ids['note']}/")
    expect(part(ana, "Subjective")).to_have_value("half an hour of typing")
    page.wait_for_load_state("networkidle")
    assert len(page.evaluate(ON_THE_SHELF)) == 1 or times
    part(ana, "Plan").fill("weekly")
    page.clock.run_for(1_000)
    page.unroute("**/draft/")
    comes_to_be_saved(ana, fresh, subjective="half an hour of typing", plan="weekly")
    page.reload()
    expect(part(ana, "Plan")).to_have_value("weekly")
    assert (part(ana, "Subjective").input_value(), page.evaluate(ON_THE_SHELF)) == ("half an hour of typing", [])
    without_faults(ana)


def test_what_was_kept_offline_outlives_a_page_that_gets_no_key_to_it_at_first(chrome, fresh):
    ana = signed_in(chrome, fresh)
    page = left_behind_offline(ana, fresh, "half an hour of typing")
    for door in ("**/lock/", "**/draft/"):
        page.route(door, lambda route: route.fulfill(status=502, content_type="text/html", body="bad gateway"))
    page.goto(f"/notes/{fresh.ids['note']}/")
    page.wait_for_load_state("networkidle")
    part(ana, "Subjective").fill("and of today")
    part(ana, "Plan").fill("weekly")
    page.clock.run_for(3_000)
    assert len(page.evaluate(ON_THE_SHELF)) == 1, "its place on the shelf is not written over"
    page.unroute("**/lock/")
    page.unroute("**/draft/")
    with page.expect_response("**/lock/"):
        page.clock.run_for(8_000)
    expect(part(ana, "Subjective")).to_have_value("half an hour of typing\nand of today")
    comes_to_be_saved(ana, fresh, subjective="half an hour of typing\nand of today", plan="weekly")
    without_faults(ana)


def test_the_lock_covers_in_place_and_gives_back_every_letter(chrome, fresh):
    ana = signed_in(chrome, fresh)
    part(ana, "Subjective").fill("Zwetschge, legs heavier")
    ana.page.locator("input[name=row-0-minutes]").fill("999")
    ana.page.clock.run_for(2_000)
    expect(state(ana)).to_have_text(re.compile("saved"))
    part(ana, "Plan").press_sequentially("weekl")
    ana.page.clock.run_for(14 * 60_000)
    assert ana.page.title().startswith("Note")
    ana.page.clock.run_for(70_000)
    expect(ana.page.get_by_label("Your password")).to_be_focused()
    ana.look("locked in place")
    assert "Zwetschge" not in ana.page.content() and "Maria" not in ana.page.content() + ana.page.title()
    other = ana.context.new_page()
    assert other.goto(f"/notes/{fresh.ids['note']}/").status == 423, "locked everywhere in this browser"
    other.close()

    ana.page.get_by_label("Your password").fill("a guess")
    ana.page.get_by_role("button", name="Unlock").click()
    expect(ana.page.locator("[data-lock-says]")).to_contain_text("That is not the password")
    unlock(ana)
    expect(part(ana, "Plan")).to_be_focused()
    ana.page.keyboard.type("y")
    ana.page.clock.run_for(2_000)
    is_saved(ana)
    assert in_the_note(fresh, "plan") == "weekly" and in_the_note(fresh) == "Zwetschge, legs heavier"
    assert ana.page.locator("input[name=row-0-minutes]").input_value() == "999"
    with ana.page.expect_response("**/check/"):  # what the page could do it still can
        ana.page.locator("select[name=row-0-place]").select_option("foot:left")
    without_faults(ana)


def test_signed_out_while_typing_one_signs_in_again_in_place_and_it_is_saved(chrome, fresh):
    ana = signed_in(chrome, fresh)
    part(ana, "Subjective").fill("legs")
    ana.page.clock.run_for(2_000)
    is_saved(ana)
    fresh.sql("DELETE FROM django_session")
    part(ana, "Subjective").fill("legs heavier")
    ana.page.clock.run_for(2_000)
    expect(ana.page.locator("[data-lock-title]")).to_have_text("Signed out")
    assert in_the_note(fresh) == "legs"
    unlock(ana, "Sign in")
    expect(part(ana, "Subjective")).to_have_value("legs heavier")
    ana.page.clock.run_for(2_000)
    is_saved(ana)
    assert in_the_note(fresh) == "legs heavier"
    ana.press(ana.page.locator("form button[value=save]").last)  # the page's forms have the new session's token
    ana.says("Saved as a draft.", where="main")
    without_faults(ana)


def test_after_signing_out_nothing_stays_on_a_shared_tablet(chrome, fresh):
    ana = signed_in(chrome, fresh)
    ana.context.set_offline(True)
    part(ana, "Subjective").fill("Zwetschge")
    ana.page.clock.run_for(2_000)
    assert len(ana.page.evaluate(ON_THE_SHELF)) == 1
    ana.page.locator(".rail__me summary").click()
    leave = ana.page.locator(".rail__me").get_by_role("button", name="Sign out")
    leave.click()
    expect(ana.page.locator("[data-draft-said]")).to_contain_text("Not signed out")
    ana.context.set_offline(False)
    ana.page.route("**/draft/", lambda route: route.abort())
    with ana.page.expect_navigation(url="**/login/"):
        leave.click()
    expect(ana.page.get_by_label("E-mail")).to_be_visible()
    assert ana.page.evaluate(LEFT_BEHIND) == []
    without_faults(ana)


# --- C4: the browser is killed ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def own_chromium(folder: Path) -> Iterator[Any]:
    """A Chromium with a profile on disk, which a kill leaves behind as it lies."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(folder), executable_path=chromium(), args=list(_FLAGS), headless=True)
        try:
            yield context
        finally:
            with contextlib.suppress(Exception):
                context.close()


def kill_browser(folder: Path) -> None:
    """SIGKILL for every process of the Chromium with this profile, and for no other."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if f"--user-data-dir={folder}".encode() in (entry / "cmdline").read_bytes():
                os.kill(int(entry.name), signal.SIGKILL)


def typed_until_killed(fresh: Scratch, folder: Path, dice: random.Random, *, saves: bool) -> tuple[list[float], str]:
    """Type words, one after the other, until the kill; answers when each was typed, counted back from it, and the
    sign the words of this round carry."""
    sign = f"w{dice.randrange(10**9)}x"
    with own_chromium(folder) as context:
        page = context.pages[0]
        if not saves:
            page.route("**/draft/", lambda route: route.abort())
        page.goto(f"{fresh.ids['url']}/notes/{fresh.ids['note']}/")
        if "/login/" in page.url:
            page.get_by_label("E-mail").fill(ANA)
            page.get_by_label("Password").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url("**/notes/**")
        page.get_by_label("Subjective", exact=True).fill("")  # a hundred rounds are more than one note holds
        times, until = [], time.monotonic() + dice.uniform(2.2, size(3, 6))
        while time.monotonic() < until:
            page.keyboard.insert_text(f" {sign}{len(times)}")
            times.append(time.monotonic())
            time.sleep(dice.uniform(0.02, 0.2))
        killed = time.monotonic()
        kill_browser(folder)
    return [killed - at for at in times], sign


def lost_in(fresh: Scratch, folder: Path, rounds: int, *, saves: bool) -> list[float]:
    """For each kill, how many seconds of typing are not on the server."""
    dice, lost = random.Random(6), []
    for _ in range(rounds):
        ages, sign = typed_until_killed(fresh, folder, dice, saves=saves)
        time.sleep(0.3)  # what had left the browser by then arrives
        there = in_the_note(fresh)
        gone = [age for n, age in enumerate(ages) if not re.search(rf"{sign}{n}\b", there)]
        lost.append(max(gone, default=0.0))
    return lost


def test_a_killed_browser_loses_two_seconds_of_typing_at_most(fresh, tmp_path, record_property):
    lost = lost_in(fresh, tmp_path / "profile", KILLS, saves=True)
    record_property("figure", f"{KILLS} kills: {max(lost):.2f} s of typing lost at most, {sorted(lost)[KILLS // 2]:.2f} s in the middle")
    assert max(lost) <= MOST
    shutil.rmtree(tmp_path / "profile", ignore_errors=True)


@pytest.mark.proof
def test_without_saving_by_itself_a_killed_browser_loses_more(fresh, tmp_path, record_property):
    lost = lost_in(fresh, tmp_path / "profile", 1, saves=False)
    record_property("figure", f"{max(lost):.2f} s lost")
    assert max(lost) > 2
