"""What a doctor is asked to allow, read from the rows of doctors' words."""

from __future__ import annotations

from clients.body_forms import scope_name
from clients.models import Clearance, Client, Doctor
from clients.overview import said_terms
from notes.letters.asked import Ask


def ask_of(row: Clearance) -> Ask:
    """What a row asks, saved or not."""
    places = tuple(f"{place['region']}:{place['side']}" for place in row.regions)
    return Ask(row.scope, scope_name(row), row.max_pressure, row.minutes, places, tuple(row.excluded_techniques),
               said_terms(row))


def asks_waiting(client: Client, doctor: Doctor) -> tuple[Ask, ...]:
    """What this doctor was asked about the client and has not answered since, each thing once, the newest question."""
    words = Clearance.objects.filter(client=client, doctor=doctor).exclude(state="set_aside").order_by(
        "recorded_at", "pk")
    last = {row.scope: row for row in words}
    return tuple(ask_of(row) for row in last.values() if row.state == Clearance.State.REQUESTED)
