"""What a page's own script asks about passkeys: what to sign, and whether the answer is right."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from practice.accounts import letters, passkeys
from practice.accounts.door_views import passkey_words
from practice.accounts.forms import PasskeyForm
from practice.accounts.pages import next_of, own_answer, own_page, self_of
from practice.accounts.security_views import after_first_step
from practice.accounts.sign_in import (
    HAS_PASSKEYS,
    finish_with_passkey,
    half_signed_in,
    new_challenge,
    take_challenge,
)
from practice.accounts.signed_in import note_proof
from practice.lock import unlock_for
from practice.models import Membership
from practice.refusals import BadInput, Refusal, problem_of


@require_GET
@own_page(proved=True, while_setting_up=True)
def passkey_new_page(request: HttpRequest, member: Membership) -> HttpResponse:
    """Name it, then the device does the rest."""
    return own_answer(request, "practice/accounts/passkey_new.html", {
        "form": PasskeyForm(), **passkey_words(request)})


@require_POST
@own_page(proved=True, while_setting_up=True)
def passkey_wanted(request: HttpRequest, member: Membership) -> HttpResponse:
    """What the device is asked to make."""
    return JsonResponse(passkeys.ask_for_new(user=member.user, challenge=new_challenge(request)))


@require_POST
@own_page(proved=True, while_setting_up=True)
def passkey_made(request: HttpRequest, member: Membership) -> HttpResponse:
    """What the device made: kept under its name."""
    try:
        name = request.POST.get("name", "").replace("\x00", "")
        passkeys.add_passkey(user=member.user, name=name, answer=_answer(request), challenge=take_challenge(request),
                             by=member)
    except Refusal as refused:
        return problem_of(refused)
    request.session[HAS_PASSKEYS] = True
    letters.tell_of_change(member.user, "passkey-added")
    return JsonResponse({"next": reverse(after_first_step(
        request, member, "The passkey is kept. It opens the door alone, without the password."))})


@require_POST
def passkey_asked(request: HttpRequest) -> HttpResponse:
    """What the device is asked to sign: for anybody, or for whose password was right or who is signed in."""
    member = self_of(request)
    person = half_signed_in(request) or (member.user if member else None)
    return JsonResponse(passkeys.ask_for_proof(user=person, challenge=new_challenge(request)))


@require_POST
def passkey_shown(request: HttpRequest) -> HttpResponse:
    """The device's answer: signed in, as second step or alone; for who is signed in, unlocked or proved once more."""
    member = self_of(request)
    try:
        if getattr(request, "locked_member", None) is not None:
            unlock_for(request, passkeys.person_of(answer=_answer(request), challenge=take_challenge(request)))
        elif member is None:
            finish_with_passkey(request, answer=_answer(request))
        elif passkeys.person_of(answer=_answer(request), challenge=take_challenge(request)) == member.user:
            note_proof(request)
        else:
            raise passkeys.PasskeyNotKnown("This passkey is somebody else’s.")
    except Refusal as refused:
        return problem_of(refused)
    return JsonResponse({"next": next_of(request, "sessions:today")})


def _answer(request: HttpRequest) -> dict[str, Any]:
    try:
        answer = json.loads(request.POST.get("answer", ""))
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise BadInput("The browser's answer cannot be read.")
    return answer
