"""Refusals: how a rule of the field says no, and its two doors out (problem+json and a page)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop
from django.views.defaults import page_not_found, server_error

PROBLEM = "application/problem+json"


class Refusal(Exception):
    """A rule said no. `detail` says what happened and how to fix it, in words for the person in front of it.

    `code` is stable snake_case; `more` adds members to the problem (nearest times, refused dates).
    `field` names the input it speaks about, for status 400.
    """

    code: ClassVar[str] = "refused"
    title: ClassVar[str] = gettext_noop("This cannot be done")
    status: ClassVar[int] = 409

    def __init__(self, detail: str, *, field: str = "", **more: Any) -> None:
        super().__init__(detail)
        self.detail, self.field, self.more = detail, field, more

    def problem(self) -> dict[str, Any]:
        """The refusal as the members of an RFC 9457 problem."""
        problem: dict[str, Any] = {
            "type": f"urn:evenhand:problem:{self.code}", "title": self.title, "status": self.status,
            "detail": self.detail, "code": self.code, **self.more,
        }
        if self.field:
            problem["errors"] = [{"pointer": f"/{self.field}", "detail": self.detail}]
        return problem


class BadInput(Refusal):
    """What was sent cannot be understood as it stands."""

    code, title, status = "invalid", gettext_noop("Something in the form needs another look"), 400


class NotAllowed(Refusal):
    """The role does not include this."""

    code, title, status = "not_allowed", "Your role does not include this", 403


class NotThere(Refusal):
    """Nothing here by that id, or it is another practice's."""

    code, title, status = "not_found", "Nothing here", 404


class WrongState(Refusal):
    """The thing is not in a state from which this can be done."""

    code, title = "wrong_state", gettext_noop("Not possible from here")


class Stale(Refusal):
    """Somebody else changed it meanwhile."""

    code, title, status = "stale", "Somebody changed this meanwhile", 412


def refuse_all(refusals: list[Refusal]) -> None:
    """Raise the first of several refusals, with all of them listed under `refusals`; nothing if there are none."""
    if not refusals:
        return
    first = refusals[0]
    first.more["refusals"] = [{"code": r.code, "detail": r.detail} for r in refusals]
    raise first


def wants_problem(request: HttpRequest) -> bool:
    """Whether a refusal is read by a program: a call of the API, or a page's own script."""
    return request.path.startswith("/api/") or request.headers.get("Accept", "").startswith("application/json")


def problem_of(refusal: Refusal) -> HttpResponse:
    """The refusal for a program."""
    return JsonResponse(refusal.problem(), status=refusal.status, content_type=PROBLEM)


def page_of(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal for a person."""
    return render(request, "refused.html", {"refusal": refusal}, status=refusal.status)


def broke(request: HttpRequest) -> HttpResponse:
    """What anybody gets when something broke on our side: a program a problem, a person a page."""
    if not wants_problem(request):
        return server_error(request)
    return problem_of(Broke("Something broke on our side. What you had saved is safe; the call may be tried again."))


class Broke(Refusal):
    """A fault of ours; what broke stands in the log, under the X-Request-ID of the answer."""

    code, title, status = "server_fault", "Something broke on our side", 500


class RefusalMiddleware:
    """The page's door: a refusal no form caught becomes a page (or problem+json under /api/) in the same words."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Http404) and not request.path.startswith("/api/"):
            return page_not_found(request, exception)  # also while DEBUG is on: the demo is for people
        if not isinstance(exception, Refusal):
            return None
        if wants_problem(request):
            return problem_of(exception)
        return page_of(request, exception)
