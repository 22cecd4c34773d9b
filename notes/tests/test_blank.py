"""A session by hand: one page on any paper, empty for everybody, with what one visit needs for its therapist."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from conftest import numb
from notes.paper import blank
from notes.tests.conftest import had_visit, sign
from notes.tests.test_letters import HOSTILE, flat
from notes.writing import TreatmentInput
from practice.models import AuditEntry
from practice.techniques import PRESSURES


def pages_of(pdf):
    return [flat(page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


@pytest.mark.parametrize("paper", ("a4", "us-letter"))
def test_the_empty_sheet_is_one_page_and_names_nobody(now, page, desk, maria, paper):
    desk.practice.paper = paper
    desk.practice.save()
    answer = page(desk).get("/notes/blank.pdf")
    (words,) = pages_of(answer.content)
    assert "Maria" not in words and answer["Cache-Control"] == "no-store"
    for said in ("Session by hand", "what they say, in their words", "Treatment", *(f"{n} {p.name}" for n, p in PRESSURES.items())):
        assert said in words, said
    assert AuditEntry.objects.filter(verb="blank_sheet_printed", actor=desk).exists()


def test_the_empty_sheet_is_found_where_somebody_looks(now, page, ana, desk, maria):
    for who, address in ((desk, "/"), (ana, "/"), (ana, "/notes/unsigned/"), (ana, f"/clients/{maria.pk}/notes/")):
        assert 'href="/notes/blank.pdf"' in page(who).get(address).content.decode(), address


def test_the_sheet_of_a_visit_says_what_limits_the_work_and_what_was_done_last(now, kofi, ana, desk, neuro_45, page):
    sign(had_visit(kofi, ana, neuro_45, days_ago=7), ana, TreatmentInput("hand", "both", "reflexology", 2, 10))
    visit = had_visit(kofi, ana, neuro_45)
    (words,) = pages_of(page(ana).get(f"/visits/{visit.pk}/sheet.pdf").content)
    for said in ("Kofi Mensah", "Mon 23 Nov, 09:00", "both feet and both hands: pressure 2 at most", "Mon 16 Nov: both hands: reflexology, pressure 2, 10 min."):
        assert said in words, said
    entry = AuditEntry.objects.get(verb="visit_sheet_printed")
    assert (entry.actor, entry.client_id) == (ana, kofi.pk)
    visit_page = page(ana).get(f"/appointments/{visit.pk}/").content.decode()
    assert f"/visits/{visit.pk}/sheet.pdf" in visit_page
    assert f"/visits/{visit.pk}/sheet.pdf" not in page(desk).get(f"/appointments/{visit.pk}/").content.decode()
    assert "/notes/blank.pdf" in page(desk).get("/diary/print/").content.decode()


@pytest.mark.parametrize("paper", ("a4", "us-letter"))
def test_much_that_is_known_and_a_long_name_leave_it_one_page(now, kofi, ana, neuro_45, paper):
    kofi.practice.paper = paper
    kofi.practice.save()
    kofi.name = ("Wolfeschlegelsteinhausenbergerdorff " * 4)[:120]
    kofi.save()
    for region in ("hand", "calf", "back", "neck", "thigh"):
        numb(kofi, region, "left")
    rows = [TreatmentInput("back", "both", "effleurage", 2, 4, HOSTILE[0], override_reason="He asked.") for _ in range(9)]
    sign(had_visit(kofi, ana, neuro_45, days_ago=7), ana, *rows)
    (words,) = pages_of(blank.visit_sheet(had_visit(kofi, ana, neuro_45), by=ana))
    assert "and 4 more" in words and "Signed" in words


def test_a_colleagues_private_note_is_told_to_nobody_else(now, maria, ana, ben, neuro_45):
    sign(had_visit(maria, ana, neuro_45, days_ago=7), ana, TreatmentInput("back", "both", "effleurage", 2, 10), visibility="author")
    visit = had_visit(maria, ana, neuro_45)
    assert "effleurage" in pages_of(blank.visit_sheet(visit, by=ana))[0]
    assert "effleurage" not in pages_of(blank.visit_sheet(visit, by=ben))[0]
