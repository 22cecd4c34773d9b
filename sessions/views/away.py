"""Who must move: the visits in time off, on closed days or outside hours; moved in one press, undone in one press."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clients.contacts import Company, booked_ahead
from practice import clock
from practice.models import Closure, Membership, Practice, Room, TimeOff
from practice.pages import attempt, find, member_of, member_page, post_page, status_of
from sessions.asked import back_to, row_asked, stamp, start_asked, today_at
from sessions.away import Displaced, in_time_off, on_closed_days, outside_hours, propose_times
from sessions.models import Appointment
from sessions.moving import Move, events_of, move_all, undo_together
from sessions.reminders import grace
from sessions.supply import OpenSlot

LATER, STAY = "later", "stay"
MOST_ROWS = 200
_KEY = "moved_together"
_RELATIONS = ("client__practice", "therapist__user", "room", "service", "practice")


@dataclass(frozen=True, slots=True)
class Absence:
    """What takes the time away: in words, where it came from, and the visits that lie in it."""

    words: str
    back: str
    visits: list[Appointment]


@dataclass(frozen=True, slots=True)
class Row:
    """One visit as the page shows it: whom to ring, who brings them, what can be chosen, what was wrong with it."""

    visit: Appointment
    company: list[Company]
    choices: list[tuple[str, str]]
    chosen: str
    wrong: str


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def away(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """The visits that must move, each with a proposed time; one press makes every move, or none."""
    member = member_of(request)
    if kind not in _KINDS:
        raise Http404("Nothing here of that kind.")
    absence = _KINDS[kind](member, pk)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        moves = _moves(request, member)
        act = attempt(form, move_all, moves=moves, by=member)
        if act:
            request.session[_KEY] = {"path": request.path, "act": str(act)}  # for whoever comes back to this page
            return redirect(f"{request.path}?act={act}")
    act = _act_asked(request)
    done = _just_done(member, act)
    if not absence.visits and request.GET.get("saved") and not done:
        messages.info(request, "Nobody has to move.")
        return redirect(absence.back)
    return render(request, "sessions/away.html", {
        "room": "practice", "absence": absence, "form": form, "rows": _rows(request, form, absence.visits[:MOST_ROWS]),
        "left_out": max(0, len(absence.visits) - MOST_ROWS), "done": done, "act": act,
    }, status=status_of(form))


@post_page("sessions:today")
@member_page()
def away_undo(request: HttpRequest) -> HttpResponse:
    """Put everything one press moved back."""
    member, form = member_of(request), forms.Form(request.POST)
    form.is_valid()
    back = back_to(request, reverse("sessions:today"))
    visits = attempt(form, undo_together, practice=member.practice, act=_act(request.POST.get("act")), by=member)
    if visits is None:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
    else:
        request.session.pop(_KEY, None)
        messages.success(request, f"{_visits(len(visits))} back as before. Nobody is written.")
    return redirect(back)


# --- what takes the time away -----------------------------------------------------------------------------------


def _of_time_off(member: Membership, pk: UUID) -> Absence:
    row: TimeOff = find(TimeOff, member, pk, "therapist__user", "practice")
    return Absence(f"{row.therapist.name} is away {row.said}", reverse("practice:home"), in_time_off(row))


def _of_closure(member: Membership, pk: UUID) -> Absence:
    row: Closure = find(Closure, member, pk, "practice")
    zone = row.practice.time_zone
    said = clock.said_span(clock.day_begins(row.first_on, zone),
                           clock.day_begins(row.last_on + timedelta(days=1), zone), zone)
    return Absence(f"Closed {said}: {row.name}", _closures_url(member), on_closed_days(member.practice, [row]))


def _of_closed_days(member: Membership, pk: UUID) -> Absence:
    if pk != member.practice_id:
        raise Http404("Nothing here by that id, or it is not yours.")
    practice: Practice = member.practice
    rows = list(Closure.objects.visible_to(member).filter(last_on__gte=today_at(practice)))
    return Absence("Closed days", _closures_url(member), on_closed_days(practice, rows))


def _of_hours(member: Membership, pk: UUID) -> Absence:
    row: Membership = find(Membership, member, pk, "user", "practice")
    return Absence(f"Outside {row.name}'s hours", reverse("practice:hours", args=[row.pk]), outside_hours(row))


_KINDS: dict[str, Callable[[Membership, UUID], Absence]] = {
    "time-off": _of_time_off, "closure": _of_closure, "closed-days": _of_closed_days, "hours": _of_hours}


def _closures_url(member: Membership) -> str:
    return reverse("practice:closures" if member.role == "owner" else "practice:home")


# --- what was chosen ---------------------------------------------------------------------------------------------


def _moves(request: HttpRequest, member: Membership) -> list[Move]:
    """What was chosen for each visit; those left as they are do not come."""
    chosen = {name[3:]: str(value) for name, value in request.POST.items() if name.startswith("to-")}
    chosen = {pk: value for pk, value in chosen.items() if value != STAY}
    visits = {str(v.pk): v for v in Appointment.objects.visible_to(member).filter(
        pk__in=[pk for pk in chosen if _act(pk)]).select_related(*_RELATIONS)}
    moves = []
    for pk, value in list(chosen.items())[:MOST_ROWS]:
        if pk not in visits:
            raise Http404("Nothing here by that id, or it is not yours.")
        version = request.POST.get(f"version-{pk}", "")
        move = Move(visits[pk], int(version) if version.isascii() and version.isdigit() else 0)
        moves.append(move if value == LATER else _to(move, value, member))
    return moves


def _to(move: Move, value: str, member: Membership) -> Move:
    """A chosen slot as its row in the page named it: start, therapist, room."""
    start, therapist, room = [*value.split("|"), "", ""][:3]
    starts_at = start_asked({"starts_at": start}, member.practice.time_zone)
    if starts_at is None:
        raise Http404("No such time.")
    return Move(move.visit, move.version, starts_at, row_asked(Membership, member, therapist, "user", "practice"),
                row_asked(Room, member, room))


def _act(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise Http404("Nothing here by that id.") from None


# --- the page ----------------------------------------------------------------------------------------------------


def _rows(request: HttpRequest, form: forms.Form, visits: list[Appointment]) -> list[Row]:
    wrong = getattr(form, "refusal", None)
    words = wrong.more.get("rows", {}) if wrong else {}
    return [_row(displaced, request.POST.get(f"to-{displaced.visit.pk}", ""), words.get(str(displaced.visit.pk), ""))
            for displaced in propose_times(visits)]


def _row(displaced: Displaced, chosen: str, wrong: str) -> Row:
    visit = displaced.visit
    choices = [(_value(slot), _said(slot, visit)) for slot in displaced.options]
    values = [value for value, _ in choices]
    choices += [(LATER, "No new time yet"), (STAY, "Leave as it is")]
    if chosen not in dict(choices):
        chosen = values[0] if values else LATER
    return Row(visit, booked_ahead(visit.client), choices, chosen, wrong)


def _value(slot: OpenSlot) -> str:
    return f"{stamp(slot.starts_at)}|{slot.therapist.pk}|{slot.room.pk}"


def _said(slot: OpenSlot, visit: Appointment) -> str:
    zone = visit.practice.time_zone
    said = clock.said(slot.starts_at, zone, today=clock.wall_of(timezone.now(), zone)[0])
    return f"{said}, {slot.therapist.name}, {slot.room.name}"


def _act_asked(request: HttpRequest) -> str:
    """The press this page is shown after: named in the address, else the last one on this very page."""
    last = request.session.get(_KEY) or {}
    return request.GET.get("act") or (last["act"] if last.get("path") == request.path else "")


def _just_done(member: Membership, act: str) -> str:
    """What the press before this page did, while it can be undone."""
    if not act:
        return ""
    steps = [step for step in events_of(member.practice, _act(act)) if not _is_late(step.at)]
    moved = sum(step.verb == "moved" for step in steps)
    later = len(steps) - moved
    said = [f"{_visits(moved)} moved"] if moved else []
    if later:
        said.append(f"{_visits(later)} without a new time yet: on Today until there is one")
    return "; ".join(said)


def _is_late(at: datetime) -> bool:
    return at + grace() <= timezone.now()


def _visits(count: int) -> str:
    return "1 visit" if count == 1 else f"{count} visits"
