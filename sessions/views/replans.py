"""Many visits at once: who must move, the search for their new times as it goes, one press to move, one to undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clients.contacts import Company, booked_ahead
from practice import clock
from practice.access import CLINICAL, Role
from practice.fields import ClockField, DayField
from practice.models import Closure, Membership, Room, TimeOff
from practice.pages import attempt, find, member_of, member_page, post_page, status_of
from practice.refusals import Refusal
from sessions import replans
from sessions.asked import row_asked, stamp, start_asked, today_at
from sessions.models import Appointment, BulkMove, BulkPlan
from sessions.moving import Move

LATER, STAY = "later", "stay"
_TERMS = {"moved": "for every visit that moves, 4", "days": "days later or earlier, 3 each",
          "rhythm": "nearer to the visit before or after", "time_of_day": "other time of day",
          "weekday": "a day that suits less", "therapist": "somebody else, 12 each",
          "unplaced": "without a new time, 1000 each"}
_SAID = {"time-off": "time_off", "closure": "closure", "closed-days": "closed_days", "hours": "hours"}
State = BulkPlan.State


@dataclass(frozen=True, slots=True)
class Row:
    """One visit as the page shows it: whom to ring, who brings them, what can be chosen, what was wrong with it."""

    visit: Appointment
    was: str
    becomes: str
    company: list[Company]
    choices: list[tuple[str, str]]
    chosen: str
    why: str
    wrong: str


class HeatForm(forms.Form):
    """The days and hours that will be hot."""

    first_on = DayField(label="First day")
    last_on = DayField(label="Last day", required=False, help_text="Empty: that day only.")
    opens = ClockField(label="Hot from")
    closes = ClockField(label="Until")

    fields_of = {"from": "opens", "until": "closes"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("opens", "closes"):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = "Write a time, for example 13:00."


@require_safe
@member_page()
def away(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Who must move because of a time off, a closed day or changed hours: their new times are looked for at once."""
    member = member_of(request)
    if kind not in _SAID:
        raise Http404("Nothing here of that kind.")
    scope = _scope_of(kind, pk, member)
    plan = replans.current_replan(by=member, kind=_SAID[kind], scope=scope)
    if plan:
        return redirect("sessions:replan", plan.pk)
    words, back = _about(BulkPlan(practice=member.practice, kind=_SAID[kind], scope=scope), member)
    if request.GET.get("saved"):
        messages.info(request, "Nobody has to move.")
        return redirect(back)
    return render(request, "sessions/replan.html", {"room": "practice", "words": words, "back": back})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def replan_new(request: HttpRequest) -> HttpResponse:
    """Hot days: who is made worse by heat gets a cooler time in the same week."""
    member = member_of(request)
    form = HeatForm(request.POST if request.method == "POST" else None, initial={
        "first_on": today_at(member.practice) + timedelta(days=1), "opens": "13:00", "closes": "18:00"})
    if form.is_bound and form.is_valid():
        plan = attempt(form, _start_heat, member=member, **form.cleaned_data)
        if plan:
            return redirect("sessions:replan", plan.pk)
    return render(request, "sessions/replan_new.html", {"room": "practice", "form": form}, status=status_of(form))


@require_safe
@member_page()
def replan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far the search is, then every visit with its new time, then what was done."""
    return _page(request, _find(request, pk), forms.Form())


@post_page("sessions:replan", "pk")
@member_page()
def replan_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Move as chosen; undo; take what there is; search here, or again."""
    plan, member, form = _find(request, pk), member_of(request), forms.Form(request.POST)
    form.is_valid()
    if verb == "apply":
        if attempt(form, replans.apply_replan, plan=plan, by=member, moves=_moves(request, member, plan)) is None:
            return _page(request, _find(request, pk), form)
    elif verb == "undo":
        visits = attempt(form, replans.undo_replan, plan=plan, by=member)
        if visits is None:
            return _page(request, plan, form)
        messages.success(request, f"{_visits(len(visits))} back as before.")
    elif verb == "stop":
        replans.stop_search(plan=plan)
    elif verb == "search":
        replans.search(plan.pk)
    elif verb == "again":
        newer = attempt(form, replans.start_replan, by=member, kind=plan.kind, scope=plan.scope, is_now=True)
        if newer is None:
            return _page(request, plan, form)
        return redirect("sessions:replan", newer.pk)
    else:
        raise Http404("No such step.")
    return redirect("sessions:replan", pk)


def _start_heat(*, member: Membership, first_on: date, last_on: date | None, opens: Any, closes: Any) -> BulkPlan:
    scope = replans.heat_scope(first=first_on, last=last_on or first_on, opens=opens, closes=closes,
                               practice=member.practice)
    return replans.start_replan(by=member, kind=BulkPlan.Kind.HEAT, scope=scope, is_now=True)


def _find(request: HttpRequest, pk: UUID) -> BulkPlan:
    row: BulkPlan = find(BulkPlan, member_of(request), pk, "practice")
    return replans.heard(row)


# --- what takes the time away -----------------------------------------------------------------------------------


def _scope_of(kind: str, pk: UUID, member: Membership) -> dict[str, Any]:
    if kind == "closed-days":
        if pk != member.practice_id:
            raise Http404("Nothing here by that id, or it is not yours.")
        return {}
    model, name = {"time-off": (TimeOff, "time_off"), "closure": (Closure, "closure"),
                   "hours": (Membership, "therapist")}[kind]
    return {name: str(find(model, member, pk).pk)}


def _about(plan: BulkPlan, member: Membership) -> tuple[str, str]:
    """What takes the time away, in words anybody at the desk may read, and where one came from."""
    zone, scope, home = plan.practice.time_zone, plan.scope, reverse("practice:home")
    if plan.kind == "time_off":
        off = TimeOff.objects.filter(practice=plan.practice, pk=scope["time_off"]).select_related(
            "therapist__user", "practice").first()
        return (f"{off.therapist.name} is away {off.said}" if off else "Time off that was taken back"), home
    if plan.kind == "leaving":
        person = Membership.objects.select_related("user").get(practice=plan.practice, pk=scope["therapist"])
        back = reverse("practice:person", args=[person.pk]) if member.role == Role.OWNER else home
        return f"{person.name} is not here from {clock.said_date(date.fromisoformat(scope['since']))} on", back
    if plan.kind == "hours":
        person = Membership.objects.select_related("user").get(practice=plan.practice, pk=scope["therapist"])
        return f"Outside {person.name}'s hours", reverse("practice:hours", args=[person.pk])
    if plan.kind == "heat":
        first, last = (date.fromisoformat(scope[name]) for name in ("first_on", "last_on"))
        days = clock.said_date(first) + (f" to {clock.said_date(last)}" if last != first else "")
        return f"{days}, {scope['from']}–{scope['until']}", home
    back = reverse("practice:closures") if member.role == "owner" else home
    row = Closure.objects.filter(practice=plan.practice, pk=scope["closure"]).first() if "closure" in scope else None
    if row is None:
        return "Closed days", back
    span = clock.said_span(clock.day_begins(row.first_on, zone),
                           clock.day_begins(row.last_on + timedelta(days=1), zone), zone)
    return f"Closed {span}: {row.name}", back


# --- what was chosen ---------------------------------------------------------------------------------------------


def _moves(request: HttpRequest, member: Membership, plan: BulkPlan) -> list[Move]:
    """What was chosen for each visit of the plan; those left as they are do not come."""
    visits = {str(row.appointment_id): row.appointment for row in replans.moves_of(plan)}
    moves = []
    for name, value in request.POST.items():
        pk = name.removeprefix("to-")
        if pk == name or value == STAY:
            continue
        if pk not in visits:
            raise Http404("Nothing here by that id, or it is not yours.")
        version = request.POST.get(f"version-{pk}", "")
        move = Move(visits[pk], int(version) if version.isascii() and version.isdigit() else 0)
        moves.append(move if value == LATER else _to(move, str(value), member))
    return moves


def _to(move: Move, value: str, member: Membership) -> Move:
    """A chosen slot as its row in the page named it: start, therapist, room."""
    start, therapist, room = [*value.split("|"), "", ""][:3]
    starts_at = start_asked({"starts_at": start}, member.practice.time_zone)
    if starts_at is None:
        raise Http404("No such time.")
    return Move(move.visit, move.version, starts_at, row_asked(Membership, member, therapist, "user", "practice"),
                row_asked(Room, member, room))


# --- the page ----------------------------------------------------------------------------------------------------


def _page(request: HttpRequest, plan: BulkPlan, form: forms.Form) -> HttpResponse:
    member = member_of(request)
    words, back = _about(plan, member)
    rows = _rows(request, form, plan)
    is_searched = plan.state in (State.READY, State.STALE)
    return render(request, "sessions/replan.html", {
        "room": "practice", "plan": plan, "words": words, "back": back, "form": form, "rows": rows,
        "is_running": plan.state in (State.QUEUED, State.SOLVING), "is_untaken": replans.is_untaken(plan),
        "limit": int(replans.SECONDS), "is_searched": is_searched,
        "open": [row for row in rows if row.choices], "gone": [row for row in rows if not row.choices],
        "placed": sum(row.chosen not in ("", LATER, STAY) for row in rows),
        "gap": "" if plan.state == State.STALE else _said_gap(plan),  # what was proven then no longer holds
        "may_undo": replans.can_be_undone(plan), "left": plan.state == State.APPLIED and _left(plan),
        "terms": [(_TERMS.get(name, name), cost) for name, cost in plan.cost_terms.items() if cost],
        "most": replans.MOST if plan.visits == replans.MOST else 0,
    }, status=status_of(form))


def _said_gap(plan: BulkPlan) -> str:
    """How good the answer is, in words."""
    gap = plan.gap_percent
    if gap is None:
        return ""
    return "No other plan disturbs less." if gap == 0 else f"At most {gap} % from the best possible."


def _left(plan: BulkPlan) -> int:
    """How many visits still lie there."""
    return len(replans.visits_of(practice=plan.practice, kind=plan.kind, scope=plan.scope))


def _rows(request: HttpRequest, form: forms.Form, plan: BulkPlan) -> list[Row]:
    refused: Refusal | None = getattr(form, "refusal", None)
    wrong, nearest = (refused.more.get(name, {}) if refused else {} for name in ("rows", "nearest"))
    moves = replans.moves_of(plan)
    people, rooms = _named(moves, plan)
    rows = []
    for move in moves:
        pk = str(move.appointment_id)
        asked = request.POST.get(f"to-{pk}", "")
        row = _row(move, plan, people, rooms, asked, wrong.get(pk, ""))
        rows.append(_with_nearest(row, plan, people, asked, nearest.get(pk, [])))
    return rows


def _with_nearest(row: Row, plan: BulkPlan, people: dict[str, str], asked: str, nearest: Sequence[str]) -> Row:
    """The row with what is open near the time that could not be had, to choose from too."""
    who = [*asked.split("|"), ""][1]
    if not row.choices or who not in people:
        return row
    zone, today = plan.practice.time_zone, clock.wall_of(timezone.now(), plan.practice.time_zone)[0]
    more = [(f"{stamp(datetime.fromisoformat(at))}|{who}|",
             f"{clock.said(datetime.fromisoformat(at), zone, today=today)}, {people[who]}") for at in nearest]
    return replace(row, choices=[*row.choices[:-2], *more, *row.choices[-2:]])


def _named(moves: Sequence[BulkMove], plan: BulkPlan) -> tuple[dict[str, str], dict[str, str]]:
    who, where = ({option[n] for move in moves for option in move.options} for n in (1, 2))
    people = {str(m.pk): m.name for m in Membership.objects.filter(practice=plan.practice, pk__in=who).select_related(
        "user")}
    return people, {str(r.pk): r.name for r in Room.objects.filter(practice=plan.practice, pk__in=where)}


def _row(move: BulkMove, plan: BulkPlan, people: dict[str, str], rooms: dict[str, str], asked: str, wrong: str) -> Row:
    visit, zone = move.appointment, plan.practice.time_zone
    today = clock.wall_of(timezone.now(), zone)[0]
    was = f"{clock.said(move.from_at, zone, today=today)}, {move.from_therapist.name}"
    choices: list[tuple[str, str]] = []
    if plan.state in (State.READY, State.STALE) and replans.is_open(move):
        choices = [(f"{stamp(datetime.fromisoformat(at))}|{who}|{where}",
                    f"{clock.said(datetime.fromisoformat(at), zone, today=today)}, {people[who]}, {rooms[where]}")
                   for at, who, where in move.options if who in people and where in rooms]
        found = choices[0][0] if choices else LATER
        choices += [(LATER, "No new time yet"), (STAY, "Leave as it is")]
        return Row(visit, was, "", booked_ahead(visit.client), choices, asked if asked in dict(choices) else found,
                   "; ".join(move.why), wrong)
    return Row(visit, was, _became(move, today), booked_ahead(visit.client), [], "", "; ".join(move.why), wrong)


def _became(move: BulkMove, today: date) -> str:
    """Where a visit stands by now that is not to be decided here any more."""
    visit = move.appointment
    if visit.status not in ("proposed", "booked", "confirmed"):
        return visit.get_status_display()
    if replans.is_open(move):
        return "no new time yet" if visit.wants_other_time else "left as it is"
    return f"{clock.said(visit.starts_at, visit.time_zone, today=today)}, {visit.therapist.name}"


def _visits(count: int) -> str:
    return "1 visit" if count == 1 else f"{count} visits"
