"""Somebody new who is booked at once: their name, one way to reach them, and the visit, in one act or not at all."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from clients.asking.intake import send_intake
from clients.profiles import ProfileFields, ReminderConsent, create_client
from clients.writing import is_written_to
from practice import clock
from practice.access import Actor
from practice.models import Membership
from sessions.booking import book_appointment
from sessions.models import Appointment


@transaction.atomic
def book_newcomer(*, name: str, by: Actor, phone: str = "", email: str = "", agreed_how: str = "",
                  **visit: Any) -> Appointment:
    """Put a new client on the list and book their first visit; refused, neither stands.

    Where they agreed just now to be written to there (`agreed_how`), by mail or text message, the intake is sent: it
    asks for the rest.
    Refuses what `create_client` and `book_appointment` refuse.
    """
    assert isinstance(by, Membership)
    profile = ProfileFields(name=name, phone=phone, email=email)
    if agreed_how:
        today = clock.wall_of(timezone.now(), by.practice.time_zone)[0]
        profile["channels"] = [channel for channel, given in (("email", email), ("sms", phone)) if given]
        profile["reminder_consent"] = ReminderConsent(today, agreed_how)
    client = create_client(practice=by.practice, by=by, **profile)
    booked = book_appointment(client=client, by=by, **visit)
    if is_written_to(client):
        send_intake(client=client, by=by)
    return booked
