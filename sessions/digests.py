"""The digests of the diary: the day ahead, and what is on hold. Initials and counts alone."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.urls import reverse

from clients.models import Episode
from practice.digests import MONDAYS, Digest, declare_digest
from practice.models import Membership
from sessions.calendars import initials
from sessions.models import Hold
from sessions.today import LIVE, VisitRow, day_of


def _day(member: Membership, today: date) -> dict[str, str] | None:
    """How many visits, when the first begins, how many things wait: a therapist's own day, else everybody's."""
    day = day_of(member, today, everybody=not member.is_therapist)
    visits = [row.visit for row in day.rows if isinstance(row, VisitRow) and row.visit.status in LIVE]
    waits = len(day.needs) + len(day.requests)
    if not visits and not waits:
        return None
    first = visits[0] if visits else None
    return {
        "visits": "no visits" if not visits else "1 visit" if len(visits) == 1 else f"{len(visits)} visits",
        "first": f"The first at {first.wall_time:%H:%M}, {initials(first.client.name)}" if first else "",
        "needs": "1 thing needs you." if waits == 1 else f"{waits} things need you." if waits else "",
        "link": f"{settings.BASE_URL}{reverse('sessions:today')}"}


def _on_hold(member: Membership, today: date) -> dict[str, str] | None:
    """How many visits of how many clients are on hold, and how many of these are to be looked at again by now."""
    rows = list(Hold.objects.filter(outcome="", appointment__practice_id=member.practice_id).values_list(
        "appointment__client_id", "episode__status", "episode__review_on"))
    if not rows:
        return None
    clients = len({client for client, _, _ in rows})
    due = len({client for client, status, review in rows if status not in Episode.OPEN or (review and review <= today)})
    return {
        "held": f"{len(rows)} visit{'s' * (len(rows) > 1)} of {clients} client{'s' * (clients > 1)}",
        "due": f"To be looked at again by today: {due}." if due else "",
        "link": f"{settings.BASE_URL}{reverse('sessions:on_hold')}"}


declare_digest(Digest(
    "digest-today", "The day ahead", "Every morning at seven: how many visits, when the first begins, what needs you.",
    _day, {"visits": "5 visits", "first": "The first at 10:30, M. L.", "needs": "2 things need you."}))
declare_digest(Digest(
    "digest-on-hold", "On hold", "On Mondays, where visits are on hold: how many, and how many are due for review.",
    _on_hold, {"held": "7 visits of 3 clients", "due": "To be looked at again by today: 2."}, weekdays=MONDAYS))
