"""The steps of opening, one thing a page. Each asks by the forms and saves by the verbs of the pages that stay."""

from __future__ import annotations

import base64
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from practice.closures import close_on_holidays, holidays_ahead, set_place
from practice.hours_views import done
from practice.letterhead import change_letterhead, head_drawn
from practice.models import Membership, Room, Service
from practice.offer_views import OWNER
from practice.offers import add_room, add_services
from practice.opening.checklist import REMINDER
from practice.opening.mail import CATCHER, last_test, mail_host, why_nobody_receives
from practice.opening.preset_forms import Presets
from practice.opening.step_forms import FirstRoomForm, LetterheadForm
from practice.opening.step_pages import after, sent, step_page, today_of
from practice.pages import attempt, member_of, member_page
from practice.people.inviting import open_invitations
from practice.refusals import Refusal
from practice.supply_forms import HolidaysForm, PlaceForm
from practice.wording.own import variants_of
from practice.wording.trying import as_it_leaves, send_test

_ASKED = require_http_methods(["GET", "HEAD", "POST"])


@_ASKED
@member_page(OWNER)
def letterhead_step(request: HttpRequest) -> HttpResponse:
    """Name, address and how one is reached, with the head of a letter drawn from what is typed."""
    member = member_of(request)
    form = LetterheadForm(sent(request), practice=member.practice)
    only_look = request.POST.get("act") == "preview"
    if form.is_bound and form.is_valid() and not only_look and attempt(
            form, change_letterhead, practice=member.practice, by=member, **form.cleaned_data):
        messages.success(request, "Saved. Letters signed from now on carry it.")
        return redirect(after("letterhead"))
    seen = form.seen()
    drawn = base64.b64encode(head_drawn(**seen)).decode()
    said = [seen["name"], ", ".join(seen["address"].splitlines()), seen["phone"], seen["email"]]
    return step_page(request, "letterhead", form, drawn=f"data:image/png;base64,{drawn}",
                     said=" · ".join(filter(None, said)))


@_ASKED
@member_page(OWNER)
def rooms_step(request: HttpRequest) -> HttpResponse:
    """Rooms, one after the other."""
    member = member_of(request)
    rooms = Room.objects.visible_to(member).filter(is_active=True)
    form = FirstRoomForm(sent(request))
    if form.is_bound and form.is_valid() and (row := attempt(
            form, add_room, practice=member.practice, position=rooms.count() + 1, by=member, **form.cleaned_data)):
        messages.success(request, f"{row.name} can be booked from now on. Add another, or go on.")
        return redirect("practice:opening_rooms")
    return step_page(request, "rooms", form, rooms=rooms)


@_ASKED
@member_page(OWNER)
def services_step(request: HttpRequest) -> HttpResponse:
    """Services chosen from our proposals, each to be changed before it is saved."""
    member = member_of(request)
    form: Any = Presets(member, sent(request))
    if form.is_bound and form.is_valid() and (rows := attempt(
            form, add_services, practice=member.practice, offers=form.offers(), by=member)):
        messages.success(request, f"{len(rows)} services are offered from now on." if len(rows) > 1
                         else f"{rows[0].name} is offered from now on.")
        return redirect(after("services"))
    services = Service.objects.visible_to(member).filter(is_active=True).select_related("practice")
    return step_page(request, "services", form, services=services, currency=member.practice.currency)


@_ASKED
@member_page(OWNER)
def people_step(request: HttpRequest) -> HttpResponse:
    """Who works here, and where others are invited."""
    people = Membership.objects.visible_to(member_of(request)).filter(is_active=True).select_related("user")
    return step_page(request, "people", people=people.order_by("created_at"),
                     invited=open_invitations(member_of(request).practice))


@_ASKED
@member_page(OWNER)
def holidays_step(request: HttpRequest) -> HttpResponse:
    """The public holidays of the practice's country, to tick those it closes on."""
    member = member_of(request)
    practice, posted = member.practice, sent(request)
    is_place = posted is not None and "country" in posted
    place = PlaceForm(posted if is_place else None, country=practice.country, region=practice.region)
    if is_place and place.is_valid() and attempt(
            place, done(set_place), practice=practice, country=place.cleaned_data["country"],
            region=place.cleaned_data.get("region", ""), by=member):
        return redirect("practice:opening_holidays")
    ahead = holidays_ahead(practice)
    days = HolidaysForm(None if is_place else posted, ahead=ahead, today=today_of(practice))
    if not days.is_bound and not any(holiday.is_ticked for holiday in ahead):
        days.initial["days"] = [value for value, _ in days.fields["days"].choices]  # type: ignore[attr-defined]
    if days.is_bound and days.is_valid() and not days.dates():
        days.add_error("days", "Tick those on which you close, or press “We close on none of them” below.")
    elif days.is_bound and days.is_valid() and attempt(
            days, done(close_on_holidays), practice=practice, days=days.dates(), by=member):
        count = len(days.dates())
        messages.success(request, f"Closed on {count} public holiday{'' if count == 1 else 's'}.")
        return redirect(after("holidays"))
    return step_page(request, "holidays", place if is_place else days, place=place, days=days,
                     has_place=bool(practice.country))


@_ASKED
@member_page(OWNER)
def reminders_step(request: HttpRequest) -> HttpResponse:
    """What clients read before a visit, as it leaves."""
    practice = member_of(request).practice
    letter = as_it_leaves(practice=practice, kind=REMINDER, variant=variants_of(REMINDER)[0], language="en")
    return step_page(request, "reminders", letter=letter, days=practice.reminder_days,
                     words_url=reverse("practice:words_of", args=[REMINDER]))


@_ASKED
@member_page(OWNER)
def mail_step(request: HttpRequest) -> HttpResponse:
    """A real mail to the owner by the outbox's own way, and what became of it."""
    member = member_of(request)
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            send_test(practice=member.practice, kind=REMINDER, variant=variants_of(REMINDER)[0], language="en",
                      by=member)
            return redirect("practice:opening_mail")
        except Refusal as full:
            refused = full
    host = mail_host()
    answer = step_page(request, "mail", tried=last_test(member.practice), host=host, refused=refused,
                       is_catcher=host == CATCHER, nobody=why_nobody_receives(), address=member.user.email)
    answer.status_code = refused.status if refused else 200
    return answer

