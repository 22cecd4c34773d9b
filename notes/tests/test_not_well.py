"""Not well, told at the table: the note keeps what is typed; work in a relapse meets its rules on every surface."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from clients.models import Episode
from conftest import MONDAY, at
from notes.models import Note
from notes.tests.test_pages import typed, url
from sessions.booking import arrive, book_appointment
from sessions.holds import change_episode, report_episode
from sessions.restoring import keep_appointment
from sessions.tests.reading import words_of

FIRM = {"place": "back:both", "technique": "deep-tissue", "pressure": "4", "minutes": "10"}
IN_RELAPSE = {"relapse-confirmed", "relapse-pressure", "relapse-methods"}


@pytest.fixture
def note(visit, page, ana):
    page(ana).post(reverse("notes:note_begin", args=[visit.pk]))
    return Note.objects.get(appointment=visit)


def test_two_taps_from_the_note_and_what_was_typed_is_there_when_one_is_back(note, page, ana, maria):
    browser = page(ana)
    to_report = browser.post(url("note", note), typed(note, subjective="legs like lead", act="unwell"))
    form = words_of(browser.get(to_report.url))
    back = re.search(r'name="next" value="(/notes/[^"]+)"', form)[1]
    there = browser.post(to_report.url, {"kind": "relapse", "status": "suspected", "onset_on": MONDAY, "next": back})
    assert there.url == url("note", note)
    assert "legs like lead" in words_of(browser.get(there.url))
    assert Episode.objects.get().client == maria


def test_a_sheet_that_cannot_be_saved_says_so_first_and_keeps_what_was_typed(note, page, ana):
    odd = FIRM | {"minutes": "many"}
    refused = page(ana).post(url("note", note), typed(note, odd, subjective="legs like lead", act="unwell"))
    assert refused.status_code == 422 and "legs like lead" in words_of(refused)


@pytest.fixture
def kept(now, maria, ana, neuro_45):
    """Maria's visit of this afternoon, kept by Ana in spite of a confirmed relapse."""
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(15, days=0), by=ana)
    episode = report_episode(client=maria, kind="relapse", onset_on=MONDAY - timedelta(days=2), by=ana).episode
    change_episode(episode=episode, status="confirmed", on=MONDAY, by=ana)
    visit.refresh_from_db()
    return keep_appointment(appointment=visit, by=ana, reason="light work eases her")


def rules_of(reasons):
    return {reason["rule"] for reason in reasons}


def test_a_visit_kept_in_a_relapse_meets_its_rules_on_the_visits_page(kept, page, ana):
    words = words_of(page(ana).get(reverse("sessions:appointment", args=[kept.pk])))
    for said in ("In a relapse: better later.", "ressure 2 at most", "nothing vigorous or deep, no heat",
                 "light work eases her"):
        assert said in words


def test_a_visit_kept_in_a_relapse_meets_its_rules_over_http(kept, api, ana, maria):
    check = api(ana).post(f"/api/v1/clients/{maria.pk}/cautions/", {
        "on": str(kept.wall_date), "minutes": 45, "treatments": [
            {"technique": "deep-tissue", "region": "back", "side": "both", "pressure": 4}]}).json()
    assert check["verdict"] == "caution" and rules_of(check["reasons"]) >= IN_RELAPSE
    assert set(check["max_pressure_by_region"].values()) == {2}


def test_a_visit_kept_in_a_relapse_meets_its_rules_in_the_note_and_takes_a_reason_to_sign(kept, page, api, ana):
    page(ana).post(reverse("notes:note_begin", args=[arrive(appointment=kept, by=ana).pk]))
    note = Note.objects.get(appointment=kept)
    at_row = words_of(page(ana).post(url("note_check", note), typed(note, FIRM)))
    assert "this is a relapse, so pressure 2 at most; here pressure 4." in at_row
    row = {"region": "back", "side": "both", "technique": "deep-tissue", "pressure": 4, "minutes": 10}
    saved = api(ana).patch(f"/api/v1/notes/{note.pk}/", {"subjective": "tired", "treatments": [row]}, HTTP_IF_MATCH="*")
    assert rules_of(saved.json()["check"]["reasons"]) >= IN_RELAPSE
    refused = api(ana).post(f"/api/v1/notes/{note.pk}/sign/")
    assert (refused.status_code, refused.json()["code"]) == (409, "reason_required")


def test_with_fever_in_a_pseudo_relapse_the_note_says_stop_at_every_row(note, page, ana, maria):
    report_episode(client=maria, kind="pseudo_relapse", by=ana, fever_or_infection=True, heat_or_strain=True)
    soft = FIRM | {"technique": "effleurage", "pressure": "1"}
    at_row = words_of(page(ana).post(url("note_check", note), typed(note, soft)))
    assert "no session until it is over" in at_row and "Stop" in at_row


def test_settled_the_note_asks_for_a_cool_room(note, page, ana, maria):
    episode = report_episode(client=maria, kind="relapse", by=ana, heat_or_strain=True).episode
    change_episode(episode=episode, status="resolved", kind="pseudo_relapse", on=MONDAY, by=ana)
    hot = FIRM | {"technique": "hot", "pressure": "1"}
    at_row = words_of(page(ana).post(url("note_check", note), typed(note, hot)))
    assert "heat brought symptoms on lately" in at_row
