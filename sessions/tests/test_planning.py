"""The return plan: every policy by hand, and the optimum against two independent searches."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise, product

import pytest

from practice.clock import day_begins, instant_at, minute_of, zone_of
from practice.tests.sizes import size
from sessions import planning
from sessions.availability import RoomBusy, Supply, merge, open_starts
from sessions.plan_openings import Candidate, Openings, Piece
from sessions.plan_optimum import NEVER, Line, cheapest_days, kept_terms, places_of
from sessions.planning import ChosenTimesClash, HeldVisit, KeptVisit, Terms, Weights

PROOF_SIZE, STRETCHES = size(250, 5_000), size(100, 1_000)
MONDAY = date(2026, 11, 2)
TEN = time(10)


def day(number):
    """Give the date so many days after Monday 2 November 2026."""
    return MONDAY + timedelta(days=number)


def candidate(number, at=TEN, therapist="ana", room="A"):
    on = day(number)
    return Candidate(on, at, therapist, room, minute_of(datetime.combine(on, at, UTC)))


def one_by_one(slots):
    """Give open times listed one by one in the shape the plan reads."""
    rows = sorted(slots, key=lambda slot: (slot.starts, slot.room))
    free, days = {}, {}
    for place, slot in enumerate(rows):
        free.setdefault(slot.therapist, []).append((place, place + 1))
        minute = slot.at.hour * 60 + slot.at.minute
        days.setdefault(slot.on.toordinal(), []).append(Piece(place, place + 1, minute))
    return Openings([slot.starts for slot in rows], [slot.room for slot in rows], free, days, step=1)


def propose(held, kept, slots, asked, chosen=None):
    """Plan with open times listed one by one, for all visits alike or by the minutes they need."""
    by_minutes = slots if isinstance(slots, dict) else {visit.minutes: slots for visit in held}
    openings = {minutes: one_by_one(rows) for minutes, rows in by_minutes.items()}
    return planning.propose(held, kept, {visit.id: openings[visit.minutes] for visit in held}, asked, chosen)


def held_weekly(count, first=-14, therapist="ana", at=TEN):
    return [HeldVisit(f"v{i + 1}", day(first + 7 * i), at, therapist, 45) for i in range(count)]


def terms(**changes):
    return Terms(**({"return_on": MONDAY, "interval_days": 7, "names": {"ana": "Ana", "ben": "Ben"}} | changes))


def days_of(proposal):
    return {move.visit: (move.candidate.on - MONDAY).days for move in proposal.moves}


def kept_on(*numbers):
    return [KeptVisit(f"k{number}", day(number)) for number in numbers]


EVERY_DAY = [candidate(number) for number in range(91)]


# By hand -------------------------------------------------------------------------------------------------------


def test_a_series_goes_on_at_its_rhythm_from_the_day_of_the_return():
    plan = propose(held_weekly(3), [], EVERY_DAY, terms())
    assert days_of(plan) == {"v1": 0, "v2": 7, "v3": 14}
    assert plan.cost == 0
    assert plan.optimal
    assert plan.unplaced == ()
    assert plan.moves[0].why == ("on the day of the return", "same weekday and time as before")
    assert plan.moves[1].why == ("keeps 7 days between visits", "same weekday and time as before")


def test_the_example_of_the_documentation():
    """docs/planning.md tells this case number by number."""
    held = held_weekly(3, first=-11)  # Thursdays at ten
    slots = [
        candidate(3), candidate(4), candidate(10, time(14)), candidate(10, TEN, "ben"), candidate(11),
        candidate(16, time(10, 20)), candidate(17, time(15)),
    ]  # fmt: skip
    plan = propose(held, kept_on(-18, 24), slots, terms())
    assert days_of(plan) == {"v1": 3, "v2": 10, "v3": 16}
    assert [move.candidate.therapist for move in plan.moves] == ["ana", "ben", "ana"]
    assert plan.cost_terms == {
        "start": 12, "rhythm": 48, "time_of_day": 2, "weekday": 0, "therapist": 12, "unplaced": 0
    }  # fmt: skip
    assert plan.cost == 74
    assert [sum(move.cost_terms.values()) for move in plan.moves] == [54, 12, 5]
    assert [move.why for move in plan.moves] == [
        ("first open day, 3 days after the day of the return", "21 days after the last visit",
         "same weekday and time as before"),
        ("keeps 7 days between visits", "same weekday and time as before",
         "Ben instead of Ana: Ana's open times that day suit less"),
        ("6 days after the visit before, usually 7", "20 minutes later than before"),
    ]  # fmt: skip


def test_append_keeps_the_least_gap_and_goes_past_the_visits_that_stay():
    plan = propose(held_weekly(3), kept_on(7, 14, 21), EVERY_DAY, terms())
    assert days_of(plan) == {"v1": 0, "v2": 28, "v3": 35}


def test_append_uses_a_hole_between_kept_visits_where_the_rhythm_has_room():
    plan = propose(held_weekly(2), kept_on(0, 7, 21), EVERY_DAY, terms())
    assert days_of(plan) == {"v1": 14, "v2": 28}
    assert "between the visits that stay on Mon 9 Nov and Mon 23 Nov" in plan.moves[0].why


def test_catching_up_squeezes_visits_in_before_the_last_kept_one():
    plan = propose(held_weekly(3), kept_on(7, 14, 21), EVERY_DAY, terms(policy="catch_up"))
    assert days_of(plan) == {"v1": 0, "v2": 3, "v3": 10}
    assert plan.cost_terms["late"] == 0
    assert plan.cost_terms["rhythm"] == 3 * (4 + 3) + 3 * (4 + 3)


def test_catching_up_goes_past_the_kept_visits_only_with_what_finds_no_room_before():
    plan = propose(held_weekly(3), kept_on(3), EVERY_DAY, terms(policy="catch_up"))
    assert days_of(plan) == {"v1": 0, "v2": 10, "v3": 17}
    assert plan.cost_terms["late"] == 2 * 200
    assert sum(plan.cost_terms.values()) == plan.cost


def test_dropping_lets_the_missed_visits_go_and_plans_the_others():
    plan = propose(held_weekly(4, first=-14), kept_on(-21), EVERY_DAY, terms(policy="drop"))
    assert plan.unplaced == (("v1", "let go by the chosen policy"), ("v2", "let go by the chosen policy"))
    assert days_of(plan) == {"v3": 0, "v4": 7}
    assert plan.cost_terms["unplaced"] == 0
    assert plan.cost == 0, "three weeks from the last visit, two of them let go: exactly the rhythm"


def test_the_first_day_costs_by_the_day_and_a_kept_visit_can_be_the_first():
    late = [candidate(number) for number in range(5, 91)]
    assert propose(held_weekly(1), [], late, terms()).cost_terms["start"] == 4 * 5
    assert propose(held_weekly(1), kept_on(2), late, terms()).cost_terms["start"] == 4 * 2


def test_the_last_visit_before_the_return_counts_as_a_neighbour():
    plan = propose(held_weekly(1), kept_on(-30, -2), EVERY_DAY, terms())
    assert days_of(plan) == {"v1": 4}, "the least gap of 6 days from two days before the return"
    assert plan.moves[0].why[:2] == (
        "first open day, 4 days after the day of the return",
        "6 days after the last visit",
    )


def test_the_first_visit_says_how_long_it_waits_and_whether_a_day_before_was_open():
    wish = terms(preferred_weekdays=frozenset({2}), weights=Weights(weekday=50))
    plan = propose(held_weekly(1), [], [candidate(1), candidate(2)], wish)
    assert plan.moves[0].why[0] == "first visit, 2 days after the day of the return"


def test_time_of_day_counts_started_quarters_up_to_sixteen():
    def cost(at):
        return propose(held_weekly(1), [], [candidate(0, at)], terms()).cost_terms["time_of_day"]

    assert [cost(time(10, 0)), cost(time(10, 1)), cost(time(10, 15)), cost(time(9, 44)), cost(time(19))] == [
        0,
        1,
        1,
        2,
        16,
    ]


def test_a_preferred_window_replaces_the_original_time():
    wish = terms(preferred_windows=((time(14), time(16)),))
    plan = propose(held_weekly(1), [], [candidate(0, TEN), candidate(0, time(15, 30)), candidate(0, time(15))], wish)
    assert plan.moves[0].candidate.at == time(15)
    assert plan.moves[0].why[-1] == "inside the preferred window 14:00-16:00"
    outside = propose(held_weekly(1), [], [candidate(0, time(15, 30))], wish)
    assert outside.cost_terms["time_of_day"] == 1, "45 minutes from 15:30 end a quarter of an hour too late"
    assert outside.moves[0].why[-1] == "15 minutes outside the preferred window 14:00-16:00"


def test_a_day_that_is_not_preferred_costs_two():
    wish = terms(preferred_weekdays=frozenset({1}))
    assert propose(held_weekly(1), [], [candidate(0)], wish).cost_terms["weekday"] == 2
    tuesday = propose(held_weekly(1), [], [candidate(1)], wish)
    assert tuesday.cost_terms["weekday"] == 0
    assert "a preferred day" in tuesday.moves[0].why


def test_another_therapist_costs_twelve_and_the_reason_names_both():
    plan = propose(held_weekly(1), [], [candidate(0, therapist="ben"), candidate(4)], terms())
    assert plan.cost_terms["therapist"] == 12
    assert plan.moves[0].why[-1] == "Ben instead of Ana: Ana has no open time that day"
    alone = propose(held_weekly(1), [], [candidate(0, therapist="ben"), candidate(14)], terms())
    assert alone.moves[0].why[-1] == "Ben instead of Ana: Ana has no open time that week"
    both = propose(held_weekly(1), [], [candidate(0, therapist="ben"), candidate(0, time(17))], terms())
    assert both.moves[0].why[-1] == "Ben instead of Ana: Ana's open times that day suit less"


def test_without_a_name_the_reason_shows_the_id():
    plan = propose(held_weekly(1), [], [candidate(0, therapist="ben")], terms(names={}))
    assert plan.moves[0].why[-1].startswith("ben instead of ana")


def test_a_visit_without_an_open_time_is_left_out_with_its_reason():
    plan = propose(held_weekly(2), [], [], terms(horizon_days=30))
    assert plan.cost == 2000
    assert plan.moves == ()
    assert plan.unplaced[0] == (
        "v1", "no open time of 45 minutes from Mon 2 Nov to Wed 2 Dec that keeps 6 days from the visits that stay"
    )  # fmt: skip


def test_the_visits_that_fit_are_placed_and_the_others_say_which_gap_is_missing():
    plan = propose(held_weekly(3), [], [candidate(0), candidate(4), candidate(7)], terms())
    assert days_of(plan) == {"v1": 0, "v2": 7}
    assert plan.unplaced == (("v3", "no open time left from Mon 2 Nov to Sun 31 Jan that keeps 6 days between visits"),)
    assert plan.cost_terms["unplaced"] == 1000


def test_leaving_a_visit_out_can_be_the_cheaper_plan_where_the_weights_say_so():
    cheap = terms(weights=Weights(unplaced=5))
    plan = propose(held_weekly(1), [], [candidate(9)], cheap)
    assert plan.cost == 5
    assert plan.unplaced == (("v1", "placing it would disturb the other visits more than leaving it open"),)


def test_the_gap_across_a_visit_left_out_counts_against_two_intervals():
    by_length = {45: [candidate(0), candidate(14)], 90: []}
    held = held_weekly(3)
    held[1] = replace(held[1], minutes=90)
    plan = propose(held, [], by_length, terms())
    assert days_of(plan) == {"v1": 0, "v3": 14}
    assert plan.cost_terms["rhythm"] == 0
    assert plan.moves[1].why[0] == "14 days after the visit before: 1 visit between them left out"


def test_of_equal_plans_the_one_with_the_earliest_dates_wins():
    plan = propose(held_weekly(2), [], [candidate(0), candidate(6), candidate(8)], terms())
    assert days_of(plan) == {"v1": 0, "v2": 6}, "a day early and a day late cost the same"


def test_inside_the_preferred_hours_a_visit_keeps_its_own_time_where_it_can():
    """Every time in the window costs the same: then the usual one, else the nearest, and of two as near the earlier."""
    asked = terms(preferred_windows=((time(9), time(12)),))
    for open_at, taken in (((9, 10, 11), 10), ((9, 11), 9), ((9, 10.5, 11), 10.5)):
        slots = [candidate(0, time(int(at), int(at % 1 * 60))) for at in open_at]
        chosen = propose(held_weekly(1), [], slots, asked).moves[0].candidate.at
        assert chosen == time(int(taken), int(taken % 1 * 60))


def test_of_equal_slots_the_therapist_id_and_then_the_earlier_start_and_the_room_decide():
    held = held_weekly(1, therapist="zoe")
    early, late = time(9, 30), time(10, 30)
    slots = [
        candidate(0, early, "cleo"), candidate(0, late, "ben"),
        candidate(0, early, "ben", "B"), candidate(0, early, "ben"),
    ]  # fmt: skip
    for order in (slots, slots[::-1]):
        chosen = propose(held, [], order, terms()).moves[0].candidate
        assert (chosen.therapist, chosen.at, chosen.room) == ("ben", time(9, 30), "A")


def test_another_therapist_at_the_usual_time_can_tie_with_the_own_one_far_from_it():
    slots = [candidate(0, time(13), "zoe"), candidate(0, TEN, "ben")]  # 12 started quarters, and 12 for another person
    plan = propose(held_weekly(1, therapist="zoe"), [], slots, terms())
    assert (plan.cost, plan.moves[0].candidate.therapist) == (12, "ben")


def test_slots_before_the_return_and_after_the_horizon_are_not_used():
    slots = [candidate(-1), candidate(11)]
    assert propose(held_weekly(1), [], slots, terms(horizon_days=10)).moves == ()
    assert days_of(propose(held_weekly(1), [], slots, terms(horizon_days=11))) == {"v1": 11}


def test_a_time_a_person_chose_stays_and_the_others_are_arranged_around_it():
    plan = propose(held_weekly(3), [], EVERY_DAY, terms(), chosen={"v2": candidate(9, time(16), "ben")})
    assert days_of(plan) == {"v1": 0, "v2": 9, "v3": 16}
    assert plan.moves[1].candidate == candidate(9, time(16), "ben")


def test_a_visit_a_person_leaves_on_hold_stays_there_and_the_others_close_up():
    plan = propose(held_weekly(3), [], EVERY_DAY, terms(), chosen={"v2": None})
    assert days_of(plan) == {"v1": 0, "v3": 14}
    assert [visit for visit, _ in plan.unplaced] == ["v2"]


def test_chosen_times_that_break_the_order_or_the_gap_are_refused():
    with pytest.raises(ChosenTimesClash, match="cannot stand together"):
        propose(held_weekly(2), [], EVERY_DAY, terms(), chosen={"v1": candidate(9), "v2": candidate(3)})
    with pytest.raises(ChosenTimesClash):
        propose(held_weekly(1), kept_on(10), EVERY_DAY, terms(), chosen={"v1": candidate(9)})


def test_daily_visits_never_share_a_day():
    plan = propose(held_weekly(3), kept_on(1), EVERY_DAY, terms(interval_days=1))
    assert days_of(plan) == {"v1": 0, "v2": 2, "v3": 3}


def test_nothing_held_is_an_empty_plan_with_the_cost_of_what_stays():
    plan = propose([], kept_on(-3, 2, 9), EVERY_DAY, terms())
    assert (plan.moves, plan.unplaced) == ((), ())
    assert plan.cost_terms == {
        "start": 8, "rhythm": 6, "time_of_day": 0, "weekday": 0, "therapist": 0, "unplaced": 0
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"interval_days": 0}, "at least one day"),
        ({"horizon_days": -1}, "does not end before"),
        ({"policy": "hurry"}, "append, catch_up or drop"),
        ({"weights": Weights(rhythm=-1)}, "from 0 to a million"),
        ({"weights": Weights(late=10**9)}, "from 0 to a million"),
    ],
)
def test_terms_that_make_no_sense_are_refused_in_words(wrong, words):
    with pytest.raises(ValueError, match=words):
        terms(**wrong)


def test_a_visit_held_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        propose(held_weekly(1) * 2, [], EVERY_DAY, terms())


def stretches(rng, zone):
    """Draw hours, visits and rooms over a fortnight in which the clocks change, and give what is open."""
    first, last = date(2026, 10, 20), date(2026, 11, 4)
    begin, end = (minute_of(day_begins(on, zone)) for on in (first, last))
    names = ["ana", "ben", "cleo"][: rng.randrange(1, 4)]

    def drawn(most, longest):
        return [(at, at + rng.randrange(10, longest)) for at in (rng.randrange(begin, end) for _ in range(most))]

    supply = [Supply(name, merge(drawn(40, 600)), merge(drawn(30, 200))) for name in names]
    rooms = [RoomBusy(name, drawn(60, 300)) for name in "BA"[: rng.randrange(1, 3)]]
    return open_starts(supply=supply, rooms=rooms, minutes=rng.choice([30, 45]), buffer_before=0, buffer_after=15,
                       grid=rng.choice([15, 15, 20]), grid_origin=begin, not_before=begin, not_after=end,
                       client_busy=drawn(5, 300))  # fmt: skip


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
def test_stretches_hold_exactly_the_open_slots_with_the_wall_clock_of_the_zone(zone):
    rng, seen = random.Random(zone), 0
    for _ in range(20):
        found = stretches(rng, zone)
        listed = []
        for slot in found.slots():
            local = instant_at(slot.starts).astimezone(zone_of(zone))
            listed.append(Candidate(local.date(), local.time(), slot.therapist, slot.room, slot.starts))
        openings = Openings.of(found, zone)
        assert sorted(openings.candidates()) == sorted(listed)
        some = {slot.starts for slot in listed if rng.random() < 0.3}
        assert sorted(openings.without(some).candidates()) == sorted(s for s in listed if s.starts not in some)
        open_days = {(slot.therapist, slot.on) for slot in listed}
        for name, number in product(["ana", "ben", "cleo", "nobody"], range(-15, 5)):
            assert openings.is_open(name, day(number)) == ((name, day(number)) in open_days)
        seen += len(listed)
    assert seen > 1_000


@pytest.mark.sized
def test_a_plan_from_stretches_is_the_plan_from_every_open_start_listed(record_property):
    rng, zone, placed = random.Random(8), "Europe/Berlin", 0
    for _ in range(STRETCHES):
        found = stretches(rng, zone)
        openings = Openings.of(found, zone)
        asked = small_instance(rng)[3]
        asked = replace(asked, return_on=date(2026, 10, rng.randrange(19, 28)))
        held = [
            HeldVisit(f"v{i}", date(2026, 10, 1) + timedelta(days=7 * i), time(rng.randrange(8, 20), rng.choice([0, 10])),
                      rng.choice(["ana", "ben"]), found.minutes)
            for i in range(rng.randrange(1, 5))
        ]  # fmt: skip
        kept = kept_on(*rng.sample(range(-20, 3), rng.randrange(3)))
        plan = planning.propose(held, kept, {visit.id: openings for visit in held}, asked)
        assert plan == propose(held, kept, list(openings.candidates()), asked)
        placed += len(plan.moves)
    assert placed > STRETCHES, "most plans place something"
    record_property("figure", f"{STRETCHES} random diaries as stretches")


# Against independent searches ----------------------------------------------------------------------------------


def least_gap(asked):
    return max(1, asked.interval_days // 2 if asked.policy == "catch_up" else asked.interval_days - 1)


def may_stand(slot, kept, asked):
    last_before = max((visit.on for visit in kept if visit.on < asked.return_on), default=None)
    stays = [visit.on for visit in kept if visit.on >= asked.return_on or visit.on == last_before]
    in_time = asked.return_on <= slot.on <= asked.return_on + timedelta(days=asked.horizon_days)
    return in_time and all(abs((slot.on - on).days) >= least_gap(asked) for on in stays)


def own_cost(visit, slot, kept, asked):
    """What one placed visit costs by itself, straight from the definition."""
    start = slot.at.hour * 60 + slot.at.minute
    if asked.preferred_windows:
        off = min(
            max(opens.hour * 60 + opens.minute - start, start + visit.minutes - closes.hour * 60 - closes.minute, 0)
            for opens, closes in asked.preferred_windows
        )
    else:
        off = abs(start - visit.wall_time.hour * 60 - visit.wall_time.minute)
    cost = min(asked.weights.time_of_day_most, asked.weights.time_of_day * ((off + 14) // 15))
    if asked.preferred_weekdays and slot.on.weekday() not in asked.preferred_weekdays:
        cost += asked.weights.weekday
    if slot.therapist != visit.therapist:
        cost += asked.weights.therapist
    stays = [k.on for k in kept if k.on >= asked.return_on]
    if asked.policy == "catch_up" and stays and slot.on > max(stays):
        cost += asked.weights.late
    return cost


def whole_cost(held, kept, placed, asked):
    """Price a whole plan by walking along all visits in the order of their dates."""
    total, waiting = 0, 1
    walk = [(visit.on, 1, False) for visit in kept]
    for visit, slot in zip(held, placed, strict=True):
        if slot is None:
            missed = asked.policy == "drop" and visit.on < asked.return_on
            total += 0 if missed else asked.weights.unplaced
            waiting += 1
        else:
            total += own_cost(visit, slot, kept, asked)
            walk.append((slot.on, waiting, True))
            waiting = 1
    walk.sort()
    first = next((on for on, _, _ in walk if on >= asked.return_on), asked.return_on)
    total += asked.weights.start * (first - asked.return_on).days
    for (left, _, _), (right, intervals, _) in pairwise(walk):
        if right >= asked.return_on:
            total += asked.weights.rhythm * abs((right - left).days - intervals * asked.interval_days)
    return total


def every_plan(held, kept, slots, asked, earlier=()):
    """Give every feasible way to place the visits in order, none left unconsidered."""
    if len(earlier) == len(held):
        yield earlier
        return
    yield from every_plan(held, kept, slots, asked, (*earlier, None))
    visit = held[len(earlier)]
    if asked.policy == "drop" and visit.on < asked.return_on:
        return
    last = next((slot.on for slot in reversed(earlier) if slot is not None), None)
    for slot in slots:
        if may_stand(slot, kept, asked) and (last is None or (slot.on - last).days >= least_gap(asked)):
            yield from every_plan(held, kept, slots, asked, (*earlier, slot))


def order_of(placed):
    """Order equal plans: the earliest vector of dates, a visit left out coming last; then the therapists."""
    return [slot.on if slot else date.max for slot in placed], [slot.therapist if slot else "" for slot in placed]


def small_instance(rng):
    interval = rng.choice([1, 2, 3, 4, 5, 7])
    asked = terms(
        interval_days=interval,
        policy=rng.choice(["append", "append", "catch_up", "drop"]),
        horizon_days=rng.choice([5, 10, 14, 20]),
        preferred_windows=rng.choice([(), (), ((time(9), time(11)),), ((time(9), time(10)), (time(14), time(16)))]),
        preferred_weekdays=frozenset(rng.sample(range(7), rng.choice([0, 0, 2, 3]))),
        weights=rng.choice([Weights(), Weights(), Weights(unplaced=rng.randrange(40), start=rng.randrange(6)),
                            Weights(start=0, rhythm=1, late=3, therapist=1, time_of_day_most=5)]),
    )  # fmt: skip
    held = [
        HeldVisit(f"v{i}", day(interval * (i - 2)), time(rng.choice([9, 10, 14]), 15 * rng.randrange(4)),
                  rng.choice(["ana", "ana", "ben"]), rng.choice([30, 45]))
        for i in range(rng.randrange(1, 5))
    ]  # fmt: skip
    kept = kept_on(*rng.sample(range(-9, 22), rng.randrange(4)))
    slots = [
        candidate(rng.randrange(-2, 22), time(rng.randrange(8, 18), 15 * rng.randrange(4)),
                  rng.choice(["ana", "ben", "cleo"]), rng.choice("AB"))
        for _ in range(rng.randrange(10))
    ]  # fmt: skip
    return held, kept, slots, asked


def assert_feasible(plan, held, kept, slots, asked):
    by_visit = {move.visit: move.candidate for move in plan.moves}
    dates = [by_visit[visit.id].on for visit in held if visit.id in by_visit]
    assert all((right - left).days >= least_gap(asked) for left, right in pairwise(dates))
    assert all(slot in slots and may_stand(slot, kept, asked) for slot in by_visit.values())
    assert sorted([*by_visit, *(visit for visit, _ in plan.unplaced)]) == sorted(visit.id for visit in held)
    assert all(move.why for move in plan.moves)
    assert all(reason for _, reason in plan.unplaced)
    assert sum(plan.cost_terms.values()) == plan.cost
    for name in plan.cost_terms:
        assert sum(move.cost_terms.get(name, 0) for move in plan.moves) <= plan.cost_terms[name]


@pytest.mark.sized
def test_the_plan_is_the_first_of_the_cheapest_among_all_assignments_of_small_diaries(record_property):
    rng = random.Random(20261124)
    longest = 0
    for _ in range(PROOF_SIZE):
        held, kept, slots, asked = small_instance(rng)
        plans = list(every_plan(held, kept, slots, asked))
        longest = max(longest, len(plans))
        cheapest = min(plans, key=lambda placed: (whole_cost(held, kept, placed, asked), order_of(placed)))
        found = propose(held, kept, slots, asked)
        by_visit = {move.visit: move.candidate for move in found.moves}
        placed = tuple(by_visit.get(visit.id) for visit in held)
        assert found.cost == whole_cost(held, kept, cheapest, asked) == whole_cost(held, kept, placed, asked)
        assert order_of(placed) == order_of(cheapest)
        assert_feasible(found, held, kept, slots, asked)
    assert longest > 100, "the instances are not all trivial"
    record_property("figure", f"{PROOF_SIZE} random diaries, up to {longest} assignments each")


@pytest.mark.sized
def test_the_search_over_days_finds_the_first_of_the_cheapest_whatever_the_costs(record_property):
    """Costs and prices of leaving out are drawn small and wild here, to where holes in a plan are the cheaper way."""
    rng = random.Random(5)
    for _ in range(PROOF_SIZE):
        visits, span, least = rng.randrange(1, 5), rng.randrange(1, 10), rng.randrange(1, 4)
        own = [[rng.choice([0, 1, 2, 5, 9, 30, NEVER]) for _ in range(span)] for _ in range(visits)]
        skips = [rng.choice([0, 3, 8, 20, 60]) for _ in range(visits)]
        kept = sorted(rng.sample(range(20), rng.randrange(3)))
        line = Line(
            kept,
            rng.choice([None, -1, -5]),
            interval=rng.randrange(1, 6),
            rhythm=rng.randrange(4),
            start=rng.randrange(4),
        )
        own = [[NEVER if number in kept else cost for number, cost in enumerate(costs)] for costs in own]
        plans = []
        for days in product([*range(span), None], repeat=visits):
            placed = [number for number in days if number is not None]
            if any(right - left < least for left, right in pairwise(placed)):
                continue
            price = sum(skips[i] if number is None else own[i][number] for i, number in enumerate(days))
            if price < NEVER:
                places = [place for place in places_of(days, line) if place]
                gaps = sum(line.gap(p.day - p.previous, p.k) for p in places if p.previous is not None)
                waiting = sum(line.start * p.day for p in places if p.is_first)
                plans.append(
                    (price + gaps + waiting + sum(kept_terms(days, line)), [span if d is None else d for d in days])
                )
        cost, found = cheapest_days(line, own, skips, least)
        assert (cost, [span if number is None else number for number in found]) == min(plans)
    record_property("figure", f"{PROOF_SIZE} random lines of days")


def least_cost_by_plain_recursion(held, kept, slots, asked):
    """Find the least cost with neither day reduction nor interval tricks: visit by visit, forward, remembering."""
    slots = [slot for slot in slots if may_stand(slot, kept, asked)]
    cheapest = [
        {on: min(own_cost(visit, slot, kept, asked) for slot in slots if slot.on == on) for on in {s.on for s in slots}}
        for visit in held
    ]
    rhythm, interval = asked.weights.rhythm, asked.interval_days
    stays = sorted(visit.on for visit in kept)
    end = date.max

    @cache
    def walked(left, right, intervals):
        """Price the gaps from one placed visit to the next (or past all kept ones) and the kept ones between."""
        between = [on for on in stays if left < on < right and (left != date.min or on >= last_before)]
        line = [*([left] if left != date.min else []), *between, *([right] if right != end else [])]
        gaps = [(b - a).days for a, b in pairwise(line)]
        own = [interval] * len(gaps)
        if gaps and right != end:
            own[-1] = intervals * interval
        first = next((on for on in line if on >= asked.return_on), asked.return_on)
        waiting = asked.weights.start * (first - asked.return_on).days if left == date.min else 0
        return waiting + rhythm * sum(abs(gap - want) for gap, want in zip(gaps, own, strict=True))

    last_before = max((on for on in stays if on < asked.return_on), default=asked.return_on)

    @cache
    def best(i, last, left_out):
        if i == len(held):
            return walked(last, end, 1)
        costs = [asked.weights.unplaced + best(i + 1, last, left_out + 1)]
        for on, cost in cheapest[i].items():
            if last == date.min or (on - last).days >= least_gap(asked):
                costs.append(cost + walked(last, on, left_out + 1) + best(i + 1, on, 0))
        return min(costs)

    return best(0, date.min, 0)


def large_instance(rng, *, visits=8, horizon=90, therapists=10):
    names = [f"t{number}" for number in range(therapists)]
    asked = terms(
        interval_days=rng.choice([3, 5, 7, 7, 10, 14]), horizon_days=horizon, policy=rng.choice(["append", "catch_up"])
    )
    at = time(rng.randrange(9, 16), 15 * rng.randrange(4))
    held = held_weekly(visits, first=-21, therapist="t0", at=at)
    kept = kept_on(*rng.sample(range(-20, horizon), rng.randrange(5)))
    slots = [
        candidate(number, time(rng.randrange(9, 17), 15 * rng.randrange(4)), rng.choice(names))
        for number in range(horizon + 1)
        if day(number).weekday() < 5 and rng.random() < 0.6
        for _ in range(rng.randrange(1, 12))
    ]
    return held, kept, slots, asked


@pytest.mark.sized
@pytest.mark.parametrize("seed", range(max(4, PROOF_SIZE // 100)))
def test_the_plan_of_a_full_diary_costs_what_a_plain_recursion_finds(seed):
    held, kept, slots, asked = large_instance(random.Random(seed))
    found = propose(held, kept, slots, asked)
    assert found.cost == least_cost_by_plain_recursion(held, kept, slots, asked)
    assert_feasible(found, held, kept, slots, asked)
