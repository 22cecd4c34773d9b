"""Somebody leaves: their clients and coming visits go to colleagues as a whole, are undone as a whole, or not at all."""

from datetime import timedelta

import pytest

from clients.models import Client
from conftest import MONDAY, at, make_client
from practice.models import AuditEntry, Message, WorkingHours
from practice.people.leaving import left_with
from practice.people.places import StillInTheDiary, change_place, switch_off
from practice.refusals import BadInput, NotAllowed
from sessions import replans
from sessions.booking import book_appointment
from sessions.handing_over import hand_over
from sessions.models import Appointment, WaitlistEntry
from sessions.rescheduling import PlanStale
from sessions.rhythm import Rhythm
from sessions.series import book_series
from sessions.waitlist import join_waitlist


@pytest.fixture
def leaving(now, riverside, ana, ben, maria, joao, neuro_45, garden):
    """Ana has a series with Maria and a visit with Joao; Maria would rather come to her, Joao waits for her."""
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10), rhythm=Rhythm(7, 3), by=ana)
    book_appointment(client=joao, therapist=ana, service=neuro_45, starts_at=at(14), by=ana)
    Client.objects.filter(pk=maria.pk).update(preferences={"therapists": [str(ana.pk)], "minutes": 45})
    join_waitlist(client=joao, service=neuro_45, therapist=ana, by=ana)
    return ana


def visits_with(person):
    return Appointment.objects.filter(therapist=person).exclude(status="cancelled").count()


def found(plan):
    replans.search(plan.pk)
    plan.refresh_from_db()
    return plan


def test_all_that_waits_for_somebody_is_listed_and_keeps_their_place_as_therapist(leaving, owner, riverside):
    said = [left.words for left in left_with(leaving)]
    assert said == ["4 visits to come", "1 client would rather come to them", "1 wish for a time with them on the waitlist"]
    with pytest.raises(StillInTheDiary, match="4 visits to come"):
        change_place(person=leaving, role="front_desk", is_therapist=False, by=owner)
    switch_off(person=leaving, by=owner)  # at once, whatever waits
    assert left_with(leaving)[0].words == "4 visits to come"


def test_clients_and_visits_go_over_as_a_whole_and_come_back_as_a_whole(leaving, owner, ben, maria, joao):
    switch_off(person=leaving, by=owner)
    plan = hand_over(person=leaving, to={maria: ben, joao: ben}, since=MONDAY, by=owner)
    plan = found(plan)
    assert (plan.state, plan.visits, visits_with(ben)) == ("ready", 4, 0), "nothing moves before it is applied"
    was = {v.pk: v.starts_at for v in Appointment.objects.all()}
    plan = replans.apply_replan(plan=plan, by=owner)
    assert (visits_with(leaving), visits_with(ben)) == (0, 4)
    assert {v.pk: v.starts_at for v in Appointment.objects.all()} == was, "Ben is free then: the times stay"
    maria.refresh_from_db()
    assert maria.preferences == {"therapists": [str(ben.pk)], "minutes": 45}
    assert WaitlistEntry.objects.get().therapist == ben and not left_with(leaving)
    assert Message.objects.filter(client_id=maria.pk, state="waiting").exists(), "she is written to"
    assert AuditEntry.objects.filter(verb="client_handed_over", client_id=maria.pk).count() == 1
    replans.undo_replan(plan=plan, by=owner)
    maria.refresh_from_db()
    assert (visits_with(leaving), maria.preferences["therapists"]) == (4, [str(leaving.pk)])
    assert WaitlistEntry.objects.get().therapist == leaving


def test_who_finds_no_time_is_told_with_the_reason_and_a_taken_time_moves_nobody(leaving, owner, ben, maria, joao, ines, neuro_45):
    WorkingHours.objects.filter(therapist=ben).exclude(weekday=1).delete()  # Ben works on Tuesdays only
    WorkingHours.objects.filter(therapist=ben, opens__hour=13).delete()
    plan = found(hand_over(person=leaving, to={maria: ben, joao: ben}, since=MONDAY, by=owner))
    assert {m.options[0][1] for m in plan.moves.all() if m.options} == {str(ben.pk)}
    book_appointment(client=ines, therapist=ben, service=neuro_45, starts_at=at(10), by=owner)
    with pytest.raises(PlanStale) as refused:
        replans.apply_replan(plan=plan, by=owner)
    assert refused.value.more["rows"] and visits_with(leaving) == 4
    maria.refresh_from_db()
    assert maria.preferences["therapists"] == [str(leaving.pk)], "nothing half done"


def test_a_client_without_a_visit_to_come_goes_over_at_once(now, riverside, ana, ben, owner):
    zoe = make_client(riverside, "Zoe", preferences={"therapists": [str(ana.pk)]})
    assert hand_over(person=ana, to={zoe: ben}, since=MONDAY + timedelta(days=7), by=owner) is None
    zoe.refresh_from_db()
    assert zoe.preferences["therapists"] == [str(ben.pk)]


def test_only_the_owner_hands_over_and_only_to_somebody_who_gives_sessions(leaving, owner, ben, desk, maria):
    with pytest.raises(NotAllowed):
        hand_over(person=leaving, to={maria: ben}, since=MONDAY, by=ben)
    for wrong, words in (({maria: desk}, "gives no sessions"), ({maria: leaving}, "gives no sessions"), ({}, "at least one")):
        with pytest.raises(BadInput, match=words):
            hand_over(person=leaving, to=wrong, since=MONDAY, by=owner)


def test_the_page_suggests_a_colleague_for_each_client_and_leads_to_the_new_times(leaving, owner, ben, maria, joao, page):
    browser, where = page(owner), f"/practice/people/{leaving.pk}/hand-over/"
    seen = browser.get(where).content.decode()
    assert "Maria Lindqvist (3 visits)" in seen and "Joao Pereira (1 visit)" in seen
    sent = browser.post(where, {"since": MONDAY.isoformat(), f"to-{maria.pk}": str(ben.pk), f"to-{joao.pk}": "nobody"})
    shown = browser.get(sent["Location"]).content.decode()
    assert "Ana Alves is not here from" in shown and "Maria Lindqvist" in shown and "Joao Pereira" not in shown
    assert page(ben).get(where).status_code == 403
