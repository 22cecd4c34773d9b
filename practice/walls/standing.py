"""Where this thread stands: in one practice, nowhere, or everywhere; the database hears of it with the next query."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

EVERYWHERE, NOWHERE = "*", ""
_here: ContextVar[str | None] = ContextVar("here", default=None)
_outside = EVERYWHERE  # where a thread stands outside of any request


def begin_web() -> None:
    """A web process sees nothing outside of its requests."""
    global _outside
    _outside = NOWHERE


def standing() -> str:
    """The practice's id, `NOWHERE` or `EVERYWHERE`."""
    here = _here.get()
    return _outside if here is None else here


def enter(practice_id: UUID) -> None:
    """From here to the end of the request, only this practice; outside of requests nothing changes."""
    if _here.get() is not None:
        _here.set(str(UUID(str(practice_id))))


@contextmanager
def everywhere() -> Iterator[None]:
    """Rows of every practice, for what looks whose something is."""
    with _at(EVERYWHERE):
        yield


@contextmanager
def within(practice_id: UUID) -> Iterator[None]:
    """Rows of one practice, whoever asks."""
    with _at(str(UUID(str(practice_id)))):
        yield


@contextmanager
def _at(place: str) -> Iterator[None]:
    before = _here.get()
    _here.set(place)
    try:
        yield
    finally:
        _here.set(before)


def everywhere_view(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view of the installation rather than of a practice: sign-in, health, what providers send."""

    @functools.wraps(view)
    def opened(*args: Any, **kwargs: Any) -> Any:
        with everywhere():
            return view(*args, **kwargs)

    return opened


class WallMiddleware:
    """A request begins nowhere, and what it entered is left at its end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with _at(NOWHERE):
            response = self.get_response(request)
            if response.streaming:
                stream: Any = response
                stream.streaming_content = _told_from(standing(), stream.streaming_content)
        return response


def _told_from(place: str, parts: Any) -> Iterator[bytes]:
    """The parts of an answer, each made where the request stood."""
    parts = iter(parts)
    while True:
        with _at(place):
            part = next(parts, None)
        if part is None:
            return
        yield part
