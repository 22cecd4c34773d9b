"""Signing in: the second step and where one is signed in. Each change wants a fresh proof of who is pressing."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.accounts import letters, signed_in
from practice.accounts.code_apps import begin_code_app, confirm_code_app, set_up_of
from practice.accounts.door_views import READ_AND_SEND, passkey_words
from practice.accounts.forms import CodeForm
from practice.accounts.pages import own_answer, own_page
from practice.accounts.recovery import FEW, make_codes
from practice.accounts.second_step import has_second_step, needs_second_step, remove_code_app, remove_passkey, ways_of
from practice.accounts.sign_in import second_step_is_set_up
from practice.models import CodeApp, Membership, Passkey
from practice.pages import attempt, status_of
from practice.refusals import Refusal
from practice.sealing import sealer

_CODES = "new_recovery_codes"  # of a session: sealed, until they were shown


@require_GET
@own_page(while_setting_up=True)
def security_page(request: HttpRequest, member: Membership) -> HttpResponse:
    """What opens the door, what is left for the day the phone is lost, and where one is signed in."""
    here = signed_in.here(request)
    return own_answer(request, "practice/accounts/security.html", {
        "ways": ways_of(member.user), "passkeys": member.user.passkeys.all(), "few": FEW, "here": here,
        "needed": needs_second_step(member.user), "places": [row for row in signed_in.live(member.user) if row != here],
        **passkey_words(request)})


@require_http_methods(READ_AND_SEND)
@own_page(proved=True, while_setting_up=True)
def app_page(request: HttpRequest, member: Membership) -> HttpResponse:
    """Scan, then type the first code: only a code that came back shows that the phone has it."""
    app = CodeApp.objects.filter(user=member.user, confirmed_at=None).first() or begin_code_app(user=member.user)
    form = CodeForm(request.POST if request.method == "POST" else None, hint="The six digits the app shows now.")
    if form.is_bound and form.is_valid() and attempt(
            form, confirm_code_app, app=app, code=form.cleaned_data["code"], by=member):
        letters.tell_of_change(member.user, "app-added")
        return redirect(after_first_step(request, member, "The app is set up. From now on its code is asked for."))
    return own_answer(request, "practice/accounts/app.html", {"form": form, "set_up": set_up_of(app)},
                  status=status_of(form))


def after_first_step(request: HttpRequest, member: Membership, words: str) -> str:
    """Something that opens the door was added: say so, and on to the recovery codes where there are none yet."""
    second_step_is_set_up(request)
    messages.success(request, words)
    if ways_of(member.user).codes_left:
        return "practice:security"
    _keep_codes(request, member, make_codes(user=member.user, by=member))
    return "practice:recovery_codes"


@require_POST
@own_page(proved=True)
def app_remove(request: HttpRequest, member: Membership) -> HttpResponse:
    """The app is not asked any more."""
    return _done(request, lambda: remove_code_app(user=member.user, by=member), "The app is not asked for any more.")


@require_POST
@own_page(proved=True)
def passkey_remove(request: HttpRequest, member: Membership, pk: UUID) -> HttpResponse:
    """The passkey opens nothing any more."""
    key = Passkey.objects.select_related("user").filter(user=member.user, pk=pk).first()
    if key is None:
        raise Http404("Nothing here by that id, or it is not yours.")
    return _done(request, lambda: remove_passkey(passkey=key, by=member),
                 f"“{key.name}” opens nothing here any more. Delete it on the device too.")


@require_http_methods(READ_AND_SEND)
@own_page(proved=True)
def codes_page(request: HttpRequest, member: Membership) -> HttpResponse:
    """New codes by a press; shown this once, to be printed or kept."""
    if request.method == "POST":
        if has_second_step(member.user):
            _keep_codes(request, member, make_codes(user=member.user, by=member))
            letters.tell_of_change(member.user, "codes")
            return redirect("practice:recovery_codes")
        messages.info(request, "Recovery codes stand in for a second step. Set up one first.")
        return redirect("practice:security")
    codes = _kept_codes(request, member)
    if not codes:
        return redirect("practice:security")
    text = "Evenhand, recovery codes of " + member.user.email + "\nEach opens the door once.\n\n" + "\n".join(codes)
    return own_answer(request, "practice/accounts/codes.html", {
        "codes": codes, "file": f"data:text/plain;charset=utf-8,{quote(text)}"})


@require_POST
@own_page()
def sign_out_place(request: HttpRequest, member: Membership, pk: UUID) -> HttpResponse:
    """End one place; no password is asked: ending is what a worried person presses."""
    if not signed_in.end_sign_in(user=member.user, pk=pk, by=member):
        raise Http404("Nobody is signed in there any more, or it is not you.")
    messages.success(request, "Signed out there.")
    return redirect("practice:security")


@require_POST
@own_page()
def sign_out_others(request: HttpRequest, member: Membership) -> HttpResponse:
    """End every place but this."""
    signed_in.end_others(user=member.user, but=request, by=member)
    messages.success(request, "Signed out everywhere but here.")
    return redirect("practice:security")


def _done(request: HttpRequest, act: Callable[[], None], words: str) -> HttpResponse:
    try:
        act()
    except Refusal as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, words)
    return redirect("practice:security")


def _keep_codes(request: HttpRequest, member: Membership, codes: list[str]) -> None:
    request.session[_CODES] = sealer("new-codes", member.user.pk).encrypt(json.dumps(codes).encode()).decode()


def _kept_codes(request: HttpRequest, member: Membership) -> list[str]:
    """The codes just made, which are thereby shown for the only time."""
    sealed = request.session.pop(_CODES, None)
    if not sealed:
        return []
    try:
        codes: list[str] = json.loads(sealer("new-codes", member.user.pk).decrypt(sealed.encode(), ttl=600))
    except InvalidToken:
        return []
    return codes
