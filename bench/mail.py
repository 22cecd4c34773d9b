"""W6: due messages through one kept-open connection to a real SMTP server, beside the bare sending and marking."""

from __future__ import annotations

import smtplib
import time
from datetime import timedelta
from email.message import EmailMessage

from django.conf import settings
from django.utils import timezone

from bench.figures import Figure
from bench.fill import Filled
from practice import outbox
from practice.models import Message


def measure(filled: Filled, due: int) -> Figure:
    """The whole way of a message: claim, check again, write, link, hand over, mark."""
    figure = Figure("W6", f"messages sent a second, {due:,} due", "", unit="/s", better="higher", goals={"value": 500})
    figure.floor = _floor(filled, min(due, 500))
    _queue(filled, due)
    began = time.perf_counter()
    counts = outbox.drain()
    took = time.perf_counter() - began
    assert counts == {"sent": due}, counts
    figure.value = due / took
    figure.note = f"the last out after {took:.1f} s"
    return figure


def _queue(filled: Filled, due: int) -> None:
    """Confirmations of visits to come: the same letter as a reminder, but at any hour of the day."""
    Message.objects.all().delete()
    now = timezone.now()
    Message.objects.bulk_create(
        [
            Message(
                practice=filled.practice,
                kind="booked",
                to_address=v.client.email,
                to_name=v.client.name,
                time_zone=filled.practice.time_zone,
                client_id=v.client_id,
                appointment_id=v.pk,
                subject_id=v.pk,
                start_version=f"{v.starts_at:%Y%m%dT%H%MZ}-booked",
                due_at=now - timedelta(minutes=1),
                why="Confirms the booking.",
                useful_until=v.starts_at,
            )
            for v in filled.visits[:due]
        ]
    )


def _floor(filled: Filled, due: int) -> float:
    """One SELECT for a hundred, a message of the same size written and sent by smtplib, one UPDATE each."""
    _queue(filled, due)
    began, sent = time.perf_counter(), 0
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as door:
        while rows := list(Message.objects.filter(state="waiting").values_list("pk", "to_address")[:100]):
            for pk, to in rows:
                mail = EmailMessage()
                mail["Subject"], mail["From"], mail["To"] = "Your appointment is booked", "floor@riverside.example", to
                mail.set_content("Hello,\n\nYour appointment is booked.\n" * 8)
                door.send_message(mail)
                Message.objects.filter(pk=pk).update(state="sent", sent_at=timezone.now())
                sent += 1
    return sent / (time.perf_counter() - began)
