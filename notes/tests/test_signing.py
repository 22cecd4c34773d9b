"""Signing: what stands before it, what it locks, and how a changed byte is found."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from clients.models import Finding
from notes import writing
from notes.models import Addendum, Measurement, Note, NotesChain, ShareOpening, Summary, Treatment
from notes.record import signing
from notes.summaries import summaries
from notes.tests.conftest import FIRM, SOFT, draft_of, had_visit, sign
from notes.writing import TreatmentInput
from practice.refusals import NotAllowed
from sessions.models import Appointment


def without_guard(table, guard, statement, *values):
    """Do what nobody can do by the product: take the trigger away, change the row."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{guard}%"])
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute(f"DROP TRIGGER {guard} ON {table}")
        cursor.execute(statement, values)


def key(row):
    """The row's id as this database stores it."""
    return row.pk.hex if connection.vendor == "sqlite" else str(row.pk)


def test_each_note_carries_the_hash_of_the_one_before(maria, kofi, ana, ben, neuro_45, now):
    first = sign(had_visit(maria, ana, neuro_45), ana)
    second = sign(had_visit(kofi, ben, neuro_45, hour=11), ben, TreatmentInput("back", "both", "effleurage", 2, 5))
    assert (first.chain_position, first.previous_hash) == (1, "")
    assert (second.chain_position, second.previous_hash) == (2, first.content_hash)
    head = NotesChain.objects.get()
    assert (head.position, head.head_hash) == (2, second.content_hash)
    assert signing.broken_links(first.practice_id) == []


def test_two_practices_have_two_chains(signed, lakeside, lakeside_owner):
    from conftest import make_client
    from practice.models import Room, Service

    Room.objects.create(practice=lakeside, name="Lake room", position=1)
    service = Service.objects.create(practice=lakeside, name="Massage", minutes=45)
    theirs = sign(had_visit(make_client(lakeside, "Lou Lake"), lakeside_owner, service, hour=10), lakeside_owner)
    assert (theirs.chain_position, theirs.previous_hash) == (1, "")


def test_a_visit_still_to_come_is_signed_once_it_has_begun_or_been_marked_arrived(visit, ana):
    Appointment.objects.filter(pk=visit.pk).update(status="confirmed")
    note = draft_of(visit, ana, SOFT, subjective="early")
    with pytest.raises(signing.VisitNotStarted, match="Mark it arrived"):
        signing.sign_note(note=note, by=ana)
    Appointment.objects.filter(pk=visit.pk).update(status="arrived")
    assert signing.sign_note(note=note, by=ana).is_signed


def test_a_visit_of_another_day_is_not_said_to_have_begun_early(visit, ana):
    Appointment.objects.filter(pk=visit.pk).update(status="confirmed")
    note = draft_of(visit, ana, SOFT, subjective="early")
    with (
        time_machine.travel(visit.starts_at - timedelta(days=1), tick=False),
        pytest.raises(signing.VisitNotStarted, match="Sign once it has begun"),
    ):
        signing.sign_note(note=note, by=ana)


def test_a_visit_that_was_called_off_meanwhile_is_not_signed(visit, ana):
    note = draft_of(visit, ana, SOFT, subjective="x")
    Appointment.objects.filter(pk=visit.pk).update(status="cancelled")
    with pytest.raises(signing.VisitNotStarted, match="cancelled"):
        signing.sign_note(note=note, by=ana)


def test_what_was_only_carried_forward_is_not_enough(visit, ana):
    carried = TreatmentInput("lower-leg", "left", "effleurage", 2, 10)
    note = draft_of(visit, ana, carried)
    with pytest.raises(signing.NothingWritten, match="carried forward is not enough"):
        signing.sign_note(note=note, by=ana)
    note = writing.write_note(note=note, by=ana, expected_version=note.version, treatments=[SOFT])
    assert signing.sign_note(note=note, by=ana).is_signed


@pytest.mark.parametrize("enough", [{"subjective": "well"}, {"plan": "weekly"}, {"pain": (5, 3)}, {"pain": (5,)}])
def test_free_text_or_one_reading_is_enough(enough, visit, ana):
    assert signing.sign_note(note=draft_of(visit, ana, **enough), by=ana).is_signed


def test_each_row_against_the_check_needs_its_own_reason(kofis_visit, ana):
    right = TreatmentInput("foot", "right", "deep-tissue", 4, 5, override_reason="intact")
    note = draft_of(kofis_visit, ana, FIRM, right, subjective="x")
    with pytest.raises(signing.ReasonRequired) as refused:
        signing.sign_note(note=note, by=ana)
    assert {row["treatment"] for row in refused.value.more["rows"]} == {0}
    assert all(row["source"] for row in refused.value.more["rows"])
    note = writing.write_note(
        note=note,
        by=ana,
        expected_version=note.version,
        treatments=[TreatmentInput("foot", "left", "effleurage", 2, 10), right],
    )
    assert signing.sign_note(note=note, by=ana).is_signed


def test_work_against_a_stop_for_the_whole_body_needs_a_reason_on_some_row(visit, maria, ana):
    Finding.objects.create(practice=maria.practice, client=maria, finding="fever", began_on=visit.wall_date)
    note = draft_of(visit, ana, SOFT, subjective="x")
    with pytest.raises(signing.ReasonRequired, match="the whole body"):
        signing.sign_note(note=note, by=ana)
    explained = TreatmentInput(
        "lower-leg", "left", "effleurage", 1, 5, "calmer", "a still hand while we waited for her son"
    )
    note = writing.write_note(note=note, by=ana, expected_version=note.version, treatments=[explained])
    assert signing.sign_note(note=note, by=ana).is_signed


def test_words_alone_are_signed_in_spite_of_a_stop(visit, maria, ana):
    Finding.objects.create(practice=maria.practice, client=maria, finding="fever", began_on=visit.wall_date)
    assert signing.sign_note(note=draft_of(visit, ana, subjective="sent home with a fever"), by=ana).is_signed


def test_nobody_signs_for_somebody_else(visit, ana, ben, desk):
    note = draft_of(visit, ana, SOFT, subjective="x")
    for somebody in (ben, desk):
        with pytest.raises(NotAllowed):
            signing.sign_note(note=note, by=somebody)


def test_addenda_are_the_therapists_and_stand_for_ever(signed, ana, ben, desk):
    with pytest.raises(NotAllowed):
        signing.add_addendum(note=signed, text="a", reason="b", by=desk)
    added = signing.add_addendum(note=signed, text="Left, not right.", reason="slip", by=ben)
    for change in (lambda: Addendum.objects.filter(pk=added.pk).update(text="x"), added.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    signed.refresh_from_db()
    assert signed.subjective == "legs heavier"


def test_signed_rows_refuse_insert_update_delete_and_moving_in_from_a_draft(signed, ana, kofi, neuro_45):
    draft = draft_of(had_visit(kofi, ana, neuro_45, hour=14), ana, SOFT, pain=(5, 3))
    for change in (
        lambda: Measurement.objects.filter(note=signed).update(value=9),
        lambda: Measurement.objects.filter(note=signed).delete(),
        lambda: Measurement.objects.create(note=signed, measure="sleep", when="after", value=1),
        lambda: Treatment.objects.filter(note=draft).update(note=signed),
        lambda: Treatment.objects.filter(note=signed).update(note=draft),
        lambda: Note.objects.filter(pk=signed.pk).update(signed_at=None),
        signed.delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize("column", ["subjective", "plan", "signer_credential", "visibility"])
def test_one_changed_byte_of_a_signed_note_is_found(column, signed):
    before = getattr(signed, column)
    without_guard(
        "notes_note",
        "signed_note_stands_for_ever",
        f"UPDATE notes_note SET {column} = %s WHERE id = %s",
        before[:-1] + chr(ord(before[-1]) ^ 1),
        key(signed),
    )
    assert signing.broken_links(signed.practice_id) == [f"note {signed.pk} was changed after it was signed"]
    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_records")


def test_a_changed_treatment_or_reading_is_found(signed):
    without_guard(
        "notes_treatment",
        "treatment_of_signed_note_stands",
        "UPDATE notes_treatment SET pressure = pressure + 1 WHERE note_id = %s",
        key(signed),
    )
    assert len(signing.broken_links(signed.practice_id)) == 1


def test_a_reading_taken_away_is_found(signed):
    without_guard(
        "notes_measurement",
        "reading_of_signed_note_stands",
        "DELETE FROM notes_measurement WHERE note_id = %s",
        key(signed),
    )
    assert len(signing.broken_links(signed.practice_id)) == 1


def test_a_note_taken_out_of_the_middle_or_off_the_end_is_found(maria, ana, neuro_45, now):
    notes = [sign(had_visit(maria, ana, neuro_45, days_ago=days), ana, subjective="x") for days in (14, 7, 0)]
    for guard, table in (
        ("treatment_of_signed_note_stands", "notes_treatment"),
        ("signed_note_stands_for_ever", "notes_note"),
    ):
        column = "id" if table == "notes_note" else "note_id"
        without_guard(table, guard, f"DELETE FROM {table} WHERE {column} = %s", key(notes[1]))
    assert any("position 2 is missing" in fault for fault in signing.broken_links(maria.practice_id))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM notes_treatment WHERE note_id = %s", [key(notes[2])])
        cursor.execute("DELETE FROM notes_note WHERE id = %s", [key(notes[2])])
    assert "the last signed note is missing" in signing.broken_links(maria.practice_id)


def test_a_changed_addendum_and_a_changed_summary_are_found(signed, signed_summary, ana, capsys):
    for text in ("one", "two"):
        added = signing.add_addendum(note=signed, text=text, reason="more", by=ana)
    without_guard(
        "notes_addendum", "addendum_stands_for_ever", "UPDATE notes_addendum SET text = 'twa' WHERE id = %s", key(added)
    )
    content = {**signed_summary.content, "plan": "Daily."}
    from json import dumps

    without_guard(
        "notes_summary",
        "signed_summary_stands_for_ever",
        "UPDATE notes_summary SET content = %s WHERE id = %s",
        dumps(content),
        key(signed_summary),
    )
    with pytest.raises(CommandError, match="2 faults"):
        call_command("verify_records")
    told = capsys.readouterr().out
    assert f"addendum {added.pk} of note {signed.pk} was changed" in told
    assert f"summary {signed_summary.pk} was changed" in told
    assert "Weekly." not in told


def test_sound_records_are_said_to_be_sound(signed, signed_summary, share, ana, capsys):
    signing.add_addendum(note=signed, text="more", reason="forgot", by=ana)
    call_command("verify_records")
    assert "Riverside Therapy: 1 signed notes, all sound" in capsys.readouterr().out


def test_a_signed_summary_and_an_opening_refuse_change_in_the_database(share):
    from notes.sharing.sharing import open_share

    open_share(token=share.url.rstrip("/").rsplit("/", 1)[1], code=share.code)
    summary = share.share.summary
    for change in (
        lambda: Summary.objects.filter(pk=summary.pk).update(plan="x"),
        lambda: ShareOpening.objects.update(what="letter"),
        lambda: Summary.objects.filter(pk=summary.pk).delete(),
        lambda: ShareOpening.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert summaries.broken_summaries(summary.practice_id) == []
