"""The steps after the practice is open: saved by the verbs of the pages that stay, read from the practice itself."""

from __future__ import annotations

from datetime import time

import pytest
from django.test import override_settings

from conftest import make_client, make_member
from practice import outbox
from practice.models import Closure, Message, Practice, Room, Service, SetAside, WorkingHours
from practice.opening import Owner, open_practice
from practice.opening.checklist import STEPS, checklist_of, steps_in_order
from practice.opening.presets import SERVICES, WEEKS

SERVICE_STEP = {f"{p.code}-{name}": str(getattr(p, name)) for p in SERVICES
                for name in ("name", "minutes", "buffer_before", "buffer_after")}
LETTERHEAD = {"name": "Riverside Neuro", "address": "12 Water Street\r\nSeattle", "phone": "+1 206 555 0100",
              "email": "hello@riverside.example", "paper": "us-letter"}


@pytest.fixture
def olivia(now, db):
    """An owner who gives sessions and has just opened the practice."""
    return open_practice(name="Riverside Neuro", time_zone="America/New_York", country="US", owner=Owner(
        "Olivia Grant", "olivia@example.org", "a quiet room by the river", gives_sessions=True))


def state(member) -> dict[str, str]:
    rows = checklist_of(Practice.objects.get(pk=member.practice_id)).steps
    return {row.step.code: "done" if row.is_done else "aside" if row.is_aside else "missing" for row in rows}


def week(**days: str) -> dict[str, str]:
    return {f"day_{day}": "" for day in range(7)} | days | {"since": "2026-11-23", "act": "save"}


def test_the_list_is_read_from_the_practice_and_today_names_the_next_step(olivia, page):
    http = page(olivia)
    assert set(state(olivia).values()) == {"missing"}
    assert "Nothing can be booked yet, missing: hours, rooms and services" in http.get("/").content.decode()
    http.post("/practice/opening/letterhead/", LETTERHEAD)
    http.post("/practice/opening/hours/", week(day_0="9-12, 13-17"))
    http.post("/practice/opening/rooms/", {"name": "River room", "access_notes": "step-free"})
    http.post("/practice/opening/services/", SERVICE_STEP | {"first-take": "on", "first-minutes": "80"})
    for step in ("people", "holidays", "reminders", "sender", "second-step"):
        http.post(f"/practice/opening/{step}/aside/")
    assert state(olivia) == {
        "letterhead": "done", "hours": "done", "rooms": "done", "services": "done", "mail": "missing",
        "people": "aside", "holidays": "aside", "reminders": "aside", "sender": "aside", "second-step": "aside", "clients": "missing",
        "visit": "missing"}
    assert "Still missing: a test message, clients and the first visit" in http.get("/").content.decode()
    assert Room.objects.get().access_notes == "step-free"
    assert (Service.objects.get().name, Service.objects.get().minutes) == ("First visit", 80)
    assert Practice.objects.get().address == "12 Water Street\nSeattle"
    assert WorkingHours.objects.count() == 2
    new = make_member(olivia.practice, "Ana Alves", "ana@example.org", "therapist")
    WorkingHours.objects.filter(therapist=new).delete()
    assert "Still missing: hours, a test message, clients and the first visit" in http.get("/").content.decode(), (
        "one can book, though not with everybody")
    assert "missing for somebody" in http.get("/practice/opening/").content.decode()
    Room.objects.update(is_active=False)
    assert state(olivia)["rooms"] == "missing", "nothing is noted as done"


def test_a_practice_whose_name_says_what_clients_come_for_is_asked_for_a_neutral_one(olivia, page):
    for step in STEPS.keys() - {"sender", "hours", "rooms", "services"}:
        SetAside.objects.create(practice=olivia.practice, step=step)
    assert state(olivia)["sender"] == "missing"
    assert "A neutral name for messages" in page(olivia).get("/practice/opening/").content.decode()
    page(olivia).post("/practice/messages/words/", {"sender_name": "Riverside"})
    assert state(olivia)["sender"] == "done"
    for name, standing in (("Riverside", "done"), ("Praxis Schmerzfrei", "missing")):
        Practice.objects.update(name=name, sender_name="")
        assert state(olivia)["sender"] == standing


def test_today_is_silent_when_all_is_there_when_it_is_dismissed_and_for_everybody_else(olivia, page):
    http = page(olivia)
    assert ", missing: " in http.get("/").content.decode()
    http.post("/practice/opening/everything/aside/")
    assert ", missing: " not in http.get("/").content.decode()
    http.post("/practice/opening/everything/aside/", {"act": "take-up"})
    assert ", missing: " in http.get("/").content.decode()
    assert ", missing: " not in page(make_member(olivia.practice, "Dora", "d@x.example", "front_desk")).get(
        "/").content.decode()
    for step in STEPS:
        SetAside.objects.create(practice=olivia.practice, step=step)
    assert ", missing: " not in http.get("/").content.decode()


@pytest.mark.parametrize(("step", "said", "words", "kept"), [
    ("letterhead", {**LETTERHEAD, "name": " "}, "Write the practice", "12 Water Street"),
    ("letterhead", {**LETTERHEAD, "address": "a\n" * 7}, "room for 6 lines", "+1 206 555 0100"),
    ("letterhead", {**LETTERHEAD, "email": "hello"}, "Write the whole e-mail address", "12 Water Street"),
    ("letterhead", {**LETTERHEAD, "phone": "ring me"}, "as it is dialled", "ring me"),
    ("letterhead", {**LETTERHEAD, "paper": "papyrus"}, "Choose one of the list.", "12 Water Street"),
    ("hours", week(day_0="9-12", day_1="25-26"), "not a time of day", "25-26"),
    ("hours", week(day_0="12-9"), "work ends later", "12-9"),
    ("hours", week(), "Write hours on one day", ""),
    ("rooms", {"name": "", "access_notes": "step-free"}, "Write a name", "step-free"),
    ("services", SERVICE_STEP, "Tick what you offer", "First visit"),
    ("services", SERVICE_STEP | {"half-take": "on", "half-minutes": "2"}, "from 5 to 480", 'value="2"'),
    ("services", SERVICE_STEP | {"half-take": "on", "half-price": "lots"}, "Write the price in USD", "lots"),
    ("services", SERVICE_STEP | {"half-take": "on", "hour-take": "on", "hour-name": "Session 30"}, "is there already",
     "Session 30"),
    ("holidays", {"country": "XX"}, "Choose one of the list.", ""),
    ("holidays", {"days": []}, "Tick those on which you close", ""),
    ("holidays", {"days": ["2026-01-01"]}, "Choose from the list.", ""),
])
def test_each_step_refuses_in_words_keeps_what_was_typed_and_saves_nothing(olivia, page, step, said, words, kept):
    answer = page(olivia).post(f"/practice/opening/{step}/", said)
    assert answer.status_code in (400, 422)
    assert words in answer.content.decode()
    assert kept in answer.content.decode()
    assert "<title>Error: " in answer.content.decode()
    assert not any(model.objects.exists() for model in (Room, Service, WorkingHours, Closure))


def test_a_week_begins_with_a_proposal_and_monday_is_copied_before_anything_is_saved(olivia, page):
    http = page(olivia)
    assert 'value="11:00–14:00, 15:00–19:00"' in http.get("/practice/opening/hours/?preset=late").content.decode()
    copied = http.post("/practice/opening/hours/", week(day_0="8-13") | {"act": "copy-friday"})
    assert copied.content.decode().count('value="8-13"') == 5
    assert not WorkingHours.objects.exists()


def test_every_proposed_week_and_service_can_be_saved_as_it_stands(olivia, page):
    from practice.stretches import said

    http = page(olivia)
    for preset in WEEKS.values():
        WorkingHours.objects.all().delete()
        days = {f"day_{day}": said(hours) for day, hours in preset.week.items()}
        assert http.post("/practice/opening/hours/", week(**days)).status_code == 302
        assert {(h.weekday, h.opens, h.closes) for h in WorkingHours.objects.all()} == {
            (day, *hours) for day, some in preset.week.items() for hours in some}
    assert http.post("/practice/opening/services/", SERVICE_STEP | {f"{p.code}-take": "on" for p in SERVICES}
                     ).status_code == 302
    assert Service.objects.count() == len(SERVICES)


def test_hours_are_asked_of_each_therapist_in_turn_and_of_nobody_where_nobody_gives_sessions(olivia, page):
    ana = make_member(olivia.practice, "Ana", "ana@x.example", "therapist")
    WorkingHours.objects.filter(therapist=ana).delete()
    answer = page(olivia).post(f"/practice/opening/hours/?who={olivia.pk}", week(day_0="9-12"))
    assert answer["Location"].endswith(f"who={ana.pk}")
    assert state(olivia)["hours"] == "missing"
    WorkingHours.objects.create(practice=olivia.practice, therapist=ana, weekday=0, opens=time(9), closes=time(10))
    assert state(olivia)["hours"] == "done"
    type(olivia).objects.update(is_therapist=False, role="owner")
    assert "Nobody gives sessions here yet" in page(olivia).get("/practice/opening/hours/").content.decode()


def test_holidays_of_the_country_are_ticked_and_closed_on(olivia, page):
    http = page(olivia)
    assert "Christmas Day" in http.get("/practice/opening/holidays/").content.decode()
    assert http.post("/practice/opening/holidays/", {"days": ["2026-12-25"]}).status_code == 302
    assert Closure.objects.get().name == "Christmas Day"


def test_a_test_says_truly_whether_it_left(olivia, page):
    http = page(olivia)
    said = http.get("/practice/opening/mail/").content.decode()
    assert "Nobody receives mail from here yet" in said
    assert "EMAIL_URL" in said
    http.post("/practice/opening/mail/")
    assert "It leaves within a few seconds" in http.get("/practice/opening/mail/").content.decode()
    outbox.drain()
    assert "went to nobody" in http.get("/practice/opening/mail/").content.decode()
    assert state(olivia)["mail"] == "missing", "a file is no mailbox"
    with override_settings(EMAIL_URL="smtp://user:secret@smtp.example.org:587"):
        said = http.get("/practice/opening/mail/").content.decode()
        assert "smtp.example.org:587 took it for olivia@example.org" in said
        assert "secret" not in said
        assert state(olivia)["mail"] == "done"
        Message.objects.update(state="failed", why="The mail server could not be reached (gaierror).", sent_at=None)
        assert "could not be reached" in http.get("/practice/opening/mail/").content.decode()
    with override_settings(EMAIL_URL="smtp://mail:1025"):
        assert "goes to the catcher" in http.get("/practice/opening/mail/").content.decode()


def test_a_test_that_cannot_be_reached_is_no_step_done_for_another_practice(olivia, lakeside_owner, page):
    make_client(lakeside_owner.practice, "Lena")
    assert state(olivia)["clients"] == "missing"
    assert state(lakeside_owner)["clients"] == "done"


def test_the_steps_are_the_owners_alone_and_needed_ones_cannot_be_done_without(olivia, page):
    desk = page(make_member(olivia.practice, "Dora", "d@x.example", "front_desk"))
    for step in steps_in_order():
        if not step.route:
            assert desk.get(step.url).status_code == 403
            assert page(None).get(step.url)["Location"].startswith("/login/")
    assert page(olivia).post("/practice/opening/rooms/aside/").status_code == 400
    assert page(olivia).post("/practice/opening/nothing/aside/").status_code == 404
    assert not SetAside.objects.exists()


_FIELDS = {
    "letterhead": tuple(LETTERHEAD), "hours": (*(f"day_{day}" for day in range(7)), "since", "act"),
    "rooms": ("name", "access_notes", "temperature_notes"), "services": (*SERVICE_STEP, "first-take", "first-price"),
    "holidays": ("days", "country", "region")}


def test_nothing_anybody_types_into_a_step_is_a_server_fault(olivia, page):
    http = page(olivia)
    for words in ("\x00", "<svg onload=x>{{ 7 }}", "long " * 400, "a\r\nBcc: b", "２５–２６", "😀\u202e"):
        for step, fields in _FIELDS.items():
            answer = http.post(f"/practice/opening/{step}/", dict.fromkeys(fields, words))
            assert answer.status_code in (302, 400, 422), (step, words[:20])
            assert b"<svg onload" not in answer.content
