"""Many visits placed at once: as cheap as trying everything, never two at one time, and the bound is no promise too many."""

import itertools
import json
import random
import subprocess
import sys
from time import monotonic

import pytest

from practice.tests.sizes import size
from sessions import bulk_optimum, bulk_search
from sessions.apart import MOST_OPTIONS, STAYS, Place, Wish, clashes, first_fit, others_for, price_of
from sessions.bulk_optimum import Model, Question, at_one_time, find_least
from sessions.bulk_search import SearchFailed, search_least

UNPLACED = 1000


def small(rng: random.Random) -> tuple[Wish, ...]:
    """Two to five visits of a few clients, each with up to five places; one may stand where another would go."""
    wishes = []
    for i in range(rng.randint(2, 5)):
        client, rows = f"c{rng.randrange(4)}", []
        for _ in range(rng.randint(0, 5)):
            day = rng.randrange(2)
            begins = day * 1440 + 540 + 30 * rng.randrange(6)
            rows.append((rng.randrange(60), Place(client, f"t{rng.randrange(2)}", f"r{rng.randrange(2)}", day, begins, begins + 60)))
        rows.sort()
        stands = Place(client, f"away{i}", f"r{rng.randrange(2)}", 0, 540 + 60 * i, 600 + 60 * i)
        wishes.append(Wish(stands, tuple(p for _, p in rows), tuple(c for c, _ in rows)))
    return tuple(wishes)


def big(rng: random.Random, visits: int = 60, busy: float = 0.6) -> tuple[Wish, ...]:
    """A week of one therapist over two others and three rooms, whose hours are partly taken."""
    hours = [*range(540, 720, 60), *range(780, 1020, 60)]
    taken: set[tuple[str, int, int]] = set()
    for who in ("b", "c"):
        for day, hour in itertools.product(range(28), hours):
            if rng.random() < busy:
                taken |= {(who, day, hour), (f"r{rng.randrange(3)}", day, hour)}
    free = [(who, f"r{room}", day, at) for who, room, day in itertools.product("bc", range(3), range(28)) if day % 7 < 5
            for at in [*range(540, 661, 15), *range(780, 961, 15)]
            if not any(hour < at + 60 and at < hour + 60 for hour in hours for key in (who, f"r{room}") if (key, day, hour) in taken)]
    wishes = []
    for i in range(visits):
        day, at = i % 5, rng.choice(hours)
        rows = sorted((16 + 3 * (on - day) + min(16, abs(t - at) // 15), Place(f"c{i}", who, room, on, on * 1440 + t, on * 1440 + t + 60))
                      for who, room, on, t in free if on >= day)
        stands = Place(f"c{i}", "a", f"away{i}", day, day * 1440 + at, day * 1440 + at + 60)
        wishes.append(Wish(stands, tuple(p for _, p in rows), tuple(c for c, _ in rows)))
    return tuple(wishes)


def least_of_all(wishes):
    """Every choice there is, checked pair by pair."""
    return min(price_of(wishes, chosen, UNPLACED)
               for chosen in itertools.product(*(range(STAYS, len(wish.places)) for wish in wishes))
               if not clashes(wishes, chosen))


@pytest.mark.sized
def test_small_questions_get_the_answer_that_trying_everything_gets(monkeypatch, record_property):
    rng = random.Random(20261123)
    count = size(60, 3_000)
    for _ in range(count):
        monkeypatch.setattr(bulk_optimum, "FIRST_LOOK", rng.choice((1, 2, 60)))  # also with nearly everything left out at first
        wishes = small(rng)
        found = find_least(Question.load(Question(wishes, UNPLACED, 20).dump()))
        assert not clashes(wishes, found.chosen)
        assert found.cost == price_of(wishes, found.chosen, UNPLACED) == least_of_all(wishes) == found.bound
    record_property("figure", f"{count:,} of {count:,} equal brute force")


def test_without_the_rows_that_keep_visits_apart_the_checker_finds_clashes(monkeypatch):
    monkeypatch.setattr(Model, "_at_most_one", lambda self: iter(()))
    monkeypatch.setattr(bulk_optimum, "clashes", lambda wishes, chosen: [])
    rng = random.Random(1)
    found = [(wishes, find_least(Question(wishes, UNPLACED, 20)).chosen) for wishes in (small(rng) for _ in range(40))]
    assert sum(bool(clashes(wishes, chosen)) for wishes, chosen in found) > 10


def test_the_rows_of_shared_time_name_every_pair_that_overlaps_and_no_other():
    rng = random.Random(2)
    for _ in range(50):
        stretches = [(begin, begin + rng.randint(1, 8), column) for column in range(12) if (begin := rng.randrange(30)) >= 0]
        named = {pair for row in at_one_time(stretches) for pair in itertools.combinations(sorted(row), 2)}
        assert named == {(a[2], b[2]) for a, b in itertools.combinations(stretches, 2) if a[0] < b[1] and b[0] < a[1]}


def test_a_first_choice_and_every_alternative_stand_apart_from_the_others():
    rng = random.Random(3)
    for _ in range(200):
        wishes = small(rng)
        chosen = first_fit(wishes)
        assert not clashes(wishes, chosen)
        for i, place in enumerate(chosen):
            offered = others_for(i, wishes, chosen)
            assert len(offered) <= MOST_OPTIONS and (not offered if place == STAYS else offered[0] == place)
            assert not any(clashes(wishes, [*chosen[:i], other, *chosen[i + 1:]]) for other in offered)


def test_what_is_left_out_of_the_question_counts_in_the_bound():
    rng = random.Random(4)
    for _ in range(60):
        wishes, most = small(rng), rng.randint(0, 2)
        told = tuple(Wish(w.stands, w.places[:most], w.costs[:most], w.costs[most] if len(w.places) > most else None) for w in wishes)
        found = find_least(Question(told, UNPLACED, 20))
        assert found.bound <= least_of_all(wishes) <= found.cost and not clashes(told, found.chosen)


@pytest.mark.sized
def test_a_weeks_visits_over_two_others_get_an_answer_with_a_proven_gap_within_its_time(record_property):
    said = []
    for seed in range(size(1, 6)):
        told, wishes, began = [], big(random.Random(seed), size(24, 60)), monotonic()
        found = search_least(Question(wishes, UNPLACED, 15), tell=told.append)
        took = monotonic() - began
        assert not clashes(wishes, found.chosen) and found.bound <= found.cost <= price_of(wishes, first_fit(wishes), UNPLACED)
        assert took < 20 and len(told) > 1, "progress was told"
        assert found.cost - found.bound <= 0.05 * found.cost
        said.append(f"{found.cost} (at least {found.bound}) in {took:.1f} s")
    record_property("figure", "; ".join(said))


def test_at_its_time_limit_it_answers_the_best_so_far_and_how_far_from_the_best_it_may_be():
    wishes = big(random.Random(0), busy=0.5)
    found = search_least(Question(wishes, UNPLACED, 0.7))
    assert not clashes(wishes, found.chosen)
    assert found.bound <= found.cost == price_of(wishes, found.chosen, UNPLACED)


def test_somebody_may_take_what_there_is():
    wishes, told = big(random.Random(0), busy=0.5), []
    found = search_least(Question(wishes, UNPLACED, 15), tell=told.append, is_stopped=lambda: bool(told))
    assert found == told[-1] and found.seconds < 10 and not clashes(wishes, found.chosen)


def test_a_search_that_dies_has_failed(monkeypatch):
    started = subprocess.Popen

    def killed(*args, **kwargs):
        process = started(*args, **kwargs)
        process.kill()
        return process

    monkeypatch.setattr(bulk_search.subprocess, "Popen", killed)
    with pytest.raises(SearchFailed, match="exit status -9"):
        search_least(Question(small(random.Random(0)), UNPLACED, 5))


def test_nothing_but_the_search_loads_the_solver_and_no_id_reaches_it():
    loaded = subprocess.run([sys.executable, "-c", "import sessions.bulk_search, sys; print('numpy' in sys.modules, 'highspy' in sys.modules)"],
                            capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == ["False", "False"]
    wish = Wish(Place("maria", "ana", "river", 1, 2, 3), (Place("maria", "ben", "river", 2, 4, 5),), (7,))
    assert json.loads(Question((wish,), 9, 1).dump())["wishes"] == [[[0, 1, 2, 1, 2, 3], [[0, 3, 2, 2, 4, 5]], [7], None]]
