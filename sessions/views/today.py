"""Today: one's own day, or everybody's."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from practice.access import Role
from practice.log.pace import standing_still_since
from practice.pages import member_page
from sessions.asked import date_or_said, member_of, today_at
from sessions.models import Appointment
from sessions.steps import offered
from sessions.today import VisitRow, day_of


@require_safe
@member_page()
def today(request: HttpRequest) -> HttpResponse:
    """The day's visits with what limits each, open time, and what needs somebody."""
    member = member_of(request)
    now = today_at(member.practice)
    on = date_or_said(request, now)
    by_role = "mine" if member.role == Role.THERAPIST else "all"
    whose = request.GET.get("whose", by_role) if member.is_therapist else "all"
    day = day_of(member, on, everybody=whose != "mine")
    return render(request, "sessions/today.html", {
        "room": "today", "day": day, "on": on, "is_today": on == now, "whose": whose,
        "before": on - timedelta(days=1), "after": on + timedelta(days=1), "undo": _just_done(request, day.rows),
        "still_since": standing_still_since(member.practice),
    })


def _just_done(request: HttpRequest, rows: list) -> tuple[Appointment, str] | None:
    """The visit somebody just marked, and the verb that takes it back."""
    member, done = member_of(request), request.GET.get("done")
    for row in rows:
        if isinstance(row, VisitRow) and str(row.visit.pk) == done:
            undo = [verb for verb in offered(row.visit, member) if verb.startswith("undo-")]
            return (row.visit, undo[0]) if undo else None
    return None
