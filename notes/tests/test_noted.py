"""Today and the visit's page know the note a visit has: begun, signed, or kept from whoever looks."""

import re

import pytest
from django.urls import reverse

from conftest import MONDAY, at
from notes.record.signing import sign_note
from notes.tests.conftest import SOFT, draft_of
from practice.tests.answers import text_of
from sessions.booking import book_appointment, cancel_appointment


def buttons(browser, visit, of="Maria Lindqvist"):
    """What Today and the visit's page call the way to the note, and where it leads."""
    day = browser.get(f"/?on={MONDAY}&whose=all").content.decode()
    row = next(row for row in day.split('<li class="visit-row')[1:] if of in row)
    page = browser.get(reverse("sessions:appointment", args=[visit.pk])).content.decode()
    return [re.findall(r"Write note|Open note|Signed note|Note kept private", part)
            for part in (row, page[:page.index('id="content"')] if 'id="content"' in page else page)], row


def test_a_visit_without_a_note_offers_to_write_one(visit, ana, page):
    (today, one), _ = buttons(page(ana), visit)
    assert today == one == ["Write note"]


def test_a_note_that_is_begun_is_opened_and_a_signed_one_says_so(visit, ana, ben, page):
    note = draft_of(visit, ana, SOFT, subjective="legs heavier")
    for who in (ana, ben):
        (today, one), row = buttons(page(who), visit)
        assert today == one == ["Open note"] and f'href="{reverse("notes:note", args=[note.pk])}"' in row
    sign_note(note=note, by=ana)
    (today, one), row = buttons(page(ana), visit)
    assert today == one == ["Signed note"] and f'href="{reverse("notes:note", args=[note.pk])}"' in row


def test_a_note_kept_from_a_colleague_says_so_and_leads_to_the_reason(visit, ana, ben, page):
    draft_of(visit, ana, SOFT, subjective="told in confidence", visibility="author")
    (today, _), row = buttons(page(ben), visit)
    assert today == ["Note kept private"]
    opened = page(ben).get(re.search(r'href="(/notes/[^"]+)"', row)[1], follow=True)
    assert "Why it cannot wait" in text_of(opened) and "told in confidence" not in text_of(opened)


@pytest.mark.parametrize("who", ["desk", "owner"])
def test_whoever_writes_no_notes_is_told_of_none(visit, ana, who, request, page):
    draft_of(visit, ana, SOFT, subjective="x")
    (today, one), row = buttons(page(request.getfixturevalue(who)), visit)
    assert today == one == [] and "/notes/" not in row.replace("/notes/blank.pdf", "")


def test_a_visit_called_off_has_no_way_to_a_note(maria, ana, neuro_45, now, page):
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(14, days=0), by=ana)
    draft_of(visit, ana, SOFT, subjective="x")
    cancel_appointment(appointment=visit, by=ana)
    (today, one), _ = buttons(page(ana), visit)
    assert today == one == []
