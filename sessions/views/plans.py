"""The return plan: seen beside the old dates, single moves changed, sent to the client, applied and undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clients.writing import is_written_to
from practice import clock
from practice.fields import ClockField, DayField
from practice.models import Membership, Practice
from practice.pages import attempt, find, member_page, post_page
from practice.refusals import Refusal
from sessions.asked import member_of, status_of
from sessions.models import Plan
from sessions.plan_changes import change_plan, options_for, plan_rest_anew
from sessions.relief import choice_of
from sessions.rescheduling import apply_plan, undo_plan
from sessions.sending import send_plan, take_back_plan
from sessions.views.plan_rows import rows_and_picture

_ACTS = {"apply": apply_plan, "undo": undo_plan, "send": send_plan, "take-back": take_back_plan,
         "rest-anew": plan_rest_anew}
_DONE = {"undo": "Undone: every visit is as it was before the plan.",
         "take-back": "Taken back: nothing is kept any more, and every visit is on hold as before."}
_TERMS = {
    "start": "wait until the first visit", "rhythm": "off the usual rhythm", "time_of_day": "other time of day",
    "weekday": "other weekday", "therapist": "other therapist", "unplaced": "visits without a place",
    "late": "visits placed late",
}


class ChangeForm(forms.Form):
    """Another time for one visit: one that was offered, a day and time of one's own, none, or the plan's own again."""

    appointment = forms.UUIDField(widget=forms.HiddenInput)
    how = forms.CharField(required=False)  # "hold", "let-go", "own", or an offered start and therapist: "29711430 1f…"
    on = DayField(label="Day", required=False)
    at = ClockField(label="Time")

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practice = practice

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        how = data.get("how", "")
        if how in ("hold", "let-go"):
            return data | {"to": None, "therapist": None}
        if how == "own":
            return data | {"to": self._own_time(data), "therapist": None}
        start, _, whom = how.partition(" ")
        try:
            data["to"], pk = clock.instant_at(int(start)), UUID(whom)
        except (ValueError, OverflowError):
            raise forms.ValidationError("Choose one of the times.") from None
        data["therapist"] = Membership.objects.filter(practice=self.practice, pk=pk).first()
        return data

    def _own_time(self, data: dict[str, Any]) -> datetime | None:
        if not data.get("on") or not data.get("at"):
            raise forms.ValidationError("Choose a day and a time.")
        try:
            return clock.instant_of(data["on"], data["at"], self.practice.time_zone, fold=0)
        except clock.WallTimeMissing as gap:
            raise forms.ValidationError(str(gap)) from gap


@require_safe
@member_page()
def plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The plan's page; `?change=` opens the other times of one visit."""
    return _page(request, _find(request, pk), forms.Form())


@post_page("sessions:plan", "pk")
@member_page()
def plan_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Apply, undo, send, take back or change the plan; refused, the page says what changed."""
    if verb not in (*_ACTS, "change"):
        raise Http404("No such step.")
    row, member = _find(request, pk), member_of(request)
    if verb == "change":
        return _change(request, row)
    form = forms.Form(request.POST)
    form.is_valid()
    done = attempt(form, _ACTS[verb], plan=row, by=member)
    if done is None:
        return _page(request, _find(request, pk), form)
    if verb in _DONE:
        messages.success(request, _DONE[verb])
    return redirect("sessions:plan", done.pk)


def _change(request: HttpRequest, row: Plan) -> HttpResponse:
    form = ChangeForm(request.POST, practice=row.client.practice)
    if form.is_valid():
        asked = form.cleaned_data
        new = attempt(form, change_plan, plan=row, by=member_of(request), appointment=asked["appointment"],
                      to=asked["to"], therapist=asked["therapist"], is_chosen=asked["how"] != "let-go")
        if new:
            return redirect("sessions:plan", new.pk)
    return _page(request, row, form)


def _find(request: HttpRequest, pk: UUID) -> Plan:
    row: Plan = find(Plan, member_of(request), pk, "client__practice", "practice", "episode__client__practice")
    return row


def _page(request: HttpRequest, row: Plan, form: forms.Form) -> HttpResponse:
    member = member_of(request)
    rows, picture = rows_and_picture(row, member)
    placed = [r.move for r in rows if r.move.new_start]
    unsuited = sum(r.move.suits is False for r in rows)
    first = min((m.new_start for m in placed if m.new_start), default=None)
    is_live = row.status == Plan.Status.PROPOSED and row.expires_at > timezone.now()
    may_change = is_live and not row.sent_at and row.episode_id is not None
    later = Plan.objects.filter(replaces=row).first() if row.status == Plan.Status.SUPERSEDED else None
    terms = [(_TERMS.get(name, name), cost) for name, cost in row.cost_terms.items() if cost]
    return render(request, "sessions/plan.html", {
        "room": "clients", "plan": row, "client": row.client, "form": form, "terms": terms, "rows": rows,
        "picture": picture, "becomes": "Becomes" if is_live or row.status == "applied" else "Would have become",
        "placed": len(placed), "left": len(rows) - len(placed), "unsuited": unsuited,
        "move_words": f"Move {_visits(len(placed))}", "anew_words": f"Plan {_visits(unsuited)} anew",
        "let_go_words": f"Let {_visits(len(rows) - len(placed))} go", "ask_words": f"Ask {row.client.called}",
        "may_apply": is_live and bool(rows), "may_change": may_change,
        "may_send": may_change and bool(placed) and is_written_to(row.client) and not row.client.archived_at,
        "may_undo": row.status == "applied" and (first is None or first > timezone.now()),
        "choice": choice_of(row.episode, member) if may_change and row.episode else None,
        "open_for": _opened(request, row, form) if may_change else None, "later": later,
        "before": reverse("sessions:plan", args=[row.replaces_id]) if row.replaces_id else "",
    }, status=status_of(form))


def _opened(request: HttpRequest, row: Plan, form: forms.Form) -> dict[str, Any] | None:
    """The other times of the visit that is being changed, where it is in the plan."""
    asked = request.POST.get("appointment") or request.GET.get("change", "")
    try:
        pk = UUID(asked)
        options = options_for(row, pk)
    except (ValueError, StopIteration, Refusal):
        return None
    zone = row.client.practice.time_zone
    own = form if isinstance(form, ChangeForm) else ChangeForm(practice=row.client.practice)
    return {"pk": pk, "form": own, "options": [
        (f"{clock.minute_of(o.starts_at)} {o.therapist.pk}", clock.said(o.starts_at, zone), o.therapist.name.split()[0],
         _said_more(o.more), _said_others(o.others)) for o in options]}


def _visits(count: int) -> str:
    return "1 visit" if count == 1 else f"{count} visits"


def _said_more(more: int) -> str:
    return "costs as much" if more == 0 else f"costs {abs(more)} {'more' if more > 0 else 'less'}"


def _said_others(others: int) -> str:
    return "" if not others else "moves 1 other visit" if others == 1 else f"moves {others} other visits"
