"""The sheet in a browser, as with oiled hands: a repeat visit charted by taps alone, words that grow, the body map."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from practice.tests.browser import Person, browser, chromium
from practice.tests.scratch import free_port, scratch_practice

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.sized,
    pytest.mark.skipif(not chromium(), reason="no Chromium found (apt-get install chromium)"),
]
_FILL = """
import json, conftest as c
from datetime import timedelta
from django.utils import timezone
from notes.record import signing
from notes import writing
from notes.beginning import begin_note
from notes.snippets import keep_snippet
from notes.writing import TreatmentInput
from practice.models import Room, Service
from sessions.booking import arrive, book_appointment
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ana.user.set_password("riverside-demo")
ana.user.save()
Room.objects.create(practice=p, name="River room")
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45)
kofi = c.make_client(p, "Kofi Mensah", "diabetic-neuropathy")
c.numb(kofi, "hand", "left")
now = timezone.localtime(timezone=__import__('zoneinfo').ZoneInfo(p.time_zone)).replace(minute=0, second=0, microsecond=0)
def visit(at):
    return book_appointment(client=kofi, therapist=ana, service=s, starts_at=at, by=ana, override_reason="as it was")
before = visit(now - timedelta(days=7))
note, _ = begin_note(appointment=before, by=ana)
note = writing.write_note(note=note, by=ana, expected_version=1, subjective="Feet tingle.", next_focus="the left calf", treatments=[
    TreatmentInput("calf", "left", "myofascial-release", 3, 8, "softer", position="prone", temperature="warm", lubricant="grape seed oil"),
    TreatmentInput("foot", "left", "effleurage", 2, 10, "warm", position="prone", temperature="warm", lubricant="grape seed oil")])
signing.sign_note(note=note, by=ana)
arrive(appointment=visit(now), by=ana)
keep_snippet(word="ok", text="Felt well during and after.", by=ana)
print(json.dumps({"on": now.date().isoformat()}))
"""


def test_a_repeat_visit_is_charted_in_eight_taps_and_without_a_keyboard(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with (
        scratch_practice(tmp_path / "sheet", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as scratch,
        browser() as chrome,
    ):
        scratch.serve(workers=1, port=port)
        ana = Person(chrome, base, "Ana", width=820, height=1180)
        ana.open("/login/")
        ana.page.get_by_label("E-mail").fill("ana@riverside.example")
        ana.page.get_by_label("Password").fill("riverside-demo")
        ana.press("Sign in")
        _chart_by_taps(ana, scratch.ids["on"])
        assert not ana.faults, "\n".join(ana.faults)


def _chart_by_taps(ana: Person, on: str) -> None:
    ana.open(f"/?on={on}")
    page = ana.page
    with ana.within(8, "to chart a repeat visit"):
        ana.press("Write note")
        ana.says("For today, said last time: the left calf")
        ana.press("Same as last visit", goes=False)
        page.locator("#row-0 .chip", has_text="planned, not confirmed").wait_for()
        ana.press("All given as planned", goes=False)
        page.locator("#row-1 .chip", has_text="given").wait_for()
        ana.press(page.locator("#row-0 .work__edit > summary"), goes=False)
        ana.press(page.locator("#row-0 label.step", has_text="Well"), goes=False)
        page.locator("#row-0-said", has_text="tolerated well").wait_for()
        ana.press(page.locator("#row-0 fieldset", has_text="Pressure").locator("label.step", has_text="2"), goes=False)
        page.locator("#row-0-said", has_text="was pressure 3").wait_for()
        ana.press(page.locator("label.step", has_text="2 weeks"), goes=False)
        _look_at_what_is_possible(ana)
        ana.press("Sign")
    ana.says("Signed. From now on", "left calf: myofascial release, pressure 2, 8 min, prone, warm, grape seed oil, tolerated well",
             "In 14 days.")
    ana.look("read")
    ana.press("Book the next visit")
    ana.says("Kofi Mensah")
    assert "on=20" in page.url


def _look_at_what_is_possible(ana: Person) -> None:
    """Along the way, uncounted: the words that grow, too many minutes, and the map, each left as it was found."""
    page, taps = ana.page, ana.presses
    ana.look("sheet")
    words = page.get_by_label("Objective", exact=True)
    words.focus()
    page.keyboard.type("took, ok ")
    assert words.input_value() == "took, Felt well during and after. "
    page.keyboard.press("Backspace")
    assert words.input_value() == "took, ok "
    page.keyboard.type("tone ok ")
    assert words.input_value() == "took, ok tone Felt well during and after. "
    page.keyboard.press("Control+z")
    assert not words.input_value().endswith("after. ")
    words.fill("")
    page.keyboard.type("constructor toString ok ")
    assert words.input_value() == "constructor toString Felt well during and after. ", "a word that is no snippet stays"
    words.fill("")
    page.get_by_label("Snippet for Objective").select_option(index=1)
    assert words.input_value() == "Felt well during and after."
    page.locator("#id_row-1-minutes").evaluate("e => e.closest('details').open = true")
    page.locator("#id_row-1-minutes").fill("50")
    page.locator("#id_row-1-minutes").blur()
    page.locator("#totals", has_text="58 minutes are noted for a visit of 45. Is that right?").wait_for()
    page.locator("#row-1 fieldset", has_text="Minutes").locator("label.step", has_text="10").click()
    page.locator("#totals", has_text="18 of 45 minutes given").wait_for()
    assert page.locator("#id_row-1-minutes").input_value() == ""
    page.locator(".work-map > summary").click()
    page.locator("[data-place='shin:right']").first.wait_for()
    assert page.locator(".work-map .region--reduced[data-place^='hand:left'], .work-map .region--reduced[data-place='palm:left']").count() > 0
    ana.look("sheet with map")
    page.locator(".figure--front [data-place='shin:right']").first.click()
    page.locator("#id_new_technique").select_option("effleurage")
    ana.press("Add these", goes=False)
    page.locator("#row-2-said", has_text="right shin").wait_for()
    page.locator("#row-2 .work__edit > summary").click()
    _ask_a_reason_only_of_what_was_given(ana)
    page.locator("#row-2 button", has_text="Remove this row").click()
    page.locator("#row-2").wait_for(state="detached")
    ana.presses = taps


def _ask_a_reason_only_of_what_was_given(ana: Person) -> None:
    """A row over its cap that is only planned warns and asks nothing; turned to planned by hand, it can be confirmed."""
    row, given = ana.page.locator("#row-2"), ana.page.get_by_role("button", name="All given as planned")
    row.locator("select[name=row-2-place]").select_option("hand:left")
    row.locator("label.step", has_text="5 deep").click()
    row.locator(".note-row__why").wait_for()
    expect(given).to_have_count(0)
    row.locator("label.step", has_text="Planned").click()
    given.wait_for()
    expect(row.locator(".treatment-row__limit")).to_have_count(1)
    expect(row.locator(".note-row__why")).to_be_hidden()
