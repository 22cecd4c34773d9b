"""Open slots against a minute-by-minute oracle, clock changes, buffers, rooms, and the ranking in words."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.clock import instant_at, minute_of
from practice.tests.sizes import size
from sessions.availability import (
    Hours,
    RoomBusy,
    Slot,
    Supply,
    intersect,
    merge,
    minutes_outside,
    open_slots,
    subtract,
    working_windows,
)
from sessions.weighing import Preferences, rank

BERLIN = "Europe/Berlin"
MONDAY = date(2026, 11, 2)
OFFICE = tuple(
    Hours(weekday, opens, closes)
    for weekday in range(5)
    for opens, closes in ((time(9), time(12)), (time(13), time(17)))
)


def berlin(day, hour, minute=0, month=11):
    """Give the epoch minute of a wall time in Berlin in 2026."""
    return minute_of(datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(BERLIN)))


EMPTY_ROOM = (RoomBusy("A", ()),)


def slots_of(supply, rooms=EMPTY_ROOM, **changes):
    """Ask for 45-minute slots without buffers in the first two weeks of November, unless told otherwise."""
    asked = {
        "minutes": 45,
        "buffer_before": 0,
        "buffer_after": 0,
        "not_before": berlin(1, 0),
        "not_after": berlin(15, 0),
    }
    return open_slots(supply=supply, rooms=rooms, **(asked | changes))


# Windows -------------------------------------------------------------------------------------------------------


def test_merging_sorts_joins_touching_windows_and_drops_empty_ones():
    assert merge([(30, 40), (0, 10), (10, 20), (15, 18), (50, 50), (60, 55)]) == [(0, 20), (30, 40)]
    assert merge([]) == []


def test_subtracting_leaves_the_pieces_between():
    assert subtract([(0, 100), (200, 300)], [(10, 20), (90, 210), (300, 400)]) == [(0, 10), (20, 90), (210, 300)]


def test_intersecting_keeps_what_both_share():
    assert intersect([(0, 10), (20, 40)], [(5, 25), (30, 35)]) == [(5, 10), (20, 25), (30, 35)]


windows = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda w: (w[0], w[0] + w[1])), max_size=8)


@settings(max_examples=size(120, 1_000), deadline=None)
@given(left=windows, right=windows)
def test_interval_arithmetic_agrees_with_sets_of_minutes(left, right):
    def minutes(found):
        return {minute for start, end in found for minute in range(start, end)}

    merged, others = merge(left), merge(right)
    for found, expected in (
        (merged, minutes(left)),
        (subtract(merged, others), minutes(left) - minutes(right)),
        (intersect(merged, others), minutes(left) & minutes(right)),
    ):
        assert minutes(found) == expected
        assert all(start < end for start, end in found)
        assert merge(found) == found, "sorted, disjoint, nothing touching"


# Hours ---------------------------------------------------------------------------------------------------------


def test_working_hours_repeat_weekly_on_the_wall_clock():
    found = working_windows(OFFICE, MONDAY, MONDAY + timedelta(days=6), BERLIN)
    assert found[:2] == [(berlin(2, 9), berlin(2, 12)), (berlin(2, 13), berlin(2, 17))]
    assert len(found) == 10


def test_working_hours_stay_on_the_wall_clock_when_clocks_change():
    friday, monday = working_windows(
        [Hours(4, time(9), time(17)), Hours(0, time(9), time(17))], date(2026, 3, 27), date(2026, 3, 30), BERLIN
    )
    assert instant_at(friday[0]) == datetime(2026, 3, 27, 8, tzinfo=UTC)
    assert instant_at(monday[0]) == datetime(2026, 3, 30, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("month", "day", "opens", "closes", "hours"),
    [
        (3, 29, time(1), time(5), 3),  # the gap lies inside
        (3, 29, time(2, 30), time(5), 2),  # opening falls into the gap: the gap's end
        (3, 29, time(1), time(2, 30), 1),  # closing falls into the gap
        (3, 29, time(2, 15), time(2, 45), 0),  # all of it is swallowed
        (10, 25, time(1), time(5), 5),  # the repeated hour lies inside
        (10, 25, time(0), time(0), 25),  # the whole long day
        (10, 25, time(2, 30), time(3, 30), 1.5),  # half of the repeated hour comes twice
    ],
)
def test_hours_lose_the_gap_and_gain_the_repeated_hour(month, day, opens, closes, hours):
    on = date(2026, month, day)
    found = working_windows([Hours(6, opens, closes)], on, on, BERLIN)
    assert sum(end - start for start, end in found) == hours * 60


def test_hours_hold_from_their_first_day_until_their_last():
    hours = [Hours(0, time(9), time(10), valid_from=date(2026, 11, 9), valid_until=date(2026, 11, 16))]
    found = working_windows(hours, MONDAY, date(2026, 12, 31), BERLIN)
    assert [start for start, _ in found] == [berlin(9, 9), berlin(16, 9)]


def test_overlapping_hours_become_one_window_and_midnight_joins_two_days():
    hours = [
        Hours(0, time(9), time(12)),
        Hours(0, time(11), time(14)),
        Hours(0, time(22), time(0)),
        Hours(1, time(0), time(2)),
    ]
    assert working_windows(hours, MONDAY, date(2026, 11, 3), BERLIN) == [
        (berlin(2, 9), berlin(2, 14)),
        (berlin(2, 22), berlin(3, 2)),
    ]


@pytest.mark.parametrize(("opens", "closes"), [(time(9), time(9)), (time(17), time(9))])
def test_hours_of_no_or_negative_length_are_refused_in_words(opens, closes):
    with pytest.raises(ValueError, match="must end after they begin"):
        Hours(0, opens, closes)


def test_a_weekday_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="0 \\(Monday\\) to 6"):
        Hours(7, time(9), time(17))


ZONES = (BERLIN, "America/Havana", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu", "UTC")
quarters = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


@st.composite
def weekly_hours(draw):
    opens, closes = draw(quarters), draw(quarters)
    opens, closes = min(opens, closes), max(opens, closes)
    return Hours(draw(st.integers(0, 6)), opens, closes if closes > opens else time(0))


@settings(max_examples=size(60, 500), deadline=None)
@given(
    hours=st.lists(weekly_hours(), min_size=1, max_size=6),
    zone=st.sampled_from(ZONES),
    first=st.sampled_from(
        [date(2026, 3, 27), date(2026, 4, 2), date(2026, 4, 23), date(2026, 9, 4), date(2026, 10, 23)]
    ),
)
def test_working_windows_are_the_minutes_at_which_the_wall_clock_stands_inside_the_hours(hours, zone, first):
    last = first + timedelta(days=3)
    info = ZoneInfo(zone)
    open_quarters = set()
    start = minute_of(datetime.combine(first, time(), UTC)) - 1440
    for quarter in range(start, start + 6 * 1440, 15):
        wall = instant_at(quarter).astimezone(info)
        if first <= wall.date() <= last and any(
            row.weekday == wall.weekday()
            and row.opens <= wall.time()
            and (wall.time() < row.closes or row.closes == time(0))
            for row in hours
        ):
            open_quarters.add(quarter)
    found = working_windows(hours, first, last, zone)
    assert {minute for begin, end in found for minute in range(begin, end, 15)} == open_quarters
    assert all(begin % 15 == end % 15 == 0 for begin, end in found)


# Open slots ----------------------------------------------------------------------------------------------------


def test_an_empty_hour_offers_every_start_of_the_grid_that_fits():
    found = slots_of([Supply("ana", [(berlin(2, 9), berlin(2, 10, 15))], [])])
    assert found == [Slot(berlin(2, 9, start), berlin(2, 9, start) + 45, "ana", "A") for start in (0, 15, 30)]


def test_a_start_lies_on_the_clock_grid_even_where_a_window_does_not():
    found = slots_of([Supply("ana", [(berlin(2, 9, 5), berlin(2, 10, 20))], [])])
    assert [slot.starts for slot in found] == [berlin(2, 9, 15), berlin(2, 9, 30)]


def test_a_grid_of_an_hour_can_be_laid_on_the_wall_clock_of_a_zone_with_a_half_hour():
    day = minute_of(datetime(2026, 11, 2, 9, tzinfo=ZoneInfo("Asia/Kolkata")))
    supply = [Supply("ana", [(day, day + 180)], [])]
    assert [slot.starts - day for slot in slots_of(supply, grid=60, grid_origin=30)] == [0, 60, 120]
    assert [slot.starts - day for slot in slots_of(supply, grid=60)] == [30, 90]


def test_buffers_lie_inside_the_working_window_and_off_what_is_occupied():
    window, busy = [(berlin(2, 9), berlin(2, 12))], [(berlin(2, 10), berlin(2, 10, 30))]
    found = slots_of([Supply("ana", window, busy)], minutes=30, buffer_before=15, buffer_after=15)
    assert [slot.starts for slot in found] == [berlin(2, 9, 15), berlin(2, 10, 45), berlin(2, 11), berlin(2, 11, 15)]


def test_the_client_is_taken_for_the_minutes_alone():
    window = [(berlin(2, 9), berlin(2, 12))]
    found = slots_of(
        [Supply("ana", window, [])],
        minutes=60,
        buffer_before=30,
        buffer_after=30,
        client_busy=[(berlin(2, 10, 30), berlin(2, 12))],
    )
    assert [slot.starts for slot in found] == [berlin(2, 9, 30)]


def test_a_visit_touches_its_neighbours_without_overlapping_them():
    window = [(berlin(2, 9), berlin(2, 12))]
    busy = [(berlin(2, 9), berlin(2, 9, 45)), (berlin(2, 10, 30), berlin(2, 12))]
    assert [slot.starts for slot in slots_of([Supply("ana", window, busy)])] == [berlin(2, 9, 45)]


def test_each_start_and_therapist_comes_once_with_the_first_free_room_in_the_order_given():
    window = [(berlin(2, 9), berlin(2, 10, 30))]
    rooms = [
        RoomBusy("quiet", [(berlin(2, 9), berlin(2, 9, 30))]),
        RoomBusy("garden", [(berlin(2, 9, 45), berlin(2, 11))]),
    ]
    found = slots_of([Supply("ben", window, []), Supply("ana", window, [])], rooms)
    assert [(slot.starts - berlin(2, 9), slot.therapist, slot.room) for slot in found] == [
        (0, "ana", "garden"),
        (0, "ben", "garden"),
        (30, "ana", "quiet"),
        (30, "ben", "quiet"),
        (45, "ana", "quiet"),
        (45, "ben", "quiet"),
    ]


def test_without_a_room_there_is_no_slot():
    assert slots_of([Supply("ana", [(berlin(2, 9), berlin(2, 12))], [])], rooms=[]) == []


def test_nothing_of_a_visit_lies_before_the_notice_or_after_the_horizon():
    found = slots_of(
        [Supply("ana", [(berlin(2, 9), berlin(2, 12))], [])],
        not_before=berlin(2, 9, 20),
        not_after=berlin(2, 10, 35),
        buffer_before=15,
        buffer_after=15,
    )
    assert [slot.starts for slot in found] == [berlin(2, 9, 30), berlin(2, 9, 45)]


def test_a_slot_across_the_repeated_hour_lasts_its_minutes_and_not_an_hour_more():
    windows = working_windows([Hours(6, time(1), time(4))], date(2026, 10, 25), date(2026, 10, 25), BERLIN)
    found = slots_of([Supply("ana", windows, [])], minutes=240, not_before=berlin(25, 0, month=10))
    assert [instant_at(slot.starts) for slot in found] == [datetime(2026, 10, 24, 23, tzinfo=UTC)]


def test_windows_that_touch_are_one_working_window():
    halves = [(berlin(2, 9), berlin(2, 9, 30)), (berlin(2, 9, 30), berlin(2, 10))]
    assert [slot.starts for slot in slots_of([Supply("ana", halves, [])])] == [berlin(2, 9), berlin(2, 9, 15)]


@pytest.mark.parametrize(
    "wrong", [{"minutes": 0}, {"minutes": -45}, {"grid": 0}, {"buffer_before": -1}, {"buffer_after": -1}]
)
def test_lengths_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match="at least a minute"):
        slots_of([], **wrong)


def test_a_horizon_that_ends_before_it_begins_has_no_slots():
    assert slots_of([Supply("ana", [(0, 10**9)], [])], not_before=1000, not_after=900) == []


def stretches(longest):
    """Draw unsorted, possibly overlapping windows within six hours."""
    return st.lists(
        st.tuples(st.integers(0, 340), st.integers(1, longest)).map(lambda w: (w[0], w[0] + w[1])), max_size=6
    )


@st.composite
def questions(draw):
    """Draw a small diary and a question about it."""
    shift = draw(st.sampled_from([0, -187, 29_700_000]))

    def moved(found):
        return [(start + shift, end + shift) for start, end in found]

    therapists = [
        Supply(name, merge(moved(draw(stretches(200)))), moved(draw(stretches(60))))
        for name in draw(st.sampled_from([("ana",), ("ben", "ana"), ("ana", "ben", "cleo")]))
    ]
    rooms = [
        RoomBusy(name, moved(draw(stretches(90))))
        for name in draw(st.sampled_from([("A",), ("B", "A"), ("A", "B", "C")]))
    ]
    return {
        "supply": therapists,
        "rooms": rooms,
        "minutes": draw(st.sampled_from([5, 15, 30, 45])),
        "buffer_before": draw(st.sampled_from([0, 0, 5, 15])),
        "buffer_after": draw(st.sampled_from([0, 0, 5, 20])),
        "grid": draw(st.sampled_from([1, 5, 15, 15, 20])),
        "not_before": shift + draw(st.integers(-30, 100)),
        "not_after": shift + draw(st.integers(150, 420)),
        "client_busy": moved(draw(stretches(60))),
        "grid_origin": draw(st.sampled_from([0, 5])),
    }


def slots_minute_by_minute(
    *, supply, rooms, minutes, buffer_before, buffer_after, grid, not_before, not_after, client_busy, grid_origin
):
    """Find the open slots by looking at every minute of every candidate."""

    def taken(found):
        return {minute for start, end in found for minute in range(start, end)}

    working = {row.therapist: taken(row.windows) - taken(row.busy) for row in supply}
    in_rooms = [(room.room, taken(room.busy)) for room in rooms]
    client = taken(client_busy)
    found = []
    for start in range(not_before, not_after - minutes + 1):
        if (start - grid_origin) % grid or client & set(range(start, start + minutes)):
            continue
        needed = set(range(start - buffer_before, start + minutes + buffer_after))
        free = [name for name, busy in in_rooms if not busy & needed]
        found += [
            Slot(start, start + minutes, therapist, free[0])
            for therapist in sorted(working)
            if free and needed <= working[therapist]
        ]
    return found


@settings(max_examples=size(80, 500), deadline=None)
@given(question=questions())
def test_open_slots_are_exactly_those_found_minute_by_minute(question):
    assert open_slots(**question) == slots_minute_by_minute(**question)


# Ranking -------------------------------------------------------------------------------------------------------


def slot(day, hour, minute=0, therapist="ana"):
    return Slot(berlin(day, hour, minute), berlin(day, hour, minute) + 45, therapist, "A")


def test_without_a_wish_the_earliest_slot_is_best():
    ranked = rank([slot(3, 9), slot(2, 11), slot(2, 9)], Preferences(), zone=BERLIN)
    assert [(row.slot, row.rank, row.why) for row in ranked] == [
        (slot(2, 9), 1, ()),
        (slot(2, 11), 2, ()),
        (slot(3, 9), 3, ()),
    ]


def test_the_best_slot_says_why_in_plain_words():
    wishes = Preferences(weekdays=frozenset({0}), windows=((time(10), time(12)),))
    best, *_ = rank(
        [slot(2, 9), slot(9, 10), slot(10, 10), slot(9, 10, therapist="ben")],
        wishes,
        zone=BERLIN,
        last_visit=berlin(2, 10),
        rhythm_days=7,
        last_therapist="ana",
    )
    assert best.slot == slot(9, 10)
    assert best.rank == 1
    assert best.why == (
        "a preferred day",
        "7 days after their last visit, as usual",
        "inside the preferred window 10:00-12:00",
        "same therapist as last time",
    )


def test_a_slot_off_the_rhythm_and_outside_the_window_says_so():
    wishes = Preferences(weekdays=frozenset({0}), windows=((time(10), time(12)), (time(15), time(16))))
    (only,) = rank([slot(4, 11, 30)], wishes, zone=BERLIN, last_visit=berlin(2, 10), rhythm_days=7)
    assert only.why == (
        "not a preferred day",
        "2 days after their last visit",
        "they usually come weekly",
        "15 minutes outside the preferred window 10:00-12:00",
    )


def test_a_day_with_a_visit_ranks_last_and_coming_visits_count_for_the_rhythm():
    ranked = rank(
        [slot(9, 11), slot(4, 11), slot(23, 11), slot(11, 11)],
        Preferences(),
        zone=BERLIN,
        last_visit=berlin(2, 10),
        coming=[berlin(9, 10), berlin(16, 10)],
        rhythm_days=7,
    )
    assert [row.slot for row in ranked] == [slot(23, 11), slot(4, 11), slot(11, 11), slot(9, 11)]
    assert [row.why[0] for row in ranked] == [
        "7 days after the visit on Mon 16 Nov, as usual",
        "between their last visit and the one on Mon 9 Nov",
        "between the visit on Mon 9 Nov and the one on Mon 16 Nov",
        "already has a visit that day",
    ]
    assert ranked[1].why[1] == "they usually come weekly"


def test_the_last_visit_is_counted_in_days_of_the_wall_clock_across_a_clock_change():
    last = minute_of(datetime(2026, 10, 24, 0, 30, tzinfo=ZoneInfo(BERLIN)))
    (only,) = rank([slot(1, 0, 15)], Preferences(), zone=BERLIN, last_visit=last, rhythm_days=8)
    assert only.why == ("8 days after their last visit, as usual",)


def test_a_time_to_avoid_comes_last_with_its_reason():
    wishes = Preferences(avoid=((time(8), time(9, 30), "before the morning dose works"),))
    ranked = rank([slot(2, 9), slot(2, 9, 30)], wishes, zone=BERLIN)
    assert [row.slot for row in ranked] == [slot(2, 9, 30), slot(2, 9)]
    assert ranked[1].why == ("in a time to avoid, 08:00-09:30: before the morning dose works",)


def test_preferred_therapists_come_in_their_order_before_all_others():
    wishes = Preferences(therapists=("cleo", "ben"))
    ranked = rank([slot(2, 9, therapist=name) for name in ("ana", "ben", "cleo")], wishes, zone=BERLIN)
    assert [(row.slot.therapist, row.why) for row in ranked] == [
        ("cleo", ("a preferred therapist",)),
        ("ben", ("a preferred therapist",)),
        ("ana", ("not a preferred therapist",)),
    ]


def test_no_slots_rank_to_nothing():
    assert rank([], Preferences(), zone=BERLIN) == []


@pytest.mark.parametrize(
    ("start", "minutes", "outside"),
    [(600, 45, 0), (585, 45, 15), (675, 45, 0), (690, 45, 15), (600, 180, 0), (615, 180, 15), (540, 45, 60)],
)
def test_a_visit_is_outside_by_what_sticks_out_of_the_window(start, minutes, outside):
    assert minutes_outside(start, minutes, opens=600, closes=720) == outside
