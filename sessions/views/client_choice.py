"""Whom a visit is for: found by name, phone or e-mail, and what they had last time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from clients.models import Client
from clients.search import LONGEST, find_clients, folded
from practice.models import Membership
from sessions.asked import member_of, row_asked
from sessions.models import Appointment

MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class Whom:
    """The client chosen, or those who fit what was typed."""

    client: Client | None = None
    q: str = ""
    found: list[Client] = field(default_factory=list)

    @property
    def only(self) -> Client | None:
        """The one client who fits, so that nobody has to choose."""
        return self.found[0] if len(self.found) == 1 else None


def whom_asked(request: HttpRequest) -> Whom:
    """The client named by `client`, else those who fit `q`."""
    member = member_of(request)
    client = row_asked(Client, member, request.GET.get("client") or request.POST.get("client"), "practice")
    q = request.GET.get("q", "").strip()[:LONGEST]
    return Whom(client, q) if client or not q else Whom(None, q, _fitting(member, q))


def also_fitting(request: HttpRequest, client: Client) -> list[Client]:
    """Who else fits what was typed, where the first was taken."""
    q = request.GET.get("q", "").strip()[:LONGEST]
    return [other for other in _fitting(member_of(request), q) if other.pk != client.pk] if q else []


def _fitting(member: Membership, q: str) -> list[Client]:
    """Those who fit, first those whose name begins so."""
    rows = list(find_clients(Client.objects.visible_to(member).filter(archived_at=None), q).order_by("name", "pk"))
    return sorted(rows, key=lambda c: not folded(c.name).startswith(folded(q)))[:MOST_FOUND]


def last_visit(client: Client | None) -> Any:
    """Their latest visit that was not called off, to take service and therapist from; None for somebody new."""
    if client is None:
        return None
    return (Appointment.objects.filter(client=client).exclude(status__in=["cancelled", "noshow"])
            .select_related("service__practice", "therapist__user", "series").order_by("-starts_at").first())
