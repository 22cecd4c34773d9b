"""A therapist's own calendar: its busy times are not offered, nothing else of it is kept, and a bad read changes nothing."""

import socket
import subprocess
import sys
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic

import pytest
from django.conf import settings
from django.utils import timezone

from conftest import at
from practice.clock import instant_at, minute_of
from practice.fetching import CannotFetch
from practice.internet import Net
from practice.models import AuditEntry
from practice.refusals import BadInput, NotAllowed
from sessions import outside_calendars
from sessions.booking import book_appointment
from sessions.busy_times import MOST_MEMORY, MOST_SECONDS, busy_spans
from sessions.calendars import calendar_of
from sessions.models import BusyTime, OutsideFeed
from sessions.objections import OutsideWorkingHours
from sessions.outside_calendars import FeedUnreadable, add_feed, read_all, read_feed, remove_feed, unfolded_apart
from sessions.supply import find_open_slots
from sessions.tests.test_supply import MOST_QUERIES, queries_of_a_search

ZONE = "America/New_York"
URL = "https://calendar.example/private-7f3a/basic.ics"


def ics(*events):
    """A calendar of events, each given as its lines; those without a time are busy on Thursday from ten to eleven."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for n, event in enumerate(events):
        if "DTSTART" not in event:
            event += "\nDTSTART;TZID=America/New_York:20261126T100000\nDTEND;TZID=America/New_York:20261126T110000"
        uid = "" if "UID:" in event else f"UID:{n}\n"
        lines += ["BEGIN:VEVENT", *f"{uid}DTSTAMP:20261101T000000Z\n{event}".strip().split("\n"), "END:VEVENT"]
    return ("\r\n".join([*lines, "END:VCALENDAR"]) + "\r\n").encode()


def spans(*events, days=400):
    found = busy_spans(ics(*events), zone=ZONE, since=at(0, days=0), until=at(0, days=days))
    return [(instant_at(a), instant_at(b)) for a, b in found]


THURSDAY = (at(10, days=3), at(11, days=3))


# --- what a calendar says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ["SUMMARY:Dentist", "STATUS:TENTATIVE", "TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"])
def test_what_is_busy_is_busy(event):
    assert spans(event) == [THURSDAY]


@pytest.mark.parametrize("event", [
    "STATUS:CANCELLED", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE", "UID:visit-1@evenhand",
    "DTSTART:20261126T150000Z\nDTEND:20261126T150000Z", "DTSTART:20261101T150000Z\nDTEND:20261101T160000Z",
    "DTSTART:20280101T150000Z\nDTEND:20280101T160000Z"])
def test_what_is_free_ours_empty_or_far_away_is_not(event):
    assert spans(event) == []


@pytest.mark.parametrize("time, expected", [
    ("DTSTART:20261126T150000Z\nDTEND:20261126T160000Z", THURSDAY),
    ("DTSTART:20261126T100000\nDTEND:20261126T110000", THURSDAY),
    ("DTSTART:20261126T100000\nDURATION:PT1H", THURSDAY),
    ("DTSTART;TZID=Eastern Standard Time:20261126T100000\nDTEND;TZID=Eastern Standard Time:20261126T110000", THURSDAY),
    ("DTSTART;VALUE=DATE:20261126", (at(0, days=3), at(0, days=4))),
    ("DTSTART;VALUE=DATE:20261126\nDTEND;VALUE=DATE:20261128", (at(0, days=3), at(0, days=5))),
    ("DTSTART:20261126T150030Z\nDTEND:20261126T155930Z", THURSDAY)])
def test_times_are_understood_in_utc_in_a_zone_floating_and_as_whole_days(time, expected):
    assert spans(f"SUMMARY:x\n{time}") == [expected]


def test_a_series_is_unfolded_with_its_exceptions_at_its_own_wall_time():
    weekly = ("UID:w\nDTSTART;TZID=America/New_York:20261022T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\n"
              "EXDATE;TZID=America/New_York:20261203T100000")
    moved = ("UID:w\nRECURRENCE-ID;TZID=America/New_York:20261210T100000\n"
             "DTSTART;TZID=America/New_York:20261210T140000\nDURATION:PT1H")
    assert [s[0] for s in spans(weekly, moved, days=30)] == [at(10, days=3), at(14, days=17), at(10, days=24)]
    assert spans(weekly, moved)[-1][1] <= at(0, days=400)
    assert at(10, days=115) in [s[0] for s in spans(weekly, moved)], "ten o'clock in summer time too"


def test_what_overlaps_becomes_one_stretch():
    more = "DTSTART:20261126T153000Z\nDTEND:20261126T170000Z"
    assert spans("SUMMARY:a", more, "SUMMARY:b") == [(at(10, days=3), at(12, days=3))]


@pytest.mark.parametrize("body, words", [
    (b"<!doctype html><title>Sign in</title>", "not a calendar"), (b"", "not a calendar"), (b"\xff\xfe\x00", "not a calendar"),
    (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "not a calendar"), (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "not a calendar"),
    (ics("SUMMARY:x\nRRULE:FREQ=SECONDLY"), "more in this calendar"), (ics("SUMMARY:x\nRRULE:FREQ=DAILY;BYMINUTE=1,2,3"), "more in"),
    (ics(*["SUMMARY:x\nRRULE:FREQ=DAILY"] * 40), "more in")])
def test_what_cannot_be_read_is_refused_in_words(body, words):
    with pytest.raises(CannotFetch, match=words):
        busy_spans(body, zone=ZONE, since=at(0, days=0), until=at(0, days=400))


ODD = [
    "SUMMARY:x\nDTSTART:20261127T150000Z\nDTSTART:20261127T160000Z", "DTSTART:20261127T150000Z\nDTEND:20261127T160000Z\nDTEND:20261127T170000Z",
    "UID:a\nUID:b\nSUMMARY:x", "DTSTART;VALUE=PERIOD:20261127T150000Z/PT1H", "DTSTART;VALUE=TIME:150000",
    "DTSTART:99991231T235900Z\nRRULE:FREQ=YEARLY", "DTSTART:20261127T150000Z\nDURATION:P99999999D", "SUMMARY:x\nRRULE:FREQ=MONTHLY;BYDAY=99MO",
    "SUMMARY:x\nRRULE:FREQ=DAILY;UNTIL=never", "SUMMARY:x\nRRULE:FREQ=DAILY;INTERVAL=0", "SUMMARY:x\nRRULE:FREQ=DAILY;INTERVAL=-1"]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_event_is_left_out_and_the_others_stay(odd):
    later = "DTSTART:20261128T150000Z\nDTEND:20261128T160000Z"
    found = unfolded_apart(ics(odd, later), zone=ZONE, since=at(0, days=4), until=at(0, days=40))
    assert (minute_of(at(10, days=5)), minute_of(at(11, days=5))) in found


def test_an_event_without_a_beginning_is_left_out():
    body = ics("SUMMARY:x", "UID:odd").replace(b"UID:odd", b"UID:odd\r\nX-DTSTART:none", 1)
    body = body.replace(b"DTSTART;TZID=America/New_York:20261126T100000\r\n", b"", 1)
    assert len(unfolded_apart(body, zone=ZONE, since=at(0), until=at(0, days=40))) == 1


ENDLESS = ics("SUMMARY:x", *["DTSTART:00010101T000000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31"] * 200)
HUGE = ics("SUMMARY:x\nDTSTART:00010101T000000Z\nRRULE:FREQ=DAILY;COUNT=99999999;BYSETPOS=1", *["DTSTART:00010101T000000Z\nRRULE:FREQ=DAILY"] * 200)


@pytest.mark.parametrize("body", [ENDLESS, HUGE])
def test_a_rule_that_would_be_unfolded_for_ever_is_stopped_from_outside(body, monkeypatch):
    monkeypatch.setattr(outside_calendars, "MOST_SECONDS", 2)
    began = monotonic()
    with pytest.raises(CannotFetch, match="more in this calendar"):
        unfolded_apart(body, zone=ZONE, since=at(0), until=at(0, days=400))
    assert monotonic() - began < 10


def test_the_program_that_unfolds_limits_itself_too():
    code = ("import resource as r; from sessions.busy_times import _limit_oneself as f; f(); "
            "print(r.getrlimit(r.RLIMIT_CPU)[0], r.getrlimit(r.RLIMIT_AS)[0])")
    said = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.split() == [str(MOST_SECONDS), str(MOST_MEMORY)]


# --- reading it ---------------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere():
    """Somebody's calendar server; `body` is what it answers, `status` how."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(server.status)
            self.send_header("Content-Length", str(len(server.body)))
            self.end_headers()
            self.wfile.write(server.body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.body, server.status, server.address = ics("SUMMARY:Oncologist"), 200, "93.184.216.34"
    server.net = Net(lambda host, port: [server.address],
                     lambda ip, port, host, seconds: socket.create_connection(server.server_address, timeout=seconds))
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def feed(now, ana, elsewhere):
    return add_feed(therapist=ana, url=URL, by=ana, net=elsewhere.net)


def busy():
    return list(BusyTime.objects.order_by("starts_at").values_list("starts_at", "ends_at"))


def test_busy_times_are_kept_and_nothing_else_of_the_calendar(feed, ana):
    assert busy() == [THURSDAY]
    assert (feed.host, feed.read_at, feed.failure) == ("calendar.example", timezone.now(), "")
    rows = str([list(m.objects.values()) for m in (OutsideFeed, BusyTime, AuditEntry)])
    assert "Oncologist" not in rows and "7f3a" not in rows


@pytest.mark.parametrize("odd", ["DTSTART:20261127T150000Z\nDTSTART:20261127T160000Z", "SUMMARY:x\nRRULE:FREQ=DAILY;INTERVAL=0"])
def test_a_calendar_with_an_odd_event_is_added_without_it(odd, now, ana, elsewhere):
    elsewhere.body = ics("SUMMARY:fine", odd)
    add_feed(therapist=ana, url=URL, by=ana, net=elsewhere.net)
    assert busy()[0] == THURSDAY


def test_a_calendar_nobody_can_make_out_is_refused_in_words(now, ana, elsewhere, monkeypatch):
    monkeypatch.setattr(outside_calendars, "PROGRAM", "sessions.no_such_program")
    with pytest.raises(FeedUnreadable, match="cannot make out what stands in this calendar"):
        add_feed(therapist=ana, url=URL, by=ana, net=elsewhere.net)


def test_busy_time_is_not_offered_and_a_booking_there_is_refused_like_time_off(feed, ana, ben, maria, neuro_45):
    open_at = {s.starts_at for s in find_open_slots(service=neuro_45, first=date(2026, 11, 26), last=date(2026, 11, 26), therapists=[ana])}
    assert at(9, days=3) in open_at and at(11, days=3) in open_at
    assert not {at(9, 15, days=3), at(10, days=3), at(10, 45, days=3)} & open_at
    with pytest.raises(OutsideWorkingHours, match="Ana Alves is away then"):
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=3), by=ana)
    book_appointment(client=maria, therapist=ben, service=neuro_45, starts_at=at(10, days=3), by=ana)
    joined = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, 45, days=3), by=ana,
                              override_reason="agreed by phone")
    assert joined.override_reason


def test_it_costs_a_search_no_query(feed, neuro_45):
    many = queries_of_a_search(neuro_45)[0]
    BusyTime.objects.all().delete()
    assert many == queries_of_a_search(neuro_45)[0] <= MOST_QUERIES


def test_the_therapists_feed_does_not_hand_busy_times_on(feed, ana):
    assert b"BEGIN:VEVENT" not in calendar_of(ana)


def test_a_good_read_replaces_what_was_read_before(feed, elsewhere):
    elsewhere.body = ics("DTSTART:20261127T150000Z\nDTEND:20261127T160000Z")
    assert read_all(net=elsewhere.net) == 1
    assert busy() == [(at(10, days=4), at(11, days=4))]


def test_a_bad_read_keeps_what_was_read_before_and_says_what_to_do(feed, elsewhere, time_machine):
    first = feed.read_at
    time_machine.move_to(timezone.now() + timedelta(hours=1), tick=False)
    for change, words in (({"status": 404}, "Nothing is there any more"), ({"status": 200, "body": b"<html>"}, "not a calendar"),
                          ({"address": "10.0.0.1"}, "not on the open internet")):
        vars(elsewhere).update(change)
        assert read_all(net=elsewhere.net) == 0
        feed.refresh_from_db()
        assert words in feed.failure and "7f3a" not in feed.failure
        assert (feed.read_at, feed.tried_at) == (first, timezone.now())
        assert busy() == [THURSDAY]
    elsewhere.address, elsewhere.body = "93.184.216.34", ics()
    assert read_feed(feed=feed, net=elsewhere.net).failure == ""
    assert busy() == []


def test_one_calendar_that_breaks_does_not_stand_in_the_way_of_the_next(feed, ana, elsewhere, caplog):
    second = add_feed(therapist=ana, url=f"{URL}?two", by=ana, net=elsewhere.net)
    OutsideFeed.objects.filter(pk=feed.pk).update(sealed_url="spoilt")
    BusyTime.objects.all().delete()
    assert read_all(net=elsewhere.net) == 1
    assert BusyTime.objects.get().feed == second
    feed.refresh_from_db()
    assert "Something went wrong as we read this calendar" in feed.failure and feed.tried_at == timezone.now()
    assert "calendar.example" not in caplog.text


def test_no_longer_read_its_times_are_open_again(feed, ana, ben):
    with pytest.raises(NotAllowed):
        remove_feed(feed=feed, by=ben)
    remove_feed(feed=feed, by=ana)
    assert busy() == [] and not OutsideFeed.objects.exists()


def test_the_same_calendar_twice_is_one_and_six_are_too_many(feed, ana, elsewhere):
    assert add_feed(therapist=ana, url=f" {URL} ", by=ana, net=elsewhere.net) == feed
    for n in range(4):
        add_feed(therapist=ana, url=f"{URL}?{n}", by=ana, net=elsewhere.net)
    with pytest.raises(BadInput, match="At most 5"):
        add_feed(therapist=ana, url=f"{URL}?more", by=ana, net=elsewhere.net)
    elsewhere.status = 500
    with pytest.raises(FeedUnreadable):
        add_feed(therapist=ana, url=f"{URL}?bad", by=ana, net=elsewhere.net)
    assert OutsideFeed.objects.count() == 5


def test_the_page_adds_tells_what_went_wrong_reads_again_and_removes(now, ana, ben, page, elsewhere, monkeypatch):
    for verb in (add_feed, read_feed):
        monkeypatch.setitem(verb.__kwdefaults__, "net", elsewhere.net)
    browser = page(ana)
    refused = browser.post("/calendar/", {"do": "add", "url": "http://calendar.example/x"})
    assert refused.status_code == 409
    assert "has to begin with https:// or webcal://" in refused.content.decode() and 'value="http://calendar.example/x"' in refused.content.decode()
    assert "was read" in browser.post("/calendar/", {"do": "add", "url": URL}, follow=True).content.decode()
    assert busy() == [THURSDAY]
    feed, elsewhere.status = OutsideFeed.objects.get(), 404
    shown = browser.post(f"/calendar/busy/{feed.pk}/read/", follow=True).content.decode()
    assert "Nothing is there any more" in shown and "7f3a" not in shown and "Until then the busy times" in shown
    assert page(ben).post(f"/calendar/busy/{feed.pk}/remove/").status_code == 404
    browser.post(f"/calendar/busy/{feed.pk}/remove/")
    assert not OutsideFeed.objects.exists()


def test_the_scheduler_reads_every_hour(settings):
    from practice.celery import app
    from sessions import tasks

    entry = settings.CELERY_BEAT_SCHEDULE["read-outside-calendars"]
    assert (entry["task"], entry["schedule"]) == (tasks.read_outside_calendars.name, 3600.0)
    assert entry["task"] in app.tasks
