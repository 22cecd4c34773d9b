"""The return plan against HiGHS: docs/planning.md written down once more, as a flow through days, and solved to proof.

Independent of sessions/plan_*.py: an open time is a choice, a path leads from each placed visit to the next, and what
lies between two of them (kept visits, visits left out, the gaps) is the price of that step.
"""

import random
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import highspy
import numpy as np
import pytest

from practice.clock import day_begins, instant_at, minute_of
from practice.tests.sizes import size
from sessions import planning
from sessions.availability import Hours, RoomBusy, Supply, open_starts, working_windows
from sessions.plan_openings import Candidate
from sessions.planning import HeldVisit, Terms, Weights
from sessions.tests.test_planning import kept_on, least_gap, may_stand, own_cost, propose, small_instance, whole_cost

SMALL, FULL = size(120, 2_000), size(2, 50)
ZONE = "Europe/Berlin"
FIRST = date(2026, 11, 2)


class Line:
    """The dates that stay, in days from the return, and what the gaps between them and a placed visit cost."""

    def __init__(self, kept, asked):
        self.asked, days = asked, sorted((visit.on - asked.return_on).days for visit in kept)
        last_before = [day for day in days if day < 0][-1:]
        self.stays = [*last_before, *(day for day in days if day >= 0)]

    def off(self, gap, intervals=1):
        return self.asked.weights.rhythm * abs(gap - intervals * self.asked.interval_days)

    def step(self, left, right, intervals):
        """Price all gaps after `left` up to `right`; None is before everything, or after everything."""
        low = -(10**6) if left is None else left
        high = 10**6 if right is None else right
        walk = [] if left is None else [left]
        walk += [day for day in self.stays if low < day < high]
        price = 0 if right is None or not walk else self.off(right - walk[-1], intervals)
        if left is None:
            first = min([day for day in self.stays if day >= 0] + ([] if right is None else [right]), default=0)
            price += self.asked.weights.start * first
        return price + sum(self.off(b - a) for a, b in pairwise(walk))

    def allows(self, left, right):
        """Say whether two placed visits may follow each other; a kept one between them keeps them apart."""
        return right - left >= least_gap(self.asked) or any(left < day < right for day in self.stays)


def solved(options, skips, line):
    """Return the least cost HiGHS proves: `options[i]` are (day, price) of visit i, `skips[i]` the price without it."""
    end, skipped = len(options), np.concatenate([[0], np.cumsum(skips)])
    nodes = {(i, day): row for row, (i, day) in enumerate(
        sorted({(i, day) for i, rows in enumerate(options) for day, _ in rows}))}  # fmt: skip
    columns, prices, kinds = [], [], []

    def column(price, kind, *entries):
        columns.append(entries)
        prices.append(price)
        kinds.append(kind)

    # Rows: a step leads to each node as often as a time is chosen there, and one leaves it as often; one path begins.
    count, begins = len(nodes), 2 * len(nodes)
    for i, rows in enumerate(options):
        for day, price in rows:
            row = nodes[i, day]
            column(price, highspy.HighsVarType.kInteger, (row, 1), (count + row, 1))
    for (j, right), into in nodes.items():
        column(skipped[j] + line.step(None, right, j + 1), highspy.HighsVarType.kContinuous, (into, -1), (begins, 1))
    for (i, left), out in nodes.items():
        column(skipped[end] - skipped[i + 1] + line.step(left, None, 1), highspy.HighsVarType.kContinuous,
               (count + out, -1))  # fmt: skip
        for (j, right), into in nodes.items():
            if j > i and right > left and line.allows(left, right):
                price = skipped[j] - skipped[i + 1] + line.step(left, right, j - i)
                column(price, highspy.HighsVarType.kContinuous, (into, -1), (count + out, -1))
    column(skipped[end] + line.step(None, None, 1), highspy.HighsVarType.kContinuous, (begins, 1))

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(columns), begins + 1
    lp.col_cost_ = np.array(prices, dtype=float)
    lp.col_lower_, lp.col_upper_ = np.zeros(len(columns)), np.ones(len(columns))
    lp.row_lower_ = lp.row_upper_ = np.array([0.0] * begins + [1.0])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.cumsum([0, *map(len, columns)])
    lp.a_matrix_.index_ = np.array([row for entries in columns for row, _ in entries])
    lp.a_matrix_.value_ = np.array([value for entries in columns for _, value in entries], dtype=float)
    lp.integrality_ = kinds
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.passModel(lp)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return round(solver.getInfo().objective_function_value)


def least_cost(held, kept, slots, asked, *, by_day=False):
    """Return the proven least cost; `by_day` leaves each day its cheapest time only, which changes no optimum."""
    options, skips = [], []
    for visit in held:
        is_missed = asked.policy == "drop" and visit.on < asked.return_on
        rows = [] if is_missed else [
            ((slot.on - asked.return_on).days, own_cost(visit, slot, kept, asked))
            for slot in slots if may_stand(slot, kept, asked)
        ]  # fmt: skip
        if by_day:
            cheapest = {}
            for day, price in rows:
                cheapest[day] = min(price, cheapest.get(day, price))
            rows = list(cheapest.items())
        options.append(rows)
        skips.append(0 if is_missed else asked.weights.unplaced)
    return solved(options, skips, Line(kept, asked))


def assert_proven(plan, least, held, kept, slots, asked):
    """The plan stands in the diary as asked, is worth what it says, and no plan costs less."""
    by_visit = {move.visit: move.candidate for move in plan.moves}
    placed = [by_visit.get(visit.id) for visit in held]
    dates = [slot.on for slot in placed if slot]
    assert all((right - left).days >= least_gap(asked) for left, right in pairwise(dates))
    assert all(slot in slots and may_stand(slot, kept, asked) for slot in by_visit.values())
    assert whole_cost(held, kept, placed, asked) == least
    assert plan.cost == least


@pytest.mark.sized
def test_no_plan_of_a_small_diary_costs_less_than_a_solver_proves(record_property):
    rng, placed = random.Random(1789), 0
    for _ in range(SMALL):
        held, kept, slots, asked = small_instance(rng)
        slots = list(dict.fromkeys(slots))
        plan = propose(held, kept, slots, asked)
        assert_proven(plan, least_cost(held, kept, slots, asked), held, kept, set(slots), asked)
        placed += len(plan.moves)
    assert placed > SMALL // 2, "the diaries are not all empty"
    record_property("figure", f"{SMALL} small diaries: cost equals the optimum HiGHS proves")


def full_instance(rng):
    """Draw eight held visits, ten therapists and ninety days of a diary that is nearly full."""
    last = FIRST + timedelta(days=90)
    begin, end = (minute_of(day_begins(on, ZONE)) for on in (FIRST, last + timedelta(days=1)))
    hours = [Hours(day, opens, closes) for day in range(5) for opens, closes in ((time(9), time(12)), (time(13), time(17)))]
    windows = working_windows(hours, FIRST, last, ZONE)
    fullness = rng.choice([0.5, 0.9, 0.97])

    def busy():
        return [(at, at + 15) for low, high in windows for at in range(low, high, 15) if rng.random() < fullness]

    supply = [Supply(f"t{number}", windows, busy()) for number in range(10)]
    rooms = [RoomBusy(f"r{number}", busy()) for number in range(rng.choice([2, 10]))]
    found = open_starts(supply=supply, rooms=rooms, minutes=30, buffer_before=0, buffer_after=0, not_before=begin,
                        not_after=end)  # fmt: skip
    rhythm = rng.choice([3, 5, 7, 7, 10, 14])
    asked = Terms(
        return_on=FIRST, interval_days=rhythm, policy=rng.choice(["append", "catch_up", "drop"]),
        preferred_windows=rng.choice([(), ((time(9), time(11)),), ((time(9), time(10)), (time(15), time(17)))]),
        preferred_weekdays=rng.choice([frozenset(), frozenset({1, 3})]),
        weights=rng.choice([Weights(), Weights(), Weights(unplaced=60)]))  # fmt: skip
    at = time(rng.randrange(9, 16), 15 * rng.randrange(4))
    held = [HeldVisit(f"v{i}", FIRST + timedelta(days=rhythm * (i - 3)), at, "t0", 30) for i in range(8)]
    return held, kept_on(*rng.sample(range(-20, 90), rng.randrange(6))), found, asked


@pytest.mark.sized
def test_no_plan_of_a_full_diary_costs_less_than_a_solver_proves(record_property):
    rng, starts = random.Random(90), 0
    for _ in range(FULL):
        held, kept, found, asked = full_instance(rng)
        openings = planning.Openings.of(found, ZONE)
        plan = planning.propose(held, kept, dict.fromkeys((visit.id for visit in held), openings), asked)
        slots = set()
        for slot in found.slots():
            local = instant_at(slot.starts).astimezone(ZoneInfo(ZONE))
            slots.add(Candidate(local.date(), local.time(), slot.therapist, slot.room, slot.starts))
        least = least_cost(held, kept, slots, asked, by_day=True)
        assert_proven(plan, least, held, kept, slots, asked)
        starts = max(starts, len(slots))
    record_property("figure", f"{FULL} diaries of 8 visits, 90 days, 10 therapists, up to {starts:,} open starts")


@pytest.mark.parametrize("term, wrong", [
    ("start", 0), ("rhythm", 1), ("time_of_day", 0), ("time_of_day_most", 200), ("weekday", 0), ("therapist", 40),
    ("unplaced", 3), ("late", 5_000),
])  # fmt: skip
def test_a_planner_with_one_term_wrong_is_caught(term, wrong):
    """It thinks with the wrong number and is priced with the right one: on some diary the solver does better."""
    rng, caught = random.Random(4), 0
    for _ in range(400):
        held, kept, slots, asked = small_instance(rng)
        asked, slots = replace(asked, weights=Weights()), list(dict.fromkeys(slots))
        believed = propose(held, kept, slots, replace(asked, weights=replace(asked.weights, **{term: wrong})))
        by_visit = {move.visit: move.candidate for move in believed.moves}
        price = whole_cost(held, kept, [by_visit.get(visit.id) for visit in held], asked)
        caught = price > least_cost(held, kept, slots, asked)
        if caught:
            return
    pytest.fail(f"{term}: 400 diaries and no difference")
