"""When the client's page says that a summary is due, and when it keeps quiet."""

from datetime import timedelta

import pytest

from clients.models import Episode
from conftest import MONDAY, at
from notes.models import NoteEvent
from notes.record import signing
from notes.summaries import summaries
from notes.summaries.suggesting import why_now
from notes.tests.conftest import SOFT, draft_of, had_visit, sign
from practice.numbers import change_numbers
from sessions.booking import arrive, book_appointment
from sessions.holds import report_episode


@pytest.fixture
def visits(maria, ana, neuro_45, now):
    """So many signed notes, a day apart, the last one yesterday."""
    def signed(count, *, before=0):
        return [sign(had_visit(maria, ana, neuro_45, days_ago=before + n), ana, subjective="x")
                for n in range(count, 0, -1)]
    return signed


def told(client, doctor, by, *, last=MONDAY):
    draft = summaries.compose_summary(client=client, doctor=doctor, by=by, first=last - timedelta(days=60), last=last)
    return summaries.sign_summary(summary=draft, by=by)


def test_after_eight_visits_without_one_a_summary_is_suggested_and_seven_are_not_enough(visits, maria):
    visits(7)
    assert why_now(maria) == []
    visits(1, before=7)
    assert why_now(maria) == ["8 visits and no summary so far"]


def test_what_was_told_already_counts_no_more_and_a_draft_keeps_quiet(visits, maria, ana, neurologist):
    visits(8)
    draft = summaries.compose_summary(client=maria, doctor=neurologist, by=ana, first=MONDAY - timedelta(days=60), last=MONDAY)
    assert why_now(maria) == []
    summaries.sign_summary(summary=draft, by=ana)
    assert why_now(maria) == []


def test_the_owner_decides_after_how_many_and_nought_is_never(visits, maria, owner, riverside):
    visits(3)
    change_numbers(practice=riverside, by=owner, summary_after_visits=3)
    maria.practice.refresh_from_db()
    assert why_now(maria) == ["3 visits and no summary so far"]
    change_numbers(practice=riverside, by=owner, summary_after_visits=0)
    maria.practice.refresh_from_db()
    assert why_now(maria) == []


@pytest.mark.parametrize("kind, words", [("reaction", ["a reaction was written down on Sun 22 Nov"]),
                                         ("stopped", ["work was stopped on Sun 22 Nov"]),
                                         ("spasm", [])])
def test_a_reaction_or_a_stop_is_told_and_a_spasm_is_the_conditions_own(maria, ana, neuro_45, now, kind, words):
    note = draft_of(had_visit(maria, ana, neuro_45, days_ago=1), ana, SOFT, subjective="x")
    NoteEvent.objects.create(note=note, position=0, kind=kind)
    signing.sign_note(note=note, by=ana)
    assert why_now(maria) == words


def test_a_confirmed_relapse_is_told_and_one_that_was_none_is_not(visits, maria, ana):
    visits(1)
    effect = report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana)
    assert why_now(maria) == ["an MS relapse was confirmed on Mon 23 Nov"]
    Episode.objects.filter(pk=effect.episode.pk).update(status="not_a_relapse")
    assert why_now(maria) == []


def test_a_summary_of_a_year_ago_is_old_once_there_is_something_to_tell(
        visits, maria, ana, neuro_45, neurologist, time_machine):
    visits(1)
    told(maria, neurologist, ana)
    time_machine.move_to(at(9, days=366), tick=False)
    assert why_now(maria) == []
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=366), by=ana)
    sign(arrive(appointment=visit, by=ana), ana, subjective="x")
    assert why_now(maria) == ["yearly, the last one was 12 months ago"]


def test_the_page_says_so_to_who_can_write_it(visits, maria, page, ana, owner):
    visits(8)
    url = f"/clients/{maria.pk}/agreements/"
    assert "8 visits and no summary so far." in page(ana).get(url).content.decode()
    assert "8 visits and no summary so far." not in page(owner).get(url).content.decode()
