"""Whether what comes in is from who it says: Twilio's signature, and the plain gateway's."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

FRESH = timedelta(minutes=5)


def twilio_signature(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """How Twilio signs a form sent to a public address, its query included.

    Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security.
    """
    said = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


def plain_signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 in hex over the timestamp (seconds since 1970) and the body, one after the other."""
    return hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).hexdigest()


def is_twilios(token: str, url: str, fields: Iterable[tuple[str, str]], signature: str) -> bool:
    """Whether Twilio signed this; takes as long for a near miss as for nonsense."""
    return hmac.compare_digest(twilio_signature(token, url, fields).encode(), signature.encode())


def is_gateways(secret: str, timestamp: str, body: bytes, signature: str, *, now: datetime) -> bool:
    """Whether the plain gateway signed this within the last five minutes."""
    is_signed = hmac.compare_digest(plain_signature(secret, timestamp, body).encode(), signature.encode())
    if not is_signed or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= FRESH.total_seconds()
