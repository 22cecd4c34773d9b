"""Everybody with visits on hold: since when, until when, how they are, what each visit waits for, and the next step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clients.models import Client, Episode
from practice import clock
from practice.models import Membership
from practice.pages import member_page
from sessions.asked import member_of, today_at
from sessions.caution_line import first_name
from sessions.check_ins import HowItIs, how_it_is
from sessions.holds import visits_on_hold
from sessions.models import Appointment, CheckIn, Hold, Plan, PlanMove


@dataclass(frozen=True, slots=True)
class HeldVisit:
    """One visit on hold, and what it waits for."""

    visit: Appointment
    stands: str
    plan: Plan | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to do, as one button; `is_press` sends a form, else it opens a page."""

    words: str
    url: str
    is_press: bool = False


@dataclass(frozen=True, slots=True)
class OnHold:
    """One client: their visits on hold, how they are, and what comes next."""

    client: Client
    since: date
    review_on: date | None
    overdue: str
    visits: tuple[HeldVisit, ...]
    last: CheckIn | None  # only for whoever may know
    decides: str
    step: Step | None


@require_safe
@member_page()
def on_hold(request: HttpRequest) -> HttpResponse:
    """The page: by client, what is overdue first."""
    people = everybody_on_hold(member_of(request))
    return render(request, "sessions/on_hold.html", {
        "room": "diary", "people": people, "visits": sum(len(one.visits) for one in people)})


def everybody_on_hold(member: Membership) -> list[OnHold]:
    """Every client with a visit on hold, what is overdue first; a constant number of queries."""
    today = today_at(member.practice)
    held = list(visits_on_hold(practice=member.practice).prefetch_related("episode__check_ins"))
    plans = {move.appointment_id: move.plan for move in PlanMove.objects.filter(
        plan__status="proposed", plan__expires_at__gt=timezone.now(),
        appointment__in=[hold.appointment_id for hold in held]).select_related("plan")}
    by_client: dict[Any, list[Hold]] = {}
    for hold in held:
        by_client.setdefault(hold.appointment.client_id, []).append(hold)
    people = [_one(rows, plans, today, member) for rows in by_client.values()]
    return sorted(people, key=lambda one: (not one.overdue, one.review_on or date.min, one.client.name))


def _one(rows: list[Hold], plans: dict[Any, Plan], today: date, member: Membership) -> OnHold:
    client, zone = rows[0].appointment.client, member.practice.time_zone
    visits = sorted((_held(hold, plans.get(hold.appointment_id), today) for hold in rows),
                    key=lambda one: one.visit.starts_at)
    most_urgent = min(rows, key=lambda hold: (not _is_overdue(hold.episode, today), hold.episode.review_on or date.min))
    how = how_it_is(client, list(most_urgent.episode.check_ins.all()), today)
    return OnHold(
        client, clock.wall_of(min(hold.began_at for hold in rows), zone)[0], most_urgent.episode.review_on,
        _said_overdue(most_urgent.episode, today), tuple(visits), how.last if member.may_see_clinical else None,
        first_name(visits[0].visit.therapist), next(_steps(most_urgent.episode, how, visits, today, member), None))


def _held(hold: Hold, plan: Plan | None, today: date) -> HeldVisit:
    episode = hold.episode
    if plan:
        stands = "new time, kept until they answer" if plan.is_sent and plan.answered_at is None else "in a plan"
    elif episode.status == Episode.Status.CONFIRMED and episode.review_on:
        due = clock.said_date(episode.review_on, today=today)
        stands = f"review due since {due}" if _is_overdue(episode, today) else f"awaiting review {due}"
    else:
        stands = "awaiting a new time"
    return HeldVisit(hold.appointment, stands, plan, plan is None and _is_overdue(episode, today))


def _is_overdue(episode: Episode, today: date) -> bool:
    """The review day has come, or the episode goes no further and its visits still have no new time."""
    return not episode.is_open or (episode.review_on is not None and episode.review_on <= today)


def _said_overdue(episode: Episode, today: date) -> str:
    if not _is_overdue(episode, today):
        return ""
    due = episode.review_on
    return f"overdue, {clock.said_date(due, today=today)}" if due else "needs a new time"


def _steps(episode: Episode, how: HowItIs, visits: list[HeldVisit], today: date,
           member: Membership) -> Iterator[Step]:
    """What could come next, the first thing first. The front desk sees a plan or rings; a therapist decides."""
    plan = next((one.plan for one in visits if one.plan), None)
    if plan:
        yield Step("See the plan", reverse("sessions:plan", args=[plan.pk]))
    page = reverse("sessions:episode", args=[episode.pk])
    if member.may_see_clinical and not how.is_worse and (
            how.is_ready or episode.status != Episode.Status.CONFIRMED):
        yield Step("Propose a plan", reverse("sessions:plan_new", args=[episode.pk]), is_press=True)
    if member.may_see_clinical and (how.is_worse or _is_overdue(episode, today)):
        yield Step("Look again", f"{page}#look-again")
    if how.is_to_ring:
        yield Step("Ring", reverse("sessions:how_it_is", args=[episode.client_id]))
    if member.may_see_clinical:
        yield Step("Open", page)
