"""The waitlist on the practice's side: who waits, what fits now, who could take a freed time; offer or book."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clients.models import Client
from practice import clock
from practice.clock import instant_at
from practice.models import Membership
from practice.pages import attempt, find, member_page, post_page
from sessions.asked import back_to, member_of, stamp, status_of, today_at
from sessions.availability import Slot
from sessions.freed import standing_in, time_of
from sessions.models import Appointment, FreedTime, WaitlistEntry, WaitlistOffer
from sessions.views.client_choice import last_visit, whom_asked
from sessions.waitlist import (
    RELATIONS,
    entries_to_read,
    given_up,
    join_waitlist,
    open_soon,
    said_waiting,
    said_wish,
    waiting,
)
from sessions.waitlist_form import OfferForm, WaitForm
from sessions.waitlist_offers import end_waiting, is_lost, offer_by_hand, takers

PER_PAGE, SHOWN = 10, 3  # people on one page; open times shown of each


@require_safe
@member_page()
def waitlist(request: HttpRequest) -> HttpResponse:
    """Who waits, the longest first, with what they wait for and what is open for them now."""
    member = member_of(request)
    rows = entries_to_read(waiting(WaitlistEntry.objects.visible_to(member), today_at(member.practice)))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    entries = list(page.object_list)
    running = {offer.entry_id: offer for offer in WaitlistOffer.objects.filter(entry__in=entries, state="open")
               .select_related("practice", "therapist__user", "therapist__practice", "entry")}
    people = _people(member)
    return render(request, "sessions/waitlist/list.html", {
        "room": "diary", "page_obj": page,
        "rows": [_row(entry, running.get(entry.pk), people) for entry in entries]})


def _people(member: Membership) -> dict[str, Membership]:
    rows = Membership.objects.visible_to(member).filter(is_therapist=True).select_related("user")
    return {str(row.pk): row for row in rows}


def _row(entry: WaitlistEntry, offer: WaitlistOffer | None, people: dict[str, Membership]) -> dict[str, Any]:
    times = [_time(entry, slot, people[slot.therapist]) for slot in open_soon(entry, SHOWN)]
    until = clock.said(offer.expires_at, entry.practice.time_zone) if offer else ""
    return {"entry": entry, "wish": said_wish(entry), "since": said_waiting(entry.created_at), "has_offer": offer,
            "gives": given_up(entry), "offer": None if offer and is_lost(offer) else offer, "until": until,
            "times": times}


def _time(entry: WaitlistEntry, slot: Slot, therapist: Membership) -> dict[str, Any]:
    """One open time for somebody: its words, and the address where it is booked for them."""
    start = instant_at(slot.starts)
    query = {"client": entry.client_id, "service": entry.service_id, "therapist": therapist.pk, "room": slot.room,
             "starts_at": stamp(start), "waits": entry.pk}
    return {"said": clock.said(start, entry.practice.time_zone), "stamp": stamp(start), "therapist": therapist,
            "book": f"{reverse('sessions:book')}?{urlencode(query)}"}


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def waitlist_new(request: HttpRequest) -> HttpResponse:
    """Put somebody on the list."""
    member, whom = member_of(request), whom_asked(request)
    if whom.only:
        return redirect(f"{reverse('sessions:waitlist_new')}?{urlencode({'client': whom.only.pk})}")
    if whom.client is None:
        return render(request, "sessions/waitlist/new.html", {"room": "diary", "whom": whom})
    last = last_visit(whom.client)
    first = {"service": last.service_id if last else None, "from_on": today_at(member.practice)}
    form = WaitForm(request.POST or None, member=member, client=whom.client, initial=first)
    return _saved(request, form, whom.client) or _form(request, form, whom.client, None)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def waitlist_entry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what somebody waits for."""
    member = member_of(request)
    entry = find(WaitlistEntry, member, pk, *RELATIONS)
    client, typed = entry.client, request.POST if request.method == "POST" and entry.ended_at is None else None
    form = WaitForm(typed, member=member, client=client, entry=entry)
    return _saved(request, form, client) or _form(request, form, client, entry)


def _saved(request: HttpRequest, form: WaitForm, client: Client) -> HttpResponse | None:
    if not (form.is_bound and form.is_valid()):
        return None
    if attempt(form, join_waitlist, client=client, by=member_of(request), **form.cleaned_data) is None:
        return None
    messages.success(request, f"{client.name} is on the waitlist. What fits now stands below.")
    return redirect("sessions:waitlist")


def _form(request: HttpRequest, form: WaitForm, client: Client, entry: WaitlistEntry | None) -> HttpResponse:
    return render(request, "sessions/waitlist/form.html", {"room": "diary", "form": form, "client": client,
                                                           "entry": entry}, status=status_of(form))


@post_page("sessions:waitlist_entry", "pk")
@member_page()
def waitlist_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take somebody off the list."""
    entry = find(WaitlistEntry, member_of(request), pk, "client", "practice")
    end_waiting(entry=entry, by=member_of(request))
    messages.success(request, f"{entry.client.name} is off the waitlist.")
    return redirect(back_to(request, reverse("sessions:waitlist")))


@post_page("sessions:waitlist_entry", "pk")
@member_page()
def waitlist_offer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Offer one open time to one person; refused, a page says why."""
    member = member_of(request)
    entry = find(WaitlistEntry, member, pk, *RELATIONS)
    form = OfferForm(request.POST, member=member)
    back = back_to(request, reverse("sessions:waitlist"))
    offer = attempt(form, offer_by_hand, entry=entry, by=member, **form.cleaned_data) if form.is_valid() else None
    if offer is None:
        refused = getattr(form, "refusal", None)
        return render(request, "sessions/waitlist/not_offered.html", {
            "room": "diary", "back": back, "entry": entry,
            "detail": refused.detail if refused else "Choose one of the times.",
            "is_another_better": refused is None or refused.code == "slot_taken"}, status=status_of(form))
    until = clock.said(offer.expires_at, member.practice.time_zone)
    messages.success(request, f"{offer.said} is offered to {entry.client.name} until {until}.")
    return redirect(back)


@require_safe
@member_page()
def freed_time(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One freed time: who could take it, and to whom it is offered."""
    member = member_of(request)
    freed = find(FreedTime, member, pk, "practice", "therapist__user", "room", "appointment__client")
    return render(request, "sessions/waitlist/freed.html", {"room": "diary", **could_take(freed)})


def could_take(freed: FreedTime) -> dict[str, Any]:
    """What the section “Who could take this time” shows."""
    zone, people = freed.practice.time_zone, {str(freed.therapist_id): freed.therapist}
    relations = ("client", "practice", "therapist__user", "therapist__practice", "entry")
    offers = list(freed.offers.select_related(*relations)) if freed.created_at else []
    for offer in offers:
        if is_lost(offer):
            offer.state = WaitlistOffer.State.WITHDRAWN  # as the next round will note it
    found = takers(freed)
    asked = _asked([taker.entry for taker in found], freed)
    return {"freed": freed, "freed_said": clock.said_span(freed.starts_at, freed.ends_at, zone),
            "offers": [(offer, clock.said(offer.expires_at, zone)) for offer in offers],
            "takers": [{"entry": taker.entry, "gives": given_up(taker.entry), "fit": taker.fit,
                        "since": said_waiting(taker.entry.created_at), "has_offer": taker.entry.pk in asked,
                        "time": _time(taker.entry, taker.fit.slot, people[taker.fit.slot.therapist])}
                       for taker in found]}


def _asked(entries: list[WaitlistEntry], freed: FreedTime) -> set[UUID]:
    """Those of these entries to which no more can be offered now: one offer runs for each, and one for this time."""
    running = WaitlistOffer.objects.filter(state="open", client__in={entry.client_id for entry in entries})
    mine = set(running.values_list("entry_id", flat=True))
    then = running.filter(starts_at__lt=freed.ends_at, ends_at__gt=freed.starts_at)
    theirs = set(then.values_list("client", flat=True))
    return {entry.pk for entry in entries if entry.pk in mine or entry.client_id in theirs}


def freed_of(visit: Appointment) -> FreedTime | None:
    """The time this visit let go of last, still to come and nobody's yet, noted or not; None where there is none."""
    relations = ("practice", "therapist__user", "room", "appointment")
    is_taken = Exists(standing_in(OuterRef("therapist"), OuterRef("starts_at"), OuterRef("ends_at")))
    coming = visit.freed.filter(starts_at__gt=timezone.now())
    noted = coming.exclude(is_taken).select_related(*relations).order_by("-created_at").first()
    if noted or not visit.is_released or visit.starts_at <= timezone.now():
        return noted
    time = time_of(visit)
    return None if standing_in(time.therapist, time.starts_at, time.ends_at).exists() else time
