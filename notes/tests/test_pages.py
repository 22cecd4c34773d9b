"""The record's pages: what they show, keep and refuse."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from notes import writing
from notes.beginning import begin_note
from notes.models import Addendum, Note, Share, Summary
from notes.tests.conftest import FIRM, SOFT, draft_of, had_visit, sign
from practice.models import AuditEntry, Message
from sessions.models import Appointment

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)> {{ 7*7 }} {% debug %}"


def words(response):
    """The page's text without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def typed(note, *rows, **fields):
    """What a browser sends of a note's sheet."""
    sent = {"version": note.version, "subjective": "", "objective": "", "assessment": "", "plan": "", "rows": len(rows)}
    for i, row in enumerate(rows):
        sent |= {f"row-{i}-{name}": value for name, value in row.items()}
    return sent | fields


ROW = {"place": "foot:left", "technique": "deep-tissue", "pressure": "4", "minutes": "10"}


def url(name, row):
    return reverse(f"notes:{name}", args=[row.pk])


# --- the sheet -------------------------------------------------------------------------------------------------


def test_one_press_begins_the_note_of_a_visit_and_puts_the_cursor_in_subjective(page, ana, visit):
    answer = page(ana).post(reverse("notes:note_begin", args=[visit.pk]), follow=True)
    note = Note.objects.get(appointment=visit)
    assert answer.redirect_chain == [(url("note", note), 302)]
    assert re.search(r'<textarea name="subjective"[^>]*autofocus', answer.content.decode())
    assert page(ana).post(reverse("notes:note_begin", args=[visit.pk])).url == url("note", note)


def test_what_is_typed_is_saved_as_a_draft(page, ana, draft):
    answer = page(ana).post(
        url("note", draft),
        typed(
            draft,
            ROW,
            {"place": ""},
            subjective="legs heavier\r\nsince Friday",
            pain_before="5",
            pain_after="2.5",
            act="save",
        ),
        follow=True,
    )
    draft.refresh_from_db()
    assert draft.subjective == "legs heavier\nsince Friday"
    assert [(t.region, t.side, t.pressure) for t in draft.treatments.all()] == [("foot", "left", 4)]
    assert [(m.when, float(m.value)) for m in draft.measurements.all()] == [("before", 5), ("after", 2.5)]
    assert "Saved as a draft." in words(answer)


def test_the_check_stands_at_the_row_with_level_cap_and_full_source_and_asks_why(page, ana, kofis_visit):
    note = begin_note(appointment=kofis_visit, by=ana)[0]
    fragment = page(ana).post(reverse("notes:note_check", args=[note.pk]), typed(note, {"place": ""}, ROW))
    text = fragment.content.decode()
    at_row = text[text.index('id="row-1-check"') :]
    assert "Caution: pressure 2 at most" in words(fragment)
    assert "sensation is reduced, so pressure 2 at most; here pressure 4." in at_row
    assert "doi:10.1097/01.NNN.0000324753.04181.b2" in at_row
    assert "Caution" not in text[text.index('id="row-0-check"') : text.index('id="row-1-check"')]
    assert not note.treatments.exists()
    saved = page(ana).post(url("note", note), typed(note, ROW, subjective="tingling", act="sign"))
    assert saved.status_code == 409
    assert "doi:10.1097/01.NNN.0000324753.04181.b2" in saved.content.decode()
    assert "Why it is right today (needed to sign)" in words(saved)


def test_a_refused_signature_says_why_in_words_and_loses_nothing(page, ana, kofis_visit):
    note = begin_note(appointment=kofis_visit, by=ana)[0]
    http = page(ana)
    refused = http.post(url("note", note), typed(note, ROW, subjective="tingling at night", act="sign"))
    assert refused.status_code == 409
    assert "Saved as a draft, not signed yet" in words(refused)
    assert "The check speaks against some of this work: left foot." in words(refused)
    assert "tingling at night" in refused.content.decode()
    version = re.search(r'name="version" value="(\d+)"', refused.content.decode()).group(1)
    done = http.post(
        url("note", note),
        typed(note, {**ROW, "override_reason": "heel tested, intact"}, subjective="tingling at night", act="sign")
        | {"version": version},
        follow=True,
    )
    note.refresh_from_db()
    assert note.is_signed
    assert "Signed by Ana Alves, LMT 60123, Mon 23 Nov 2026, 08:00" in words(done)
    assert note.content_hash in words(done)


def test_a_row_without_its_reason_is_pointed_at_and_said_to_be_wrong(page, ana, kofis_visit):
    note = begin_note(appointment=kofis_visit, by=ana)[0]
    soft = {"place": "back:midline", "technique": "effleurage", "pressure": "2"}
    refused = page(ana).post(url("note", note), typed(note, soft, ROW, subjective="x", act="sign"))
    text = refused.content.decode()
    (field,) = re.findall(r'<input[^>]*name="row-1-override_reason"[^>]*>', text)
    assert 'aria-invalid="true"' in field and "id_row-1-override_reason_error" in field
    assert 'id="id_row-1-override_reason_error"' in text
    assert "Say why it is right today: left foot. Or change this row." in words(refused)
    assert 'href="#id_row-1-override_reason"' in text
    assert "aria-invalid" not in re.findall(r'<input[^>]*name="row-0-override_reason"[^>]*>', text)[0]


def test_a_signature_before_the_visit_and_without_reasons_is_told_both_at_once(page, ana, kofis_visit):
    Appointment.objects.filter(pk=kofis_visit.pk).update(status="confirmed")
    note = begin_note(appointment=kofis_visit, by=ana)[0]
    refused = page(ana).post(url("note", note), typed(note, ROW, subjective="x", act="sign"))
    assert refused.status_code == 409
    assert "Mark it arrived if it began early." in words(refused)
    assert "The check speaks against some of this work: left foot." in words(refused)
    assert 'aria-invalid="true"' in refused.content.decode()


def test_a_visit_that_began_early_is_marked_arrived_from_the_refused_note_and_what_is_typed_is_kept(
    page, ana, kofis_visit
):
    Appointment.objects.filter(pk=kofis_visit.pk).update(status="confirmed")
    note = begin_note(appointment=kofis_visit, by=ana)[0]
    http = page(ana)
    assert 'value="arrive"' not in http.get(url("note", note)).content.decode()
    refused = http.post(url("note", note), typed(note, subjective="first words", act="sign"))
    assert 'name="act" value="arrive"' in refused.content.decode()
    assert reverse("sessions:appointment", args=[kofis_visit.pk]) in refused.content.decode()
    note.refresh_from_db()
    done = http.post(url("note", note), typed(note, subjective="more words", act="arrive"), follow=True)
    assert "Marked arrived, and saved as a draft. It can be signed now." in words(done)
    note.refresh_from_db()
    assert (note.subjective, note.appointment.status) == ("more words", "arrived")
    http.post(url("note", note), typed(note, subjective="more words", act="sign"))
    note.refresh_from_db()
    assert note.is_signed


def test_places_are_offered_by_part_of_the_body(page, ana, draft):
    text = page(ana).get(url("note", draft)).content.decode()
    select = text[text.index('name="row-0-place"') : text.index('name="row-0-technique"')]
    assert re.findall(r'optgroup label="([^"]+)"', select) == [
        "Head and neck", "Trunk", "Arm", "Hand", "Leg", "Foot",
    ]
    foot = select[select.index('label="Foot"') :]
    assert "Left heel" in foot and "Left calf" not in foot


def test_an_unfinished_row_and_a_reading_off_the_scale_are_pointed_at_and_nothing_is_lost(page, ana, draft):
    answer = page(ana).post(
        url("note", draft),
        typed(
            draft,
            {"place": "foot:left", "response": "warm"},
            {"technique": "effleurage"},
            {"pressure": "9", "place": "back:midline", "technique": "hot"},
            subjective="typed words",
            pain_before="12",
            act="save",
        ),
    )
    assert answer.status_code == 422
    for said in (
        "Say what was done: left foot.",
        "Say where the effleurage was.",
        "Pressure goes from 0 to 5.",
        "Pain goes from 0 to 10.",
        "Not saved yet",
    ):
        assert said in words(answer)
    assert "typed words" in answer.content.decode()
    assert 'href="#id_row-0-technique"' in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.version, draft.treatments.count()) == (1, 0)


def test_a_stale_version_keeps_what_was_typed_and_shows_both(page, ana, draft):
    writing.write_note(note=draft, by=ana, expected_version=1, subjective="from the tablet")
    answer = page(ana).post(url("note", draft), typed(draft, subjective="from the desk", act="save"))
    assert answer.status_code == 412
    assert "Both versions are kept" in words(answer)
    assert "from the tablet" in answer.content.decode() and "from the desk" in answer.content.decode()
    assert 'name="version" value="2"' in answer.content.decode()
    draft.refresh_from_db()
    assert draft.subjective == "from the tablet"
    draft.version = 2
    page(ana).post(url("note", draft), typed(draft, subjective="from the desk", act="save"))
    draft.refresh_from_db()
    assert draft.subjective == "from the desk"


def test_the_last_visit_is_carried_forward_and_marked_until_it_is_saved(page, ana, maria, neuro_45, now):
    sign(had_visit(maria, ana, neuro_45, days_ago=7), ana, SOFT, subjective="last week's words")
    note = begin_note(appointment=had_visit(maria, ana, neuro_45), by=ana)[0]
    http = page(ana)
    assert "last week" in words(http.get(url("note", note)))
    carried = http.post(url("note", note), typed(note, {"place": ""}, subjective="today", act="carry"))
    assert "from last time" not in words(http.get(url("note", note)))
    assert "left lower leg · effleurage · pressure 2 · 10 min planned, not confirmed" in words(carried)
    assert re.search(r'<option value="lower-leg:left" selected>', carried.content.decode())
    assert "softer" not in re.sub(r"<aside.*?</aside>", "", carried.content.decode(), flags=re.S)
    assert not note.treatments.exists()
    twice = http.post(
        url("note", note),
        typed(
            note,
            {
                "place": "lower-leg:left",
                "technique": "effleurage",
                "pressure": "2",
                "minutes": "10",
            },
            act="carry",
        ),
    )
    assert twice.content.decode().count('value="lower-leg:left" selected') == 1


def test_rows_are_added_and_dropped_without_saving(page, ana, draft):
    http = page(ana)
    more = http.post(url("note", draft), typed(draft, ROW, {"place": ""}, {"place": ""}, subjective="kept", act="row"))
    assert more.content.decode().count('class="treatment-row') == 2
    assert "kept" in more.content.decode()
    fewer = http.post(url("note", draft), typed(draft, ROW, {**ROW, "place": "hand:right"}, act="drop-0"))
    assert 'value="hand:right" selected' in fewer.content.decode()
    assert 'value="foot:left" selected' not in fewer.content.decode()
    draft.refresh_from_db()
    assert draft.version == 1


@pytest.mark.parametrize("rows", ["", "-3", "99999999999999999999"])
def test_a_tampered_count_of_rows_does_no_harm(rows, page, ana, draft):
    for act in ("save", "row", "carry", "drop-x", "drop-99", "check"):
        answer = page(ana).post(url("note", draft), {"rows": rows, "act": act, "version": draft.version})
        assert answer.status_code in (200, 302, 412)


def test_a_note_kept_to_its_author_says_so_and_shows_colleagues_nothing_of_what_it_says(page, ana, ben, maria, draft):
    page(ana).post(url("note", draft), typed(draft, subjective="in confidence", only_me="on", act="save"))
    assert page(ben).get(url("note", draft))["Location"] == reverse("notes:break_glass", args=[draft.pk])
    assert page(ben).post(reverse("notes:note_check", args=[draft.pk])).status_code == 404
    theirs = page(ben).get(reverse("clients:client_notes", args=[maria.pk])).content.decode()
    assert f"/notes/{draft.pk}/\"" not in theirs  # only the day, the author, and the way to say why
    assert reverse("notes:break_glass", args=[draft.pk]) in theirs
    assert str(draft.pk) in page(ana).get(reverse("clients:client_notes", args=[maria.pk])).content.decode()


# --- signed ----------------------------------------------------------------------------------------------------


def test_a_signed_note_is_read_only_and_takes_an_addendum_with_its_reason(page, ana, ben, signed):
    http = page(ben)
    shown = http.get(url("note", signed))
    assert "Signed by Ana Alves" in words(shown)
    assert 'name="subjective"' not in shown.content.decode()
    empty = http.post(url("addendum_new", signed), {"text": "Left, not right.", "reason": ""})
    assert empty.status_code == 422
    assert "Say why it is added." in words(empty) and "Left, not right." in empty.content.decode()
    done = http.post(url("addendum_new", signed), {"text": "Left, not right.", "reason": "slip"}, follow=True)
    assert "Left, not right." in words(done) and "Ben Baker" in words(done)
    assert Addendum.objects.count() == 1


def test_what_was_recorded_after_the_signature_is_not_held_against_a_note(page, ana, ben, kofi, kofis_visit):
    explained = writing.TreatmentInput("foot", "left", "deep-tissue", 4, 10, "", "heel tested, intact")
    note = sign(kofis_visit, ana, explained, writing.TreatmentInput("back", "both", "effleurage", 2, 5))
    kofi.findings.all().delete()
    hip = kofi.findings.create(practice=kofi.practice, finding="osteoporosis")  # recorded later, of old
    hip.places.create(region="foot", side="left")
    kofi.findings.filter(pk=hip.pk).update(recorded_at=note.signed_at + timedelta(days=1))
    shown = words(page(ben).get(url("note", note)))
    assert "bones are weak" not in shown
    assert "Why it was right that day: heel tested, intact" in shown


def test_what_held_when_a_note_was_signed_stands_beside_the_reason(page, ben, ana, kofis_visit):
    explained = writing.TreatmentInput("foot", "left", "deep-tissue", 4, 10, "", "heel tested, intact")
    note = sign(kofis_visit, ana, explained)
    text = words(page(ben).get(url("note", note)))
    limit = text.index("Left foot: sensation is reduced, so pressure 2 at most; here pressure 4.")
    source = text.index("doi:10.1097/01.NNN.0000324753.04181.b2")
    assert limit < source < text.index("Why it was right that day: heel tested, intact")


def test_a_relapse_that_is_over_by_now_still_stands_beside_the_note_signed_in_it(page, ben, ana, maria, visit):
    from clients.episodes import advance_episode, record_episode

    firm = writing.TreatmentInput("back", "both", "effleurage", 4, 10, "", "asked for it")
    with time_machine.travel("2026-11-23T13:05:00Z", tick=False):
        episode, _ = record_episode(
            client=maria, kind="relapse", onset_on=visit.wall_date, reported_by="Maria", by=ana,
            fever_or_infection=False,
        )
        advance_episode(episode=episode, status="confirmed", on=visit.wall_date, by=ana)
    with time_machine.travel("2026-11-23T13:10:00Z", tick=False):
        note = sign(visit, ana, firm)
    with time_machine.travel("2026-11-23T13:15:00Z", tick=False):
        advance_episode(episode=episode, status="resolved", on=visit.wall_date, by=ana)
        assert "this is a relapse, so pressure 2 at most; here pressure 4." in words(page(ben).get(url("note", note)))


def test_a_signed_note_that_is_typed_into_keeps_what_was_typed_in_sight(page, ana, signed):
    answer = page(ana).post(url("note", signed), typed(signed, subjective="too late", act="save"))
    assert answer.status_code == 409
    assert "too late" in answer.content.decode() and "Add an addendum instead." in words(answer)


def test_a_draft_is_signed_as_it_was_saved(page, ana, visit, kofi, neuro_45, draft):
    draft_of(visit, ana, SOFT, subjective="saved words")
    assert page(ana).post(url("note_sign", draft)).status_code == 302
    draft.refresh_from_db()
    assert draft.is_signed
    other = draft_of(had_visit(kofi, ana, neuro_45, hour=14), ana, FIRM, subjective="numb")
    refused = page(ana).post(url("note_sign", other))
    assert refused.status_code == 409 and "left foot" in words(refused)


def test_every_look_at_a_note_is_written_down(page, ana, ben, signed):
    page(ben).get(url("note", signed))
    entry = AuditEntry.objects.filter(verb="note_read").latest("id")
    assert (entry.actor, entry.subject_id) == (ben, signed.pk)


# --- summary, agreement, share -----------------------------------------------------------------------------------


def test_three_presses_lead_from_the_signed_note_to_the_sent_summary(page, ana, maria, signed, neurologist, consent):
    from clients.doctors import link_doctor

    link_doctor(client=maria, doctor=neurologist, by=ana)
    http = page(ana)
    form = http.get(url("note", signed)).content.decode()
    assert "Summary for Dr Adaeze Okafor" in form
    fields = form.split('summaries/new/">')[1].split("</form>")[0]
    sent = dict(re.findall(r'name="(doctor|usual)" value="([^"]+)"', fields))
    draft = http.post(reverse("notes:summary_new", args=[maria.pk]), sent, follow=True)
    summary = Summary.objects.get()
    assert (summary.from_on.isoformat(), summary.until_on.isoformat(), "course" in summary.sections) == (
        "2026-08-25", "2026-11-23", True)
    assert "Exactly what Dr Adaeze Okafor will read" in words(draft)
    prose = {name: getattr(summary, name) for name in Summary.PROSE} | {
        "version": summary.version,
        "sections": summary.sections,
    }
    ready = http.post(url("summary_sign", summary), prose, follow=True)
    assert "Share with Dr Adaeze Okafor" in words(ready)
    shared = http.post(url("share_new", summary), {"expires_on": "2026-12-07", "mail": "on"})
    code = re.search(r'class="code"><strong>(\d{6})<', shared.content.decode()).group(1)
    assert "/s/" in words(shared)
    message = Message.objects.get(kind="summary-shared")
    assert message.to_address == "okafor@hospital.example"
    again = http.get(url("summary", summary)).content.decode()
    assert code not in again and "/s/" not in again
    assert shared["Cache-Control"] == "no-store"


def test_the_clients_own_doctor_is_chosen_and_the_others_stand_apart(page, ana, riverside, maria, signed, neurologist):
    from clients.doctors import create_doctor, link_doctor

    create_doctor(practice=riverside, name="Dr Aaron Abel", by=ana)
    address = reverse("notes:summary_new", args=[maria.pk])
    assert '<option value="" selected>Choose a doctor' in page(ana).get(address).content.decode()
    link_doctor(client=maria, doctor=neurologist, by=ana)
    text = page(ana).get(address).content.decode()
    own, others = text[text.index("<optgroup") : text.index("</select>")].split("</optgroup>")[:2]
    assert 'label="Doctors of Maria"' in own and f'value="{neurologist.pk}" selected' in own
    assert 'label="Other doctors of the practice"' in others and "Dr Aaron Abel" in others
    assert neurologist.name not in others


def test_what_was_typed_after_the_last_look_is_shown_before_it_is_signed(page, ana, summary):
    prose = {name: getattr(summary, name) for name in Summary.PROSE} | {"version": 1, "sections": summary.sections}
    shown = page(ana).post(url("summary_sign", summary), prose | {"questions": "Is heat all right?"}, follow=True)
    summary.refresh_from_db()
    assert not summary.is_signed
    assert summary.questions == "Is heat all right?"
    assert "Read it once more, then sign." in words(shown)
    page(ana).post(url("summary_sign", summary), prose | {"questions": "Is heat all right?", "version": 2})
    summary.refresh_from_db()
    assert summary.is_signed


def test_a_summary_changed_meanwhile_is_not_signed_unseen(page, ana, summary):
    from notes.summaries.summaries import write_summary

    write_summary(summary=summary, by=ana, questions="new")
    prose = {name: getattr(summary, name) for name in Summary.PROSE} | {
        "version": 1,
        "sections": summary.sections,
        "questions": "new",
    }
    answer = page(ana).post(url("summary_sign", summary), prose)
    assert answer.status_code == 412
    summary.refresh_from_db()
    assert not summary.is_signed


def test_without_an_agreement_the_page_gives_the_words_to_ask_and_records_the_answer(page, ana, maria, signed_summary):
    http = page(ana)
    asks = http.get(url("summary", signed_summary))
    assert "May I send Dr Adaeze Okafor a summary of our sessions from Sat 24 Oct 2026 to Mon 23 Nov 2026?" in words(
        asks
    )
    refused = http.post(url("share_new", signed_summary), {"expires_on": "2026-12-07"})
    assert refused.status_code == 409 and "No agreement is recorded." in words(refused)
    http.post(
        url("consent_new", signed_summary),
        {"given_by": "Maria Lindqvist", "relationship": "self", "how": "by phone", "given_on": "2026-11-23"},
    )
    consent = maria.consents.get()
    assert (consent.text_version, consent.how, consent.sections) == ("2026-11", "by phone", signed_summary.sections)
    assert http.post(url("share_new", signed_summary), {"expires_on": "2026-12-07"}).status_code == 200
    share = Share.objects.get()
    assert share.consent == consent
    listed = words(http.get(url("summary", signed_summary)))
    assert "Not opened yet." in listed and "until the end of Mon 7 Dec" in listed
    http.post(url("share_revoke", share))
    share.refresh_from_db()
    assert share.state == "revoked"


def test_when_and_how_often_it_was_opened_stands_beside_the_share(page, client, ana, maria, share):
    for what in ("page", "letter"):
        client.post(share.url, {"code": share.code, "what": what})
    for address in (url("summary", share.share.summary), reverse("clients:client_agreements", args=[maria.pk])):
        shown = words(page(ana).get(address))
        assert "Read once, Mon 23 Nov, 08:00; letter downloaded once, Mon 23 Nov, 08:00." in shown
    client.post(share.url, {"code": share.code})
    assert "Read 2 times, last Mon 23 Nov" in words(page(ana).get(url("summary", share.share.summary)))


def test_a_letter_that_was_only_downloaded_is_not_called_read(page, client, ana, share):
    for _ in range(2):
        client.post(share.url, {"code": share.code, "what": "letter"})
    shown = words(page(ana).get(url("summary", share.share.summary)))
    assert "Letter downloaded 2 times, Mon 23 Nov, 08:00." in shown and "Read " not in shown.split("Sent so far")[1]


def test_taking_an_agreement_back_closes_its_shares(page, ana, share, consent, maria):
    assert "Agreements" in words(page(ana).get(reverse("clients:client", args=[maria.pk])))
    page(ana).post(reverse("notes:consent_withdraw", args=[consent.pk]))
    share.share.refresh_from_db()
    assert share.share.state == "revoked"
    assert not Message.objects.filter(kind="summary-shared", state="waiting").exists()


def test_a_summary_without_signed_notes_or_doctors_says_what_to_do(page, ana, maria, now, neurologist):
    http = page(ana)
    answer = http.post(
        reverse("notes:summary_new", args=[maria.pk]),
        {"doctor": neurologist.pk, "first": "2026-11-01", "last": "2026-11-23", "sections": ["course"]},
    )
    assert answer.status_code == 409
    assert "Sign the notes first, or choose other dates." in words(answer)
    neurologist.delete()
    assert "No doctor is known yet." in words(http.get(reverse("notes:summary_new", args=[maria.pk])))


# --- who sees what -----------------------------------------------------------------------------------------------


def pages_of(signed, summary, share, consent, maria, visit):
    return [
        ("post", reverse("notes:note_begin", args=[visit.pk])),
        ("get", url("note", signed)),
        ("post", url("note", signed)),
        ("post", url("note_check", signed)),
        ("post", url("note_sign", signed)),
        ("post", url("addendum_new", signed)),
        ("get", reverse("notes:summary_new", args=[maria.pk])),
        ("post", reverse("notes:summary_new", args=[maria.pk])),
        ("get", url("summary", summary)),
        ("post", url("summary", summary)),
        ("post", url("summary_sign", summary)),
        ("get", url("summary_pdf", summary)),
        ("post", url("consent_new", summary)),
        ("post", url("share_new", summary)),
        ("post", url("share_revoke", share.share)),
        ("post", reverse("notes:consent_withdraw", args=[consent.pk])),
    ]


def test_pages_of_the_record_are_for_its_therapists_only(
    page, signed, signed_summary, share, consent, maria, visit, desk, owner, lakeside_owner
):
    for method, address in pages_of(signed, signed_summary, share, consent, maria, visit):
        other = getattr(page(lakeside_owner), method)(address)
        assert other.status_code == 404, address
        at_desk = getattr(page(desk), method)(address)
        assert at_desk.status_code == 403, address
        if "consents/" not in address or "summaries" in address:
            answer = getattr(page(owner), method)(address)
            if (method, address) == ("get", url("note", signed)):
                assert answer["Location"] == url("break_glass", signed)
            else:
                assert answer.status_code == 403, address
        nobody = getattr(page(None), method)(address)
        assert nobody.status_code == 302 and nobody.url.startswith("/login/")
        for answer in (other, at_desk, nobody):
            assert b"Lindqvist" not in answer.content and b"legs heavier" not in answer.content
    share.share.refresh_from_db()
    assert share.share.revoked_at is None


def test_the_client_page_shows_the_desk_nothing_of_the_record(page, desk, owner, maria, signed, share):
    for member in (desk, owner):
        text = page(member).get(reverse("clients:client", args=[maria.pk])).content.decode()
        assert str(signed.pk) not in text and str(share.share.pk) not in text and 'id="panel-notes"' not in text


def test_hostile_text_is_inert_on_every_page(page, client, ana, maria, visit, neurologist, consent):
    from notes.sharing import sharing
    from notes.summaries import summaries

    maria.name = neurologist.name = HOSTILE[:80]
    maria.save()
    neurologist.save()
    note = sign(
        visit,
        ana,
        writing.TreatmentInput("foot", "left", "effleurage", 1, 5, HOSTILE),
        plan=HOSTILE,
        subjective=HOSTILE,
        pain=(5, 3),
    )
    summary = summaries.compose_summary(
        client=maria, doctor=neurologist, first=note.visit_on, last=note.visit_on, by=ana
    )
    summary = summaries.write_summary(summary=summary, by=ana, questions=HOSTILE)
    http = page(ana)
    pages = [
        http.get(url("note", note)),
        http.get(url("summary", summary)),
        http.get(reverse("clients:client", args=[maria.pk])),
        http.get(reverse("notes:summary_new", args=[maria.pk])),
    ]
    summary = summaries.sign_summary(summary=summary, by=ana)
    pages.append(http.get(url("summary", summary)))
    made = sharing.share_summary(summary=summary, doctor=neurologist, consent=consent, by=ana)
    pages.append(client.post(made.url, {"code": made.code}))
    pages.append(http.post(url("share_new", summary), {"expires_on": "2026-12-01"}))
    for shown in pages:
        text = shown.content.decode()
        assert shown.status_code == 200
        assert "<script>alert" not in text and "<img src=x" not in text
        assert "&lt;script&gt;alert" in text
        assert "49" not in re.findall(r"onerror=alert\(1\)&gt; (.{2})", text)
    letter = client.post(made.url, {"code": made.code, "what": "letter"})
    assert letter.content.startswith(b"%PDF")


def test_a_visit_called_off_has_no_note_to_begin(page, ana, visit):
    Appointment.objects.filter(pk=visit.pk).update(status="cancelled")
    answer = page(ana).post(reverse("notes:note_begin", args=[visit.pk]))
    assert answer.status_code == 409
    assert "nothing to note" in words(answer)
