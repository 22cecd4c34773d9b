"""Episodes: report one, follow its course, and see what it does to the visits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from clients.episodes import hold_until_if_confirmed, likely_kind, today_in, would_hold
from clients.models import Client, Episode
from practice import audit, clock
from practice.access import CLINICAL
from practice.pages import attempt, find, member_page, post_page
from sessions.answers import add_words
from sessions.asked import member_of, status_of
from sessions.caution_line import first_name
from sessions.check_in_course import asked_in
from sessions.forms import EpisodeForm, LookAgainForm, PlanForm, ReportForm, StepForm
from sessions.holds import Effect, change_episode, next_visit, report_episode
from sessions.models import Plan
from sessions.needs import kind_words
from sessions.relief import choice_of
from sessions.rescheduling import propose_plan
from sessions.views.course import held_by, staying


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def episode_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Report that somebody is not well; the front desk writes it down, a therapist may confirm it at once."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    kind = likely_kind(client)
    of_role = EpisodeForm if member.may_see_clinical else ReportForm
    initial = {"kind": kind, "onset_on": today_in(client), "status": "suspected"}
    form = of_role(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        effect = attempt(form, report_episode, client=client, by=member, **{"kind": kind} | form.cleaned_data)
        if effect:
            return _reported(request, effect, form.cleaned_data["symptoms"])
    return render(request, "sessions/episode_new.html", {
        "room": "clients", "client": client, "form": form}, status=status_of(form))


def _reported(request: HttpRequest, effect: Effect, words: str) -> HttpResponse:
    """Say what happened; words about an episode that was known already are kept with it."""
    member, episode = member_of(request), effect.episode
    if not effect.is_new:
        add_words(episode, words, member)
    if not member.may_see_clinical:
        visit = next_visit(episode.client)
        who = first_name(visit.therapist) if visit else "A therapist"
        messages.success(request, f"Noted. {who} looks at it today; nothing moves until then.")
        return redirect("clients:client", episode.client_id)
    if effect.is_new:
        messages.success(request, _said(effect))
    else:
        messages.info(request, f"This belongs to the {kind_words(episode)} that began "
                      f"{clock.said_date(episode.onset_on)}.")
    return redirect("sessions:episode", episode.pk)


@require_safe
@member_page(CLINICAL)
def episode(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The episode's page; that it was read is kept."""
    member = member_of(request)
    row = find(Episode, member, pk, "client__practice")
    audit.record(by=member, verb="episode_read", subject=row)
    return _page(request, row)


@post_page("sessions:episode", "pk")
@member_page(CLINICAL)
def episode_status(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Move it on: confirmed, recovering, resolved, or not a relapse after all."""
    member = member_of(request)
    row = find(Episode, member, pk, "client__practice")
    form = StepForm(request.POST)
    if form.is_valid():
        step = form.cleaned_data
        effect = attempt(form, change_episode, episode=row, status=step["status"], by=member, note=step["note"],
                         on=step["on"] or today_in(row.client), on_word_of=step["on_word_of"])
        if effect:
            messages.success(request, _said(effect))
            return redirect("sessions:episode", row.pk)
    return _page(request, row, step=form)


@post_page("sessions:episode", "pk")
@member_page(CLINICAL)
def plan_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose when the visits on hold come back; nothing moves yet."""
    member = member_of(request)
    row = find(Episode, member, pk, "client__practice")
    form = PlanForm(request.POST)
    if form.is_valid():
        plan = attempt(form, propose_plan, episode=row, by=member, **form.cleaned_data)
        if plan:
            return redirect("sessions:plan", plan.pk)
    return _page(request, row, plan=form)


def _page(request: HttpRequest, row: Episode, **bound: forms.Form) -> HttpResponse:
    """The episode's page, with the form that was refused in place of its empty one."""
    row.refresh_from_db()
    form = next(iter(bound.values()), None)
    held = held_by(row)
    context: dict[str, Any] = {
        "room": "clients", "episode": row, "client": row.client, "held": held, "staying": staying(row),
        "has_open_holds": any(not hold.outcome for hold in held), "steps": row.steps.all(), "form": form,
        "step_form": bound.get("step") or StepForm(), "plan_form": bound.get("plan") or PlanForm(),
        "next_steps": _next_steps(row), "kind_words": kind_words(row),
        "would_hold_until": would_hold(row) and hold_until_if_confirmed(row, today_in(row.client)),
        "choice": choice_of(row, member_of(request)),
        "plan": Plan.objects.filter(episode=row, status__in=["proposed", "applied"]).first(),
        "look_form": bound.get("look") or LookAgainForm(), **asked_in(row),
    }
    return render(request, "sessions/episode.html", context, status=status_of(form) if form else 200)


def _next_steps(row: Episode) -> list[tuple[str, str]]:
    """The steps after this one that take only a press, in words for its kind."""
    over = "Not a relapse" if "relapse" in row.kind else "It was something else"
    steps = [("recovering", "Recovering"), ("resolved", "Over"), ("not_a_relapse", over)]
    return {"suspected": steps, "confirmed": steps, "recovering": steps[1:]}.get(row.status, [])


def _said(effect: Effect) -> str:
    """What a step did, in a sentence."""
    status, row = effect.episode.status, effect.episode
    if status == Episode.Status.SUSPECTED:
        return "Noted as possible. Nothing moves until it is confirmed."
    if status == Episode.Status.CONFIRMED:
        until = f" until {clock.said_date(row.hold_until)}" if row.hold_until else ""
        return f"Confirmed. {_visits(effect.held)} on hold{until}, {_visits(effect.kept)} stay." if effect.held \
            else "Confirmed. No visit had to be put on hold."
    if status == Episode.Status.NOT_A_RELAPSE:
        left = f"; {_visits(effect.kept)} still need a new time" if effect.kept else ""
        return f"{_visits(effect.restored)} back at their times{left}."
    return f"Now {row.get_status_display().lower()}."


def _visits(rows: list[Any]) -> str:
    return "1 visit" if len(rows) == 1 else f"{len(rows)} visits"
