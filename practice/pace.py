"""How often the same address may do something that anybody can do, counted in the database all processes share.

One statement counts and answers: a cache that reads and then writes would let many guesses through at once.
What is counted within a transaction is forgotten where that rolls back, so doors count before they open one.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.db import connection
from django.http import HttpRequest

from practice.models import Tally

HOUR = 3600  # seconds
_COUNT = """INSERT INTO practice_tally (key, number, until) VALUES (%s, 1, %s)
    ON CONFLICT (key) DO UPDATE SET number = practice_tally.number + 1 RETURNING number"""


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
    now = int(time.time())
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [_key(what, who), now + HOUR])
        [(number,)] = cursor.fetchall()
    return bool(number > most)


def forgive(what: str, who: str) -> None:
    """Begin to count `what` by `who` anew."""
    Tally.objects.filter(key=_key(what, who)).delete()


def forget_tallies() -> int:
    """Drop the counts of hours long past; how many."""
    return Tally.objects.filter(until__lt=int(time.time())).delete()[0]


def _key(what: str, who: str) -> str:
    return f"{what}:{who}:{int(time.time()) // HOUR}"
