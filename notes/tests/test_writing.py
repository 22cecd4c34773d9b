"""Writing a draft: begun once, changed by its author, checked against the body."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from clients.models import Finding
from conftest import MONDAY
from notes import writing
from notes.beginning import begin_note
from notes.choices import PLACES
from notes.earlier import MOST_UNSIGNED, before, last_signed, last_treatments
from notes.models import Note
from notes.tests.conftest import FIRM, SOFT, draft_of, had_visit, sign
from notes.writing import MeasurementInput, TreatmentInput, check_note
from practice.access import Outsider
from practice.models import AuditEntry
from practice.refusals import BadInput, NotAllowed, Stale, WrongState
from sessions.models import Appointment
from sessions.wished import checked_at_booking


def test_a_visit_has_one_note_whoever_asks(visit, ana, ben):
    first, is_new = begin_note(appointment=visit, by=ana)
    again, is_new_again = begin_note(appointment=visit, by=ben)
    assert (first, is_new, is_new_again) == (again, True, False)
    assert first.author == ana
    assert first.visit_on == visit.wall_date


def test_notes_are_written_by_people_who_give_sessions(visit, desk, owner, riverside, lakeside_owner):
    for somebody in (desk, owner, Outsider(riverside, "client", "Maria")):
        with pytest.raises(NotAllowed):
            begin_note(appointment=visit, by=somebody)
    assert not Note.objects.exists()


@pytest.mark.parametrize("status", ["held", "cancelled", "noshow"])
def test_a_visit_that_did_not_take_place_has_no_note(status, visit, ana):
    Appointment.objects.filter(pk=visit.pk).update(status=status)
    visit.refresh_from_db()
    with pytest.raises(WrongState):
        begin_note(appointment=visit, by=ana)


def test_only_its_author_changes_a_draft_and_only_over_the_version_that_was_read(draft, ana, ben):
    with pytest.raises(NotAllowed, match="Ana Alves is writing"):
        writing.write_note(note=draft, by=ben, expected_version=1, plan="x")
    writing.write_note(note=draft, by=ana, expected_version=1, plan="weekly")
    with pytest.raises(Stale):
        writing.write_note(note=draft, by=ana, expected_version=1, plan="daily")
    draft.refresh_from_db()
    assert (draft.plan, draft.version) == ("weekly", 2)


def test_a_refused_change_leaves_the_rows_as_they_were(visit, ana):
    note = draft_of(visit, ana, SOFT, pain=(5, 3))
    twice = [MeasurementInput("pain", "before", 4), MeasurementInput("pain", "before", 5)]
    with pytest.raises(BadInput, match="twice"):
        writing.write_note(note=note, by=ana, expected_version=note.version, treatments=[FIRM], measurements=twice)
    assert [row.technique for row in note.treatments.all()] == ["effleurage"]
    assert note.measurements.count() == 2


def test_the_trail_names_versions_and_never_words(draft, ana):
    writing.write_note(note=draft, by=ana, expected_version=1, subjective="since her relapse")
    entry = AuditEntry.objects.filter(verb="note_written").latest("id")
    assert (entry.detail, entry.client_id) == ({"version": 2}, draft.client_id)


def test_the_live_note_signing_and_booking_ask_the_same_check(kofi, kofis_visit, ana, neuro_45):
    note = draft_of(kofis_visit, ana, FIRM)
    live = check_note(note)
    row = {r.rule for r in live.reasons if r.treatment == 0 and r.level != "info"}
    assert live.max_pressure_by_region["foot:left"] == 2
    assert "reduced-sensation" in " ".join(row)
    sign(kofis_visit, ana, TreatmentInput("foot", "left", "deep-tissue", 4, 10, "", "intact"), subjective="x")
    at_booking = checked_at_booking(kofi, 45, kofis_visit.wall_date)
    assert row <= {r.rule for r in at_booking.reasons}


def test_the_check_reads_the_day_of_the_visit_not_today(kofi, ana, neuro_45, now):
    visit = had_visit(kofi, ana, neuro_45, days_ago=7)
    Finding.objects.filter(client=kofi).update(began_on=visit.wall_date.replace(day=20))
    assert "reduced-sensation" not in " ".join(r.rule for r in check_note(draft_of(visit, ana, FIRM)).reasons)


def test_what_is_typed_is_checked_without_being_saved(kofis_visit, ana):
    note = draft_of(kofis_visit, ana)
    assert check_note(note, [FIRM]).about(0)
    assert not note.treatments.exists()


def test_the_last_visit_is_the_last_signed_one_that_may_be_read(maria, ana, ben, neuro_45, now):
    older = sign(had_visit(maria, ana, neuro_45, days_ago=14), ana, SOFT)
    newer = sign(
        had_visit(maria, ana, neuro_45, days_ago=7),
        ana,
        TreatmentInput("hand", "left", "effleurage", 1, 5),
        visibility="author",
    )
    today = begin_note(appointment=had_visit(maria, ana, neuro_45), by=ana)[0]
    assert last_signed(today, ana) == newer
    assert last_signed(today, ben) == older
    assert last_signed(older, ana) is None
    assert [t.region for t in last_treatments(maria)] == [SOFT.region], "what is kept to its author is not told at booking"


def test_every_place_of_the_list_can_be_saved_and_none_is_said_twice():
    from clients.body import keys

    said = [words for _, places in PLACES for _, words in places]
    assert len(said) == len(set(said))
    assert all(keys(*value.split(":")) for _, places in PLACES for value, _ in places)


def test_the_database_knows_no_pressure_beyond_the_scale(draft):
    with pytest.raises(DatabaseError), transaction.atomic():
        draft.treatments.create(number=0, region="foot", side="left", technique="effleurage", pressure=6)


def test_a_later_note_that_is_not_signed_is_said_beside_the_sheet_with_a_way_to_it_for_who_may_read_it(
        maria, ana, ben, neuro_45, now, page):
    signed = sign(had_visit(maria, ana, neuro_45, days_ago=21), ana, subjective="well")
    draft_of(had_visit(maria, ben, neuro_45, days_ago=28), ben, subjective="older than that")
    open_to_all = draft_of(had_visit(maria, ben, neuro_45, days_ago=14), ben, subjective="a draft")
    draft_of(had_visit(maria, ben, neuro_45, days_ago=7), ben, subjective="told to Ben", visibility="author")
    draft_of(had_visit(maria, ben, neuro_45, hour=15), ben, subjective="this afternoon")
    today = begin_note(appointment=had_visit(maria, ana, neuro_45), by=ana)[0]
    beside = before(today, ana)
    assert beside.last == signed
    assert [(one.on, one.pk) for one in beside.unsigned] == [
        (MONDAY - timedelta(days=7), None), (MONDAY - timedelta(days=14), open_to_all.pk)]
    shown = page(ana).get(f"/notes/{today.pk}/").content.decode()
    assert "A note of Mon 16 Nov is not signed yet." in shown and "A note of Mon 9 Nov is not signed yet." in shown
    assert f'href="/notes/{open_to_all.pk}/"' in shown and "told to Ben" not in shown and "26 Oct" not in shown
    assert "Last signed note, Mon 2 Nov" in shown


def test_many_unsigned_notes_hide_no_signed_one(maria, ana, neuro_45, now):
    signed = sign(had_visit(maria, ana, neuro_45, days_ago=14), ana, subjective="well")
    for days in range(1, MOST_UNSIGNED + 3):
        draft_of(had_visit(maria, ana, neuro_45, days_ago=days), ana, subjective="a draft")
    today = begin_note(appointment=had_visit(maria, ana, neuro_45), by=ana)[0]
    assert before(today, ana).last == signed and len(before(today, ana).unsigned) == MOST_UNSIGNED
