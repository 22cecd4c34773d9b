"""What did not arrive in the demo: a mail that came back, a text no phone received, a mail a text stands in for."""

from __future__ import annotations

from django.utils import timezone

from clients.models import Client
from practice.hooks.deliveries import note_delivery
from practice.models import Message, Practice
from sessions.models import Appointment

# By client: what the carrier said of the latest reminder of a visit to come.
LOST = {
    "Ruth Ellery": ("bounced", ""),
    "Daniel Reyes": ("undelivered", "This number is not in use."),
    "Joao Pereira": ("bounced", "The mailbox is full."),
}


def build_lost(practice: Practice) -> None:
    """Let the carriers tell of them, as they would."""
    for client in Client.objects.filter(practice=practice, name__in=LOST):
        to_come = Appointment.objects.filter(client=client, starts_at__gt=timezone.now())
        told = Message.objects.filter(client_id=client.pk, kind="reminder", state=Message.State.SENT,
                                      appointment_id__in=to_come.values("pk"))
        if message := told.order_by("-due_at").first():
            delivery, why = LOST[client.name]
            note_delivery(message=message, delivery=delivery, why=why)
