"""The whole main job at the level of the verbs: book, relapse, hold, plan, write, sign, summarise, share."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from clients.models import Episode
from conftest import MONDAY, at
from notes import writing
from notes.beginning import begin_note
from notes.letters.printing import letter_pdf
from notes.models import Note, Treatment
from notes.record import signing
from notes.sharing import sharing
from notes.summaries import summaries
from notes.writing import MeasurementInput, TreatmentInput
from practice.models import Message
from sessions import holds, rescheduling
from sessions.booking import arrive, book_appointment
from sessions.models import Appointment, Hold
from sessions.objections import ClientInRelapse
from sessions.rhythm import Rhythm
from sessions.series import book_series


@pytest.fixture
def weekly(now, maria, ana, neuro_45):
    return book_series(
        client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(7, 6), by=ana
    )[1]


@pytest.fixture
def relapse(weekly, maria, ana):
    effect = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY - timedelta(days=2), by=ana)
    return holds.change_episode(episode=effect.episode, status="confirmed", on=MONDAY, by=ana)


def test_a_suspected_relapse_moves_nothing_and_asks_the_therapist(weekly, maria, ana):
    effect = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, by=ana)
    assert effect.held == []
    assert Message.objects.filter(kind="look-today", to_address="ana@riverside.example").count() == 1
    assert set(Appointment.objects.values_list("status", flat=True)) == {"booked"}


def test_a_confirmed_relapse_holds_the_visits_of_the_review_window_and_keeps_the_rest_with_a_reason(relapse, weekly):
    assert relapse.episode.hold_until == MONDAY + timedelta(days=14)
    assert [v.wall_date for v in relapse.held] == [MONDAY + timedelta(days=1), MONDAY + timedelta(days=8)]
    assert len(relapse.kept) == 4
    assert "review date" in relapse.kept[0][1]
    waiting = Message.objects.filter(appointment_id__in=[v.pk for v in relapse.held], state="waiting").exclude(
        kind="look-today"
    )
    assert not waiting.exists()


def test_a_booking_inside_the_window_is_refused_and_another_client_gets_the_time(
    relapse, maria, kofi, ana, neuro_45, desk
):
    with pytest.raises(ClientInRelapse, match="on hold until Mon 7 Dec") as refused:
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(14), by=desk)
    assert "relapse" not in refused.value.detail.lower()
    assert (
        book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=at(10, 30), by=desk).status == "booked"
    )


def test_the_plan_is_proposed_applied_and_undone_in_one_act_each(relapse, ana):
    before = list(
        Appointment.objects.order_by("pk").values("pk", "status", "starts_at", "room", "therapist", "minutes")
    )
    plan = rescheduling.propose_plan(episode=relapse.episode, by=ana)
    moves = list(plan.moves.all())
    assert sum(plan.cost_terms.values()) == plan.cost
    assert len(moves) == 2
    assert all(move.starts_at and move.why for move in moves)
    rescheduling.apply_plan(plan=plan, by=ana)
    assert set(Appointment.objects.values_list("status", flat=True)) == {"booked"}
    assert set(Hold.objects.values_list("outcome", flat=True)) == {"planned"}
    rescheduling.undo_plan(plan=plan, by=ana)
    assert (
        list(Appointment.objects.order_by("pk").values("pk", "status", "starts_at", "room", "therapist", "minutes"))
        == before
    )
    assert set(Hold.objects.values_list("outcome", flat=True)) == {""}


def test_a_plan_is_stale_once_its_time_is_taken(relapse, ana, kofi, neuro_45):
    plan = rescheduling.propose_plan(episode=relapse.episode, by=ana)
    first = plan.moves.order_by("position").first()
    book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=first.starts_at, by=ana)
    with pytest.raises(rescheduling.PlanStale):
        rescheduling.apply_plan(plan=plan, by=ana)
    plan.refresh_from_db()
    assert plan.status == "stale"
    assert Hold.objects.filter(outcome="").count() == 2


def test_not_a_relapse_gives_free_times_back(relapse, ana):
    effect = holds.change_episode(episode=relapse.episode, status="not_a_relapse", on=MONDAY, by=ana)
    assert len(effect.restored) == 2
    assert not Episode.objects.filter(status="confirmed").exists()


def signed_note(client, therapist, service, *, pressure=2, starts_at=None):
    visit = book_appointment(
        client=client,
        therapist=therapist,
        service=service,
        by=therapist,
        starts_at=starts_at or timezone.now() + timedelta(hours=1),
    )
    arrive(appointment=visit, by=therapist)
    note, _ = begin_note(appointment=visit, by=therapist)
    note = writing.write_note(
        note=note,
        by=therapist,
        expected_version=note.version,
        subjective="legs heavier",
        treatments=[TreatmentInput("lower-leg", "left", "effleurage", pressure, 10, "softer")],
        measurements=[MeasurementInput("pain", "before", Decimal(5)), MeasurementInput("pain", "after", Decimal(3))],
    )
    return signing.sign_note(note=note, by=therapist)


def test_pressure_four_on_numb_feet_is_a_caution_with_its_source_and_signing_wants_a_reason(now, kofi, ana, neuro_45):
    visit = book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=at(9, days=0), by=ana)
    arrive(appointment=visit, by=ana)
    note, _ = begin_note(appointment=visit, by=ana)
    row = TreatmentInput("foot", "left", "deep-tissue", 4, 10)
    note = writing.write_note(note=note, by=ana, expected_version=note.version, subjective="tingling", treatments=[row])
    check = writing.check_note(note)
    assert check.verdict == "caution"
    assert check.max_pressure_by_region["foot:left"] == 2
    assert all(reason.source for reason in check.reasons)
    with pytest.raises(signing.ReasonRequired):
        signing.sign_note(note=note, by=ana)
    why = TreatmentInput("foot", "left", "deep-tissue", 4, 10, override_reason="tested sensation, intact at the heel")
    note = writing.write_note(note=note, by=ana, expected_version=note.version, treatments=[why])
    assert signing.sign_note(note=note, by=ana).is_signed


def test_a_signed_note_and_its_rows_refuse_change_in_code_and_in_the_database(now, maria, ana, neuro_45):
    note = signed_note(maria, ana, neuro_45)
    with pytest.raises(writing.NoteSigned):
        writing.write_note(note=note, by=ana, expected_version=note.version, plan="other")
    for change in (
        lambda: Note.objects.filter(pk=note.pk).update(plan="x"),
        lambda: Treatment.objects.filter(note=note).delete(),
        lambda: Treatment.objects.create(note=note, number=9, region="foot", side="left", technique="effleurage"),
        lambda: Note.objects.filter(pk=note.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert signing.broken_links(note.practice_id) == []
    addendum = signing.add_addendum(note=note, text="Left, not right.", reason="slip", by=ana)
    assert note.addenda.get() == addendum


def test_a_summary_is_shared_with_consent_opened_with_the_code_and_closed_at_once(
    now, maria, ana, neuro_45, neurologist, consent
):
    signed_note(maria, ana, neuro_45)
    summary = summaries.compose_summary(client=maria, doctor=neurologist, first=MONDAY, last=MONDAY, by=ana)
    summary = summaries.sign_summary(summary=summary, by=ana)
    assert summaries.letter_of(summary).client.name == "Maria Lindqvist"
    assert letter_pdf(summaries.letter_of(summary)).startswith(b"%PDF")
    with pytest.raises(sharing.ConsentMissing, match="No agreement is recorded"):
        sharing.share_summary(summary=summary, doctor=neurologist, consent=None, by=ana)
    made = sharing.share_summary(summary=summary, doctor=neurologist, consent=consent, by=ana)
    token = made.url.rstrip("/").rsplit("/", 1)[1]
    assert sharing.open_share(token=token, code="x") is None
    assert sharing.open_share(token=token, code=made.code) == made.share
    sharing.revoke_share(share=made.share, by=ana)
    assert sharing.open_share(token=token, code=made.code) is None
