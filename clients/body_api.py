"""`/api/v1/clients/{id}/…`: conditions, findings, clearances, what may be done to a body. Never for the front desk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clients.body_serializers import (
    CautionsQuestionSerializer,
    CautionsSerializer,
    ClearanceSerializer,
    ClientConditionSerializer,
    FindingSerializer,
    MapSerializer,
    MedicineSerializer,
    places_from,
    treatments_from,
)
from clients.clearances import record_clearance
from clients.contraindications import cautions_for
from clients.episodes import today_in
from clients.limits import body_of
from clients.medicines import correct_medicine, record_medicine
from clients.models import Clearance, Client, ClientCondition, Episode, Finding, Medicine
from clients.recording import correct_condition, correct_finding, record_condition, record_finding
from clients.sensation_map import take_map
from practice import audit
from practice.api import Api
from practice.api_views import OwnedList


class OfClient(OwnedList):
    """A list of one client's rows; reading it is written down."""

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset()
        return rows.filter(client_id=self.kwargs["pk"]) if "pk" in self.kwargs else rows

    def get(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        audit.record(by=self.member, verb="client_read", subject=client, client_id=client.pk,
                     what=self.model._meta.model_name if self.model else "")
        return super().get(request)


class ClientConditions(OfClient):
    """The conditions a client reported, as diagnosed by others."""

    model = ClientCondition
    serializer_class = ClientConditionSerializer

    @extend_schema(responses=ClientConditionSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        return super().get(request, pk)

    @extend_schema(request=ClientConditionSerializer, responses={201: ClientConditionSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        row = record_condition(client=client, by=self.member, **self.read(ClientConditionSerializer))
        return Response(ClientConditionSerializer(row).data, status=201)


class OneCondition(Api):
    """End or correct a condition."""

    model = ClientCondition

    @extend_schema(request=ClientConditionSerializer, responses=ClientConditionSerializer)
    def patch(self, request: Request, pk: UUID, cid: UUID) -> Response:
        row = self.find(ClientCondition, cid, client_id=pk)
        changes = _with_code(self.read(ClientConditionSerializer, changing=True), "condition")
        row = correct_condition(condition=row, by=self.member, **changes)
        return Response(ClientConditionSerializer(row).data)


class ClientFindings(OfClient):
    """What limits the work on this client, region by region; ended findings too."""

    model = Finding
    serializer_class = FindingSerializer

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().prefetch_related("places")

    @extend_schema(responses=FindingSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        return super().get(request, pk)

    @extend_schema(request=FindingSerializer, responses={201: FindingSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        row = record_finding(client=client, by=self.member, **_with_places(self.read(FindingSerializer)))
        return Response(FindingSerializer(row).data, status=201)


class MapTaken(Api):
    """Note that the map of what is felt was taken again for a client who is coming back, also where it found nothing
    new; 409 `wrong_state` where none is due. Recording or ending a finding on sensation notes the same."""

    model = Episode

    @extend_schema(request=MapSerializer, responses=MapSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        due = take_map(client=self.find(Client, pk), by=self.member, **self.read(MapSerializer))
        return Response(MapSerializer({"on": due[0].map_taken_on}).data)


class OneFinding(Api):
    """End or correct a finding; `regions` replaces all of its places."""

    model = Finding

    @extend_schema(request=FindingSerializer, responses=FindingSerializer)
    def patch(self, request: Request, pk: UUID, fid: UUID) -> Response:
        row = self.find(Finding, fid, client_id=pk)
        changes = _with_code(self.read(FindingSerializer, changing=True), "finding")
        row = correct_finding(finding=row, by=self.member, **_with_places(changes))
        return Response(FindingSerializer(row).data)


class Medicines(OfClient):
    """What a client takes, with what it means for the work; ended ones too."""

    model = Medicine
    serializer_class = MedicineSerializer

    @extend_schema(responses=MedicineSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        return super().get(request, pk)

    @extend_schema(request=MedicineSerializer, responses={201: MedicineSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        row = record_medicine(client=client, by=self.member, **_with_places(self.read(MedicineSerializer), "regions"))
        return Response(MedicineSerializer(row).data, status=201)


class OneMedicine(Api):
    """End or correct a medicine."""

    model = Medicine

    @extend_schema(request=MedicineSerializer, responses=MedicineSerializer)
    def patch(self, request: Request, pk: UUID, mid: UUID) -> Response:
        row = self.find(Medicine, mid, client_id=pk)
        read = self.read(MedicineSerializer, changing=True)
        return Response(MedicineSerializer(
            correct_medicine(medicine=row, by=self.member, **_with_places(read, "regions"))).data)


class Clearances(OfClient):
    """What doctors were asked and what they allowed, newest first."""

    model = Clearance
    serializer_class = ClearanceSerializer

    @extend_schema(responses=ClearanceSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        return super().get(request, pk)

    @extend_schema(request=ClearanceSerializer, responses={201: ClearanceSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        read = self.read(ClearanceSerializer)
        row = record_clearance(client=client, by=self.member, places=places_from(read.pop("regions", [])), **read)
        return Response(ClearanceSerializer(row).data, status=201)


class Cautions(Api):
    """What speaks for and against these treatments, on this body, on that day."""

    model = Finding
    only_reads = True

    @extend_schema(request=CautionsQuestionSerializer, responses=CautionsSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        read = self.read(CautionsQuestionSerializer)
        check = cautions_for(body_of(client), treatments_from(read.get("treatments", [])),
                             on=read.get("on") or today_in(client), minutes=read.get("minutes"))
        audit.record(by=self.member, verb="client_read", subject=client, client_id=client.pk, what="cautions")
        return Response(CautionsSerializer(check).data)


def _with_code(fields: dict[str, Any], name: str) -> dict[str, Any]:
    """What it is said to be, as the verbs take it beside the row itself."""
    return {"code" if key == name else key: value for key, value in fields.items()}


def _with_places(read: dict[str, Any], name: str = "places") -> dict[str, Any]:
    return read | {"places": places_from(read.pop(name))} if name in read else read
