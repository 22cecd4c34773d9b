"""The pages on which the owner says what is offered, where and when; read and entered by others where they may."""

import re
from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from conftest import MONDAY, at
from practice.models import Closure, DayHours, Room, Service, TimeOff, WorkingHours

OFFER = {"name": "Neuro 90", "minutes": "90", "buffer_before": "5", "buffer_after": "20", "price": "95,50",
         "new_skills": "Lymph drainage"}


def text_of(answer):
    return " ".join(answer.content.decode().replace("&#x27;", "'").split())


def test_the_owner_adds_changes_retires_and_brings_back_a_service(now, page, owner, ana, room, api):
    browser = page(owner)
    browser.post(reverse("practice:service_new"), OFFER | {"therapists": [str(ana.pk)], "rooms": [str(room.pk)]})
    service = Service.objects.get()
    assert (service.minutes, service.buffer_before, service.price) == (90, 5, 9550)
    words = text_of(browser.get(reverse("practice:services")))
    assert "€95.50" in words and "Nobody has" in words and "it is not offered until somebody does" in words
    assert 'value="95.50"' in text_of(browser.get(reverse("practice:service", args=[service.pk])))
    told = api(ana).get("/api/v1/services/").json()["results"][0]
    assert (told["price"], told["currency"], told["needed_skills"]) == (9550, "EUR", ["Lymph drainage"])
    browser.post(reverse("practice:service", args=[service.pk]), OFFER | {"price": "", "skills": ["Lymph drainage"]})
    service.refresh_from_db()
    assert service.price is None and not service.rooms.exists()
    browser.post(reverse("practice:service_use", args=[service.pk, "retire"]))
    assert api(ana).get("/api/v1/services/").json()["count"] == 0
    browser.post(reverse("practice:service_use", args=[service.pk, "restore"]))
    assert Service.objects.get().is_active


def test_what_is_wrong_with_a_service_is_said_and_nothing_typed_is_lost(page, owner, lakeside_owner):
    answer = page(owner).post(reverse("practice:service_new"), OFFER | {
        "minutes": "-45", "price": "a lot", "therapists": [str(lakeside_owner.pk)]})
    words = text_of(answer)
    assert answer.status_code == 422 and "from 5 to 480 minutes" in words and "Write the price in EUR" in words
    assert "Choose from the list" in words and 'value="Neuro 90"' in words and 'value="a lot"' in words
    assert not Service.objects.exists()


def test_the_owner_keeps_rooms_and_their_notes(page, owner, room, api, ana):
    browser = page(owner)
    said = {"name": "River room", "access_notes": "Step-free", "temperature_notes": "Cool", "position": "2"}
    browser.post(reverse("practice:room", args=[room.pk]), said)
    browser.post(reverse("practice:room_new"), said | {"name": "Attic"})
    refused = browser.post(reverse("practice:room_new"), said | {"name": "attic"})
    assert refused.status_code == 400 and "there already" in text_of(refused)
    browser.post(reverse("practice:room_use", args=[Room.objects.get(name="Attic").pk, "retire"]))
    told = api(ana).get("/api/v1/rooms/").json()["results"]
    assert [(r["name"], r["access_notes"], r["temperature_notes"]) for r in told] == [("River room", "Step-free", "Cool")]


def week_of(**days):
    return {f"day_{day}": "" for day in range(7)} | days | {"since": (MONDAY + timedelta(days=7)).isoformat()}


def test_the_owner_changes_a_week_from_a_date_on_and_others_read_it(now, page, owner, ana, desk):
    address = reverse("practice:hours", args=[ana.pk])
    assert 'value="09:00–12:00, 13:00–17:00"' in text_of(page(owner).get(address))
    answer = page(owner).post(address, week_of(day_0="10-14, 15-19"), follow=True)
    words = text_of(answer)
    assert "Nobody has to move." in words and "From Mon 30 Nov" in words and "Mon, 10:00 to 14:00, 15:00 to 19:00" in words
    of_desk = text_of(page(desk).get(address))
    assert "Mon, 10:00 to 14:00" in of_desk and "Save the week" not in of_desk
    assert page(desk).post(address, week_of(day_0="8-9")).status_code == 403
    refused = page(owner).post(address, week_of(day_1="12-9"))
    assert refused.status_code == 422 and "09:00 is before 12:00" in text_of(refused) and 'value="12-9"' in text_of(refused)
    assert not WorkingHours.objects.filter(opens=time(8)).exists()


def test_the_owner_says_other_hours_for_one_date_and_skills(now, page, owner, ana):
    browser, on = page(owner), MONDAY + timedelta(days=5)
    browser.post(reverse("practice:day_hours_new", args=[ana.pk]), {"on": on.isoformat(), "hours": "10-14"})
    words = text_of(browser.get(reverse("practice:hours", args=[ana.pk])))
    assert "Sat 28 Nov" in words and "10:00–14:00" in words
    browser.post(reverse("practice:day_hours_drop", args=[DayHours.objects.get().pk]))
    assert not DayHours.objects.exists()
    browser.post(reverse("practice:skills", args=[ana.pk]), {"new_skills": "Cupping, Lymph drainage"})
    assert [skill.name for skill in ana.skills.all()] == ["Cupping", "Lymph drainage"]


def test_the_front_desk_enters_time_off_and_a_therapist_only_their_own(now, page, desk, ana, ben):
    address = reverse("practice:time_off_new")
    said = {"therapist": str(ana.pk), "first": "2026-11-24", "last": "2026-11-25", "reason": "Course"}
    page(desk).post(address, said)
    row = TimeOff.objects.get()
    assert (row.starts_at, row.ends_at) == (at(0), at(0, days=3))
    assert "Choose one of the list" in text_of(page(ben).post(address, said))
    page(ben).post(address, {"therapist": str(ben.pk), "first": "2026-11-24", "first_at": "13:00"})
    assert TimeOff.objects.get(therapist=ben).starts_at == at(13)
    assert page(ben).post(reverse("practice:time_off_drop", args=[row.pk])).status_code == 403
    page(desk).post(reverse("practice:time_off_drop", args=[row.pk]))
    assert not TimeOff.objects.filter(therapist=ana).exists()


@pytest.mark.parametrize("typed, words", [
    ({"first": "2026-11-25", "last": "2026-11-24"}, "lies before"),
    ({"first": "2026-11-24", "first_at": "12:00", "last_at": "12:00"}, "ends after it begins"),
    ({"first": "2027-03-14", "first_at": "02:30"}, "does not exist"),
    ({"first": "2027-11-07", "first_at": "01:30"}, "comes twice"),
    ({"first": "", "last": ""}, "Choose a date")])  # fmt: skip
def test_time_off_that_cannot_be_is_refused_in_words(now, page, desk, ana, typed, words):
    answer = page(desk).post(reverse("practice:time_off_new"), {"therapist": str(ana.pk)} | typed)
    assert answer.status_code in (400, 422) and words in text_of(answer) and not TimeOff.objects.exists()


def test_of_a_time_that_comes_twice_one_says_which(now, page, desk, ana):
    typed = {"therapist": str(ana.pk), "first": "2027-11-07", "first_at": "01:30"}
    asked = text_of(page(desk).post(reverse("practice:time_off_new"), typed))
    assert 'name="first_which" value="1"' in asked
    page(desk).post(reverse("practice:time_off_new"), typed | {"first_which": "1"})
    assert TimeOff.objects.get().starts_at.isoformat() == "2027-11-07T06:30:00+00:00"


def test_the_owner_names_the_place_once_and_ticks_the_holidays(now, page, owner):
    browser, address = page(owner), reverse("practice:holidays")
    assert "Say once where the practice is" in text_of(browser.get(address))
    browser.post(address, {"country": "DE"})
    browser.post(address, {"country": "DE", "region": "BY"})
    words = text_of(browser.get(address))
    assert "Bayern" in words and "Wed 6 Jan 2027: Epiphany" in words
    answer = browser.post(address, {"days": ["2027-01-06"]}, follow=True)
    assert "Nobody has to move." in text_of(answer) and "Epiphany" in text_of(answer)
    assert Closure.objects.get().first_on == date(2027, 1, 6)
    ticked = re.findall(r'value="([0-9-]+)"[^>]* checked', text_of(browser.get(address)))
    assert ticked == ["2027-01-06"]


def test_a_day_kept_in_place_of_a_holiday_is_ticked_with_it(now, page, owner):
    browser, address = page(owner), reverse("practice:holidays")
    browser.post(address, {"country": "GB", "region": "ENG"})
    words = text_of(browser.get(address))
    assert "Sat 26 Dec: Boxing Day, and Mon 28 Dec in its place" in words and 'value="2026-12-28"' not in words
    browser.post(address, {"days": ["2026-12-26"]})
    assert set(Closure.objects.values_list("first_on", flat=True)) == {date(2026, 12, 26), date(2026, 12, 28)}
    browser.post(address, {})
    assert not Closure.objects.exists()


def test_hours_begin_next_monday_unless_said_and_stand_ahead_on_the_practices_page(now, page, owner, ana):
    address = reverse("practice:hours", args=[ana.pk])
    assert 'name="since" value="2026-11-30"' in text_of(page(owner).get(address))
    page(owner).post(address, week_of(day_0="10-14"))
    assert "From Mon 30 Nov: Mon, 10:00 to 14:00" in text_of(page(owner).get(reverse("practice:home")))


def test_nobody_but_the_owner_opens_these_pages(page, ana, desk, neuro_45, room):
    for name in ("services", "service_new", "rooms", "room_new", "closures", "holidays"):
        for member in (ana, desk):
            assert page(member).get(reverse(f"practice:{name}")).status_code == 403, name
    for name, row in (("service", neuro_45), ("room", room)):
        assert page(ana).post(reverse(f"practice:{name}", args=[row.pk]), OFFER).status_code == 403
    assert Service.objects.get().name == "Neuro 45"
