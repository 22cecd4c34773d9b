"""The owner's pages of the privacy desk, but for the trail: requests, legal holds, breaches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clients.episodes import today_in
from clients.models import Breach, Client, LegalHold, PrivacyRequest
from clients.privacy.breaches import add_step, is_open, people_known, record_breach, standing_of
from clients.privacy.clocks import LAWS, clock_of, law_of
from clients.privacy.forms import (
    AnswerForm,
    BreachForm,
    DisagreementForm,
    ExtendForm,
    HoldForm,
    LiftForm,
    RequestForm,
    StepForm,
)
from clients.privacy.holds import hold_on, lift_hold, place_hold
from clients.privacy.requests import add_disagreement, answer_request, extend_request, receive_request
from practice import audit
from practice.offer_views import OWNER
from practice.pages import attempt, find, member_of, member_page, post_page, status_of


@require_safe
@member_page(OWNER)
def desk(request: HttpRequest) -> HttpResponse:
    """All of it on one page: what is open, who is on hold, what went wrong."""
    member = member_of(request)
    requests = PrivacyRequest.objects.visible_to(member).select_related("client__practice")
    breaches = Breach.objects.visible_to(member).prefetch_related("steps")
    audit.record(by=member, verb="privacy_desk_opened", subject=member.practice)
    return render(request, "clients/privacy/desk.html", {
        "room": "practice", "law": law_of(member.practice), "years": member.practice.retention_years,
        "open": requests.filter(answered_on=None),
        "answered": requests.exclude(answered_on=None).order_by("-answered_on", "-pk")[:50],
        "holds": LegalHold.objects.visible_to(member).filter(lifted_at=None).select_related("client"),
        "breaches": [(row, is_open(row), people_known(row)) for row in breaches]})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def request_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down what a client asks of their record."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    law = law_of(client.practice)
    form = RequestForm(request.POST if request.method == "POST" else None, initial={
        "kind": "access", "asked_by": client.name, "received_on": today_in(client), "law": law.code})
    if form.is_bound and form.is_valid():
        row = attempt(form, receive_request, client=client, by=member, **form.cleaned_data)
        if row:
            messages.success(request, f"Written down. The answer is due by {row.due_on:%-d %b %Y}.")
            return redirect("clients:privacy_request", row.pk)
    audit.record(by=member, verb="client_read", subject=client, client_id=client.pk)
    return render(request, "clients/privacy/request_new.html", {
        "room": "clients", "client": client, "form": form, "laws": LAWS.values()}, status=status_of(form))


@require_safe
@member_page(OWNER)
def request_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was asked, by when, and what can be done."""
    return _request_page(request, _request(request, pk))


@post_page("clients:privacy_request", "pk")
@member_page(OWNER)
def request_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Extend it, answer it, or add the client's statement."""
    row = _request(request, pk)
    acts: dict[str, tuple[type[forms.Form], Callable[..., Any], str]] = {
        "extend": (ExtendForm, extend_request, "Extended, this once."),
        "answer": (AnswerForm, answer_request, "Written down. It stands from now on."),
        "disagree": (DisagreementForm, add_disagreement, "Kept with the refusal.")}
    if verb not in acts:
        raise Http404("No such step.")
    form_of, act, words = acts[verb]
    form = form_of(request.POST)
    if form.is_valid() and attempt(form, act, request=row, by=member_of(request), **form.cleaned_data):
        messages.success(request, words)
        return redirect("clients:privacy_request", pk)
    return _request_page(request, row, verb, form)


def _request(request: HttpRequest, pk: UUID) -> PrivacyRequest:
    row: PrivacyRequest = find(PrivacyRequest, member_of(request), pk, "client__practice", "practice",
                               "recorded_by__user")
    return row


def _request_page(request: HttpRequest, row: PrivacyRequest, verb: str = "", form: forms.Form | None = None,
                  ) -> HttpResponse:
    if form is None:
        audit.record(by=member_of(request), verb="privacy_request_read", subject=row)
    pick: dict[str, forms.Form] = {"extend": ExtendForm(), "answer": AnswerForm(), "disagree": DisagreementForm()}
    if form is not None:
        pick[verb] = form
    clock = clock_of(row.law, row.kind)
    return render(request, "clients/privacy/request.html", {
        "room": "practice", "row": row, "client": row.client, "law": LAWS[row.law], "clock": clock,
        "is_late": not row.answered_on and today_in(row.client) > row.last_day,  # type: ignore[operator]
        "may_extend": not row.extended_to and today_in(row.client) <= row.due_on, "form": form, **pick},
        status=status_of(form) if form else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a legal hold on a client's record, or lift the one that stands."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    stands = hold_on(client)
    form_of: type[forms.Form] = LiftForm if stands else HoldForm
    form = form_of(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        act: Callable[..., Any] = lift_hold if stands else place_hold
        on = {"hold": stands} if stands else {"client": client}
        if attempt(form, act, by=member, **on, **form.cleaned_data):
            messages.success(request, "Lifted. The usual years count again." if stands else
                             "On legal hold. Nothing of them is disposed of until you lift it.")
            return redirect("clients:legal_hold", client.pk)
    if request.method == "GET":
        audit.record(by=member, verb="legal_hold_read", subject=client, client_id=client.pk)
    return render(request, "clients/privacy/hold.html", {
        "room": "clients", "client": client, "form": form, "stands": stands,
        "past": LegalHold.objects.filter(client__in=client.family).exclude(lifted_at=None)}, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def breach_new(request: HttpRequest) -> HttpResponse:
    """Write a breach down."""
    member = member_of(request)
    form = BreachForm(request.POST if request.method == "POST" else None, initial={
        "found_out_at": timezone.localtime(), "law": law_of(member.practice).code})
    if form.is_bound and form.is_valid():
        row = attempt(form, record_breach, practice=member.practice, by=member, **form.cleaned_data)
        if row:
            messages.success(request, "Written down for good. What is to be done stands below.")
            return redirect("clients:breach", row.pk)
    return render(request, "clients/privacy/breach_new.html", {"room": "practice", "form": form},
                  status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def breach(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is known, who is to be told by when, and what was done; more is added below."""
    member = member_of(request)
    row: Breach = find(Breach, member, pk, "practice")
    form = StepForm(request.POST if request.method == "POST" else None, initial={"at": timezone.localtime()})
    if form.is_bound and form.is_valid() and attempt(form, add_step, breach=row, by=member, **form.cleaned_data):
        messages.success(request, "Written down.")
        return redirect("clients:breach", pk)
    if request.method == "GET":
        audit.record(by=member, verb="breach_read", subject=row)
    return render(request, "clients/privacy/breach.html", {
        "room": "practice", "row": row, "law": LAWS[row.law], "form": form, "people": people_known(row),
        "is_open": is_open(row), "duties": standing_of(row)}, status=status_of(form))
