"""Over plain http a page is led to https; a call is refused, so that no program goes on sending its token in clear."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from practice.refusals import Refusal, problem_of


class HttpsNeeded(Refusal):
    """The call came over plain http, and its token with it."""

    code: ClassVar[str] = "https_needed"
    title: ClassVar[str] = "Only over https"
    status: ClassVar[int] = 403


def refuse_plain_calls(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware before Django's own, which leads everybody else to https (OWASP ASVS 5, 4.1.2)."""

    def refusing(request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and request.path.startswith("/api/"):
            return problem_of(HttpsNeeded(
                "This call came over plain http: write https in its address. Whoever stands on the way may have read "
                "its token; revoke it and make a new one."))
        return get_response(request)

    return refusing
