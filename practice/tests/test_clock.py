"""Wall time: gaps, repeated hours, zones that changed their law, and the words for a time."""

import copy
import pickle
import subprocess
import sys
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice import clock
from practice.tests.sizes import size

# Twelve zones whose clocks change twice in 2027: by an hour or half of one, at midnight, north and south.
CHANGING = (
    "Europe/Berlin",
    "Europe/Lisbon",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "Atlantic/Azores",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Beirut",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
)
EVERYWHERE = (*CHANGING, "UTC", "Asia/Kathmandu", "Africa/Casablanca", "America/Vancouver", "Pacific/Chatham")


def changes_of(zone, year):
    """Find the instants at which a zone's offset changes, by asking for every quarter of an hour."""
    info = zoneinfo.ZoneInfo(zone)
    instant, found = datetime(year, 1, 1, tzinfo=UTC), []
    before = instant.astimezone(info).utcoffset()
    while instant.year == year:
        now = instant.astimezone(info).utcoffset()
        if now != before:
            found.append((instant, before, now))
        before, instant = now, instant + timedelta(minutes=15)
    return found


def test_the_pinned_tzdata_is_the_only_source_of_zones():
    assert zoneinfo.TZPATH == ()


def test_importing_the_clock_forgets_zones_read_from_stale_system_files():
    program = """
import importlib.util, zoneinfo
early = zoneinfo.ZoneInfo("Europe/Berlin")
spec = importlib.util.spec_from_file_location("clock", "practice/clock.py")
clock = importlib.util.module_from_spec(spec)
spec.loader.exec_module(clock)
assert clock.zone_of("Europe/Berlin") is not early
"""
    root = Path(clock.__file__).parents[1]
    subprocess.run([sys.executable, "-c", program], cwd=root, check=True)


@pytest.mark.parametrize("zone", CHANGING)
def test_a_zone_changes_twice_and_each_gap_and_each_repeated_hour_is_noticed(zone):
    changes = changes_of(zone, 2027)
    assert len(changes) == 2
    for instant, before, after in changes:
        middle = (instant + (before + after) / 2).replace(tzinfo=None)
        if after > before:
            with pytest.raises(clock.WallTimeMissing) as missing:
                clock.instant_of(middle.date(), middle.time(), zone)
            earlier, later = missing.value.nearest
            assert earlier == (instant + before).replace(tzinfo=None) - timedelta(minutes=15)
            assert later == (instant + after).replace(tzinfo=None)
            for near in (earlier, later):
                assert clock.wall_of(clock.instant_of(near.date(), near.time(), zone), zone)[1] == near.time()
        else:
            with pytest.raises(clock.WallTimeAmbiguous) as ambiguous:
                clock.instant_of(middle.date(), middle.time(), zone)
            first, second = ambiguous.value.choices
            assert first.astimezone(UTC) < instant <= second.astimezone(UTC)
            assert first.astimezone(UTC) == clock.instant_of(middle.date(), middle.time(), zone, fold=0)
            assert second.astimezone(UTC) == clock.instant_of(middle.date(), middle.time(), zone, fold=1)


@pytest.mark.parametrize("zone", CHANGING)
def test_a_weekly_nine_o_clock_stays_at_nine_through_both_changes(zone):
    monday = date(2027, 1, 4)
    offsets = set()
    for week in range(52):
        on = monday + timedelta(weeks=week)
        instant = clock.instant_of(on, time(9), zone)
        assert clock.wall_of(instant, zone) == (on, time(9), 0)
        offsets.add(instant.hour * 60 + instant.minute)
    assert len(offsets) == 2, "the instant moved with the clocks, the wall time did not"


def test_british_columbia_keeps_one_time_so_half_past_two_exists_in_march_2027():
    instant = clock.instant_of(date(2027, 3, 14), time(2, 30), "America/Vancouver")
    assert instant == datetime(2027, 3, 14, 9, 30, tzinfo=UTC)
    with pytest.raises(clock.WallTimeMissing):
        clock.instant_of(date(2027, 3, 14), time(2, 30), "America/Los_Angeles")


def test_a_time_in_a_gap_is_refused_in_plain_words():
    with pytest.raises(clock.WallTimeMissing) as refused:
        clock.instant_of(date(2026, 3, 29), time(2, 30), "Europe/Berlin")
    assert str(refused.value) == (
        "02:30 on Sun 29 Mar 2026 does not exist in Europe/Berlin: clocks go forward. Nearest times: 01:45 and 03:00."
    )
    assert refused.value.nearest == (datetime(2026, 3, 29, 1, 45), datetime(2026, 3, 29, 3, 0))
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize(
    ("at", "exists"), [(time(1, 59), True), (time(2), False), (time(2, 59), False), (time(3), True)]
)
def test_a_gap_holds_its_first_minute_and_not_the_minute_after_its_last(at, exists):
    if exists:
        assert clock.wall_of(clock.instant_of(date(2026, 3, 29), at, "Europe/Berlin"), "Europe/Berlin")[1] == at
    else:
        with pytest.raises(clock.WallTimeMissing):
            clock.instant_of(date(2026, 3, 29), at, "Europe/Berlin")


def test_a_gap_at_midnight_names_the_day_of_each_nearest_time():
    with pytest.raises(clock.WallTimeMissing) as refused:
        clock.instant_of(date(2026, 4, 24), time(0, 10), "Africa/Cairo")
    assert str(refused.value).endswith("Nearest times: Thu 23 Apr, 23:45 and 01:00.")


def test_a_whole_missing_day_is_a_gap_too():
    with pytest.raises(clock.WallTimeMissing) as refused:
        clock.instant_of(date(2011, 12, 30), time(9), "Pacific/Apia")
    assert refused.value.nearest == (datetime(2011, 12, 29, 23, 45), datetime(2011, 12, 31, 0, 0))


def test_the_nearest_times_lie_on_the_grid_of_the_diary():
    with pytest.raises(clock.WallTimeMissing) as refused:
        clock.instant_of(date(2026, 10, 4), time(2, 10), "Australia/Lord_Howe", grid=20)
    assert refused.value.nearest == (datetime(2026, 10, 4, 1, 40), datetime(2026, 10, 4, 2, 40))


def test_a_repeated_time_asks_which_one_in_plain_words():
    with pytest.raises(clock.WallTimeAmbiguous) as refused:
        clock.instant_of(date(2026, 10, 25), time(2, 30), "Europe/Berlin")
    assert str(refused.value) == (
        "02:30 on Sun 25 Oct 2026 comes twice in Europe/Berlin: clocks go back. "
        "Say which one: the first (UTC+02:00) or the second (UTC+01:00)."
    )
    assert [choice.utcoffset() for choice in refused.value.choices] == [
        timedelta(hours=2),
        timedelta(hours=1),
    ]


def test_which_one_is_ignored_where_nothing_repeats():
    plain = clock.instant_of(date(2026, 7, 1), time(9), "Europe/Berlin")
    assert clock.instant_of(date(2026, 7, 1), time(9), "Europe/Berlin", fold=1) == plain


def test_the_refusals_survive_copying_and_pickling():
    for fold_free in ((date(2026, 3, 29), time(2, 30)), (date(2026, 10, 25), time(2, 30))):
        with pytest.raises(ValueError, match="clocks go") as refused:
            clock.instant_of(*fold_free, "Europe/Berlin")
        assert str(copy.copy(refused.value)) == str(refused.value)
        assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)


@pytest.mark.parametrize(
    "name", ["", "Mars/Phobos", "europe/berlin", "../../etc/passwd", "Europe", "Factory", "posixrules"]
)
def test_a_name_that_is_no_zone_is_refused(name):
    assert not clock.is_zone(name)
    with pytest.raises(clock.UnknownZone, match="is not a time zone"):
        clock.instant_of(date(2026, 7, 1), time(9), name)


def test_the_zones_are_many_and_every_one_of_them_loads():
    assert len(clock.zone_names()) > 590
    assert all(clock.zone_of(name).key == name for name in clock.zone_names())


def test_every_current_offset_is_a_multiple_of_a_quarter_of_an_hour():
    for name in clock.zone_names():
        for month in (1, 7):
            offset = datetime(2026, month, 1, tzinfo=UTC).astimezone(clock.zone_of(name)).utcoffset()
            assert offset % timedelta(minutes=15) == timedelta(0), name


def test_a_day_begins_at_midnight_or_where_the_gap_at_midnight_ends():
    assert clock.day_begins(date(2026, 4, 23), "Africa/Cairo") == datetime(2026, 4, 22, 22, tzinfo=UTC)
    assert clock.wall_of(clock.day_begins(date(2026, 4, 24), "Africa/Cairo"), "Africa/Cairo")[1] == time(1)
    assert clock.wall_of(clock.day_begins(date(2026, 11, 2), "Europe/Berlin"), "Europe/Berlin")[1] == time(0)


def test_an_instant_is_written_with_the_offset_of_the_zone():
    instant = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert clock.iso(instant, "Europe/Berlin") == "2026-11-24T10:30:00+01:00"


def test_a_naive_instant_and_an_aware_wall_time_are_refused():
    with pytest.raises(ValueError, match="needs a time zone"):
        clock.wall_of(datetime(2026, 7, 1, 9), "Europe/Berlin")
    with pytest.raises(ValueError, match="no time zone of its own"):
        clock.instant_of(date(2026, 7, 1), time(9, tzinfo=UTC), "Europe/Berlin")


minutes_since_1975 = st.integers(min_value=2_629_440, max_value=68_000_000)  # 1975 to 2099


@settings(max_examples=size(150, 2_000), deadline=None)
@given(minute=minutes_since_1975, zone=st.sampled_from(EVERYWHERE))
def test_every_instant_survives_the_way_to_the_wall_and_back(minute, zone):
    instant = clock.instant_at(minute)
    on, at, fold = clock.wall_of(instant, zone)
    assert clock.instant_of(on, at, zone, fold) == instant
    assert clock.minute_of(instant) == minute


@settings(max_examples=size(150, 2_000), deadline=None)
@given(
    on=st.dates(min_value=date(1975, 1, 1), max_value=date(2099, 12, 31)),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(EVERYWHERE),
)
def test_every_wall_time_round_trips_or_is_refused_for_a_reason(on, at, zone):
    try:
        found = [clock.wall_of(clock.instant_of(on, at, zone), zone)[:2]]
    except clock.WallTimeMissing as refused:
        before, after = refused.nearest
        assert all(clock.instant_of(near.date(), near.time(), zone, fold=0) for near in (before, after))
        found = [(on, at)] if before < datetime.combine(on, at) < after else []
    except clock.WallTimeAmbiguous as refused:
        found = [(choice.date(), choice.time()) for choice in refused.choices]
    assert set(found) == {(on, at)}


@settings(max_examples=size(50, 500), deadline=None)
@given(
    first=minutes_since_1975,
    length=st.integers(min_value=0, max_value=700 * 1440),
    zone=st.sampled_from(EVERYWHERE),
)
def test_spans_of_one_offset_tile_the_time_and_agree_with_the_zone(first, length, zone):
    spans = clock.offset_spans(zone, first, first + length)
    assert sum(end - start for start, end, _ in spans) == length
    assert all(left[1] == right[0] for left, right in pairwise(spans))
    info = zoneinfo.ZoneInfo(zone)
    for start, end, offset in spans:
        for minute in (start, (start + end) // 2, end - 1):
            assert clock.instant_at(minute).astimezone(info).utcoffset() == timedelta(minutes=offset)


def test_spans_that_begin_or_end_with_a_change_of_the_clocks_are_not_empty():
    change = clock.minute_of(datetime(2026, 3, 29, 1, tzinfo=UTC))
    assert clock.offset_spans("Europe/Berlin", change, change + 60) == [(change, change + 60, 120)]
    assert clock.offset_spans("Europe/Berlin", change - 60, change) == [(change - 60, change, 60)]


def test_one_formatter_says_a_time_in_the_same_words_everywhere():
    instant = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    today = date(2026, 11, 23)
    assert clock.said(instant, "Europe/Berlin", today=today) == "Tue 24 Nov, 10:30"
    assert clock.said(instant, "America/New_York", today=today) == "Tue 24 Nov, 04:30"
    assert clock.said_date(date(2026, 3, 1)) == "Sun 1 Mar"
    assert clock.said_time(time(9, 5)) == "09:05"


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 11, 1), "Tue 24 Nov, 10:30"),
        (date(2026, 1, 28), "Tue 24 Nov, 10:30"),
        (date(2026, 1, 27), "Tue 24 Nov 2026, 10:30"),
        (date(2027, 1, 5), "Tue 24 Nov 2026, 10:30"),
        (date(2027, 9, 21), "Tue 24 Nov 2026, 10:30"),
    ],
)
def test_the_year_is_said_only_where_the_day_is_far_from_today(today, words):
    assert clock.said(datetime(2026, 11, 24, 9, 30, tzinfo=UTC), "Europe/Berlin", today=today) == words


def test_a_repeated_hour_is_said_with_its_offset_so_that_nobody_comes_an_hour_late():
    for hour, words in ((0, "02:30 (UTC+02:00)"), (1, "02:30 (UTC+01:00)"), (2, "03:30")):
        instant = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
        assert clock.said(instant, "Europe/Berlin", today=date(2026, 11, 23)) == f"Sun 25 Oct, {words}"


def test_a_day_of_another_year_is_said_with_its_year_wherever_it_is_said(now):
    january = datetime(2027, 1, 18, 15, 30, tzinfo=UTC)
    assert clock.said(january, "America/New_York") == "Mon 18 Jan 2027, 10:30"
    assert clock.said(now, "America/New_York") == "Mon 23 Nov, 08:00"
    midnight = clock.day_begins(date(2026, 12, 31), "America/New_York")
    assert clock.said_span(midnight, midnight + timedelta(days=2), "America/New_York") == "Thu 31 Dec to Fri 1 Jan 2027"
