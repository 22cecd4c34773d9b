"""Booking by oneself: the practice's public page, a client's own link, what staff answer. A stranger learns nothing."""

import io
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from clients.models import Client
from conftest import at, make_client
from practice import outbox
from practice.models import Message
from practice.refusals import BadInput
from sessions import online, requests, reserved
from sessions.booking import book_appointment, move_appointment
from sessions.letters import visit_url
from sessions.models import Appointment, OnlineBooking
from sessions.objections import TooShortNotice
from sessions.online_letters import client_url
from sessions.online_times import few
from sessions.own_changes import TooLateToChange
from sessions.states import VisitNotInState
from sessions.tests.reading import words_of

PUBLIC = "/book-with/riverside/"
NORA = {"name": "Nora Quist", "email": "nora@example.org", "phone": "", "remark": "I use a rollator."}
PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "'><b>x", "</title><script>",
    "javascript:alert(1)", "{{ 7|add:7 }}", "{% debug %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{{constructor}}",
    "' OR '1'='1", "'; DROP TABLE x;--", "\\'; --", "Robert'); --", "%s%s%n", "%00x", "..%2f..%2f", "../../etc/passwd",
    "a\r\nBcc: x@y.z", "a\nSet-Cookie: x=1", "a\u2028b", "a\u202eb", "\u200e\u200fx", "\ufeffx", "e\u0301\u0323x", "🧑‍🦽x",
    "x\u0007", "&lt;b&gt;x", "&#60;b&#62;x", "<!--x-->", "]]><x>", "<x:y>", "=1+1", "@SUM(A1)", "+1-1", "-2+3x",
    "x" * 119, "ﷺx",
]


@pytest.fixture(autouse=True)
def fresh_counts(db):
    cache.clear()


@pytest.fixture
def open_house(now, riverside, ana, neuro_45):
    riverside.books_online, riverside.public_slug = True, "riverside"
    riverside.save()
    return riverside


def first_slot(browser):
    return re.search(r'name="slot" value="([^"]+)"', words_of(browser.get(PUBLIC + "when/")))[1]


def as_far_as_the_check(browser, service, slot=None, **who):
    browser.post(PUBLIC, {"service": service.pk})
    browser.post(PUBLIC + "when/", {"slot": slot or first_slot(browser)})
    return browser.post(PUBLIC + "who/", NORA | who, follow=True)


def ask(browser, service, slot=None, **who):
    as_far_as_the_check(browser, service, slot, **who)
    return browser.post(PUBLIC + "check/", follow=True)


def without_secrets(response):
    """The page's bytes but for the token of its forms."""
    return re.sub(rb'name="(csrfmiddlewaretoken" value|csrf-token" content)="[^"]+"', b"", response.content)


# --- the public page ---------------------------------------------------------------------------------------------


def test_somebody_new_asks_for_a_time_and_it_is_a_request_until_staff_accept(open_house, neuro_45, page, ana):
    browser = page(None)
    shown = ask(browser, neuro_45)
    assert "Requested. It is not booked yet." in words_of(shown)
    visit = Appointment.objects.get()
    assert (visit.status, visit.client.is_provisional, visit.online.remark) == ("proposed", True, "I use a rollator.")
    assert visit.expires_at == visit.starts_at - timedelta(hours=12), "answered while they can still come or go elsewhere"
    today = words_of(page(ana).get("/"))
    assert "Nora Quist" in today and "asks for" in today and "new, from the public page" in today
    page(ana).post(f"/appointments/{visit.pk}/accept/")
    visit.refresh_from_db()
    assert (visit.status, visit.expires_at, visit.client.is_provisional) == ("booked", None, False)
    assert set(Message.objects.filter(state="waiting").values_list("kind", flat=True)) >= {"request-accepted"}


def test_what_somebody_new_was_shown_when_they_agreed_is_kept(open_house, neuro_45, page):
    browser = page(None)
    browser.post(PUBLIC, {"service": neuro_45.pk})
    browser.post(PUBLIC + "when/", {"slot": first_slot(browser)})
    shown = words_of(browser.get(PUBLIC + "who/"))
    ask(browser, neuro_45)
    kept = Appointment.objects.get().client.channel_consents.get()
    assert kept.source == "public booking page" and kept.wording in shown


def test_today_shows_beside_accept_who_a_newcomer_may_be_and_what_they_wrote_at_the_price_of_one(
    open_house, neuro_45, page, ana
):
    listed = make_client(open_house, "Nora Quist")
    ask(page(None), neuro_45)
    browser = page(ana)
    with CaptureQueriesContext(connection) as one:
        words = words_of(browser.get("/?whose=all"))
    line = words.split('<ul class="asked">')[1].split("</ul>")[0]
    assert "Perhaps already on your list" in line and f'href="/clients/{listed.pk}/"' in line
    assert "“<bdi>I use a rollator.</bdi>”" in line
    ask(page(None), neuro_45, name="Otto Nemo", email="otto@example.org", remark="")
    with CaptureQueriesContext(connection) as two:
        both = words_of(browser.get("/?whose=all"))
    assert both.count("Perhaps already on your list") == both.count("Getting in and onto the table") == 1
    assert len(two) == len(one) <= 21 + 2  # who is listed, and those found
    visit = Appointment.objects.get(client__name="Nora Quist")
    sheet = f"/diary/print/?on={visit.wall_date}"
    paper = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(browser.get(f"{sheet}&as=pdf").content)).pages)
    for shown in (words_of(browser.get(sheet)), " ".join(paper.split())):
        assert "I use a rollator." in shown and "nora@example.org" in shown


def test_a_request_keeps_its_time_until_it_runs_out_and_then_whoever_asked_is_told(open_house, neuro_45, page, time_machine):
    ask(page(None), neuro_45)
    visit = Appointment.objects.get()
    slot = f"{visit.starts_at:%Y-%m-%dT%H:%MZ}~{visit.therapist_id}"
    second = ask(page(None), neuro_45, slot=slot, email="other@example.org")
    assert second.status_code == 409
    assert Appointment.objects.count() == Client.objects.count() == 1
    time_machine.move_to(visit.expires_at + timedelta(minutes=1))
    assert (requests.lapse_requests(), requests.lapse_requests()) == (1, 0)
    visit.refresh_from_db()
    visit.client.refresh_from_db()
    assert visit.status == "cancelled" and visit.client.archived_at is not None
    assert Message.objects.filter(state="waiting").values_list("kind", flat=True).get() == "request-declined"


@pytest.mark.parametrize("by_whom", ["the next one who wants it", "the clock"])
def test_a_request_accepted_at_the_very_moment_it_runs_out_stays_accepted(
    open_house, neuro_45, page, time_machine, monkeypatch, by_whom
):
    ask(page(None), neuro_45)
    visit = Appointment.objects.get()
    module, name = (reserved, "_lapsed") if by_whom == "the next one who wants it" else (requests, "Outsider")
    looked = getattr(module, name)

    def accepted_right_after(*args):
        found = looked(*args)
        Appointment.objects.filter(pk=visit.pk).update(status="booked", expires_at=None)
        return found

    monkeypatch.setattr(module, name, accepted_right_after)
    time_machine.move_to(visit.expires_at + timedelta(seconds=1))
    if module is requests:
        assert requests.lapse_requests() == 0
    else:
        reserved.lapse_expired(open_house, visit.occupied_from, visit.occupied_until)
    visit.refresh_from_db()
    visit.client.refresh_from_db()
    assert (visit.status, visit.client.archived_at) == ("booked", None)
    assert not Message.objects.filter(kind="request-declined").exists()


def test_a_declined_request_is_told_in_the_words_of_staff_and_leaves_the_list(open_house, neuro_45, page, ana):
    ask(page(None), neuro_45)
    visit = Appointment.objects.get()
    page(ana).post(f"/appointments/{visit.pk}/decline/", {"words": "Thursday is free all day."})
    message = Message.objects.get(kind="request-declined")
    assert "Thursday is free all day." in outbox.KINDS["request-declined"].compose(message).body
    assert not Message.objects.filter(kind="cancelled", state="waiting").exists()
    assert Client.objects.get().archived_at is not None


def test_a_request_cancelled_by_another_program_is_declined_like_any_other(open_house, neuro_45, page, api, desk):
    ask(page(None), neuro_45)
    visit = Appointment.objects.get()
    done = api(desk).post(f"/api/v1/appointments/{visit.pk}/cancel/", {"reason": "away"}).json()
    assert (done["status"], done["cancel_reason"]) == ("cancelled", "away")
    visit.refresh_from_db()
    assert visit.online.answered_at and visit.client.archived_at
    assert Message.objects.filter(state="waiting").values_list("kind", flat=True).get() == "request-declined"


def test_five_sendings_of_one_form_are_one_request(open_house, neuro_45, page):
    browser = page(None)
    as_far_as_the_check(browser, neuro_45)
    draft = browser.cookies["visit-draft"].value
    for _ in range(5):
        browser.cookies["visit-draft"] = draft
        assert browser.post(PUBLIC + "check/").status_code == 302
    assert (Appointment.objects.count(), OnlineBooking.objects.count(), Client.objects.count()) == (1, 1, 1)


def test_the_practice_may_let_new_people_book_at_once_or_ask_them_to_ring(open_house, neuro_45, page):
    open_house.new_clients_online = "booked"
    open_house.save()
    assert "Booked. See you then." in words_of(ask(page(None), neuro_45))
    assert Appointment.objects.get().status == "booked"
    open_house.new_clients_online = "no"
    open_house.save()
    shown = words_of(page(None).get(PUBLIC))
    assert "New here? Ring us" in shown and 'name="service"' not in shown
    ask(page(None), neuro_45, slot=f"{at(11, days=3):%Y-%m-%dT%H:%MZ}~{Appointment.objects.get().therapist_id}")
    assert Appointment.objects.count() == 1


def test_a_stranger_sees_the_same_bytes_whether_an_address_is_a_clients_or_not(open_house, neuro_45, maria, page):
    known, unknown = [], []
    for seen, email in ((known, "maria@clients.example"), (unknown, "nobody@clients.example")):
        browser = page(None)
        slot = f"{at(11, days=3):%Y-%m-%dT%H:%MZ}~{neuro_45.practice.pk}"
        seen += [browser.get(PUBLIC), browser.post(PUBLIC, {"service": neuro_45.pk}), browser.get(PUBLIC + "when/")]
        slot = first_slot(browser)
        browser.post(PUBLIC + "when/", {"slot": slot})
        seen += [browser.post(PUBLIC + "who/", NORA | {"email": email}), browser.get(PUBLIC + "check/")]
        seen += [browser.post(PUBLIC + "check/"), browser.get(PUBLIC + "done/")]
        seen += [browser.post(PUBLIC + "link/", {"email": email})]
        Appointment.objects.all().delete()
    for one, other in zip(known, unknown, strict=True):
        mine, theirs = (without_secrets(r).replace(b"maria@", b"*@").replace(b"nobody@", b"*@") for r in (one, other))
        assert (one.status_code, one.get("Location"), mine) == (other.status_code, other.get("Location"), theirs)


def test_the_page_does_as_much_for_an_unknown_address_as_for_a_clients(open_house, maria, page):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page(None).post(PUBLIC + "link/", {"email": "first@example.org"})  # the counters exist from now on
    counts = []
    for email in ("maria@clients.example", "nobody@clients.example"):
        with CaptureQueriesContext(connection) as queries:
            page(None).post(PUBLIC + "link/", {"email": email})
        counts.append([re.sub(r"'[^']*'|\d+", "", q["sql"])[:60] for q in queries])
    assert counts[0] == counts[1]
    outcome = {m.to_address: outbox.KINDS["booking-link"].recheck(m) for m in Message.objects.all()}
    assert outcome["maria@clients.example"] is None and outcome["nobody@clients.example"] is not None


def test_a_clients_own_link_goes_to_their_address_and_never_to_the_page(open_house, neuro_45, maria, page):
    shown = ask(page(None), neuro_45, name="Somebody", email="maria@clients.example")
    assert b"/me/" not in shown.content
    mail = outbox.KINDS["request-received"].compose(Message.objects.get(kind="request-received"))
    assert client_url(maria) in mail.body and "Somebody" not in mail.body
    assert Appointment.objects.get().client != maria


def test_an_address_that_is_none_and_one_switched_off_are_the_same_page(open_house, lakeside, page):
    nothing = page(None).get("/book-with/nobody/")
    open_house.books_online = False
    open_house.save()
    assert nothing.status_code == 404
    shut = without_secrets(page(None).get(PUBLIC)).replace(b"riverside", b"nobody")  # the address one came by
    assert shut == without_secrets(nothing)


def test_what_belongs_to_another_practice_is_not_taken(open_house, neuro_45, lakeside, lakeside_owner, page):
    from practice.models import Room, Service

    Room.objects.create(practice=lakeside, name="Lake room")
    theirs = Service.objects.create(practice=lakeside, name="Lake 30", minutes=30)
    browser = page(None)
    assert "Lake 30" not in words_of(browser.post(PUBLIC, {"service": theirs.pk}))
    browser.post(PUBLIC, {"service": neuro_45.pk})
    slot = f"{at(11, days=3):%Y-%m-%dT%H:%MZ}~{lakeside_owner.pk}"
    assert browser.post(PUBLIC + "when/", {"slot": slot}).status_code == 200
    assert browser.get(PUBLIC + "check/").status_code == 302


def test_a_time_sooner_than_the_notice_is_neither_shown_nor_taken(open_house, neuro_45, ana, page):
    browser = page(None)
    browser.post(PUBLIC, {"service": neuro_45.pk})
    assert first_slot(browser) >= f"{timezone.now() + timedelta(hours=24):%Y-%m-%dT%H:%MZ}"
    soon = f"{at(11, days=0):%Y-%m-%dT%H:%MZ}~{ana.pk}"
    assert ask(browser, neuro_45, slot=soon).status_code == 409
    assert not Appointment.objects.exists()
    with pytest.raises(TooShortNotice):
        online.ask_for_visit(practice=open_house, service=neuro_45, therapist=ana, starts_at=at(11, days=0), name="N",
                             email="n@example.org", phone="", remark="", nonce=uuid4())


def test_more_than_so_many_in_an_hour_are_told_to_ring(open_house, neuro_45, page, settings):
    settings.ONLINE_SENDS = 2
    answers = [page(None).post(PUBLIC + "link/", {"email": f"a{n}@example.org"}) for n in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert open_house.phone in words_of(answers[2])
    assert Message.objects.count() == 2
    assert page(None).post(PUBLIC + "link/", {"email": "b@example.org"}, REMOTE_ADDR="10.9.8.7").status_code == 200


def test_whatever_fills_in_the_hidden_field_is_thanked_and_nothing_is_made(open_house, neuro_45, page):
    shown = ask(page(None), neuro_45, website="https://spam.example")
    assert "Requested. It is not booked yet." in words_of(shown)
    assert not Appointment.objects.exists() and not Message.objects.exists()


def test_hostile_words_stay_words_on_every_page(open_house, neuro_45, page, ana):
    assert len(PAYLOADS) == 40
    for words in PAYLOADS:
        browser = page(None)
        shown = as_far_as_the_check(browser, neuro_45, name=f"{words}N", remark=words)
        text = shown.content.decode()
        assert shown.status_code == 200, words
        assert not re.search(r"<(script>|img src=x|svg onload|b>x|x:y)", text), words
        assert "1414" not in text and ">49<" not in text
    sent = ask(page(None), neuro_45, name=PAYLOADS[0], remark=PAYLOADS[1])
    visit = Appointment.objects.get()
    for staff in ("/", f"/appointments/{visit.pk}/", f"/clients/{visit.client_id}/"):
        assert b"<script>alert" not in page(ana).get(staff).content
    assert b"<script>alert" not in sent.content
    mail = outbox.KINDS["request-received"].compose(Message.objects.get())
    assert "script" not in mail.subject + mail.body


def test_no_address_carries_what_somebody_typed_and_the_cookie_cannot_be_read(open_house, neuro_45, page):
    browser = page(None)
    shown = ask(browser, neuro_45)
    assert "nora" not in str(shown.redirect_chain).lower()
    assert "Nora" not in browser.cookies["visit-draft"].value


def test_the_hour_the_clocks_skip_is_never_offered(open_house, ana, neuro_45, riverside):
    from datetime import time

    from practice.models import WorkingHours
    from sessions.online_times import days_open

    sunday = date(2027, 3, 14)
    WorkingHours.objects.create(practice=riverside, therapist=ana, weekday=6, opens=time(1), closes=time(5))
    days, _ = days_open(neuro_45, first=sunday, only=sunday, not_before=timezone.now(), therapists=[ana])
    said = [offer.at for _, offers in days[0].halves for offer in offers]
    assert "01:45" in said and "03:00" in said and not [t for t in said if t.startswith("02")]


def test_few_times_are_those_beside_what_is_taken():
    nine, one = 540, 780
    assert few([*range(nine, 700, 15), *range(one, 900, 15)], grid=15) == [nine, 690, one, 885]
    assert few([nine], grid=15) == [nine]
    assert len(few(range(nine, 1200, 15), grid=15)) == 4


# --- a client's own link -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minute", ["11:07", "11:14"])
def test_somebody_new_takes_one_of_the_times_that_are_shown_and_no_other_minute(open_house, neuro_45, ana, page, minute):
    browser, odd = page(None), at(11, days=3) + timedelta(minutes=int(minute[3:]))
    browser.post(PUBLIC, {"service": neuro_45.pk})
    again = browser.post(PUBLIC + "when/", {"slot": f"{odd:%Y-%m-%dT%H:%MZ}~{ana.pk}"})
    assert again.status_code == 200 and 'name="slot"' in words_of(again)
    assert browser.get(PUBLIC + "check/").status_code == 302
    with pytest.raises(BadInput, match="is not one of the open times"):
        online.ask_for_visit(practice=open_house, service=neuro_45, therapist=ana, starts_at=odd, name="N",
                             email="n@example.org", phone="", remark="", nonce=uuid4())
    assert not Appointment.objects.exists()


def test_a_client_books_and_moves_to_one_of_the_times_that_are_shown_and_no_other_minute(came_weekly, ana, neuro_45, page):
    browser, odd = page(None), at(11, 7, days=3)
    browser.post(f"{own(came_weekly)}book/{neuro_45.pk}/?at={odd:%Y-%m-%dT%H:%MZ}~{ana.pk}", {"nonce": uuid4()})
    with pytest.raises(BadInput, match="is not one of the open times"):
        online.book_again(client=came_weekly, service=neuro_45, therapist=ana, starts_at=odd, nonce=uuid4())
    visit = book_appointment(client=came_weekly, therapist=ana, service=neuro_45, starts_at=at(10, 5, days=4), by=ana)
    door = visit_url(visit).removeprefix("http://testserver")
    browser.post(f"{door}move/?at={odd:%Y-%m-%dT%H:%MZ}~{ana.pk}")
    with pytest.raises(BadInput, match="is not one of the open times"):
        online.move_own(appointment=visit, therapist=ana, starts_at=odd)
    assert not Appointment.objects.filter(starts_at=odd).exists()
    assert online.move_own(appointment=visit, therapist=ana, starts_at=at(11, days=3)).starts_at == at(11, days=3)


@pytest.fixture
def came_weekly(open_house, joao, ana, neuro_45, time_machine):
    """Joao came on three Tuesdays at ten; today is the Monday after."""
    for days in (-20, -13, -6):
        visit = book_appointment(client=joao, therapist=ana, service=neuro_45, starts_at=at(10, days=days + 7 - 6), by=ana,
                                 override_reason="late entry")
        Appointment.objects.filter(pk=visit.pk).update(status="fulfilled")
    return joao


def own(client):
    return client_url(client).removeprefix("http://testserver")


def test_a_returning_client_books_the_same_again_in_three_taps(came_weekly, page):
    browser, home = page(None), own(came_weekly)
    link = re.search(r'class="offer offer--time" href="([^"]+)"', words_of(browser.get(home)))[1]
    nonce = re.search(r'name="nonce" value="([^"]+)"', words_of(browser.get(link)))[1]
    for _ in range(5):
        booked = browser.post(link, {"nonce": nonce}, follow=True)
    assert "Booked" in words_of(booked)
    visit = Appointment.objects.get(client=came_weekly, status="booked")
    last = came_weekly.appointments.filter(status="fulfilled").last()
    assert (visit.wall_time, visit.wall_date.weekday()) == (last.wall_time, last.wall_date.weekday())
    assert visit.wall_date - last.wall_date in (timedelta(7), timedelta(14))
    assert set(Message.objects.filter(appointment_id=visit.pk).values_list("kind", flat=True)) >= {"booked"}


def test_a_nonce_of_somebody_else_books_nothing_and_shows_nothing(came_weekly, kofi, neuro_45, ana):
    nonce = uuid4()
    args = {"service": neuro_45, "therapist": ana, "nonce": nonce}
    first = online.book_again(client=came_weekly, starts_at=at(11, days=3), **args)
    with pytest.raises(online.FormUsed):
        online.book_again(client=kofi, starts_at=at(14, days=3), **args)
    assert list(Appointment.objects.filter(online__nonce=nonce)) == [first]


def test_a_client_moves_and_cancels_by_themselves_until_the_practices_hour(open_house, joao, ana, neuro_45, page):
    visit = book_appointment(client=joao, therapist=ana, service=neuro_45, starts_at=at(10, days=3), by=ana)
    browser, door = page(None), visit_url(visit).removeprefix("http://testserver")
    link = re.search(r'href="(/r/[^"]+\?at=[^"]+)"', words_of(browser.get(door + "move/")))[1]
    assert "Moved" in words_of(browser.post(link, follow=True))
    visit.refresh_from_db()
    assert (visit.sequence, visit.events.last().by_name) == (1, "Joao Pereira")
    assert visit.starts_at != at(10, days=3)
    done = browser.post(door + "cancel/", {"reason": "away"}, follow=True)
    assert "This appointment is cancelled" in words_of(done)
    visit.refresh_from_db()
    said = words_of(browser.get(f"{own(joao)}?say=cancelled&visit={visit.pk}"))
    assert visit.said in said
    assert (visit.status, visit.cancel_reason) == ("cancelled", "away")


def test_later_than_that_they_are_asked_to_ring(open_house, joao, ana, neuro_45, page):
    visit = book_appointment(client=joao, therapist=ana, service=neuro_45, starts_at=at(10, days=0), by=ana)
    door = visit_url(visit).removeprefix("http://testserver")
    for step in ("move/", "cancel/"):
        assert open_house.phone in words_of(page(None).get(door + step))
        assert page(None).post(door + step, {"reason": "away"}).status_code == 409
    assert "Find another time myself" not in words_of(page(None).get(door))
    with pytest.raises(TooLateToChange):
        move_appointment(appointment=visit, starts_at=at(11, days=3), by=online.outsider(joao))
    visit.refresh_from_db()
    assert (visit.status, visit.version) == ("booked", 1)


def test_a_request_is_neither_confirmed_nor_moved_by_whoever_asked(open_house, neuro_45, page):
    ask(page(None), neuro_45)
    visit = Appointment.objects.get()
    door = visit_url(visit).removeprefix("http://testserver")
    page(None).post(door, {"answer": "yes"})
    page(None).post(door + "move/?at=" + f"{at(11, days=4):%Y-%m-%dT%H:%MZ}~{visit.therapist_id}")
    visit.refresh_from_db()
    assert (visit.status, visit.version) == ("proposed", 1)
    with pytest.raises(VisitNotInState):
        move_appointment(appointment=visit, starts_at=at(11, days=4), by=online.outsider(visit.client))
    page(None).post(door + "cancel/", {"reason": "other"})
    visit.refresh_from_db()
    visit.client.refresh_from_db()
    assert visit.status == "cancelled" and visit.client.archived_at
    assert requests.lapse_requests() == 0


def test_whoever_is_on_hold_is_asked_to_ring_and_never_told_why(relapse, open_house, maria, neuro_45, ana, page):
    open_house.refresh_from_db()
    open_house.books_online, open_house.public_slug = True, "riverside"
    open_house.save()
    browser, home = page(None), own(maria)
    value = f"{at(15, days=3):%Y-%m-%dT%H:%MZ}~{ana.pk}"
    for shown in (browser.get(home), browser.get(f"{home}times/{neuro_45.pk}/"),
                  browser.post(f"{home}book/{neuro_45.pk}/?at={value}", {"nonce": str(uuid4())})):
        words = words_of(shown)
        assert "We would like to talk with you" in words
        assert not re.search(r"relapse|on hold|episode|clearance|decision", words)
    assert not OnlineBooking.objects.exists()


def test_expired_unknown_foreign_and_switched_off_links_are_the_same_bytes(open_house, joao, kofi, ana, neuro_45, page, time_machine):
    visit = book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=at(10, days=3), by=ana)
    home, browser = own(joao), page(None)
    nothing = browser.get("/me/nobody/")
    assert nothing.status_code == 404
    assert browser.get(f"{home}visits/{visit.pk}/move/").content == nothing.content
    assert browser.get(f"{home}visits/{uuid4()}/cancel/").content == nothing.content
    assert browser.get("/r/nobody/cancel/").content == nothing.content
    token = home.removeprefix("/me/")
    assert browser.get(f"/r/{token}").content == nothing.content
    time_machine.move_to(timezone.now() + timedelta(days=31))
    assert browser.get(home).content == nothing.content
    open_house.books_online = False
    open_house.save()
    assert browser.get(own(joao)).content == nothing.content


def test_staff_send_the_link_and_the_desk_may_too(open_house, maria, desk, page):
    page(desk).post(f"/clients/{maria.pk}/booking-link/")
    mail = outbox.KINDS["booking-link"].compose(Message.objects.get(kind="booking-link"))
    assert client_url(maria) in mail.body


def test_looking_changes_nothing(came_weekly, neuro_45, page):
    browser, home = page(None), own(came_weekly)
    before = list(Appointment.objects.values()), Message.objects.count(), OnlineBooking.objects.count()
    for path in ("", f"times/{neuro_45.pk}/", "?say=booked"):
        assert browser.get(home + path).status_code == 200
    for path in ("", "when/", "who/", "check/", "done/", "link/"):
        browser.get(PUBLIC + path)
    assert (list(Appointment.objects.values()), Message.objects.count(), OnlineBooking.objects.count()) == before


# --- settings ------------------------------------------------------------------------------------------------------


def test_the_owner_alone_switches_it_on_and_an_address_is_one_practices(riverside, lakeside, owner, ana, neuro_45, page):
    lakeside.public_slug = "taken"
    lakeside.save()
    wish = {"books_online": "on", "public_slug": "taken", "new_clients_online": "request", "request_hours": 48}
    assert "This address is taken." in words_of(page(owner).post("/practice/settings/online/", wish))
    for slug in ("", "No Spaces", "a--b", "-a", "ü"):
        page(owner).post("/practice/settings/online/", wish | {"public_slug": slug})
        riverside.refresh_from_db()
        assert not riverside.books_online
    page(owner).post("/practice/settings/online/", wish | {"public_slug": "river-house"})
    riverside.refresh_from_db()
    neuro_45.refresh_from_db()
    assert (riverside.books_online, riverside.public_slug, neuro_45.is_online) == (True, "river-house", False)
    refused = page(owner).post("/practice/settings/online/", wish | {"public_slug": "new-house"})
    assert "ends in river-house finds nothing there any more" in words_of(refused)
    riverside.refresh_from_db()
    assert riverside.public_slug == "river-house"
    page(owner).post("/practice/settings/online/", wish | {"public_slug": "new-house", "old_links_stop": "on"})
    riverside.refresh_from_db()
    assert riverside.public_slug == "new-house"
    assert page(ana).get("/practice/settings/online/").status_code == 403
