"""How often the same address may do something that anybody can do, counted for all processes."""

from __future__ import annotations

import time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.http import HttpRequest

from practice import counting

HOUR = 3600  # seconds


def address_of(request: HttpRequest) -> str | None:
    """The address a request came from; behind the practice's own proxy, the one that proxy saw."""
    if settings.SECURE_PROXY_SSL_HEADER and (seen := request.headers.get("X-Forwarded-For")):
        address = seen.rsplit(",", 1)[-1].strip()
    else:
        address = request.META.get("REMOTE_ADDR", "")
    try:
        validate_ipv46_address(address)
    except ValidationError:
        return None
    return address


def too_often(what: str, who: str, most: int) -> bool:
    """Count one more of `what` by `who`; whether that is more than `most` within this hour of the clock."""
    return counting.count(_key(what, who), HOUR) > most


def forgive(what: str, who: str) -> None:
    """Begin to count `what` by `who` anew."""
    counting.forget(_key(what, who))


def _key(what: str, who: str) -> str:
    return f"pace:{what}:{who}:{int(time.time()) // HOUR}".replace(" ", "_")
