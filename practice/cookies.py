"""What a page remembers in its browser: for this site, not for scripts; by names bound to https."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def kept(request: HttpRequest, word: str) -> str:
    """What this browser remembers under that word; empty where nothing."""
    return request.COOKIES.get(_name_of(word), "")


def keep(response: HttpResponse, word: str, value: str, *, seconds: int, path: str = "/") -> None:
    """Let the browser remember it for so long, on the pages below `path`."""
    response.set_cookie(_name_of(word), value, max_age=seconds, path=path, samesite="Lax", httponly=True,
                        secure=settings.SESSION_COOKIE_SECURE)


def forget(response: HttpResponse, word: str) -> None:
    """Let the browser forget it."""
    response.delete_cookie(_name_of(word))


def _name_of(word: str) -> str:
    """Under https with the prefix that no page of plain http can set (RFC 6265bis)."""
    return f"__Secure-{word}" if settings.SESSION_COOKIE_SECURE else word
