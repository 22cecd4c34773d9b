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
_COUNT = """INSERT INTO practice_tally (key, number, until) VALUES (%(key)s, 1, %(until)s)
    ON CONFLICT (key) DO UPDATE SET
        number = CASE WHEN practice_tally.until <= %(now)s THEN 1 ELSE practice_tally.number + 1 END,
        until = CASE WHEN practice_tally.until <= %(now)s THEN excluded.until ELSE practice_tally.until END
    RETURNING number"""


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
    """Count one more of `what` by `who`; whether that is more than `most` within an hour of the first."""
    now = int(time.time())
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": _key(what, who), "now": now, "until": now + HOUR})
        [(number,)] = cursor.fetchall()
    return bool(number > most)


def forgive(what: str, who: str) -> None:
    """Begin to count `what` by `who` anew."""
    Tally.objects.filter(key=_key(what, who)).delete()


def forget_tallies() -> int:
    """Drop the counts of hours that are over; how many."""
    return Tally.objects.filter(until__lt=int(time.time())).delete()[0]


def _key(what: str, who: str) -> str:
    return f"{what}:{who}"
