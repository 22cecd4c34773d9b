"""Move a visit: one look at what was, what becomes of it and what speaks against it; then one press."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from clients.contacts import booked_ahead
from clients.contraindications import cautions_for
from practice import clock
from practice.models import Membership, Room
from practice.pages import attempt, find, member_page
from practice.refusals import Refusal
from sessions.asked import member_of, status_of, today_at
from sessions.caution_line import for_the_desk, told_to
from sessions.clashes import find_clashes, if_free
from sessions.forms import MoveForm
from sessions.models import Appointment
from sessions.objections import refuse_as_wished
from sessions.reminders import said_grace
from sessions.series_changes import Scope, move_visits, try_moving, visits_meant
from sessions.states import next_state
from sessions.supply import rooms_for, therapists_for
from sessions.views.refused import nearest_times, other_words, takes_a_reason
from sessions.views.undone import remember
from sessions.waitlist_offers import said_offered
from sessions.wished import Wish, checked_at_booking, read

RELATIONS = ("client__practice", "practice", "therapist__user", "room", "service", "series")
QUARTER = timedelta(minutes=15)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def appointment_move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Look at a move (GET), or make it (POST); refused, the page says why and what is free."""
    member = member_of(request)
    visit = find(Appointment, member, pk, *RELATIONS)
    if request.method != "POST":
        if "on" not in request.GET:
            return redirect(f"{_url(visit)}#move")
        return _page(request, visit, MoveForm(_named(request, visit), member=member))
    form = MoveForm(_moved(request), member=member)
    if form.is_valid():
        asked = dict(form.cleaned_data)  # a refusal of a field takes its value out of the form
        moved = attempt(
            form, move_visits, appointment=visit, scope=asked["scope"], starts_at=form.starts_at, by=member,
            therapist=asked["therapist"], room=asked["room"], override_reason=asked["override_reason"],
            expected_version=asked["version"], but=_but(request))
        if moved:
            return _done(request, visit, moved)
        if there := _moved_already(find(Appointment, member, pk, *RELATIONS), asked, form.starts_at):
            remember(request, there)
            messages.success(request, f"Moved already to {there.said}, {there.room.name}.")
            return redirect(_back(request) or _url(there))
    return _page(request, visit, form)


def _moved_already(visit: Appointment, asked: dict[str, Any], starts_at: datetime | None) -> Appointment | None:
    """The visit, where the button was pressed twice: it was moved as asked, alone or with the others, and no more."""
    room, is_alone = asked.get("room"), asked["scope"] == Scope.THIS or visit.series_id is None
    last = visit.events.order_by("-at", "-pk").first()
    is_there = visit.starts_at == starts_at and visit.therapist == asked["therapist"] and room in (None, visit.room)
    is_next = asked.get("version") is not None and visit.version == asked["version"] + 1
    is_so_moved = last is not None and last.verb == "moved" and is_alone != ("act" in last.detail)
    return visit if is_there and is_next and is_so_moved else None


def _done(request: HttpRequest, visit: Appointment, all_moved: list[Appointment]) -> HttpResponse:
    """Back to where the move was begun, which offers to undo it."""
    back, moved = _back(request), next(row for row in all_moved if row.pk == visit.pk)
    if len(all_moved) > 1:
        remember(request, moved)
        messages.success(request, f"{len(all_moved)} visits moved, from {all_moved[0].said} to {all_moved[-1].said}.")
    elif moved.version == visit.version:
        messages.info(request, f"Nothing changed: the visit stays {moved.said}, {moved.room.name}.")
    else:
        remember(request, moved)
        messages.success(request, f"Moved to {moved.said}, {moved.room.name}.")
    return redirect(back or _url(visit))


def _named(request: HttpRequest, visit: Appointment) -> Any:
    """What the address names; what it leaves out stays as it is."""
    named = request.GET.copy()
    for name, value in (("at", f"{visit.wall_time:%H:%M}"), ("therapist", visit.therapist_id),
                        ("version", visit.version)):
        if not named.get(name):
            named[name] = str(value)
    return named


def _moved(request: HttpRequest) -> Any:
    """What was typed, or one of the free times pressed instead of it ("2026-11-24 10:30")."""
    typed, instead = request.POST.copy(), request.POST.get("instead", "")
    if instead:
        typed["on"], _, typed["at"] = instead.partition(" ")
        typed["override_reason"] = ""
    return typed


def _back(request: HttpRequest) -> str:
    """The diary's address the move was begun at, "" where it was not."""
    wish = request.POST.get("next") or request.GET.get("next", "")
    return wish if url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()}) else ""


def _url(visit: Appointment) -> str:
    return reverse("sessions:appointment", args=[visit.pk])


def _page(request: HttpRequest, visit: Appointment, form: MoveForm) -> HttpResponse:
    """Old and new side by side, whom to tell, what limits the work then, and the one button."""
    member = member_of(request)
    context: dict[str, Any] = {"room": "diary", "visit": visit, "form": form, "back": _back(request) or _url(visit),
                               "next": _back(request), "company": booked_ahead(visit.client)}
    if form.is_valid() or (form.starts_at and "therapist" in form.cleaned_data):
        context |= _looked_at(request, visit, form, member)
    in_place = bool(getattr(request, "htmx", False)) and request.method != "POST"
    context |= {"in_place": in_place, "grace": said_grace()}
    return render(request, "sessions/_move.html" if in_place else "sessions/move.html", context,
                  status=status_of(form))


def _looked_at(request: HttpRequest, visit: Appointment, form: MoveForm, member: Membership) -> dict[str, Any]:
    """What the move as named would be, and what the verb would say to it."""
    start, therapist = form.starts_at, form.cleaned_data["therapist"]
    assert start is not None
    reading = read(visit.client)
    on = clock.wall_of(start, visit.time_zone)[0]
    wish = Wish(visit.client, therapist, visit.service, start, visit.minutes, member, "", (visit.pk,), reading=reading)
    asked = form.cleaned_data.get("room")
    room = asked or (if_free(visit.room, wish) if therapist == visit.therapist else None)
    refusal = getattr(form, "refusal", None) or _against(visit, wish, room)
    check = checked_at_booking(visit.client, visit.minutes, on, reading)
    limits = cautions_for(reading.body, on=on, minutes=visit.minutes)
    takes_reason = takes_a_reason(refusal, member, wish, room) or bool(form["override_reason"].value())
    series = _of_series(request, visit, form)
    stays = (start, therapist.pk) == (visit.starts_at, visit.therapist_id) and room in (None, visit.room)
    return {
        "said": clock.said(start, visit.time_zone, today=today_at(member.practice)), "therapist": therapist,
        "where": room or _free_room(wish), "refusal": refusal, "others": [
            *other_words(refusal), *([] if stays else said_offered(therapist, start, wish.ends_at, visit.client))],
        "nearest": [(_wall(at, visit), words) for at, words in nearest_times(refusal, visit.time_zone)],
        "takes_reason": takes_reason, "stays": stays,
        "can_move": not stays and (refusal is None or takes_reason) and not series.get("in_the_way"),
        "check": told_to(member, visit.client, limits, check),
        "desk_line": None if member.may_see_clinical else for_the_desk(check, therapist),
        **series,
        "nudges": _nudges(request, visit, start, therapist, asked), "named_room": asked,
    }


def _but(request: HttpRequest) -> list[UUID]:
    """The visits of the series that are to stay where they are."""
    found = []
    for text in [*request.GET.getlist("but"), *request.POST.getlist("but")]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _of_series(request: HttpRequest, visit: Appointment, form: MoveForm) -> dict[str, Any]:
    """Which visits of the series are meant, and for more than one: where each would go, or why it cannot."""
    if len(visits_meant(visit, Scope.ALL, "move")) < 2:
        return {}
    scope, but, zone = form.cleaned_data.get("scope") or Scope.THIS, _but(request), visit.time_zone
    start, who, room = form.starts_at, form.cleaned_data["therapist"], form.cleaned_data.get("room")
    assert start is not None

    def address(chosen: str, leaving: list[UUID]) -> str:
        base = move_address(visit, start, who.pk, room.pk if room else None, _back(request))
        return f"{base}&{urlencode([('scope', chosen), *(('but', pk) for pk in leaving)])}"

    dates = try_moving(appointment=visit, scope=scope, starts_at=start, by=member_of(request), therapist=who, room=room,
                       but=but) if scope != Scope.THIS else []
    today = today_at(visit.practice)
    return {
        "scopes": [(Scope(chosen).label, address(chosen, []), chosen == scope) for chosen in Scope.values],
        "but": but, "left": len(but), "in_the_way": sum(bool(d.conflict) for d in dates),
        "dates": [(clock.said(d.starts_at, zone, today=today), d.conflict,
                   address(scope, [*but, UUID(d.visit)]) if d.conflict and d.visit != str(visit.pk) else "")
                  for d in dates]}


def _against(visit: Appointment, wish: Wish, room: Room | None) -> Refusal | None:
    """What the verb would say, asked before anybody presses Move."""
    try:
        next_state(visit, "move")
        refuse_as_wished(wish, room)
    except Refusal as refused:
        return refused
    return None


def _free_room(wish: Wish) -> Room | None:
    try:
        return find_clashes(wish, None, buffers=True)[1]
    except Refusal:
        return None


def _nudges(request: HttpRequest, visit: Appointment, start: datetime, therapist: Membership,
            room: Room | None) -> list[tuple[str, str, str]]:
    """A quarter earlier or later, each other therapist, each other room: symbol, words, address."""
    def to(at: datetime, who: Membership, where: Room | None) -> str:
        return move_address(visit, at, who.pk, where.pk if where else None, _back(request))

    others = [t for t in therapists_for(visit.service) if t.pk != therapist.pk]
    rooms = [r for r in rooms_for(visit.service) if r.pk != (room or visit.room).pk]
    return [("arrow-left", "15 minutes earlier", to(start - QUARTER, therapist, room)),
            ("arrow-right", "15 minutes later", to(start + QUARTER, therapist, room)),
            *(("person", f"with {t.name}", to(start, t, room)) for t in others[:6]),
            *(("room", f"in {r.name}", to(start, therapist, r)) for r in rooms[:6])]


def quarters(visit: Appointment | None, back: str = "") -> list[tuple[str, str, str]]:
    """A quarter of an hour earlier or later: symbol, words, address of the look at that move."""
    if visit is None:
        return []
    return [(icon, words, move_address(visit, visit.starts_at + step, visit.therapist_id, back=back))
            for icon, words, step in (("arrow-left", "15 minutes earlier", -QUARTER),
                                      ("arrow-right", "15 minutes later", QUARTER))]


def move_address(visit: Appointment, start: datetime, therapist: Any, room: Any = None, back: str = "") -> str:
    """The address of the look at a move."""
    on, at, fold = clock.wall_of(start, visit.time_zone)
    query = {"on": on.isoformat(), "at": f"{at:%H:%M}", "which": str(fold) if fold else "", "therapist": therapist,
             "room": room or "", "next": back}
    return f"{reverse('sessions:appointment_move', args=[visit.pk])}?{urlencode({k: v for k, v in query.items() if v})}"


def _wall(start: datetime, visit: Appointment) -> str:
    """A free time as the move form takes it back: "2026-11-24 10:30"."""
    on, at, _ = clock.wall_of(start, visit.time_zone)
    return f"{on} {at:%H:%M}"
