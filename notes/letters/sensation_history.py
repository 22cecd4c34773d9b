"""What was felt where on two days, from the history of findings.

A finding counts from the day it began, or, where nobody said when that was, from the day it was written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from clients.findings import FINDINGS
from clients.models import Client, Finding
from clients.sensation_map import SENSATIONS
from notes.letters.sensation import Felt, Sensation
from practice import clock


def sensation_between(client: Client, first: date, last: date) -> Sensation | None:
    """Both maps; None where on neither day anything is noted with a place."""
    rows = list(Finding.objects.filter(client=client, finding__in=SENSATIONS).prefetch_related("places"))
    then, now = (_felt(rows, day, client.practice.time_zone) for day in (first, last))
    return Sensation(first, last, then, now) if then or now else None


def _felt(rows: Sequence[Finding], day: date, zone: str) -> tuple[Felt, ...]:
    places: dict[str, dict[str, None]] = {}
    for row in rows:
        began = row.began_on or clock.wall_of(row.recorded_at, zone)[0]
        if began <= day and (row.ended_on is None or row.ended_on >= day):
            found = places.setdefault(row.finding, {})
            found.update({f"{place.region}:{side}": None for place in row.places.all() for side in _sides(place.side)})
    return tuple(Felt(code, FINDINGS[code].name, tuple(sorted(places[code])))
                 for code in FINDINGS if places.get(code))


def _sides(side: str) -> tuple[str, ...]:
    return ("left", "right") if side == "both" else (side,)
