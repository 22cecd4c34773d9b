"""`/api/v1/`: open slots, and who waits for one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clients.episodes import today_in
from clients.models import Client
from practice import clock
from practice.api import Api
from practice.api_views import OwnedList
from practice.models import Service
from sessions.availability import Slot
from sessions.models import Appointment, WaitlistEntry
from sessions.ranking import rank_for
from sessions.serializers import AvailabilityQuery, SlotsSerializer, WaitlistSerializer
from sessions.supply import open_times, rooms_for, therapists_for
from sessions.waitlist import join_waitlist, waiting
from sessions.waitlist_offers import end_waiting


class Availability(Api):
    """Open slots of a service, released time among them. Another practice's ids find nothing."""

    model = Appointment

    @extend_schema(parameters=[AvailabilityQuery], responses=SlotsSerializer)
    def get(self, request: Request) -> Response:
        found = self._found(self.asked(AvailabilityQuery))
        return Response({"count": len(found), "results": found})

    def _found(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        service = Service.objects.visible_to(self.member).filter(pk=asked["service"], is_active=True).first()
        clients = Client.objects.visible_to(self.member).filter(pk=asked["client"])[:1] if "client" in asked else [None]
        if service is None or not clients:
            return []
        service.practice, client = self.member.practice, clients[0]
        slots = open_times(
            service=service, first=asked["from"], last=asked["to"], client=client,
            therapists=[t.pk for t in therapists_for(service) if asked.get("therapist", t.pk) == t.pk],
            rooms=[r.pk for r in rooms_for(service) if asked.get("room", r.pk) == r.pk])
        # Thousands of slots share a few hundred starts: each is written once.
        iso = cache(lambda minute: clock.iso(clock.instant_at(minute), service.practice.time_zone))
        if client is None:
            return [_slot(slot, iso) for slot in slots]
        ranked = rank_for(client, slots, service.practice)
        return [_slot(slot, iso) | {"rank": rank, "why": why} for slot, rank, why in ranked]


def _slot(slot: Slot, iso: Callable[[int], str]) -> dict[str, Any]:
    return {"starts_at": iso(slot.starts), "ends_at": iso(slot.ends), "therapist": slot.therapist, "room": slot.room}


class Waitlist(OwnedList):
    """Who waits for an earlier or another time, the longest waiting first."""

    model = WaitlistEntry
    serializer_class = WaitlistSerializer

    def get_queryset(self) -> QuerySet[WaitlistEntry]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        return waiting(rows, today_in(Client(practice=self.member.practice))).prefetch_related("offers")

    @extend_schema(responses=WaitlistSerializer(many=True))
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(request=WaitlistSerializer, responses={201: WaitlistSerializer, 200: WaitlistSerializer})
    def post(self, request: Request) -> Response:
        """Put a client on the waitlist (201), or change what they wait for (200)."""
        read = self.read(WaitlistSerializer)
        read["windows"] = [tuple(window) for window in read.get("windows", [])]
        entry, is_new = join_waitlist(by=self.member, **read)
        return Response(WaitlistSerializer(entry).data, status=201 if is_new else 200)


class EndWaiting(Api):
    """Take somebody off the waitlist; ended twice, it answers the same."""

    model = WaitlistEntry

    @extend_schema(request=None, responses=WaitlistSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        entry = end_waiting(entry=self.find(WaitlistEntry, pk), by=self.member)
        return Response(WaitlistSerializer(entry).data)
