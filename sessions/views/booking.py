"""Book: whom, what, with whom, when; then one look at what speaks against it, and one press."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clients.contraindications import cautions_for
from clients.episodes import hold_among
from clients.models import Client
from practice import clock
from practice.models import Membership, Room, Service
from practice.pages import attempt, member_page
from practice.refusals import Refusal
from sessions.asked import member_of, row_asked, stamp, status_of, today_at
from sessions.booking import book_appointment
from sessions.caution_line import for_the_desk, told_to
from sessions.clashes import find_clashes
from sessions.forms import BookForm, SlotSearch, ask_reason, first_and_last
from sessions.models import RELEASED, Appointment, WaitlistEntry
from sessions.objections import refuse_as_wished
from sessions.referral_use import lines_for
from sessions.supply import OpenSlot, find_open_slots, rooms_for, therapists_for
from sessions.views.booking_asked import Asked, day_asked, no_start, times_meant, what_is_asked
from sessions.views.client_choice import also_fitting, whom_asked
from sessions.views.open_times import nearest_to, shown
from sessions.views.refused import is_taken, nearest_times, other_words, plainly, takes_a_reason, times_against
from sessions.views.undone import remember
from sessions.waitlist import RELATIONS, given_up
from sessions.waitlist_booking import book_from_waitlist
from sessions.waitlist_offers import said_offered
from sessions.wished import Wish, checked_at_booking, read

MOST_SLOTS = 400  # shown on one page; always whole days
MOST_AHEAD = 6
MOST_ROOMS = 3  # to change to in one press


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def book(request: HttpRequest) -> HttpResponse:
    """Find an open time and book it; everything chosen so far stands in the address."""
    if request.method == "POST":
        return _book(request)
    asked = what_is_asked(request)
    if asked.whom.only:
        return redirect(f"{reverse('sessions:book')}?{_with(request, client=asked.whom.only.pk, q=None)}")
    if asked.whom.found and asked.start:  # from the diary: the first who fits, the others one press away
        return redirect(f"{reverse('sessions:book')}?{_with(request, client=asked.whom.found[0].pk)}")
    if asked.whom.client and asked.start and asked.service:
        slot = _slot_at(asked.whom.client, asked.service, asked.start, asked.therapist, asked.room)
        therapist = slot.therapist if slot else asked.therapist
        if therapist:
            form = BookForm(member=member_of(request), initial={
                "client": asked.whom.client.pk, "service": asked.service.pk, "therapist": therapist.pk,
                "room": (slot or asked).room, "starts_at": stamp(asked.start),
                "waits": request.GET.get("waits", "")})
            return _confirm(request, form, asked.whom.client, asked.service, therapist, asked.start, slot)
    return _find(request, asked)


def _with(request: HttpRequest, **changes: Any) -> str:
    """The query of this page with some values changed, None taking one out."""
    kept = {**request.GET.dict(), **changes}
    return urlencode({name: value for name, value in kept.items() if value not in (None, "")})


def _slot_at(client: Client, service: Service, start: datetime, therapist: Membership | None,
             room: Room | None) -> OpenSlot | None:
    """The open slot that begins then, the best one where several do."""
    on = clock.wall_of(start, service.practice.time_zone)[0]
    slots = find_open_slots(
        service=service, first=on, last=on, client=client,
        therapists=[t for t in therapists_for(service) if therapist is None or t.pk == therapist.pk],
        rooms=[r for r in rooms_for(service) if room is None or r.pk == room.pk])
    return next((slot for slot in slots if slot.starts_at == start), None)


# --- find ------------------------------------------------------------------------------------------------------


def _find(request: HttpRequest, asked: Asked, form: BookForm | None = None) -> HttpResponse:
    """Whom and when: the client, the search, and the open times by day."""
    member = member_of(request)
    on = asked.gap.on if asked.gap else _on(asked.start, member) or day_asked(request, member)
    if wrong := no_start(request, asked):
        messages.warning(request, f"“{wrong[:40]}” is no date and time; these are the times from today on.")
    days = first_and_last(on or today_at(member.practice))
    typed = {"service": asked.service.pk if asked.service else "", **days,
             "therapist": asked.therapist.pk if asked.therapist else ""}
    typed |= {name: request.GET[name] for name in ("first", "last") if request.GET.get(name)}
    search = SlotSearch(typed, member=member) if asked.service else SlotSearch(member=member, initial=days)
    slots, is_cut = _open(search, asked) if search.is_bound and search.is_valid() else ([], False)
    if slots and asked.usual_room is None:  # somebody new: the room most of the times are in goes without saying
        asked = replace(asked, usual_room=Counter(slot.room.pk for slot in slots).most_common(1)[0][0])
    return render(request, "sessions/book.html", {
        "room": "diary", "whom": asked.whom, "search": search, "form": form or search, "asked": asked,
        "gap": asked.gap.because if asked.gap else "", "is_twice": isinstance(asked.gap, clock.WallTimeAmbiguous),
        "ahead": _ahead(asked),
        "start_words": clock.said(asked.start, member.practice.time_zone) if asked.start else "",
        "keep": [(k, v) for k, v in request.GET.items() if k not in ("q", "client")],
        **shown(slots, asked, member, on), "is_cut": is_cut,
        "is_searched": search.is_bound and not search.errors,
        "services": Service.objects.visible_to(member).filter(is_active=True).select_related("practice")
        if asked.start else [],
        "meant": [(words, _with(request, starts_at=iso, on=None, at=None))
                  for iso, words in nearest_to(asked.gap, slots) or times_meant(asked.gap)],
        "query": _with(request, service=None)}, status=status_of(form or search))


def _ahead(asked: Asked) -> list[str]:
    """When the client is booked already: the next few, and how many more; one more booked would lie among them."""
    if asked.whom.client is None:
        return []
    coming = Appointment.objects.filter(client=asked.whom.client, starts_at__gt=timezone.now())
    standing = coming.exclude(status__in=RELEASED).exclude(status="proposed", expires_at__lte=timezone.now())
    said = [visit.said for visit in standing.order_by("starts_at")]
    left = len(said) - MOST_AHEAD
    return said if left <= 1 else [*said[:MOST_AHEAD], f"and {left} more"]


def _on(start: datetime | None, member: Membership) -> date | None:
    return clock.wall_of(start, member.practice.time_zone)[0] if start else None


def _open(search: SlotSearch, asked: Asked) -> tuple[list[OpenSlot], bool]:
    """The open slots of the search, whole days only, and whether days were cut off."""
    wish = search.cleaned_data
    slots = find_open_slots(
        service=wish["service"], first=wish["first"], last=wish["last"], client=asked.whom.client,
        therapists=[t for t in therapists_for(wish["service"])
                    if wish["therapist"] is None or t.pk == wish["therapist"].pk])
    if len(slots) <= MOST_SLOTS:
        return slots, False
    zone = wish["service"].practice.time_zone
    first_cut = clock.wall_of(sorted(s.starts_at for s in slots)[MOST_SLOTS], zone)[0]
    return [s for s in slots if clock.wall_of(s.starts_at, zone)[0] < first_cut], True


# --- confirm and book --------------------------------------------------------------------------------------------


def _confirm(request: HttpRequest, form: BookForm, client: Client, service: Service, therapist: Membership,
             start: datetime, slot: OpenSlot | None) -> HttpResponse:
    """What will be booked, what speaks against it, and the one button where it can be booked."""
    member = member_of(request)
    zone = member.practice.time_zone
    on = clock.wall_of(start, zone)[0]
    reading = read(client)
    check, hold = checked_at_booking(client, service.minutes, on, reading), hold_among(reading.episodes, on)
    limits = cautions_for(reading.body, on=on, minutes=service.minutes)
    clinical = member.may_see_clinical
    gives = _gives_up(form, member)
    wish = Wish(client, therapist, service, start, service.minutes, member, "", reading=reading,
                ignoring=(gives.pk,) if gives else ())
    room = slot.room if slot else row_asked(Room, member, str(form["room"].value() or ""))
    refusal = getattr(form, "refusal", None) or _against(wish, room)
    takes_reason = takes_a_reason(refusal, member, wish, room) or bool(form["override_reason"].value())
    if takes_reason:
        ask_reason(form, takes_focus=True)
    plainly(form)
    back = {"client": client.pk, "service": service.pk, "therapist": therapist.pk, "first": on.isoformat()}
    other = {"client": client.pk, "service": "", "therapist": therapist.pk, "starts_at": stamp(start)}
    that_day = {**back, "therapist": "", "last": on.isoformat()}
    in_room = {**other, "service": service.pk, "waits": str(form["waits"].value() or "")}
    return render(request, "sessions/book_confirm.html", {
        "room": "diary", "form": form, "client": client, "service": service, "therapist": therapist, "where": room,
        "said": clock.said(start, zone, today=today_at(member.practice)), "against": times_against(refusal),
        "notes": [*said_offered(therapist, start, wish.ends_at, client), *_same_day(wish)],
        "gives": gives, "referrals": lines_for(client, [on]),
        "check": told_to(member, client, limits, check), "hold": hold if clinical else None,
        "desk_line": None if clinical else for_the_desk(check, therapist, is_on_hold=hold is not None),
        "takes_reason": takes_reason, "can_book": refusal is None or takes_reason,
        "others": other_words(refusal), "nearest": _instead(refusal, wish, room),
        "back": f"{reverse('sessions:book')}?{urlencode(back)}",
        "other_service": f"{reverse('sessions:book')}?{urlencode(other)}",
        "that_day": f"{reverse('sessions:book')}?{urlencode(that_day)}",
        "other_rooms": [(other.name, f"{reverse('sessions:book')}?{urlencode({**in_room, 'room': other.pk})}")
                        for other in rooms_for(service) if other != room][:MOST_ROOMS] if room else [],
        "also": [(other.name, f"{reverse('sessions:book')}?{_with(request, client=other.pk)}")
                 for other in also_fitting(request, client)],
    }, status=status_of(form))


def _gives_up(form: BookForm, member: Membership) -> Appointment | None:
    """The visit that is given up for this one, where it is booked from the waitlist."""
    entry = row_asked(WaitlistEntry, member, str(form["waits"].value() or ""), *RELATIONS)
    return given_up(entry) if entry and entry.ended_at is None else None


def _against(wish: Wish, room: Room | None) -> Refusal | None:
    """What the verb would say, asked before anybody presses Book."""
    try:
        refuse_as_wished(wish, room)
    except Refusal as refused:
        return refused
    return None


def _instead(refusal: Refusal | None, wish: Wish, room: Room | None) -> list[tuple[str, str]]:
    """Times to press instead of a refused one: the same in another room where only the room is taken, then others."""
    zone = wish.client.practice.time_zone
    found = nearest_times(refusal, zone)
    if room and is_taken(refusal) and (other := find_clashes(wish, None, buffers=True)[1]):
        found = [(wish.starts_at, f"{clock.said(wish.starts_at, zone)}, {other.name}"), *found]
    return [(stamp(at), words) for at, words in found]


def _same_day(wish: Wish) -> list[str]:
    """The client's other visits of that day, for whoever books one more."""
    on = clock.wall_of(wish.starts_at, wish.client.practice.time_zone)[0]
    visits = (Appointment.objects.filter(client=wish.client, wall_date=on).exclude(status__in=RELEASED)
              .exclude(status="proposed", expires_at__lte=timezone.now())
              .exclude(starts_at__lt=wish.ends_at, ends_at__gt=wish.starts_at))
    return [f"{wish.client.called} already has a visit that day at {clock.said_time(visit.wall_time)}."
            for visit in visits]


def _book(request: HttpRequest) -> HttpResponse:
    """Book as chosen, or at one of the free times pressed instead; refused, the same page says why."""
    member = member_of(request)
    chosen = request.POST.dict()
    if chosen.get("instead"):
        chosen |= {"starts_at": chosen["instead"], "room": ""}
        chosen.pop("override_reason", None)
    form = BookForm(chosen, member=member)
    if not form.is_valid():
        return _find(request, Asked(whom_asked(request), None, None, None, None), form)
    wish = dict(form.cleaned_data)  # a refusal of a field takes its value out of the form
    entry, where = wish["waits"], {name: wish[name] for name in ("therapist", "starts_at", "room", "override_reason")}
    if entry and (entry.client, entry.service) == (wish["client"], wish["service"]):
        visit = attempt(form, book_from_waitlist, entry=entry, by=member, **where)
    else:
        visit = attempt(form, book_appointment, client=wish["client"], service=wish["service"], by=member, **where)
    words = "Booked"
    if visit is None:
        visit, words = _booked_already(member, wish), "Booked already"
    if visit:
        remember(request, visit, f"{words}: {visit.client.name}, {visit.said}, with {visit.therapist.name}, "
                 f"{visit.room.name}.")
        return redirect("sessions:appointment", pk=visit.pk)
    return _confirm(request, form, wish["client"], wish["service"], wish["therapist"], wish["starts_at"], None)


def _booked_already(member: Membership, wish: dict[str, Any]) -> Appointment | None:
    """The very visit, where the button was pressed twice."""
    rows = Appointment.objects.visible_to(member).select_related("client", "therapist__user", "room")
    return rows.filter(client=wish["client"], therapist=wish["therapist"], service=wish["service"],
                       starts_at=wish["starts_at"], status__in=["booked", "confirmed"]).first()
