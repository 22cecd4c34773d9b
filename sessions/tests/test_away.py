"""Who must move: chosen apart, moved in one act or not at all, undone in one act; said where it is looked for."""

import re
from datetime import time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.contacts import add_contact
from conftest import MONDAY, at, make_client
from practice.hours import enter_time_off, set_day_hours
from practice.models import Closure, Message
from practice.refusals import WrongState
from practice.tests.sizes import size
from sessions.apart import MOST_OPTIONS, Candidate, choose_apart, others_for
from sessions.away import in_time_off, on_closed_days, outside_hours, propose_times
from sessions.booking import book_appointment, cancel_appointment
from sessions.models import Appointment
from sessions.moving import Move, NothingMoved, move_all, undo_together
from sessions.rescheduling import UndoConflict
from sessions.tests.reading import CLINICAL, words_of

FIELDS = ("status", "therapist_id", "room_id", "starts_at", "ends_at", "occupied_from", "occupied_until", "wall_date",
          "wall_time", "minutes", "wants_other_time", "override_reason")
ANY = st.builds(
    lambda c, t, r, begins: Candidate(f"c{c}", f"t{t}", f"r{r}", begins // 1440, begins, begins + 60),
    st.integers(0, 2), st.integers(0, 1), st.integers(0, 1), st.integers(0, 96).map(lambda n: n * 30))


@settings(max_examples=size(60, 1_000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(ANY, max_size=8), max_size=6))
def test_every_proposal_stands_apart_from_the_others_and_so_does_each_alternative(wishes):
    chosen = choose_apart(wishes)
    got = {i: wishes[i][place] for i, place in enumerate(chosen) if place is not None}
    assert all(got[i].is_apart_from(got[j]) for i in got for j in got if i != j)
    for index, place in enumerate(chosen):
        taken = [other for i, other in got.items() if i != index]
        if place is None:
            assert not any(all(c.is_apart_from(o) for o in taken) for c in wishes[index]), "nothing that fits is left out"
        offered = others_for(index, wishes, chosen)
        assert len(offered) <= MOST_OPTIONS and (place is None or offered[0] == place)
        assert all(wishes[index][p].is_apart_from(o) for p in offered for o in taken)


@pytest.fixture
def away(now, ana, ben, desk, riverside, room, garden, neuro_45):
    """Ana is away on Tuesday week, over three visits booked before; one of them is confirmed, one of Ben's is not touched."""
    names = ("Carla Cruz", "Dev Das", "Eva Ek")
    for n, name in enumerate(names):
        client = make_client(riverside, name, phone=f"+1 206 555 010{n}")
        book_appointment(client=client, therapist=ana, service=neuro_45, starts_at=at(9 + n, days=8), by=desk)
    Appointment.objects.filter(client__name="Dev Das").update(status="confirmed")
    Message.objects.filter(kind="booked").update(state="sent", sent_at=now)
    book_appointment(client=make_client(riverside, "Finn Falk"), therapist=ben, service=neuro_45, starts_at=at(9, days=8), by=desk)
    return enter_time_off(therapist=ana, starts_at=at(0, days=8), ends_at=at(0, days=9), by=desk)


def moves_of(time_off):
    return [Move(d.visit, d.visit.version, d.options[0].starts_at, d.options[0].therapist, d.options[0].room)
            for d in propose_times(in_time_off(time_off))]


def stand():
    return {v["pk"]: v for v in Appointment.objects.values("pk", *FIELDS)}


def test_each_visit_is_offered_the_same_time_elsewhere_or_the_same_therapist_soon(away, ana, ben):
    found = propose_times(in_time_off(away))
    assert [d.visit.client.name for d in found] == ["Carla Cruz", "Dev Das", "Eva Ek"]
    for displaced in found:
        assert at(9, days=8) <= displaced.options[0].starts_at <= at(0, days=16), "near, not when the rhythm fits best"
        assert {slot.therapist for slot in displaced.options} == {ana, ben}
        assert not any(slot.therapist == ana and at(0, days=8) <= slot.starts_at < at(0, days=9) for slot in displaced.options)


def test_all_move_in_one_act_and_all_come_back_as_they_were(away, desk, ana):
    before = stand()
    act = move_all(moves=moves_of(away), by=desk)
    assert not in_time_off(away)
    assert Message.objects.filter(kind="moved", state="waiting").count() == 3
    assert {v.status for v in undo_together(practice=desk.practice, act=act, by=desk)} == {"booked", "confirmed"}
    assert stand() == before
    assert not Message.objects.filter(kind="moved", state="waiting").exists(), "nobody is written"
    assert Message.objects.filter(kind="reminder", state="waiting").count() == 8, "and the old reminders stand"


def test_one_that_cannot_move_keeps_all_where_they_are_and_is_named(away, desk, ben, maria):
    moves, before = moves_of(away), None
    taken = moves[1]
    book_appointment(client=maria, therapist=taken.therapist, service=taken.visit.service, starts_at=taken.starts_at,
                     room=taken.room, by=desk)
    before = stand()
    with pytest.raises(NothingMoved, match="Dev Das, Tue 1 Dec, 10:00:") as refused:
        move_all(moves=moves, by=desk)
    assert list(refused.value.more["rows"]) == [str(taken.visit.pk)]
    assert stand() == before
    assert not Message.objects.filter(kind="moved").exists()


def test_nothing_comes_back_after_three_minutes_or_once_one_was_changed(away, desk, now):
    act = move_all(moves=moves_of(away), by=desk)
    cancel_appointment(appointment=Appointment.objects.get(client__name="Eva Ek"), by=desk)
    before = stand()
    with pytest.raises(UndoConflict, match="Changed since: Eva Ek"):
        undo_together(practice=desk.practice, act=act, by=desk)
    with time_machine.travel(now + timedelta(minutes=3), tick=False), pytest.raises(WrongState, match="have been sent"):
        undo_together(practice=desk.practice, act=act, by=desk)
    assert stand() == before


def test_closed_days_and_shorter_hours_find_their_visits_too(away, riverside, owner, ana):
    closure = Closure.objects.create(practice=riverside, first_on=MONDAY + timedelta(days=8),
                                     last_on=MONDAY + timedelta(days=8), name="Burst pipe")
    assert len(on_closed_days(riverside, [closure])) == 4
    away.delete()
    closure.delete()
    assert outside_hours(ana) == []
    set_day_hours(therapist=ana, on=MONDAY + timedelta(days=8), stretches_=[(time(9, 45), time(12))], by=owner)
    assert [visit.client.name for visit in outside_hours(ana)] == ["Carla Cruz"]


def selects_of(words):
    """What the page would send: the version and the chosen option of every row."""
    sent = dict(re.findall(r'name="(version-[^"]+)" value="(\d+)"', words))
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', words, re.DOTALL):
        sent[name] = re.search(r'value="([^"]+)" selected', options)[1]
    return sent


def test_the_desk_moves_a_day_in_four_actions_and_takes_it_back_in_one(away, page, desk, riverside, ana):
    add_contact(client=Appointment.objects.get(client__name="Eva Ek").client, role="transport", name="City Cab",
                phone="+1 206 555 0199", by=desk)
    away.delete()
    browser = page(desk)
    browser.get(reverse("practice:time_off_new"))
    shown = browser.post(reverse("practice:time_off_new"), {"therapist": str(ana.pk), "first": "2026-12-01"}, follow=True)
    words = words_of(shown)
    address = shown.redirect_chain[-1][0].partition("?")[0]
    assert "Nothing has moved and nothing is sent yet." in words and "Transport: City Cab, +1 206 555 0199" in words
    assert "+1 206 555 0100" in words and "Carla Cruz" in words and "Finn Falk" not in words
    assert not [word for word in CLINICAL if word in shown.content.lower()]
    assert "3 visits lie in Ana's time off" in words_of(browser.get("/"))
    before = stand()
    done = browser.post(address, selects_of(words), follow=True)
    assert "3 visits moved" in words_of(done) and not any(
        at(0, days=8) <= v.starts_at < at(0, days=9) for v in Appointment.objects.filter(therapist=ana))
    assert "time off" not in words_of(browser.get("/"))
    assert "Undo all" in words_of(browser.get(f"{address}?saved=1"))  # whoever goes back finds it still
    act = re.search(r'name="act" value="([^"]+)"', words_of(done))[1]
    undone = browser.post(reverse("sessions:away_undo"), {"act": act, "next": address}, follow=True)
    assert "3 visits back as before" in words_of(undone) and stand() == before
    assert "Undo all" not in words_of(browser.get(f"{address}?saved=1"))


def test_a_row_may_stay_or_wait_and_a_refused_one_is_named_with_nothing_lost(away, page, desk, lakeside_owner):
    browser, address = page(desk), reverse("sessions:away", args=["time-off", away.pk])
    sent = selects_of(words_of(browser.get(address)))
    carla, dev, eva = (f"to-{d.visit.pk}" for d in propose_times(in_time_off(away)))
    sent |= {carla: "stay", dev: "later", eva: "2026-12-01T14:00Z|" + sent[eva].split("|", 1)[1]}
    refused = browser.post(address, sent | {eva: f"2026-12-01T19:00Z|{away.therapist_id}|"})
    assert refused.status_code == 409 and "Nothing was moved" in words_of(refused) and "is away" in words_of(refused)
    assert 'value="later" selected' in words_of(refused) and 'value="stay" selected' in words_of(refused)
    assert page(lakeside_owner).post(address, sent).status_code == 404
    done = words_of(browser.post(address, {k: v for k, v in sent.items() if eva not in k}, follow=True))
    assert "1 visit without a new time yet: on Today until there is one" in done
    today = words_of(browser.get("/"))
    assert "Dev Das needs another time than Tue 1 Dec, 10:00." in today and "2 visits lie in Ana's time off" in today


def test_a_page_of_many_costs_eight_queries_for_each_visit_at_most(away, page, desk):
    browser, address = page(desk), reverse("sessions:away", args=["time-off", away.pk])
    with CaptureQueriesContext(connection) as seen:
        browser.get(address)
    assert len(seen) <= 8 * 3 + 10
