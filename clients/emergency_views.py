"""The emergency card: one tap away for everybody who works here, written by therapists and owners."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from clients.emergency import card_of, change_card, open_card
from clients.fields import LineField, PhoneField, TextField
from clients.models import Client
from clients.views import member_of, status_of
from practice.access import CLINICAL
from practice.pages import attempt, find, member_page
from practice.refusals import Stale


class CardForm(forms.Form):
    """What whoever is there must know at once."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    contact_name = LineField(label="Call in an emergency", required=False)
    contact_relationship = LineField(label="Who that is to them", max_length=60, required=False)
    contact_phone = PhoneField(label="Their phone")
    plan = TextField(label="What to do", max_length=1000, rows=6, required=False,
                     help_text="In the client’s own words: what it looks like, what helps, when to call an ambulance.")
    representative_name = LineField(label="Legal representative", required=False)
    representative_phone = PhoneField(label="Phone of the representative")
    may_consent = LineField(label="Who may say yes to treatment", max_length=200, required=False)

    def parts(self) -> dict[str, Any]:
        """What was typed, as the verb takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


@require_safe
@member_page()
def card(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whom to ring, what to do, who decides. Every opening is written down."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    return render(request, "clients/emergency.html", {
        "room": "clients", "client": client, "card": open_card(client=client, by=member)})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def card_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write the card; what somebody else saved meanwhile is not overwritten unseen."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    known = card_of(client)
    initial = {name: getattr(known, name) for name in CardForm.base_fields}
    form = CardForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        if attempt(form, change_card, client=client, by=member, expected_version=form.cleaned_data["version"],
                   **form.parts()):
            messages.success(request, "Saved.")
            return redirect("clients:emergency", client.pk)
        if isinstance(getattr(form, "refusal", None), Stale):
            typed = request.POST.copy()  # what they typed stays; saving again, now that it was said, keeps theirs
            typed["version"] = str(known.version)
            form.data = typed
    return render(request, "clients/emergency_edit.html", {"room": "clients", "client": client, "form": form},
                  status=status_of(form))
