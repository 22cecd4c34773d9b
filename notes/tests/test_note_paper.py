"""A note on paper: everything it says, who signed it, page x of y; and that no text can do anything in it."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from conftest import at
from notes import writing
from notes.events.log import EventInput
from notes.paper.note_paper import note_pdf
from notes.reading import whole_note
from notes.record import signing
from notes.record.cosigning import cosign_note
from notes.tests.conftest import SOFT, draft_of, had_visit, sign
from notes.tests.test_letters import HOSTILE, NAMES, flat, tight
from notes.writing import TreatmentInput
from practice.models import AuditEntry
from practice.supervision import set_supervisor
from sessions.booking import move_appointment, undo_day_verb
from sessions.models import Appointment


def read(note):
    return PdfReader(BytesIO(note_pdf(whole_note(note))))


def words_of(pdf):
    return flat("\n".join(page.extract_text() for page in pdf.pages))


def test_a_signed_note_says_everything_and_where_it_stands_in_the_chain(signed, maria, ana):
    signing.add_addendum(note=signed, text="Walked home without the stick.", reason="She rang.", by=ana)
    pdf = read(signed)
    words = words_of(pdf)
    for said in ("Riverside Therapy", "Maria Lindqvist", "born 2 Mar 1971", "Mon 23 Nov", "Neuro 45, 45 minutes", "legs heavier",
                 "left lower leg: effleurage, pressure 2, 10 min", "softer", "Pain 5 before, 3 after", "Weekly.", "10 of 45 minutes given: left lower leg 10; effleurage 10.",
                 "Ana Alves, LMT 60123", "Number 1 of this practice’s signed notes.", "Walked home without the stick.",
                 "Because: She rang.", "Page 1 of 1"):
        assert said in words, said
    assert signed.content_hash in tight(words) and "DRAFT" not in words and "Late entry" not in words
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


def test_a_signed_note_keeps_the_time_and_length_it_was_signed_for_wherever_the_visit_is_moved(signed, visit, ana, api):
    undo_day_verb(appointment=visit, verb="undo-arrive", by=ana)
    visit.refresh_from_db()
    move_appointment(appointment=visit, starts_at=at(15, days=1), by=ana)
    assert "Mon 23 Nov 2026, 09:00, Neuro 45, 45 minutes" in words_of(read(signed))
    assert api(ana).get(f"/api/v1/notes/{signed.pk}/").json()["totals"]["visit_minutes"] == 45


def test_why_it_was_booked_all_the_same_stands_apart_from_what_is_signed(signed, page, ana):
    Appointment.objects.filter(pk=signed.appointment_id).update(override_reason="She asked for it.")
    words = words_of(read(signed))
    because = words.index("Booked all the same because: She asked for it. (from the diary)")
    assert because > words.index("Signature")
    html = page(ana).get(f"/notes/{signed.pk}/").content.decode()
    assert html.index("She asked for it.") < html.index('aria-label="The note"')


def test_a_draft_says_so_on_every_page(draft, ana):
    writing.write_note(note=draft, by=ana, expected_version=draft.version, subjective="legs heavier\n" * 90)
    pdf = read(draft)
    assert len(pdf.pages) > 1
    for page in pdf.pages:
        assert "DRAFT, not signed" in flat(page.extract_text())


def test_work_against_the_check_stands_there_with_its_reason(kofis_visit, ana):
    firm = TreatmentInput("foot", "left", "deep-tissue", 4, 10, override_reason="He asked, and the skin was watched.")
    words = words_of(read(sign(kofis_visit, ana, firm)))
    assert "Why it was right that day: He asked, and the skin was watched." in words and "sensation is reduced" in words


def test_when_to_come_again_and_what_to_look_at_first_stand_there(kofis_visit, ana):
    note = sign(kofis_visit, ana, next_in_days=14, next_focus="the left calf")
    assert "Next visit In 14 days. First: the left calf" in words_of(read(note))


def test_what_was_written_on_a_later_day_says_both_days(now, maria, ana, neuro_45):
    note = sign(had_visit(maria, ana, neuro_45, days_ago=3), ana)
    assert "Late entry: visit on Fri 20 Nov, written Mon 23 Nov." in words_of(read(note))


def test_work_nobody_said_was_done_is_marked_and_what_happened_stands_there(kofis_visit, ana):
    rows = (TreatmentInput("back", "both", "effleurage", 2, 10, state="planned"),
            TreatmentInput("calf", "left", "effleurage", 2, 5, state="left-out"), SOFT)
    note = draft_of(kofis_visit, ana, *rows, subjective="legs heavier", events=[EventInput("spasm", region="calf", side="left")])
    words = words_of(read(signing.sign_note(note=note, by=ana)))
    assert words.count("(planned, not confirmed as given)") == 1 and words.count("(left out)") == 1
    assert "What happened Spasm of the left calf." in words and "Done" not in words


def test_it_says_who_co_signed_or_that_somebody_still_has_to(kofis_visit, ana, ben, owner):
    set_supervisor(therapist=ana, supervisor=ben, by=owner)
    ana.refresh_from_db()
    note = sign(kofis_visit, ana)
    assert "It waits for a co-signature." in words_of(read(note))
    cosign_note(note=note, by=ben)
    assert "Co-signed by Ben Baker, Mon 23 Nov" in words_of(read(note))


def test_no_text_of_a_note_can_do_anything_and_twenty_scripts_come_out_whole(visit, maria, ana):
    maria.name = NAMES[3]
    maria.save()
    everything = "\n".join((*HOSTILE, *NAMES))
    note = sign(visit, ana, TreatmentInput("back", "both", "effleurage", 2, 10, HOSTILE[0]), subjective=everything, plan=everything)
    words = tight(words_of(read(note)))
    for payload in HOSTILE:
        assert words.count(tight(payload)) >= 2, payload
    for name in ("Łukasz Żółć", "Олена Шевченко", "欧阳娜娜", "ⵜⵉⴼⵉⵏ"):
        assert tight(name) in words


@pytest.mark.parametrize("paper, width", (("a4", 595), ("us-letter", 612)))
def test_twenty_thousand_letters_run_over_pages_that_all_name_the_client(visit, maria, ana, paper, width):
    maria.practice.paper = paper
    maria.practice.save()
    long = "W" * 900 + " " + "she says " * 2100
    note = draft_of(visit, ana, SOFT, subjective=long[:20_000], objective=long[:20_000])
    pdf = read(note)
    count = len(pdf.pages)
    assert count > 6
    for number, page in enumerate(pdf.pages, 1):
        words = flat(page.extract_text())
        assert "Maria Lindqvist, born 2 Mar 1971, visit on Mon 23 Nov 2026" in words and f"Page {number} of {count}" in words
        assert round(page.mediabox.width) == width
    assert words_of(pdf).count("says") == long[:20_000].count("says") * 2


def test_the_file_is_for_whoever_may_read_the_note_and_the_look_is_written_down(signed, draft, page, api, ana, ben, desk, owner):
    for ask in (lambda by: page(by).get(f"/notes/{signed.pk}/note.pdf"), lambda by: api(by).get(f"/api/v1/notes/{signed.pk}/pdf/")):
        answer = ask(ben)
        assert answer.content.startswith(b"%PDF-") and answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == 'attachment; filename="note.pdf"' and answer["Cache-Control"] == "no-store"
        entry = AuditEntry.objects.filter(verb="note_read").latest("id")
        assert (entry.actor, entry.subject_id, entry.detail) == (ben, signed.pk, {"what": "pdf"})
        assert {ask(desk).status_code, ask(owner).status_code} == {403}


def test_a_note_kept_to_its_author_is_nobody_elses_file(draft, page, ana, ben):
    writing.write_note(note=draft, by=ana, expected_version=draft.version, visibility="author")
    assert page(ben).get(f"/notes/{draft.pk}/note.pdf").status_code == 404
    answer = page(ana).get(f"/notes/{draft.pk}/note.pdf")
    assert "Kept to Ana Alves." in words_of(PdfReader(BytesIO(answer.content)))
