"""The message that asks a therapist to look: on which day the visit is, and neither who nor what."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from clients.models import Episode
from practice import clock, outbox
from practice.models import Membership, Message
from practice.outbox import Kind, Said
from sessions.models import Appointment, CheckIn

VARIANTS = ("today", "day", "coming")
VARIABLES = {"day": "Thu 26 Nov", "link": "https://practice.example/"}


def _still_open(message: Message) -> str | None:
    is_waiting = (Episode.objects.filter(pk=message.subject_id, status=Episode.Status.SUSPECTED).exists()
                  or CheckIn.objects.filter(pk=message.subject_id, answer=CheckIn.Answer.WORSE, seen_at=None).exists())
    return None if is_waiting else "It has been dealt with."


def ask_to_look(message: Message) -> Said:
    """The visit is today, on a day to come, or the question is about what comes after it."""
    member = Membership.objects.select_related("user").filter(user__email=message.to_address,
                                                              practice=message.practice).first()
    values = {"day": "", "link": f"{settings.BASE_URL}/"}
    called, variant = member.name if member else "there", "coming"
    visit = _visit_of(message)
    if visit is not None:
        today = clock.wall_of(timezone.now(), visit.time_zone)[0]
        values["day"] = clock.said_date(visit.wall_date)
        variant = "coming" if visit.wall_date < today else "today" if visit.wall_date == today else "day"
    return Said(values, called, variant)


def stand_in(message: Message) -> list[Membership]:
    """Who looks where the therapist who was asked has left: whose the visit is by now, or else the owners."""
    visit = _visit_of(message)
    whose = visit and visit.therapist
    return [whose] if whose and whose.is_active and whose.user.is_active else outbox.owners_of(message.practice)


def _visit_of(message: Message) -> Appointment | None:
    return Appointment.objects.select_related("therapist__user").filter(pk=message.appointment_id).first()


outbox.declare(Kind("look-today", "Needs a therapist", _still_open, ask_to_look, keeps_quiet_hours=False,
                    variables=VARIABLES, variants=VARIANTS, is_to="member", passed_on_to=stand_in,
                    when="Three minutes after something is reported that a therapist has to decide about."))
