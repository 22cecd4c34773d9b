"""The door of every page behind a link that was sent to a client: whose it is, and in which language they read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from clients.models import Client
from clients.writing import reads
from practice.page_language import written_in
from practice.pages import kept_private, look

Row = TypeVar("Row")


def behind_link(find: Callable[[str], Row | None], client_of: Callable[[Row], Client],
                gone: str = "sessions/link_gone.html") -> Callable[[Any], Any]:
    """A page of what `find` makes of the link's token, in the language of its client, kept by nobody on the way.

    Links that are unknown, expired or taken back get the page `gone`, byte for byte the same: nobody is known there.
    """

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def found(request: HttpRequest, token: str, **ids: Any) -> HttpResponse:
            row = find(token)
            if row is None:
                return link_gone(request, gone)
            return for_client(request, client_of(row), lambda: view(request, token, row, **ids))

        return found

    return wrap


def for_client(request: HttpRequest, client: Client, page: Callable[[], HttpResponse]) -> HttpResponse:
    """What `page` answers, in the language this client is written to in, kept by nobody on the way."""
    return kept_private(written_in(request, reads(client), page))


def link_gone(request: HttpRequest, template: str = "sessions/link_gone.html") -> HttpResponse:
    """The one answer of every link that does not work: in English, since nobody is known."""
    return kept_private(HttpResponse(render_to_string(template, look(request)), status=404))
