"""How many questions to the database one slot search asks, and that gathering the times changes no answer."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conftest import MONDAY, at, make_client, make_member
from practice import clock
from practice.access import Outsider, Role
from practice.hours import set_day_hours
from practice.models import Room
from practice.offers import set_skills
from sessions.booking import book_appointment, cancel_appointment
from sessions.models import Appointment
from sessions.objections import OutsideWorkingHours, TooShortNotice
from sessions.supply import busy_between, find_open_slots, gives, therapists_for

MOST_QUERIES = 8
FORTNIGHT = MONDAY + timedelta(days=14)


def queries_of_a_search(service, **more):
    with CaptureQueriesContext(connection) as seen:
        found = find_open_slots(service=service, first=MONDAY, last=FORTNIGHT, **more)
    return len(seen), found


def test_a_search_asks_at_most_eight_queries_whatever_the_number_of_therapists(now, riverside, ana, maria, neuro_45):
    alone, few = queries_of_a_search(neuro_45, client=maria)
    for n in range(7):
        member = make_member(riverside, f"Therapist {n}", f"t{n}@riverside.example", Role.THERAPIST)
        Room.objects.create(practice=riverside, name=f"Room {n}", position=n + 5)
        book_appointment(client=make_client(riverside, f"Client {n}"), therapist=member, service=neuro_45,
                         starts_at=at(9 + n % 3), by=ana)
    many, all_of_them = queries_of_a_search(neuro_45, client=maria)
    assert alone == many <= MOST_QUERIES
    assert len(all_of_them) > 3 * len(few)


def test_therapists_services_and_time_off_named_one_by_one_cost_no_query_more(now, ana, ben, room, garden, neuro_45):
    neuro_45.therapists.add(ana, ben)
    neuro_45.rooms.add(room, garden)
    assert queries_of_a_search(neuro_45)[0] <= MOST_QUERIES - 2


def test_the_gathered_times_are_those_of_each_living_visit(
        now, riverside, maria, joao, ana, ben, room, garden, neuro_45):
    first = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(9), by=ana)
    second = book_appointment(client=joao, therapist=ben, service=neuro_45, starts_at=at(9), by=ana)
    gone = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(14), by=ana)
    cancel_appointment(appointment=gone, by=ana)
    Appointment.objects.filter(pk=second.pk).update(status="proposed", expires_at=timezone.now() + timedelta(hours=1))
    begin, end = at(0), at(0, days=2)
    nine = int(at(9).timestamp()) // 60
    by_who, by_where, own = busy_between(riverside, begin, end, [ana.pk, ben.pk], [room.pk, garden.pk], maria)
    assert by_who == {ana.pk: [(nine, nine + 60)], ben.pk: [(nine, nine + 60)]}, "a quarter of an hour of buffer counts"
    assert by_where == {room.pk: [(nine, nine + 60)], garden.pk: [(nine, nine + 60)]}
    assert own == [(nine, nine + 45)], "the client is taken for the visit alone"
    Appointment.objects.filter(pk=second.pk).update(expires_at=timezone.now())
    by_who, _, _ = busy_between(riverside, begin, end, [ana.pk, ben.pk], [], None)
    assert set(by_who) == {ana.pk}, "a request that ran out is let go of"
    assert busy_between(riverside, begin, end, [ana.pk], [], None, [first.pk])[0] == {}


def test_a_visit_across_the_edge_of_the_days_asked_about_still_counts(now, riverside, maria, ana, neuro_45):
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(9), by=ana)
    middle = at(9, 50)  # the visit is over, its buffer is not
    by_who, _, own = busy_between(riverside, middle, at(18), [ana.pk], [], maria)
    assert len(by_who[ana.pk]) == 1
    assert len(own) == 1


def test_whether_a_therapist_gives_a_service_is_said_alike_for_one_and_for_all(
        now, ana, ben, desk, lakeside_owner, neuro_45):
    everybody = (ana, ben, desk, lakeside_owner)

    def both():
        listed = {member.pk for member in therapists_for(neuro_45)}
        assert {member.pk for member in everybody if gives(member, neuro_45)} == listed
        return listed

    assert both() == {ana.pk, ben.pk}
    neuro_45.therapists.add(ben)
    assert both() == {ben.pk}
    type(ben).objects.filter(pk=ben.pk).update(is_active=False)
    assert both() == {ana.pk}, "nobody it names is in use, so everybody gives it"


def test_a_service_that_needs_a_skill_is_offered_by_those_who_have_it_for_no_query_more(now, owner, ana, ben, neuro_45):
    before, everybody = queries_of_a_search(neuro_45)
    set_skills(therapist=ben, skills=["Lymph drainage", "Cupping"], by=owner)
    neuro_45.needed_skills.set(ben.skills.filter(name="Lymph drainage"))
    after, skilled = queries_of_a_search(neuro_45)
    assert after == before
    assert {slot.therapist for slot in everybody} == {ana, ben} and {slot.therapist for slot in skilled} == {ben}
    assert gives(ben, neuro_45) and not gives(ana, neuro_45)
    neuro_45.therapists.add(ana)
    assert therapists_for(neuro_45) == [], "named, but not able to"
    assert not gives(ana, neuro_45) and not gives(ben, neuro_45)


def test_hours_of_a_date_stand_in_the_place_of_the_week_for_no_query_more(now, maria, owner, ana, neuro_45):
    before, _ = queries_of_a_search(neuro_45, client=maria)
    saturday, tuesday = MONDAY + timedelta(days=5), MONDAY + timedelta(days=1)
    set_day_hours(therapist=ana, on=saturday, stretches_=[(time(10), time(12))], by=owner)
    set_day_hours(therapist=ana, on=tuesday, stretches_=[(time(9), time(10)), (time(16), time(20))], by=owner)
    after, found = queries_of_a_search(neuro_45, client=maria)
    assert after == before <= MOST_QUERIES
    starts = sorted(slot.starts_at for slot in found)
    assert [s for s in starts if at(0) <= s < at(0, days=2)] == [at(9), *(at(16 + n // 4, n % 4 * 15) for n in range(13))]
    assert [s for s in starts if at(0, days=5) <= s < at(0, days=6)] == [*(at(10, 15 * n, days=5) for n in range(4)), at(11, days=5)]
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=5), by=ana)
    with pytest.raises(OutsideWorkingHours, match="works 09:00–10:00, 16:00–20:00"):
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(14), by=ana)


def test_too_short_notice_is_refused_after_hours_and_before_horizon_and_lifted_by_a_reason(
        now, riverside, maria, desk, ana, neuro_45):
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(9, days=0), by=desk)
    riverside.notice_minutes = 90 * 60
    riverside.save()
    neuro_45.practice = maria.practice = riverside
    assert min(slot.starts_at for slot in queries_of_a_search(neuro_45)[1]) == now + timedelta(hours=90) + timedelta(
        hours=7), "Friday 09:00, the first time on hand after 90 hours"
    with pytest.raises(TooShortNotice) as refused:
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=desk)
    assert refused.value.code == "too_short_notice" and refused.value.more["nearest"][0].startswith("2026-11-27T09:00")
    assert "90 hours ahead" in refused.value.detail
    with pytest.raises(OutsideWorkingHours) as refused:
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(7), by=desk)
    assert [r["code"] for r in refused.value.more["refusals"]] == ["outside_working_hours", "too_short_notice"]
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=desk,
                             override_reason="Rang just now")
    assert visit.override_reason == "Rang just now"


def test_clients_by_themselves_are_held_to_their_own_notice(now, riverside, maria, ana, neuro_45):
    herself = Outsider(riverside, "client", "Maria")
    with pytest.raises(TooShortNotice, match="24 hours ahead"):
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(15, days=0), by=herself)
    assert book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=herself)


def test_open_times_lie_on_the_practices_own_grid_from_midnight(now, riverside, ana, neuro_45):
    riverside.slot_grid_minutes, riverside.time_zone = 20, "Asia/Kathmandu"  # 5:45 ahead: no hour there is one here
    riverside.save()
    neuro_45.practice = riverside
    starts = {clock.wall_of(slot.starts_at, riverside.time_zone)[1].minute for slot in queries_of_a_search(neuro_45)[1]}
    assert starts == {0, 20, 40}
