"""The return plan: was, becomes, why; applied in one press, undone in one press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from practice import clock
from practice.models import Membership, Room
from practice.pages import attempt, find, member_page, post_page
from sessions.asked import member_of, status_of, today_at
from sessions.models import Plan, PlanMove
from sessions.rescheduling import apply_plan, undo_plan

_ACTS = {"apply": apply_plan, "undo": undo_plan}
_TERMS = {
    "start": "wait until the first visit", "rhythm": "off the usual rhythm", "time_of_day": "other time of day",
    "weekday": "other weekday", "therapist": "other therapist", "unplaced": "visits without a place",
    "late": "visits placed late",
}


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One visit of the plan in words."""

    move: PlanMove
    was: str
    was_with: str
    becomes: str
    becomes_with: str
    why: str


@require_safe
@member_page()
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The plan's page."""
    return _page(request, _find(request, pk), forms.Form())


@post_page("sessions:plan", "pk")
@member_page()
def plan_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Apply or undo the plan as a whole; refused, the page says what changed."""
    if verb not in _ACTS:
        raise Http404("No such step.")
    row, form = _find(request, pk), forms.Form(request.POST)
    form.is_valid()
    if attempt(form, _ACTS[verb], plan=row, by=member_of(request)) is None:
        return _page(request, _find(request, pk), form)
    if verb == "undo":
        messages.success(request, "Undone: every visit is as it was before the plan.")
    return redirect("sessions:plan", row.pk)


def _find(request: HttpRequest, pk: UUID) -> Plan:
    row: Plan = find(Plan, member_of(request), pk, "client__practice", "episode")
    return row


def _page(request: HttpRequest, row: Plan, form: forms.Form) -> HttpResponse:
    moves = list(row.moves.select_related(
        "appointment__therapist__user", "appointment__room", "therapist__user", "room"))
    placed = [m for m in moves if m.starts_at]
    first = min((m.starts_at for m in placed if m.starts_at), default=None)
    terms = [(_TERMS.get(name, name), cost) for name, cost in row.cost_terms.items() if cost]
    people, rooms = _before(moves)
    is_open = row.status in (Plan.Status.PROPOSED, Plan.Status.APPLIED)
    return render(request, "sessions/plan.html", {
        "room": "clients", "plan": row, "client": row.client, "form": form, "terms": terms,
        "rows": [_row(m, row, people, rooms) for m in moves],
        "becomes": "Becomes" if is_open else "Would have become",
        "placed": len(placed), "left": len(moves) - len(placed),
        "may_apply": row.status == "proposed" and row.expires_at > timezone.now() and bool(moves),
        "may_undo": row.status == "applied" and (first is None or first > timezone.now()),
    }, status=status_of(form))


def _before(moves: Sequence[PlanMove]) -> tuple[dict[str, str], dict[str, str]]:
    """The names of the therapists and rooms the visits were with, by id: as kept for the undo, else as they stand."""
    people = {str(m.appointment.therapist_id): m.appointment.therapist.user.name for m in moves}
    rooms = {str(m.appointment.room_id): m.appointment.room.name for m in moves}
    kept = [m.before for m in moves if m.before]
    people |= {str(t.pk): t.user.name for t in Membership.objects.filter(
        pk__in={b["therapist"] for b in kept} - people.keys()).select_related("user")}
    rooms |= {str(r.pk): r.name for r in Room.objects.filter(pk__in={b["room"] for b in kept} - rooms.keys())}
    return people, rooms


def _row(move: PlanMove, row: Plan, people: dict[str, str], rooms: dict[str, str]) -> MoveRow:
    """Where the visit was (as kept for the undo, once applied) and where it goes; a room only where it changes."""
    zone, visit, today = row.client.practice.time_zone, move.appointment, today_at(row.client.practice)
    before: dict[str, Any] = move.before or {
        "starts_at": visit.starts_at.isoformat(), "minutes": visit.minutes,
        "therapist": str(visit.therapist_id), "room": str(visit.room_id)}
    was = [people.get(before["therapist"], "")]
    becomes = []
    if move.starts_at:
        becomes = [move.therapist.user.name] if move.therapist else []
        if move.room and str(move.room_id) != before["room"]:
            was.append(rooms.get(before["room"], ""))
            becomes.append(move.room.name)
        if move.minutes and move.minutes != int(before["minutes"]):
            was.append(f"{before['minutes']} minutes")
            becomes.append(f"{move.minutes} minutes")
    was_at = clock.said(datetime.fromisoformat(before["starts_at"]), zone, today=today)
    return MoveRow(move, was_at, ", ".join(filter(None, was)),
                   clock.said(move.starts_at, zone, today=today) if move.starts_at else "", ", ".join(becomes),
                   "; ".join(move.why))
