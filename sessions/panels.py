"""What the diary puts on the client's page: coming and past visits, the episode and its holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Min
from django.utils import timezone

from clients.asking.intake import HAS_A_VISIT_TO_COME
from clients.asking.intake_again import NEXT_VISITS
from clients.episodes import today_in
from clients.keeping.archiving import STILL_NEEDED
from clients.limits import Known
from clients.models import Client, Episode
from clients.notices import with_last_told
from practice.access import may_read
from practice.clock import day_begins
from practice.models import Membership, Practice
from practice.panels import Panel, register_panel
from sessions.holds import visits_on_hold
from sessions.models import Appointment, WaitlistEntry
from sessions.referral_use import uses_of
from sessions.waitlist import said_wish, waiting
from sessions.year import READINGS, holds_left, span_around, year_of

MOST_PAST = 600  # visits of the past shown in their fold: more than ten years of weekly ones


def _visits(member: Membership, client: Client, _known: Known | None) -> dict[str, Any]:
    now = timezone.now()
    rows = (Appointment.objects.visible_to(member).filter(client=client)
            .select_related("therapist__user", "room", "service"))
    return {
        "client": client,
        "coming": list(rows.filter(starts_at__gte=now).exclude(status="cancelled").order_by("starts_at")[:12]),
        "waits": [(entry, said_wish(entry)) for entry in waiting(
            WaitlistEntry.objects.filter(client=client), today_in(client)).select_related("practice", "service")],
        "past": list(rows.filter(starts_at__lt=now).order_by("-starts_at")[:MOST_PAST]),
    }


def _episodes(member: Membership, client: Client, _known: Known | None) -> dict[str, Any] | None:
    if not may_read(member, Episode):
        holds = list(visits_on_hold(client))  # the front desk plans with them; why they are on hold is not told
        return {"client": client, "holds": holds, "is_desk": True} if holds else None
    return {
        "client": client,
        "episodes": list(with_last_told(Episode.objects.visible_to(member).filter(client=client))[:5]),
        "holds": list(visits_on_hold(client)),
    }


def _referrals(_member: Membership, client: Client, _known: Known | None) -> dict[str, Any]:
    uses = uses_of(client)
    return {"client": client, "open": [use for use in uses if use.referral.closed_at is None],
            "closed": [use for use in uses if use.referral.closed_at]}


def _visits_to_come(client: Client) -> str | None:
    """Why a client cannot be put away yet: visits to come or on hold."""
    coming = Appointment.objects.filter(client=client, ends_at__gt=timezone.now()).exclude(
        status__in=("held", "cancelled", "noshow")).count()
    if coming:
        return f"{client.name} has {coming} visit{'s' * (coming > 1)} to come. Cancel what will not take place first."
    if visits_on_hold(client):
        return f"{client.name} has visits on hold. Plan them or let them go first."
    return None


def _clients_to_come(practice: Practice) -> set[UUID]:
    """The clients of a practice who have a visit to come."""
    return set(Appointment.objects.filter(practice=practice, starts_at__gt=timezone.now()).exclude(
        status__in=("held", "cancelled", "noshow")).values_list("client_id", flat=True))


def _next_visits(practice: Practice, until: datetime) -> dict[UUID, datetime]:
    """When the next visit of each client begins, of those that begin by then."""
    rows = Appointment.objects.filter(practice=practice, starts_at__gt=timezone.now(), starts_at__lte=until,
                                      status__in=("booked", "confirmed"))
    return dict(rows.order_by().values_list("client_id").annotate(Min("starts_at")))


def _year(member: Membership, client: Client, known: Known | None) -> dict[str, Any]:
    today, now = today_in(client), timezone.now()
    first, last = span_around(today)
    zone = client.practice.time_zone
    visits = list(
        Appointment.objects.visible_to(member).filter(client=client)
        .filter(starts_at__gte=day_begins(first, zone), starts_at__lt=day_begins(last, zone))
        .exclude(status="proposed", expires_at__lte=now).select_related("therapist__user").order_by("starts_at"))
    episodes = known.episodes if known and may_read(member, Episode) else []
    readings = [measure for read in READINGS for measure in read(member, client, first, last - timedelta(days=1))]
    stand = [visit for visit in visits if not visit.is_released and visit.status != "proposed"]
    return {"year": year_of(visits, episodes, today, readings=readings, left=holds_left(episodes)),
            "next_visit": next((v for v in stand if v.starts_at >= now), None),
            "last_visit": next((v for v in reversed(stand) if v.starts_at < now), None)}


STILL_NEEDED.append(_visits_to_come)
register_panel(Panel("year", "today", 10, "sessions/panel_year.html", _year))
register_panel(Panel("visits", "visits", 10, "sessions/panel_visits.html", _visits))
register_panel(Panel("referrals", "visits", 15, "sessions/panel_referrals.html", _referrals))
register_panel(Panel("episodes", "visits", 20, "sessions/panel_episodes.html", _episodes))
HAS_A_VISIT_TO_COME.append(_clients_to_come)
NEXT_VISITS.append(_next_visits)
