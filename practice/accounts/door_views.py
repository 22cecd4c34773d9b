"""The door: sign in, the second step, a forgotten password, sign out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from practice.accounts import passkeys, signed_in
from practice.accounts.forms import CodeForm, ForgotForm, NewPasswordForm, SignInForm
from practice.accounts.links import LinkOver, ask_for_password, live_link, set_password_by_link, take_address
from practice.accounts.pages import next_of, typed_status
from practice.accounts.recovery import FEW, codes_left
from practice.accounts.second_step import ways_of
from practice.accounts.sign_in import after_password, finish_with_code, half_signed_in
from practice.models import AccountLink, Membership, User
from practice.opening.code import is_open
from practice.pace import address_of
from practice.pages import attempt, kept_private, look, status_of
from practice.refusals import Refusal

DEMO_PASSWORD = "riverside-demo"  # noqa: S105  printed on the demo's own sign-in page, only under DEBUG
READ_AND_SEND = ["GET", "HEAD", "POST"]


class SignInPage(LoginView):
    """The sign-in page; under DEBUG it names the demo people."""

    template_name = "practice/accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Where nobody can sign in yet, the way leads to the opening."""
        return super().dispatch(request, *args, **kwargs) if is_open() else redirect("practice:open")

    def form_valid(self, form: Any) -> HttpResponse:
        """The password is right: in, or to the second step."""
        if after_password(self.request, form.get_user()):
            return redirect(self.get_success_url())
        return redirect(f"{reverse('practice:second_step')}?{urlencode({'next': self.get_success_url()})}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | passkey_words(self.request)
        if settings.DEMO:
            people = Membership.objects.filter(user__email__endswith="@riverside.example").select_related("user")
            context["demo_logins"] = [{"email": m.user.email, "role": m.get_role_display()}
                                      for m in people.order_by("created_at")]
            context["demo_password"] = DEMO_PASSWORD
        return context


def passkey_words(request: HttpRequest) -> dict[str, Any]:
    """Whether passkeys work at the address this page was opened at, and where else they do."""
    there = passkeys.place()
    host = request.get_host().rpartition(":")[0] or request.get_host()
    return {"passkeys_work": host == there.name or request.get_host() == there.name, "passkey_place": there.origin}


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(READ_AND_SEND)
def second_step_page(request: HttpRequest) -> HttpResponse:
    """The app's code, a recovery code, or a passkey, within five minutes of the password."""
    person, after = half_signed_in(request), next_of(request, "sessions:today")
    if person is None:
        messages.info(request, "The second step has to follow within five minutes. Sign in once more.")
        return redirect(f"{reverse('practice:login')}?{urlencode({'next': after})}")
    ways = ways_of(person)
    form = CodeForm(request.POST if request.method == "POST" else None, hint=_what_to_type(ways.has_app),
                    takes_focus=True)
    if form.is_bound and form.is_valid() and attempt(form, finish_with_code, request=request,
                                                     code=form.cleaned_data["code"]):
        _say_few_are_left(request, person)
        return redirect(after)
    return render(request, "practice/accounts/second_step.html", {
        "form": form, "person": person, "ways": ways, "next": after, **passkey_words(request)},
        status=typed_status(form))


def _what_to_type(has_app: bool) -> str:
    return ("The six digits your app shows now. Without your phone: one of your recovery codes." if has_app
            else "One of your recovery codes.")


def _say_few_are_left(request: HttpRequest, person: User) -> None:
    left = codes_left(person)
    if left <= FEW:
        words = f"{left} recovery codes are left." if left != 1 else "1 recovery code is left."
        messages.warning(request, f"{words} Make new ones on your page, under Signing in.")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; what pages kept in this browser is cleared with it."""
    signed_in.end_here(request)
    logout(request)
    response = redirect("practice:login")
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@never_cache
@require_http_methods(READ_AND_SEND)
def forgot_page(request: HttpRequest) -> HttpResponse:
    """Ask for a link; the answer is the same whoever asks."""
    form = ForgotForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            ask_for_password(email=form.cleaned_data["email"], from_address=address_of(request))
        except Refusal as refused:
            form.add_error(None, refused.detail)
            form.refusal = refused  # type: ignore[attr-defined]
        else:
            return render(request, "practice/accounts/forgot_sent.html", {"email": form.cleaned_data["email"]})
    return render(request, "practice/accounts/forgot.html", {"form": form}, status=status_of(form))


def _by_link(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """A page behind a link in a mail: kept by nobody; unknown, used and old links get the same bytes."""

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return kept_private(view(request, token))
        except LinkOver as over:
            said = render_to_string("refused.html", {**look(request), "refusal": over})
            return kept_private(HttpResponse(said, status=over.status))

    return opened


@sensitive_post_parameters("password")
@require_http_methods(READ_AND_SEND)
@_by_link
def new_password_page(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link in the mail: a new password, once."""
    link = live_link(token, AccountLink.Purpose.PASSWORD)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and attempt(
            form, set_password_by_link, token=token, password=form.cleaned_data["password"]):
        messages.success(request, "Your new password holds. Sign in with it; every other place is signed out.")
        return redirect("practice:login")
    return render(request, "practice/accounts/new_password.html", {"form": form, "person": link.user},
                  status=status_of(form))


@require_http_methods(READ_AND_SEND)
@_by_link
def new_address_page(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link at the new address: a press proves it."""
    link = live_link(token, AccountLink.Purpose.ADDRESS)
    if request.method == "POST":
        take_address(token=token)
        messages.success(request, f"From now on you sign in with {link.email}.")
        return redirect("practice:me")
    return render(request, "practice/accounts/new_address.html", {"link": link})
