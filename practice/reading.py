"""No page and no call about a client without a line in the trail: what a view forgets to write down is written here.

The one door from a request to a row (`pages.find`, `Api.find`) notes what was found, and the audit whom it named. Where
a request that only read, or was shown its page again with what is wrong, found a row of a client nobody named, that
row is written down as looked at.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

_PATHS = (("client_id",), ("appointment", "client_id"), ("episode", "client_id"), ("note", "client_id"),
          ("summary", "client_id"), ("share", "summary", "client_id"))


@dataclass(slots=True)
class _Reading:
    """What one request found, by whom, and the clients the audit has named in it."""

    found: list[tuple[Any, Any]] = field(default_factory=list)
    named: set[UUID] = field(default_factory=set)


_UNDER_WAY: ContextVar[_Reading | None] = ContextVar("reading", default=None)


def note_found(member: Any, row: Any) -> None:
    """A row was found for this member."""
    if reading := _UNDER_WAY.get():
        reading.found.append((member, row))


def note_named(client_id: UUID | None) -> None:
    """The audit has named this client."""
    if client_id and (reading := _UNDER_WAY.get()):
        reading.named.add(client_id)


class ReadingMiddleware:
    """Writes down what was opened and not yet written down; without that line there is no answer."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reading = _Reading()
        token = _UNDER_WAY.set(reading)
        try:
            response: HttpResponse = self.get_response(request)
            if response.status_code == 422 or (request.method in ("GET", "HEAD") and response.status_code == 200):
                _write_down(reading)
            return response
        finally:
            _UNDER_WAY.reset(token)


def client_of(row: Any) -> UUID | None:
    """The client a row is about, at once or by way of what it hangs on."""
    if row._meta.model_name == "client":
        return UUID(str(row.pk))
    for *way, last in _PATHS:
        at = row
        for name in way:
            at = getattr(at, name, None)
        if (pk := getattr(at, last, None)) is not None:
            return UUID(str(pk))
    return None


def _write_down(reading: _Reading) -> None:
    from practice import audit  # which notes here whom it names

    for member, row in reading.found:
        client_id = client_of(row)
        if client_id and client_id not in reading.named:
            audit.record(by=member, verb=f"{row._meta.model_name}_looked_at"[:40], subject=row, client_id=client_id)
