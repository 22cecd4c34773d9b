"""The least Django could do for the same work: one view each, no middleware, no rules, the same rows written.

Served as `bench.floor_wsgi:application` beside the product, by the same gunicorn with the same settings.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

from clients.models import Client
from practice.models import AuditEntry, Message
from sessions.models import Appointment, AppointmentEvent


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def book(request: HttpRequest) -> JsonResponse:
    """W3: plain inserts of a visit, its event, its audit entry and its messages."""
    said = json.loads(request.body)
    with transaction.atomic():
        visit = Appointment(
            practice_id=UUID(said["practice"]),
            client_id=UUID(said["client"]),
            therapist_id=UUID(said["therapist"]),
            room_id=UUID(said["room"]),
            service_id=UUID(said["service"]),
            minutes=45,
            buffer_after=15,
        )
        visit.set_time(datetime.fromisoformat(said["starts_at"]), said["zone"])
        visit.save(force_insert=True)
        AppointmentEvent.objects.create(appointment=visit, verb="booked", by_name="floor")
        _audit(said["practice"], visit.pk, visit.client_id)
        Message.objects.bulk_create(
            [
                Message(
                    practice_id=visit.practice_id,
                    kind="reminder",
                    to_address="floor@clients.example",
                    subject_id=visit.pk,
                    start_version=str(n),
                    due_at=visit.starts_at - timedelta(days=n),
                    why="floor",
                    client_id=visit.client_id,
                    appointment_id=visit.pk,
                )
                for n in range(said["messages"])
            ]
        )
    return JsonResponse({"id": str(visit.pk), "starts_at": said["starts_at"], "status": visit.status}, status=201)


def one_client(request: HttpRequest, pk: UUID) -> JsonResponse:
    """W11: one indexed SELECT, and the audit entry that the product writes for it."""
    row = Client.objects.filter(pk=pk).values().get()
    for _ in range(int(request.GET["audit"])):
        _audit(row["practice_id"], pk, pk)
    return JsonResponse(row)


def diary(request: HttpRequest) -> JsonResponse:
    """W4 and W5: one SELECT over a day."""
    begin, end = (datetime.fromisoformat(request.GET[name]) for name in ("begin", "end"))
    rows = Appointment.objects.filter(
        practice_id=request.GET["practice"], starts_at__gte=begin, starts_at__lt=end
    ).values(
        "id",
        "client_id",
        "therapist_id",
        "room_id",
        "service_id",
        "status",
        "starts_at",
        "ends_at",
        "minutes",
        "version",
    )
    for _ in range(int(request.GET["audit"])):
        _audit(request.GET["practice"], UUID(request.GET["practice"]), None)
    return JsonResponse({"results": list(rows)})


def _audit(practice: Any, subject: UUID, client: UUID | None) -> None:
    AuditEntry.objects.create(
        practice_id=practice,
        at=timezone.now(),
        actor_role="floor",
        actor_name="floor",
        verb="floor",
        subject_type="floor",
        subject_id=subject,
        client_id=client,
    )


urlpatterns = [
    path("healthz", healthz),
    path("book", book),
    path("client/<uuid:pk>", one_client),
    path("diary", diary),
]
