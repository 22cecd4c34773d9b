"""The diary over HTTP, as the contract says it."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.models import ClientCondition, Finding
from conftest import MONDAY, at, make_client, make_member, make_practice, numb
from practice import clock
from practice.models import AuditEntry, Room, Service, TimeOff, WorkingHours
from practice.refusals import PROBLEM
from sessions import api_diary
from sessions.booking import book_appointment
from sessions.models import Appointment, WaitlistEntry

V1 = "/api/v1"
TUESDAY = MONDAY + timedelta(days=1)


def iso(hour, minute=0, *, days=1):
    return clock.iso(at(hour, minute, days=days), "America/New_York")


@pytest.fixture
def wish(now, maria, ana, neuro_45):
    return {"client": str(maria.pk), "therapist": str(ana.pk), "service": str(neuro_45.pk), "starts_at": iso(10)}


@pytest.fixture
def visit(now, maria, ana, neuro_45):
    return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


# --- availability ---------------------------------------------------------------------------------------------


def slots(http, **asked):
    asked = {"from": TUESDAY, "to": TUESDAY} | asked
    return http.get(f"{V1}/availability/", {name: str(value) for name, value in asked.items()})


def test_open_slots_come_whole_with_the_practices_offset_therapist_and_room(now, api, ana, neuro_45, room):
    answer = slots(api(ana), service=neuro_45.pk)
    assert answer.status_code == 200
    found = answer.json()
    assert set(found) == {"count", "results"}
    assert found["count"] == len(found["results"]) == 22  # 9:00-11:00 and 13:00-16:00, each a quarter apart
    assert found["results"][0] == {
        "starts_at": "2026-11-24T09:00:00-05:00",
        "ends_at": "2026-11-24T09:45:00-05:00",
        "therapist": str(ana.pk),
        "room": str(room.pk),
    }


def test_both_dates_count_and_at_most_92_days_are_answered(now, api, ana, neuro_45):
    days = {
        slot["starts_at"][:10]
        for slot in slots(api(ana), service=neuro_45.pk, to=TUESDAY + timedelta(days=2)).json()["results"]
    }
    assert days == {"2026-11-24", "2026-11-25", "2026-11-26"}
    assert slots(api(ana), service=neuro_45.pk, to=TUESDAY + timedelta(days=91)).status_code == 200
    refused = slots(api(ana), service=neuro_45.pk, to=TUESDAY + timedelta(days=92))
    assert (refused.status_code, refused["Content-Type"]) == (400, PROBLEM)
    assert pointers(refused) == ["/to"]
    assert "92 days" in refused.json()["detail"]


@pytest.mark.parametrize(
    "asked, pointer",
    [
        ({"from": "2026-11-25", "to": "2026-11-24"}, "/to"),
        ({"from": "0001-01-01"}, "/from"),
        ({"to": "9999-12-31"}, "/to"),
        ({"from": "24.11.2026"}, "/from"),
        ({"therapist": "ana"}, "/therapist"),
        ({"room": "1"}, "/room"),
        ({"client": "x"}, "/client"),
        ({"service": "massage"}, "/service"),
    ],
)
def test_what_cannot_be_read_is_400_with_a_pointer(now, api, ana, neuro_45, asked, pointer):
    answer = slots(api(ana), **{"service": neuro_45.pk} | asked)
    assert answer.status_code == 400
    assert pointers(answer) == [pointer]


def test_a_question_without_service_or_dates_says_what_is_missing(now, api, ana):
    assert sorted(pointers(api(ana).get(f"{V1}/availability/"))) == ["/from", "/service", "/to"]


@pytest.mark.parametrize("name", ["service", "therapist", "room", "client"])
def test_another_practices_id_and_an_unknown_one_find_nothing(now, api, ana, neuro_45, lakeside, lakeside_owner, name):
    foreign = {
        "service": Service.objects.create(practice=lakeside, name="Lake 45", minutes=45),
        "therapist": lakeside_owner,
        "room": Room.objects.create(practice=lakeside, name="Lake room"),
        "client": make_client(lakeside, "Lars Lake"),
    }[name]
    for pk in (foreign.pk, uuid4()):
        answer = slots(api(ana), **{"service": neuro_45.pk, name: pk})
        assert answer.json() == {"count": 0, "results": []}


def test_with_a_client_the_slots_are_ranked_over_the_whole_answer_with_reasons(now, api, ana, ben, maria, neuro_45):
    maria.preferences = {"weekdays": [2], "windows": [["13:00", "15:00"]], "therapists": [str(ben.pk)]}
    maria.save()
    found = slots(api(ana), service=neuro_45.pk, client=maria.pk, to=TUESDAY + timedelta(days=6)).json()["results"]
    assert [slot["rank"] for slot in found] == list(range(1, len(found) + 1))
    assert found[0]["starts_at"] == "2026-11-25T13:00:00-05:00"
    assert found[0]["therapist"] == str(ben.pk)
    assert "a preferred day" in found[0]["why"]


def test_held_time_is_offered_again_and_nothing_beyond_the_horizon_is(now, api, ana, neuro_45, visit):
    Appointment.objects.filter(pk=visit.pk).update(status="held")
    assert iso(10) in {slot["starts_at"] for slot in slots(api(ana), service=neuro_45.pk).json()["results"]}
    far = MONDAY + timedelta(days=364)
    days = {
        slot["starts_at"][:10]
        for slot in slots(api(ana), service=neuro_45.pk, **{"from": far, "to": far + timedelta(days=9)}).json()[
            "results"
        ]
    }
    assert max(days) <= (MONDAY + timedelta(days=365)).isoformat()


def test_a_slot_of_the_minute_under_way_is_not_offered(riverside, api, ana, neuro_45, time_machine):
    time_machine.move_to(clock.instant_of(TUESDAY, time(9, 0), "America/New_York") + timedelta(seconds=30), tick=False)
    assert slots(api(ana), service=neuro_45.pk).json()["results"][0]["starts_at"] == iso(9, 15)


def test_availability_takes_few_queries_whatever_there_is(now, api, ana, ben, maria, neuro_45, garden):
    def counted(**asked):
        http = api(ana)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert slots(http, service=neuro_45.pk, **asked).status_code == 200
        return len(seen)

    before, with_client = counted(), counted(client=maria.pk)
    assert before <= 8
    assert with_client <= 13  # one writes down who looked
    for n in range(4):
        book_appointment(
            client=make_client(ana.practice, f"Client {n}"),
            therapist=ben,
            service=neuro_45,
            starts_at=at(9 + (n % 2), days=1 + n),
            by=ana,
        )
        TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=at(13, days=n), ends_at=at(14, days=n))
    assert counted(to=TUESDAY + timedelta(days=60)) == before
    assert counted(client=maria.pk, to=TUESDAY + timedelta(days=60)) == with_client


# --- booking ---------------------------------------------------------------------------------------------------


def test_a_visit_is_booked_and_read_back_with_the_same_answer_and_an_etag(wish, api, ana, maria, neuro_45, room):
    http = api(ana)
    made = http.post(f"{V1}/appointments/", wish)
    assert made.status_code == 201
    body = made.json()
    assert body["starts_at"] == "2026-11-24T10:00:00-05:00"
    assert body["ends_at"] == "2026-11-24T10:45:00-05:00"
    assert (body["status"], body["room"], body["series"], body["minutes"]) == ("booked", str(room.pk), None, 45)
    assert (body["wall_date"], body["wall_time"], body["time_zone"]) == ("2026-11-24", "10:00", "America/New_York")
    read = http.get(f"{V1}/appointments/{body['id']}/")
    assert read.json() == body
    assert read["ETag"] == made["ETag"] == '"1"'


def test_a_taken_time_is_409_with_the_code_and_free_times(wish, api, ana, ines, visit):
    refused = api(ana).post(f"{V1}/appointments/", wish | {"client": str(ines.pk)})
    assert (refused.status_code, refused["Content-Type"]) == (409, PROBLEM)
    problem = refused.json()
    assert problem["code"] == "slot_taken"
    assert [r["code"] for r in problem["refusals"]] == ["slot_taken"]
    assert len(problem["nearest"]) == 3


def test_several_refusals_at_once_give_the_first_code_and_list_all(wish, api, ana, ines, maria, neuro_45):
    book_appointment(
        client=maria, therapist=ana, service=neuro_45, starts_at=at(18), by=ana, override_reason="only then"
    )
    problem = api(ana).post(f"{V1}/appointments/", wish | {"client": str(ines.pk), "starts_at": iso(18)}).json()
    assert problem["code"] == "slot_taken"
    assert [r["code"] for r in problem["refusals"]] == ["slot_taken", "outside_working_hours"]


def test_the_desk_overrides_hours_with_a_reason_and_an_override_without_one_is_asked_for_it(wish, api, desk):
    late = wish | {"starts_at": iso(18)}
    assert api(desk).post(f"{V1}/appointments/", late).json()["code"] == "outside_working_hours"
    silent = api(desk).post(f"{V1}/appointments/", late | {"override": {"reason": "  "}})
    assert (silent.status_code, silent.json()["code"], pointers(silent)) == (
        400,
        "reason_required",
        ["/override/reason"],
    )
    assert pointers(api(desk).post(f"{V1}/appointments/", late | {"override": {}})) == ["/override/reason"]
    made = api(desk).post(f"{V1}/appointments/", late | {"override": {"reason": "only day she can"}})
    assert made.status_code == 201
    assert made.json()["override_reason"] is None
    assert Appointment.objects.get().override_reason == "only day she can"


def test_a_reason_lets_a_visit_eat_the_break_around_another_but_never_the_visit(
    wish, api, desk, ana, ines, kofi, visit
):
    tight = wish | {"client": str(ines.pk), "starts_at": iso(10, 45)}
    assert api(desk).post(f"{V1}/appointments/", tight).json()["code"] == "slot_taken"
    made = api(desk).post(f"{V1}/appointments/", tight | {"override": {"reason": "she comes from far away"}})
    assert made.status_code == 201
    visit.refresh_from_db()
    assert (visit.occupied_until, visit.buffer_after, visit.version) == (visit.ends_at, 0, 1)
    before = wish | {"client": str(kofi.pk), "starts_at": iso(9, 15), "override": {"reason": "urgent"}}
    assert api(ana).post(f"{V1}/appointments/", before).status_code == 201
    inside = wish | {"client": str(kofi.pk), "starts_at": iso(10, 30), "override": {"reason": "urgent"}}
    assert api(ana).post(f"{V1}/appointments/", inside).json()["code"] == "slot_taken"


def test_a_body_names_each_field_that_needs_another_look(now, api, ana, maria, neuro_45):
    assert sorted(pointers(api(ana).post(f"{V1}/appointments/", {}))) == [
        "/client",
        "/service",
        "/starts_at",
        "/therapist",
    ]
    assert api(ana).post(f"{V1}/appointments/", [1]).json()["code"] == "invalid"


@pytest.mark.parametrize("name", ["client", "therapist", "service", "room"])
def test_an_id_of_another_practice_in_a_body_is_400_with_a_pointer(wish, api, ana, lakeside, lakeside_owner, name):
    foreign = {
        "service": Service.objects.create(practice=lakeside, name="Lake 45", minutes=45),
        "therapist": lakeside_owner,
        "room": Room.objects.create(practice=lakeside, name="Lake room"),
        "client": make_client(lakeside, "Lars Lake"),
    }[name]
    for pk in (foreign.pk, uuid4(), "nonsense", 7, {"id": 1}, None if name != "room" else "x"):
        answer = api(ana).post(
            f"{V1}/appointments/", wish | {name: pk if isinstance(pk, dict | int) or pk is None else str(pk)}
        )
        assert (answer.status_code, pointers(answer)) == (400, [f"/{name}"])
    assert not Appointment.objects.exists()


def test_somebody_who_gives_no_sessions_cannot_be_booked(wish, api, ana, desk):
    answer = api(ana).post(f"{V1}/appointments/", wish | {"therapist": str(desk.pk)})
    assert (answer.status_code, pointers(answer)) == (400, ["/therapist"])


# --- start times -------------------------------------------------------------------------------------------------


def start(http, wish, starts_at):
    return http.post(f"{V1}/appointments/", wish | {"starts_at": starts_at})


@pytest.mark.parametrize(
    "starts_at",
    [
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:00-05:00",
        "9999-12-31T23:59",
        "0001-01-01T00:00",
        "1899-12-31T10:00:00Z",
        "2026-11-24",
        "2026-11-24T10",
        "soon",
        "",
        None,
        5,
        {"at": 1},
        "2026-13-40T10:00:00Z",
        "2026-11-24T25:00:00-05:00",
        "2026-11-24T10:00:30-05:00",
        "2026-11-24T10:00:00.5-05:00",
        "2026-11-24T10:00:00+99:00",
        "２０２６-11-24T10:00:00-05:00",
    ],
)
def test_a_start_that_cannot_be_is_400_with_a_pointer_never_500(wish, api, ana, starts_at):
    answer = start(api(ana), wish, starts_at)
    assert (answer.status_code, pointers(answer)) == (400, ["/starts_at"])


def test_a_start_may_come_in_any_offset_or_on_the_practices_own_wall(wish, api, ana):
    for n, starts_at in enumerate(
        ["2026-11-24T15:00:00Z", "2026-11-25T16:00+01:00", "2026-11-26T10:00", "2026-11-27 10:00:00"]
    ):
        made = start(api(ana), wish, starts_at)
        assert made.json()["starts_at"] == iso(10, days=1 + n)


def test_the_past_is_400_with_the_two_nearest_valid_times(wish, api, ana):
    refused = start(api(ana), wish, iso(10, days=-3))
    assert (refused.status_code, pointers(refused)) == (400, ["/starts_at"])
    assert len(refused.json()["nearest"]) == 2
    assert refused.json()["nearest"] == [iso(9, days=0), iso(9, 15, days=0)]
    assert start(api(ana), wish, refused.json()["nearest"][0]).status_code == 201


def test_staff_enter_a_visit_of_the_last_thirty_days_late_with_a_reason(wish, api, desk):
    late = wish | {"starts_at": iso(10, days=-27)}
    assert api(desk).post(f"{V1}/appointments/", late).status_code == 400
    assert api(desk).post(f"{V1}/appointments/", late | {"override": {"reason": "was on paper"}}).status_code == 201
    older = wish | {"starts_at": iso(10, days=-40), "override": {"reason": "was on paper"}}
    assert api(desk).post(f"{V1}/appointments/", older).status_code == 400


SPRING = date(2027, 3, 14)  # 02:00-03:00 does not exist in New York
AUTUMN = date(2027, 11, 7)  # 01:00-02:00 comes twice


@pytest.mark.parametrize("offset", ["", "-05:00", "-04:00", "-0500"])
def test_a_wall_time_in_the_gap_is_refused_with_the_two_nearest_valid_times(wish, api, ana, offset):
    refused = start(api(ana), wish, f"2027-03-14T02:30:00{offset}")
    problem = refused.json()
    assert (refused.status_code, pointers(refused)) == (400, ["/starts_at"])
    assert problem["nearest"] == ["2027-03-14T01:45:00-05:00", "2027-03-14T03:00:00-04:00"]
    assert "does not exist" in problem["detail"]


def test_the_same_digits_in_another_zones_offset_are_a_real_time(wish, api, ana):
    answer = start(api(ana), wish, "2027-03-14T02:30:00Z")
    assert answer.json()["code"] == "outside_working_hours"  # Saturday evening in New York, and nobody works then


def test_a_wall_time_that_comes_twice_is_asked_back_with_both_choices(wish, api, ana):
    twice = start(api(ana), wish, "2027-11-07T01:30")
    assert twice.status_code == 400
    assert twice.json()["choices"] == ["2027-11-07T01:30:00-04:00", "2027-11-07T01:30:00-05:00"]
    for choice in twice.json()["choices"]:
        made = api(ana).post(f"{V1}/appointments/", wish | {"starts_at": choice, "override": {"reason": "night shift"}})
        assert (made.status_code, made.json()["starts_at"]) == (201, choice)


def test_a_zone_that_gave_clock_changes_up_has_no_gap(db, now, api):
    north = make_practice("North Therapy", "America/Vancouver")
    owner = make_member(north, "Nora", "nora@north.example", "owner", is_therapist=True)
    WorkingHours.objects.create(practice=north, therapist=owner, weekday=6, opens=time(0), closes=time(9))
    Room.objects.create(practice=north, name="Room")
    wish = {
        "client": str(make_client(north, "Nils North").pk),
        "therapist": str(owner.pk),
        "starts_at": "2027-03-14T02:30",
        "service": str(Service.objects.create(practice=north, name="45", minutes=45).pk),
    }
    assert api(owner).post(f"{V1}/appointments/", wish).json()["starts_at"] == "2027-03-14T02:30:00-07:00"


# --- reading -----------------------------------------------------------------------------------------------------


@pytest.fixture
def week(now, maria, ines, ana, ben, neuro_45, garden):
    book = [(maria, ana, 1), (maria, ana, 2), (ines, ben, 2), (ines, ana, 5)]
    return [
        book_appointment(client=c, therapist=t, service=neuro_45, starts_at=at(10, days=d), by=ana, override_reason="x")
        for c, t, d in book
    ]


def test_visits_are_listed_by_day_client_therapist_and_status(week, api, ana, maria, ben):
    def ids(**asked):
        answer = api(ana).get(f"{V1}/appointments/", asked).json()
        assert set(answer) == {"count", "next", "previous", "results"}
        return [row["id"] for row in answer["results"]]

    every = [str(v.pk) for v in week]
    assert ids() == sorted(every, key=lambda pk: next((v.starts_at, v.pk) for v in week if str(v.pk) == pk))
    assert ids(**{"from": "2026-11-24", "to": "2026-11-24"}) == every[:1]
    assert ids(**{"from": "2026-11-26"}) == every[3:]
    assert ids(client=str(maria.pk)) == every[:2]
    assert ids(therapist=str(ben.pk)) == every[2:3]
    api(ana).post(f"{V1}/appointments/{every[0]}/confirm/")
    assert ids(status="confirmed") == every[:1]
    assert len(ids(status="confirmed,booked")) == 4
    assert ids(client=str(uuid4())) == []


@pytest.mark.parametrize(
    "asked, pointer",
    [
        ({"client": "x"}, "/client"),
        ({"status": "late"}, "/status"),
        ({"from": "today"}, "/from"),
        ({"to": "9999-12-31"}, "/to"),
    ],
)
def test_a_filter_that_cannot_be_read_is_400_with_a_pointer(week, api, ana, asked, pointer):
    assert pointers(api(ana).get(f"{V1}/appointments/", asked)) == [pointer]


def test_a_day_of_the_list_is_a_day_of_the_practices_zone(now, api, ana, maria, neuro_45):
    late = book_appointment(
        client=maria, therapist=ana, service=neuro_45, starts_at=at(22, days=1), by=ana, override_reason="x"
    )
    assert late.starts_at.date() == date(2026, 11, 25)  # in UTC it is the next day already
    listed = api(ana).get(f"{V1}/appointments/", {"from": "2026-11-24", "to": "2026-11-24"}).json()
    assert listed["count"] == 1
    assert listed["results"][0]["wall_date"] == "2026-11-24"


def test_the_list_takes_the_same_number_of_queries_for_one_visit_and_for_many(now, api, ana, neuro_45, garden):
    def counted():
        http = api(ana)
        with CaptureQueriesContext(connection) as seen:
            count = http.get(f"{V1}/appointments/").json()["count"]
        return count, len(seen)

    def add(n, condition):
        client = make_client(ana.practice, f"Client {n}", condition)
        numb(client)
        book_appointment(
            client=client,
            therapist=ana,
            service=neuro_45,
            starts_at=at(9 + n % 2, days=1 + n),
            by=ana,
            override_reason="x",
        )

    add(0, "ms-relapsing-remitting")
    assert (few := counted())[0] == 1
    for n in range(1, 9):
        add(n, "ms-relapsing-remitting")
    assert counted() == (9, few[1])


def test_the_desk_reads_that_a_decision_is_needed_and_never_why(api, ana, desk, maria, visit):
    def read(member):
        return api(member).get(f"{V1}/appointments/{visit.pk}/").json()

    assert read(desk)["needs_decision"] is False
    Finding.objects.create(practice=maria.practice, client=maria, finding="blood-clot", began_on=MONDAY)
    seen, clinical = read(desk), read(ana)
    assert seen["needs_decision"] is clinical["needs_decision"] is True
    assert (seen["cautions"], seen["override_reason"], seen["keep_reason"]) == (None, None, None)
    assert clinical["cautions"]["verdict"] in ("clearance", "stop")
    assert clinical["cautions"]["reasons"][0]["source"]
    assert "clot" not in str(seen).lower()
    listed = api(desk).get(f"{V1}/appointments/").json()["results"][0]
    assert listed["needs_decision"] is True
    assert "cautions" not in listed


def test_reading_a_visits_cautions_is_written_down_and_the_desk_reads_none(api, ana, desk, maria, visit):
    for member in (ana, desk):
        assert api(member).get(f"{V1}/appointments/{visit.pk}/").status_code == 200
    entry = AuditEntry.objects.get(verb="client_read")
    assert (entry.actor, entry.client_id, entry.detail) == (ana, maria.pk, {"what": "cautions"})


def test_booking_over_a_clearance_is_for_therapists_and_the_desk_is_told_who_decides(wish, api, ana, desk, maria):
    Finding.objects.create(practice=maria.practice, client=maria, finding="blood-clot", began_on=MONDAY)
    refused = api(desk).post(f"{V1}/appointments/", wish | {"override": {"reason": "she insists"}})
    assert refused.status_code == 409
    assert refused.json()["detail"] == "This booking needs Ana Alves's decision."
    assert refused.json()["reasons"] == []
    assert "clot" not in refused.content.decode().lower()
    assert api(ana).post(f"{V1}/appointments/", wish).status_code == 409
    made = api(ana).post(f"{V1}/appointments/", wish | {"override": {"reason": "hands and face only"}})
    assert (made.status_code, made.json()["override_reason"]) == (201, "hands and face only")


def test_an_emergency_stop_is_overridden_by_nobody(wish, api, ana, maria):
    Finding.objects.create(practice=maria.practice, client=maria, finding="acute-stroke-signs", began_on=MONDAY)
    refused = api(ana).post(f"{V1}/appointments/", wish | {"override": {"reason": "she insists"}})
    assert (refused.status_code, refused.json()["code"]) == (409, "contraindicated")


def test_a_condition_on_record_alone_asks_nobody(api, ana, maria, visit):
    ClientCondition.objects.create(practice=maria.practice, client=maria, condition="migraine")
    assert api(ana).get(f"{V1}/appointments/{visit.pk}/").json()["needs_decision"] is False


# --- steps -------------------------------------------------------------------------------------------------------


def step(http, visit, verb, body=None, **headers):
    return http.post(f"{V1}/appointments/{visit.pk}/{verb}/", body or {}, **headers)


def test_a_visit_goes_through_its_day(api, desk, visit, time_machine):
    assert step(api(desk), visit, "confirm").json()["status"] == "confirmed"
    assert step(api(desk), visit, "confirm").status_code == 200
    early = step(api(desk), visit, "arrive")
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    time_machine.move_to(at(9, 55))
    assert step(api(desk), visit, "no-show").json()["code"] == "wrong_state"
    assert step(api(desk), visit, "arrive").json()["status"] == "arrived"
    assert step(api(desk), visit, "undo-arrive").json()["status"] == "booked"
    time_machine.move_to(at(10, 20))
    assert step(api(desk), visit, "no-show").json()["status"] == "noshow"
    assert step(api(desk), visit, "undo-no-show").json()["status"] == "booked"
    assert step(api(desk), visit, "arrive").json()["status"] == "arrived"
    assert step(api(desk), visit, "complete").json()["status"] == "fulfilled"
    for verb in ("confirm", "arrive", "complete", "no-show", "cancel", "release", "accept"):
        assert step(api(desk), visit, verb).json()["code"] == "wrong_state"
    assert step(api(desk), visit, "move", {"starts_at": iso(14, days=2)}).json()["code"] == "wrong_state"


def test_a_move_keeps_the_visit_and_raises_version_and_sequence(api, desk, visit, ben):
    moved = step(api(desk), visit, "move", {"starts_at": iso(14, days=2), "therapist": str(ben.pk)}).json()
    assert (moved["id"], moved["starts_at"], moved["therapist"]) == (str(visit.pk), iso(14, days=2), str(ben.pk))
    assert (moved["version"], moved["sequence"]) == (2, 1)
    assert step(api(desk), visit, "move", {"starts_at": iso(18)}).json()["code"] == "outside_working_hours"


def test_a_step_sent_with_an_old_etag_is_412(api, desk, visit):
    first = step(api(desk), visit, "move", {"starts_at": iso(14)}, HTTP_IF_MATCH='"1"')
    assert first["ETag"] == '"2"'
    for verb, body in (("move", {"starts_at": iso(15)}), ("cancel", {"reason": "away"}), ("confirm", {})):
        assert step(api(desk), visit, verb, body, HTTP_IF_MATCH='"1"').status_code == 412
    assert step(api(desk), visit, "confirm", HTTP_IF_MATCH='"2"').status_code == 200


@pytest.mark.parametrize(("verb", "status"), [
    ("accept", "proposed"), ("confirm", "booked"), ("arrive", "booked"), ("complete", "arrived"), ("no-show", "booked"),
    ("undo-arrive", "arrived"), ("undo-no-show", "noshow"), ("cancel", "booked"), ("keep", "held"), ("release", "held")])
def test_a_step_is_412_too_where_somebody_changed_the_visit_before_it_was_locked(
    api, ana, visit, verb, status, monkeypatch, time_machine
):
    time_machine.move_to(at(10, 20))
    asked_until = at(18) if status == "proposed" else None
    Appointment.objects.filter(pk=visit.pk).update(status=status, expires_at=asked_until)
    looked = api_diary.version_if_matched

    def changed_right_after(request, row):
        expected = looked(request, row)
        Appointment.objects.filter(pk=row.pk).update(version=2, wants_other_time=True)
        return expected

    monkeypatch.setattr(api_diary, "version_if_matched", changed_right_after)
    body = {"reason": "Feels well."} if verb == "keep" else {}
    assert step(api(ana), visit, verb, body, HTTP_IF_MATCH='"1"').status_code == 412
    visit.refresh_from_db()
    assert (visit.status, visit.version, visit.wants_other_time) == (status, 2, True)


def test_a_visit_is_cancelled_with_a_code_and_words_are_not_taken(api, desk, ana, visit):
    free = step(api(desk), visit, "cancel", {"reason": "her legs are worse"})
    assert (free.status_code, pointers(free)) == (400, ["/reason"])
    assert "better, worse, sick" in free.json()["detail"]
    clinical = step(api(desk), visit, "cancel", {"reason": "flare"})
    assert (clinical.status_code, pointers(clinical)) == (400, ["/reason"])
    assert "a therapist's to give" in clinical.json()["detail"]
    done = step(api(ana), visit, "cancel", {"reason": "flare"}).json()
    assert (done["status"], done["cancel_reason"]) == ("cancelled", "flare")
    assert api(desk).get(f"{V1}/appointments/{visit.pk}/").json()["cancel_reason"] == "other"
    again = book_appointment(client=visit.client, therapist=ana, service=visit.service, starts_at=at(10), by=ana)
    assert step(api(desk), again, "cancel").json()["cancel_reason"] == "other"


def test_a_requested_visit_is_accepted_until_its_time_runs_out(api, desk, visit, time_machine):
    Appointment.objects.filter(pk=visit.pk).update(status="proposed", expires_at=at(8, days=1))
    other = step(api(desk), visit, "accept")
    assert (other.json()["status"], Appointment.objects.get().expires_at) == ("booked", None)
    Appointment.objects.filter(pk=visit.pk).update(status="proposed", expires_at=at(8, days=1))
    time_machine.move_to(at(8, 1))
    assert step(api(desk), visit, "accept").json()["code"] == "wrong_state"


@pytest.mark.parametrize("is_over", [False, True])
def test_a_request_is_not_confirmed_past_its_being_accepted(api, desk, visit, time_machine, is_over):
    Appointment.objects.filter(pk=visit.pk).update(status="proposed", expires_at=at(8, days=1))
    if is_over:
        time_machine.move_to(at(8, 1))
    refused = step(api(desk), visit, "confirm")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    assert "accept it first" in refused.json()["detail"]
    visit.refresh_from_db()
    assert (visit.status, visit.expires_at) == ("proposed", at(8, days=1))


# --- whose ---------------------------------------------------------------------------------------------------------


def test_another_practice_and_nobody_reach_nothing(api, visit, lakeside_owner):
    http = api(lakeside_owner)
    assert http.get(f"{V1}/appointments/").json()["count"] == 0
    assert http.get(f"{V1}/appointments/{visit.pk}/").status_code == 404
    for verb in (
        "move",
        "cancel",
        "accept",
        "confirm",
        "arrive",
        "undo-arrive",
        "complete",
        "no-show",
        "undo-no-show",
        "keep",
        "release",
    ):
        answer = step(http, visit, verb, {"starts_at": iso(14), "reason": "other"})
        assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)
        assert step(api(None), visit, verb).status_code == 401
    visit.refresh_from_db()
    assert (visit.status, visit.version) == ("booked", 1)


def test_addresses_that_are_none_answer_problem_json_too(now, api, ana):
    for path in ("appointments/nope/", "nothing/", "appointments/nope"):
        answer = api(ana).get(f"{V1}/{path}")
        assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (404, PROBLEM, "not_found")
    assert api(ana).get(f"{V1}/appointments?status=held")["Location"].endswith("/api/v1/appointments/?status=held")
    assert "end in a slash" in api(ana).post(f"{V1}/appointments", {}).json()["detail"]


# --- waitlist --------------------------------------------------------------------------------------------------------


def test_somebody_waits_for_an_earlier_time_and_asking_again_changes_the_wish(
    now, api, desk, maria, ana, neuro_45, lakeside_owner
):
    wish = {"client": str(maria.pk), "service": str(neuro_45.pk), "weekdays": [3, 1], "windows": [["10:00", "12:00"]]}
    made = api(desk).post(f"{V1}/waitlist/", wish)
    assert made.status_code == 201
    assert made.json() | {"id": "", "created_at": ""} == {
        "id": "",
        "client": str(maria.pk),
        "service": str(neuro_45.pk),
        "therapist": None,
        "from_on": "2026-11-23",
        "until_on": "2027-02-21",
        "weekdays": [1, 3],
        "windows": [["10:00", "12:00"]],
        "give_up": None,
        "offers": [],
        "created_at": "",
    }
    changed = api(desk).post(f"{V1}/waitlist/", wish | {"therapist": str(ana.pk), "until_on": "2026-12-24"})
    assert (changed.status_code, changed.json()["id"]) == (200, made.json()["id"])
    listed = api(ana).get(f"{V1}/waitlist/").json()
    assert (listed["count"], listed["results"][0]["therapist"]) == (1, str(ana.pk))
    assert api(lakeside_owner).get(f"{V1}/waitlist/").json()["count"] == 0
    WaitlistEntry.objects.update(until_on=MONDAY - timedelta(days=1))
    assert api(ana).get(f"{V1}/waitlist/").json()["count"] == 0


@pytest.mark.parametrize(
    "change, pointer",
    [
        ({"until_on": "2026-11-01"}, "/until_on"),
        ({"windows": [["12:00", "10:00"]]}, "/windows"),
        ({"weekdays": [7]}, "/weekdays/0"),
        ({"windows": [["12:00"]]}, "/windows/0"),
        ({"client": None}, "/client"),
    ],
)
def test_a_wish_nobody_can_meet_is_400_with_a_pointer(now, api, desk, maria, neuro_45, change, pointer):
    answer = api(desk).post(f"{V1}/waitlist/", {"client": str(maria.pk), "service": str(neuro_45.pk)} | change)
    assert (answer.status_code, pointers(answer)) == (400, [pointer])


# --- series ------------------------------------------------------------------------------------------------------------


def test_a_series_is_looked_at_date_by_date_and_then_booked_whole(wish, api, desk, ines, ana, neuro_45):
    in_the_way = book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10, days=8), by=ana)
    ask = {k: v for k, v in wish.items() if k != "starts_at"} | {
        "first_starts_at": iso(10),
        "every_days": 7,
        "count": 3,
    }
    dry = api(desk).post(f"{V1}/series/", ask | {"dry_run": True})
    assert dry.status_code == 200
    assert [(d["on"], d["code"]) for d in dry.json()["dates"]] == [
        ("2026-11-24", None),
        ("2026-12-01", "slot_taken"),
        ("2026-12-08", None),
    ]
    assert dry.json()["dates"][1]["alternative"] in ("2026-12-01T09:00:00-05:00", "2026-12-01T11:00:00-05:00")
    refused = api(desk).post(f"{V1}/series/", ask)
    assert (refused.status_code, refused.json()["code"]) == (409, "series_conflict")
    assert [d["code"] for d in refused.json()["dates"]] == [None, "slot_taken", None]
    assert Appointment.objects.count() == 1
    in_the_way.delete()
    made = api(desk).post(f"{V1}/series/", ask)
    assert made.status_code == 201
    assert [a["series"] for a in made.json()["appointments"]] == [made.json()["id"]] * 3
    assert [d["starts_at"] for d in made.json()["dates"]] == [iso(10, days=d) for d in (1, 8, 15)]


def test_a_series_that_begins_in_the_past_points_at_its_first_start(wish, api, desk):
    ask = {k: v for k, v in wish.items() if k != "starts_at"} | {
        "first_starts_at": iso(10, days=-3),
        "every_days": 7,
        "count": 3,
    }
    answer = api(desk).post(f"{V1}/series/", ask)
    assert (answer.status_code, pointers(answer)) == (400, ["/first_starts_at"])


@pytest.mark.parametrize(
    "change", [{"every_days": 0}, {"every_days": 367}, {"count": 0}, {"count": 105}, {"first_starts_at": "soon"}]
)
def test_a_rhythm_out_of_bounds_is_400(wish, api, desk, change):
    ask = (
        {k: v for k, v in wish.items() if k != "starts_at"}
        | {"first_starts_at": iso(10), "every_days": 7, "count": 3}
        | change
    )
    answer = api(desk).post(f"{V1}/series/", ask)
    assert (answer.status_code, pointers(answer)) == (400, [f"/{next(iter(change))}"])


def test_a_visit_moved_to_where_it_is_is_answered_unchanged(api, ana, visit):
    http, url = api(ana), f"{V1}/appointments/{visit.pk}/"
    http.post(f"{url}confirm/")
    before = http.get(url)
    moved = http.post(f"{url}move/", {"starts_at": iso(10), "therapist": str(ana.pk), "room": str(visit.room_id)})
    assert (moved.status_code, moved.json(), moved["ETag"]) == (200, before.json(), before["ETag"])
    assert moved.json()["status"] == "confirmed"


def test_a_query_parameter_nobody_reads_is_refused_with_a_pointer(visit, api, ana, maria, neuro_45):
    http = api(ana)
    for path, known in (
        ("clients/?search=Maria", "q"),
        ("appointments/?search=Maria", "client, from, status, therapist, to"),
        (f"availability/?service={neuro_45.pk}&from={TUESDAY}&to={TUESDAY}&search=1", "client, from, room"),
        ("messages/?search=1", "appointment, client, kind, state"),
        (f"clients/{maria.pk}/outcomes/?search=1", "measure"),
        ("techniques/?search=1", ""),
        (f"clients/{maria.pk}/?search=1", ""),
    ):
        refused = http.get(f"{V1}/{path}")
        assert (refused.status_code, pointers(refused)) == (400, ["/search"])
        assert f"There is no such query parameter. {f'There are: {known}' if known else 'None'}" in refused.json()["detail"]
    for path in ("clients/?q=maria", "appointments/", "rooms/", "messages/?state=waiting", "techniques/"):
        mark = "&" if "?" in path else "?"
        assert http.get(f"{V1}/{path}{mark}page=1&page_size=5&format=json").status_code == 200


def test_a_field_of_a_body_nobody_reads_is_refused_with_a_pointer(wish, api, ana):
    refused = api(ana).post(f"{V1}/appointments/", wish | {"minuets": 30})
    assert (refused.status_code, pointers(refused)) == (400, ["/minuets"])
    assert refused.json()["detail"].startswith("There is no such field. There are: client, ")
    assert not Appointment.objects.exists()
