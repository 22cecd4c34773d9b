"""The pages of when people work: the week, single dates, skills, and time off."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from practice import clock, stretches
from practice.access import EVERYBODY, Role
from practice.hours import (
    drop_day_hours,
    enter_time_off,
    periods_of,
    set_day_hours,
    set_weekly_hours,
    take_back_time_off,
)
from practice.models import DayHours, Membership, TimeOff
from practice.offer_views import OWNER
from practice.offers import set_skills
from practice.pages import attempt, find, member_of, member_page, post_page, status_of
from practice.refusals import NotAllowed
from practice.stretches import Stretch
from practice.supervision import set_supervisor
from practice.supply_forms import DayHoursForm, SkillsForm, SupervisorForm, TimeOffForm, WeekForm
from practice.week import said_period, week_of


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def hours_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The hours of a therapist, read by everybody; the owner changes the week from a date on."""
    member, person = member_of(request), _person(request, pk)
    form = _week_form(person, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        _refuse_all_but_owner(member)
        if form.is_valid() and attempt(
                form, done(set_weekly_hours), therapist=person, week=form.week(), since=form.cleaned_data["since"],
                until=form.cleaned_data["until"], by=member):
            messages.success(request, f"Saved. {person.name} works these hours from "
                             f"{clock.said_date(form.cleaned_data['since'])} on.")
            return redirect(who_must_move("hours", person.pk))
    return _page(request, person, week=form)


@post_page("practice:hours", "pk")
@member_page(OWNER)
def day_hours_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Other hours on one date."""
    person = _person(request, pk)
    form = DayHoursForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        if attempt(form, set_day_hours, therapist=person, on=said["on"], stretches_=said["hours"],
                   reason=said["reason"], by=member_of(request)):
            messages.success(request, f"Saved. {person.name} works {stretches.said(said['hours'])} on "
                             f"{clock.said_date(said['on'])}.")
            return redirect(who_must_move("hours", person.pk))
    return _page(request, person, day=form)


@post_page("practice:home")
@member_page(OWNER)
def day_hours_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The usual hours hold on that date again."""
    row: DayHours = find(DayHours, member_of(request), pk, "therapist__user", "therapist__practice")
    drop_day_hours(therapist=row.therapist, on=row.on, by=member_of(request))
    messages.success(request, f"The usual hours hold on {clock.said_date(row.on)} again.")
    return redirect(who_must_move("hours", row.therapist_id))


@post_page("practice:hours", "pk")
@member_page(OWNER)
def skills_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Which skills a therapist has."""
    person = _person(request, pk)
    form = SkillsForm(request.POST, member=member_of(request))
    if form.is_valid() and attempt(form, done(set_skills), therapist=person, skills=form.names(),
                                   by=member_of(request)):
        messages.success(request, "Saved. Services that need a skill are offered with whoever has it.")
        return redirect("practice:hours", person.pk)
    return _page(request, person, skills=form)


@post_page("practice:hours", "pk")
@member_page(OWNER)
def supervisor_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who co-signs a therapist's notes."""
    person = _person(request, pk)
    form = SupervisorForm(request.POST, person=person)
    if form.is_valid() and attempt(form, set_supervisor, therapist=person, by=member_of(request),
                                   supervisor=form.cleaned_data["supervisor"]):
        chosen = form.cleaned_data["supervisor"]
        messages.success(request, f"Saved. {chosen.name} finds {person.name}’s notes under “Needs you”." if chosen
                         else f"Saved. {person.name}’s next notes need no co-signature.")
        return redirect("practice:hours", person.pk)
    return _page(request, person, supervisor=form)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def time_off_new(request: HttpRequest) -> HttpResponse:
    """Enter time off; then the visits that lie in it are shown at once."""
    member = member_of(request)
    own_only = member.role == Role.THERAPIST
    form = TimeOffForm(request.POST if request.method == "POST" else None, member=member, own_only=own_only, initial={
        "therapist": request.GET.get("therapist", ""), "first": _today(member), "last": None})
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        row = attempt(form, enter_time_off, therapist=said["therapist"], starts_at=said["starts_at"],
                      ends_at=said["ends_at"], reason=said["reason"], by=member)
        if row:
            messages.success(request, f"{row.therapist.name} is away. Nothing new is booked then.")
            return redirect(who_must_move("time-off", row.pk))
    return render(request, "practice/time_off.html", {
        "room": "practice", "form": form}, status=status_of(form))


@post_page("practice:home")
@member_page()
def time_off_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """They are there after all."""
    row: TimeOff = find(TimeOff, member_of(request), pk, "therapist__user", "therapist__practice")
    take_back_time_off(time_off=row, by=member_of(request))
    messages.success(request, f"{row.therapist.name} is there after all. Visits moved meanwhile stay where they are.")
    return redirect("practice:home")


def done(verb: Any) -> Any:
    """The same verb, answering True where it has nothing to answer."""

    def call(**kwargs: Any) -> bool:
        verb(**kwargs)
        return True

    return call


def who_must_move(kind: str, pk: UUID) -> str:
    """Where the visits that lie outside now are dealt with; the room that knows visits serves it."""
    return f"{reverse('sessions:away', args=[kind, pk])}?saved=1"


def _person(request: HttpRequest, pk: UUID) -> Membership:
    person: Membership = find(Membership, member_of(request), pk, "user", "practice", "supervisor__user")
    return person


def _refuse_all_but_owner(member: Membership) -> None:
    if member.role not in OWNER:
        raise NotAllowed("Hours are the owner's to change. Ask them.")


def _today(member: Membership) -> date:
    return clock.wall_of(timezone.now(), member.practice.time_zone)[0]


def _week_form(person: Membership, sent: Any = None) -> WeekForm:
    """The week as it holds today, to be changed."""
    today = _today(person)
    week: dict[int, list[Stretch]] = defaultdict(list)
    for row in person.hours_on(today):
        week[row.weekday].append((row.opens, row.closes))
    return WeekForm(sent, week=dict(week), today=today)


def _page(request: HttpRequest, person: Membership, **bound: Any) -> HttpResponse:
    """The hours of a person: what holds when, single dates, time off ahead; forms for the owner."""
    member, today = member_of(request), _today(person)
    days: dict[date, list[DayHours]] = defaultdict(list)
    for row in DayHours.objects.filter(therapist=person, on__gte=today):
        days[row.on].append(row)
    form = next((form for form in bound.values() if form.is_bound), None)
    skills = [skill.name for skill in person.skills.all()]
    return render(request, "practice/hours.html", {
        "room": "practice", "person": person, "form": form, "is_owner": member.role in OWNER,
        "week_form": bound.get("week") or _week_form(person), "day_form": bound.get("day") or DayHoursForm(),
        "skills_form": bound.get("skills") or SkillsForm(member=member, initial={"skills": skills}), "skills": skills,
        "supervisor_form": bound.get("supervisor") or SupervisorForm(person=person),
        "periods": [(said_period(validity, today), week_of(rows))
                    for validity, rows in periods_of(list(person.working_hours.all()), today)],
        "days": [(rows[0], clock.said_date(on, today=today), stretches.said((r.opens, r.closes) for r in rows))
                 for on, rows in days.items()],
        "time_off": TimeOff.objects.filter(therapist=person, ends_at__gte=timezone.now()).select_related(
            "practice").order_by("starts_at"),
        "may_enter": member.role in EVERYBODY - {Role.THERAPIST} or member.pk == person.pk,
    }, status=status_of(form) if form else 200)
