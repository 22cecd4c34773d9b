"""The owner's page of copies: when the last were made, how big, one more now, and how the way back goes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from practice.access import Role
from practice.copies import keeping
from practice.copies.keys import identity_of, recipient_of
from practice.models import Copy
from practice.pages import member_of, member_page, post_page
from practice.refusals import Refusal
from practice.tasks import keep_copies

OWNER = frozenset({Role.OWNER})


@require_safe
@member_page(OWNER)
def keeping_page(request: HttpRequest) -> HttpResponse:
    """What there is, and what it takes to come back from it."""
    return render(request, "practice/copies/keeping.html", {
        "room": "practice", "folder": settings.BACKUP_DIR, "hour": settings.BACKUP_HOUR, **_state()})


@require_safe
@member_page(OWNER)
def copies_progress(request: HttpRequest) -> HttpResponse:
    """The list by itself, asked anew while one is being made."""
    return render(request, "practice/copies/_list.html", _state())


@post_page("practice:keeping")
@member_page(OWNER)
def copy_now(request: HttpRequest) -> HttpResponse:
    """One more, now."""
    try:
        keeping.ask_for_copy(by=member_of(request))
    except Refusal as refused:
        messages.error(request, refused.detail)
    else:
        keep_copies.delay_on_commit()
        messages.success(request, "A copy is being made. You can go on working, and leave this page.")
    return redirect("practice:keeping")


def _state() -> dict[str, Any]:
    copies = keeping.listed()
    under_way = Copy.objects.filter(ended_at=None).first()
    return {"copies": copies, "under_way": under_way, "worry": keeping.worry(), "last": keeping.last_good(),
            "key": _key()}


def _key() -> str:
    """What the key here can do: nothing, make copies, read them too; or what is wrong with it."""
    if not settings.BACKUP_KEY:
        return "none"
    try:
        recipient_of(settings.BACKUP_KEY)
        identity_of(settings.BACKUP_KEY)
    except Refusal:
        return "public" if settings.BACKUP_KEY.strip().startswith("age1") else "wrong"
    return "secret"
