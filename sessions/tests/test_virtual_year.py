"""The virtual year of the benchmark, small: both ways live through it on the product's own verbs."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from bench import year, year_fates, year_ways, year_world
from clients.models import Episode
from sessions.models import Appointment, Plan


@pytest.fixture
def small(db, monkeypatch):
    """Four clients, seven weeks, and so many relapses that everybody has one."""
    for name, value in {"CLIENTS": 4, "DAYS": 49}.items():
        monkeypatch.setattr(year_fates, name, value)
        monkeypatch.setattr(year_world, name, value)
    monkeypatch.setattr(year_fates, "RELAPSING", 4)
    monkeypatch.setattr(year_fates, "RATE", 20)
    monkeypatch.setattr(year_fates, "HEAT_RATE", 4)


def test_the_same_seed_is_the_same_year_and_nobody_falls_ill_twice_at_once():
    assert year_fates.fate_of(5) == year_fates.fate_of(5) != year_fates.fate_of(6)
    bouts = sorted(year_fates.fate_of(5).bouts, key=lambda bout: (bout.person, bout.began))
    assert all(a.person != b.person or b.began - a.well_on > timedelta(days=30)
               for a, b in pairwise(bouts))
    assert all(bout.began < bout.reported < bout.known and bout.reported < bout.well_on <= bout.said_on
               for bout in bouts)


@pytest.mark.parametrize("way", ["evenhand", "by-hand"])
def test_a_small_year_is_lived_without_a_double_booking_and_what_is_held_comes_back(small, way):
    world = year_world.World(year_fates.fate_of(8), f"{way.capitalize()} 8")
    lived = year_ways.WAYS[way](world)
    world.live(lived)
    found = year.measure(world, lived)
    assert found["relapses"][0] >= 2 and found["double"] == [0] and found["in_relapse"][1] == 0
    assert found["delivered"][0] > 0 and found["acts"][0] > 0
    if way == "by-hand":
        assert not Episode.objects.exists() and found["each_act"]["relapse"]["cancel a visit"] > 0
    else:
        assert Plan.objects.filter(status="applied").exists()
        still_ill = {world.clients[number].pk for number in world.unwell}
        assert set(Appointment.objects.filter(status="held").values_list("client_id", flat=True)) <= still_ill
