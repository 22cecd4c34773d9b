"""Pages of referral cases: note one, change it, close it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clients.episodes import today_in
from clients.fields import DayField, LineField, NumberField, RowField
from clients.models import Client, Doctor, Referral
from clients.referrals import MOST_VISITS, change_referral, close_referral, open_referral
from clients.views import member_of, status_of
from practice.models import Membership
from practice.pages import attempt, find, member_page, post_page


class ReferralForm(forms.Form):
    """Which doctor, from when until when, for how many visits; why, for those who may read it."""

    doctor = RowField(label="Referred by", missing="Choose the doctor who referred them.",
                      empty_label="Choose a doctor")
    began_on = DayField(label="From", help_text="The day from which visits count.")
    ends_on = DayField(label="Last day", required=False, help_text="Empty where the referral names no end.")
    visits_agreed = NumberField(label="Visits", least=1, most=MOST_VISITS, counted_in="visits", required=False,
                                help_text="Empty where the referral names no number.")
    reason = LineField(label="Why", max_length=300, required=False, help_text="For therapists and the owner only.")

    def __init__(self, *args: Any, member: Membership, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        doctors: Any = self.fields["doctor"]
        doctors.queryset = Doctor.objects.visible_to(member)
        doctors.initial = doctors.initial or client.doctor_links.order_by("pk").values_list("doctor", flat=True).first()
        if not member.may_see_clinical:
            del self.fields["reason"]


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def referral_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note a referral."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    form = ReferralForm(request.POST if request.method == "POST" else None, member=member, client=client,
                        initial={"began_on": today_in(client)})
    if form.is_bound and form.is_valid() and attempt(
            form, open_referral, client=client, by=member, **form.cleaned_data):
        messages.success(request, "Noted. Booking counts the visits from now on.")
        return redirect("clients:client", client.pk)
    has_doctors = Doctor.objects.visible_to(member).exists()
    return render(request, "clients/referral.html", {
        "room": "clients", "client": client, "form": form, "referral": None, "has_doctors": has_doctors},
        status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def referral_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct or prolong a referral."""
    member = member_of(request)
    referral = find(Referral, member, pk, "client__practice", "doctor")
    shown = {name: getattr(referral, name) for name in ("doctor", "began_on", "ends_on", "visits_agreed", "reason")}
    form = ReferralForm(request.POST if request.method == "POST" else None, member=member, client=referral.client,
                        initial=shown)
    if form.is_bound and form.is_valid() and attempt(
            form, change_referral, referral=referral, by=member, **form.cleaned_data):
        messages.success(request, "Saved.")
        return redirect("clients:client", referral.client_id)
    return render(request, "clients/referral.html", {
        "room": "clients", "client": referral.client, "form": form, "referral": referral, "has_doctors": True},
        status=status_of(form))


@post_page("clients:referral_edit", "pk")
@member_page()
def referral_close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Nothing more is booked on it."""
    member = member_of(request)
    referral = find(Referral, member, pk, "doctor")
    close_referral(referral=referral, by=member)
    messages.success(request, f"Closed: nothing more is counted for {referral.doctor.name}’s referral.")
    return redirect("clients:client", referral.client_id)
