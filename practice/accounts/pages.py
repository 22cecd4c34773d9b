"""Who may open a page of one's own, and where a page leads back to."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from practice.accounts.signed_in import is_proved
from practice.lock import shut
from practice.models import Membership
from practice.pages import status_of
from practice.refusals import NotAllowed, problem_of, wants_problem

View = Callable[..., HttpResponse]


def own_page(*, proved: bool = False, while_setting_up: bool = False) -> Callable[[View], View]:
    """A page about oneself. `proved`: the password or a passkey was given within a quarter of an hour, or is asked
    for now; `while_setting_up`: also for who must set up a second step before anything else."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            member = self_of(request) if while_setting_up else getattr(request, "member", None)
            if member is None:
                return shut(request)
            if proved and not is_proved(request):
                if wants_problem(request):
                    return problem_of(NotAllowed("Your password is needed once more. Reload the page."))
                # What is pressed again afterwards stands on the page it was pressed on.
                back = request.path if request.method in ("GET", "HEAD") else reverse("practice:security")
                return redirect(f"{reverse('practice:confirm')}?{urlencode({'next': back})}")
            return view(request, member, *args, **kwargs)

        return guarded

    return wrap


def self_of(request: HttpRequest) -> Membership | None:
    """Who is signed in, also while they set up their second step."""
    http: Any = request
    found: Membership | None = http.member or http.setting_up
    return found


def own_answer(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of one's own: in the staff's frame, or in the plain one while a second step is set up first."""
    member, is_in = self_of(request), getattr(request, "member", None) is not None
    assert member is not None
    return render(request, template, {
        "self": member, "practice": member.practice, "setting_up": not is_in,
        "frame": "base.html" if is_in else "plain.html", **context}, status=status)


def typed_status(form: forms.Form) -> int:
    """The status of a page that asks for a secret: one mistyped is something to put right (422), not a closed door."""
    status = status_of(form)
    return 422 if status == 403 else status


def next_of(request: HttpRequest, otherwise: str) -> str:
    """Where the page leads when it is done: an address of ours and no other."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else reverse(otherwise)
