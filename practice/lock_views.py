"""What a page's own script asks about the lock: how it stands, that somebody is here, to lock now, to open it."""

from __future__ import annotations

import base64
import hmac
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from practice.lock import lock_session, named_member, shut, unlock
from practice.pages import look
from practice.refusals import wants_problem


@require_http_methods(["GET", "HEAD", "POST"])
def lock(request: HttpRequest) -> HttpResponse:
    """How the lock stands (GET, for scripts); lock now (POST)."""
    http: Any = request
    if request.method != "POST":
        return _as_it_stands(request)
    if http.member is not None:
        lock_session(request)
    if wants_problem(request):
        return HttpResponse(status=204)
    return redirect(look(request)["came_from"] or "sessions:today")


@require_POST
def here(request: HttpRequest) -> HttpResponse:
    """Somebody has touched the page: the request itself is what is noted."""
    http: Any = request
    return HttpResponse(status=204) if http.member is not None else shut(request)


@require_POST
def unlock_page(request: HttpRequest) -> HttpResponse:
    """Open the lock in place: `who` is the member whose page it is."""
    unlock(request=request, member=named_member(request.POST.get("who", "")),
           password=request.POST.get("lock_password", ""), code=request.POST.get("lock_code", ""))
    return _as_it_stands(request)


def _as_it_stands(request: HttpRequest) -> JsonResponse:
    """Who is at work here, a token for its forms, and the key of what its pages keep in the browser.

    The key is the session's own and is handed out only while it is open: what a tab kept is a riddle to whoever finds
    the tablet locked, and to everybody once the session has ended.
    """
    http: Any = request
    answer = {"member": str(http.member.pk) if http.member else "", "locked": http.locked_member is not None,
              "csrf": get_token(request)}
    if http.member is not None:
        own = f"kept-in-tab:{request.session.session_key}".encode()
        answer["key"] = base64.b64encode(hmac.digest(settings.SECRET_KEY.encode(), own, "sha256")).decode()
    response = JsonResponse(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
