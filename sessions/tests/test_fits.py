"""The law of the waitlist: nobody is offered what lies outside their wish, and whose turn it is never depends on luck."""

from dataclasses import replace
from datetime import date, time, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from practice import clock
from practice.clock import instant_at, minute_of
from practice.tests.sizes import size
from sessions.availability import Slot
from sessions.fits import Gap, Wanted, who_fits

ZONE = "Europe/Berlin"
FIRST = date(2026, 10, 22)  # the week in which the clocks go back
WHO = st.sampled_from(["ana", "ben"])
CLOCK = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


@st.composite
def slots(draw):
    on, at = FIRST + timedelta(days=draw(st.integers(0, 6))), draw(CLOCK)
    starts = minute_of(clock.instant_of(on, at, ZONE, fold=0))
    return Slot(starts, starts + draw(st.sampled_from([30, 45, 60, 90])), draw(WHO), "room")


@st.composite
def people(draw):
    first = FIRST + timedelta(days=draw(st.integers(-2, 6)))
    windows = [tuple(sorted(pair)) for pair in draw(st.lists(st.tuples(CLOCK, CLOCK), max_size=2))]
    return [Wanted(
        entry=f"{n:02d}", since=draw(st.integers(0, 3)), first=first, last=first + timedelta(days=draw(st.integers(0, 8))),
        therapist=draw(st.none() | WHO), weekdays=draw(st.frozensets(st.integers(0, 6), max_size=4)),
        windows=tuple(windows), usual=draw(st.none() | WHO), starts=tuple(draw(st.lists(slots(), max_size=6))))
        for n in range(draw(st.integers(0, 6)))]


@given(people(), slots(), st.randoms(use_true_random=False))
@settings(max_examples=size(150, 5000), deadline=None)
def test_a_fit_lies_within_the_wish_and_the_freed_time_and_the_order_is_one(waiting, gone, luck: Random):
    freed = Gap(gone.therapist, gone.starts, gone.ends + 15, ZONE)
    found = who_fits(freed, waiting)
    by_entry = {wanted.entry: wanted for wanted in waiting}
    for fit in found:
        wanted, slot = by_entry[fit.entry], fit.slot
        begins, ends = (instant_at(minute).astimezone(clock.zone_of(ZONE)) for minute in (slot.starts, slot.ends))
        assert slot in wanted.starts, "only what is open for them"
        assert slot.therapist == freed.therapist and wanted.therapist in (None, slot.therapist)
        assert max(slot.starts, freed.starts) < min(slot.ends, freed.ends)
        assert wanted.first <= begins.date() <= wanted.last
        assert not wanted.weekdays or begins.weekday() in wanted.weekdays
        assert not wanted.windows or any(
            opens <= begins.time() and ends.time() <= closes and begins.date() == ends.date()
            for opens, closes in wanted.windows)
    turns = [(-len(fit.named), by_entry[fit.entry].since, not fit.is_usual_therapist, fit.entry) for fit in found]
    assert turns == sorted(set(turns)), "a total order, nobody twice"
    shuffled = list(waiting)
    luck.shuffle(shuffled)
    assert who_fits(freed, shuffled) == found
    assert who_fits(freed, [w for w in waiting if w.entry in {f.entry for f in found}]) == found, "nobody left out counts"


def test_the_narrower_wish_comes_first_then_the_longer_wait_then_the_therapist_they_know():
    slot = Slot(minute_of(clock.instant_of(FIRST, time(10), ZONE)), minute_of(clock.instant_of(FIRST, time(11), ZONE)),
                "ana", "room")
    one = Wanted("", 0, FIRST, FIRST, starts=(slot,))

    def wanted(entry, since, **more):
        return replace(one, entry=entry, since=since, **more)

    waiting = [wanted("any day, new", 9), wanted("any day, new, knows Ana", 9, usual="ana"), wanted("any day, long", 1),
               wanted("that weekday", 9, weekdays=frozenset({FIRST.weekday()})), wanted("another", 0, therapist="ben")]
    assert [fit.entry for fit in who_fits(Gap("ana", slot.starts, slot.ends, ZONE), waiting)] == [
        "that weekday", "any day, long", "any day, new, knows Ana", "any day, new"]
