"""What the tests of the record share: visits that have begun, notes signed, a summary ready to send."""

import os
from collections.abc import Iterator
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clients.models import Client
from conftest import MONDAY, ZONE
from notes import writing
from notes.beginning import begin_note
from notes.models import Note, Summary
from notes.record import signing
from notes.sharing import sharing
from notes.summaries import summaries
from notes.tests.fhir_check import Missing, Validator
from notes.writing import MeasurementInput, TreatmentInput
from practice import clock
from practice.models import Membership, Service
from sessions.booking import arrive, book_appointment
from sessions.models import Appointment

FIRM = TreatmentInput("foot", "left", "deep-tissue", 4, 10)
SOFT = TreatmentInput("lower-leg", "left", "effleurage", 2, 10, "softer")


def had_visit(
    client: Client, therapist: Membership, service: Service, *, days_ago: int = 0, hour: int = 9
) -> Appointment:
    """A visit that took place: entered late where its time has passed, arrived where it is today's."""
    starts_at = clock.instant_of(MONDAY - timedelta(days=days_ago), time(hour), ZONE)
    visit = book_appointment(
        client=client,
        therapist=therapist,
        service=service,
        starts_at=starts_at,
        by=therapist,
        override_reason="entered late" if days_ago else "",
    )
    return visit if days_ago else arrive(appointment=visit, by=therapist)


def draft_of(
    visit: Appointment, by: Membership, *treatments: TreatmentInput, pain: tuple[int, int] | None = None, **changes: Any
) -> Note:
    """The note of a visit with these treatments, readings and words."""
    note, _ = begin_note(appointment=visit, by=by)
    readings = [
        MeasurementInput("pain", when, Decimal(value))
        for when, value in zip(("before", "after"), pain or (), strict=False)
    ]
    return writing.write_note(
        note=note, by=by, expected_version=note.version, treatments=treatments, measurements=readings, **changes
    )


def sign(visit: Appointment, by: Membership, *treatments: TreatmentInput, **changes: Any) -> Note:
    """The signed note of a visit."""
    changes.setdefault("subjective", "legs heavier")
    return signing.sign_note(note=draft_of(visit, by, *(treatments or (SOFT,)), **changes), by=by)


@pytest.fixture
def visit(now, maria, ana, neuro_45) -> Appointment:
    """Maria's visit of this morning; she has arrived."""
    return had_visit(maria, ana, neuro_45)


@pytest.fixture
def kofis_visit(now, kofi, ana, neuro_45) -> Appointment:
    """Kofi's visit of this morning; his feet are numb."""
    return had_visit(kofi, ana, neuro_45, hour=11)


@pytest.fixture
def draft(visit, ana) -> Note:
    """Maria's note as begun."""
    return begin_note(appointment=visit, by=ana)[0]


@pytest.fixture
def signed(visit, ana) -> Note:
    """Maria's note of this morning, signed."""
    return sign(visit, ana, pain=(5, 3), plan="Weekly.")


@pytest.fixture
def summary(signed, maria, ana, neurologist) -> Summary:
    """A draft to Maria's neurologist about this morning."""
    return summaries.compose_summary(
        client=maria, doctor=neurologist, first=MONDAY - timedelta(days=30), last=MONDAY, by=ana
    )


@pytest.fixture
def signed_summary(summary, ana) -> Summary:
    return summaries.sign_summary(summary=summary, by=ana)


@pytest.fixture
def share(signed_summary, neurologist, consent, ana) -> sharing.NewShare:
    """Link and code, as the neurologist has them."""
    return sharing.share_summary(summary=signed_summary, doctor=neurologist, consent=consent, by=ana)


@pytest.fixture(scope="session")
def validator() -> Iterator[Validator]:
    """The validators of FHIR documents, which are no code of ours; where they cannot be had it is said aloud."""
    try:
        made = Validator()
    except Missing as why:
        if os.environ.get("CI", "").lower() in ("1", "true") or os.environ.get("EVENHAND_REQUIRE_ALL"):
            pytest.fail(f"FHIR documents are not validated: {why}")
        pytest.skip(f"FHIR DOCUMENTS ARE NOT VALIDATED: {why}")
    yield made
    made.close()
