"""Where answers after visits appear: on the client's page, under “Needs you” on Today, as relief in the rhythm."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse

from clients.limits import Known
from clients.models import Client
from notes.follow_ups.between import between_of
from notes.follow_ups.own_visits import relief_answers
from notes.follow_ups.questions import SOURCE, is_worrying
from notes.follow_ups.saying import said_follow_up
from notes.models import FollowUp
from practice import clock
from practice.access import may_read
from practice.models import Membership
from practice.panels import Panel, register_panel
from sessions.models import Appointment
from sessions.needs import MORE_NEEDS, Need
from sessions.relief import RELIEF_ANSWERS


def _after_visits(member: Membership, client: Client, _known: Known | None) -> dict[str, Any] | None:
    if not may_read(member, FollowUp):
        return None
    rows = (FollowUp.objects.visible_to(member).filter(appointment__client__in=client.family)
            .select_related("appointment").order_by("-appointment__starts_at")[:6])
    told = [(row, said_follow_up(row), is_worrying(row) and not row.seen_at) for row in rows]
    between = between_of(client, member)
    return {"client": client, "rows": told, "between": between, "source": SOURCE} if (
        told or not between.is_empty) else None


def _asked(member: Membership, client: Client, _known: Known | None) -> dict[str, Any] | None:
    """That somebody was asked and whether they answered is no secret within the practice; what they said is."""
    if may_read(member, FollowUp):
        return None
    rows = FollowUp.objects.filter(practice=member.practice, appointment__client=client).select_related("appointment")
    row = rows.only("answered_at", "appointment__wall_date").order_by("-asked_on", "-pk").first()
    return {"row": row} if row else None


def needs_of_follow_ups(member: Membership, mine: Q) -> list[Need]:
    """Answers a therapist has not looked at: worrying ones, and those with a line to read; worrying ones first."""
    if not may_read(member, FollowUp):
        return []
    rows = (FollowUp.objects.visible_to(member).filter(appointment__in=Appointment.objects.filter(mine))
            .filter(answered_at__isnull=False, seen_at=None, appointment__client__archived_at=None)
            .filter(Q(soreness=3) | Q(lethargy=3) | ~Q(words=""))
            .select_related("appointment__client", "appointment__therapist__user").order_by("answered_at", "pk"))
    return [_need(row, member) for row in sorted(rows, key=lambda row: not is_worrying(row))]


def _need(row: FollowUp, member: Membership) -> Need:
    visit = row.appointment
    url = f"{reverse('clients:client_notes', args=[visit.client_id])}#after-visits"
    after = f"after {clock.said_date(visit.wall_date)}"
    if not is_worrying(row):
        return Need(f"{visit.client.name} wrote {after}", url)
    if visit.therapist_id == member.pk:
        return Need(f"Look at {visit.client.name}’s answer {after}", url, is_urgent=True)
    first = visit.therapist.name.split()[0]
    return Need(f"{first}: look at {visit.client.name}’s answer {after}", url, is_urgent=True)


register_panel(Panel("after-visits", "notes", 25, "notes/follow_up/panel_after.html", _after_visits))
register_panel(Panel("asked-after", "visits", 12, "notes/follow_up/panel_asked.html", _asked))
RELIEF_ANSWERS.append(relief_answers)
MORE_NEEDS.append(needs_of_follow_ups)
