"""Notes begun by mistake, of a visit that moved, and what nobody but their author sees of a sheet."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from clients.models import Finding
from conftest import MONDAY, at, numb
from notes.autosave import keep_typed
from notes.beginning import begin_note, drop_note
from notes.models import Note, NoteDraft
from notes.record import signing
from notes.record.waiting import unsigned_of
from notes.tests.conftest import SOFT, draft_of, sign
from notes.writing import NotAllInTheNote, NotATherapist, NoteSigned, TreatmentInput, write_note
from practice.models import AuditEntry
from practice.refusals import WrongState
from practice.tests.answers import text_of
from sessions.booking import book_appointment, cancel_appointment, move_appointment
from sessions.models import Appointment

V1 = "/api/v1"
HALF_TYPED = {"subjective": "w", "objective": "", "assessment": "", "plan": "", "rows": "1", "row-0-response": "HALFTYPED",
              "row-0-state": "given"}


@pytest.fixture
def bens_visit(now, maria, ben, neuro_45) -> Appointment:
    return book_appointment(client=maria, therapist=ben, service=neuro_45, starts_at=at(9, days=0), by=ben)


def type_half(note: Note, by) -> Note:
    keep_typed(note=note, by=by, expected_version=note.version, tab="t", turn=2, typed=HALF_TYPED)
    return Note.objects.get(pk=note.pk)


def verbs_of(member) -> list[str]:
    return list(AuditEntry.objects.filter(actor=member).values_list("verb", flat=True))


# --- the day ---------------------------------------------------------------------------------------------------


def test_the_note_of_a_visit_that_moved_is_checked_and_signed_for_the_day_it_took_place(kofi, ana, neuro_45, now, api):
    visit = book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=at(9, days=0), by=ana)
    note = draft_of(visit, ana, TreatmentInput("hand", "left", "deep-tissue", 4, 10), subjective="firm")
    Finding.objects.filter(pk=numb(kofi, "hand", "left").pk).update(began_on=date(2026, 11, 24))
    move_appointment(appointment=visit, starts_at=at(9, days=2), by=ana)
    assert api(ana).get(f"{V1}/notes/{note.pk}/").json()["visit_on"] == "2026-11-25"
    with time_machine.travel(at(12, days=2), tick=False):
        with pytest.raises(signing.ReasonRequired):
            signing.sign_note(note=note, by=ana)
        note = write_note(note=note, by=ana, expected_version=note.version, treatments=[SOFT])
        assert signing.sign_note(note=note, by=ana).visit_on == date(2026, 11, 25)
    assert signing.broken_links(note.practice_id) == []


# --- what only the author sees -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path, sent", [
    ("", {"act": "save", "version": "1", "rows": "0"}), ("", {"act": "both", "version": "1", "rows": "0"}),
    ("", {"act": "check", "rows": "0"}), ("", {"act": "carry", "rows": "0"}), ("sign/", {}), ("check/", {"rows": "0"}),
    ("draft/", {"version": "1", "rows": "0"}), ("drop/", {}),
])
def test_a_colleague_who_presses_on_a_sheet_sees_nothing_of_it(draft, ana, ben, page, path, sent):
    write_note(note=draft, by=ana, expected_version=1, subjective="SECRET")
    type_half(Note.objects.get(pk=draft.pk), ana)
    answer = page(ben).post(f"/notes/{draft.pk}/{path}", sent)
    assert answer.status_code == 403
    assert "SECRET" not in answer.content.decode() and "HALFTYPED" not in answer.content.decode()
    assert Note.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize("path, sent", [("addenda/", {"text": "", "reason": ""}), ("send-back/", {"text": ""})])
def test_a_form_refused_beside_a_signed_note_is_a_look_at_the_note(signed, ben, page, path, sent):
    answer = page(ben).post(f"/notes/{signed.pk}/{path}", sent)
    assert answer.status_code == 422 and "legs heavier" in text_of(answer)
    assert "note_read" in verbs_of(ben)


def test_whoever_begins_a_note_that_is_there_and_reads_it_leaves_a_line(signed, visit, ben, api):
    answer = api(ben).post(f"{V1}/notes/", {"appointment": str(visit.pk)})
    assert answer.status_code == 200 and answer.json()["subjective"] == "legs heavier"
    assert "note_read" in verbs_of(ben)


def test_any_page_shown_again_with_what_is_wrong_is_a_look_at_the_client(ben, maria, page):
    assert page(ben).post(f"/clients/{maria.pk}/edit/", {"name": ""}).status_code == 422
    assert "client_looked_at" in verbs_of(ben)


def test_what_a_note_kept_to_its_author_says_is_not_told_at_booking(kofi, ana, ben, kofis_visit, neuro_45, api):
    def told() -> list[tuple[str, list[str]]]:
        answer = api(ben).post(f"{V1}/appointments/", {
            "client": str(kofi.pk), "therapist": str(ben.pk), "service": str(neuro_45.pk),
            "starts_at": at(10, days=2).isoformat()}, format="json")
        Appointment.objects.filter(pk=answer.json()["id"]).update(status="cancelled")
        return [(reason["rule"], reason["text"]) for reason in answer.json()["cautions"]["reasons"]]

    before = told()
    firm = TreatmentInput("foot", "left", "deep-tissue", 4, 10, "ok", "because")
    note = sign(kofis_visit, ana, firm, subjective="mine", visibility="author")
    assert told() == before
    assert note.visibility == "author"


# --- what waits unfinished ---------------------------------------------------------------------------------------


def test_who_writes_elsewhere_is_refused_while_something_typed_waits_unfinished(draft, ana, api):
    note = type_half(draft, ana)
    answer = api(ana).patch(f"{V1}/notes/{note.pk}/", {"plan": "weekly"}, HTTP_IF_MATCH=f'"{note.version}"')
    assert answer.status_code == 409 and answer.json()["code"] == "typed_unfinished"
    assert NoteDraft.objects.get().typed["row-0-response"] == "HALFTYPED"
    with pytest.raises(NotAllInTheNote):
        write_note(note=note, by=ana, expected_version=note.version, plan="weekly")


# --- what a signature needs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [
    TreatmentInput("lower-leg", "left", "effleurage", 2, 10, "carried response", state="planned"),
    TreatmentInput("lower-leg", "left", "effleurage", 2, 10, state="left-out", tolerated="well"),
])
def test_only_work_that_was_given_has_a_response_of_today(visit, ana, row):
    with pytest.raises(signing.NothingWritten):
        signing.sign_note(note=draft_of(visit, ana, row), by=ana)


def test_a_reason_at_work_left_out_explains_nothing(maria, visit, ana, page):
    Finding.objects.create(practice=maria.practice, client=maria, finding="fever", began_on=MONDAY)
    left_out = TreatmentInput("foot", "left", "effleurage", 2, 10, "", "because", state="left-out")
    note = draft_of(visit, ana, left_out, SOFT, subjective="x")
    with pytest.raises(signing.ReasonRequired):
        signing.sign_note(note=note, by=ana)
    asked = page(ana).post(f"/notes/{note.pk}/sign/").content.decode()
    assert 'name="row-1-override_reason"' in asked and "Say why it is right today: left lower leg" in asked


# --- begun by mistake --------------------------------------------------------------------------------------------


def test_a_note_a_colleague_only_began_is_taken_over_by_the_visits_own_therapist(bens_visit, ana, ben, page):
    begun, _ = begin_note(appointment=bens_visit, by=ana)
    assert "Write it yourself" in text_of(page(ben).get(f"/notes/{begun.pk}/"))
    page(ben).post(f"/visits/{bens_visit.pk}/note/")
    begun.refresh_from_db()
    assert begun.author == ben and "note_taken_over" in verbs_of(ben)
    with pytest.raises(NotATherapist):
        write_note(note=begun, by=ana, expected_version=begun.version, plan="mine")


def test_a_note_in_which_something_stands_stays_its_authors(bens_visit, ana, ben, page):
    begun = draft_of(bens_visit, ana, subjective="I treated her")
    assert "Write it yourself" not in text_of(page(ben).get(f"/notes/{begun.pk}/"))
    assert begin_note(appointment=bens_visit, by=ben)[0].author == ana


def test_nobody_else_takes_an_empty_note_over(draft, visit, ben):
    assert begin_note(appointment=visit, by=ben)[0].author == draft.author


def test_a_draft_of_a_visit_that_was_cancelled_is_dropped_by_its_author(bens_visit, ana, ben, page):
    note = draft_of(bens_visit, ana, SOFT, subjective="begun too early")
    cancel_appointment(appointment=bens_visit, reason="sick", by=ben)
    with time_machine.travel(at(12, days=30), tick=False):
        assert list(unsigned_of(ana)) == [note]
        assert "Drop this draft" in text_of(page(ana).get(f"/notes/{note.pk}/"))
        assert page(ana).post(f"/notes/{note.pk}/drop/").status_code == 302
        assert not unsigned_of(ana) and "note_dropped" in verbs_of(ana)


def test_what_stands_about_a_visit_that_took_place_is_not_dropped(draft, ana, ben, page):
    assert "Drop this draft" in text_of(page(ana).get(f"/notes/{draft.pk}/"))
    note = type_half(draft, ana)
    assert "Drop this draft" not in text_of(page(ana).get(f"/notes/{note.pk}/"))
    with pytest.raises(WrongState):
        drop_note(note=note, by=ana)
    with pytest.raises(NotATherapist):
        drop_note(note=note, by=ben)


def test_a_signed_note_is_not_dropped(signed, ana):
    with pytest.raises(NoteSigned):
        drop_note(note=signed, by=ana)


def test_an_empty_draft_is_dropped_and_begun_anew(visit, ana):
    drop_note(note=begin_note(appointment=visit, by=ana)[0], by=ana)
    assert begin_note(appointment=visit, by=ana)[1]
