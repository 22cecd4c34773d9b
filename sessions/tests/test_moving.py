"""Moving on the page: one look before it is done, whom to tell, what is free instead; the diary while one is picked up."""

import re

from clients.models import Contact
from conftest import at, numb
from sessions.booking import book_appointment, cancel_appointment
from sessions.models import Appointment
from sessions.tests.reading import TUESDAY, clinical_in, visit_url, words_of


def look(browser, visit, **query):
    return browser.get(visit_url(visit, "appointment_move"), {"on": TUESDAY, **query})


def test_a_look_says_old_and_new_and_moves_nothing(visit, page, desk, ana, ben):
    words = words_of(look(page(desk), visit, at="14:00", therapist=ben.pk))
    assert "Tue 24 Nov, 10:00, Ana Alves, River room" in words
    assert re.search(r"Tue 24 Nov, 14:00</span><br>Ben Baker, River room, 45 minutes", words)
    assert "We tell Maria in 3 minutes. Until then you can undo." in words
    visit.refresh_from_db()
    assert (visit.starts_at, visit.version) == (at(10), 1)


def test_transport_and_carer_are_told_of_before_the_move(visit, page, desk, maria):
    for role, name, phone in (("transport", "Taxi Lind", "555 0199"), ("carer", "Erik", ""), ("family", "Rosa", "")):
        Contact.objects.create(client=maria, practice=maria.practice, role=role, name=name, phone=phone)
    words = words_of(look(page(desk), visit, at="14:00"))
    assert "Transport is booked ahead: Taxi Lind, 555 0199. Tell them the new time." in words
    assert "A carer comes along: Erik. Tell them the new time." in words
    assert "Rosa" not in words


def test_a_taken_time_is_told_in_the_look_with_free_ones_to_press(visit, page, desk, ana, ines, neuro_45):
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(14), by=ana)
    browser = page(desk)
    words = words_of(look(browser, visit, at="14:15"))
    assert "Ana Alves is taken Tue 24 Nov, 14:00–14:45." in words
    assert ">Move</button>" not in words
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', words.split('class="rows moved"')[1]))
    instead = re.search(r'name="instead" value="([^"]+)"', words)[1]
    browser.post(visit_url(visit, "appointment_move"), hidden | {"instead": instead})
    visit.refresh_from_db()
    assert f"{visit.wall_date} {visit.wall_time:%H:%M}" == instead


def test_the_desk_reads_whose_decision_it_is_and_no_finding(visit, page, ana, desk, maria):
    numb(maria)
    of_desk = look(page(desk), visit, at="14:00")
    assert clinical_in(of_desk) == []
    assert "numb" in words_of(look(page(ana), visit, at="14:00"))


def test_buttons_lead_to_the_same_look_a_quarter_hour_or_a_column_away(visit, page, desk, ana, ben, garden):
    browser = page(desk)
    words = words_of(browser.get(visit_url(visit)))
    address = re.search(r'href="([^"]+)">(?:(?!</a>).)*15 minutes later', words, re.S)[1]
    words = words_of(browser.get(address))
    assert "Tue 24 Nov, 10:15</span>" in words
    other = re.search(r'href="([^"]+)" data-look>(?:(?!</a>).)*with Ben Baker', words, re.S)[1]
    assert "10:15</span><br>Ben Baker" in words_of(browser.get(other))
    room = re.search(r'href="([^"]+)" data-look>(?:(?!</a>).)*in Garden room', words, re.S)[1]
    assert "10:15</span><br>Ana Alves, Garden room" in words_of(browser.get(room))


def test_a_picked_up_visit_turns_open_time_into_places_to_move_to_on_any_day(visit, page, desk, ana):
    browser = page(desk)
    words = words_of(browser.get(f"/diary/?on={TUESDAY}&move={visit.pk}"))
    assert "Moving <bdi>Maria Lindqvist</bdi>" in words
    assert 'href="/book/?on=2026-11-24&at' not in words
    assert re.search(r'href="\?on=2026-11-25[^"]*move=', words)  # the next day, still picked up
    here = re.search(r'href="([^"]*at=13%3A30[^"]*)"', words)[1]
    looked = words_of(browser.get(here))
    assert "Tue 24 Nov, 13:30</span>" in looked
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', looked.split('class="rows moved"')[1]))
    answer = browser.post(visit_url(visit, "appointment_move"), hidden)
    assert answer.headers["Location"].startswith(f"/diary/?on={TUESDAY}")
    assert Appointment.objects.get().starts_at == at(13, 30)


def test_what_is_over_or_held_cannot_be_picked_up(relapse, weekly, page, desk):
    words = words_of(page(desk).get(f"/diary/?on={TUESDAY}&move={weekly[0].pk}"))
    assert "Moving" not in words


def test_in_place_the_look_comes_alone_and_elsewhere_as_a_page(visit, page, desk):
    url = f"{visit_url(visit, 'appointment_move')}?on={TUESDAY}&at=14:00"
    part = words_of(page(desk).get(url, headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert "Becomes" in part
    assert "<html" in words_of(page(desk).get(url))


def test_the_way_back_of_a_move_stays_in_the_house(visit, page, desk, ana):
    answer = page(desk).post(visit_url(visit, "appointment_move"), {
        "on": TUESDAY, "at": "14:00", "therapist": ana.pk, "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == visit_url(visit)


def test_pressing_move_twice_moves_once_and_leads_to_what_the_first_did(visit, page, desk, ana, ben):
    browser, url = page(desk), visit_url(visit, "appointment_move")
    form = {"on": TUESDAY, "at": "14:00", "therapist": ana.pk, "version": 1, "next": f"/diary/?on={TUESDAY}"}
    first, again = browser.post(url, form), browser.post(url, form)
    assert (again.status_code, again.headers["Location"]) == (302, first.headers["Location"])
    assert "Moved already to Tue 24 Nov, 14:00" in words_of(browser.get(again.headers["Location"]))
    assert (Appointment.objects.get().version, visit.events.filter(verb="moved").count()) == (2, 1)
    assert browser.post(url, form | {"at": "15:00"}).status_code == 412, "somewhere else is another move"
    assert browser.post(url, form | {"therapist": ben.pk}).status_code == 412


def test_who_moves_what_somebody_called_off_meanwhile_is_not_told_it_was_moved(visit, page, desk, ana):
    browser, url = page(desk), visit_url(visit, "appointment_move")
    form = {"on": TUESDAY, "at": "10:00", "therapist": ana.pk, "version": 1}
    cancel_appointment(appointment=visit, by=ana)
    assert browser.post(url, form).status_code == 412


def outside_hours(ana, **more):
    return {"on": TUESDAY, "at": "18:00", "therapist": ana.pk, "version": 1, **more}


def test_a_move_that_needs_a_reason_asks_for_it_and_says_where_it_is_missing(visit, page, desk, ana):
    browser, url = page(desk), visit_url(visit, "appointment_move")
    looked = words_of(browser.get(url, outside_hours(ana)))
    assert "optional" not in looked.split("Move all the same, because")[1].split("</label>")[0]
    assert "Say why, in a few words." not in looked
    empty = browser.post(url, outside_hours(ana, override_reason=""))
    assert empty.status_code == 409
    assert '<a href="#id_override_reason">Say why, in a few words.</a>' in words_of(empty)
    browser.post(url, outside_hours(ana, override_reason="her only hour"))
    visit.refresh_from_db()
    assert (visit.starts_at, visit.override_reason) == (at(18), "her only hour")


def test_where_a_reason_is_needed_one_writes_it_first_and_the_free_times_stand_out(visit, page, desk, ana):
    looked = words_of(look(page(desk), visit, at="18:00"))
    assert "autofocus" in re.search(r'<input[^>]*name="override_reason"[^>]*>', looked)[0]
    assert re.search(r'<button class="button" type="submit">Move all the same', looked)
    assert re.search(r'<button class="slot slot--best" type="submit" name="instead"', looked)
    free = words_of(look(page(desk), visit, at="14:00"))
    assert '<button class="button button--primary" type="submit" autofocus>Move</button>' in free


def test_a_refused_move_says_what_lies_outside_and_names_the_free_times_once(visit, page, desk, ana):
    for answer in (look(page(desk), visit, at="18:00"),
                   page(desk).post(visit_url(visit, "appointment_move"), outside_hours(ana))):
        words = words_of(answer)
        assert "Ana Alves works 09:00–12:00, 13:00–17:00 that day; 18:00–18:45 lies outside." in words
        assert words.count("Free instead") == 1
    tight = words_of(look(page(desk), visit, at="16:15"))
    assert "16:15–17:00 leaves no room for the break kept free around it." in tight


def test_enter_in_the_reason_moves_as_looked_at_and_not_to_a_free_time(visit, page, desk, ana):
    looked = words_of(look(page(desk), visit, at="18:00"))
    form = next(part for part in looked.split("<form") if 'name="override_reason"' in part)
    assert 'name="instead"' not in form, "a browser presses the first button of the form"


def test_free_times_for_a_move_are_in_any_room_and_say_which_where_it_is_another(
        visit, page, desk, ana, ben, ines, kofi, room, garden, neuro_45):
    book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=at(14), room=garden, by=ana)
    for hour, minute in ((13, 0), (14, 0), (15, 0), (16, 0)):  # all afternoon somebody else is in the River room
        book_appointment(client=ines, therapist=ben, service=neuro_45, starts_at=at(hour, minute), room=room, by=ana,
                         override_reason="x")
    form = {"on": TUESDAY, "at": "14:15", "therapist": ana.pk, "version": 1}
    for answer in (look(page(desk), visit, at="14:15"),
                   page(desk).post(visit_url(visit, "appointment_move"), form)):
        free = re.findall(r'value="2026-11-24 (\d\d:\d\d)">Tue 24 Nov, \d\d:\d\d<span class="meta">([^<]*)',
                          words_of(answer))
        assert free and {where for _, where in free} == {"Garden room"}
    looked = words_of(look(page(desk), visit, at="14:15", room=room.pk))
    assert ">Garden room</span></button>" not in looked, "a room was asked for"


def test_a_move_into_a_skipped_hour_is_told_once_and_offers_times_that_are_open(visit, page, desk, ana):
    words = words_of(page(desk).get(visit_url(visit, "appointment_move"), {"on": "2027-03-14", "at": "02:30"}))
    assert words.count("02:30 on Sun 14 Mar 2027 does not exist in America/New_York: clocks go forward.") == 1
    assert "Which visits" not in words, "a visit of no series"
    near = re.findall(r'<a class="slot slot--best" href="([^"]+)" data-look>([^<]+)', words)
    assert [said for _, said in near] == ["Mon 15 Mar 2027, 09:00", "Mon 15 Mar 2027, 09:15", "Mon 15 Mar 2027, 09:30"]
    assert ">Move</button>" in words_of(page(desk).get(near[0][0].replace("&amp;", "&")))
    ana.working_hours.all().delete()
    words = words_of(page(desk).get(visit_url(visit, "appointment_move"), {"on": "2027-03-14", "at": "02:30"}))
    assert "Sun 14 Mar 2027, 01:45" in words or "Sun 14 Mar, 01:45" in words


def test_one_banner_tells_a_move_and_has_its_undo(visit, page, desk, ana):
    browser, url = page(desk), visit_url(visit, "appointment_move")
    form = {"on": TUESDAY, "at": "14:00", "therapist": ana.pk, "version": 1}
    moved = words_of(browser.post(url, form, follow=True))
    assert "Maria Lindqvist, Tue 24 Nov, 14:00: moved." in moved
    assert "Moved to" not in moved
