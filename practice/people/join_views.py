"""The page behind an invitation: opening it changes nothing; a link that works no more has one answer, byte for byte.
"""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from practice.access import CHOSEN_PLACE, Role
from practice.accounts.sign_in import come_in
from practice.models import Invitation, Membership
from practice.pages import attempt, kept_private, look, status_of
from practice.passwords import person_with
from practice.people.forms import NewAccountForm, OwnPasswordForm
from practice.people.inviting import open_invitation
from practice.people.joining import account_of, join_with_account, join_with_new_account
from practice.refusals import NotThere


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a name and a password, or give the password one has; then work here."""
    invitation = open_invitation(token)
    if invitation is None:
        return _gone(request)
    has_account = account_of(invitation) is not None
    form = _form(request, invitation, has_account)
    if form.is_bound and form.is_valid():
        member = attempt(form, _join, request=request, invitation=invitation, token=token, **form.cleaned_data)
        if isinstance(getattr(form, "refusal", None), NotThere):
            return _gone(request)
        if member is not None:
            return _land(request, member, has_account)
    page = render(request, "practice/people/join.html", {
        "form": form, "invitation": invitation, "practice": invitation.practice, "has_account": has_account,
        "as_what": _AS_WHAT[Role(invitation.role)]}, status=status_of(form))
    return kept_private(page)


_AS_WHAT = {Role.OWNER: "as an owner", Role.THERAPIST: "as a therapist", Role.FRONT_DESK: "at the front desk"}


def _form(request: HttpRequest, invitation: Invitation, has_account: bool) -> forms.Form:
    data = request.POST if request.method == "POST" else None
    return OwnPasswordForm(data) if has_account else NewAccountForm(data, initial={"name": invitation.name})


def _join(*, request: HttpRequest, invitation: Invitation, token: str, password: str, name: str = "") -> Membership:
    if account_of(invitation) is None:
        return join_with_new_account(token=token, name=name, password=password)
    person = person_with(request, email=invitation.email, password=password)
    return join_with_account(token=token, person=person)


def _land(request: HttpRequest, member: Membership, has_account: bool) -> HttpResponse:
    """Somebody new is signed in. Somebody with an account signs in by the usual door, with whatever it asks of them."""
    if has_account:
        user = getattr(request, "user", None)
        if user is not None and user.pk == member.user_id:
            request.session[CHOSEN_PLACE] = str(member.pk)
            return redirect("sessions:today")
        messages.success(request, f"You work with {member.practice.name} now. Sign in, then choose it in your menu.")
        return redirect("practice:login")
    come_in(request, member.user)
    messages.success(request, f"Welcome, {member.name}. This is your day.")
    return redirect("sessions:today")


def _gone(request: HttpRequest) -> HttpResponse:
    return kept_private(HttpResponse(render_to_string("practice/people/join_gone.html", look(request)), status=404))
