"""Pages of the practice itself: sign in, the look, what there is, and whether all is well."""

from __future__ import annotations

import shutil
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from practice import clock, outbox
from practice.access import Role
from practice.encryption import keys
from practice.hours import periods_of
from practice.models import Closure, Membership, Room, Service, TimeOff
from practice.pages import THEMES, member_page
from practice.passwords import TooManyTries, WrongPassword, person_with
from practice.week import said_period, week_of

DEMO_PASSWORD = "riverside-demo"  # noqa: S105  printed on the demo's own sign-in page, only under DEBUG
STALE_SECONDS = 300
_YEAR = 60 * 60 * 24 * 365


class SignInForm(AuthenticationForm):
    """E-mail and password."""

    username = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}))
    error_messages = {
        "invalid_login": "This e-mail and password do not go together. Check both; capital letters count.",
        "inactive": "This account is switched off. Ask the practice's owner.",
    }

    def clean(self) -> dict[str, Any]:
        """Who it is, if the password is right and was not tried too often."""
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password and self.request is not None:
            try:
                self.user_cache = person_with(self.request, email=email, password=password)
            except WrongPassword:
                raise self.get_invalid_login_error() from None
            except TooManyTries as tired:
                raise forms.ValidationError(tired.detail) from None
        return self.cleaned_data


class SignIn(LoginView):
    """The sign-in page; under DEBUG it names the demo people."""

    template_name = "practice/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if settings.DEMO:
            people = Membership.objects.filter(user__email__endswith="@riverside.example").select_related("user")
            context["demo_logins"] = [{"email": m.user.email, "role": m.get_role_display()}
                                      for m in people.order_by("created_at")]
            context["demo_password"] = DEMO_PASSWORD
        return context


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; what pages kept in this browser is cleared with it."""
    logout(request)
    response = redirect("practice:login")
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@require_POST
def choose_look(request: HttpRequest) -> HttpResponse:
    """Remember light, dark, dim or the system's theme, and the easier view, in a cookie."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    theme, easier = request.POST.get("theme"), request.POST.get("easier")
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    elif theme == "system":
        response.delete_cookie("theme")
    if easier in ("on", "off"):
        response.set_cookie("easier", easier, max_age=_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


@require_GET
@member_page()
def home(request: HttpRequest) -> HttpResponse:
    """What there is: people and hours, rooms, services, closures."""
    member: Membership = request.member  # type: ignore[attr-defined]
    people = (Membership.objects.visible_to(member).filter(is_active=True).select_related("user")
              .prefetch_related("working_hours", "skills").order_by("created_at"))
    today = clock.wall_of(timezone.now(), member.practice.time_zone)[0]
    services = Service.objects.visible_to(member).filter(is_active=True).select_related("practice")
    return render(request, "practice/home.html", {
        "room": "practice", "people": [(person, week_of(person.hours_on(today)), _hours_ahead(person, today))
                                       for person in people],
        "practice": member.practice, "is_owner": member.role == Role.OWNER,
        "rooms": Room.objects.visible_to(member).filter(is_active=True),
        "services": services,
        "may_enter_time_off": member.role in (Role.OWNER, Role.FRONT_DESK) or member.is_therapist,
        "closures": Closure.objects.visible_to(member).filter(last_on__gte=today).order_by("first_on"),
        "time_off": TimeOff.objects.visible_to(member).filter(ends_at__gte=timezone.now())
                    .select_related("therapist__user", "practice").order_by("starts_at")})


def _hours_ahead(person: Membership, today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each week of work that begins after today, in words: from when, and its lines."""
    periods = periods_of(list(person.working_hours.all()), today)
    return [(said_period(validity, today), week_of(rows)) for validity, rows in periods[1:]]


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether all is well: database, migrations, tz version, outbox age, disk. 503 when it is not."""
    problems: list[str] = []
    answer: dict[str, Any] = {}
    try:
        pending = MigrationExecutor(connection).migration_plan(MigrationExecutor(connection).loader.graph.leaf_nodes())
        answer["migrations_pending"] = len(pending)
        if pending:
            problems.append("migrations are pending")
        else:
            keys.load()
            answer["outbox_oldest_due_seconds"] = round(outbox.oldest_due_seconds(), 1)
            if answer["outbox_oldest_due_seconds"] > STALE_SECONDS:
                problems.append("messages are due and nobody sends them: is the worker running?")
    except keys.KeysMissing:
        problems.append("clinical text cannot be read: a key is missing, see manage.py check --database default")
    except Exception as fault:
        problems.append(f"the database does not answer ({type(fault).__name__})")
    answer["tzdata"] = _tz_version()
    free = shutil.disk_usage(settings.DATA_DIR).free
    answer["disk_free_mb"] = free // 2**20
    if free < 200 * 2**20:
        problems.append("less than 200 MB of disk left")
    answer |= {"status": "ok" if not problems else "not well", "problems": problems,
               "database": connection.vendor}
    return JsonResponse(answer, status=200 if not problems else 503)


def _tz_version() -> str:
    import tzdata

    return tzdata.IANA_VERSION


