"""Visits and episodes most tests of the diary's pages begin with."""

from datetime import timedelta

import pytest

from conftest import MONDAY, at
from sessions.booking import book_appointment
from sessions.holds import change_episode, report_episode
from sessions.rhythm import Rhythm
from sessions.series import book_series


@pytest.fixture
def visit(now, maria, ana, neuro_45):
    return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)


@pytest.fixture
def weekly(now, maria, ana, neuro_45):
    return book_series(
        client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(7, 6), by=ana
    )[1]


@pytest.fixture
def suspected(weekly, maria, ana):
    return report_episode(client=maria, kind="relapse", onset_on=MONDAY - timedelta(days=2), by=ana).episode


@pytest.fixture
def relapse(suspected, ana):
    return change_episode(episode=suspected, status="confirmed", on=MONDAY, by=ana).episode
