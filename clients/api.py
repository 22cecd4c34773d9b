"""`/api/v1/`: clients and who they are; doctors; what was agreed. The body's part stands in `body_api.py`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clients import body_api, catalogues, notices_api, referrals_api
from clients.consents import record_consent
from clients.doctors import change_doctor, create_doctor
from clients.models import Client, Consent, Doctor
from clients.profiles import change_client, create_client
from clients.search import find_clients
from clients.serializers import ClientSerializer, ConsentSerializer, DoctorSerializer, profile_from
from practice import audit
from practice.api import Api, etag_of, version_if_matched
from practice.api_views import OwnedList

_IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER,
                             description="The ETag read before: 412 if it moved on.")
_Q = OpenApiParameter("q", str, description="Part of a name, a phone number or an e-mail address.")


class Clients(OwnedList):
    """Clients of the practice by name, without archived ones."""

    model = Client
    serializer_class = ClientSerializer

    def get_queryset(self) -> QuerySet[Client]:
        rows = super().get_queryset().filter(archived_at=None).select_related("practice")
        return find_clients(rows, self.request.query_params.get("q", "")) if self.request else rows

    @extend_schema(parameters=[_Q], responses=ClientSerializer(many=True))
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(request=ClientSerializer, responses={201: ClientSerializer})
    def post(self, request: Request) -> Response:
        profile = profile_from(self.read(ClientSerializer))
        return _answer(self, create_client(practice=self.member.practice, by=self.member, **profile), status=201)


class OneClient(Api):
    """One client's profile; the answer carries an ETag."""

    model = Client

    @extend_schema(responses=ClientSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        audit.record(by=self.member, verb="client_read", subject=client, client_id=client.pk)
        return _answer(self, client)

    @extend_schema(parameters=[_IF_MATCH], request=ClientSerializer, responses=ClientSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        expected = version_if_matched(request, client)
        profile = profile_from(self.read(ClientSerializer, changing=True))
        return _answer(self, change_client(client=client, by=self.member, expected_version=expected, **profile))


def _answer(view: Api, client: Client, status: int = 200) -> Response:
    shown = ClientSerializer(client, context=view.get_serializer_context()).data
    return Response(shown, status=status, headers={"ETag": etag_of(client)})


class Doctors(OwnedList):
    """Doctors who refer and treat, by name."""

    model = Doctor
    serializer_class = DoctorSerializer

    @extend_schema(responses=DoctorSerializer(many=True))
    def get(self, request: Request) -> Response:
        return super().get(request)

    @extend_schema(request=DoctorSerializer, responses={201: DoctorSerializer})
    def post(self, request: Request) -> Response:
        doctor = create_doctor(practice=self.member.practice, by=self.member, **self.read(DoctorSerializer))
        return Response(DoctorSerializer(doctor).data, status=201)


class OneDoctor(Api):
    """A doctor, and how they are reached."""

    model = Doctor

    @extend_schema(responses=DoctorSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(DoctorSerializer(self.find(Doctor, pk)).data)

    @extend_schema(request=DoctorSerializer, responses=DoctorSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        doctor = self.find(Doctor, pk)
        details = self.read(DoctorSerializer, partial=True)
        return Response(DoctorSerializer(change_doctor(doctor=doctor, by=self.member, **details)).data)


class Consents(body_api.OfClient):
    """What a client agreed to, newest first."""

    model = Consent
    serializer_class = ConsentSerializer

    @extend_schema(responses=ConsentSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        return super().get(request, pk)

    @extend_schema(request=ConsentSerializer, responses={201: ConsentSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        read: dict[str, Any] = self.read(ConsentSerializer)
        return Response(ConsentSerializer(record_consent(client=client, by=self.member, **read)).data, status=201)


urlpatterns = [
    path("conditions/", catalogues.Conditions.as_view()),
    path("findings/", catalogues.Findings.as_view()),
    path("regions/", catalogues.Regions.as_view()),
    path("clients/", Clients.as_view()),
    path("clients/<uuid:pk>/", OneClient.as_view()),
    path("clients/<uuid:pk>/conditions/", body_api.ClientConditions.as_view()),
    path("clients/<uuid:pk>/conditions/<uuid:cid>/", body_api.OneCondition.as_view()),
    path("clients/<uuid:pk>/findings/", body_api.ClientFindings.as_view()),
    path("clients/<uuid:pk>/map/", body_api.MapTaken.as_view()),
    path("clients/<uuid:pk>/findings/<uuid:fid>/", body_api.OneFinding.as_view()),
    path("medicines/", catalogues.Medicines.as_view()),
    path("clients/<uuid:pk>/medicines/", body_api.Medicines.as_view()),
    path("clients/<uuid:pk>/medicines/<uuid:mid>/", body_api.OneMedicine.as_view()),
    path("clients/<uuid:pk>/clearances/", body_api.Clearances.as_view()),
    path("clients/<uuid:pk>/cautions/", body_api.Cautions.as_view()),
    path("clients/<uuid:pk>/consents/", Consents.as_view()),
    path("clients/<uuid:pk>/referrals/", referrals_api.Referrals.as_view()),
    path("episodes/<uuid:pk>/notices/", notices_api.Notices.as_view()),
    path("doctors/", Doctors.as_view()),
    path("doctors/<uuid:pk>/", OneDoctor.as_view()),
]
