"""A therapist's feed and the client's file: initials and no more, one UID for ever, SEQUENCE that only rises."""

import random
import re
from datetime import UTC, date, timedelta

import pytest
from django.utils import timezone
from django.utils.http import http_date
from icalendar import Calendar

from conftest import MONDAY, at, make_client
from practice import clock
from practice.models import AuditEntry, Membership, TimeOff
from practice.refusals import NotAllowed
from sessions import holds, letters
from sessions.booking import book_appointment, cancel_appointment, confirm_appointment, mark_no_show, move_appointment
from sessions.calendars import calendar_of, initials, make_feed, revoke_feed, visit_file
from sessions.models import Appointment, CalendarFeed


@pytest.fixture
def visit(now, maria, ana, neuro_45):
    return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=3), by=ana)


@pytest.fixture
def path(now, ana):
    return make_feed(therapist=ana, by=ana).removeprefix("http://testserver")


def events_of(body):
    """Each event of a calendar by its UID, read as a calendar reads it."""
    return {str(event["UID"]): event for event in Calendar.from_ical(body).walk("VEVENT")}


def event_of(visit):
    return events_of(calendar_of(Membership.objects.get(pk=visit.therapist_id)))[f"visit-{visit.pk}@evenhand"]


# --- what stands in it ---------------------------------------------------------------------------------------------


def test_a_visit_is_read_back_as_it_stands_with_initials_minutes_and_room(visit, ana):
    event = event_of(visit)
    assert (event["SUMMARY"], event["LOCATION"], event["STATUS"]) == ("M. L., 45 min", "River room", "CONFIRMED")
    assert (visit.starts_at, visit.ends_at) == (event.DTSTART, event.DTEND)
    assert event["DTSTART"].params["TZID"] == "America/New_York"
    assert (event["SEQUENCE"], event.decoded("DTSTAMP"), event.decoded("LAST-MODIFIED")) == (0, timezone.now(), timezone.now())


def test_no_name_no_service_and_nothing_clinical_stands_in_it(visit, ana):
    TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=at(9, days=4), ends_at=at(12, days=4), reason="surgery")
    text = calendar_of(ana).decode()
    for kept_back in ("Maria", "Lindqvist", "Neuro", "clients.example", "sclerosis", "relapse", "surgery", "massage"):
        assert kept_back.lower() not in text.lower()
    assert "SUMMARY:Away" in text


@pytest.mark.parametrize("name, short", [
    ("Maria Lindqvist", "M. L."), ("Cher", "C."), ("Ana-Maria da Silva Costa", "A. C."), ("李 小龍", "李. 小."), ("?", "–"), ("  ", "–"),
])
def test_a_name_becomes_two_letters(name, short):
    assert initials(name) == short


def test_the_zone_is_described_for_the_time_shown_and_no_longer(visit, ana):
    text = calendar_of(ana).decode()
    assert len(re.findall("BEGIN:VTIMEZONE", text)) == 1
    zone = text[text.index("BEGIN:VTIMEZONE"):text.index("END:VTIMEZONE")]
    assert len(zone) < 600 and "1970" not in zone and "2038" not in zone


def test_each_state_is_told_as_calendars_know_it(now, ana, maria, joao, ines, kofi, neuro_45):
    people = [maria, joao, ines, kofi, make_client(ana.practice, "Ed Five"), make_client(ana.practice, "Flo Six")]
    proposed, booked, confirmed, cancelled, held, lapsed = [
        book_appointment(client=one, therapist=ana, service=neuro_45, starts_at=at(9 + n if n < 3 else 10 + n, days=3), by=ana)
        for n, one in enumerate(people)]
    Appointment.objects.filter(pk=proposed.pk).update(status="proposed", expires_at=timezone.now() + timedelta(hours=1))
    Appointment.objects.filter(pk=lapsed.pk).update(status="proposed", expires_at=timezone.now())
    confirm_appointment(appointment=confirmed, by=ana)
    cancel_appointment(appointment=cancelled, by=ana)
    holds.report_episode(client=held.client, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana)
    told = [event_of(v)["STATUS"] for v in (proposed, booked, confirmed, cancelled, held, lapsed)]
    assert told == ["TENTATIVE", "CONFIRMED", "CONFIRMED", "CANCELLED", "CANCELLED", "CANCELLED"]


def test_a_cancelled_visit_is_told_for_a_fortnight_and_an_old_one_for_sixty_days(visit, ana, maria, neuro_45, time_machine):
    over = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=30), by=ana)
    cancel_appointment(appointment=over, by=ana)
    time_machine.move_to(at(8, days=13))
    assert event_of(over)["STATUS"] == "CANCELLED"
    mark_no_show(appointment=visit, by=ana)
    assert event_of(visit)["STATUS"] == "CANCELLED"
    time_machine.move_to(at(9, days=14))
    assert set(events_of(calendar_of(ana))) == {f"visit-{visit.pk}@evenhand"}
    Appointment.objects.filter(pk=visit.pk).update(status="fulfilled")
    time_machine.move_to(at(9, days=63))
    assert event_of(visit)["STATUS"] == "CONFIRMED"
    time_machine.move_to(at(11, days=63))
    assert events_of(calendar_of(ana)) == {}


def test_nobody_elses_visits_stand_in_it(visit, ben):
    assert events_of(calendar_of(ben)) == {}


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_every_hour_of_both_weeks_in_which_clocks_change_is_read_back_exactly(now, ana, maria, neuro_45, zone):
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=3), by=ana)
    for on in (date(2026, 10, 25), date(2026, 11, 1), date(2027, 3, 14), date(2027, 3, 28), date(2027, 4, 4), date(2027, 10, 31)):
        midnight = clock.day_begins(on, zone)
        for n in range(24):
            visit.set_time(midnight + timedelta(minutes=15 * n), zone)
            [event] = events_of(visit_file(visit).content).values()
            # In UTC, for Python finds no two times equal in an hour that comes twice.
            assert [time.astimezone(UTC) for time in (event.DTSTART, event.DTEND)] == [visit.starts_at, visit.ends_at], (on, n)


def test_the_uid_stays_and_sequence_never_falls_whatever_becomes_of_a_visit(visit, ana, garden):
    chance, last, times = random.Random(7), -1, [at(h, days=d) for d in (7, 8, 9) for h in (9, 10, 14)]
    for _ in range(12):
        current = Appointment.objects.get(pk=visit.pk)
        if chance.random() < 0.8:
            move_appointment(appointment=current, starts_at=chance.choice(times), by=ana)
        else:
            confirm_appointment(appointment=current, by=ana)
        for event in (event_of(visit), *events_of(visit_file(Appointment.objects.get(pk=visit.pk)).content).values()):
            assert event["UID"] == f"visit-{visit.pk}@evenhand"
            assert event["SEQUENCE"] >= last
            last = event["SEQUENCE"]
    gone = cancel_appointment(appointment=Appointment.objects.get(pk=visit.pk), by=ana)
    [event] = events_of(visit_file(gone).content).values()
    assert event["SEQUENCE"] == last + 1
    assert last > 3


# --- its address ----------------------------------------------------------------------------------------------------


def test_a_calendar_reads_the_feed_and_only_its_hash_is_kept(visit, path, page):
    answer = page(None).get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert f"visit-{visit.pk}@evenhand" in events_of(answer.content)
    assert "private" in answer["Cache-Control"] and "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
    secret = path.removeprefix("/feeds/").removesuffix(".ics")
    feed = CalendarFeed.objects.get()
    assert len(secret) == 43 and secret not in str(vars(feed)) and feed.read_at == timezone.now()
    assert not any(secret in str(entry.detail) for entry in AuditEntry.objects.all())


def test_an_unchanged_feed_answers_304_and_a_changed_one_does_not(visit, path, page, ana, time_machine):
    first = page(None).get(path)
    asked = ({"HTTP_IF_NONE_MATCH": first["ETag"]}, {"HTTP_IF_MODIFIED_SINCE": first["Last-Modified"]})
    for how in asked:
        same = page(None).get(path, **how)
        assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    move_appointment(appointment=visit, starts_at=at(14, days=3), by=ana)
    for how in asked:  # also within the same second
        assert page(None).get(path, **how).status_code == 200
    assert page(None).get(path)["Last-Modified"] == http_date(timezone.now().timestamp() + 1)


def test_time_off_taken_back_is_a_change_too(path, page, ana):
    off = TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=at(9, days=4), ends_at=at(12, days=4))
    first = page(None).get(path)
    off.delete()
    assert page(None).get(path, HTTP_IF_MODIFIED_SINCE=first["Last-Modified"]).status_code == 200


def test_whatever_is_no_live_address_gets_the_same_bytes(path, page, ana, ben):
    old = path
    new = make_feed(therapist=ana, by=ana).removeprefix("http://testserver")
    of_ben = make_feed(therapist=ben, by=ben).removeprefix("http://testserver")
    revoke_feed(therapist=ben, by=ben)
    secret = new.removeprefix("/feeds/").removesuffix(".ics")
    dead = [old, of_ben, f"/feeds/{'A' * 43}.ics", "/feeds/x.ics", "/feeds/.ics", f"/feeds/{secret}", f"/feeds/{secret}.ics/",
            f"/feeds/a/{secret}.ics", f"/feeds/{secret}%00.ics", f"/feeds/{secret[:-1]}.ics"]
    answers = [page(None).get(one, headers={"X-Request-ID": "the-same"}) for one in dead]
    assert {(a.status_code, a.content, str(sorted(a.headers.items()))) for a in answers} == {
        (404, answers[0].content, str(sorted(answers[0].headers.items())))}
    assert page(None).get(new).status_code == 200
    Membership.objects.filter(pk=ana.pk).update(is_active=False)
    assert page(None).get(new).content == answers[0].content, "who has left is read no more"


def test_the_address_is_made_by_api_and_stands_in_nobody_elses_row(api, ana, ben, owner):
    mine = {row["name"]: row for row in api(ana).get("/api/v1/therapists/").json()["results"]}
    assert mine["Ana Alves"]["feed_url"] is None and "feed_url" not in mine["Ben Baker"]
    made = api(ana).post(f"/api/v1/therapists/{ana.pk}/feed/")
    assert made.status_code == 201
    assert api(None).get(made.json()["feed_url"]).status_code == 200
    rows = {row["name"]: row for row in api(ana).get("/api/v1/therapists/").json()["results"]}
    assert rows["Ana Alves"]["feed_url"] == made.json()["feed_url"]
    assert "feed_url" not in {row["name"]: row for row in api(ben).get("/api/v1/therapists/").json()["results"]}["Ana Alves"]
    assert api(ana).post(f"/api/v1/therapists/{ben.pk}/feed/").status_code == 403
    assert api(ana).delete(f"/api/v1/therapists/{ana.pk}/feed/").status_code == 204
    assert api(None).get(made.json()["feed_url"]).status_code == 404
    with pytest.raises(NotAllowed):
        make_feed(therapist=ben, by=ana)


def test_the_page_shows_the_address_renews_it_and_switches_it_off(page, ana, now):
    browser = page(ana)
    assert "Make my address" in browser.get("/calendar/").content.decode()
    browser.post("/calendar/", {"do": "make"})
    shown = browser.get("/calendar/").content.decode()
    [address] = re.findall(r'value="http://testserver(/feeds/[\w-]{43}\.ics)"', shown)
    assert page(None).get(address).status_code == 200
    browser.post("/calendar/", {"do": "make"})
    assert address not in browser.get("/calendar/").content.decode()
    assert page(None).get(address).status_code == 404
    browser.post("/calendar/", {"do": "off"})
    assert not CalendarFeed.objects.filter(revoked_at=None).exists()


# --- the client's file -----------------------------------------------------------------------------------------------


def test_the_clients_file_says_when_where_and_whom_to_call_and_nothing_else(visit, riverside):
    type(riverside).objects.filter(pk=riverside.pk).update(sender_name="Riverside")
    file = visit_file(Appointment.objects.select_related("practice").get(pk=visit.pk))
    calendar = Calendar.from_ical(file.content)
    [event] = calendar.walk("VEVENT")
    assert (calendar["METHOD"], event["SUMMARY"]) == ("PUBLISH", "Appointment at Riverside")
    assert (event["LOCATION"], event["CONTACT"]) == ("Riverside, 12 Water Street", "+1 206 555 0100")
    assert "ATTENDEE" not in event and b"Maria" not in file.content and b"/r/" not in file.content


@pytest.mark.parametrize(("language", "address", "location"), [
    ("en", "Riverside Neuro Massage, 12 Water Street\nSeattle", "Riverside, 12 Water Street, Seattle"),
    ("en", "Riverside\nNeurological bodywork\n12 Parkinson Lane", "Riverside, 12 Parkinson Lane"),
    ("en", "Massage, 2nd floor\nNeuro Massage Suite 200\n12 Water Street", "Riverside, 2nd floor, 12 Water Street"),
    ("es", "Fisioterapia Sur\nCalle Dolores, 5\n28001 Madrid", "Riverside, Calle Dolores, 5, 28001 Madrid"),
    ("de", "Schmerzpraxis\nTaubenstraße 5\n10117 Berlin", "Riverside, Taubenstraße 5, 10117 Berlin"),
])
def test_where_to_come_says_nothing_of_why(visit, riverside, maria, language, address, location):
    type(riverside).objects.update(name="Riverside Neuro Massage", sender_name="Riverside", address=address)
    type(maria).objects.update(language=language)
    file = visit_file(Appointment.objects.select_related("practice", "client").get(pk=visit.pk))
    [event] = Calendar.from_ical(file.content).walk("VEVENT")
    assert event["LOCATION"] == location


def test_what_was_booked_moved_and_cancelled_goes_with_its_message(visit, ana, settings, mailoutbox, time_machine):
    from practice import outbox

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for act in (lambda v: v, lambda v: move_appointment(appointment=v, starts_at=at(14, days=3), by=ana),
                lambda v: cancel_appointment(appointment=v, by=ana)):
        act(Appointment.objects.get(pk=visit.pk))
        time_machine.move_to(timezone.now() + timedelta(minutes=4))
        outbox.drain()
    parts = [[p for p in mail.message().walk() if p.get_content_type() == "text/calendar"] for mail in mailoutbox]
    read = [(p.get_param("method"), Calendar.from_ical(p.get_payload(decode=True))) for [p] in parts]
    assert [(method, c["METHOD"]) for method, c in read] == [("PUBLISH",) * 2, ("PUBLISH",) * 2, ("CANCEL",) * 2]
    events = [c.walk("VEVENT")[0] for _, c in read]
    assert [int(e["SEQUENCE"]) for e in events] == [0, 1, 2]
    assert {str(e["UID"]) for e in events} == {f"visit-{visit.pk}@evenhand"}
    assert [e["STATUS"] for e in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_the_file_stands_behind_the_clients_link_too(visit, page):
    url = letters.visit_url(visit).removeprefix("http://testserver")
    assert f'href="{url}appointment.ics"' in page(None).get(url).content.decode()
    answer = page(None).get(f"{url}appointment.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    [event] = events_of(answer.content).values()
    assert visit.starts_at == event.DTSTART
    assert page(None).get("/r/unknown/appointment.ics").content == page(None).get("/r/unknown/").content
