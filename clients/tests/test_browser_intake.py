"""The intake on a phone: 320 px, no scripts, every kind of page looked at closely; sent, and then closed."""

from __future__ import annotations

import re

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
from clients.asking.intake import ask_intake
from clients.asking.questionnaires import questions_of, save_answer, url_of
from clients.asking.questions import Answer
p = c.make_practice("Riverside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
row = ask_intake(client=c.make_client(p, "Ines Moreau", "ms-relapsing-remitting", email="i@clients.example"), by=ana)
for question in questions_of(row):
    if question.code not in ("q01", "q12", "q17", "q30", "q61"):  # one of each kind is answered on the phone
        row = save_answer(questionnaire=row, code=question.code, answer=Answer(is_unknown=True))
print(json.dumps({"link": url_of(row)}))
"""
LOOKED_AT = {"q02": "date", "q12": "places", "q17": "one of a list", "q30": "lines", "q61": "person"}


def test_an_intake_is_answered_on_a_phone_without_scripts(tmp_path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with (
        scratch_practice(tmp_path / "intake", _FILL, {"DEBUG": "1"}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as scratch,
        browser() as chrome,
    ):
        scratch.serve(workers=1, port=port)
        ines = Person(chrome, base, "Ines", width=320, height=640, scripts=False, target=48)
        _answer(ines, scratch.ids["link"])
        assert not ines.faults, "\n".join(ines.faults)


def _answer(ines: Person, link: str) -> None:
    ines.open(link)
    ines.look("start")
    ines.press("Go on")
    ines.open(f"{link}check/")
    ines.look("check, not all answered")
    ines.press("Answer the next one")
    ines.press("Continue")
    ines.look("many boxes, refused", status=400)
    ines.says("Choose what fits, or press “None of these” or “I do not know”.")
    ines.page.locator("summary", has_text="Multiple sclerosis").click()
    ines.page.get_by_label("Relapsing MS").check()
    while (code := re.search(r"/(q\d\d)/", ines.page.url)):
        if code[1] in LOOKED_AT:
            ines.look(LOOKED_AT[code[1]])
        if code[1] == "q12":
            ines.page.get_by_label("left foot").check()
        if code[1] == "q17":
            ines.page.get_by_label("I do not know").check()
        ines.press("I do not know" if code[1] in ("q02", "q30", "q61") else "Continue")
    ines.says("Relapsing MS", "left foot", "I do not know")
    ines.look("check")
    ines.press("Continue")
    ines.press("Send my answers")
    ines.says("Not sent yet", "Say who has answered.")
    ines.look("agreement refused", status=422)
    ines.page.get_by_label("I have read this and I agree").check()
    ines.page.get_by_label("Your full name").fill("Ines Moreau")
    ines.page.get_by_label("I have answered for myself").check()
    ines.press("Send my answers")
    ines.says("Thank you. Your answers have been sent.")
    ines.look("sent")
    ines.open(link)
    ines.says("If you have sent your answers, they have arrived.")
    ines.look("closed", status=404)
