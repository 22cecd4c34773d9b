"""A therapist's calendar for other calendars to read, and the page where it is switched on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods, require_safe

from practice.access import THERAPISTS
from practice.pages import attempt, member_page, post_page
from sessions import calendars, outside_calendars
from sessions.asked import member_of, status_of
from sessions.models import OutsideFeed

_PRIVATE = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
_NO_FEED = "There is no calendar at this address. It may have been switched off: ask for a new one.\n"


@require_safe
def feed(request: HttpRequest, name: str) -> HttpResponse:
    """The calendar behind a secret; malformed, unknown and revoked ones get the same bytes."""
    found = calendars.open_feed(name.removesuffix(".ics")) if name.endswith(".ics") else None
    if found is None:
        return HttpResponse(_NO_FEED, status=404, content_type="text/plain; charset=utf-8", headers=_PRIVATE)
    body = calendars.read_feed(found)
    changed = int(found.changed_at.timestamp()) if found.changed_at else 0
    etag = f'"{found.body_hash}"'
    headers = {**_PRIVATE, "ETag": etag, "Last-Modified": http_date(changed),
               "Content-Disposition": 'inline; filename="calendar.ics"'}
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)
    answer = get_conditional_response(request, etag=etag, last_modified=changed, response=response) or response
    for header, value in _PRIVATE.items():
        answer[header] = value
    return answer


class OutsideForm(forms.Form):
    """The address of a calendar elsewhere."""

    url = forms.CharField(
        label="Address of your calendar", max_length=2000, strip=True,
        error_messages={"required": "Copy the address from your calendar.", "max_length": "This address is too long."},
        help_text="It begins with https:// or webcal:// and often ends with .ics.",
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def calendar_page(request: HttpRequest) -> HttpResponse:
    """The therapist's own calendar: its address, made, renewed or switched off; calendars read from elsewhere."""
    member, do = member_of(request), request.POST.get("do", "")
    form = OutsideForm(request.POST if do == "add" else None)
    if do == "make":
        calendars.make_feed(therapist=member, by=member)
        messages.success(request, "This is your address now. Copy it, or open it on this device.")
        return redirect("sessions:calendar")
    if do == "off":
        calendars.revoke_feed(therapist=member, by=member)
        messages.success(request, "Switched off. Calendars that had the address find nothing there any more.")
        return redirect("sessions:calendar")
    if form.is_bound and form.is_valid():
        added = attempt(form, outside_calendars.add_feed, therapist=member, url=form.cleaned_data["url"], by=member)
        if added:
            messages.success(request, f"The calendar at {added.host} was read. Its busy times are not offered now.")
            return redirect("sessions:calendar")
    return _page(request, form)


@post_page("sessions:calendar")
@member_page(THERAPISTS)
def outside_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Read one of the therapist's own outside calendars now, or no more."""
    member = member_of(request)
    outside = (OutsideFeed.objects.visible_to(member).select_related("therapist__practice")
               .filter(pk=pk, therapist=member).first())
    if outside is None or verb not in ("read", "remove"):
        raise Http404("Nothing here by that id, or it is not yours.")
    if verb == "remove":
        outside_calendars.remove_feed(feed=outside, by=member)
        messages.success(request, f"The calendar at {outside.host} is not read any more. Its times are open again.")
    elif not outside_calendars.read_feed(feed=outside).failure:
        messages.success(request, f"The calendar at {outside.host} was read.")
    return redirect("sessions:calendar")


def _page(request: HttpRequest, form: OutsideForm) -> HttpResponse:
    member = member_of(request)
    own = calendars.feed_of(member)
    address = calendars.address_of(own) if own else ""
    context: dict[str, Any] = {
        "form": form, "feed": own, "address": address,
        "webcal": address.replace(f"{urlsplit(address).scheme}://", "webcal://", 1),
  "outside": OutsideFeed.objects.visible_to(member).filter(therapist=member),
        "most": outside_calendars.MOST_FEEDS}
    return render(request, "sessions/calendar.html", context, status=status_of(form))
