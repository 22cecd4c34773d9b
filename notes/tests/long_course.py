"""A client of many years: every visit with its signed note, written in bulk as signing leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from decimal import Decimal

from clients.models import Client
from conftest import MONDAY, ZONE
from notes.models import Measurement, Note, Treatment
from practice import clock
from practice.models import Membership, Room, Service
from sessions.models import Appointment

# Pain before and after, days the session before helped, pressure on the calf: by turns.
TURNS: Sequence[tuple[int, int, int, int]] = ((6, 4, 4, 2), (5, 3, 5, 3), (6, 3, 3, 2), (4, 2, 7, 3))


def long_course(client: Client, therapist: Membership, service: Service, visits: int, *, every: int = 7) -> list[Note]:
    """So many visits up to last week, three rows of work and four readings each; oldest first."""
    room, signed_at = Room.objects.get(practice=client.practice), clock.instant_of(MONDAY, time(7), ZONE)
    rows = []
    for n in range(visits):
        row = Appointment(practice=client.practice, client=client, therapist=therapist, room=room, service=service,
                          minutes=service.minutes, status="fulfilled")
        row.set_time(clock.instant_of(MONDAY - timedelta(days=every * (visits - n)), time(9), ZONE), ZONE)
        rows.append(row)
    notes = Note.objects.bulk_create(
        Note(practice=client.practice, appointment=row, client=client, author=therapist, visit_on=row.wall_date,
             subjective="legs heavier", plan="Weekly.") for row in Appointment.objects.bulk_create(rows))
    work, read = [], []
    for n, note in enumerate(notes):
        before, after, helped, pressure = TURNS[n % len(TURNS)]
        for position, (region, side, firmly) in enumerate(
                (("calf", "left", pressure), ("foot", "both", 1), ("back", "both", 2))):
            work.append(Treatment(note=note, number=position, region=region, side=side, technique="effleurage",
                                  pressure=firmly, minutes=10))
        for measure, when, value in (("pain", "before", before), ("pain", "after", after),
                                     ("stiffness", "before", before + 1), ("relief-days", "before", helped)):
            read.append(Measurement(note=note, measure=measure, when=when, value=Decimal(value)))
    Treatment.objects.bulk_create(work)
    Measurement.objects.bulk_create(read)
    for n, note in enumerate(notes, start=1):
        note.signed_at, note.signed_by, note.content_hash, note.chain_position = signed_at, therapist, f"{n:064x}", n
    Note.objects.bulk_update(notes, ["signed_at", "signed_by", "content_hash", "chain_position"])
    return notes
