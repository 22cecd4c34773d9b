"""The rhythm of a series: dates alone, without a diary."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.rhythm import MOST_VISITS, Rhythm

TUESDAY = date(2026, 11, 24)


def days(rhythm: Rhythm, first: date = TUESDAY) -> list[str]:
    return [f"{on:%a %d %b}" for on in rhythm.dates(first)]


@pytest.mark.parametrize("rhythm, dates", [
    (Rhythm(10, 3), ["Tue 24 Nov", "Fri 04 Dec", "Mon 14 Dec"]),
    (Rhythm(7, 4, weekdays=(1, 4)), ["Tue 24 Nov", "Fri 27 Nov", "Tue 01 Dec", "Fri 04 Dec"]),
    (Rhythm(14, 4, weekdays=(1, 4)), ["Tue 24 Nov", "Fri 27 Nov", "Tue 08 Dec", "Fri 11 Dec"]),
    (Rhythm(7, 3, weekdays=(0, 1)), ["Tue 24 Nov", "Mon 30 Nov", "Tue 01 Dec"]),
    (Rhythm(7, until=date(2026, 12, 8)), ["Tue 24 Nov", "Tue 01 Dec", "Tue 08 Dec"]),
    (Rhythm(7, 2, until=date(2026, 12, 8)), ["Tue 24 Nov", "Tue 01 Dec"]),
    (Rhythm(7, until=TUESDAY), ["Tue 24 Nov"]),
])
def test_a_rhythm_names_its_dates_by_days_or_by_weekdays_to_a_number_or_a_day(rhythm, dates):
    assert days(rhythm) == dates


@pytest.mark.parametrize("rhythm, said, interval", [
    (Rhythm(7, 5), "every week", 7), (Rhythm(21, 5), "every 3 weeks", 21), (Rhythm(10, 5), "every 10 days", 10),
    (Rhythm(7, 5, weekdays=(3, 0)), "every week on Monday and Thursday", 4),
    (Rhythm(1, 5), "every day", 1),
])
def test_a_rhythm_is_said_in_words_and_as_the_days_between_two_visits(rhythm, said, interval):
    assert (rhythm.said, rhythm.interval_days) == (said, interval)


@given(st.integers(0, 6).flatmap(lambda day: st.tuples(st.just(day), st.sets(st.integers(0, 6)).map(lambda s: s | {day}))),
       st.integers(1, 8), st.integers(1, MOST_VISITS))
def test_every_date_falls_on_a_chosen_day_of_a_chosen_week_in_order_and_none_is_left_out(chosen, weeks, count):
    day, weekdays = chosen
    first = TUESDAY + timedelta(days=(day - TUESDAY.weekday()) % 7)
    found = Rhythm(7 * weeks, count, weekdays=tuple(weekdays)).dates(first)
    monday = first - timedelta(days=first.weekday())
    every = (monday + timedelta(days=7 * weeks * n + day) for n in range(count + 1) for day in sorted(weekdays))
    assert found == [on for on in every if on >= first][:count]
