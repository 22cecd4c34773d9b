"""The pages where a therapist writes down what a client lives with: conditions, findings, a doctor's word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clients.body import keys, said
from clients.body_forms import ClearanceForm, ConditionForm, EndForm, FindingForm
from clients.clearances import record_clearance
from clients.conditions import CONDITIONS
from clients.episodes import today_in
from clients.findings import FINDINGS
from clients.limits import limits_on
from clients.models import Client, ClientCondition, Finding
from clients.proposed_finding import proposed_finding
from clients.recording import (
    alike_finding,
    correct_finding,
    correct_finding_instead,
    end_condition,
    end_finding,
    record_condition,
    record_finding,
    record_finding_instead,
)
from clients.sensation_map import take_map
from clients.views import member_of, status_of
from practice import clock
from practice.access import CLINICAL
from practice.pages import attempt, find, member_page, post_page


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def condition_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a condition as a doctor named it."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    form = ConditionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if attempt(form, record_condition, client=client, by=member, **form.cleaned_data):
            messages.success(request, "Noted.")
            return redirect("clients:client", client.pk)
    return render(request, "clients/condition_new.html", {"room": "clients", "client": client, "form": form},
                  status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def finding_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add what limits the work, and where; ask where the same is noted already, or the opposite stands."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    proposed, back = proposed_finding(request, client)
    form = FindingForm.answering(request, initial={"began_on": today_in(client)} | proposed)
    verb = record_finding_instead if "instead" in request.POST else record_finding
    alike = None
    if form.is_bound and form.is_valid():
        typed = form.typed()
        if "another" not in request.POST:
            alike = alike_finding(client=client, finding=typed["finding"], places=typed["places"])
        if alike is None and attempt(form, verb, client=client, by=member, **typed):
            messages.success(request, "Noted. Booking, plans and notes keep to it from now on.")
            return redirect(back) if back else redirect("clients:client", client.pk)
    said = {"back": back, "heading": "Add a finding", "submit": "Add finding"}
    return _finding_page(request, client, form, said, alike=alike)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def finding_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct a finding: what it is, where, since when; asked as for a new one where the opposite stands."""
    member = member_of(request)
    finding = find(Finding, member, pk, "client__practice")
    form = FindingForm.answering(request, initial=FindingForm.initial_of(finding))
    verb = correct_finding_instead if "instead" in request.POST else correct_finding
    if form.is_bound and form.is_valid() and attempt(form, verb, finding=finding, by=member, **form.changes()):
        messages.success(request, "Corrected. Booking, plans and notes keep to it from now on.")
        return redirect("clients:client", finding.client_id)
    return _finding_page(request, finding.client, form, {"heading": "Correct a finding", "submit": "Save"}, finding)


def _finding_page(request: HttpRequest, client: Client, form: FindingForm, words: dict[str, str],
                  finding: Finding | None = None, alike: Finding | None = None) -> HttpResponse:
    """The form; with the same finding where it is noted already; where the opposite stands, with what stands and the
    last day it could have held.
    """
    standing = getattr(getattr(form, "refusal", None), "standing", ())
    context: dict[str, Any] = {"room": "clients", "client": client, "form": form, "standing": standing}
    if alike:
        context |= {"alike": alike, "alike_said": _said_finding(alike)}
    if standing:
        last = (form.cleaned_data["began_on"] or today_in(client)) - timedelta(days=1)
        can_end = not (finding and finding.ended_on) and all(
            one.finding.began_on is None or one.finding.began_on <= last for one in standing)
        context |= {"last_day": clock.said_date(last) if can_end else "", "opposite": standing[0].plain_name}
    return render(request, "clients/finding.html", context | words, status=409 if alike else status_of(form))


def _said_finding(finding: Finding) -> str:
    places = said(tuple(key for p in finding.places.all() for key in keys(p.region, p.side)))
    return FINDINGS[finding.finding].name + (f", {places}" if places else "")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def finding_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that a finding limits the work no longer, or, where that was a slip, that it still does."""
    finding = find(Finding, member_of(request), pk, "client__practice")
    return end_page(request, finding, _said_finding(finding), partial(end_finding, finding=finding))


@post_page("clients:client", "pk")
@member_page(CLINICAL)
def map_taken(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note that the map of what is felt was taken again and stands as it is."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    take_map(client=client, by=member)
    messages.success(request, "Noted. From the next visit on, each one allows a step more of pressure.")
    return redirect("clients:client", client.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def condition_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that the client has a condition no longer, or, where that was a slip, that they still do."""
    condition = find(ClientCondition, member_of(request), pk, "client__practice")
    what = CONDITIONS[condition.condition].name
    return end_page(request, condition, what, partial(end_condition, condition=condition))


def end_page(request: HttpRequest, row: Any, what: str, end: Callable[..., Any], *,
             heading: str = "It holds no longer", label: str = "Last day it held") -> HttpResponse:
    """Ask for the last day it held; a press on “Holds again” needs no form."""
    if "again" in request.POST:
        end(ended_on=None, by=member_of(request))
        messages.success(request, "It holds again.")
        return redirect("clients:client", row.client_id)
    today = today_in(row.client)
    form = EndForm(request.POST if request.method == "POST" else None, initial={"ended_on": today})
    form.fields["ended_on"].label = label
    if form.is_bound and form.is_valid() and attempt(form, end, by=member_of(request), **form.cleaned_data):
        messages.success(request, _said_end(form.cleaned_data["ended_on"], today))
        return redirect("clients:client", row.client_id)
    return render(request, "clients/end.html", {"room": "clients", "client": row.client, "what": what, "form": form,
                                                "heading": heading}, status=status_of(form))


def _said_end(last: date, today: date) -> str:
    """What a last day means, whether it has been, is today or is to come."""
    if last < today:
        return f"Noted: it ended on {clock.said_date(last)}."
    if last == today:
        return "Noted: today is the last day it counts; from tomorrow it is over."
    return f"Noted: it still counts until {clock.said_date(last)}, that day included. After that it is over by itself."


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def clearance_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note what a doctor was asked, or what they answered."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    form = ClearanceForm.answering(request, member=member, check=limits_on(client, today_in(client)),
                                   initial={"state": "requested"})
    if form.is_bound and form.is_valid() and attempt(form, record_clearance, client=client, by=member, **form.word()):
        messages.success(request, "Noted.")
        return redirect("clients:client", client.pk)
    return render(request, "clients/clearance_new.html", {"room": "clients", "client": client, "form": form},
                  status=status_of(form))
