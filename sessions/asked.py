"""What a page was asked for: the member asking, rows, dates and starts named in its address, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from practice import clock
from practice.models import Membership, Practice
from practice.pages import find
from practice.pages import status_of as status_of

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)  # what a page can be asked for


def member_of(request: HttpRequest) -> Membership:
    """The signed-in member; only pages behind `member_page` ask."""
    member: Membership = request.member  # type: ignore[attr-defined]
    return member


def today_at(practice: Practice) -> date:
    """Today's date where the practice is."""
    return clock.wall_of(timezone.now(), practice.time_zone)[0]


def row_asked(model: Any, member: Membership, text: str | None, *select: str) -> Any:
    """The member's row with this id, None where none is named, 404 where it is not theirs or no id at all."""
    if not text:
        return None
    try:
        pk = UUID(text)
    except ValueError:
        raise Http404("Nothing here by that id.") from None
    return find(model, member, pk, *select)


def date_asked(text: str | None, default: date) -> date:
    """The date named, or the default where it is none of this century."""
    try:
        on = date.fromisoformat(text or "")
    except ValueError:
        return default
    return on if FIRST_DAY <= on <= LAST_DAY else default


def is_date(text: str | None) -> bool:
    """Whether this names a date that a page can be asked for."""
    return date_asked(text, FIRST_DAY) == date_asked(text, LAST_DAY)


def date_or_said(request: HttpRequest, default: date) -> date:
    """The date named as `on`; where it is none, the default, and a message that says so."""
    text = request.GET.get("on")
    if text and not is_date(text):
        today = today_at(member_of(request).practice)
        shown = "today" if default == today else clock.said_date(default, today=today)
        messages.warning(request, f"“{text[:40]}” is no date that can be shown; this is {shown}.")
    return date_asked(text, default)


def start_asked(asked: Mapping[str, str], zone: str) -> datetime | None:
    """The start named as `starts_at` (ISO 8601) or as `on` and `at` on the wall; None where there is none."""
    try:
        if asked.get("starts_at"):
            start = datetime.fromisoformat(asked["starts_at"])
        elif asked.get("on") and asked.get("at"):
            start = clock.instant_of(date.fromisoformat(asked["on"]), time.fromisoformat(asked["at"]), zone, fold=0)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return start if start.tzinfo and FIRST_DAY.year <= start.year <= LAST_DAY.year else None


def stamp(start: datetime) -> str:
    """An instant as an address carries it: "2026-11-24T15:30Z"."""
    return f"{start.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def back_to(request: HttpRequest, default: str) -> str:
    """The page of ours a form wishes to return to, else the default."""
    return safe_address(request, request.POST.get("next", "")) or default


def safe_address(request: HttpRequest, wish: str) -> str:
    """The address, where it is a page of ours; else nothing."""
    return wish if url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()}) else ""
