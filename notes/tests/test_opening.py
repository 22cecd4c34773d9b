"""Opening what belongs to a client of 300 visits: few queries, little work, however long the course."""

from __future__ import annotations

import statistics
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.tests.test_pages import a_full_life
from notes.tests.conftest import draft_of, had_visit
from notes.tests.long_course import long_course
from practice.tests.sizes import size

pytestmark = pytest.mark.sized
VISITS, OPENINGS = size(60, 300), size(5, 25)
MOST_MS = 150  # of processor time for one opening of a draft


@pytest.fixture
def years(now, maria, ana, neuro_45, neurologist):
    """Maria's years, and something of everything that is known of her."""
    a_full_life(maria, ana, neurologist, neuro_45)
    return long_course(maria, ana, neuro_45, VISITS)


@pytest.fixture
def todays(years, maria, ana, neuro_45):
    """The draft of this morning."""
    return draft_of(had_visit(maria, ana, neuro_45), ana, subjective="Well.")


def queries_of(browser, path) -> int:
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(path)
    assert answer.status_code == 200
    return len(asked)


def test_a_note_opens_in_fifteen_queries_written_on_or_signed(todays, years, page, ana):
    browser = page(ana)
    draft, signed = (queries_of(browser, f"/notes/{note.pk}/") for note in (todays, years[-1]))
    assert max(draft, signed) <= 15, (draft, signed)


@pytest.mark.parametrize(("tab", "most"), [("", 13), ("visits/", 12), ("notes/", 15)])
def test_the_tabs_of_a_client_of_many_visits_take_few(tab, most, years, page, ana, maria):
    assert queries_of(page(ana), f"/clients/{maria.pk}/{tab}") <= most


def test_the_readings_page_takes_as_many_queries_for_many_visits_as_for_few(years, page, ana, maria, kofi, neuro_45):
    browser = page(ana)
    counts = {since: queries_of(browser, f"/clients/{maria.pk}/readings/?since={since}") for since in ("3m", "all")}
    assert max(counts.values()) <= 11, counts


def test_a_draft_opens_in_little_processor_time(todays, page, ana, record_property):
    browser, took = page(ana), []
    for _ in range(OPENINGS + 1):
        began = time.process_time()
        browser.get(f"/notes/{todays.pk}/")
        took.append((time.process_time() - began) * 1000)
    median = statistics.median(took[1:])  # the first compiles the templates
    record_property("figure", f"{VISITS} visits: {median:.0f} ms of processor time")
    print(f"a draft after {VISITS} visits: {median:.1f} ms of processor time")
    assert median < MOST_MS
