"""Practices of a given size, loaded in bulk: short visits on a quarter-hour grid, past and to come."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from django.utils import timezone

from clients.models import Client
from conftest import ZONE, make_client, make_member, make_practice, token_for
from practice import clock
from practice.models import Membership, Practice, Room, Service
from sessions.models import Appointment

# 5,000 visits of 45 minutes would not fit into sixty days of ten therapists; these fill two thirds of their hours.
LENGTHS = (15, 30)
PAST_LENGTH = 30
MORNING, AFTERNOON = (9 * 60, 12 * 60), (13 * 60, 17 * 60)  # minutes of the day, as conftest's therapists work
BATCH = 2000


@dataclass
class Filled:
    """A practice with its people, and the first day that is asked about."""

    practice: Practice
    therapists: list[Membership]
    rooms: list[Room]
    service: Service
    clients: list[Client]
    first: date
    token: str
    visits: list[Appointment] = field(default_factory=list)


def practice_of(name: str, therapists: int, *, clients: int = 60, buffer_after: int = 0) -> Filled:
    """So many therapists with a room each, working Monday to Friday, 9 to 12 and 13 to 17."""
    code = name.split()[0].lower()
    practice = make_practice(name, ZONE)
    members = [make_member(practice, f"Therapist {n}", f"t{n}@{code}.example", "therapist") for n in range(therapists)]
    rooms = [Room.objects.create(practice=practice, name=f"Room {n:02d}", position=n) for n in range(therapists)]
    service = Service.objects.create(practice=practice, name="Neuro 45", minutes=45, buffer_after=buffer_after)
    people = [make_client(practice, f"Client {n:03d}", email=f"c{n}@{code}.example") for n in range(clients)]
    today = clock.wall_of(timezone.now(), ZONE)[0]
    monday = today + timedelta(days=7 - today.weekday())
    return Filled(practice, members, rooms, service, people, monday, token_for(members[0]))


def fill_ahead(place: Filled, days: int, visits: int, seed: int) -> None:
    """Lay so many visits at random over the working days to come, evenly over therapists, without an overlap."""
    chance = random.Random(seed)
    workdays = [d for n in range(days) if (d := place.first + timedelta(days=n)).weekday() < 5]
    cells = [(day, k) for day in workdays for k in range(len(place.therapists))]
    each, more = divmod(visits, len(cells))
    rows = []
    for n, (day, k) in enumerate(cells):
        for start, length in _spread(each + (n < more), chance):
            rows.append(
                _visit(place, k, clock.day_begins(day, ZONE) + timedelta(minutes=start), start, length, "booked")
            )
    place.visits = [row for part in _parts(iter(rows)) for row in Appointment.objects.bulk_create(part)]


def fill_past(place: Filled, visits: int, after: int, most: int) -> None:
    """Visits of the past from number `after` up to `visits`, of `most` in all: fourteen a day for each therapist.

    The oldest come first: what guards against overlaps looks at everything later, so this order loads fastest.
    """
    per_day = 14 * len(place.therapists)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def rows() -> Iterator[Appointment]:
        for n in range(after, visits):
            day, cell = divmod(n, per_day)
            slot, k = divmod(cell, len(place.therapists))
            start = today - timedelta(days=most // per_day + 2 - day) + timedelta(hours=14, minutes=slot * PAST_LENGTH)
            yield _visit(place, k, start, 9 * 60 + slot * PAST_LENGTH, PAST_LENGTH, "fulfilled")

    for part in _parts(rows()):
        Appointment.objects.bulk_create(part)


def _spread(count: int, chance: random.Random) -> list[tuple[int, int]]:
    """So many visits at random places of the two halves of a day: starts in minutes of the day, and lengths."""
    lengths = [chance.choice(LENGTHS) for _ in range(count)]
    cut = round(count * 3 / 7)
    found = []
    for (opens, closes), part in ((MORNING, lengths[:cut]), (AFTERNOON, lengths[cut:])):
        spare = (closes - opens - sum(part)) // 15
        shifts = sorted(chance.randint(0, spare) for _ in part)
        found += [
            (opens + sum(part[:n]) + shift * 15, length)
            for n, (shift, length) in enumerate(zip(shifts, part, strict=True))
        ]
    return found


def _visit(place: Filled, k: int, start: datetime, minute: int, length: int, status: str) -> Appointment:
    """Within a day each quarter of an hour and therapist has a client of its own: nobody is in two places."""
    client = place.clients[(minute // 15 * len(place.therapists) + k) % len(place.clients)]
    row = Appointment(
        practice=place.practice,
        client=client,
        therapist=place.therapists[k],
        room=place.rooms[k],
        service=place.service,
        minutes=length,
        status=status,
    )
    row.set_time(start, ZONE)
    return row


def _parts(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while part := list(islice(rows, BATCH)):
        yield part
