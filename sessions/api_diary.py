"""`/api/v1/`: visits, what is done with them, and series of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from practice import audit, clock
from practice.access import CLINICAL
from practice.api import Api, etag_of, version_if_matched
from practice.api_views import OwnedList
from practice.refusals import BadInput
from sessions import booking, restoring, series_changes
from sessions.attention import needing_decision
from sessions.models import Appointment
from sessions.serializers import (
    CLINICAL_REASONS,
    AppointmentQuery,
    AppointmentSerializer,
    BookingSerializer,
    CancelSerializer,
    KeepSerializer,
    ListedVisit,
    MoveSerializer,
    SeriesDatesSerializer,
    SeriesQuestionSerializer,
    SeriesSerializer,
    reason_from,
)
from sessions.series import as_data, book_series, try_series
from sessions.wished import checked_at_booking, read

_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER,
                             description="The ETag read before: 412 if the visit moved on. Optional.")


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
        rows = self.paginate_queryset(self.get_queryset().values_list(*ListedVisit._fields)) or []
        return self.get_paginated_response(_many(self, [*map(ListedVisit._make, rows)]))

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
    """One visit; the answer carries an ETag. That somebody read its cautions is written down."""

    model = Appointment

    @extend_schema(responses=AppointmentSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        visit = visit_of(self, pk)
        if self.member.may_see_clinical:
            audit.record(by=self.member, verb="client_read", subject=visit, what="cautions")
        return one_visit(self, visit)


class Step(Api):
    """One step of a visit by the table of its states; any other is 409 `wrong_state`."""

    model = Appointment
    verb: ClassVar[Callable[..., Appointment]]

    @extend_schema(parameters=[_IF_MATCH], request=None, responses=AppointmentSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        visit = visit_of(self, pk)
        expected = version_if_matched(request, visit)
        return one_visit(self, type(self).verb(appointment=visit, by=self.member, expected_version=expected))


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

    verb = staticmethod(restoring.release_appointment)


class Cancel(Api):
    """Cancel a visit, or more of its series by `scope`; its time is free at once and no reminder leaves for it."""

    model = Appointment

    @extend_schema(parameters=[_IF_MATCH], request=CancelSerializer, responses=AppointmentSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        visit = visit_of(self, pk)
        expected = version_if_matched(request, visit)
        read = self.read(CancelSerializer)
        if read.get("reason") in CLINICAL_REASONS and not self.member.may_see_clinical:
            others = [code for code in Appointment.Reason.values if code not in CLINICAL_REASONS]
            raise BadInput(f"This reason is a therapist's to give. Choose one of: {', '.join(others)}.", field="reason")
        cancelled = series_changes.cancel_visits(appointment=visit, by=self.member, expected_version=expected, **read)
        return one_visit(self, next(row for row in cancelled if row.pk == visit.pk))


class Keep(Api):
    """Bring a visit on hold back to its time, with a reason; for owners and therapists."""

    model = Appointment
    roles = CLINICAL

    @extend_schema(parameters=[_IF_MATCH], request=KeepSerializer, responses=AppointmentSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        visit = visit_of(self, pk)
        expected = version_if_matched(request, visit)
        reason = self.read(KeepSerializer)["reason"]
        return one_visit(self, restoring.keep_appointment(
            appointment=visit, by=self.member, reason=reason, expected_version=expected))


class Move(Api):
    """Move a visit to another time, therapist or room; it stays the same visit. Refuses what booking refuses.

    `scope` takes more of its series along, by as many days and minutes, all or none.
    """

    model = Appointment

    @extend_schema(parameters=[_IF_MATCH], request=MoveSerializer, responses=AppointmentSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        visit = visit_of(self, pk)
        expected = version_if_matched(request, visit)
        read = self.read(MoveSerializer)
        moved = series_changes.move_visits(
            appointment=visit, scope=read["scope"], starts_at=read["starts_at"], therapist=read.get("therapist"),
            room=read.get("room"), override_reason=reason_from(read), expected_version=expected, by=self.member)
        return one_visit(self, next(row for row in moved if row.pk == visit.pk))


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
                       "code": None, "alternative": None, "alternatives": [], "appointment": str(v.pk)}
                      for v in visits]}, status=201)


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
    reading = visit.reading or (read(visit.client) if is_clinical else None)
    check = checked_at_booking(visit.client, visit.minutes, visit.wall_date, reading) if is_clinical else None
    known = {visit.client_id: reading.body} if reading else None
    context = view.get_serializer_context() | {"needs_decision": needing_decision([visit], known), "check": check}
    shown = AppointmentSerializer(visit, context=context).data
    return Response(shown, status=status, headers={"ETag": etag_of(visit)})


def _many(view: Api, visits: Sequence[Appointment | ListedVisit]) -> list[dict[str, Any]]:
    """Several visits, without cautions."""
    context = view.get_serializer_context() | {"needs_decision": needing_decision(visits)}
    shape = AppointmentSerializer(context=context)
    return [shape.to_representation(visit) for visit in visits]
