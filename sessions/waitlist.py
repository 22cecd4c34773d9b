"""The waitlist: who wants an earlier or another time, and when they can."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction

from clients.episodes import today_in
from clients.models import Client
from practice import audit, clock
from practice.access import Actor, OwnedQuerySet
from practice.models import Membership, Service
from practice.refusals import BadInput
from sessions.diary import lock_diary
from sessions.models import WaitlistEntry

USUAL_DAYS = 90  # how long somebody waits where no last day is named


def join_waitlist(
    *, client: Client, service: Service, by: Actor, therapist: Membership | None = None, from_on: date | None = None,
    until_on: date | None = None, weekdays: Sequence[int] = (), windows: Sequence[tuple[time, time]] = (),
) -> tuple[WaitlistEntry, bool]:
    """Put a client on the waitlist from today (or `from_on`) until a day, by default 90 days on; answers whether it
    is new.

    Asked again for the same service, the standing entry takes the new wishes. `weekdays` (0 = Monday) and `windows`
    (wall clock) are when they can; none means any. Refuses days that have passed and windows that end too soon.
    """
    today = today_in(client)
    first = max(from_on or today, today)
    last = until_on or first + timedelta(days=USUAL_DAYS)
    if last < first:
        raise BadInput(f"{clock.said_date(last, today=today)} lies before {clock.said_date(first, today=today)}.",
                       field="until_on")
    for opens, closes in windows:
        if closes <= opens:
            raise BadInput(f"{clock.said_time(opens)} to {clock.said_time(closes)} ends before it begins.",
                           field="windows")
    wishes = {"therapist": therapist, "from_on": first, "until_on": last, "weekdays": sorted(set(weekdays)),
              "windows": [[clock.said_time(a), clock.said_time(b)] for a, b in windows]}
    with transaction.atomic():
        lock_diary([], [], [client])
        entry, is_new = WaitlistEntry.objects.update_or_create(
            practice=client.practice, client=client, service=service, ended_at=None, defaults=wishes)
        audit.record(by=by, verb="waitlist_joined", subject=entry, new=is_new)
    return entry, is_new


def waiting(rows: OwnedQuerySet[Any], today: date) -> OwnedQuerySet[Any]:
    """Of these entries those that still wait, the longest waiting first."""
    return rows.filter(ended_at=None, until_on__gte=today).order_by("created_at", "pk")
