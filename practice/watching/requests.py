"""One line and one number for each request: who (an id), which route, what was answered, how long it took."""

from __future__ import annotations

import logging
import re
import time
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from practice.watching import metrics
from practice.watching.lines import request_id, route_of

log = logging.getLogger("practice.requests")
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
HEADER = "X-Request-ID"


class RequestLog:
    """Outermost of all: gives each request an id, or takes the proxy's, and answers with it."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        known_as = given if _ID.fullmatch(given) else uuid4().hex
        token, began = request_id.set(known_as), time.perf_counter()
        try:
            response: HttpResponse = self.get_response(request)
            response.headers[HEADER] = known_as
            self._note(request, response, time.perf_counter() - began)
        finally:
            request_id.reset(token)
        return response

    @staticmethod
    def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        route, method = route_of(request), request.method or "-"
        method = method if method in _METHODS else "other"
        if settings.METRICS_TOKEN:
            metrics.note_request(method, route, response.status_code, seconds)
        if settings.LOG_REQUESTS and route != "healthz":
            log.info("request", extra={
                "method": method, "route": route, "status": response.status_code, "ms": round(seconds * 1000, 1),
                "member": _member_of(request)})


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _member_of(request: HttpRequest) -> str | None:
    token, member = getattr(request, "api_token", None), getattr(request, "member", None)
    pk = token.membership_id if token is not None else getattr(member, "pk", None)
    return str(pk) if pk else None
