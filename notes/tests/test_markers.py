"""Of ten thousand rows drawn by chance nothing outside the allow-list is on page, paper, FHIR, or in a client's copy."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.template.loader import render_to_string
from pypdf import PdfReader

from clients.contacts import add_contact
from clients.models import Client, Doctor, Episode
from conftest import MONDAY
from notes.copies import copies
from notes.copies.paper import parts_of
from notes.doctors.forms import AnswerForm
from notes.fhir.document import document_bytes
from notes.letters.page import shown
from notes.models import Measurement, Note, Summary, Treatment
from notes.summaries import summaries
from notes.tests.anybody import PRIVATE, anybody
from notes.tests.test_letters import tight
from practice.tests.sizes import size


def rows_of(summary: Summary) -> int:
    notes = Note.objects.filter(client=summary.client)
    return sum(rows.count() for rows in (
        notes, Treatment.objects.filter(note__in=notes), Measurement.objects.filter(note__in=notes),
        summary.client.conditions.all(), summary.client.findings.all(), Episode.objects.filter(client=summary.client)))


def page_of(summary: Summary) -> str:
    """The doctor's page as it is sent."""
    share, letter = summary.shares.first(), summaries.letter_of(summary)
    return render_to_string("notes/share_letter.html", {
        "practice": summary.practice, "share": share, "code": "000000", "shown": shown(letter), "given": [],
        "form": AnswerForm(letter=letter)})


def words_on(pdf: bytes) -> str:
    reader = PdfReader(BytesIO(pdf))
    return tight("".join(page.extract_text() for page in reader.pages) + str(reader.metadata))


@pytest.mark.sized
@pytest.mark.django_db
def test_no_field_outside_the_allow_list_is_in_anything_that_leaves(now, record_property):
    rows, letters, seed = 0, 0, 0
    while rows < size(400, 10_000):
        seed += 1
        summary = anybody(7_000 + seed)
        rows, letters = rows + rows_of(summary), letters + 1
        add_contact(client=summary.client, role="carer", name=PRIVATE, remark=PRIVATE, by=summary.author)
        Client.objects.filter(pk=summary.client_id).update(phone=PRIVATE, preferred_name="")
        Doctor.objects.filter(pk=summary.doctor_id).update(mobile=PRIVATE, fax=PRIVATE)
        summary = Summary.objects.select_related("client__practice", "doctor", "author__user", "practice").get(pk=summary.pk)
        copy = copies.compose_copy(client=summary.client, first=MONDAY - timedelta(days=200), last=MONDAY,
                                   by=summary.author)
        copy = copies.sign_copy(copy=copy, expected_version=copy.version, by=summary.author)
        leaves = {"page": page_of(summary), "paper": words_on(summaries.paper_of(summary)),
                  "fhir": document_bytes(summary).decode(), "data": json.dumps(summary.content),
                  "copy": json.dumps(parts_of(copy)) + words_on(bytes(copy.pdf))}
        told = [name for name, text in leaves.items() if PRIVATE.lower() in text.lower()]
        assert told == [], (seed, told)
    record_property("figure", f"{rows} rows, {letters} letters and as many copies: nothing private on page, paper, FHIR")


@pytest.mark.django_db
def test_a_field_let_through_by_mistake_is_found(now, monkeypatch):
    """The twin: with the plan's place taken by what stays inside, every one of them shows it."""
    from notes.summaries import drafting

    monkeypatch.setattr(drafting, "_born", lambda client: f"born {PRIVATE}")
    summary = anybody(7_001)
    assert all(PRIVATE in text for text in (
        page_of(summary), words_on(summaries.paper_of(summary)), document_bytes(summary).decode()))
