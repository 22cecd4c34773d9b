"""Visits come off hold: kept with a reason, given back where their time is still free, or released.

What puts them on hold stands in `sessions/holds.py`; a plan that finds them new times in `sessions/rescheduling.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from clients.models import Episode
from practice.access import Actor
from practice.refusals import Refusal, refuse_all
from sessions import freed, reminders
from sessions.clashes import find_clash, if_free
from sessions.diary import fresh, lock_diary, log_step, write_visit
from sessions.models import Appointment, Hold, Plan
from sessions.objections import (
    OutsideWorkingHours,
    ReasonNeeded,
    against_hours,
    against_the_body,
    refuse_unless_clinical,
)
from sessions.reserved import lapse_expired
from sessions.states import VisitNotInState, next_state
from sessions.wished import as_it_stood


def keep_appointment(
    *, appointment: Appointment, by: Actor, reason: str, expected_version: int | None = None,
) -> Appointment:
    """A therapist keeps a held visit at its own time, with a reason; a time taken or passed meanwhile is refused."""
    if not reason.strip():
        raise ReasonNeeded("Say why this visit stays in spite of the episode.", field="reason")
    refuse_unless_clinical(by)
    with transaction.atomic():
        began = timezone.now()
        kept = _restore(appointment, by, "keep", expected_version, keep_reason=reason.strip()[:500])
        reminders.tell_restored(kept.holds.latest("began_at").episode, since=began)
        return kept


def release_appointment(
    *, appointment: Appointment, by: Actor, expected_version: int | None = None,
) -> Appointment:
    """Give a held visit up: it becomes cancelled, without a fee and without a message of its own."""
    with transaction.atomic():
        lock_diary([appointment.therapist], [appointment.room], [appointment.client])
        appointment = fresh(appointment, expected_version)
        appointment.status, appointment.version = next_state(appointment, "release"), appointment.version + 1
        # Why it was held stands with its hold; the code beside the visit is read by the front desk too.
        appointment.cancel_reason = Appointment.Reason.OTHER
        write_visit(appointment, fields=["status", "version", "cancel_reason"])
        end_holds([appointment], Hold.Outcome.CANCELLED)
        spoil_plans(appointment)
        log_step(appointment, "released", by)
        freed.note([freed.time_of(appointment)])
    return appointment


def give_back(episode: Episode, by: Actor) -> tuple[list[Appointment], list[tuple[Appointment, str]]]:
    """Every visit this episode holds returns to its own time where that is still open; the others await a plan.

    Answers the visits that stand again, and those that do not with why. A client who read that they were on hold is
    told that they stand.
    """
    began, restored, kept = timezone.now(), [], []
    open_holds = Hold.objects.filter(episode=episode, outcome="").select_related(
        "appointment__therapist", "appointment__room", "appointment__client").order_by("appointment__starts_at")
    for hold in open_holds:
        try:
            with transaction.atomic():
                restored.append(_restore(hold.appointment, by, "restore"))
        except Refusal as refused:
            kept.append((hold.appointment, refused.detail))
    if restored:
        reminders.tell_restored(episode, since=began)
    return restored, kept


def _restore(appointment: Appointment, by: Actor, verb: str, expected_version: int | None = None,
             **fields: Any) -> Appointment:
    """Back to its own time, in its own room where that is free.

    Refuses a time taken or passed, an emergency, and hours in which nobody works any more; a visit that was booked
    outside them with a reason may stand there again.
    """
    lock_diary([appointment.therapist], [appointment.room], [appointment.client])
    appointment = fresh(appointment, expected_version)
    appointment.status = next_state(appointment, "keep")
    if appointment.starts_at <= timezone.now():
        raise VisitNotInState("Its time has passed: plan a new time for it, or release it.")
    wish = as_it_stood(appointment, by)
    shut = () if appointment.override_reason else against_hours(wish)
    refuse_all([*(r for r in against_the_body(wish) if getattr(r, "is_emergency", False)),
                *(r for r in shut if isinstance(r, OutsideWorkingHours))])
    lapse_expired(appointment.practice, *wish.occupied(True))
    clash, room = find_clash(wish, if_free(appointment.room, wish), buffers=True)
    refuse_all([clash] if clash else [])
    assert room is not None
    appointment.room = room
    for name, value in fields.items():
        setattr(appointment, name, value)
    appointment.version += 1
    write_visit(appointment, fields=["status", "version", "room", *fields])
    end_holds([appointment], Hold.Outcome.RESTORED)
    spoil_plans(appointment)
    log_step(appointment, verb, by)
    reminders.follow(appointment)
    return appointment


def end_holds(appointments: Sequence[Appointment], outcome: str) -> None:
    """Close the open holds of visits with their outcome."""
    Hold.objects.filter(appointment__in=appointments, outcome="").update(outcome=outcome, ended_at=timezone.now())


def spoil_plans(appointment: Appointment) -> None:
    """A plan that counted on this visit being on hold is out of date at once; one that was sent keeps the others."""
    plans = Plan.objects.filter(moves__appointment=appointment, status=Plan.Status.PROPOSED, sent_at=None)
    Plan.objects.filter(pk__in=plans.values("pk")).update(status=Plan.Status.STALE)
