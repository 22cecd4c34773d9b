"""What other systems can be told of, and the row each of them gets in the transaction of the act.

Rooms declare their events by the verbs of the audit; `practice/audit.py` is the one place that notes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from practice.access import Actor
from practice.models.webhooks import Webhook, WebhookDelivery

TRIED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of event and how it is called on the page."""

    code: str
    name: str


EVENTS: dict[str, Event] = {}
_BY_VERB: dict[str, str] = {}
_BY_PREFIX: dict[str, str] = {}


def declare_event(code: str, name: str, *verbs: str) -> None:
    """Make an event known by the verbs of the audit that mean it; “appointment_*” are all others that begin so."""
    EVENTS[code] = Event(code, name)
    for verb in verbs:
        if verb.endswith("*"):
            _BY_PREFIX[verb[:-1]] = code
        else:
            _BY_VERB[verb] = code


def event_of(verb: str) -> str | None:
    """The event a verb of the audit means; None where nobody else is told."""
    if verb in _BY_VERB:
        return _BY_VERB[verb]
    return next((code for prefix, code in _BY_PREFIX.items() if verb.startswith(prefix)), None)


def note(*, by: Actor, verb: str, subjects: Iterable[models.Model]) -> None:
    """Write a row for each address that is told of this; a practice without addresses pays nothing for it."""
    code = event_of(verb)
    if code is None or not by.practice.calls_webhooks:
        return
    hooks = [hook for hook in Webhook.objects.filter(practice=by.practice, is_active=True) if code in hook.events]
    rows = []
    for subject in subjects if hooks else ():
        event_id = uuid7()
        rows += [delivery(hook, code, subject, event_id) for hook in hooks]
    WebhookDelivery.objects.bulk_create(rows)


def delivery(hook: Webhook, code: str, subject: models.Model, event_id: object = None) -> WebhookDelivery:
    """The row of one event for one address, ready to be saved."""
    now = timezone.now()
    return WebhookDelivery(
        practice_id=hook.practice_id, webhook=hook, event_id=event_id or uuid7(), event=code,
        object=subject._meta.model_name, object_id=subject.pk, version=getattr(subject, "version", None),
        created_at=now, due_at=now, tries_until=now + TRIED_FOR)
