"""What is said to a gateway to send one text, and what its answer means.

Twilio: https://www.twilio.com/docs/messaging/api/message-resource, codes from https://www.twilio.com/docs/api/errors.
The plain dialect is ours, and stands in docs/messages.md.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from practice.texting.gateways import TWILIO, Gateway

# Twilio's codes after which the same text to the same number will not arrive tomorrow either.
FOR_GOOD = {
    21211: "This is no telephone number.",
    21214: "This number cannot be reached.",
    21217: "This is no telephone number.",
    21408: "The gateway does not send to this country.",
    21421: "This is no telephone number.",
    21610: "This number asked for no more text messages.",
    21612: "The gateway cannot reach this number.",
    21614: "This is not a mobile number.",
    30003: "The phone could not be reached.",
    30004: "The phone's network blocks text messages to it.",
    30005: "This number is not in use.",
    30006: "This is a landline, or its network takes no text messages.",
    30007: "The phone's network took the text for spam.",
}
OPTED_OUT = frozenset({21610})
_ASKED_TO_WAIT = frozenset({408, 425, 429})


def asked_of(gateway: Gateway, *, message_id: UUID, to: str, text: str, sender: str, callback: str) -> dict[str, Any]:
    """The request for one text, as `requests` takes it; `callback` is where its delivery is told."""
    if gateway.dialect == TWILIO:
        who = {"From": sender} if sender else {"MessagingServiceSid": gateway.messaging_service}
        told = {"StatusCallback": f"{callback}?{urlencode({'m': message_id})}"} if callback else {}
        return {"data": {"To": to, "Body": text, **who, **told}}
    return {"json": {"id": str(message_id), "to": to, "from": sender, "text": text},
            "headers": {"Idempotency-Key": str(message_id)}}


def reference_in(answer: Any) -> str:
    """What the gateway calls the text it took; empty where it does not say."""
    told = answer.get("sid") or answer.get("reference") if isinstance(answer, dict) else None
    return str(told)[:80] if isinstance(told, str | int) else ""


def is_opted_out(answer: Any) -> bool:
    """Whether a refusal says that this number asked the gateway itself for no more texts."""
    return isinstance(answer, dict) and answer.get("code") in OPTED_OUT


def refused(gateway: Gateway, status: int, answer: Any) -> tuple[str, bool]:
    """What a refusal says, in words, and whether it is for good."""
    code = answer.get("code") if isinstance(answer, dict) else None
    if gateway.dialect == TWILIO and isinstance(code, int) and code in FOR_GOOD:
        return FOR_GOOD[code], True
    if status in _ASKED_TO_WAIT or status >= 500:
        return f"The SMS gateway asked to wait ({status}).", False
    if status in (401, 403):  # not this text: every text, until somebody puts it right
        return f"The SMS gateway does not know us ({status}): SMS_URL names the wrong account or secret.", False
    if 400 <= status < 500:
        return f"The SMS gateway refused it for good ({code if isinstance(code, int) else status}).", True
    return f"The SMS gateway answered what it should not ({status}).", False


def undelivered(code: int | None) -> str:
    """Why a text that was taken did not arrive, in words."""
    return FOR_GOOD.get(code or 0) or "The phone did not receive it" + (f" ({code})." if code else ".")
