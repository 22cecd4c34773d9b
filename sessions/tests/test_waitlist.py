"""The waitlist: time that comes free is offered to those it suits; the first yes gets it, everybody else stays on."""

import re
from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clients.models import ClientCondition
from conftest import MONDAY, at, make_client, numb
from practice import clock, outbox
from practice.models import Closure, Message, TimeOff
from practice.refusals import BadInput, Refusal
from sessions import waitlist_offers
from sessions.asked import stamp
from sessions.booking import book_appointment, cancel_appointment, move_appointment
from sessions.holds import change_episode, report_episode
from sessions.models import Appointment, FreedTime, WaitlistEntry, WaitlistOffer
from sessions.restoring import release_appointment
from sessions.tests.reading import clinical_in, visit_url, words_of
from sessions.undoing import undo_act, undo_of
from sessions.waitlist import join_waitlist
from sessions.waitlist_answers import OfferOver, seen, take_offer
from sessions.waitlist_letters import offer_url
from sessions.waitlist_offers import offer_freed_times

THIRD = "It is taken. You stay on the list."


@pytest.fixture
def clock_moves(time_machine):
    def moves(**by):
        time_machine.move_to(timezone.now() + timedelta(**by))

    return moves


@pytest.fixture
def drained(settings, mailoutbox):
    """What one look of the worker sends: who gets which subject."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def drain():
        del mailoutbox[:]
        outbox.drain()
        return sorted((mail.to[0].split("<")[-1].strip(">").split("@")[0], mail.subject) for mail in mailoutbox)

    return drain


@pytest.fixture
def queue(visit, riverside, neuro_45, ana):
    """Four who wait for any time, the first one the longest; Maria has Tuesday at ten."""
    people = [make_client(riverside, f"{name} Quist", phone=f"+1 206 555 01{n}0") for n, name in enumerate(
        ("Ada", "Bo", "Cy", "Di"))]
    entries = [join_waitlist(client=person, service=neuro_45, by=ana)[0] for person in people]
    for days, entry in enumerate(reversed(entries)):
        WaitlistEntry.objects.filter(pk=entry.pk).update(created_at=timezone.now() - timedelta(days=days))
    return entries


def offers(**where):
    return {offer.client.name.split()[0]: offer for offer in
            WaitlistOffer.objects.filter(**where).select_related("client", "practice", "entry__service")}


def link(offer):
    return "/w/" + offer_url(offer).split("/w/")[1]


def say(browser, offer, answer="yes", **more):
    return browser.post(link(offer), {"answer": answer, **more}, follow=True)


def test_a_cancelled_time_is_offered_to_the_best_three_and_the_first_yes_gets_it(
    queue, visit, ana, page, clock_moves, drained
):
    cancel_appointment(appointment=visit, by=ana)
    assert offer_freed_times() == 0, "it may still be undone"
    clock_moves(minutes=3)
    assert offer_freed_times() == 3
    assert offer_freed_times() == 0
    asked = offers()
    assert list(asked) == ["Ada", "Bo", "Cy"]
    Message.objects.filter(client_id=asked["Cy"].client_id).update(due_at=timezone.now() + timedelta(hours=1))
    assert [(who, what) for who, what in drained() if "free" in what] == [
        (who, "A time has come free: Tue 24 Nov, 10:00") for who in ("ada", "bo")]
    look = words_of(page(None).get(link(asked["Bo"])))
    assert "Tue 24 Nov, 10:00" in look and "45 minutes with Ana" in look and "You would give up" not in look
    assert WaitlistOffer.objects.filter(state="open").count() == 3, "looking changes nothing"
    for _ in range(2):
        assert "It is yours" in words_of(say(page(None), asked["Bo"]))
    booked = Appointment.objects.get(client=asked["Bo"].client)
    assert (booked.starts_at, booked.therapist, booked.status) == (at(10), ana, "booked")
    assert WaitlistEntry.objects.get(pk=asked["Bo"].entry_id).ended_at
    late = say(page(None), asked["Ada"])
    assert (late.status_code, THIRD in words_of(late)) == (409, True)
    assert THIRD in words_of(page(None).get(link(asked["Cy"])))
    assert {name: offer.state for name, offer in offers().items()} == {
        "Ada": "withdrawn", "Bo": "taken", "Cy": "withdrawn"}
    clock_moves(hours=2)
    assert [pair for pair in drained() if "taken" in pair[1]] == [("ada", "Tue 24 Nov, 10:00 is taken")]
    assert not WaitlistEntry.objects.get(pk=asked["Ada"].entry_id).ended_at
    assert offer_freed_times() == 0


def test_an_undo_before_the_offers_leave_makes_none(queue, visit, ana, clock_moves):
    cancelled = cancel_appointment(appointment=visit, by=ana)
    undo_act(appointment=cancelled, step=undo_of(cancelled).step, by=ana)
    clock_moves(minutes=4)
    assert offer_freed_times() == 0
    assert not WaitlistOffer.objects.exists()
    assert FreedTime.objects.get().state == "closed"


def test_a_hold_frees_its_times_to_those_who_wait_and_not_to_the_client_on_hold(
    queue, visit, maria, ana, neuro_45, clock_moves
):
    join_waitlist(client=maria, service=neuro_45, weekdays=[1], windows=[(time(9), time(12))], by=ana)
    episode = report_episode(client=maria, kind="relapse", onset_on=MONDAY, by=ana).episode
    change_episode(episode=episode, status="confirmed", on=MONDAY, by=ana)
    visit.refresh_from_db()
    assert visit.status == "held"
    clock_moves(minutes=4)
    assert offer_freed_times() == 3
    assert "Maria" not in offers()
    release_appointment(appointment=visit, by=ana)
    assert FreedTime.objects.count() == 1, "it came free once"


def test_a_moved_visit_frees_its_old_time_and_what_lies_within_the_notice_is_not_noted(
    queue, visit, ana, riverside, clock_moves
):
    moved = move_appointment(appointment=visit, starts_at=at(15), by=ana)
    assert [freed.starts_at for freed in FreedTime.objects.all()] == [at(10)]
    type(riverside).objects.filter(pk=riverside.pk).update(notice_minutes=3 * 24 * 60)
    moved.practice.refresh_from_db()
    cancel_appointment(appointment=Appointment.objects.get(pk=moved.pk), by=ana)
    assert FreedTime.objects.count() == 1


def test_who_may_not_be_offered_anything_is_left_out(queue, visit, ana, desk, neuro_45, clock_moves, page):
    ada, bo, cy, _ = (entry.client for entry in queue)
    ada.channels = []
    ada.save()
    ClientCondition.objects.create(practice=bo.practice, client=bo, condition="stroke")  # needs a doctor's word
    cy.archived_at = timezone.now()
    cy.save()
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    assert offer_freed_times() == 1
    assert list(offers()) == ["Di"]
    shown = page(desk).get(visit_url(visit))
    words = words_of(shown).split("Who could take this time")[1]
    assert "Ada Quist" in words and "not written to, ring them" in words and "tel:+1206555010" in words
    assert "Bo Quist" not in words and "Cy Quist" not in words
    assert not clinical_in(shown)


def test_nobody_is_offered_a_second_visit_on_one_day(queue, visit, ana, neuro_45, clock_moves):
    book_appointment(client=queue[0].client, therapist=ana, service=neuro_45, starts_at=at(15), by=ana)
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    assert (offer_freed_times(), list(offers())) == (3, ["Bo", "Cy", "Di"])


def test_a_service_too_long_for_the_gap_is_not_offered(queue, visit, ana, riverside, room, neuro_45, maria, clock_moves):
    WaitlistEntry.objects.exclude(pk=queue[0].pk).update(ended_at=timezone.now())
    type(neuro_45).objects.create(practice=riverside, name="Long", minutes=90)
    WaitlistEntry.objects.filter(pk=queue[0].pk).update(service=type(neuro_45).objects.get(name="Long"))
    for hour, who in ((9, "Eva"), (11, "Fay")):
        book_appointment(client=make_client(riverside, who), therapist=ana, service=neuro_45, starts_at=at(hour), by=ana)
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    assert offer_freed_times() == 0
    assert FreedTime.objects.get().state == "closed"


def test_offers_that_run_out_pass_to_the_next_and_what_nobody_takes_stands_on_today(
    queue, visit, ana, desk, page, clock_moves
):
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    offer_freed_times()
    assert "Tue 24 Nov, 10:00 to 11:00, Ana Alves: offered to 3 people until Mon 23 Nov, 10:04" in words_of(
        page(desk).get("/"))
    first = offers()["Ada"]
    clock_moves(hours=2)
    assert "The offer has run out. You stay on the list." in words_of(say(page(None), first))
    assert not Appointment.objects.filter(client=first.client).exists()
    assert offer_freed_times() == 1
    assert "You said no. You stay on the list." in words_of(say(page(None), offers()["Di"], "no"))
    assert offer_freed_times() == 0
    assert {offer.state for offer in WaitlistOffer.objects.all()} == {"lapsed", "declined"}
    assert "Ana Alves: came free, nobody has taken it" in words_of(page(desk).get("/"))
    book_appointment(client=queue[0].client, therapist=ana, service=queue[0].service, starts_at=at(10), by=desk)
    assert "nobody has taken it" not in words_of(page(desk).get("/"))


def test_a_time_the_desk_gave_away_is_taken_back_from_those_it_was_offered_to(queue, visit, ana, maria, page, clock_moves):
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    offer_freed_times()
    book_appointment(client=maria, therapist=ana, service=queue[0].service, starts_at=at(10, 15), by=ana)
    assert THIRD in words_of(say(page(None), offers()["Bo"]))
    offer_freed_times()
    assert set(WaitlistOffer.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert FreedTime.objects.get().state == "untaken"


AWAY = {
    "time off": lambda ana: TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=at(9, 45), ends_at=at(10, 15)),
    "a closed day": lambda ana: Closure.objects.create(practice=ana.practice, first_on=at(0).date(), last_on=at(0).date(), name="Flu")}


@pytest.mark.parametrize("why", AWAY)
def test_an_offer_of_time_in_which_nobody_works_any_more_is_taken_back_and_says_no_more(queue, visit, ana, page, clock_moves, drained, why):
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    assert offer_freed_times() == 3
    drained()
    AWAY[why](ana)
    said = words_of(say(page(None), offers()["Bo"]))
    assert "This time is not offered any more. You stay on the list." in said
    assert not any(word in said for word in ("away", "works", "closed", "Flu", "Nearest"))
    offer_freed_times()
    assert set(WaitlistOffer.objects.filter(starts_at=at(10)).values_list("state", flat=True)) == {"withdrawn"}
    assert "This time is not offered any more. You stay on the list." in words_of(page(None).get(link(offers()["Cy"])))


def test_time_off_on_another_day_takes_no_offer_back(queue, visit, ana, clock_moves):
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    offer_freed_times()
    TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=at(9, days=2), ends_at=at(17, days=2))
    Closure.objects.create(practice=ana.practice, first_on=at(0, days=2).date(), last_on=at(0, days=2).date(), name="Flu")
    offer_freed_times()
    assert set(WaitlistOffer.objects.values_list("state", flat=True)) == {"open"}


def test_an_offer_that_waited_does_not_leave_once_its_therapist_is_away(queue, visit, ana, clock_moves, drained):
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    offer_freed_times()
    AWAY["time off"](ana)
    assert "A time came free" not in str(drained())
    assert set(Message.objects.filter(kind="waitlist-offer").values_list("state", flat=True)) == {"skipped"}


def test_at_night_an_offer_waits_for_the_morning_and_one_that_would_come_too_late_is_not_made(
    queue, visit, ana, maria, neuro_45, riverside, clock_moves
):
    early = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(9), by=ana)
    WaitlistEntry.objects.filter(pk=queue[0].pk).update(windows=[["10:00", "11:00"]])
    clock_moves(hours=14)  # ten in the evening before
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    offer_freed_times()
    offer = offers()["Ada"]
    assert Message.objects.get(subject_id=offer.pk).due_at == at(8)
    assert offer.expires_at == at(10), "two hours from the morning on"
    WaitlistOffer.objects.update(state="lapsed", decided_at=timezone.now())
    type(riverside).objects.update(notice_minutes=50)  # ten minutes to answer would be left
    cancel_appointment(appointment=early, by=ana)
    clock_moves(minutes=4)
    offer_freed_times()
    assert FreedTime.objects.get(appointment=early).state == "untaken"
    assert not WaitlistOffer.objects.filter(starts_at=at(9)).exists()


def test_who_books_or_moves_onto_an_offered_time_reads_to_whom_it_is_offered_and_until_when(
    queue, visit, ana, maria, joao, neuro_45, desk, page, clock_moves
):
    other = book_appointment(client=joao, therapist=ana, service=neuro_45, starts_at=at(15), by=ana)
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    offer_freed_times()
    said = f"Offered to Bo Quist until {clock.said(offers()['Bo'].expires_at, ana.practice.time_zone)}."
    wish = {"client": maria.pk, "service": neuro_45.pk, "therapist": ana.pk}
    browser = page(desk)
    assert said in words_of(browser.get("/book/", wish | {"starts_at": stamp(at(10, 15))}))
    assert "Offered to" not in words_of(browser.get("/book/", wish | {"starts_at": stamp(at(11))}))
    assert "Offered to Bo" not in words_of(browser.get("/book/", wish | {
        "client": queue[1].client_id, "starts_at": stamp(at(10))})), "whoever is booked for it knows"
    move = visit_url(other, "appointment_move")
    assert said in words_of(browser.get(move, {"on": other.wall_date, "at": "10:00", "therapist": ana.pk}))
    assert "Offered to" not in words_of(browser.get(move, {"on": other.wall_date, "at": "14:45", "therapist": ana.pk}))


@pytest.mark.parametrize("why", ["booked", *AWAY])
def test_an_offer_of_time_that_is_gone_says_so_at_first_sight_and_the_list_calls_it_offered_no_more(
    queue, visit, ana, maria, desk, page, clock_moves, why
):
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    offer_freed_times()
    assert "Yes, I take it" in words_of(page(None).get(link(offers()["Bo"])))
    assert words_of(page(desk).get("/waitlist/")).count("until Mon 23 Nov") == 3
    if why == "booked":
        book_appointment(client=maria, therapist=ana, service=queue[0].service, starts_at=at(10, 15), by=ana)
    else:
        AWAY[why](ana)
    shown = words_of(page(None).get(link(offers()["Bo"])))
    assert (THIRD if why == "booked" else "This time is not offered any more. You stay on the list.") in shown
    assert "Yes, I take it" not in shown and "This offer is over" in shown
    assert "until Mon 23 Nov" not in words_of(page(desk).get("/waitlist/"))
    assert set(WaitlistOffer.objects.values_list("state", flat=True)) == {"open"}, "looking changes nothing"


def test_a_time_that_stands_again_or_is_somebodys_is_nobodys_to_take(queue, visit, ana, maria, joao, page):
    cancel_appointment(appointment=visit, by=ana)
    browser = page(ana)
    assert "Who could take this time" in words_of(browser.get(visit_url(visit)))
    visit.refresh_from_db()
    undo_act(appointment=visit, step=undo_of(visit).step, by=ana)
    assert "Who could take this time" not in words_of(browser.get(visit_url(visit)))
    visit.refresh_from_db()
    cancel_appointment(appointment=visit, by=ana)
    taken = book_appointment(client=joao, therapist=ana, service=queue[0].service, starts_at=at(10), by=ana)
    assert "Who could take this time" not in words_of(browser.get(visit_url(visit)))
    cancel_appointment(appointment=taken, by=ana)
    assert "Who could take this time" in words_of(browser.get(visit_url(visit)))


def test_offering_is_not_offered_to_who_has_an_offer_of_another_time(queue, visit, ana, joao, neuro_45, desk, page, clock_moves):
    other = book_appointment(client=joao, therapist=ana, service=neuro_45, starts_at=at(14, days=3), by=ana)
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    offer_freed_times()  # Tuesday at ten to Ada, Bo and Cy
    cancel_appointment(appointment=other, by=ana)
    freed = FreedTime.objects.get(appointment=other)
    browser = page(desk)
    shown = words_of(browser.get(f"/waitlist/freed/{freed.pk}/"))
    assert shown.count("Book for them") == 4
    assert [name for name in ("Ada", "Bo", "Cy", "Di") if f"14:00 to {name} Quist" in shown] == ["Di"]
    chosen = {"therapist": ana.pk, "starts_at": stamp(at(14, days=3))}
    refused = words_of(browser.post(f"/waitlist/{queue[1].pk}/offer/", chosen))
    assert "running already" in refused and "Choose another time" not in refused and "Back to the waitlist" in refused


def test_a_time_let_go_twice_is_one_line_of_today(queue, visit, ana, joao, desk, page, clock_moves):
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    offer_freed_times()
    second = book_appointment(client=joao, therapist=ana, service=queue[0].service, starts_at=at(10), by=ana)
    WaitlistOffer.objects.update(state="withdrawn", decided_at=timezone.now())
    cancel_appointment(appointment=second, by=ana)
    FreedTime.objects.filter(appointment=visit).update(state="untaken")
    clock_moves(minutes=4)
    waitlist_offers.offer_freed_times()
    assert FreedTime.objects.filter(state__in=("offered", "untaken")).count() == 2
    today = words_of(page(desk).get("/"))
    assert "offered to 3 people until" in today and "came free, nobody has taken it" not in today
    WaitlistOffer.objects.filter(state="open").update(state="lapsed", decided_at=timezone.now())
    assert words_of(page(desk).get("/")).count("came free, nobody has taken it") == 1


# --- giving a visit up for it -----------------------------------------------------------------------------------------


@pytest.fixture
def gives_up(queue, visit, ana, neuro_45, joao):
    """Only Joao waits, and would give up Thursday at three for anything earlier."""
    WaitlistEntry.objects.update(ended_at=timezone.now())
    later = book_appointment(client=joao, therapist=ana, service=neuro_45, starts_at=at(15, days=3), by=ana)
    Message.objects.filter(appointment_id=later.pk, kind="booked").update(state="sent", sent_at=timezone.now())
    entry = join_waitlist(client=joao, service=neuro_45, give_up=later, by=ana)[0]
    assert entry.until_on == later.wall_date
    return later


def test_the_visit_given_up_is_cancelled_in_the_same_act_and_one_message_says_both(
    gives_up, visit, joao, ana, page, clock_moves, drained
):
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    assert offer_freed_times() == 1
    offer = offers()["Joao"]
    assert "You would give up: <strong>Thu 26 Nov, 15:00</strong>" in words_of(page(None).get(link(offer)))
    unread = say(page(None), offer)
    assert (unread.status_code, "Look once more: you would give up Thu 26 Nov, 15:00" in words_of(unread)) == (409, True)
    gives_up.refresh_from_db()
    assert gives_up.status == "booked", "nobody is moved without their own yes"
    assert "It is yours" in words_of(say(page(None), offer, gives=seen(gives_up)))
    gives_up.refresh_from_db()
    assert (gives_up.status, gives_up.cancel_reason) == ("cancelled", "other")
    drained()
    clock_moves(minutes=4)
    told = [what for who, what in drained() if who == "joao"]
    assert told == ["Your appointment is booked: Tue 24 Nov, 10:00"]
    body = outbox.KINDS["swapped"].compose(Message.objects.get(kind="swapped")).body
    assert "It replaces Thu 26 Nov, 15:00, which is cancelled." in body


def test_a_chain_asks_each_for_a_yes_of_their_own_and_ends_after_five(gives_up, visit, ines, ana, neuro_45, page, clock_moves):
    last = book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(16, days=4), by=ana)
    join_waitlist(client=ines, service=neuro_45, give_up=last, weekdays=[3], by=ana)
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    assert (offer_freed_times(), list(offers())) == (1, ["Joao"]), "Ines can come on Thursdays only"
    say(page(None), offers()["Joao"], gives=seen(gives_up))
    last.refresh_from_db()
    assert last.status == "booked"
    clock_moves(minutes=4)
    assert offer_freed_times() == 1
    offer = offers()["Ines"]
    assert (offer.starts_at, offer.freed.depth) == (at(15, days=3), 1)
    FreedTime.objects.filter(pk=offer.freed_id).update(depth=waitlist_offers.MOST_GIVEN_UP - 1)
    join_waitlist(client=make_client(ines.practice, "Zoe"), service=neuro_45, by=ana)
    say(page(None), offer, gives=seen(last))
    assert Appointment.objects.get(client=ines, status="booked").starts_at == at(15, days=3)
    clock_moves(minutes=4)
    assert offer_freed_times() == 0, "the fifth is offered by hand"
    assert FreedTime.objects.get(appointment=last).state == "untaken"


def test_a_visit_that_moved_meanwhile_is_given_up_only_after_another_look(gives_up, visit, ana, clock_moves):
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    offer_freed_times()
    was_seen = seen(gives_up)
    move_appointment(appointment=gives_up, starts_at=at(16, days=3), by=ana)
    with pytest.raises(Refusal, match="you would give up Thu 26 Nov, 16:00"):
        take_offer(offer=offers()["Joao"], gives_up=was_seen)
    assert not Appointment.objects.filter(client=gives_up.client, starts_at=at(10)).exists()


def test_a_visit_they_never_saw_is_not_given_up_by_their_yes(gives_up, visit, ana, joao, neuro_45, page, clock_moves):
    other = book_appointment(client=joao, therapist=ana, service=neuro_45, starts_at=at(9, days=4), by=ana)
    assert other.version == gives_up.version
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    offer_freed_times()
    offer = offers()["Joao"]
    shown = page(None).get(link(offer)).content.decode()
    shown_seal = re.search(r'name="gives" value="(\w+)"', shown)[1]
    assert str(gives_up.pk) not in shown
    join_waitlist(client=joao, service=neuro_45, give_up=other, by=ana)
    again = say(page(None), offer, gives=shown_seal)
    assert (again.status_code, "Look once more: you would give up Fri 27 Nov, 09:00" in words_of(again)) == (409, True)
    assert set(Appointment.objects.filter(client=joao).values_list("status", flat=True)) == {"booked"}
    join_waitlist(client=joao, service=neuro_45, by=ana)
    none = say(page(None), offer, gives=shown_seal)
    assert (none.status_code, "you would give up nothing for it" in words_of(none)) == (409, True)
    assert "It is yours" in words_of(say(page(None), offer))


def test_an_earlier_start_that_touches_the_visit_given_up_is_possible(visit, joao, ana, riverside, neuro_45, clock_moves):
    own = book_appointment(client=joao, therapist=ana, service=neuro_45, starts_at=at(11), by=ana)
    WaitlistEntry.objects.all().delete()
    entry = join_waitlist(client=joao, service=neuro_45, give_up=own, windows=[(time(10, 30), time(11, 30))], by=ana)[0]
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    assert offer_freed_times() == 1
    offer = offers()["Joao"]
    assert (offer.starts_at, offer.entry) == (at(10, 30), entry)
    take_offer(offer=offer, gives_up=seen(own))
    assert [v.starts_at for v in Appointment.objects.filter(client=joao, status="booked")] == [at(10, 30)]


def test_a_visit_of_somebody_else_cannot_be_given_up(queue, visit, ana, neuro_45):
    with pytest.raises(BadInput, match="Choose a visit that Ada"):
        join_waitlist(client=queue[0].client, service=neuro_45, give_up=visit, by=ana)
    with pytest.raises(BadInput, match="does not fit into 10:00 to 10:30"):
        join_waitlist(client=queue[0].client, service=neuro_45, windows=[(time(10), time(10, 30))], by=ana)


# --- by hand --------------------------------------------------------------------------------------------------------


def test_with_nought_nobody_is_written_to_and_staff_offer_one_by_hand(queue, visit, ana, desk, riverside, page, clock_moves):
    type(riverside).objects.update(waitlist_offers=0)
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    assert offer_freed_times() == 0
    freed = FreedTime.objects.get()
    assert freed.state == "untaken"
    browser, back = page(desk), f"/waitlist/freed/{freed.pk}/"
    assert words_of(browser.get(back)).count("Book for them") == 4
    chosen = {"therapist": ana.pk, "starts_at": stamp(at(10)), "next": back}
    done = words_of(browser.post(f"/waitlist/{queue[3].pk}/offer/", chosen, follow=True))
    assert "Tue 24 Nov, 10:00 is offered to Di Quist until" in done
    again = browser.post(f"/waitlist/{queue[3].pk}/offer/", chosen)
    assert (again.status_code, "running already" in words_of(again)) == (409, True)
    gone = browser.post(f"/waitlist/{queue[0].pk}/offer/", chosen | {"starts_at": stamp(at(3))})
    assert (gone.status_code, "is not open for Ada any more" in words_of(gone)) == (409, True)
    assert FreedTime.objects.count() == 1


def test_staff_book_from_the_list_through_the_page_that_shows_the_check_and_the_waiting_ends(
    gives_up, visit, ana, joao, page
):
    numb(joao)
    browser = page(ana)
    words = words_of(browser.get("/waitlist/"))
    assert "Joao Pereira" in words and "would give up Thu 26 Nov, 15:00" in words
    address = re.search(r'href="(/book/\?[^"]+)"', words)[1]
    confirm = words_of(browser.get(address))
    assert "They give up Thu 26 Nov, 15:00 for it" in confirm and "What limits the work" in confirm
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', confirm))
    browser.post("/book/", fields)
    gives_up.refresh_from_db()
    assert gives_up.status == "cancelled"
    assert Appointment.objects.filter(client=joao, status="booked").count() == 1
    assert WaitlistEntry.objects.get(client=joao).ended_at


def test_staff_put_somebody_on_the_list_change_what_they_wait_for_and_end_it(visit, maria, neuro_45, ana, desk, page):
    browser = page(desk)
    assert "Nobody is waiting." in words_of(browser.get("/waitlist/"))
    assert browser.get("/waitlist/new/?q=lindq")["Location"].endswith(f"?client={maria.pk}")
    address = f"/waitlist/new/?client={maria.pk}"
    wish = {"service": neuro_45.pk, "weekdays": ["1", "3"], "windows": "10-12", "give_up": visit.pk}
    refused = browser.post(address, wish | {"windows": "12-10"})
    assert refused.status_code == 422 and 'value="12-10"' in words_of(refused)
    shown = words_of(browser.post(address, wish, follow=True))
    assert "Neuro 45: Tuesday or Thursday, 10:00–12:00, until Tue 24 Nov" in shown
    entry = WaitlistEntry.objects.get()
    assert "On the <a" in words_of(browser.get(f"/clients/{maria.pk}/visits/"))
    browser.post(f"/waitlist/{entry.pk}/", {"therapist": ana.pk, "until_on": "2026-12-20"})
    entry.refresh_from_db()
    assert (entry.therapist, entry.weekdays, entry.give_up, entry.service) == (ana, [], None, neuro_45)
    assert "Put them on the list anew" not in words_of(browser.get(f"/waitlist/{entry.pk}/"))
    browser.post(f"/waitlist/{entry.pk}/end/")
    assert "Nobody is waiting." in words_of(browser.get("/waitlist/"))


def test_the_database_lets_one_offer_run_for_one_entry_and_one_client_at_one_time(queue, visit, ana, room, riverside, neuro_45):
    freed = FreedTime.objects.create(practice=riverside, therapist=ana, room=room, starts_at=at(10), ends_at=at(11),
                                     offer_from=timezone.now())

    def offer(entry, hour):
        with transaction.atomic():
            return WaitlistOffer.objects.create(
                practice=riverside, entry=entry, client=entry.client, freed=freed, therapist=ana, room=room,
                starts_at=at(hour), ends_at=at(hour, 45), expires_at=at(9), by_name="x")

    other = WaitlistEntry.objects.create(practice=riverside, client=queue[0].client, service=neuro_45,
                                         from_on=MONDAY, until_on=MONDAY)
    first = offer(queue[0], 10)
    with pytest.raises(IntegrityError):
        offer(queue[0], 14)
    with pytest.raises(IntegrityError, match="client_is_offered_one_time_at_once"):
        offer(other, 10)
    WaitlistOffer.objects.filter(pk=first.pk).update(state="lapsed", decided_at=timezone.now())
    offer(other, 10)


def test_a_link_of_nothing_and_a_link_of_something_else_open_no_offer(queue, visit, page):
    from sessions.letters import visit_url as other_link

    for address in ("/w/nonsense/", "/w/" + other_link(visit).split("/r/")[1]):
        assert page(None).get(address).status_code == 404
    assert page(None).post("/w/nonsense/", {"answer": "yes"}).status_code == 404


def test_the_api_says_what_is_offered_takes_a_visit_to_give_up_and_ends_the_waiting(
    gives_up, visit, joao, neuro_45, ana, api, lakeside_owner, clock_moves
):
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=4)
    offer_freed_times()
    http, entry = api(ana), WaitlistEntry.objects.get(client=joao)
    row = http.get("/api/v1/waitlist/").json()["results"][0]
    assert row["give_up"] == str(gives_up.pk)
    assert [(o["state"], o["therapist"]) for o in row["offers"]] == [("open", str(ana.pk))]
    wish = {"client": str(joao.pk), "service": str(neuro_45.pk)}
    refused = http.post("/api/v1/waitlist/", wish | {"give_up": str(visit.pk)})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/give_up")
    assert api(lakeside_owner).post(f"/api/v1/waitlist/{entry.pk}/end/").status_code == 404
    for _ in range(2):
        ended = http.post(f"/api/v1/waitlist/{entry.pk}/end/")
        assert (ended.status_code, [o["state"] for o in ended.json()["offers"]]) == (200, ["withdrawn"])
    assert http.get("/api/v1/waitlist/").json()["count"] == 0
    with pytest.raises(OfferOver, match="You are not on the list any more"):
        take_offer(offer=offers()["Joao"], gives_up=seen(gives_up))
