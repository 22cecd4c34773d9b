"""What an episode does to the visits, as its page tells it: what is on hold, what stays and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from clients.episodes import hold_until_if_confirmed, today_in, would_hold
from clients.models import Episode
from practice import clock
from practice.models import Membership
from sessions.holds import visits_on_hold
from sessions.models import Appointment, Hold, PlanMove


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One visit on hold: when it is looked at again, whether that is overdue, and the plan it stands in."""

    visit: Appointment
    episode: Episode
    review_on: date | None
    is_overdue: bool
    plan: Any


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


def on_hold(member: Membership) -> list[HeldRow]:
    """Every visit on hold in the practice, what is overdue first."""
    today = clock.wall_of(timezone.now(), member.practice.time_zone)[0]
    holds = list(visits_on_hold(practice=member.practice))
    plans = {
        move.appointment_id: move.plan for move in PlanMove.objects.filter(
            plan__status="proposed", plan__expires_at__gt=timezone.now(),
            appointment__in=[h.appointment_id for h in holds]).select_related("plan")}
    rows = [_held_row(hold, today, plans.get(hold.appointment_id)) for hold in holds]
    return sorted(rows, key=lambda r: (not r.is_overdue, r.review_on or date.min, r.visit.starts_at))


def _held_row(hold: Hold, today: date, plan: Any) -> HeldRow:
    """Overdue is a review day that has come, and a hold whose episode is over without a new time."""
    episode = hold.episode
    is_over = episode.status in ("resolved", "not_a_relapse")
    due = episode.review_on
    return HeldRow(hold.appointment, episode, due, is_over or (due is not None and due <= today), plan)
