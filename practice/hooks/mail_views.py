"""What a mail provider tells: delivered, came back, unwanted. The shapes and signatures are django-anymail's."""

from __future__ import annotations

import importlib
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

from practice.hooks import deliveries
from practice.hooks.entrance import Forged, hook
from practice.mailing import is_vouched_for, provider_in
from practice.refusals import BadInput, NotThere

# What of a provider's events says something about a message; opening and clicking is nobody's business.
_MEANS = {"delivered": "delivered", "bounced": "bounced", "rejected": "bounced", "failed": "bounced",
          "complained": "complained"}
_WHY = {
    "invalid": "The address cannot be written to.",
    "bounced": "The address does not exist, or its mailbox is full.",
    "blocked": "The receiving server turned it away.",
    "spam": "Whoever received mail before said that they do not want it.",
    "unsubscribed": "Whoever received mail before asked for no more.",
    "timed_out": "The receiving server did not answer for days.",
}

_SHAPELESS = (ValueError, TypeError, AttributeError, LookupError)  # what reading nonsense ends in


@hook
def mail_told(request: HttpRequest, provider: str) -> tuple[HttpResponse, str]:
    """What became of one or several mails."""
    if provider != provider_in(settings.EMAIL_URL):
        raise NotThere("No mail leaves by this provider here.")
    if not is_vouched_for(provider, settings.ANYMAIL):
        raise Forged("Nothing vouches for what this provider tells. Set MAIL_WEBHOOK_SECRET.")
    from anymail.exceptions import AnymailWebhookValidationFailure

    try:
        view = _view_of(provider)
    except ImproperlyConfigured:
        raise Forged("Nothing vouches for what this provider tells: EMAIL_URL lacks its signing secret.") from None
    try:
        view.run_validators(request)
    except (AnymailWebhookValidationFailure, *_SHAPELESS):
        raise Forged(f"This is not signed as {view.esp_name} signs.") from None
    try:
        events = view.parse_events(request)
    except _SHAPELESS:
        raise BadInput(f"This is not what {view.esp_name} sends.") from None
    happened = [_note(event) for event in events]
    return HttpResponse(status=200), ", ".join(sorted(set(happened))) or "nothing told"


def _view_of(provider: str) -> Any:
    """django-anymail's view for what this provider tells, made with its settings."""
    module = importlib.import_module(f"anymail.webhooks.{provider}")
    return next(found for name, found in vars(module).items() if name.endswith("TrackingWebhookView"))()


def _note(event: Any) -> str:
    """Keep what one event says of a message."""
    delivery = _MEANS.get(event.event_type)
    if delivery is None:
        return "nothing to know"
    message = deliveries.message_behind(
        channel="email", reference=str(event.message_id or "")[:120],
        message_id=str((event.metadata or {}).get("message", ""))[:36])
    if message is None:
        return "no such message"
    if event.recipient and event.recipient.casefold() != message.to_address.casefold():
        return "about a copy"
    return deliveries.note_delivery(message=message, delivery=delivery, reference=str(event.message_id or "")[:120],
                                    why=_WHY.get(str(event.reject_reason), "") if delivery == "bounced" else "")
