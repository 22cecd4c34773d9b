"""Episodes: report one, follow its course, and see what it does to the visits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clients.episode_policies import policy_of
from clients.episodes import hold_until_if_confirmed, likely_kind, may_be_pseudo, today_in, would_hold
from clients.models import Client, Episode
from clients.red_flags import FOR_ANYBODY
from clients.sources import cite
from practice import audit, clock
from practice.access import CLINICAL
from practice.pages import attempt, find, member_page, post_page
from sessions.asked import back_to, member_of, safe_address, status_of
from sessions.caution_line import first_name
from sessions.check_in_course import asked_in
from sessions.episode_forms import EpisodeForm, FactsForm, KindForm, LookAgainForm, PlanForm, ReportForm, StepForm
from sessions.holds import Effect, change_episode, learn_of_episode, next_visit, report_episode
from sessions.models import Plan
from sessions.needs import kind_words
from sessions.relief import choice_of
from sessions.rescheduling import propose_plan
from sessions.views.course import steps_of, visits_under, why_until

MOST_STAYING = 3  # visits that stay, shown without a press


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def episode_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Report that somebody is not well; the front desk writes it down, a therapist may confirm it at once."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    kind = likely_kind(client)
    of_role = EpisodeForm if member.may_see_clinical else ReportForm
    came_from = back_to(request, safe_address(request, request.GET.get("next", "")))
    initial = {"kind": kind, "onset_on": today_in(client), "status": "suspected"}
    form = of_role(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        effect = attempt(form, report_episode, client=client, by=member, **{"kind": kind} | form.cleaned_data)
        if effect:
            return _reported(request, effect, form.cleaned_data, came_from)
    return render(request, "sessions/episode_new.html", {
        "room": "clients", "client": client, "form": form, "next": came_from,
        "back": came_from or reverse("clients:client", args=[client.pk]),
        "flags": policy_of(client.practice, kind).red_flags if member.may_see_clinical else FOR_ANYBODY},
        status=status_of(form))


def _reported(request: HttpRequest, effect: Effect, said: dict[str, Any], came_from: str) -> HttpResponse:
    """Say what happened, and before all else that a fever is a doctor's. Back to where one came from."""
    member, episode = member_of(request), effect.episode
    if said["fever_or_infection"]:
        messages.warning(request, f"Fever or infection: tell {episode.client.called} to call a doctor today.")
    if not member.may_see_clinical:
        visit = next_visit(episode.client)
        who = first_name(visit.therapist) if visit else "A therapist"
        known = "" if effect.is_new else ", with what was told before"
        messages.success(request, f"Noted{known}. {who} looks at it today; nothing moves until then.")
        return redirect(came_from or reverse("clients:client", args=[episode.client_id]))
    if effect.is_new:
        messages.success(request, _said(effect))
    else:
        messages.info(request, f"This belongs to the {kind_words(episode)} that began "
                      f"{clock.said_date(episode.onset_on)}.")
    return redirect(came_from or reverse("sessions:episode", args=[episode.pk]))


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
                         on=step["on"] or today_in(row.client), on_word_of=step["on_word_of"],
                         kind=step["kind"] or None)
        if effect:
            messages.success(request, _said(effect))
            return redirect("sessions:episode", row.pk)
    return _page(request, row, step=form)


@post_page("sessions:episode", "pk")
@member_page(CLINICAL)
def episode_facts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down what is known by now; what it turned out to be, in the same way."""
    member = member_of(request)
    row = find(Episode, member, pk, "client__practice")
    form = KindForm(request.POST) if "kind" in request.POST else FactsForm(request.POST)
    if form.is_valid():
        effect = attempt(form, learn_of_episode, episode=row, by=member, **form.cleaned_data)
        if effect:
            messages.success(request, f"Noted. {_visits(effect.held)} more on hold until "
                             f"{clock.said_date(effect.episode.hold_until)}." if effect.held else "Noted.")
            return redirect("sessions:episode", row.pk)
    return _page(request, row, **{"facts" if isinstance(form, FactsForm) else "turned_out": form})


@post_page("sessions:episode", "pk")
@member_page(CLINICAL)
def plan_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose when the visits on hold come back; nothing moves yet. While the client is asked about a plan, it is shown
    instead: what was promised is taken back by a person, not by the way."""
    member = member_of(request)
    row = find(Episode, member, pk, "client__practice")
    form = PlanForm(request.POST)
    if asked := _asked_about(row):
        messages.info(request, f"{row.client.called} was asked about this plan and has not answered yet. "
                               "Take it back first to make another.")
        return redirect("sessions:plan", asked.pk)
    if form.is_valid():
        plan = attempt(form, propose_plan, episode=row, by=member, **form.cleaned_data)
        if plan:
            return redirect("sessions:plan", plan.pk)
    return _page(request, row, plan=form)


def _asked_about(row: Episode) -> Plan | None:
    """The plan whose times are kept for the client's answer, if there is one."""
    return Plan.objects.filter(episode=row, status=Plan.Status.PROPOSED, sent_at__isnull=False, answered_at=None,
                               expires_at__gt=timezone.now()).first()


def _page(request: HttpRequest, row: Episode, **bound: forms.Form) -> HttpResponse:
    """The episode's page, with the form that was refused in place of its empty one."""
    row.refresh_from_db()
    form = next(iter(bound.values()), None)
    lines, policy = visits_under(row), policy_of(row.client.practice, row.kind)
    staying = [line for line in lines if not (line.is_held or line.would_be_held or line.is_elsewhere)]
    folded = staying if len(staying) > MOST_STAYING else []
    context: dict[str, Any] = {
        "room": "clients", "episode": row, "client": row.client, "lines": lines,
        "held": [line for line in lines if line.is_held], "to_hold": [line for line in lines if line.would_be_held],
        "staying": staying, "folded": folded, "first_lines": [line for line in lines if line not in folded],
        "told": row.notices.select_related("doctor", "told_by__user"),
        "steps": steps_of(row), "form": form, "policy": policy, "words_source": cite(*policy.source),
        "step_form": bound.get("step") or StepForm(), "plan_form": bound.get("plan") or PlanForm(),
        "facts_form": bound.get("facts") or FactsForm.of(row), "facts_are_open": "facts" in bound,
        "next_steps": _next_steps(row), "kind_words": kind_words(row), "may_be_pseudo": may_be_pseudo(row),
        "is_proposal": not policy.own, "why_until": why_until(row),
        "would_hold_until": would_hold(row) and hold_until_if_confirmed(row, today_in(row.client)),
        "choice": choice_of(row, member_of(request)),
        "plan": Plan.objects.filter(episode=row, status__in=["proposed", "applied"]).first(),
        "asked": _asked_about(row),
        "has_open_holds": any(line.is_held for line in lines),
        "look_form": bound.get("look") or LookAgainForm(), **asked_in(row),
    }
    return render(request, "sessions/episode.html", context, status=status_of(form) if form else 200)


def _next_steps(row: Episode) -> list[tuple[str, str]]:
    """The steps after this one that take only a press, in words for its kind; the settled pseudo-relapse first."""
    over = "Not a relapse" if "relapse" in row.kind else "It was something else"
    if row.kind == Episode.Kind.PSEUDO_RELAPSE and row.is_open:
        settled = "Settled, and free of fever" if row.fever_or_infection else "Settled"
        return [("resolved", settled), ("not_a_relapse", "It was something else")]
    steps = [("recovering", "Recovering"), ("resolved", "Over"), ("not_a_relapse", over)]
    return {"suspected": steps, "confirmed": steps, "recovering": steps[1:]}.get(row.status, [])


def _said(effect: Effect) -> str:
    """What a step did, in a sentence."""
    status, row = effect.episode.status, effect.episode
    if status == Episode.Status.SUSPECTED:
        return "Noted as possible. Nothing moves until it is confirmed."
    if status == Episode.Status.CONFIRMED:
        until = f" until {clock.said_date(row.hold_until)}" if row.hold_until else ""
        return f"Confirmed. {_visits(effect.held)} on hold{until}." if effect.held \
            else "Confirmed. No visit had to be put on hold."
    if status == Episode.Status.NOT_A_RELAPSE:
        need = "still needs" if len(effect.kept) == 1 else "still need"
        left = f"; {_visits(effect.kept)} {need} a new time" if effect.kept else ""
        return f"{_visits(effect.restored)} back at their times{left}."
    if row.kind == Episode.Kind.PSEUDO_RELAPSE and status == Episode.Status.RESOLVED:
        return "Settled. The visits stay, in a cool room."
    return f"Now {row.get_status_display().lower()}."


def _visits(rows: list[Any]) -> str:
    return "1 visit" if len(rows) == 1 else f"{len(rows)} visits"
