"""Undo: each act taken back before anything has left, the messages with it, refused where the old time is gone."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from conftest import at
from practice import outbox
from practice.access import Outsider
from practice.models import Message
from practice.refusals import NotAllowed, Refusal
from sessions import booking, online, requests
from sessions.booking import book_appointment, cancel_appointment, mark_no_show, move_appointment
from sessions.models import Appointment
from sessions.moving import Move, move_all
from sessions.rhythm import Rhythm
from sessions.series import book_series
from sessions.tests.reading import TUESDAY, visit_url, words_of
from sessions.undoing import undo_act, undo_of


def undo(visit, by):
    return undo_act(appointment=visit, step=undo_of(visit).step, by=by)


def waiting(visit):
    """What waits to be sent about a visit."""
    rows = Message.objects.filter(appointment_id=visit.pk, state="waiting")
    return sorted(f"{m.kind} {m.start_version}" for m in rows)


def everything(visit):
    visit = Appointment.objects.get(pk=visit.pk)
    return {f.attname: getattr(visit, f.attname) for f in Appointment._meta.concrete_fields
            if f.name not in ("version", "sequence")}


def leave_a_minute_before_the_end(visit):
    """Everything that is due four minutes later leaves; answers the kinds that went."""
    with time_machine.travel(timezone.now() + timedelta(minutes=4), tick=False):
        outbox.drain()
    return list(Message.objects.filter(appointment_id=visit.pk, state="sent").values_list("kind", flat=True))


def test_a_booking_taken_back_frees_its_time_and_nothing_is_ever_sent(visit, ana, desk, ines, neuro_45):
    taken_back = undo(visit, desk)
    assert (taken_back.status, waiting(visit)) == ("cancelled", [])
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10), by=desk)
    assert leave_a_minute_before_the_end(visit) == []


def test_a_move_taken_back_restores_every_field_and_what_waited(visit, ana, ben, garden, desk):
    booking.confirm_appointment(appointment=visit, by=ana)
    before, queued = everything(visit), waiting(visit)
    move_appointment(appointment=visit, starts_at=at(14, days=2), therapist=ben, room=garden, by=desk)
    assert waiting(visit) != queued
    back = undo(visit, desk)
    assert everything(visit) == before
    assert back.sequence == 2
    assert waiting(visit) == queued
    assert leave_a_minute_before_the_end(visit) == ["booked"]


def test_a_client_who_was_told_the_old_time_is_told_nothing_of_a_move_taken_back(visit, desk):
    leave_a_minute_before_the_end(visit)
    moved = move_appointment(appointment=visit, starts_at=at(14), by=desk)
    assert any(m.startswith("moved") for m in waiting(visit))
    undo(moved, desk)
    assert not any(m.startswith("moved") for m in waiting(visit))
    assert leave_a_minute_before_the_end(visit) == ["booked"]


def test_a_cancellation_taken_back_stands_as_before_and_tells_nobody(visit, ana, desk):
    booking.confirm_appointment(appointment=visit, by=ana)
    leave_a_minute_before_the_end(visit)
    before, queued = everything(visit), waiting(visit)
    cancel_appointment(appointment=visit, by=desk, reason="away")
    assert any(m.startswith("cancelled") for m in waiting(visit))
    undo(visit, desk)
    assert everything(visit) == before
    assert waiting(visit) == queued
    assert leave_a_minute_before_the_end(visit) == ["booked"]


def test_did_not_come_is_taken_back_to_what_the_client_had_said(visit, desk, ana):
    booking.confirm_appointment(appointment=visit, by=ana)
    with time_machine.travel(at(10, 20), tick=False):
        mark_no_show(appointment=visit, by=desk)
        assert undo(visit, desk).status == "confirmed"


@pytest.mark.parametrize("who", ["therapist", "room"])
def test_an_old_time_taken_meanwhile_is_a_conflict_with_the_nearest_times(
    visit, ana, ben, desk, ines, neuro_45, room, garden, who
):
    moved = move_appointment(appointment=visit, starts_at=at(15), by=desk)
    book_appointment(client=ines, therapist=ana if who == "therapist" else ben, by=desk, starts_at=at(10, 15),
                     room=garden if who == "therapist" else room, service=neuro_45)
    with pytest.raises(Refusal) as refused:
        undo(moved, desk)
    assert refused.value.code == "undo_conflict"
    assert len(refused.value.more["nearest"]) == 3
    assert "Free instead: " in refused.value.detail
    moved.refresh_from_db()
    assert moved.starts_at == at(15)


def test_after_the_grace_or_after_something_else_nothing_is_taken_back(visit, desk, ana):
    step = undo_of(visit).step
    with time_machine.travel(timezone.now() + outbox.grace(), tick=False):
        assert undo_of(visit) is None
        with pytest.raises(Refusal, match="3 minutes to undo this have passed"):
            undo_act(appointment=visit, step=step, by=desk)
    booking.confirm_appointment(appointment=visit, by=ana)
    assert undo_of(visit) is None
    with pytest.raises(Refusal, match="Something else happened"):
        undo_act(appointment=visit, step=step, by=desk)
    visit.refresh_from_db()
    assert visit.status == "confirmed"


def test_only_the_practice_takes_an_act_back(visit, riverside):
    with pytest.raises(NotAllowed):
        undo(visit, Outsider(riverside, "client", "Maria"))


def test_the_page_offers_to_undo_for_three_minutes_and_tells_it_in_the_history(visit, page, desk, ana):
    browser = page(desk)
    back = f"/diary/?on={TUESDAY}&view=day"
    words = words_of(browser.post(visit_url(visit, "appointment_move"), {
        "on": TUESDAY, "at": "15:00", "therapist": ana.pk, "version": 1, "next": back}, follow=True))
    assert "Maria Lindqvist, Tue 24 Nov, 15:00: moved." in words
    step = re.search(r'name="step" value="([^"]+)"', words)[1]
    with time_machine.travel(timezone.now() + timedelta(minutes=4), tick=False):
        assert 'name="step"' not in words_of(browser.get(back))
    words = words_of(browser.post(visit_url(visit, "appointment_act", "undo"), {"step": step, "next": back}, follow=True))
    assert "Maria Lindqvist, Tue 24 Nov, 10:00: taken back, nothing was sent." in words
    assert 'name="step"' not in words
    assert "Move taken back: Tue 24 Nov, 10:00 again" in words_of(browser.get(visit_url(visit)))


def test_an_undo_refused_on_the_page_says_so_in_words(visit, page, desk, ana, ines, neuro_45):
    moved = move_appointment(appointment=visit, starts_at=at(15), by=desk)
    step = undo_of(moved).step
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10), by=desk)
    refused = page(desk).post(visit_url(visit, "appointment_act", "undo"), {"step": step})
    assert refused.status_code == 409
    assert "Not undone: Tue 24 Nov, 10:00 is not free any more." in words_of(refused)
    for nonsense in ("", "1", "x" * 99):
        assert page(desk).post(visit_url(visit, "appointment_act", "undo"), {"step": nonsense}).status_code == 422


def test_a_step_of_another_practice_is_offered_to_nobody(visit, lakeside_owner):
    from sessions.undoing import undo_of_step

    assert undo_of_step(str(undo_of(visit).step), lakeside_owner) is None
    assert undo_of_step("nonsense", lakeside_owner) is None


# --- breaks that were cut ----------------------------------------------------------------------------------------


def tight(client, therapist, service, starts_at, by):
    """Booked into the break of a neighbour, with a reason."""
    return book_appointment(client=client, therapist=therapist, service=service, starts_at=starts_at, by=by,
                            override_reason="she comes from far away")


def break_after(visit):
    visit = Appointment.objects.get(pk=visit.pk)
    return visit.buffer_after, visit.occupied_until - visit.ends_at


@pytest.mark.parametrize("what", ["moved", "cancelled"])
def test_a_visit_whose_break_was_cut_returns_to_exactly_the_time_it_had(visit, what, ines, ana, desk, neuro_45):
    tight(ines, ana, neuro_45, at(10, 50), desk)
    visit.refresh_from_db()
    before = everything(visit)
    if what == "moved":
        move_appointment(appointment=visit, starts_at=at(14), by=desk)
    else:
        cancel_appointment(appointment=visit, by=desk)
    undo(visit, desk)
    assert everything(visit) == before
    assert break_after(visit) == (5, timedelta(minutes=5))


def test_a_booking_made_into_a_break_and_taken_back_gives_the_break_back(visit, ines, ana, desk, neuro_45, page):
    close_by = tight(ines, ana, neuro_45, at(10, 50), desk)
    assert break_after(visit) == (5, timedelta(minutes=5))
    undo(close_by, desk)
    assert break_after(visit) == (15, timedelta(minutes=15))
    assert "Buffer whole again" in words_of(page(desk).get(visit_url(visit)))


def test_a_visits_history_names_no_visit_beside_it(visit, ines, ana, desk, neuro_45):
    close_by = tight(ines, ana, neuro_45, at(10, 50), desk)
    for own, other in ((visit, close_by), (close_by, visit)):
        assert str(other.pk) not in repr([event.detail for event in own.events.all()])


def test_a_move_into_a_break_gives_it_back_too_and_one_moved_since_keeps_its_own(visit, ines, kofi, ana, desk, neuro_45):
    other = book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(14), by=desk)
    move_appointment(appointment=other, starts_at=at(10, 50), by=desk, override_reason="far")
    undo(other, desk)
    assert break_after(visit) == (15, timedelta(minutes=15))
    close_by = tight(kofi, ana, neuro_45, at(10, 50), desk)
    move_appointment(appointment=visit, starts_at=at(15, 15), by=desk)
    stood = everything(visit)
    undo(close_by, desk)
    assert everything(visit) == stood


def test_a_run_booked_into_breaks_and_taken_back_together_gives_them_back(visit, ines, ana, desk, neuro_45):
    _, run = book_series(client=ines, therapist=ana, service=neuro_45, first_starts_at=at(10, 50), by=desk,
                         rhythm=Rhythm(7, 2), override_reason="far")
    assert break_after(visit) == (5, timedelta(minutes=5))
    undo(run[0], desk)
    assert break_after(visit) == (15, timedelta(minutes=15))


def test_a_break_whose_time_is_taken_meanwhile_stays_cut(visit, ines, kofi, ana, ben, desk, neuro_45, room, garden):
    close_by = book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10, 50), by=desk,
                                room=garden, override_reason="far")
    book_appointment(client=kofi, therapist=ben, service=neuro_45, starts_at=at(10, 50), by=desk, room=room)
    assert undo(close_by, desk).status == "cancelled"
    assert break_after(visit) == (5, timedelta(minutes=5))


# --- requests, and what clients do by themselves -----------------------------------------------------------------


@pytest.fixture
def asked(now, riverside, ana, neuro_45):
    """A time somebody new asked for on the public page."""
    return online.ask_for_visit(
        practice=riverside, service=neuro_45, therapist=ana, starts_at=at(10, days=3), name="Nora Quist",
        email="nora@example.org", phone="", remark="", nonce=uuid4())


@pytest.mark.parametrize("whose", ["the practice's", "her own"])
def test_the_answer_to_a_request_is_not_taken_back(asked, desk, page, whose):
    if whose == "her own":
        requests.call_off(appointment=asked, by=online.outsider(asked.client), reason="other")
    else:
        requests.decline_request(appointment=asked, by=desk, words="Thursday is free.")
    assert undo_of(asked) is None
    with pytest.raises(Refusal, match="The answer to a request is not taken back"):
        undo_act(appointment=asked, step=asked.events.latest("at", "pk").pk, by=desk)
    asked.refresh_from_db()
    asked.client.refresh_from_db()
    assert (asked.status, bool(asked.online.answered_at), bool(asked.client.archived_at)) == ("cancelled", True, True)
    assert 'name="step"' not in words_of(page(desk).get(visit_url(asked)))


@pytest.mark.parametrize("together", [False, True])
def test_a_request_moved_and_put_back_waits_for_an_answer_as_before(asked, desk, ana, time_machine, together):
    if together:
        move_all(moves=[Move(asked, asked.version, at(14, days=3))], by=desk)
    else:
        move_appointment(appointment=asked, starts_at=at(14, days=3), by=desk)
    undo(asked, desk)
    asked.refresh_from_db()
    asked.client.refresh_from_db()
    assert (asked.status, asked.starts_at, asked.client.is_provisional) == ("proposed", at(10, days=3), True)
    time_machine.move_to(asked.expires_at + timedelta(minutes=1))
    assert requests.lapse_requests() == 1
    asked.client.refresh_from_db()
    assert asked.client.archived_at
    assert Message.objects.filter(kind="request-declined", state="waiting").count() == 1


def test_who_was_booked_again_before_their_request_was_put_back_stays_a_client(asked, desk, ana, neuro_45):
    move_appointment(appointment=asked, starts_at=at(14, days=3), by=desk)
    asked.client.refresh_from_db()
    book_appointment(client=asked.client, therapist=ana, service=neuro_45, starts_at=at(10, days=4), by=desk)
    undo(asked, desk)
    asked.client.refresh_from_db()
    assert not asked.client.is_provisional


@pytest.mark.parametrize("what", ["booked", "moved", "cancelled"])
def test_what_a_client_did_by_their_link_is_not_taken_back_by_the_practice(visit, what, maria, ana, desk, neuro_45, page):
    own = online.outsider(maria)
    if what == "booked":
        visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=3), by=own)
    elif what == "moved":
        move_appointment(appointment=visit, starts_at=at(14, days=3), by=own)
    else:
        requests.call_off(appointment=visit, by=own, reason="away")
    visit.refresh_from_db()
    stood = everything(visit)
    assert undo_of(visit) is None
    assert 'name="step"' not in words_of(page(desk).get(visit_url(visit)))
    with pytest.raises(Refusal, match="The client did this themselves"):
        undo_act(appointment=visit, step=visit.events.latest("at", "pk").pk, by=desk)
    assert everything(visit) == stood
