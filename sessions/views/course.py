"""What an episode does to the visits, as its page tells it: what is on hold, what stays and why."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from clients.episodes import hold_until_if_confirmed, today_in, would_hold
from clients.models import Episode
from practice import clock
from sessions.models import Appointment, Hold


def held_by(episode: Episode) -> list[Hold]:
    """Every visit this episode ever put on hold, with what became of it."""
    return list(Hold.objects.filter(episode=episode).select_related(
        "appointment__therapist__user", "appointment__room").order_by("appointment__starts_at"))


def staying(episode: Episode) -> list[tuple[Appointment, str]]:
    """The client's coming visits that stand, each with why."""
    rows = (Appointment.objects.filter(client=episode.client, ends_at__gt=timezone.now())
            .filter(status__in=("proposed", "booked", "confirmed", "arrived"))
            .filter(starts_at__lt=timezone.now() + timedelta(days=366))
            .select_related("therapist__user", "room").order_by("starts_at")[:24])
    return [(visit, why_it_stays(visit, episode)) for visit in rows]


def why_it_stays(visit: Appointment, episode: Episode) -> str:
    """Why a visit stands in spite of the episode."""
    if visit.keep_reason:
        return f"Kept: {visit.keep_reason}"
    if not would_hold(episode):
        return "This kind of episode does not hold visits; the safety check speaks instead."
    if visit.status == Appointment.Status.ARRIVED or visit.starts_at <= timezone.now():
        return "Already under way."
    if episode.status == Episode.Status.SUSPECTED:
        until = hold_until_if_confirmed(episode, today_in(episode.client))
        return "On hold if you confirm." if visit.wall_date < until else "Stays, also if you confirm."
    if episode.status != Episode.Status.CONFIRMED or episode.hold_until is None:
        return "Visits are not held any more."
    if visit.wall_date >= episode.hold_until:
        return f"On or after the review date, {clock.said_date(episode.hold_until)}."
    return f"Booked with a reason: {visit.override_reason}" if visit.override_reason else "Booked all the same."
