"""W3: bookings over HTTP, eight clients with slots of their own, beside plain inserts; and fifty for one slot."""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

from bench.figures import Figure, queries_of
from bench.fill import Filled
from bench.place import Place, Request, Web, post, route_exists, storm
from practice import clock
from practice.models import AuditEntry, Message
from sessions.booking import book_appointment
from sessions.models import Appointment, AppointmentEvent

PATH = "/api/v1/appointments/"
HANDS, RACERS = 8, 50
HOURS = (9, 10, 11, 13, 14, 15, 16)  # 45 minutes and 15 of buffer, all inside the therapist's hours


class Slots:
    """Starts that nobody has asked for yet, each given out once, from ten days ahead on."""

    def __init__(self, filled: Filled) -> None:
        self._all = self._walk(filled)

    def take(self, how_many: int) -> list[datetime]:
        return [next(self._all) for _ in range(how_many)]

    @staticmethod
    def _walk(filled: Filled) -> Iterator[datetime]:
        for n in range(7, 350):
            day = filled.first + timedelta(days=n)
            if day.weekday() < 5:
                midnight = clock.day_begins(day, filled.practice.time_zone)
                yield from (midnight + timedelta(hours=hour) for hour in HOURS)


def measure(place: Place, filled: Filled, rounds: int, each: int) -> list[Figure]:
    """Bookings a second by the product and by the floor in turns, then the race."""
    rate = Figure(
        "W3", "bookings a second, 8 clients, distinct slots", "", unit="/s", better="higher", goals={"floor": 0.4}
    )
    race = Figure("W3 race", "most winners of 50 for one slot", "", unit="winner", goals={"value": 1})
    if not route_exists(PATH):
        rate.note = race.note = "no such route yet"
        return [rate, race]
    slots = Slots(filled)
    rate.queries = _queries(filled, slots)
    with place.served() as product, place.served("bench.floor_wsgi:application") as floor:
        storm(product, _hands(filled, slots, 4, None), 201)
        before = _written()
        storm(product, _hands(filled, slots, 1, None), 201)
        wrote = [(b - a) // HANDS for a, b in zip(before, _written(), strict=True)]
        storm(floor, _hands(filled, slots, 4, wrote[3]), 201)
        took = [
            (
                storm(product, _hands(filled, slots, each, None), 201),
                storm(floor, _hands(filled, slots, each, wrote[3]), 201),
            )
            for _ in range(rounds)
        ]
        rate.value, rate.floor = (statistics.median(one[n] for one in took) for n in (0, 1))
        rate.note = f"{wrote[1]} event, {wrote[2]} audit, {wrote[3]} messages each"
        _race(product, filled, slots, race, rounds)
    return [rate, race]


def _hands(filled: Filled, slots: Slots, each: int, floor_messages: int | None) -> list[list[Request]]:
    """Every hand books for a client of its own with a therapist of its own, so that only the room is shared."""
    starts = slots.take(each)
    return [[_request(filled, k, start, floor_messages) for start in starts] for k in range(HANDS)]


def _request(filled: Filled, k: int, start: datetime, floor_messages: int | None, client: int | None = None) -> Request:
    zone = filled.practice.time_zone
    body: dict[str, Any] = {
        "client": str(filled.clients[k if client is None else client].pk),
        "therapist": str(filled.therapists[k].pk),
        "service": str(filled.service.pk),
        "starts_at": clock.iso(start, zone),
    }
    if floor_messages is None:
        return post(PATH, filled.token, body)
    body |= {
        "practice": str(filled.practice.pk),
        "room": str(filled.rooms[k].pk),
        "zone": zone,
        "messages": floor_messages,
    }
    return post("/book", filled.token, body)


def _written() -> list[int]:
    return [model.objects.count() for model in (Appointment, AppointmentEvent, AuditEntry, Message)]


def _queries(filled: Filled, slots: Slots) -> int:
    (start,) = slots.take(1)
    return queries_of(
        lambda: book_appointment(
            client=filled.clients[0],
            therapist=filled.therapists[0],
            service=filled.service,
            starts_at=start,
            by=filled.therapists[0],
        )
    )


def _race(web: Web, filled: Filled, slots: Slots, figure: Figure, rounds: int) -> None:
    """Fifty clients at once, several times over; the worst round and the slowest twentieth of the answers count."""
    winners, took = [], []
    for start in slots.take(rounds):
        barrier = Barrier(RACERS)

        def run(n: int, start: datetime = start, barrier: Barrier = barrier) -> tuple[int, str, float]:
            caller, request = web.caller(), _request(filled, 0, start, None, client=n)
            barrier.wait(60)
            began = time.perf_counter()
            status, body = caller.send(request)
            return status, json.loads(body).get("code", ""), time.perf_counter() - began

        with ThreadPoolExecutor(RACERS) as pool:
            answers = list(pool.map(run, range(RACERS)))
        said = Counter((status, code) for status, code, _ in answers)
        assert set(said) <= {(201, ""), (409, "slot_taken")}, said
        winners.append(said[201, ""])
        took += [seconds for _, _, seconds in answers]
    figure.value = max(winners)
    if min(winners) < 1:
        figure.value = 0
        figure.goals = {"value": -1}
    late = statistics.quantiles(took, n=20)[-1]
    figure.note = f"each round: {', '.join(map(str, winners))}; p95 {late * 1000:,.0f} ms"
