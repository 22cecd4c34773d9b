"""What happened in a session: logged in two presses, kept with the note, told before the next."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from clients.keeping.parts import PARTS, rows_of
from clients.last_time import last_time, last_times
from clients.models import Finding
from conftest import MONDAY
from notes import writing
from notes.beginning import begin_note
from notes.events.log import EventInput, events_between, said
from notes.models import NoteEvent
from notes.reading import said_of
from notes.record import signing
from notes.tests.conftest import SOFT, draft_of, had_visit, sign
from notes.tests.test_pages import ROW, typed, words

pytestmark = pytest.mark.django_db

SPASM = EventInput("spasm", region="calf", side="left", work_region="foot", work_side="left",
                   work_technique="deep-tissue", lasted="minutes", ending="contract-relax")
STOP = EventInput("stopped", what="sharp-pain", work_region="foot", work_side="left")


def sheet_url(note):
    return reverse("notes:note", args=[note.pk])


def sent(note, *events, **fields):
    """What a browser sends of a sheet with these events."""
    flat = {f"event-{i}-{name}": value for i, event in enumerate(events) for name, value in event.items()}
    return typed(note, ROW, **{**flat, "events": len(events), **fields})


# --- logging ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["spasm", "stopped", "reaction"])
def test_two_presses_log_it_and_nothing_typed_is_lost(kind, page, ana, draft):
    browser = page(ana)
    block = browser.post(sheet_url(draft), sent(draft, subjective="legs heavier", act=f"log-{kind}"))
    text = block.content.decode()
    assert f'name="event-0-kind" value="{kind}"' in text and "legs heavier" in text
    assert 'value="foot:left deep-tissue"' in text  # today's work comes first
    assert not NoteEvent.objects.exists()
    saved = browser.post(sheet_url(draft), sent(draft, {"kind": kind}, subjective="legs heavier", act="save"))
    assert saved.status_code == 302
    assert [(e.kind, e.what, e.words) for e in draft.events.all()] == [(kind, "", "")]
    again = browser.get(sheet_url(draft)).content.decode()
    assert f'name="event-0-kind" value="{kind}"' in again


def test_details_are_added_until_the_note_is_signed(page, ana, draft):
    data = {"kind": "spasm", "place": "calf:left", "work": "foot:left deep-tissue", "lasted": "minutes",
            "ending": "reciprocal-inhibition", "words": "Strong."}
    assert page(ana).post(sheet_url(draft), sent(draft, data, act="save")).status_code == 302
    event = draft.events.get()
    assert (event.region, event.side, event.work_region, event.work_technique) == ("calf", "left", "foot", "deep-tissue")
    assert said(event) == "spasm of the left calf, set off by work on the left foot (deep tissue)"
    shown = page(ana).get(sheet_url(draft)).content.decode()
    assert re.search(r'<option value="calf:left" selected>', shown)
    assert re.search(r'<option value="foot:left deep-tissue" selected>', shown)
    draft.refresh_from_db()
    assert page(ana).post(sheet_url(draft), sent(draft, act="save")).status_code == 302
    assert not draft.events.exists()


def test_an_event_is_taken_off_the_sheet_and_the_others_stay(page, ana, draft):
    rest = page(ana).post(sheet_url(draft), sent(
        draft, {"kind": "spasm"}, {"kind": "stopped", "what": "sharp-pain"}, act="unlog-0")).content.decode()
    assert 'name="event-0-kind" value="stopped"' in rest and "event-1-kind" not in rest
    assert re.search(r'<option value="sharp-pain" selected>', rest)


def test_what_cannot_be_is_refused_in_words_and_kept_on_the_page(page, ana, draft):
    bad = page(ana).post(sheet_url(draft), sent(
        draft, {"kind": "stopped", "what": "boredom"}, {"kind": "reaction", "words": "x" * 501}, act="save"))
    assert bad.status_code == 422
    assert "shorten it a little" in words(bad)
    assert not draft.events.exists()


def test_a_spasm_suggests_what_releases_it_with_the_source(page, ana, draft):
    shown = words(page(ana).post(sheet_url(draft), sent(draft, act="log-spasm")))
    assert "If it does not pass: reciprocal inhibition or contract-relax." in shown
    assert "comments of B. Davich LMT" in shown


def test_an_event_proposes_a_finding_and_writes_none_by_itself(page, ana, draft, maria):
    browser = page(ana)
    data = {"kind": "spasm", "place": "calf:left"}
    leads = browser.post(sheet_url(draft), sent(draft, data, subjective="kept", act="find-0-spasm"))
    draft.refresh_from_db()
    assert draft.subjective == "kept"
    assert leads.url == f"{reverse('clients:finding_new', args=[maria.pk])}?proposed=1"
    form = browser.get(leads.url)
    assert re.search(r'<option value="spasm" selected>', form.content.decode())
    assert "Spasm of the left calf." in form.content.decode()
    assert not Finding.objects.filter(client=maria, finding="spasm").exists()
    done = browser.post(leads.url, {"finding": "spasm", "places": ["calf:left"]})
    assert done.url == sheet_url(draft)
    assert Finding.objects.get(client=maria, finding="spasm").places.get().region == "calf"
    assert browser.post(sheet_url(draft), sent(draft, data, version=draft.version, act="find-0-fever")).status_code == 404


# --- locking ---------------------------------------------------------------------------------------------------


def test_events_of_a_signed_note_stand_in_the_database(visit, kofi, ana, neuro_45):
    signed = sign(visit, ana, events=[SPASM, STOP])
    event, table = signed.events.first(), NoteEvent._meta.db_table
    for sql in (f"UPDATE {table} SET what = 'other' WHERE kind = 'stopped'", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    with pytest.raises(IntegrityError), transaction.atomic():
        NoteEvent.objects.create(note=signed, position=9, kind="spasm")
    draft = draft_of(had_visit(kofi, ana, neuro_45, hour=11), ana, SOFT, events=[STOP])
    with pytest.raises(IntegrityError), transaction.atomic():
        draft.events.update(note=signed)
    assert signed.events.get(pk=event.pk).ending == "contract-relax"
    with pytest.raises(writing.NoteSigned):
        writing.write_note(note=signed, by=ana, expected_version=signed.version, events=[])


@pytest.mark.parametrize("wrong", [
    {"kind": "sneeze"}, {"kind": "spasm", "what": "sharp-pain"}, {"kind": "stopped", "lasted": "minutes"},
    {"kind": "reaction", "ending": "passed"}, {"kind": "spasm", "region": "calf"}, {"kind": "reaction", "what": "odd"},
])
def test_the_database_itself_refuses_what_a_kind_cannot_say(wrong, draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        NoteEvent.objects.create(note=draft, position=0, **wrong)


def test_that_something_happened_is_enough_to_sign(visit, ana):
    note = begin_note(appointment=visit, by=ana)[0]
    note = writing.write_note(note=note, by=ana, expected_version=note.version, events=[EventInput("stopped")])
    assert signing.sign_note(note=note, by=ana).is_signed


# --- told before the next --------------------------------------------------------------------------------------


def test_the_last_visit_speaks_at_booking_in_the_next_note_on_the_client_page_and_today(
        page, ana, desk, maria, visit, neuro_45):
    earlier = had_visit(maria, ana, neuro_45, days_ago=7)
    sign(earlier, ana, events=[SPASM, STOP])
    told = "Last visit, Mon 16 Nov: spasm of the left calf, set off by work on the left foot (deep tissue)."
    note = begin_note(appointment=visit, by=ana)[0]
    book = f"{reverse('sessions:book')}?client={maria.pk}&service={neuro_45.pk}&therapist={ana.pk}"
    for where in (sheet_url(note), reverse("clients:client", args=[maria.pk]),
                  reverse("sessions:appointment", args=[visit.pk])):
        shown = words(page(ana).get(where))
        assert told in shown and "stopped for sharp or shooting pain" in shown, where
        assert "1 to 5 minutes. Contract-relax released it." in shown, where
    today = words(page(ana).get(reverse("sessions:today")))
    assert "Last time: spasm of the left calf, set off by work on the left foot" in today
    for where in (reverse("clients:client", args=[maria.pk]), reverse("sessions:appointment", args=[visit.pk]),
                  reverse("sessions:today"), book):
        shown = words(page(desk).get(where)).lower()
        assert "spasm" not in shown and "sharp" not in shown, where


def test_confirming_a_booking_shows_what_happened_last_time(page, ana, maria, neuro_45, now):
    sign(had_visit(maria, ana, neuro_45, days_ago=7), ana, events=[STOP])
    start = f"{MONDAY + timedelta(days=1)}T09:00"
    shown = page(ana).get(reverse("sessions:book"), {
        "client": maria.pk, "service": neuro_45.pk, "therapist": ana.pk, "starts_at": start})
    assert "stopped for sharp or shooting pain" in words(shown)


def test_an_event_without_a_word_of_where_is_asked_about_once_and_then_signed(page, ana, draft):
    sent = typed(draft, ROW, subjective="well", act="sign", events="1", **{"event-0-kind": "spasm"})
    asked = page(ana).post(f"/notes/{draft.pk}/", sent)
    draft.refresh_from_db()
    assert asked.status_code == 422 and not draft.is_signed
    assert "Spasm: where was it? Add it, or press Sign again." in words(asked) and "Saved as a draft" in words(asked)
    again = {**sent, "version": draft.version, "asked": "yes"}
    assert 'name="asked" value="yes"' in asked.content.decode()
    page(ana).post(f"/notes/{draft.pk}/", again)
    draft.refresh_from_db()
    assert draft.is_signed


def test_what_set_off_a_spasm_stays_told_for_half_a_year(now, maria, ana, ben, neuro_45):
    for days_ago in (28, 21):
        sign(had_visit(maria, ana, neuro_45, days_ago=days_ago), ana, events=[SPASM])
    sign(had_visit(maria, ana, neuro_45, days_ago=7), ana)
    (pair,) = last_time(ben, maria)
    assert pair.label == "Trigger pair"
    assert pair.text == ("Work on the left foot set off a spasm of the left calf twice in half a year, "
                         "last on Mon 2 Nov.")
    assert "Davich" in pair.source
    assert last_times(ben, [maria], before=date(2026, 10, 1)) == {}


def test_a_stop_two_visits_ago_is_not_told_as_the_last_one(now, maria, ana, neuro_45):
    sign(had_visit(maria, ana, neuro_45, days_ago=14), ana, events=[STOP])
    sign(had_visit(maria, ana, neuro_45, days_ago=7), ana)
    assert last_time(ana, maria) == ()


def test_a_draft_speaks_too_and_a_note_kept_to_its_author_only_to_its_author(now, maria, ana, ben, owner, neuro_45):
    draft_of(had_visit(maria, ana, neuro_45, days_ago=7), ana, SOFT, events=[STOP], visibility="author")
    assert "not signed yet: stopped for sharp" in last_time(ana, maria)[0].text
    assert last_time(ben, maria) == () and last_time(owner, maria) == ()


def test_events_are_counted_between_two_days_and_none_is_an_answer(now, maria, ana, neuro_45):
    first = had_visit(maria, ana, neuro_45, days_ago=14)
    sign(first, ana, events=[SPASM, EventInput("reaction", what="heavy", came="next-day")])
    draft_of(had_visit(maria, ana, neuro_45, days_ago=7), ana, SOFT, events=[STOP])
    found = events_between(maria, MONDAY - timedelta(days=30), MONDAY)
    assert [event.kind for event in found] == ["spasm", "reaction"]
    assert events_between(maria, MONDAY - timedelta(days=13), MONDAY) == []


# --- by API, read, in the summary ------------------------------------------------------------------------------


def test_the_api_replaces_events_whole_and_refuses_in_words(api, ana, visit):
    http = api(ana)
    url = f"/api/v1/notes/{http.post('/api/v1/notes/', {'appointment': str(visit.pk)}).json()['id']}/"
    row = {"kind": "spasm", "region": "calf", "side": "left", "work_region": "foot", "work_side": "left"}
    done = http.patch(url, {"events": [row, {"kind": "stopped", "what": "sensation"}]}, HTTP_IF_MATCH="*")
    assert [event["kind"] for event in done.json()["events"]] == ["spasm", "stopped"]
    assert done.json()["events"][0]["work_region"] == "foot"
    kept = http.patch(url, {"plan": "weekly"}, HTTP_IF_MATCH="*").json()
    assert len(kept["events"]) == 2
    for bad, says in (({"kind": "spasm", "region": "calf"}, "which side"),
                      ({"kind": "stopped", "lasted": "minutes"}, "has no"),
                      ({"kind": "reaction", "what": "odd"}, "Choose one of")):
        refused = http.patch(url, {"events": [bad]}, HTTP_IF_MATCH="*")
        assert refused.status_code == 400 and says in refused.content.decode(), bad
    assert http.patch(url, {"events": []}, HTTP_IF_MATCH="*").json()["events"] == []


def test_what_happened_is_read_in_the_note_and_what_is_typed_stays_inert(page, ana, visit):
    hostile = "<script>alert(1)</script>"
    note = sign(visit, ana, events=[SPASM, EventInput("reaction", what="other", words=hostile, told="Dr Okafor")])
    shown = page(ana).get(sheet_url(note)).content.decode()
    assert "What happened" in shown and "Spasm of the left calf, set off by" in shown
    assert "Told Dr Okafor." in shown
    assert hostile not in shown and "&lt;script&gt;" in shown


def test_the_summary_tells_what_happened(now, maria, ana, neurologist, neuro_45):
    from notes.summaries import summaries
    sign(had_visit(maria, ana, neuro_45, days_ago=7), ana, events=[SPASM])
    drafted = summaries.compose_summary(client=maria, doctor=neurologist, first=MONDAY - timedelta(days=30), last=MONDAY,
                                        by=ana)
    assert "Mon 16 Nov: spasm of the left calf, set off by work on the left foot" in drafted.reactions


def test_what_happened_is_taken_out_of_the_house_with_the_note(page, ana, maria, visit):
    sign(visit, ana, events=[SPASM])
    rows = rows_of(PARTS["events"], maria, seen_by=ana)
    assert [(row.kind, row.ending) for row in rows] == [("spasm", "contract-relax")]
    chapter = render_to_string("notes/record_notes.html", {"notes": [(n, said_of(n), "") for n in maria.notes.all()]})
    assert "Spasm of the left calf" in chapter and "Contract-relax released it." in chapter
