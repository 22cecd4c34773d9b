"""W1, W2, W2h: open slots, beside the ORM floor (one query, one merge) and the limit (raw SQL, one merge)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection

from bench.figures import Figure, milliseconds, queries_of, together
from bench.fill import AFTERNOON, MORNING, Filled
from bench.place import Place, Web, get, route_exists
from practice import clock
from sessions.models import RELEASED, Appointment
from sessions.supply import find_open_slots

GRID, MINUTES = 15, 45
PATH = "/api/v1/availability/"
HISTORY_BOUND = 1.2


def measure(place: Place, one: Filled, ten: Filled, seconds: float) -> list[Figure]:
    """W1 and W2 in this process."""
    found = []
    for id_, what, filled, days, bound in (
        ("W1", "open slots: 1 therapist, 30 days, 200 visits", one, 30, None),
        ("W2", "open slots: 10 therapists, 60 days, 5,000 visits", ten, 60, 11.0 if place.is_postgres else 8.0),
    ):
        ask, floor, limit = asker(filled, days), _floor(filled, days), _limit(filled, days)
        equal = [(s.starts_at, s.therapist.pk) for s in ask()]
        assert len(equal) == len(limit()) == len(floor()), "all three give the same slots"
        took = together(ask, floor, limit, seconds=seconds)
        goals = {"floor": 1.0, "limit": 2.0} | ({"value": bound} if bound else {})
        found.append(
            Figure(
                id_,
                f"{what} ({len(equal):,} open)",
                "",
                took[0],
                floor=took[1],
                limit=took[2],
                goals=goals,
                queries=queries_of(ask),
            )
        )
    return found


def over_http(web: Web, one: Filled, ten: Filled, figures: list[Figure], seconds: float) -> list[Figure]:
    """The same as JSON over HTTP, against the limit in process."""
    found = []
    for in_process, filled, days in ((figures[0], one, 30), (figures[1], ten, 60)):
        figure = Figure(
            f"{in_process.id} HTTP", "the same as JSON over HTTP", "", goals={"limit": 4.0}, limit=in_process.limit
        )
        found.append(figure)
        if not route_exists(PATH):
            figure.note = "no such route yet"
            continue
        last = filled.first + timedelta(days=days - 1)
        question = urlencode({"service": filled.service.pk, "from": filled.first, "to": last})
        caller, request = web.caller(), get(f"{PATH}?{question}", filled.token)
        body = caller.expect(request)
        figure.value = milliseconds(lambda c=caller, r=request: c.expect(r), seconds=seconds)
        figure.note = f"{len(body) / 1024:,.0f} kB"
    return found


def history(filled: Filled, sizes: list[int], grow: Callable[[int], None], seconds: float) -> list[Figure]:
    """W2 again with so many visits of the past in the table; the first size is the base of the others."""
    found: list[Figure] = []
    ask = asker(filled, 60)
    for size in sizes:
        grow(size)
        base = found[0].value if found else None
        found.append(
            Figure(
                "W2h",
                f"W2 with {size:,} past visits",
                "",
                milliseconds(ask, seconds=seconds),
                floor=base,
                goals={"floor": HISTORY_BOUND} if found else {},
                queries=queries_of(ask),
                note=f"floor here: with {sizes[0]:,}" if found else "",
            )
        )
    return found


def asker(filled: Filled, days: int) -> Callable[[], list[Any]]:
    last = filled.first + timedelta(days=days - 1)
    return lambda: find_open_slots(service=filled.service, first=filled.first, last=last)


# --- the least that could be done ----------------------------------------------------------------------------------


def _span(filled: Filled, days: int) -> tuple[datetime, datetime]:
    zone = filled.practice.time_zone
    return clock.day_begins(filled.first, zone), clock.day_begins(filled.first + timedelta(days=days), zone)


def _windows(filled: Filled, days: int) -> list[tuple[int, int]]:
    """The hours, known beforehand: neither floor nor limit reads them."""
    found = []
    for n in range(days):
        day = filled.first + timedelta(days=n)
        if day.weekday() < 5:
            midnight = clock.minute_of(clock.day_begins(day, filled.practice.time_zone))
            found += [(midnight + a, midnight + b) for a, b in (MORNING, AFTERNOON)]
    return found


def _merge(windows: list[tuple[int, int]], busy: list[tuple[int, int]], who: Any) -> list[tuple[int, Any]]:
    """Open starts on the grid, in one pass over sorted windows and sorted visits."""
    found: list[tuple[int, Any]] = []
    near, count = 0, len(busy)
    for opens, closes in windows:
        free = opens
        while near < count and busy[near][0] < closes:
            begin, end = busy[near]
            near += 1
            if begin - free >= MINUTES:
                found += [(start, who) for start in range(-(-free // GRID) * GRID, begin - MINUTES + 1, GRID)]
            free = max(free, end)
        if closes - free >= MINUTES:
            found += [(start, who) for start in range(-(-free // GRID) * GRID, closes - MINUTES + 1, GRID)]
    return found


def _floor(filled: Filled, days: int) -> Callable[[], list[Any]]:
    """`values_list` and one merge: what a careful Django developer would write."""
    windows, (begin, end) = _windows(filled, days), _span(filled, days)
    who = [t.pk for t in filled.therapists]

    def ask() -> list[Any]:
        busy: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
        rows = (
            Appointment.objects.filter(therapist__in=who, occupied_until__gt=begin, occupied_from__lt=end)
            .exclude(status__in=RELEASED)
            .order_by("therapist_id", "occupied_from")
            .values_list("therapist_id", "occupied_from", "occupied_until")
        )
        for therapist, since, until in rows:
            busy[therapist].append((int(since.timestamp()) // 60, int(until.timestamp()) // 60))
        return [slot for therapist in who for slot in _merge(windows, busy[therapist], therapist)]

    return ask


def _limit(filled: Filled, days: int) -> Callable[[], list[Any]]:
    """Raw SQL that answers whole minutes, and the same merge."""
    windows, (begin, end) = _windows(filled, days), _span(filled, days)
    postgres = connection.vendor == "postgresql"
    who = [t.pk if postgres else t.pk.hex for t in filled.therapists]
    minute = "(extract(epoch from {0}) / 60)::int" if postgres else "unixepoch({0}) / 60"
    sql = (
        f"SELECT therapist_id, {minute.format('occupied_from')}, {minute.format('occupied_until')} "
        f"FROM therapy_sessions_appointment WHERE therapist_id IN ({', '.join(['%s'] * len(who))}) "
        "AND occupied_until > %s AND occupied_from < %s AND status NOT IN ('held', 'cancelled', 'noshow') "
        "ORDER BY therapist_id, occupied_from"
    )
    params = [*who, begin, end] if postgres else [*who, f"{begin:%Y-%m-%d %H:%M:%S}", f"{end:%Y-%m-%d %H:%M:%S}"]

    def ask() -> list[Any]:
        busy: dict[Any, list[tuple[int, int]]] = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            for therapist, since, until in cursor.fetchall():
                busy[therapist].append((since, until))
        return [slot for therapist in who for slot in _merge(windows, busy[therapist], therapist)]

    return ask
