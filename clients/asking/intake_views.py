"""The pages of the practice around the intake: send or show the link, look at what was answered, accept it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from clients.asking.accepting import lines_of
from clients.asking.intake import send_intake, show_intake
from clients.asking.reviewing import ACCEPTED, KNOWN, review_answers, taken_back, waiting_for
from clients.fields import SomeOf
from clients.models import Client, Consent, Questionnaire
from clients.views import member_of, status_of
from practice import audit, clock
from practice.access import CLINICAL
from practice.pages import attempt, find, member_page, post_page


@post_page("clients:client", "pk")
@member_page()
def intake_ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the intake, or show its link for a device of the practice."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    if request.POST.get("how") == "show":
        link = show_intake(client=client, by=member)
        return render(request, "clients/intake_link.html", {"room": "clients", "client": client, "link": link})
    message = send_intake(client=client, by=member)
    when = clock.said(message.due_at, client.practice.time_zone)
    messages.success(request, f"The questions are on their way to {client.called}: they leave {when}."
                     if message.state != message.State.SENT else f"{client.called} got the link within the last hour.")
    return redirect("clients:client", client.pk)


@require_safe
@member_page(CLINICAL)
def answers_list(request: HttpRequest) -> HttpResponse:
    """Answers that were sent and nobody has looked at, oldest first."""
    return render(request, "clients/answers_list.html", {"room": "today", "rows": waiting_for(member_of(request))})


class ReviewForm(forms.Form):
    """What of the answers goes into the profile."""

    accept = SomeOf(label="Accept")

    def __init__(self, *args: Any, keys: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accept"].choices = [(key, key) for key in keys]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def answers_review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What they answered beside what the profile says; what is accepted goes into it."""
    member = member_of(request)
    row: Questionnaire = find(Questionnaire, member, pk, "client__practice", "practice", "reviewed_by__user")
    if row.submitted_at is None:
        return redirect("clients:client", row.client_id)
    lines = lines_of(row)
    offered = [proposal for line in lines for proposal in line.proposals if proposal.accept]
    form = ReviewForm(request.POST if request.method == "POST" else None, keys=[proposal.key for proposal in offered])
    if form.is_bound and row.reviewed_at:  # somebody was faster: the verb says who, whatever was ticked
        form = ReviewForm({}, keys=[])
    if form.is_bound and form.is_valid() and attempt(
            form, review_answers, questionnaire=row, accepted=form.cleaned_data["accept"], by=member):
        messages.success(request, "Saved. What you accepted is in the profile.")
        return redirect("clients:client", row.client_id)
    audit.record(by=member, verb="answers_read", subject=row)
    ticked = set(request.POST.getlist("accept")) if form.is_bound else {p.key for p in offered if p.is_added}
    refused = getattr(form, "refusal", None)
    consent = Consent.objects.visible_to(member).filter(client=row.client, kind=row.kind).first()
    return render(request, "clients/answers_review.html", {
        "room": "today", "row": row, "client": row.client, "form": form,
        "told": [line for line in lines if not line.is_unknown], "unknown": [line for line in lines if line.is_unknown],
        "taken_back": taken_back(row), "ticked": ticked,
        "refused": refused.more.get("lines", {}) if refused else {}, "consent": consent,
        **{kind: {key for key, made in row.decisions.items() if made == kind} for kind in (ACCEPTED, KNOWN)},
    }, status=status_of(form))
