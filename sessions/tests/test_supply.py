"""How many questions to the database one slot search asks, and that gathering the times changes no answer."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conftest import MONDAY, at, make_client, make_member
from practice.access import Role
from practice.models import Room
from sessions.booking import book_appointment, cancel_appointment
from sessions.models import Appointment
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
