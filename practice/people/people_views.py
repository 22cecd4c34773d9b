"""The people of a practice: read by everybody who works there, changed by the owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practice.access import Role
from practice.models import Invitation, Membership
from practice.offer_views import OWNER
from practice.opening.mail import why_nobody_receives
from practice.pages import attempt, find, member_of, member_page, post_page, status_of
from practice.people.credentials import runs_out
from practice.people.forms import CredentialForm, InviteForm, PlaceForm
from practice.people.inviting import (
    Place,
    how_it_went,
    invite,
    invite_again,
    open_invitations,
    revoke_invitation,
)
from practice.people.leaving import left_with
from practice.people.letters import url_of
from practice.people.places import change_credential, change_place, owners_of, switch_off, switch_on
from practice.people.switching import be_at


@require_safe
@member_page()
def people(request: HttpRequest) -> HttpResponse:
    """Colleagues, for the owner also who is invited and who is switched off."""
    member = member_of(request)
    is_owner = member.role == Role.OWNER
    rows = Membership.objects.visible_to(member).select_related("user", "practice").order_by("user__name", "pk")
    asked = open_invitations(member.practice) if is_owner else []
    by_hand = why_nobody_receives()
    return render(request, "practice/people/people.html", {
        "room": "practice", "is_owner": is_owner,
        "people": [(row, runs_out(row)) for row in rows if row.is_active],
        "former": [row for row in rows if not row.is_active] if is_owner else [],
        "invited": [(row, how_it_went(row), url_of(row) if by_hand and row.expires_at > timezone.now() else "")
                    for row in asked]})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def invite_page(request: HttpRequest) -> HttpResponse:
    """Invite somebody by a link that goes to their mail."""
    member = member_of(request)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        said = dict(form.cleaned_data)
        name, email = said.pop("name"), said.pop("email")
        if attempt(form, invite, practice=member.practice, name=name, email=email, place=Place(**said), by=member):
            if why_nobody_receives():
                messages.warning(request, f"{name} is invited, but no mail leaves this server: hand them the link "
                                          "below yourself.")
            else:
                messages.success(request, f"{name} is invited. The link goes to {email} and works for seven days.")
            return redirect("practice:people")
    return render(request, "practice/people/invite.html", {
        "room": "practice", "form": form, "nobody": why_nobody_receives()}, status=status_of(form))


@post_page("practice:people")
@member_page(OWNER)
def invitation_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take an invitation back, or send it anew."""
    row: Invitation = find(Invitation, member_of(request), pk, "practice")
    verbs: dict[str, tuple[Callable[..., Any], str]] = {
        "take-back": (revoke_invitation, "Taken back. The link in the mail works no more."),
        "again": (invite_again, "There is a new link; the old one works no more.")}
    if verb not in verbs:
        raise Http404("No such step.")
    act, words = verbs[verb]
    act(invitation=row, by=member_of(request))
    messages.success(request, words)
    return redirect("practice:people")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One colleague: what stands under their letters (posted here), their place, and what they would leave behind."""
    row = find(Membership, member_of(request), pk, "user", "practice")
    form = CredentialForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid() and attempt(
            form, change_credential, person=row, credential=form.cleaned_data["credential"],
            expires_on=form.cleaned_data["credential_expires_on"], by=member_of(request)):
        messages.success(request, "Saved. Letters signed from now on print it.")
        return redirect("practice:person", pk)
    return _person_page(request, row, credential=form)


@post_page("practice:person", "pk")
@member_page(OWNER)
def place_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another role, or sessions given or not; it holds from their next request."""
    row = find(Membership, member_of(request), pk, "user", "practice")
    form = PlaceForm(request.POST)
    if form.is_valid() and attempt(form, change_place, person=row, by=member_of(request), **form.cleaned_data):
        messages.success(request, f"Saved. It holds from {row.name}’s next press on.")
        return redirect("practice:person", pk)
    return _person_page(request, row, place=form)


@post_page("practice:person", "pk")
@member_page(OWNER)
def person_use(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Switch somebody off or on."""
    row = find(Membership, member_of(request), pk, "user", "practice")
    verbs = {"off": switch_off, "on": switch_on}
    if verb not in verbs:
        raise Http404("No such step.")
    form = forms.Form(request.POST)
    form.is_valid()
    if attempt(form, verbs[verb], person=row, by=member_of(request)):
        messages.success(request, f"{row.name} gets in no more, from now on." if verb == "off" else
                         f"{row.name} gets in again, with their own password.")
        return redirect("practice:person", pk)
    return _person_page(request, row, form=form)


@require_POST
@member_page()
def switch_place(request: HttpRequest) -> HttpResponse:
    """Be in another of one's practices."""
    chosen = be_at(request=request, place=request.POST.get("place", ""))
    messages.success(request, f"You are in {chosen.practice.name} now.")
    return redirect("sessions:today")


def _person_page(request: HttpRequest, row: Membership, *, credential: forms.Form | None = None,
                 place: forms.Form | None = None, form: forms.Form | None = None) -> HttpResponse:
    bound = form or place or credential
    others = [owner for owner in owners_of(row.practice) if owner.pk != row.pk]
    return render(request, "practice/people/person.html", {
        "room": "practice", "person": row, "runs_out": runs_out(row), "form": bound,
        "is_self": row.pk == member_of(request).pk, "is_last_owner": row.role == Role.OWNER and not others,
        "place_form": place or PlaceForm(initial={"role": row.role, "is_therapist": row.is_therapist}),
        "credential_form": credential or CredentialForm(initial={
            "credential": row.credential, "credential_expires_on": row.credential_expires_on}),
        "left": left_with(row)}, status=status_of(bound) if bound else 200)
