"""The summary for the doctor's own system: what the letter says, with its codes, and nothing else."""

import json
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string

from clients.models import ClientCondition
from conftest import MONDAY, numb
from notes.fhir.document import document_bytes, document_of
from notes.fhir.text import clean
from notes.letters.letters import as_data, letter_from_data
from notes.letters.page import shown
from notes.measures.goals import set_goal
from notes.models import Summary
from notes.record import signing
from notes.sharing import sharing
from notes.summaries import summaries
from notes.tests.conftest import FIRM, SOFT, draft_of, had_visit, sign
from notes.writing import MeasurementInput, write_note
from practice.models import AuditEntry
from sessions.holds import report_episode
from sessions.tests.test_online import PAYLOADS

MONTH = {"first": MONDAY - timedelta(days=30), "last": MONDAY}


@pytest.fixture
def course(now, maria, ana, neuro_45, neurologist):
    """Two weeks of visits: firm and soft work, pain before and after, a walk timed once, a goal."""
    numb(maria)
    for days, pain in ((14, (7, 4)), (7, (6, 3))):
        visit = had_visit(maria, ana, neuro_45, days_ago=days)
        sign(visit, ana, SOFT, subjective="in confidence", objective="for the record", pain=pain, plan="Weekly.")
    return maria


def signed_summary_of(client, doctor, by, **more):
    made = summaries.compose_summary(client=client, doctor=doctor, by=by, **(MONTH | more))
    return summaries.sign_summary(summary=made, by=by)


@pytest.fixture
def told(course, neurologist, ana):
    return signed_summary_of(course, neurologist, ana)


def resources(bundle, kind):
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def narrative_of(bundle):
    """All words of all narratives, on one line, as somebody reads them."""
    composition = bundle["entry"][0]["resource"]
    divs = [composition["text"]["div"], *(section["text"]["div"] for section in composition["section"])]
    return " ".join(" ".join(" ".join(ET.fromstring(div).itertext()) for div in divs).split())


def sections_of(bundle):
    return {section["title"]: section for section in bundle["entry"][0]["resource"]["section"]}


# --- who gets it, and when -----------------------------------------------------------------------------------------


def test_a_draft_is_nobodys_document(summary, api, ana, page):
    answer = api(ana).get(f"/api/v1/summaries/{summary.pk}/fhir/")
    assert (answer.status_code, answer.json()["code"]) == (409, "summary_not_signed")
    assert answer["Content-Type"] == "application/problem+json"
    asked_for = api(ana).get(f"/api/v1/summaries/{summary.pk}/fhir/", headers={"accept": "application/fhir+json"})
    assert (asked_for.status_code, asked_for.json()["code"]) == (409, "summary_not_signed")
    assert page(ana).get(f"/summaries/{summary.pk}/letter.fhir.json").status_code == 409
    assert "FHIR" not in page(ana).get(f"/summaries/{summary.pk}/").content.decode()
    assert not AuditEntry.objects.filter(verb="summary_read", detail__what="fhir").exists()


@pytest.mark.parametrize("accept", ["*/*", "application/fhir+json", "application/json"])
def test_api_and_page_give_the_same_file_and_write_down_who_read_it(accept, signed_summary, api, ana, page):
    answer = api(ana).get(f"/api/v1/summaries/{signed_summary.pk}/fhir/", headers={"accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/fhir+json")
    assert "Maria" not in answer["Content-Disposition"] and answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert page(ana).get(f"/summaries/{signed_summary.pk}/letter.fhir.json").content == answer.content
    read = AuditEntry.objects.filter(verb="summary_read", detail__what="fhir", subject_id=signed_summary.pk)
    assert read.count() == 2


def test_the_author_finds_it_beside_the_signed_letter_and_a_colleague_does_not(signed_summary, ana, ben, page):
    link = f'href="/summaries/{signed_summary.pk}/letter.fhir.json"'
    assert link in page(ana).get(f"/summaries/{signed_summary.pk}/").content.decode()
    assert link not in page(ben).get(f"/summaries/{signed_summary.pk}/").content.decode()


# --- the same for ever ---------------------------------------------------------------------------------------------


def test_whatever_changes_later_the_same_summary_gives_the_same_bytes(told, maria, ana, riverside, neurologist):
    before = document_bytes(told)
    maria.name, maria.birth_date = "Somebody Else", date(1990, 1, 1)
    maria.save()
    ClientCondition.objects.filter(client=maria).update(condition="parkinsons")
    riverside.name, riverside.time_zone, riverside.phone = "Other", "Asia/Tokyo", "1"
    riverside.save()
    neurologist.name = "Dr Other"
    neurologist.save()
    ana.user.name = "Other"
    ana.user.save()
    assert document_bytes(Summary.objects.get(pk=told.pk)) == before


def test_the_document_is_read_from_what_was_signed_with_its_codes(told):
    letter = letter_from_data(told.content)
    assert as_data(letter) == told.content
    assert summaries.hash_of(told.content) == told.content_hash and not summaries.broken_summaries(told.practice_id)
    assert letter.codes.conditions[0].icd10 == "G35.A"
    assert len(letter.codes.sessions) == len(letter.sessions) == 2
    assert [codes.measure for codes in letter.codes.series] == ["pain"]


# --- what it says --------------------------------------------------------------------------------------------------


def test_the_sections_are_those_of_the_letter_in_its_order(told):
    found = [(title, section.get("code", {}).get("coding", [{}])[0].get("code"))
             for title, section in sections_of(document_of(told)).items()]
    assert found == [
        ("Conditions as reported", "11450-4"), ("What is asked", None), ("Why now", None), ("Course", None),
        ("What limits the work now", "104605-1"), ("Sensation, then and now", None),
        ("Readings", "47420-5"), ("What was done", "47519-4"),
        ("Reactions", None), ("Plan", "18776-5")]


def test_the_narrative_says_the_sentences_of_the_page(told):
    summary = Summary.objects.get(pk=told.pk)
    words, seen = narrative_of(document_of(summary)), shown(summaries.letter_of(summary))
    letter = seen.letter
    series = [text for each in seen.series for text in (each.name, each.said, each.change)]
    rows = [text for each in seen.series for row in each.rows for text in (row.on, row.before, row.after)]
    work = [text for on, minutes, work in seen.sessions for text in (on, str(minutes), work)]
    for text in (seen.asked, seen.done, seen.standing, letter.reason, letter.course, letter.reactions, letter.plan,
                 *letter.conditions, *letter.limits, *series, *rows, *work):
        assert " ".join(text.split()) in words, text
    html = " ".join(render_to_string("notes/_letter.html", {"shown": seen}).split())
    for title in sections_of(document_of(summary)):
        assert title in html or title in ("Conditions as reported", "What is asked"), title


def test_the_doctor_is_told_how_to_answer_what_is_asked(course, neurologist, ana):
    made = summaries.compose_summary(client=course, doctor=neurologist, by=ana, **MONTH)
    summaries.write_summary(summary=made, by=ana, questions="May the left calf be worked at pressure 3?")
    made = summaries.sign_summary(summary=made, by=ana)
    asked = sections_of(document_of(made))["What is asked"]["text"]["div"]
    assert "May the left calf be worked at pressure 3?" in asked
    assert "Answer to Ana Alves: +1 206 555 0100 or hello@riverside.example" in asked


def test_a_section_left_out_is_in_no_resource_either(course, neurologist, ana):
    bundle = document_of(signed_summary_of(course, neurologist, ana, sections=["reason", "readings"]))
    assert list(sections_of(bundle)) == ["Why now", "Readings"]
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert kinds == {"Composition", "Patient", "Practitioner", "PractitionerRole", "Organization", "Observation"}
    text = json.dumps(bundle)
    for kept_back in ("sclerosis", "G35", "numb", "sensation", "Weekly.", "softer", "effleurage", "lower-leg", "partOf"):
        assert kept_back not in text, kept_back


def test_nothing_the_letter_does_not_hold_is_in_it(told):
    text = document_bytes(told).decode()
    for private in ("in confidence", "for the record", "maria@clients.example", "okafor@hospital.example", "ana@riverside"):
        assert private not in text, private
    (patient,) = resources(json.loads(text), "Patient")
    assert set(patient) == {"resourceType", "id", "text", "name", "birthDate"}
    assert patient["name"] == [{"text": "Maria Lindqvist"}] and patient["birthDate"] == "1971-03-02"


def test_a_session_is_a_procedure_with_its_hours_places_and_pressure(now, maria, ana, neuro_45, neurologist):
    note = draft_of(had_visit(maria, ana, neuro_45, days_ago=7), ana, SOFT, FIRM, subjective="x")
    signing.sign_note(note=note, by=ana)
    bundle = document_of(signed_summary_of(maria, neurologist, ana))
    (procedure,) = resources(bundle, "Procedure")
    assert procedure["performedPeriod"] == {"start": "2026-11-16T09:00:00-05:00", "end": "2026-11-16T09:45:00-05:00"}
    assert [site["text"] for site in procedure["bodySite"]] == ["left lower leg", "left foot"]
    assert procedure["bodySite"][0]["coding"] == [{"system": "urn:evenhand:region", "code": "lower-leg:left"}]
    assert "coding" not in procedure["code"]
    (firmly,) = resources(bundle, "Observation")
    assert [(part["code"]["text"], part["valueInteger"]) for part in firmly["component"]] == [
        ("left lower leg: effleurage", 2), ("left foot: deep tissue", 4)]
    assert firmly["partOf"][0]["reference"] == f"urn:uuid:{procedure['id']}"


def test_the_hour_of_a_session_is_that_of_its_own_day(now, maria, ana, neuro_45, neurologist):
    sign(had_visit(maria, ana, neuro_45, days_ago=25), ana, subjective="x")
    (procedure,) = resources(document_of(signed_summary_of(maria, neurologist, ana)), "Procedure")
    assert procedure["performedPeriod"]["start"] == "2026-10-29T09:00:00-04:00"  # daylight time still


def test_before_is_never_taken_for_after(told):
    read = [row for row in resources(document_of(told), "Observation") if "valueQuantity" in row]
    assert [(row["effectiveDateTime"], row["code"]["text"], row["category"][1]["coding"][0]["code"],
             row["valueQuantity"]["value"]) for row in read] == [
        ("2026-11-09", "Pain before the session", "before-session", 7),
        ("2026-11-09", "Pain after the session", "after-session", 4),
        ("2026-11-16", "Pain before the session", "before-session", 6),
        ("2026-11-16", "Pain after the session", "after-session", 3)]
    assert all({"system": "http://loinc.org", "code": "72514-3"} in row["code"]["coding"] for row in read)
    procedures = [row["id"] for row in resources(document_of(told), "Procedure")]
    assert [row["partOf"][0]["reference"] for row in read[::2]] == [f"urn:uuid:{each}" for each in procedures]


def test_a_reading_of_a_day_with_two_sessions_is_claimed_for_neither(now, maria, ana, neuro_45, neurologist):
    for hour in (9, 14):
        sign(had_visit(maria, ana, neuro_45, days_ago=7, hour=hour), ana, SOFT, subjective="x", pain=(5, 3))
    bundle = document_of(signed_summary_of(maria, neurologist, ana))
    read = [row for row in resources(bundle, "Observation") if "valueQuantity" in row]
    assert len(resources(bundle, "Procedure")) == 2 and len(read) == 4
    assert not any("partOf" in row for row in read)


def test_measured_and_asked_are_told_apart_and_have_their_units(now, maria, ana, neuro_45, neurologist):
    goal = set_goal(client=maria, words="Climb the stairs", by=ana)
    for days in (14, 7):
        note = draft_of(had_visit(maria, ana, neuro_45, days_ago=days), ana, SOFT, subjective="x")
        readings = [MeasurementInput(code, "before", value) for code, value in (
            ("tug", 12), ("6mwt", 310), ("relief-days", 3), (goal.code, 4))]
        note = write_note(note=note, by=ana, expected_version=note.version, measurements=readings)
        signing.sign_note(note=note, by=ana)
    read = {}
    for row in resources(document_of(signed_summary_of(maria, neurologist, ana)), "Observation"):
        if "valueQuantity" in row:
            codes = {each["system"]: each["code"] for each in row["code"].get("coding", [])}
            read[row["code"]["text"]] = (row["category"][0]["coding"][0]["code"], row["valueQuantity"]["code"],
                                         codes.get("http://loinc.org"), "performer" in row)
    assert read == {
        "Timed up and go before the session": ("exam", "s", "89423-8", False),
        "Six-minute walk before the session": ("exam", "m", "64098-7", False),
        "Days the last session helped": ("survey", "d", None, True),
        "Climb the stairs": ("survey", "{score}", None, True)}


def test_what_the_client_alone_reports_is_unconfirmed_and_a_named_diagnosis_is_left_to_its_doctor(
    course, neurologist, ana
):
    ClientCondition.objects.create(practice=course.practice, client=course, condition="migraine")
    found = resources(document_of(signed_summary_of(course, neurologist, ana)), "Condition")
    alone, named = sorted(found, key=lambda row: row["code"]["text"])
    assert named["code"]["text"] == "Relapsing-remitting multiple sclerosis"
    assert {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G35.A"} in named["code"]["coding"]
    assert {"system": "http://snomed.info/sct", "code": "426373005"} in named["code"]["coding"]
    assert named["onsetDateTime"] == "2011" and "verificationStatus" not in named and "asserter" not in named
    assert named["note"] == [{"text": "Relapsing-remitting multiple sclerosis, since 2011, diagnosed by Dr Okafor, neurologist"}]
    assert alone["verificationStatus"]["coding"][0]["code"] == "unconfirmed"
    assert alone["asserter"] == alone["subject"] and "as reported by the client" in alone["note"][0]["text"]


def test_a_relapse_is_told_in_the_words_that_were_signed_and_is_no_resource(course, neurologist, ana):
    report_episode(client=course, kind="relapse", onset_on=MONDAY - timedelta(days=2), reported_by="Maria", by=ana,
                   fever_or_infection=False)
    made = summaries.compose_summary(client=course, doctor=neurologist, by=ana, **MONTH)
    assert "MS relapse reported" in made.course
    summaries.write_summary(summary=made, by=ana, course="Two sessions.")
    bundle = document_of(summaries.sign_summary(summary=made, by=ana))
    assert "relapse" not in sections_of(bundle)["Course"]["text"]["div"]
    assert "relapse" not in json.dumps(resources(bundle, "Condition")).replace("elapsing", "")


def test_what_lay_behind_the_readings_is_not_said_to_begin_or_end_where_the_letter_does(told):
    first, last = told.from_on, told.until_on
    told.content["bands"] = [
        {"first": str(a), "last": str(b), "label": name, "kind": "episode"} for name, a, b in (
            ("whole", MONDAY - timedelta(9), MONDAY - timedelta(4)), ("older", first, MONDAY - timedelta(4)),
            ("going on", MONDAY - timedelta(9), last), ("both", first, last))]
    words = narrative_of(document_of(told))
    for said in ("whole: 14 Nov to 19 Nov.", "older: until 19 Nov 2026.", "going on: since 14 Nov 2026.",
                 "both: throughout 24 Oct to 23 Nov 2026."):
        assert said in words, said


# --- the agreement -------------------------------------------------------------------------------------------------


def test_once_shared_it_carries_the_agreement_and_says_when_that_was_taken_back(told, neurologist, consent, ana):
    before = document_of(told)
    assert not resources(before, "Consent")
    sharing.share_summary(summary=told, doctor=neurologist, consent=consent, by=ana)
    shared = document_of(told)
    (agreed,) = resources(shared, "Consent")
    assert (agreed["status"], agreed["dateTime"]) == ("active", consent.given_on.isoformat())
    doctor = agreed["provision"]["actor"][0]["reference"]["reference"]
    assert next(e["resource"]["resourceType"] for e in shared["entry"] if e["fullUrl"] == doctor) == "PractitionerRole"
    assert "Maria Lindqvist agreed that this letter goes to Dr Adaeze Okafor" in narrative_of(shared)
    sharing.withdraw_consent(consent=consent, by=ana)
    back = document_of(Summary.objects.get(pk=told.pk))
    assert resources(back, "Consent")[0]["status"] == "inactive"
    assert "Taken back on Mon 23 Nov 2026." in narrative_of(back)
    bundles = (before, shared, back)
    assert len({bundle["identifier"]["value"] for bundle in bundles}) == 3
    assert len({bundle["entry"][0]["resource"]["identifier"]["value"] for bundle in bundles}) == 1
    kept = [{k: v for k, v in bundle["entry"][0]["resource"].items() if k != "section"} for bundle in bundles]
    assert kept[0] == kept[1] == kept[2]


@pytest.mark.parametrize(("typed", "held"), [
    ("a\u202eb", "ab"), ("x\x00\x07y", "xy"), ("a\r\nb\u2028c", "a\nb\nc"), ("\u00a0a\u2009b ", "a b"), ("\ud800x", "x"),
    ("🧑‍🦽❤️", "🧑‍🦽❤️"), ("<b> & ]]>", "<b> & ]]>"), ("محمد", "محمد"), ("\u202e", "")])
def test_a_text_loses_what_nobody_sees_and_nothing_else(typed, held):
    assert clean(typed) == held


# --- hostile words -------------------------------------------------------------------------------------------------


def test_forty_payloads_in_every_text_are_inert_and_lose_no_letter(course, neurologist, ana, validator):
    assert len(PAYLOADS) == 40
    hostile = "\n".join(PAYLOADS)
    course.name, neurologist.name, neurologist.specialty = PAYLOADS[0], PAYLOADS[1], PAYLOADS[23]
    course.save()
    neurologist.save()
    made = summaries.compose_summary(client=course, doctor=neurologist, by=ana, **MONTH)
    prose = dict.fromkeys(Summary.PROSE, hostile + "\x00")
    summaries.write_summary(summary=made, by=ana, **prose)
    made = summaries.sign_summary(summary=made, by=ana)
    document = document_bytes(made).decode()
    bundle = json.loads(document)
    assert validator.faults(bundle) == []
    for sign_ in "\x00\x07\u202e\u2028\ufeff":
        assert sign_ not in document, repr(sign_)
    for title in ("Why now", "Course", "Reactions", "Plan", "What is asked"):
        root = ET.fromstring(sections_of(bundle)[title]["text"]["div"])
        lines = [element.text for element in root]
        assert {element.tag.partition("}")[2] for element in root.iter()} == {"div", "p"}, title
        for payload in PAYLOADS:
            for line in clean(payload).split("\n"):
                assert line.strip() in [(text or "").strip() for text in lines], (title, payload)
