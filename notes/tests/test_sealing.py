"""What a signature covers, column by column; that neither code nor raw SQL gets at it; that the chain misses nothing."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from clients.models import Finding
from clients.own_rules import change_rule
from conftest import at
from notes import writing
from notes.events.log import EventInput
from notes.models import (
    Addendum,
    BrokenGlass,
    CoSignature,
    HomeProgramme,
    Measurement,
    Note,
    NoteDraft,
    NotesChain,
    Treatment,
)
from notes.record import cosigning, signing
from notes.seal import content
from notes.seal.verifying import broken_links
from notes.tests.conftest import SOFT, draft_of, sign
from notes.tests.test_signing import without_guard
from notes.writing import TreatmentInput
from practice.models import Membership
from practice.supervision import set_supervisor
from sessions.booking import complete, move_appointment, undo_day_verb
from sessions.models import Appointment

# --- what it covers -----------------------------------------------------------------------------------------------


def test_every_column_of_a_note_and_of_what_hangs_on_it_is_covered_or_named_with_the_reason():
    covered = {"note": (Note, content.NOTE), "addendum": (Addendum, content.ADDENDUM),
               "cosignature": (CoSignature, content.COSIGNATURE),
               **{kind.name: (kind.model, kind.columns) for kind in content.HANGS_ON_NOTE}}
    for name, (model, columns) in covered.items():
        there = {field.attname for field in model._meta.concrete_fields}
        named = {left.partition(".")[2] for left in content.NOT_COVERED if left.startswith(f"{name}.")}
        assert there == set(columns) | named, f"{name}: add to notes/seal/content.py {there ^ (set(columns) | named)}"
        assert not set(columns) & named
    assert all(content.NOT_COVERED.values())


def test_every_kind_of_row_that_hangs_on_a_note_is_covered_or_has_a_signature_of_its_own():
    hanging = {relation.related_model for relation in Note._meta.related_objects}
    signed_by_themselves, of_no_signature = {Addendum, CoSignature}, {BrokenGlass, HomeProgramme, NoteDraft}
    assert hanging == {kind.model for kind in content.HANGS_ON_NOTE} | signed_by_themselves | of_no_signature


def _first(note, previous):
    """The hash of the first version, written down once more as it was then."""
    return hashlib.sha256(json.dumps({
        "id": str(note.pk), "practice": str(note.practice_id), "client": str(note.client_id),
        "appointment": str(note.appointment_id), "author": str(note.author_id), "visit_on": note.visit_on.isoformat(),
        "signed_at": note.signed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "signed_by": str(note.signed_by_id), "credential": note.signer_credential, "visibility": note.visibility,
        "position": note.chain_position, "previous": previous,
        **{name: getattr(note, name) for name in writing.SOAP},
        "treatments": [[t.region, t.side, t.technique, t.pressure, t.minutes, t.response, t.override_reason]
                       for t in sorted(note.treatments.all(), key=lambda t: t.position)],
        "measurements": [[m.measure, m.when, f"{m.value:.2f}"]
                         for m in sorted(note.measurements.all(), key=lambda m: (m.measure, m.when))],
    }, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _signed_long_ago(draft, by):
    """A note as the first version signed it."""
    draft.signed_at, draft.signed_by, draft.signer_credential = at(9, days=0), by, by.credential
    draft.chain_position, draft.previous_hash = 1, ""
    draft.content_hash = _first(draft, "")
    draft.save()
    NotesChain.objects.create(practice=draft.practice, position=1, head_hash=draft.content_hash)
    return draft


def test_a_note_of_the_first_version_verifies_as_before_and_the_chain_goes_on_from_it(visit, kofis_visit, ana):
    old = _signed_long_ago(draft_of(visit, ana, SOFT, pain=(5, 3), subjective="légs “heavy”"), ana)
    said = {"id": UUID(int=5), "note_id": old.pk, "author_id": ana.pk, "text": "more", "reason": "forgot",
            "written_at": at(10, days=0)}
    Addendum.objects.create(**said, content_hash=content.hash_of_first_addendum(said, old.content_hash))
    new = sign(kofis_visit, ana, TreatmentInput("back", "both", "effleurage", 2, 5))
    assert (new.hash_version, new.previous_hash) == (3, old.content_hash)
    signing.add_addendum(note=old, text="and more", reason="forgot too", by=ana)
    assert broken_links(old.practice_id) == []
    without_guard("notes_addendum", "addendum_stands_for_ever", "UPDATE notes_addendum SET text = 'mare' WHERE content_hash = %s",
                  content.hash_of_first_addendum(said, old.content_hash))
    assert broken_links(old.practice_id) == [f"addendum {UUID(int=5)} of note {old.pk} was changed after it was written"]


def test_a_note_of_the_second_version_verifies_without_the_units(draft, ana, monkeypatch):
    monkeypatch.setattr(content, "VERSION", 2)
    old = signing.sign_note(note=draft_of(draft.appointment, ana, SOFT, subjective="heavy"), by=ana)
    row = {name: value for name, value in content.columns_of(old, content.NOTE).items() if name != "billed_at_signing"}
    assert content.hash_of_note(row, content.hanging_on([old.pk])[old.pk]) == old.content_hash
    assert broken_links(old.practice_id) == []


def test_a_first_note_that_is_changed_is_found(visit, ana):
    old = _signed_long_ago(draft_of(visit, ana, SOFT, subjective="heavy"), ana)
    without_guard("notes_treatment", "treatment_of_signed_note_stands", "UPDATE notes_treatment SET minutes = 11")
    assert broken_links(old.practice_id) == [f"note {old.pk} was changed after it was signed"]


def _other(value):
    """Another value of the same kind."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, UUID):
        return UUID(int=value.int ^ 1)
    if isinstance(value, str):
        return f"{value[:-1]}~"
    return value + (timedelta(days=1) if isinstance(value, date) else 1)


@pytest.mark.parametrize("column", content.NOTE)
def test_another_value_in_any_column_gives_another_hash(column, signed):
    hanging = content.hanging_on([signed.pk])[signed.pk]
    row = content.columns_of(signed, content.NOTE)
    assert content.hash_of_note(row, hanging) == signed.content_hash
    changed = row | {column: {} if column.endswith("_at_signing") else _other(row[column])}
    if column == "hash_version":
        changed[column] = 1
    assert content.hash_of_note(changed, hanging) != signed.content_hash


def test_another_value_in_any_column_of_what_hangs_on_it_gives_another_hash(visit, ana):
    signed = sign(visit, ana, pain=(5, 3), events=[EventInput("spasm", region="calf", side="left")])
    row, hanging = content.columns_of(signed, content.NOTE), content.hanging_on([signed.pk])[signed.pk]
    for kind in content.HANGS_ON_NOTE:
        assert hanging[kind.name]
        for column in kind.columns:
            first, *rest = hanging[kind.name]
            changed = {**hanging, kind.name: [first | {column: _other(first[column])}, *rest]}
            assert content.hash_of_note(row, changed) != signed.content_hash, (kind.name, column)


# --- the check as it stood ----------------------------------------------------------------------------------------


def test_the_check_is_kept_as_it_stood_whatever_the_rules_and_the_client_become(kofis_visit, ana, owner, api, page):
    explained = TreatmentInput("foot", "left", "deep-tissue", 4, 10, "eased", "tested, intact today")
    note = sign(kofis_visit, ana, explained)
    kept = note.check_at_signing
    assert kept["verdict"] == "caution"
    against = [row for row in kept["reasons"] if row["treatment"] == 0 and row["rule"] == "reduced-sensation"]
    assert against and all(row["text"] and row["source"] and row["level"] == "caution" for row in against)
    before = api(ana).get(f"/api/v1/notes/{note.pk}/").json()["check"]
    change_rule(practice=note.practice, rule="reduced-sensation", is_off=True, reason="asked around", by=owner)
    Finding.objects.all().delete()
    after = api(ana).get(f"/api/v1/notes/{note.pk}/").json()["check"]
    assert after == before
    assert [row["rule"] for row in after["reasons"]] == [row["rule"] for row in kept["reasons"]]
    html = page(ana).get(reverse("notes:note", args=[note.pk])).content.decode()
    assert "The check at signing: caution" in html and html.count(against[0]["text"]) == 2  # at its row, and there
    assert broken_links(note.practice_id) == []


# --- nothing gets at it -------------------------------------------------------------------------------------------


@pytest.fixture
def cosigned(visit, ana, ben, owner):
    """A supervised note with an addendum, its co-signature, and an opening with a reason."""
    set_supervisor(therapist=ana, supervisor=ben, by=owner)
    note = sign(visit, Membership.objects.get(pk=ana.pk), pain=(5, 3), events=[EventInput("stopped", what="sharp-pain")])
    signing.add_addendum(note=note, text="more", reason="forgot", by=ana)
    cosigning.cosign_note(note=note, by=ben)
    BrokenGlass.objects.create(practice=note.practice, note=note, by=owner, reason="cannot wait", at=at(9), until=at(10))
    return note


_ROWS = [("notes_note", "plan"), ("notes_note", "check_at_signing"),
         *((kind.model._meta.db_table, kind.columns[1]) for kind in content.HANGS_ON_NOTE),
         ("notes_addendum", "text"), ("notes_cosignature", "credential"), ("notes_brokenglass", "reason"),
         ("practice_auditentry", "verb")]


@pytest.mark.parametrize(("table", "column"), _ROWS)
def test_the_database_itself_refuses_to_change_empty_or_lose_it(table, column, cosigned):
    value = {"check_at_signing": "'{}'", "number": "7", "position": "7"}.get(column, "'x'")
    for statement in (f"UPDATE {table} SET {column} = {value}", f"DELETE FROM {table}",
                      *([f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE"] * (connection.vendor == "postgresql"))):
        with pytest.raises(DatabaseError, match="refused"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0] > 0


def test_neither_orm_nor_api_changes_a_signed_note(cosigned, ana, api):
    signature = cosigned.cosignature
    for change in (
        cosigned.save, cosigned.delete, signature.delete, signature.save,
        lambda: Note.objects.filter(pk=cosigned.pk).update(check_at_signing={}),
        lambda: Note.objects.filter(pk=cosigned.pk).update(supervisor=None),
        lambda: Note.objects.bulk_update([cosigned], ["plan"]),
        lambda: CoSignature.objects.update(by=ana),
        lambda: BrokenGlass.objects.update(reason="y"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    http = api(ana)
    etag = http.get(f"/api/v1/notes/{cosigned.pk}/").headers["ETag"]
    answer = http.patch(f"/api/v1/notes/{cosigned.pk}/", {"plan": "x"}, format="json", headers={"If-Match": etag})
    assert (answer.status_code, answer.json()["code"]) == (409, "note_signed")
    assert http.delete(f"/api/v1/notes/{cosigned.pk}/").status_code == 405
    assert broken_links(cosigned.practice_id) == []


@pytest.mark.parametrize(("table", "guard", "column", "said"), [
    ("notes_cosignature", "cosignature_stands_for_ever", "credential", "co-signature of note"),
    ("notes_addendum", "addendum_stands_for_ever", "reason", "addendum"),
])
def test_a_changed_addendum_or_co_signature_is_found(table, guard, column, said, cosigned):
    without_guard(table, guard, f"UPDATE {table} SET {column} = 'x'")
    (fault,) = broken_links(cosigned.practice_id)
    assert fault.startswith(said) and "was changed" in fault


@pytest.mark.parametrize(("table", "guard", "said"), [
    ("notes_cosignature", "cosignature_stands_for_ever", "the last signed note is missing"),
    ("notes_addendum", "addendum_stands_for_ever", "position 2 is missing"),
])
def test_a_lost_addendum_or_co_signature_is_found(table, guard, said, cosigned):
    without_guard(table, guard, f"DELETE FROM {table}")
    assert any(said in fault for fault in broken_links(cosigned.practice_id))


def test_a_row_smuggled_in_and_a_lost_head_are_found(cosigned, kofis_visit, ana):
    forged = {"id": UUID(int=7), "note_id": cosigned.pk, "author_id": ana.pk, "text": "x", "reason": "x",
              "written_at": at(9), "sends_back": False, "previous_hash": "", "chain_position": 2}
    Addendum.objects.create(**forged, content_hash=content.hash_of_addendum(forged))
    assert any("position 2 is there twice" in fault for fault in broken_links(cosigned.practice_id))
    forged |= {"id": UUID(int=8), "chain_position": 9}
    Addendum.objects.create(**forged, content_hash=content.hash_of_addendum(forged))
    assert "the chain ends at position 3, and something stands at 9" in broken_links(cosigned.practice_id)
    NotesChain.objects.all().delete()
    assert "the head of the chain is missing" in broken_links(cosigned.practice_id)


# --- the visit stays free -----------------------------------------------------------------------------------------


def test_signing_never_pins_the_visit(signed, visit, ana, page):
    visit.refresh_from_db()
    assert complete(appointment=visit, by=ana).status == "fulfilled"
    assert broken_links(signed.practice_id) == []


def test_a_signed_visit_may_be_put_right_in_the_diary_and_the_note_says_what_it_was_signed_for(
    signed, visit, ana, page
):
    undo_day_verb(appointment=visit, verb="undo-arrive", by=ana)
    visit.refresh_from_db()
    moved = move_appointment(appointment=visit, starts_at=at(11, days=0), by=ana)
    assert moved.starts_at == at(11, days=0)
    signed.refresh_from_db()
    assert (signed.visit_starts_at, signed.visit_minutes) == (at(9, days=0), 45)
    told = page(ana).get(reverse("notes:note", args=[signed.pk])).content.decode()
    assert "Signed for the visit of Mon 23 Nov, 09:00" in told
    assert broken_links(signed.practice_id) == []


def test_a_signed_visit_cannot_silently_become_another_clients(signed, kofi):
    Appointment.objects.filter(pk=signed.appointment_id).update(client=kofi)
    (fault,) = broken_links(signed.practice_id)
    assert str(signed.pk) in fault and "in the diary as another's" in fault
    assert Note.objects.get(pk=signed.pk).client.name == "Maria Lindqvist"


def test_a_hash_is_the_same_from_the_row_at_hand_and_from_the_database(signed):
    (row,) = Note.objects.filter(pk=signed.pk).values(*content.NOTE)
    assert content.hash_of_note(row, content.hanging_on([signed.pk])[signed.pk]) == signed.content_hash
    assert isinstance(row["written_at"], datetime) and isinstance(
        content.hanging_on([signed.pk])[signed.pk]["measurements"][0]["value"], Decimal)
    assert Treatment.objects.filter(note=signed).exists() and Measurement.objects.filter(note=signed).exists()
