"""The pages of closed days: closures, and the public holidays the practice closes on."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from practice import clock
from practice.closures import close_on_holidays, close_practice, holidays_ahead, reopen, set_place
from practice.hours_views import done, who_must_move
from practice.models import Closure, Membership
from practice.offer_views import OWNER
from practice.pages import attempt, find, member_of, member_page, post_page, status_of
from practice.supply_forms import ClosureForm, HolidaysForm, PlaceForm


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def closure_list(request: HttpRequest) -> HttpResponse:
    """The closed days ahead, and a form to close on others."""
    member = member_of(request)
    form = ClosureForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        row = attempt(form, close_practice, practice=member.practice, first=said["first"],
                      last=said["last"] or said["first"], name=said["name"], by=member)
        if row:
            messages.success(request, f"Closed: {row.name}. Nothing new is booked then.")
            return redirect(who_must_move("closure", row.pk))
    rows = Closure.objects.visible_to(member).filter(last_on__gte=_today(member)).order_by("first_on")
    return render(request, "practice/closures.html", {
        "room": "practice", "form": form, "rows": rows}, status=status_of(form))


@post_page("practice:closures")
@member_page(OWNER)
def closure_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open then after all."""
    row: Closure = find(Closure, member_of(request), pk, "practice")
    reopen(closure=row, by=member_of(request))
    messages.success(request, f"Open after all: {row.name}. Visits moved meanwhile stay where they are.")
    return redirect("practice:closures")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def holidays_page(request: HttpRequest) -> HttpResponse:
    """Where the practice is, the public holidays of the coming year there, and on which it closes."""
    member = member_of(request)
    practice, sent = member.practice, request.POST if request.method == "POST" else None
    is_place = sent is not None and "country" in sent
    place = PlaceForm(sent if is_place else None, country=practice.country, region=practice.region)
    if is_place and place.is_valid() and attempt(
            place, done(set_place), practice=practice, country=place.cleaned_data["country"],
            region=place.cleaned_data.get("region", ""), by=member):
        return redirect("practice:holidays")
    ahead = holidays_ahead(practice)
    days = HolidaysForm(sent if sent is not None and not is_place else None, ahead=ahead, today=_today(member))
    if days.is_bound and days.is_valid():
        new = attempt(days, close_on_holidays, practice=practice, days=days.dates(), by=member)
        if new is not None:
            count = len(days.dates())
            messages.success(request, f"Closed on {count} public holiday{'' if count == 1 else 's'}.")
            return redirect(who_must_move("closed-days", practice.pk))
    form = place if is_place else days
    return render(request, "practice/holidays.html", {
        "room": "practice", "form": form, "place": place, "days": days, "has_place": bool(practice.country),
        "covered": [(clock.said_date(h.on, today=_today(member)), h) for h in ahead if h.is_fixed],
    }, status=status_of(form))


def _today(member: Membership) -> date:
    return clock.wall_of(timezone.now(), member.practice.time_zone)[0]
