"""An address that has not answered for days is switched off, and the owners are told once."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from practice import audit, outbox
from practice.access import Outsider
from practice.models import Message, Practice
from practice.models.webhooks import Webhook
from practice.outbox import Kind, Said

KIND = "webhook-off"


@transaction.atomic
def give_up_on(hook: Webhook) -> None:
    """Switch it off, once however many workers find it; what waits for it stays, to leave when it is on again."""
    now = timezone.now()
    if not Webhook.objects.filter(pk=hook.pk, is_active=True).update(is_active=False, switched_off_at=now):
        return
    practice = Practice.objects.select_for_update(no_key=True).get(pk=hook.practice_id)
    practice.calls_webhooks = Webhook.objects.filter(practice=practice, is_active=True).exists()
    practice.save(update_fields=["calls_webhooks"])
    audit.record(by=Outsider(practice, "system", "Evenhand"), verb="webhook_switched", subject=hook, on=False)
    for owner in outbox.owners_of(practice):
        outbox.queue_message(
            practice=practice, kind=KIND, subject_id=hook.pk, start_version=f"{now:%Y%m%dT%H%M%S}", due_at=now,
            to_address=owner.user.email, to_name=owner.name, why="Another system has not answered for days.")


def _is_off(message: Message) -> str | None:
    return None if Webhook.objects.filter(pk=message.subject_id, is_active=False).exists() else "It is on again."


def _about_it(message: Message) -> Said:
    hook = Webhook.objects.get(pk=message.subject_id)
    link = f"{settings.BASE_URL}{reverse('practice:webhook', args=[hook.pk])}"
    return Said({"system": hook.host, "link": link}, message.to_name)


outbox.declare(Kind(KIND, "Another system switched off", _is_off, _about_it, is_to="member", variables={
    "system": "books.example.org", "link": "https://practice.example/practice/webhooks/0198/"},
    when="When another system has not answered for days."))
