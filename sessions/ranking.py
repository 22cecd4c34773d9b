"""Which open times suit a client best: their wishes, their rhythm, their therapist, and what suits their body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from clients.models import Client
from clients.suiting_times import suiting_times
from practice import clock
from practice.clock import instant_at, minute_of
from practice.models import Practice
from sessions.availability import Slot
from sessions.models import RELEASED, Appointment
from sessions.weighing import Preferences, Ranked, rank


def rank_for(client: Client, slots: list[Slot], practice: Practice) -> list[Ranked]:
    """The same slots, best first for this client, each saying why; the rhythm is that of the last or next series."""
    now = timezone.now()
    visits = (Appointment.objects.filter(client=client).exclude(status__in=RELEASED)
              .exclude(status="proposed", expires_at__lte=now).order_by("starts_at"))
    last = Subquery(visits.filter(starts_at__lte=now).order_by("-starts_at").values("starts_at")[:1])
    nearest = list(visits.filter(starts_at__gte=Coalesce(last, now)).values_list(
        "starts_at", "therapist_id", "series__every_days"))
    minutes = [minute_of(row[0]) for row in nearest]
    has_begun = bool(nearest) and nearest[0][0] <= now
    prefs = _with_suiting_times(preferences_of(client), client, slots, practice.time_zone)
    if not prefs.therapists and nearest:
        prefs = replace(prefs, therapists=(str(nearest[0][1]),))
    return rank(slots, prefs, zone=practice.time_zone, last_visit=minutes[0] if has_begun else None,
                coming=minutes[has_begun:], today=clock.wall_of(now, practice.time_zone)[0],
                rhythm_days=next((row[2] for row in nearest if row[2]), None))


def _with_suiting_times(prefs: Preferences, client: Client, slots: Sequence[Slot], zone: str) -> Preferences:
    """Their wishes, and beside them what suits their body on these days."""
    if not slots:
        return prefs
    first, last = (clock.wall_of(instant_at(edge(slot.starts for slot in slots)), zone)[0] for edge in (min, max))
    suits = suiting_times(client, first, last)
    return replace(prefs, suggested=suits.hours, days_to_avoid=suits.days_to_avoid)


def preferences_of(client: Client) -> Preferences:
    """The client's wishes in the shape the pure functions read."""
    wishes = client.preferences
    return Preferences(
        weekdays=frozenset(wishes.get("weekdays", [])),
        windows=tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in wishes.get("windows", [])),
        therapists=tuple(wishes.get("therapists", [])))
