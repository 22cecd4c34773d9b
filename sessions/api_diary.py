"""`/api/v1/`: open slots, visits and what is done with them, series, the waitlist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clients.episodes import today_in
from clients.models import Client
from practice import clock
from practice.access import CLINICAL
from practice.api import Api, etag_of, version_if_matched
from practice.api_views import OwnedList
from practice.models import Service
from sessions import booking, holds
from sessions.attention import needing_decision
from sessions.availability import Slot
from sessions.models import Appointment, WaitlistEntry
from sessions.objections import checked_at_booking
from sessions.serializers import (
    AppointmentQuery,
    AppointmentSerializer,
    AvailabilityQuery,
    BookingSerializer,
    CancelSerializer,
    KeepSerializer,
    MoveSerializer,
    SeriesDatesSerializer,
    SeriesQuestionSerializer,
    SeriesSerializer,
    SlotsSerializer,
    WaitlistSerializer,
    reason_from,
)
from sessions.series import as_data, book_series, try_series
from sessions.supply import open_times, rank_for, rooms_for, therapists_for
from sessions.waitlist import join_waitlist, waiting

_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER,
                             description="The ETag read before: 412 if the visit moved on. Optional.")


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


class Appointments(OwnedList):
    """Visits by start. Without dates: all of them."""

    model = Appointment
    serializer_class = AppointmentSerializer

    def get_queryset(self) -> QuerySet[Appointment]:
        rows: QuerySet[Appointment] = super().get_queryset().order_by("starts_at", "pk")
        if getattr(self, "swagger_fake_view", False):
            return rows
        asked, zone = self.asked(AppointmentQuery), self.member.practice.time_zone
        wanted: dict[str, Any] = {f"{name}_id": asked[name] for name in ("client", "therapist") if name in asked}
        if "status" in asked:
            wanted["status__in"] = asked["status"]
        if "from" in asked:
            wanted["starts_at__gte"] = clock.day_begins(asked["from"], zone)
        if "to" in asked:
            wanted["starts_at__lt"] = clock.day_begins(asked["to"] + timedelta(days=1), zone)
        return rows.filter(**wanted)

    @extend_schema(parameters=[AppointmentQuery], responses=AppointmentSerializer(many=True))
    def get(self, request: Request) -> Response:
        visits = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(_many(self, visits))

    @extend_schema(request=BookingSerializer, responses={201: AppointmentSerializer})
    def post(self, request: Request) -> Response:
        """Book one visit. A refusal of a rule is 409: its `code` is the first by a published order, all stand in
        `refusals`, free times in `nearest`."""
        read = self.read(BookingSerializer)
        read["client"].practice = read["service"].practice = self.member.practice
        visit = booking.book_appointment(
            client=read["client"], therapist=read["therapist"], service=read["service"], starts_at=read["starts_at"],
            room=read.get("room"), override_reason=reason_from(read), by=self.member)
        return one_visit(self, visit, status=201)


class OneAppointment(Api):
    """One visit; the answer carries an ETag."""

    model = Appointment

    @extend_schema(responses=AppointmentSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return one_visit(self, visit_of(self, pk))


class Step(Api):
    """One step of a visit by the table of its states; any other is 409 `wrong_state`."""

    model = Appointment
    verb: ClassVar[Callable[..., Appointment]]

    @extend_schema(parameters=[_IF_MATCH], request=None, responses=AppointmentSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        visit = visit_of(self, pk)
        version_if_matched(request, visit)
        return one_visit(self, type(self).verb(appointment=visit, by=self.member))


class Accept(Step):
    """Agree to a requested visit."""

    verb = staticmethod(booking.accept_appointment)


class Confirm(Step):
    """The client will come; said twice, it changes nothing."""

    verb = staticmethod(booking.confirm_appointment)


class Arrive(Step):
    """The client is here; from the start of the visit's day."""

    verb = staticmethod(booking.arrive)


class Complete(Step):
    """The session took place."""

    verb = staticmethod(booking.complete)


class NoShow(Step):
    """The client did not come; once the visit should have begun."""

    verb = staticmethod(booking.mark_no_show)


class UndoArrive(Step):
    """Take “arrived” back on the same day."""

    verb = staticmethod(lambda **which: booking.undo_day_verb(verb="undo-arrive", **which))


class UndoNoShow(Step):
    """Take “did not come” back on the same day, while the time is still free."""

    verb = staticmethod(lambda **which: booking.undo_day_verb(verb="undo-no-show", **which))


class Release(Step):
    """Give a visit on hold up: it is cancelled, without a fee."""

    verb = staticmethod(holds.release_appointment)


class Cancel(Api):
    """Cancel a visit; its time is free at once and no reminder leaves for it."""

    model = Appointment

    @extend_schema(parameters=[_IF_MATCH], request=CancelSerializer, responses=AppointmentSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        visit = visit_of(self, pk)
        version_if_matched(request, visit)
        reason = self.read(CancelSerializer)["reason"]
        return one_visit(self, booking.cancel_appointment(appointment=visit, by=self.member, reason=reason))


class Keep(Api):
    """Bring a visit on hold back to its time, with a reason; for owners and therapists."""

    model = Appointment
    roles = CLINICAL

    @extend_schema(parameters=[_IF_MATCH], request=KeepSerializer, responses=AppointmentSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        visit = visit_of(self, pk)
        version_if_matched(request, visit)
        reason = self.read(KeepSerializer)["reason"]
        return one_visit(self, holds.keep_appointment(appointment=visit, by=self.member, reason=reason))


class Move(Api):
    """Move a visit to another time, therapist or room; it stays the same visit. Refuses what booking refuses."""

    model = Appointment

    @extend_schema(parameters=[_IF_MATCH], request=MoveSerializer, responses=AppointmentSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        visit = visit_of(self, pk)
        expected = version_if_matched(request, visit)
        read = self.read(MoveSerializer)
        moved = booking.move_appointment(
            appointment=visit, starts_at=read["starts_at"], therapist=read.get("therapist"), room=read.get("room"),
            override_reason=reason_from(read), expected_version=expected, by=self.member)
        return one_visit(self, moved)


class SeriesView(Api):
    """Book a run of visits, all or none (201); with `dry_run` only look at every date (200)."""

    model = Appointment

    @extend_schema(operation_id="series_create", request=SeriesQuestionSerializer,
                   responses={201: SeriesSerializer, 200: SeriesDatesSerializer})
    def post(self, request: Request) -> Response:
        read = self.read(SeriesQuestionSerializer)
        override, is_dry = reason_from(read), read.pop("dry_run")
        wish = {name: value for name, value in read.items() if name != "override"} | {"by": self.member}
        zone = self.member.practice.time_zone
        if is_dry:
            return Response({"dates": [as_data(date, zone) for date in try_series(**wish, override_reason=override)]})
        series, visits = book_series(**wish, override_reason=override)
        return Response({
            "id": str(series.pk), "appointments": _many(self, visits),
            "dates": [{"on": v.wall_date.isoformat(), "starts_at": clock.iso(v.starts_at, zone), "conflict": None,
                       "code": None, "alternative": None, "appointment": str(v.pk)} for v in visits]}, status=201)


class Waitlist(OwnedList):
    """Who waits for an earlier or another time, the longest waiting first."""

    model = WaitlistEntry
    serializer_class = WaitlistSerializer

    def get_queryset(self) -> QuerySet[WaitlistEntry]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        return waiting(rows, today_in(Client(practice=self.member.practice)))

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


def visit_of(view: Api, pk: UUID) -> Appointment:
    """The caller's visit with this id, or 404."""
    visit = Appointment.objects.visible_to(view.member).select_related(
        "client__practice", "therapist__user", "room", "service").filter(pk=pk).first()
    if visit is None:
        raise Http404
    return visit


def one_visit(view: Api, visit: Appointment, status: int = 200) -> Response:
    """One visit with its cautions and its ETag."""
    is_clinical = view.member.may_see_clinical
    context = view.get_serializer_context() | {
        "needs_decision": needing_decision([visit]),
        "check": checked_at_booking(visit.client, visit.minutes, visit.wall_date) if is_clinical else None}
    shown = AppointmentSerializer(visit, context=context).data
    return Response(shown, status=status, headers={"ETag": etag_of(visit)})


def _many(view: Api, visits: list[Appointment]) -> list[dict[str, Any]]:
    """Several visits, without cautions."""
    context = view.get_serializer_context() | {"needs_decision": needing_decision(visits)}
    shape = AppointmentSerializer(context=context)
    return [shape.to_representation(visit) for visit in visits]
