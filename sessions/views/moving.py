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
from django.views.decorators.http import require_http_methods

from clients.contacts import booked_ahead
from clients.contraindications import cautions_for
from practice import clock
from practice.models import Membership, Room
from practice.pages import attempt, find, member_page
from practice.refusals import Refusal
from sessions.asked import member_of, status_of, today_at
from sessions.caution_line import for_the_desk, told_to
from sessions.forms import MoveForm, ask_reason
from sessions.models import Appointment
from sessions.objections import refuse_as_wished
from sessions.reminders import said_grace
from sessions.series_changes import Scope, move_visits, try_moving, visits_meant
from sessions.states import next_state
from sessions.supply import rooms_for, therapists_for
from sessions.views.move_instead import back_of, free_room, its_room, move_address, no_such_moment, times_instead
from sessions.views.refused import other_words, plainly, takes_a_reason, words_against
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
            return redirect(back_of(request) or _url(there))
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
    back, moved = back_of(request), next(row for row in all_moved if row.pk == visit.pk)
    if len(all_moved) > 1:
        remember(request, moved,
                 f"{len(all_moved)} visits moved, from {all_moved[0].said} to {all_moved[-1].said}.")
    elif moved.version == visit.version:
        messages.info(request, f"Nothing changed: the visit stays {moved.said}, {moved.room.name}.")
    else:
        remember(request, moved, f"Moved to {moved.said}, {moved.room.name}.")
    return redirect(back or _url(visit))


def _named(request: HttpRequest, visit: Appointment) -> Any:
    """What the address names; what it leaves out stays as it is."""
    named = request.GET.copy()
    for name, value in (("at", f"{visit.wall_time:%H:%M}"), ("therapist", visit.therapist_id),
                        ("version", visit.version), ("scope", Scope.THIS.value)):
        if not named.get(name):
            named[name] = str(value)
    return named


def _moved(request: HttpRequest) -> Any:
    """What was typed, or one of the free times pressed instead of it ("2026-11-24 10:30")."""
    typed, instead = request.POST.copy(), request.POST.get("instead", "")
    if instead:
        typed["on"], _, typed["at"] = instead.partition(" ")
        typed.pop("override_reason", None)
    return typed


def _url(visit: Appointment) -> str:
    return reverse("sessions:appointment", args=[visit.pk])


def _page(request: HttpRequest, visit: Appointment, form: MoveForm) -> HttpResponse:
    """Old and new side by side, whom to tell, what limits the work then, and the one button."""
    member = member_of(request)
    context: dict[str, Any] = {"room": "diary", "visit": visit, "form": form, "back": back_of(request) or _url(visit),
                               "next": back_of(request), "company": booked_ahead(visit.client),
                               "of_series": len(visits_meant(visit, Scope.ALL, "move")) > 1}
    if form.is_valid() or (form.starts_at and "therapist" in form.cleaned_data):
        context |= _looked_at(request, visit, form, member)
    elif form.gap:
        context |= no_such_moment(request, visit, form, member)
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
    room = asked or its_room(visit, wish)
    refusal = getattr(form, "refusal", None) or _against(visit, wish, asked)
    plainly(form)
    check = checked_at_booking(visit.client, visit.minutes, on, reading)
    limits = cautions_for(reading.body, on=on, minutes=visit.minutes)
    takes_reason = takes_a_reason(refusal, member, wish, room) or bool(form["override_reason"].value())
    if takes_reason:
        ask_reason(form, is_pressed=request.method == "POST", takes_focus=True)
    series = _of_series(request, visit, form)
    stays = (start, therapist.pk) == (visit.starts_at, visit.therapist_id) and room in (None, visit.room)
    return {
        "said": clock.said(start, visit.time_zone, today=today_at(member.practice)), "therapist": therapist,
        "where": room or free_room(wish), "against": words_against(refusal), "others": other_words(refusal),
        "offered": [] if stays else said_offered(therapist, start, wish.ends_at, visit.client),
        "nearest": times_instead(refusal, visit, wish, asked),
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
        base = move_address(visit, start, who.pk, room.pk if room else None, back_of(request))
        return f"{base}&{urlencode([('scope', chosen), *(('but', pk) for pk in leaving)])}"

    dates = try_moving(appointment=visit, scope=scope, starts_at=start, by=member_of(request), therapist=who, room=room,
                       but=but) if scope != Scope.THIS else []
    today = today_at(visit.practice)
    return {
        "moves_by": _moves_by(visit, start),
        "scopes": [(Scope(chosen).label, address(chosen, []), chosen == scope) for chosen in Scope.values],
        "but": but, "left": len(but), "in_the_way": sum(bool(d.conflict) for d in dates),
        "dates": [(clock.said(d.starts_at, zone, today=today), d.conflict,
                   address(scope, [*but, UUID(d.visit)]) if d.conflict and d.visit != str(visit.pk) else "")
                  for d in dates]}


def _moves_by(visit: Appointment, start: datetime) -> str:
    """How far the visits go on the wall: "1 day and 3 hours 30 minutes"; "" where only who or where changes."""
    on, at, _ = clock.wall_of(start, visit.time_zone)
    far = abs(datetime.combine(on, at) - datetime.combine(visit.wall_date, visit.wall_time))
    hours, minutes = divmod(far.seconds // 60, 60)
    days = _counted(far.days, "day")
    return " and ".join(filter(None, [days, " ".join(filter(None, [
        _counted(hours, "hour"), _counted(minutes, "minute")]))]))


def _counted(count: int, unit: str) -> str:
    """ "1 hour", "2 hours", "" for none."""
    return f"{count} {unit}{'s' if count != 1 else ''}" if count else ""


def _against(visit: Appointment, wish: Wish, room: Room | None) -> Refusal | None:
    """What the verb would say, asked before anybody presses Move."""
    try:
        next_state(visit, "move")
        refuse_as_wished(wish, room)
    except Refusal as refused:
        return refused
    return None


def _nudges(request: HttpRequest, visit: Appointment, start: datetime, therapist: Membership,
            room: Room | None) -> list[tuple[str, str, str]]:
    """A quarter earlier or later, each other therapist, each other room: symbol, words, address."""
    def to(at: datetime, who: Membership, where: Room | None) -> str:
        return move_address(visit, at, who.pk, where.pk if where else None, back_of(request))

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
