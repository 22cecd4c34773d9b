"""The language a page is written in: English, but for whoever is known by the link they came by, theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation

from practice import clock
from practice.refusals import Refusal, page_of, wants_problem
from practice.wording import UNREVIEWED, language_of

ENGLISH = "en"
NAMES = {"es": "español", "fr": "français", "de": "Deutsch"}  # as each is called by whoever speaks it


def page_language() -> str:
    """The language of the page under way; English wherever nobody chose another."""
    return language_of(translation.get_language() or ENGLISH)


def said(instant: datetime, zone: str, *, today: date | None = None) -> str:
    """An instant as `clock.said` says it, in the language of the page under way."""
    return clock.said(instant, zone, today=today, language=page_language())


def said_date(on: date, *, today: date | None = None, year: bool = False) -> str:
    """A date as `clock.said_date` says it, in the language of the page under way."""
    if isinstance(on, datetime):
        on = timezone.localdate(on)
    return clock.said_date(on, today=today, year=year, language=page_language())


def written_in(request: HttpRequest, language: str, page: Callable[[], HttpResponse]) -> HttpResponse:
    """What `page` answers, in the language of whoever the link was sent to; in English where they ask for it.

    The wish stands in the address (`?lang=en`) and nowhere else. A refusal nobody caught becomes a page here, and what
    renders itself later is rendered, so that nothing of the language is left once this returns.
    """
    is_english = language != ENGLISH and request.GET.get("lang") == ENGLISH
    request.readers_language = language  # type: ignore[attr-defined]
    request.is_in_english = is_english  # type: ignore[attr-defined]
    with translation.override(ENGLISH if is_english else language):
        try:
            response = page()
        except Refusal as refused:
            if wants_problem(request):
                raise
            response = page_of(request, refused)
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response.render()
    if is_english and response.has_header("Location"):
        response["Location"] = in_english(response["Location"])
    return response


def way_on(request: HttpRequest | None, address: str) -> str:
    """An address of ours as a page writes it: who reads in English goes on in English."""
    return in_english(address) if reads_english(request) else address


def reads_english(request: HttpRequest | None) -> bool:
    """Whether a page in a client's own language is asked for in English."""
    return bool(getattr(request, "is_in_english", False))


def in_english(address: str) -> str:
    """The address with the wish to read in English; one of another site stays as it is."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return address
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "lang"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("lang", ENGLISH)])))


def language_foot(request: HttpRequest | None) -> dict[str, Any]:
    """What the foot of a page says about its language; empty where there is nothing to say."""
    language = getattr(request, "readers_language", ENGLISH)
    if request is None or language == ENGLISH:
        return {}
    query = request.GET.copy()
    query.pop("lang", None)
    own = f"{request.path}?{query.urlencode()}" if query else request.path
    return {"is_english": request.is_in_english, "is_unreviewed": language in UNREVIEWED,  # type: ignore[attr-defined]
            "code": language, "name": NAMES[language], "own": own, "english": in_english(own)}
