"""The privacy desk: who looked at whom in words; requests with clocks; legal holds; breaches that stand for good."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clients.models import Breach, BreachStep, Client, LegalHold, PrivacyRequest
from clients.privacy.breaches import add_step, record_breach, standing_of
from clients.privacy.clocks import Span, clock_of, duties_of
from clients.privacy.holds import OnLegalHold, lift_hold, place_hold, refuse_if_held
from clients.privacy.requests import add_disagreement, answer_request, extend_request, receive_request
from conftest import MONDAY, make_client
from practice import audit
from practice.models import AuditEntry, Practice
from practice.people.inviting import Place, invite
from practice.people.places import switch_off
from practice.refusals import BadInput, NotAllowed, WrongState

ASKED = {"kind": "access", "asked_by": "Maria Lindqvist", "asked_for": "All notes since March", "law": "hipaa"}


def asked(maria, owner, **change):
    return receive_request(client=maria, by=owner, **{"received_on": MONDAY, **ASKED, **change})


# --- who looked ------------------------------------------------------------------------------------------------------


def test_the_owner_reads_in_words_who_looked_at_maria_and_that_is_written_down_too(now, maria, joao, ana, owner, page):
    page(ana).get(f"/clients/{maria.pk}/")
    page(ana).get(f"/clients/{joao.pk}/")
    browser = page(owner)
    seen = browser.get("/practice/privacy/trail/", {"client": maria.pk}).content.decode()
    assert "Ana Alves" in seen and "opened the client’s page" in seen and "Joao" not in seen
    assert "client_read" not in seen, "words, not codes"
    entry = AuditEntry.objects.get(verb="trail_read")
    assert (entry.actor, entry.client_id) == (owner, maria.pk)
    found = browser.get("/practice/privacy/trail/", {"q": "linDQ", "who": ana.pk, "kind": "looked", "since": MONDAY,
                                                     "until": MONDAY}).content.decode()
    assert "Maria Lindqvist" in found and "Joao" not in found
    for other in ({"kind": "changed"}, {"until": MONDAY - timedelta(days=1)}, {"q": "nobody"}):
        assert "Nobody did" in browser.get("/practice/privacy/trail/", {"q": "linDQ", **other}).content.decode()


def test_the_trail_names_the_colleague_a_line_is_about(now, riverside, ana, owner, page):
    invite(practice=riverside, email="cleo@example.org", name="Cleo Cruz", place=Place("front_desk"), by=owner)
    switch_off(person=ana, by=owner)
    seen = page(owner).get("/practice/privacy/trail/").content.decode()
    assert "invited a colleague: Cleo Cruz" in seen and "switched a colleague off: Ana Alves" in seen
    assert "Olga Owner: " not in seen and ": Olga Owner" not in seen, "who acts on themselves is not named twice"


def test_the_trail_is_read_page_by_page_and_taken_out_with_no_cell_that_runs(now, riverside, ana, owner, page):
    zoe = make_client(riverside, "=cmd|' /C calc'!A1")
    for n in range(120):
        audit.record(by=ana, verb="client_read", subject=zoe, client_id=zoe.pk, n=n)
    browser = page(owner)
    first = browser.get("/practice/privacy/trail/", {"client": zoe.pk}).content.decode()
    assert first.count("opened the client’s page") == 50 and "Earlier" in first
    table = b"".join(browser.get("/practice/privacy/trail.csv", {"client": zoe.pk}).streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) == 122, "the two readings stand in it too"
    assert {row["client"] for row in rows} == {"'=cmd|' /C calc'!A1"}
    assert table.count('"') >= 8 * 122


def test_the_desk_is_the_owners_alone(now, maria, ana, desk, owner, page, lakeside_owner):
    row = asked(maria, owner)
    for where in ("/practice/privacy/", "/practice/privacy/trail/", "/practice/privacy/trail.csv",
                  f"/practice/privacy/requests/{row.pk}/", f"/clients/{maria.pk}/legal-hold/"):
        assert page(ana).get(where).status_code == page(desk).get(where).status_code == 403, where
    assert page(lakeside_owner).get("/practice/privacy/trail/", {"client": maria.pk}).status_code == 404
    assert page(owner).get("/practice/privacy/trail/", {"client": "nothing"}).status_code == 404
    for act in (lambda: asked(maria, ana), lambda: place_hold(client=maria, reason="court", by=ana)):
        with pytest.raises(NotAllowed):
            act()


# --- requests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("law, kind, due, extended", [
    ("hipaa", "access", "2026-12-23", "2027-01-22"), ("hipaa", "amendment", "2027-01-22", "2027-02-21"),
    ("gdpr", "access", "2026-12-23", "2027-02-23"), ("gdpr", "amendment", "2026-12-23", "2027-02-23")])
def test_a_request_is_due_by_its_laws_clock_and_may_be_extended_once(now, maria, owner, law, kind, due, extended):
    row = asked(maria, owner, law=law, kind=kind)
    assert str(row.due_on) == due
    row = extend_request(request=row, reason="The old files are on paper", by=owner)
    assert str(row.last_day) == extended
    with pytest.raises(WrongState, match="only once"):
        extend_request(request=row, reason="Again", by=owner)


@given(st.integers(0, 25_000), st.integers(0, 24))
def test_months_after_a_day_end_in_the_right_month_on_that_day_or_its_last(days, months):
    day = date(2020, 1, 1) + timedelta(days=days)
    after = Span(months=months).after(day)
    assert (after.year * 12 + after.month) - (day.year * 12 + day.month) == months
    assert after.day == day.day or (after.day < day.day and (after + timedelta(days=1)).day == 1)


def test_a_request_stands_on_today_a_week_before_its_day_and_until_it_is_answered(now, maria, owner, ana, page, time_machine):
    row = asked(maria, owner)
    words = "Maria Lindqvist: the answer to a request about their record"
    assert words not in page(owner).get("/").content.decode()
    time_machine.move_to(now + timedelta(days=23, hours=1))
    assert f"{words} is due by" in page(owner).get("/").content.decode()
    assert words not in page(ana).get("/").content.decode()
    time_machine.move_to(now + timedelta(days=31))
    assert f"{words} was due on" in page(owner).get("/").content.decode()
    with pytest.raises(WrongState, match="passed"):
        extend_request(request=row, reason="Late", by=owner)
    answer_request(request=row, outcome="given", answer="The archive, handed over on a stick", by=owner)
    assert words not in page(owner).get("/").content.decode()


def test_a_request_is_received_answered_and_disputed_on_its_pages(now, maria, owner, page):
    browser = page(owner)
    assert "A request about their record" in browser.get(f"/clients/{maria.pk}/agreements/").content.decode()
    sent = browser.post(f"/clients/{maria.pk}/privacy-requests/new/", {
        **ASKED, "kind": "amendment", "received_on": MONDAY.isoformat()})
    row = PrivacyRequest.objects.get()
    assert sent["Location"] == f"/practice/privacy/requests/{row.pk}/"
    acts = sent["Location"]
    empty = browser.post(f"{acts}answer/", {"outcome": "refused", "answer": ""})
    assert empty.status_code == 422 and "Write what was given, or why it was refused." in empty.content.decode()
    assert browser.post(f"{acts}answer/", {"outcome": "refused", "answer": "It is accurate and complete."}).status_code == 302
    assert browser.post(f"{acts}disagree/", {"statement": "It was my left foot."}).status_code == 302
    shown = browser.get(acts).content.decode()
    assert "It is accurate and complete." in shown and "It was my left foot." in shown
    assert not AuditEntry.objects.filter(detail__icontains="accurate").exists()
    assert "Maria Lindqvist" in browser.get("/practice/privacy/").content.decode()


def test_an_answered_request_stands_in_the_database_itself_but_for_the_statement(now, maria, owner):
    row = answer_request(request=asked(maria, owner), outcome="refused", answer="Accurate", by=owner)
    for act in (lambda rows: rows.update(answer="Given"), lambda rows: rows._raw_delete(rows.db)):
        with pytest.raises(DatabaseError, match="answered_request_stands"), transaction.atomic():
            act(PrivacyRequest.objects.all())
    assert add_disagreement(request=row, statement="No", by=owner).disagreement == "No"
    with pytest.raises(WrongState):
        answer_request(request=row, outcome="given", answer="After all", by=owner)


@pytest.mark.parametrize("change, words", [
    ({"received_on": MONDAY + timedelta(days=1)}, "still to come"), ({"due_on": MONDAY - timedelta(days=1)}, "before it came"),
    ({"asked_for": " "}, "Write something"), ({"law": "none"}, "Choose")])
def test_a_request_of_tomorrow_or_due_before_it_came_is_refused(now, maria, owner, change, words):
    with pytest.raises(BadInput, match=words):
        asked(maria, owner, **change)


# --- legal holds -----------------------------------------------------------------------------------------------------


def test_a_client_on_legal_hold_is_not_disposed_of_not_even_in_the_database(now, maria, owner, page):
    browser = page(owner)
    assert browser.post(f"/clients/{maria.pk}/legal-hold/", {"reason": "Court letter of 3 March"}).status_code == 302
    hold = LegalHold.objects.get()
    assert "On legal hold since" in browser.get(f"/clients/{maria.pk}/agreements/").content.decode()
    with pytest.raises(OnLegalHold, match="Maria Lindqvist has been on legal hold"):
        refuse_if_held(maria)
    with pytest.raises(WrongState):
        place_hold(client=maria, reason="twice", by=owner)
    with pytest.raises(ProtectedError):
        Client.objects.filter(pk=maria.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.filter(pk=maria.pk)._raw_delete("default")
        transaction.get_connection().check_constraints()
    for act in (lambda rows: rows._raw_delete(rows.db), lambda rows: rows.update(reason="none")):
        with pytest.raises(DatabaseError, match="live_legal_hold_stands"), transaction.atomic():
            act(LegalHold.objects.all())
    assert browser.post(f"/clients/{maria.pk}/legal-hold/", {"why": "The case is closed"}).status_code == 302
    refuse_if_held(maria)
    with pytest.raises(WrongState):
        lift_hold(hold=hold, why="again", by=owner)
    shown = browser.get(f"/clients/{maria.pk}/legal-hold/").content.decode()
    assert "Court letter of 3 March" in shown and "The case is closed" in shown


# --- breaches --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("law, people, risk, told", [
    ("gdpr", 3, "low", []), ("gdpr", 3, "some", [("authority", 3)]), ("gdpr", 3, "high", [("authority", 3), ("people", None)]),
    ("hipaa", 3, "low", []), ("hipaa", 500, "some", [("people", 60), ("authority", 60), ("media", 60)])])
def test_who_is_to_be_told_of_a_breach_and_by_when_is_the_laws(law, people, risk, told):
    found = duties_of(law, at := timezone.now(), people, risk)
    assert [(d.who, d.until and (d.until - at).days) for d in found] == told


def test_a_small_us_breach_is_reported_sixty_days_after_the_years_end():
    at = timezone.now().replace(year=2026, month=11, day=23)
    by = {d.who: d.until for d in duties_of("hipaa", at, 499, "some")}
    assert (by["people"] - at).days == 60 and by["authority"].date() == date(2027, 3, 2)


def test_a_breach_is_written_down_for_good_and_added_to(now, maria, owner, page):
    Practice.objects.update(country="DE")
    browser = page(owner)
    sent = browser.post("/practice/privacy/breaches/new/", {
        "what": "A telephone was left in a train", "found_out_at": "2026-11-23T07:30", "people": "12", "risk": "high",
        "assessment": "It was locked, but not encrypted", "law": "gdpr"})
    row = Breach.objects.get()
    assert sent["Location"] == f"/practice/privacy/breaches/{row.pk}/"
    assert "A breach: tell the authority, by Thu 26 Nov, 07:30" in browser.get("/").content.decode()
    browser.post(sent["Location"], {"kind": "authority", "at": "2026-11-23T07:50", "words": "By the form on their site"})
    add_step(breach=row, kind="known", at=timezone.now(), words="It was 14", people=14, by=owner)
    shown = browser.get(sent["Location"]).content.decode()
    assert "By the form on their site" in shown and "14 clients" in shown
    assert [one.done_at is None for one in standing_of(Breach.objects.get())] == [False, True]
    for rows in (Breach.objects.all(), BreachStep.objects.all()):
        for act in (lambda rows: rows._raw_delete(rows.db), lambda rows: rows.update(people=0)):
            with pytest.raises(DatabaseError, match="stands_for_ever"), transaction.atomic():
                act(rows)
    add_step(breach=row, kind="done", at=timezone.now(), words="Written to all", by=owner)
    assert "A breach" not in browser.get("/").content.decode()


def test_the_years_others_are_those_of_the_year_on_the_practices_clock_and_told_once_is_told(now, riverside, owner):
    Practice.objects.update(time_zone="America/New_York", country="US")
    found_out_at = datetime(2027, 1, 1, 0, 30, tzinfo=UTC)  # still the last evening of 2026 there
    with time_machine.travel(found_out_at + timedelta(days=9)):
        row = record_breach(practice=Practice.objects.get(pk=riverside.pk), what="A letter went astray", by=owner, people=3,
                            found_out_at=found_out_at, risk="some", assessment="Unread", law="hipaa")
        by = {one.duty.who: one for one in standing_of(row)}
        assert by["authority"].duty.until.year == 2027
        add_step(breach=row, kind="authority", at=timezone.now(), words="First report", by=owner)
    with time_machine.travel(found_out_at + timedelta(days=200)):
        add_step(breach=row, kind="authority", at=timezone.now(), words="More was found", by=owner)
        by = {one.duty.who: one for one in standing_of(Breach.objects.get(pk=row.pk))}
        assert by["authority"].done_at and not by["authority"].is_late


def test_a_breach_of_tomorrow_is_refused(now, riverside, owner):
    with pytest.raises(BadInput, match="still to come"):
        record_breach(practice=riverside, what="x", found_out_at=timezone.now() + timedelta(days=1), people=1, risk="low",
                      assessment="y", law="gdpr", by=owner)
    assert clock_of("gdpr", "access").source
