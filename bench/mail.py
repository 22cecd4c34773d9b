"""W6: due reminders through one kept-open connection to a real SMTP server, beside the bare sending and marking."""

from __future__ import annotations

import smtplib
import time
from datetime import timedelta
from email.message import EmailMessage

from django.conf import settings
from django.utils import timezone

from bench.figures import Figure
from bench.fill import Filled, fill_ahead, practice_of
from clients.models import Client
from practice import outbox
from practice.models import Message
from sessions.models import Appointment

LEAD = 2  # days before the visit


def measure(due: int) -> Figure:
    """The whole way of a message: claim, check again, count, write, link, hand over, mark."""
    figure = Figure("W6", f"reminders sent a second, {due:,} due", "", unit="/s", better="higher", goals={"value": 500})
    filled = _filled(due)
    bare = _bare(min(due, 1_000))
    figure.floor = _floor(filled, min(due, 500))
    _queue(filled, due)
    began = time.perf_counter()
    counts = outbox.drain()
    took = time.perf_counter() - began
    assert counts == {"sent": due}, counts
    figure.value = due / took
    figure.note = f"the last out after {took:.1f} s; smtplib alone to the same server {bare:.0f} /s"
    return figure


def _filled(due: int) -> Filled:
    """A practice where so many clients have one visit each, at noon on their clocks now, so that no hour is quiet."""
    filled = practice_of("Mailing practice", 20, clients=0)
    noon = f"Etc/GMT{timezone.now().hour - 12:+d}" if timezone.now().hour != 12 else "Etc/GMT"
    people = Client.objects.bulk_create(
        Client(practice=filled.practice, name=f"Person {n:04d}", email=f"p{n}@mailing.example", channels=["email"],
               reminder_consent_on=timezone.now().date(), reminder_consent_source="intake form", time_zone=noon)
        for n in range(due + 900))
    filled.clients = people[due:]  # whose visits are then given to the others, one each
    fill_ahead(filled, 60, due, seed=4)
    for visit, client in zip(filled.visits, people, strict=False):
        visit.client = client
    Appointment.objects.bulk_update(filled.visits, ["client"], batch_size=500)
    return filled


def _queue(filled: Filled, due: int) -> None:
    Message.objects.all().delete()
    now = timezone.now()
    Message.objects.bulk_create(
        [
            Message(
                practice=filled.practice,
                kind="reminder",
                to_address=v.client.email,
                to_name=v.client.name,
                time_zone=v.client.zone,
                client_id=v.client_id,
                appointment_id=v.pk,
                subject_id=v.pk,
                start_version=f"{v.starts_at:%Y%m%dT%H%MZ}-{LEAD}d",
                due_at=now - timedelta(minutes=1),
                why=f"Reminder {LEAD} days before.",
                useful_until=v.starts_at,
            )
            for v in filled.visits[:due]
        ]
    )


def _bare(due: int) -> float:
    """The same bytes again and again by smtplib, and nothing else: what the protocol and the server allow."""
    mail = _like_a_reminder("floor@clients.example").as_bytes()
    began = time.perf_counter()
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as door:
        for _ in range(due):
            door.sendmail("floor@riverside.example", ["floor@clients.example"], mail)
    return due / (time.perf_counter() - began)


def _like_a_reminder(to: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Your next appointment", "floor@riverside.example", to
    mail.set_content("Hello,\n\nYour next appointment.\n" * 8)
    return mail


def _floor(filled: Filled, due: int) -> float:
    """One SELECT for a hundred, a message of the same size written and sent by smtplib, one UPDATE each."""
    _queue(filled, due)
    began, sent = time.perf_counter(), 0
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as door:
        while rows := list(Message.objects.filter(state="waiting").values_list("pk", "to_address")[:100]):
            for pk, to in rows:
                door.send_message(_like_a_reminder(to))
                Message.objects.filter(pk=pk).update(state="sent", sent_at=timezone.now())
                sent += 1
    return sent / (time.perf_counter() - began)
