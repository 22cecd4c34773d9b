"""How many calls of the API one token may make (`API_RATE`), told on every answer; counted in windows of the clock."""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from django.conf import settings

from practice import counting
from practice.models import ApiToken
from practice.refusals import Refusal

_RATE = re.compile(r"([1-9]\d{0,8})/(second|minute|hour|day)", re.ASCII)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a window: `limit` calls in it, `used` by now, `reset` seconds until the next one begins."""

    limit: int
    used: int
    reset: int

    @property
    def is_spent(self) -> bool:
        return self.used > self.limit

    def headers(self) -> dict[str, str]:
        """As each answer tells it."""
        told = {"RateLimit-Limit": str(self.limit), "RateLimit-Remaining": str(max(0, self.limit - self.used)),
                "RateLimit-Reset": str(self.reset)}
        return told | ({"Retry-After": str(self.reset)} if self.is_spent else {})


class TooManyCalls(Refusal):
    """The window's calls are used up."""

    code: ClassVar[str] = "too_many_requests"
    title: ClassVar[str] = "Too many calls"
    status: ClassVar[int] = 429


def is_a_rate(words: str) -> bool:
    """Whether `API_RATE` can be understood."""
    return words == "off" or _RATE.fullmatch(words) is not None


def allowance_of(http: Any, auth: Any) -> Allowance | None:
    """What is left to whoever calls, counting this call the first time it is asked; None where nothing is counted.

    A token counts by itself, a signed-in page's own calls by its member.
    """
    if settings.API_RATE == "off":
        return None
    known: Allowance | None = getattr(http, "allowance", None)
    if known is None:
        member = getattr(http, "member", None)
        who = f"token-{auth.pk}" if isinstance(auth, ApiToken) else f"member-{member.pk if member else 'nobody'}"
        known = http.allowance = _take(who, *_parsed(settings.API_RATE))
    return known


def refuse_if_spent(allowance: Allowance | None) -> None:
    """Refuse the call that is one too many."""
    if allowance is not None and allowance.is_spent:
        raise TooManyCalls(f"{allowance.limit} calls were made in this while. Call again in {allowance.reset} s.")


def _take(who: str, limit: int, seconds: int) -> Allowance:
    """Count one call; a window is the same on every host, because it is one of the clock."""
    now = time.time()
    window = int(now // seconds)
    used = counting.count(f"api:{who}:{window}", seconds + 1)
    return Allowance(limit, used, max(1, math.ceil((window + 1) * seconds - now)))


@cache
def _parsed(rate: str) -> tuple[int, int]:
    """So many calls in so many seconds, from words such as 600/minute."""
    found = _RATE.fullmatch(rate)
    assert found is not None  # practice/checks.py refuses anything else
    return int(found[1]), _SECONDS[found[2]]
