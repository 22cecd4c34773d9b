"""The owner's page of moving out: everything of the practice in one archive."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from practice.access import Role
from practice.copies import archives
from practice.models import Archive, Membership
from practice.pages import find, member_of, member_page, post_page
from practice.refusals import Refusal
from practice.tasks import make_archives

OWNER = frozenset({Role.OWNER})


@require_safe
@member_page(OWNER)
def moving_out(request: HttpRequest) -> HttpResponse:
    """What the archive holds; the archives that are there."""
    return render(request, "practice/copies/moving_out.html", {"room": "practice", **_state(member_of(request))})


@require_safe
@member_page(OWNER)
def archives_progress(request: HttpRequest) -> HttpResponse:
    """The list by itself, asked anew while one is being made."""
    return render(request, "practice/copies/_archives.html", _state(member_of(request)))


@post_page("practice:moving_out")
@member_page(OWNER)
def archive_new(request: HttpRequest) -> HttpResponse:
    """One archive, please."""
    try:
        archives.ask_for_archive(by=member_of(request))
    except Refusal as refused:
        messages.error(request, refused.detail)
    else:
        make_archives.delay_on_commit()
        messages.success(request, "The archive is being made. You can go on working, and leave this page.")
    return redirect("practice:moving_out")


@post_page("practice:moving_out")
@member_page(OWNER)
def archive_fetch(request: HttpRequest, pk: UUID) -> HttpResponse | StreamingHttpResponse:
    """The file."""
    member = member_of(request)
    archive = find(Archive, member, pk, "practice")
    pieces = archives.fetch_archive(archive=archive, by=member)
    return StreamingHttpResponse(pieces, content_type="application/zip", headers={
        "Content-Disposition": f'attachment; filename="{archive.name}"', "Content-Length": str(archive.size),
        "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"})


def _state(member: Membership) -> dict[str, Any]:
    mine = Archive.objects.visible_to(member)
    now = timezone.now()
    return {"under_way": mine.filter(ended_at=None).first(), "now": now,
            "failed": mine.exclude(failure="").first() if mine.exists() and mine[0].failure else None,
            "there": mine.filter(expires_at__gt=now).select_related("asked_by__user")}
