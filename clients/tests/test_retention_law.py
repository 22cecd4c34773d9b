"""Until when what is written is kept, for any days: nobody's years end early, and none of a child's before they grew up."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.keeping.retention import OF_AGE, kept, years_after
from practice.models import LEAST_YEARS
from practice.tests.sizes import size

DAYS = st.dates(date(1920, 1, 1), date(2090, 12, 31))
YEARS = st.integers(LEAST_YEARS, 100)
BORN = st.none() | DAYS
many = settings(max_examples=size(60, 1_000), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(DAYS, DAYS, BORN, YEARS)
def test_it_is_kept_whole_years_from_the_last_contact_and_of_a_child_from_the_eighteenth_birthday(a, b, born, years):
    first, last = sorted((a, b))
    found = kept(first=first, last=last, born=born, years=years)
    assert found.until >= years_after(last, years) >= last + timedelta(days=365 * years)
    if born and years_after(born, OF_AGE) > last:
        assert found.until == years_after(years_after(born, OF_AGE), years) and found.counts_from_birthday
    else:
        assert found.until == years_after(last, years) and not found.counts_from_birthday


@many
@given(DAYS, BORN, YEARS, st.integers(0, 40_000))
def test_it_is_over_the_day_after_and_never_before(last, born, years, later):
    found = kept(first=last, last=last, born=born, years=years)
    assert not found.is_over(found.until) and found.is_over(found.until + timedelta(days=1))
    today = min(last + timedelta(days=later), date(2200, 1, 1))
    assert not found.is_over(today) or today > years_after(last, years)


@many
@given(st.lists(DAYS, min_size=1, max_size=6), DAYS, BORN, YEARS, st.integers(0, 50))
def test_a_further_contact_or_more_years_never_end_it_sooner(days, further, born, years, more):
    before = kept(first=min(days), last=max(days), born=born, years=years)
    after = kept(first=min(*days, further), last=max(*days, further), born=born, years=years + more)
    assert after.until >= before.until
