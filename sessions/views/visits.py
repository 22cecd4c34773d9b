"""One visit: its facts, its history, what speaks for and against it, and every step it can take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from clients.contraindications import cautions_for
from clients.writing import is_written_to
from practice.log.subjects import told_apart
from practice.models import Membership
from practice.pages import attempt, find, member_page, post_page
from sessions import answers, booking, requests, restoring, undoing
from sessions.asked import back_to, member_of, status_of
from sessions.caution_line import for_the_desk, told_to
from sessions.check_before import last_answers
from sessions.forms import CancelForm, KeepForm, MoveForm
from sessions.log import messages_of, not_sent_because
from sessions.models import Appointment
from sessions.noted import read_note_of
from sessions.online_forms import DeclineForm
from sessions.reminders import said_end_of_grace
from sessions.series_changes import cancel_visits, visits_meant
from sessions.steps import WORDS, may_be_noted, offered
from sessions.views.history import history_of
from sessions.views.moving import RELATIONS, quarters
from sessions.views.online_staff import asked_online
from sessions.views.refused import other_words
from sessions.views.undone import UndoForm, forget, remember
from sessions.views.waitlist import could_take, freed_of
from sessions.wished import checked_at_booking, read


def _cancel(*, appointment: Appointment, scope: str, reason: str, by: Membership) -> Appointment:
    """The visit, and of its series what was meant; answers the visit itself."""
    gone = cancel_visits(appointment=appointment, scope=scope, reason=reason, by=by)
    return next(visit for visit in gone if visit.pk == appointment.pk)


_STEPS: dict[str, Callable[..., Appointment]] = {
    "accept": booking.accept_appointment,
    "confirm": answers.will_come,
    "arrive": booking.arrive,
    "complete": booking.complete,
    "no-show": booking.mark_no_show,
    "cancel": _cancel,
    "decline": requests.decline_request,
    "keep": restoring.keep_appointment,
    "release": restoring.release_appointment,
    "undo-arrive": lambda **k: booking.undo_day_verb(verb="undo-arrive", **k),
    "undo-no-show": lambda **k: booking.undo_day_verb(verb="undo-no-show", **k),
    "undo": undoing.undo_act,
}
_DONE = {
    "accept": "booked", "confirm": "confirmed", "arrive": "arrived", "complete": "done",
    "no-show": "did not come", "cancel": "cancelled", "keep": "back at its time", "decline": "declined",
    "release": "let go",
    "undo-arrive": "booked again", "undo-no-show": "booked again",
    "undo": "taken back, nothing was sent",
}
_SAID_EVERYWHERE = ("undo-arrive", "undo-no-show")  # also on Today, which shows of the others what was done


@require_safe
@member_page()
def appointment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The visit's page."""
    return _page(request, find(Appointment, member_of(request), pk, *RELATIONS))


@post_page("sessions:appointment", "pk")
@member_page()
def appointment_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """One step of the visit; refused, the visit's page says why."""
    member = member_of(request)
    if verb not in _STEPS:
        raise Http404("No such step.")
    visit = find(Appointment, member, pk, *RELATIONS)
    form = _form_of(verb, request, member)
    if not form.is_valid():
        return _page(request, visit, **{verb: form})
    undone = undoing.undo_of(visit) if verb == "undo" else None
    done = attempt(form, _STEPS[verb], appointment=visit, by=member, **form.cleaned_data)
    if done is None:
        return _page(request, visit, **{verb: form})
    which = f"{undone.count} visits" if undone and undone.count > 1 else done.said
    words = f"{visit.client.name}, {which}: {_DONE[verb]}."
    if verb in ("cancel", "no-show"):
        remember(request, done, words)
    elif verb == "undo":
        forget(request)
        messages.success(request, words)
    elif verb == "accept":
        waits = f" Nothing is sent before {said_end_of_grace(done)}." if is_written_to(done.client) else ""
        messages.success(request, words + waits)
    elif verb in _SAID_EVERYWHERE or not request.POST.get("next"):
        messages.success(request, words)
    if verb == "keep":
        _warn_of_a_stop(request, done)
    return redirect(back_to(request, _url(visit)))


def _warn_of_a_stop(request: HttpRequest, visit: Appointment) -> None:
    """A visit kept in spite of an episode may still be one that must not be given: say so at once."""
    check = checked_at_booking(visit.client, visit.minutes, visit.wall_date)
    if check.verdict == "stop":
        messages.warning(request, f"As it stands it cannot be given: {check.reasons[0].text}")


def _form_of(verb: str, request: HttpRequest, member: Membership) -> forms.Form:
    if verb == "undo":
        return UndoForm(request.POST)
    if verb == "cancel":
        return CancelForm(request.POST, member=member)
    if verb == "decline":
        return DeclineForm(request.POST)
    return KeepForm(request.POST) if verb == "keep" else forms.Form(request.POST)


def _url(visit: Appointment) -> str:
    return reverse("sessions:appointment", args=[visit.pk])


def _page(request: HttpRequest, visit: Appointment, **bound: Any) -> HttpResponse:
    """The page, with the form that was refused in place of its empty one."""
    member = member_of(request)
    form = next(iter(bound.values()), None)
    reading = read(visit.client) if not visit.is_released else None
    check = checked_at_booking(visit.client, visit.minutes, visit.wall_date, reading) if reading else None
    limits = cautions_for(reading.body, on=visit.wall_date, minutes=visit.minutes) if reading else None
    undo = undoing.undo_of(visit)
    hold = visit.holds.select_related("episode").filter(outcome="").first() if visit.status == "held" else None
    leaving, did_not_leave = told_apart(messages_of(visit, member))
    context = {
        "room": "diary", "visit": visit, "form": form, "buttons": _buttons(visit, member, undo), "hold": hold,
        "steps": history_of(visit, member), "may_be_noted": may_be_noted(visit, member),
        "note": read_note_of(visit, member),
        "check": told_to(member, visit.client, limits, check),
        "desk_line": for_the_desk(check, visit.therapist) if check and not member.may_see_clinical else None,
        "cancel_form": bound.get("cancel") or CancelForm(member=member),
        "keep_form": bound.get("keep") or KeepForm(), "move_form": _move_form(visit, member),
        "may_move": "move" in offered(visit, member), "quarters": quarters(visit),
        "can_cancel": "cancel" in offered(visit, member) and not (visit.status == "proposed" and visit.expires_at),
        "online": asked_online(visit, member), "decline_form": bound.get("decline") or DeclineForm(),
        "of_series": len(visits_meant(visit, "all", "cancel")) > 1,
        "undo": undo, "series_dates": _series_dates(visit, member),
        "others": other_words(getattr(form, "refusal", None)),
        **(could_take(freed) if (freed := freed_of(visit)) else {}),
        "messages_of": leaving, "did_not_leave": did_not_leave, "not_sent": not_sent_because(visit),
        "answered": last_answers(visit),
    }
    return render(request, "sessions/appointment.html", context, status=status_of(form) if form else 200)


def _move_form(visit: Appointment, member: Membership) -> MoveForm:
    return MoveForm(member=member, initial={
        "on": visit.wall_date, "at": visit.wall_time, "therapist": visit.therapist_id, "version": visit.version})


def _series_dates(visit: Appointment, member: Membership) -> list[Appointment]:
    """Every visit of its series by time, this one among them; none for a visit alone."""
    if visit.series_id is None:
        return []
    rows = Appointment.objects.visible_to(member).filter(series=visit.series_id)
    return list(rows.order_by("starts_at", "pk"))


def _buttons(visit: Appointment, member: Membership, undo: undoing.Undo | None) -> list[tuple[str, str]]:
    """The steps that take nothing but a press, in the order of the day; what the banner takes back has no second."""
    elsewhere = {"accept", "cancel", "keep", "move"} | ({"undo-no-show"} if undo else set())
    return [(verb, WORDS[verb]) for verb in offered(visit, member) if verb not in elsewhere]
