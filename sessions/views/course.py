"""What an episode does to the visits, as its page tells it: what is on hold, what stays and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from clients.episode_policies import policy_of
from clients.episodes import hold_until_if_confirmed, today_in, would_hold
from clients.models import Episode, EpisodeStep
from practice import clock
from sessions.models import Appointment, Hold


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit as the episode's page shows it: what becomes of it and why; whether it is on hold, or would be."""

    visit: Appointment
    words: str
    is_held: bool = False
    would_be_held: bool = False
    is_elsewhere: bool = False  # on hold for another episode


def visits_under(episode: Episode) -> list[VisitLine]:
    """Every visit this episode ever put on hold with what became of it, and the coming ones that stand with why; by
    date.
    """
    held = {hold.appointment_id: VisitLine(hold.appointment, _became(hold), is_held=not hold.outcome)
            for hold in held_by(episode)}
    standing = (VisitLine(visit, *why_it_stays(visit, episode)) for visit in _coming(episode))
    others = (VisitLine(hold.appointment, f"On hold for what began {clock.said_date(hold.episode.onset_on)}.",
                        is_elsewhere=True) for hold in _held_by_others(episode))
    return sorted([*held.values(), *(line for line in (*standing, *others) if line.visit.pk not in held)],
                  key=lambda line: line.visit.starts_at)


def held_by(episode: Episode) -> list[Hold]:
    """Every visit this episode ever put on hold, with what became of it."""
    return list(Hold.objects.filter(episode=episode).select_related(
        "appointment__therapist__user", "appointment__room").order_by("appointment__starts_at"))


def _held_by_others(episode: Episode) -> list[Hold]:
    """What another episode of the client still has on hold."""
    rows = Hold.objects.filter(outcome="", episode__client=episode.client_id).exclude(episode=episode)
    return list(rows.select_related("episode", "appointment__therapist__user", "appointment__room"))


def _became(hold: Hold) -> str:
    kept = hold.appointment.keep_reason if hold.outcome == Hold.Outcome.RESTORED else ""
    if hold.outcome:
        return f"Kept: {kept}" if kept else hold.get_outcome_display()
    return "New time, kept until they answer." if hold.appointment.reserved_by_id else "On hold. Awaiting review."


def _coming(episode: Episode) -> list[Appointment]:
    return list(Appointment.objects.filter(client=episode.client, ends_at__gt=timezone.now(), reserved_by=None)
                .filter(status__in=("proposed", "booked", "confirmed", "arrived"))
                .filter(starts_at__lt=timezone.now() + timedelta(days=366))
                .select_related("therapist__user", "room").order_by("starts_at")[:24])


def why_it_stays(visit: Appointment, episode: Episode) -> tuple[str, bool, bool]:
    """Why a visit stands in spite of the episode; then whether it is held (no), and whether it would be."""
    is_suspected = episode.status == Episode.Status.SUSPECTED
    if not would_hold(episode):
        return _without_a_hold(episode), False, False
    if visit.status == Appointment.Status.ARRIVED or visit.starts_at <= timezone.now():
        return "Already under way.", False, False
    if is_suspected:
        until = hold_until_if_confirmed(episode, today_in(episode.client))
        would_be = visit.wall_date < until
        return ("On hold if you confirm." if would_be else
                f"Stays, also if you confirm: not before {clock.said_date(until)}."), False, would_be
    if episode.status != Episode.Status.CONFIRMED or episode.hold_until is None:
        return f"Stands: {episode.get_status_display().lower()}, visits are not held any more.", False, False
    if visit.wall_date >= episode.hold_until:
        return f"On or after the review date, {clock.said_date(episode.hold_until)}.", False, False
    return f"Booked with a reason: {visit.override_reason}" if visit.override_reason else "Booked all the same.", \
        False, False


def _without_a_hold(episode: Episode) -> str:
    if episode.status in (Episode.Status.SUSPECTED, Episode.Status.CONFIRMED) and episode.fever_or_infection:
        return "Stands, but no session until fever or infection is over."
    if episode.kind == Episode.Kind.PSEUDO_RELAPSE:
        return "Stays, in a cool room." if episode.ended_on else "Stays if it has settled by then, in a cool room."
    return "This kind of episode does not hold visits; the safety check speaks instead."


def why_until(episode: Episode) -> str:
    """Where the day comes from until which it holds visits, in words; nothing where somebody chose it."""
    policy = policy_of(episode.client.practice, episode.kind)
    until, confirmed, steroids = episode.hold_until, episode.confirmed_on, episode.steroids_until
    if until is None or confirmed is None or not episode.holds_visits:
        return ""
    if until == confirmed + timedelta(days=policy.hold_days):
        return f"{policy.hold_days} days from {clock.said_date(confirmed)}, when it was confirmed"
    if steroids and until == steroids + timedelta(days=policy.steroid_gap_days):
        return f"{policy.steroid_gap_days} days after the last day of steroids, {clock.said_date(steroids)}"
    return ""


def steps_of(episode: Episode) -> list[EpisodeStep]:
    """Its course, each step with `said`: what it became, or that somebody wrote while it stayed what it was."""
    steps, before = list(episode.steps.all()), ""
    for step in steps:
        vars(step)["said"] = "Wrote again" if step.status == before and step.note else (
            "Looked again" if step.status == before else step.get_status_display())
        before = step.status
    return steps
