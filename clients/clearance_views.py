"""The page of doctors' words: what was asked and not answered, what runs out within a month, what has run out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clients.body_forms import scope_name
from clients.clearances import EXPIRING_DAYS, running_out, waiting_for_an_answer
from clients.models import Clearance
from clients.views import member_of
from practice import clock
from practice.access import CLINICAL
from practice.pages import member_page


@require_safe
@member_page(CLINICAL)
def clearance_list(request: HttpRequest) -> HttpResponse:
    """Clearances that need somebody: expiring ones a month ahead, the oldest question first."""
    member = member_of(request)
    today = clock.wall_of(timezone.now(), member.practice.time_zone)[0]
    everything = Clearance.objects.visible_to(member).filter(client__archived_at=None)
    return render(request, "clients/clearances.html", {
        "room": "today", "days": EXPIRING_DAYS,
        "expiring": [(row, scope_name(row), bool(row.expires_on and row.expires_on < today))
                     for row in running_out(everything, today)],
        "asked": [(row, scope_name(row)) for row in waiting_for_an_answer(everything)]})
