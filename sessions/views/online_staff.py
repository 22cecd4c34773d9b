"""The practice's side of booking by oneself: what was asked for, and sending a client their link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from clients.duplicates import already_listed
from clients.models import Client
from practice import clock
from practice.models import Membership
from practice.pages import find, member_page, post_page
from sessions import online
from sessions.asked import member_of
from sessions.models import Appointment, OnlineBooking


@post_page("clients:client", "pk")
@member_page()
def booking_link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the link by the way they agreed to."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    online.send_client_link(client=client, by=member)
    messages.success(request, f"The link to book is on its way to {client.called}. It works for 30 days.")
    return redirect("clients:client_visits", client.pk)


def asked_online(visit: Appointment, member: Membership) -> dict[str, Any] | None:
    """What is known of a visit somebody arranged by themselves: their words, and who they might be already."""
    row = OnlineBooking.objects.filter(appointment=visit).first()
    if row is None:
        return None
    client = visit.client
    alike = already_listed(by=member, name=client.name, email=client.email, phone=client.phone) if (
        client.is_provisional) else []
    until = visit.expires_at if visit.status == "proposed" and not visit.reserved_by_id else None
    return {"row": row, "waits": bool(until), "alike": [other for other in alike if other.pk != client.pk],
            "is_over": until is not None and until <= timezone.now(),
            "until": clock.said(until, visit.time_zone) if until else ""}
