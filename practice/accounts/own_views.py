"""One's own page: name, address, password, and the ways on to the rest; and the password once more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from practice.accounts import signed_in
from practice.accounts.door_views import READ_AND_SEND, passkey_words
from practice.accounts.forms import AddressForm, ChangePasswordForm, ConfirmForm, NameForm
from practice.accounts.links import ask_for_address
from practice.accounts.own import change_name, change_password
from practice.accounts.pages import next_of, own_answer, own_page, typed_status
from practice.accounts.second_step import ways_of
from practice.models import AccountLink, Membership
from practice.pages import attempt, status_of
from practice.passwords import person_with
from practice.refusals import Refusal


@require_http_methods(READ_AND_SEND)
@own_page()
def me_page(request: HttpRequest, member: Membership) -> HttpResponse:
    """Everything about oneself in one place; the name is changed right here."""
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": member.name})
    if form.is_bound and form.is_valid() and attempt(form, change_name, member=member, by=member, **form.cleaned_data):
        messages.success(request, "Saved.")
        return redirect("practice:me")
    return own_answer(request, "practice/accounts/me.html", {
        "form": form, "ways": ways_of(member.user), "places": signed_in.live(member.user).count(),
        "asked": AccountLink.objects.filter(user=member.user, purpose=AccountLink.Purpose.ADDRESS, used_at=None)
        .order_by("-created_at").first()}, status=status_of(form))


@sensitive_post_parameters("old_password", "password")
@require_http_methods(READ_AND_SEND)
@own_page()
def password_page(request: HttpRequest, member: Membership) -> HttpResponse:
    """The old password and a new one; here one stays signed in, everywhere else not."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _is_theirs(request, form, member, "old_password") and _changed(
            request, form, member):
        messages.success(request, "Your new password holds. Every other place is signed out.")
        return redirect("practice:me")
    return own_answer(request, "practice/accounts/password.html", {"form": form}, status=typed_status(form))


def _changed(request: HttpRequest, form: forms.Form, member: Membership) -> bool:
    old_key = request.session.session_key
    try:
        change_password(member=member, password=form.cleaned_data["password"], session_key=old_key, by=member)
    except Refusal as refused:
        form.add_error(refused.field or None, refused.detail)
        return False
    update_session_auth_hash(request, member.user)
    signed_in.note_rebound(old_key=old_key, new_key=request.session.session_key)
    signed_in.note_proof(request)
    return True


def _is_theirs(request: HttpRequest, form: forms.Form, member: Membership, field: str) -> bool:
    """Whether the password typed is this person's; a refusal lands on the form."""
    try:
        person_with(request, email=member.user.email, password=form.cleaned_data[field])
    except Refusal as refused:
        form.add_error(field, refused.detail)
        form.refusal = refused  # type: ignore[attr-defined]
        return False
    return True


@require_http_methods(READ_AND_SEND)
@own_page(proved=True)
def address_page(request: HttpRequest, member: Membership) -> HttpResponse:
    """Another address to sign in with, once it is proved."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and attempt(
            form, ask_for_address, member=member, by=member, **form.cleaned_data):
        messages.success(request, f"A link is on its way to {form.cleaned_data['email']}. It works for an hour.")
        return redirect("practice:me")
    return own_answer(request, "practice/accounts/address.html", {"form": form}, status=status_of(form))


@sensitive_post_parameters("password")
@require_http_methods(READ_AND_SEND)
@own_page(while_setting_up=True)
def confirm_page(request: HttpRequest, member: Membership) -> HttpResponse:
    """The password once more, before what an unwatched screen should not do."""
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    after = next_of(request, "practice:security")
    if form.is_bound and form.is_valid() and _is_theirs(request, form, member, "password"):
        signed_in.note_proof(request)
        return redirect(after)
    context: dict[str, Any] = {"form": form, "next": after, "ways": ways_of(member.user), **passkey_words(request)}
    return own_answer(request, "practice/accounts/confirm.html", context, status=typed_status(form))
