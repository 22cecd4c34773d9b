"""Visits people arrange for themselves: what they may change until when, and when somebody new becomes a client."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from clients.newcomers import take_on, wait_again
from practice.access import Actor
from practice.models import Membership
from practice.refusals import Refusal
from sessions.models import Appointment, AppointmentEvent, OnlineBooking
from sessions.states import VisitNotInState


class TooLateToChange(Refusal):
    """Nearer than the practice lets clients move or cancel by themselves."""

    code: ClassVar[str] = "too_late_to_change"
    title: ClassVar[str] = gettext_noop("Ring us about this visit")


def changes_until(appointment: Appointment) -> timedelta:
    """How long before a visit its client can still move or cancel it by themselves."""
    return timedelta(hours=appointment.practice.client_change_hours)


def refuse_own_change(appointment: Appointment, by: Actor) -> None:
    """Refuse a client's own move or cancellation that comes too late; staff are not asked."""
    if by.role != "client":
        return
    if appointment.starts_at - timezone.now() < changes_until(appointment):
        hours = appointment.practice.client_change_hours
        raise TooLateToChange(
            ngettext("It is less than {hours} hour until your visit.",
                     "It is less than {hours} hours until your visit.", hours).format(hours=hours)
            if hours else _("Your visit has begun."))


def refuse_moving_a_request(appointment: Appointment, by: Actor) -> None:
    """A time somebody only asked for is not moved by them: it would become a booking nobody agreed to."""
    if by.role == "client" and appointment.status == Appointment.Status.PROPOSED:
        raise VisitNotInState(_("You have asked for this time. It can be changed once we have said yes."))


def take_on_newcomer(appointment: Appointment, by: Actor) -> None:
    """Once staff take a step with the visit, whoever asked for it waits no longer and is a client like any other."""
    if appointment.client.is_provisional and isinstance(by, Membership):
        OnlineBooking.objects.filter(appointment=appointment, answered_at=None).update(answered_at=timezone.now())
        take_on(client=appointment.client, by=by)


def ask_again(appointment: Appointment, moved: AppointmentEvent, by: Actor) -> None:
    """After a request is one again, since its move was taken back: whoever asked waits for an answer as before.

    Who has another visit by now, or turned out to be somebody listed, stays a client like any other.
    """
    if appointment.status != Appointment.Status.PROPOSED:
        return
    OnlineBooking.objects.filter(appointment=appointment).update(answered_at=None)
    others = Appointment.objects.filter(client=appointment.client_id).exclude(pk=appointment.pk)
    if moved.detail.get("newcomer") == str(appointment.client_id) and not others.exists():
        wait_again(client=appointment.client, by=by)
