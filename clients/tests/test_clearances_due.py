"""Doctors' words that run out within a month, and questions nobody has answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clients.clearances import record_clearance, running_out, waiting_for_an_answer
from clients.episodes import today_in
from clients.models import Clearance


@pytest.fixture
def word(maria, neurologist, ana):
    def record(state, days=None, **more):
        until = None if days is None else today_in(maria) + timedelta(days=days)
        return record_clearance(client=maria, doctor=neurologist, state=state, by=ana, expires_on=until, **more)

    return record


def due(maria):
    return list(running_out(Clearance.objects.all(), today_in(maria)))


@pytest.mark.parametrize(("days", "is_told"), [(0, True), (30, True), (31, False), (None, False)])
def test_a_clearance_is_told_of_a_month_before_it_runs_out(maria, word, days, is_told):
    granted = word("granted", days)
    assert due(maria) == ([granted] if is_told else [])


def test_what_a_later_word_has_followed_is_not_told_of_again(maria, word):
    word("granted", 10)
    word("granted", 300)
    assert due(maria) == []


def test_a_question_waits_until_it_is_answered_and_another_question_does_not_answer_it(maria, word):
    asked = word("requested", scope="relapse")
    word("granted", 100, scope="pregnancy")
    assert list(waiting_for_an_answer(Clearance.objects.all())) == [asked]
    word("refused", scope="relapse")
    assert list(waiting_for_an_answer(Clearance.objects.all())) == []


def test_the_page_lists_both_with_whom_to_ring(page, ana, maria, word, neurologist):
    empty = page(ana).get("/clearances/").content.decode()
    assert "Nothing runs out" in empty and "No doctor owes you an answer" in empty
    neurologist.phone = "+1 206 555 0177"
    neurologist.save()
    word("granted", 10)
    word("requested", scope="relapse")
    shown = page(ana).get("/clearances/").content.decode()
    assert shown.count("Maria Lindqvist") >= 2 and "MS relapse" in shown and shown.count("+1 206 555 0177") == 2
