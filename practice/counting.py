"""Counting how often something happened within a while: in Redis for all processes and hosts, by one atomic step.

Where there is no Redis, or it does not answer, each process counts by itself: a call costs no write for it. What guards
a door is counted in the database instead (`practice/pace.py`).
"""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import Any

from django.conf import settings
from django.core.cache import BaseCache, caches

log = logging.getLogger(__name__)
ASKED_AGAIN_AFTER = 5.0  # seconds in which a Redis that did not answer is left alone
ANSWERS_WITHIN = 0.5  # seconds

_lost_at = float("-inf")


def count(key: str, seconds: int) -> int:
    """Count one more under this key, which is forgotten `seconds` after its first: how many there are now."""
    shared = _shared()
    if shared is None:
        return _count_in(caches["process"], key, seconds)
    try:
        with shared.pipeline(transaction=True) as pipe:
            pipe.set(_named(key), 0, ex=seconds, nx=True)
            pipe.incr(_named(key))
            return int(pipe.execute()[1])
    except _redis().RedisError as fault:
        _lose(fault)
        return _count_in(caches["process"], key, seconds)


def is_shared() -> bool | None:
    """Whether Redis counts for all: None where there is none, False while it does not answer."""
    if not settings.REDIS_URL:
        return None
    shared = _shared()
    try:
        return shared is not None and bool(shared.ping())
    except _redis().RedisError as fault:
        _lose(fault)
        return False


def length_of(key: str) -> int | None:
    """How long a list of Redis is; None where it cannot be asked."""
    shared = _shared()
    try:
        return None if shared is None else int(shared.llen(key))
    except _redis().RedisError as fault:
        _lose(fault)
        return None


def _count_in(kept: BaseCache, key: str, seconds: int) -> int:
    if kept.add(key, 1, seconds):
        return 1
    try:
        return kept.incr(key)
    except ValueError:  # it ran out between the two
        return 1


def _named(key: str) -> str:
    return f"{settings.REDIS_KEY_PREFIX}count:{key}"


def _lose(fault: Exception) -> None:
    global _lost_at
    _lost_at = time.monotonic()
    log.warning("Redis does not answer (%s): each process counts by itself", type(fault).__name__)


def _shared() -> Any:
    if not settings.REDIS_URL or time.monotonic() - _lost_at < ASKED_AGAIN_AFTER:
        return None
    return _client(settings.REDIS_URL)


@cache
def _client(url: str) -> Any:
    redis = _redis()
    return redis.Redis.from_url(url, socket_timeout=ANSWERS_WITHIN, socket_connect_timeout=ANSWERS_WITHIN, retry=None)


def _redis() -> Any:
    import redis  # not wanted where there is none: it takes a moment to load

    return redis
