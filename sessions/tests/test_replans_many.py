"""A week's clients of one absent therapist over two others, in the real diary: searched, applied, undone, checked by SQL."""

from __future__ import annotations

import random
from datetime import time, timedelta
from time import monotonic

import pytest
from django.db import connection

from conftest import MONDAY, ZONE, make_client, make_member
from practice import clock
from practice.models import Message, Room, Service, TimeOff
from practice.tests.sizes import size
from sessions import replans
from sessions.models import Appointment
from sessions.tests.test_races import OVERLAPS

HOURS = (9, 10, 11, 13, 14, 15, 16)
WEEKS_AHEAD = 5
VISITS = size(20, 60)


def visit(client, therapist, room, service, day, hour, **fields):
    """A visit as booking writes it, without booking's looks: hundreds of them are needed."""
    row = Appointment(practice=client.practice, client=client, therapist=therapist, room=room, service=service, minutes=45,
                      buffer_before=0, buffer_after=15, **fields)
    row.set_time(clock.instant_of(day, time(hour), ZONE), ZONE)
    return row


@pytest.fixture
def full_house(now, riverside, desk):
    """Three therapists in three rooms; Ana's week after next is full, the others are half booked for five weeks."""
    people = [make_member(riverside, name, f"{name.split()[0].lower()}@riverside.example", "therapist")
              for name in ("Ana Alves", "Ben Baker", "Cleo Cruz")]
    rooms = [Room.objects.create(practice=riverside, name=f"Room {n}", position=n) for n in range(3)]
    service = Service.objects.create(practice=riverside, name="Neuro 45", minutes=45, buffer_after=15)
    rng, week = random.Random(20261123), MONDAY + timedelta(days=7)
    rows = []
    for n in range(VISITS):  # up to twelve hours a day: she works long, which no rule of hers forbids
        rows.append(visit(make_client(riverside, f"Client {n:02}"), people[0], rooms[0], service, week + timedelta(days=n % 5), 8 + n // 5))
    for who, room in zip(people[1:], rooms[1:], strict=True):
        for day in range(WEEKS_AHEAD * 7):
            on = week + timedelta(days=day)
            rows += [visit(make_client(riverside, f"{who.name} {day} {hour}", preferences={}), who, room, service, on, hour)
                     for hour in HOURS if on.weekday() < 5 and rng.random() < 0.5]
    Appointment.objects.bulk_create(rows)
    return TimeOff.objects.create(practice=riverside, therapist=people[0], starts_at=clock.day_begins(week, ZONE),
                                  ends_at=clock.day_begins(week + timedelta(days=7), ZONE))


def count_overlaps():
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        return cursor.fetchone()[0]


def stand():
    return {row.pop("id"): row for row in Appointment.objects.values("id", "therapist", "room", "starts_at", "occupied_from", "occupied_until", "status")}


def clash(a, b):
    """Whether two visits share a therapist or a room and time, written down a second time."""
    shares = a["occupied_from"] < b["occupied_until"] and b["occupied_from"] < a["occupied_until"]
    return shares and (a["therapist"] == b["therapist"] or a["room"] == b["room"])


@pytest.mark.sized
def test_a_weeks_clients_of_one_absent_therapist_find_new_times_within_twenty_seconds(full_house, desk, monkeypatch, record_property):
    before, heard, searched = stand(), [], replans.search_least

    def listening(question, **doors):
        tell = doors.pop("tell")
        return searched(question, tell=lambda found: (heard.append(found), tell(found)), **doors)

    monkeypatch.setattr(replans, "search_least", listening)
    began = monotonic()
    plan = replans.start_replan(by=desk, kind="time_off", scope={"time_off": str(full_house.pk)})
    replans.search(plan.pk)
    took = monotonic() - began
    plan.refresh_from_db()
    assert plan.state == "ready" and plan.visits == VISITS and took < 20
    assert len(heard) > 1 and heard[0].cost >= plan.cost >= plan.bound >= heard[0].bound, "it came nearer, and said so"
    assert plan.gap_percent <= 5
    moves = replans.found_moves(plan)
    assert sum(bool(move.starts_at) for move in moves) == VISITS, "there is room for all"
    began = monotonic()
    replans.apply_replan(plan=plan, by=desk)
    applied = monotonic() - began
    after = stand()
    assert count_overlaps() == 0
    rows = list(after.values())
    assert not any(clash(a, b) for i, a in enumerate(rows) for b in rows[:i])
    assert {pk for pk in after if after[pk] != before[pk]} == {move.visit.pk for move in moves}
    assert Message.objects.filter(kind="moved-together").count() + Message.objects.filter(kind="booked").count() == VISITS
    replans.undo_replan(plan=plan, by=desk)
    assert stand() == before
    record_property("figure", f"{VISITS} visits: disturbance {plan.cost}, proven at least {plan.bound} (gap {plan.gap_percent} %), found in {took:.1f} s, "
                    f"applied in {applied:.1f} s, 0 overlaps, back as before")
