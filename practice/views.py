"""Pages of the practice itself: the look, what there is, and whether all is well."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from practice import clock, cookies
from practice.access import Role
from practice.hours import periods_of
from practice.models import Closure, Membership, Room, Service, TimeOff
from practice.pages import THEMES, member_page
from practice.places import places_for
from practice.week import said_period, week_of

_YEAR = 60 * 60 * 24 * 365


@require_POST
def choose_look(request: HttpRequest) -> HttpResponse:
    """Remember light, dark, dim or the system's theme, and the easier view, in a cookie."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    theme, easier = request.POST.get("theme"), request.POST.get("easier")
    if theme in THEMES:
        cookies.keep(response, "theme", theme, seconds=_YEAR)
    elif theme == "system":
        cookies.forget(response, "theme")
    if easier in ("on", "off"):
        cookies.keep(response, "easier", easier, seconds=_YEAR)
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
        "practice": member.practice, "groups": places_for(member), "is_owner": member.role == Role.OWNER,
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
