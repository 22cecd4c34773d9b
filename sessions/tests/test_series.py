"""A run of visits at one rhythm: looked at whole, booked whole, on the wall clock."""

from datetime import date, time, timedelta

import pytest
from django.db.models import Count

from conftest import MONDAY, at, make_client, make_member, make_practice
from practice import clock
from practice.models import AuditEntry, Closure, Message, Room, Service, TimeOff, WorkingHours
from practice.refusals import BadInput
from sessions.booking import book_appointment
from sessions.models import Appointment, Series
from sessions.rhythm import Rhythm
from sessions.series import SeriesConflict, as_data, book_series, try_series


@pytest.fixture
def wish(now, maria, ana, neuro_45):
    return {
        "client": maria,
        "therapist": ana,
        "service": neuro_45,
        "first_starts_at": at(10, 30),
        "rhythm": Rhythm(7, 6),
        "by": ana,
    }


def test_every_visit_is_an_appointment_of_its_own_at_the_same_wall_time(wish):
    series, visits = book_series(**wish)
    assert [v.wall_date for v in visits] == [MONDAY + timedelta(days=1 + 7 * n) for n in range(6)]
    assert {v.wall_time for v in visits} == {time(10, 30)}
    assert {v.series for v in visits} == {series}
    assert Appointment.objects.values("room").annotate(n=Count("pk")).get()["n"] == 6
    assert Message.objects.exclude(kind="reminder").get().kind == "booked-together"
    assert AuditEntry.objects.filter(verb="series_booked").count() == 1


def test_one_date_in_the_way_books_nothing_and_names_every_date_with_the_nearest_free_time(wish, ines, ana, neuro_45):
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10, 30, days=15), by=ana)
    Closure.objects.create(
        practice=ana.practice, first_on=MONDAY + timedelta(days=22), last_on=MONDAY + timedelta(days=22), name="Holiday"
    )
    with pytest.raises(SeriesConflict, match="2 of 6 dates cannot be booked, so none was") as refused:
        book_series(**wish)
    dates = refused.value.more["dates"]
    assert [d["code"] for d in dates] == [None, None, "slot_taken", "outside_working_hours", None, None]
    assert dates[2]["alternative"] in ("2026-12-08T09:30:00-05:00", "2026-12-08T11:00:00-05:00")
    assert sorted(dates[2]["alternatives"][:2]) == ["2026-12-08T09:30:00-05:00", "2026-12-08T13:00:00-05:00"]
    assert dates[2]["alternatives"][2][:10] != "2026-12-08"
    assert dates[3]["alternative"][:10] in ("2026-12-14", "2026-12-16")
    assert (Series.objects.count(), Appointment.objects.count()) == (0, 1)


def test_a_dry_run_books_nothing_and_queues_nothing(wish):
    found = try_series(**wish)
    assert [d.conflict for d in found] == [""] * 6
    assert not Appointment.objects.exists()
    assert not Message.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_date_on_which_nothing_is_free_nearby_has_no_alternative(wish, ana):
    TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=at(0, days=10), ends_at=at(0, days=20))
    found = try_series(**wish)
    assert [(bool(d.conflict), d.alternative is not None) for d in found][:4] == [
        (False, False),
        (False, False),
        (True, False),
        (False, False),
    ]


def test_a_series_that_overlaps_itself_is_refused(wish):
    with pytest.raises(SeriesConflict):
        book_series(**wish | {"rhythm": Rhythm(1, 2), "first_starts_at": at(18, days=1)})
    with pytest.raises(BadInput):
        book_series(**wish | {"rhythm": Rhythm(0, 6)})


def test_an_override_lifts_for_every_date_what_the_role_may_lift(wish, desk):
    late = wish | {"first_starts_at": at(18), "by": desk}
    assert {d.code for d in try_series(**late)} == {"outside_working_hours"}
    assert {d.code for d in try_series(**late, override_reason="only then")} == {""}
    _, visits = book_series(**late, override_reason="only then")
    assert {v.override_reason for v in visits} == {"only then"}


def test_a_first_date_in_the_past_points_at_the_first_start_and_keeps_the_nearest_times(wish):
    with pytest.raises(BadInput, match="has passed") as refused:
        book_series(**wish | {"first_starts_at": at(10, days=-3)})
    assert refused.value.field == "first_starts_at"
    assert len(refused.value.more["nearest"]) == 2


@pytest.mark.parametrize(
    "rhythm, field",
    [
        (Rhythm(0, 6), "every_days"),
        (Rhythm(367, 6), "every_days"),
        (Rhythm(7, 0), "count"),
        (Rhythm(7, 105), "count"),
        (Rhythm(7), "count"),
        (Rhythm(1, until=MONDAY + timedelta(days=200)), "until"),
        (Rhythm(7, until=MONDAY), "until"),
        (Rhythm(10, 6, weekdays=(1, 3)), "every_days"),
        (Rhythm(7, 6, weekdays=(0, 3)), "weekdays"),
        (Rhythm(7, 6, weekdays=(1, 7)), "weekdays"),
    ],
)
def test_a_rhythm_out_of_bounds_is_refused(wish, rhythm, field):
    for verb in (book_series, try_series):
        with pytest.raises(BadInput) as refused:
            verb(**wish | {"rhythm": rhythm})
        assert refused.value.field == field


ZONES = [
    "America/New_York",
    "Europe/Berlin",
    "Europe/London",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Beirut",
    "Pacific/Auckland",
    "America/St_Johns",
    "Europe/Lisbon",
    "Asia/Jerusalem",
]


@pytest.mark.parametrize("zone", ZONES)
def test_a_series_stays_at_nine_on_the_wall_through_a_year_of_clock_changes(db, now, zone):
    there = make_practice("Riverside Therapy", zone)
    ana = make_member(there, "Ana", "ana@there.example", "owner", is_therapist=True)
    Room.objects.create(practice=there, name="Room")
    service = Service.objects.create(practice=there, name="45", minutes=45)
    first = clock.instant_of(MONDAY + timedelta(days=1), time(9), zone)
    _, visits = book_series(
        client=make_client(there, "Maria"),
        therapist=ana,
        service=service,
        first_starts_at=first,
        rhythm=Rhythm(28, 13),
        by=ana,
    )
    walls = {clock.wall_of(Appointment.objects.get(pk=v.pk).starts_at, zone)[1] for v in visits}
    assert walls == {time(9)}
    assert len({v.starts_at.hour * 60 + v.starts_at.minute for v in visits}) == 2, (
        "the instant itself moves with the clocks"
    )


def test_a_date_on_which_the_wall_time_does_not_exist_is_a_conflict_with_the_next_valid_time(
    now, maria, owner, riverside, room, neuro_45
):
    nora = make_member(riverside, "Nora Night", "nora@riverside.example", "therapist")
    WorkingHours.objects.create(practice=riverside, therapist=nora, weekday=6, opens=time(1), closes=time(6))
    first = clock.instant_of(date(2027, 3, 7), time(2, 30), riverside.time_zone)  # clocks go forward a week later
    wish = {
        "client": maria,
        "therapist": nora,
        "service": neuro_45,
        "first_starts_at": first,
        "rhythm": Rhythm(7, 3),
        "by": owner,
    }
    found = try_series(**wish)
    assert [d.code for d in found] == ["", "no_such_time", ""]
    assert "does not exist" in found[1].conflict
    assert as_data(found[1], riverside.time_zone)["starts_at"] == "2027-03-14T03:00:00-04:00"
    assert as_data(found[1], riverside.time_zone)["alternative"] == "2027-03-14T03:00:00-04:00"
    with pytest.raises(SeriesConflict, match="1 of 3"):
        book_series(**wish)


def test_dates_beyond_the_horizon_are_conflicts(wish):
    found = try_series(**wish | {"rhythm": Rhythm(60, 8)})
    assert [d.code for d in found][-2:] == ["", "beyond_horizon"]
    assert found[-1].alternative is None


def test_no_reason_lifts_what_lies_more_than_five_years_ahead(wish, desk, ana):
    yearly = wish | {"rhythm": Rhythm(364, 104), "override_reason": "once a year"}
    for by in (desk, ana):
        with pytest.raises(SeriesConflict, match="More than 5 years ahead nobody books"):
            book_series(**yearly | {"by": by})
    assert not Appointment.objects.exists()
    assert len(book_series(**yearly | {"rhythm": Rhythm(364, 5), "by": desk})[1]) == 5
