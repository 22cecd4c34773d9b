"""The one entrance for what providers send: POST only, small, and refused in words where nobody vouches for it."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, RawPostDataException
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from practice import walls
from practice.refusals import BadInput, Refusal, problem_of

log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
Hook = Callable[..., tuple[HttpResponse, str]]


class Forged(Refusal):
    """Nobody vouches for this."""

    code: ClassVar[str] = "signature_refused"
    title: ClassVar[str] = "Not signed by the provider"
    status: ClassVar[int] = 403


class TooLong(Refusal):
    """More than any provider has to say."""

    code: ClassVar[str] = "too_long"
    title: ClassVar[str] = "Too long"
    status: ClassVar[int] = 413


def hook(view: Hook) -> Callable[..., HttpResponse]:
    """A page for providers: `view` answers the response and, in a word or two, what happened, for the log."""

    @csrf_exempt
    @never_cache
    @require_POST
    @functools.wraps(view)
    def guarded(request: HttpRequest, **named: Any) -> HttpResponse:
        try:
            _refuse_long(request)
            with walls.everywhere():  # a provider serves the installation
                response, happened = view(request, **named)
        except Refusal as refusal:
            response, happened = problem_of(refusal), refusal.code
        log.info("hook %s: %s", view.__name__, happened)  # never what was said, nor by which number
        return response

    return guarded


def _refuse_long(request: HttpRequest) -> None:
    """Read the body, unless it says, or turns out, to be longer than anything a provider sends."""
    try:
        said = int(request.headers.get("Content-Length") or 0)
        if said <= MOST_BYTES and len(request.body) <= MOST_BYTES:
            return
    except (ValueError, OSError, RawPostDataException, MultiPartParserError):
        raise BadInput("This cannot be read.") from None
    raise TooLong(f"More than {MOST_BYTES // 1024} kB is nothing a provider has to say.")


def public_url(request: HttpRequest) -> str:
    """The address the provider was given: ours to the world, whatever stands in front of this server."""
    return f"{settings.BASE_URL}{request.get_full_path()}"


def read_json(body: bytes) -> dict[str, Any]:
    """The object in a body; refuses anything else in words."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput("Send JSON.") from None
    if not isinstance(said, dict):
        raise BadInput("Send a JSON object.")
    return said
