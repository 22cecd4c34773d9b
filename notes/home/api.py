"""`/api/v1/`: what a client does at home, and the catalogue it is chosen from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clients.models import Client
from notes.home.doing import today_of, weeks_of
from notes.home.programmes import assign_programme, paused_by, programme_of
from notes.home.serializers import (
    ExerciseEntry,
    NewProgramme,
    ProgrammeSerializer,
    as_items,
    exercises_as_data,
)
from notes.models import HomeProgramme
from practice import audit
from practice.api_views import Catalogue, OwnedList


class HomeExercises(Catalogue):
    """What can be given to do at home, each with its steps, its stop rule and its source."""

    @extend_schema(operation_id="home_exercises_list", responses=ExerciseEntry(many=True))
    def get(self, request: Request) -> Response:
        return super().get(request)

    def entries(self) -> list[dict[str, Any]]:
        return exercises_as_data()


class ProgrammesOfClient(OwnedList):
    """A client's home programme, the version that stands first; POST assigns a new one in its place."""

    model = HomeProgramme
    serializer_class = ProgrammeSerializer

    @extend_schema(operation_id="clients_home_programme_list", responses=ProgrammeSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        rows = self.get_queryset().filter(client=client).select_related("author__user").prefetch_related("items")
        page = list(self.paginate_queryset(rows) or [])
        audit.record_many(by=self.member, verb="home_programme_read", subjects=page)
        return self.get_paginated_response(ProgrammeSerializer(page, many=True, context=_context(client)).data)

    @extend_schema(operation_id="clients_home_programme_create", request=NewProgramme,
                   responses={201: ProgrammeSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        sent = self.read(NewProgramme)
        assign_programme(client=client, items=as_items(sent["items"]), note=sent["note"], by=self.member)
        return Response(ProgrammeSerializer(programme_of(client), context=_context(client)).data, status=201)


def _context(client: Client) -> dict[str, Any]:
    """How the one that stands goes."""
    programme = programme_of(client)
    if programme is None:
        return {}
    return {"weeks": {week.item.pk: week for week in weeks_of(programme, today_of(client))},
            "paused": {programme.pk} if paused_by(programme) else set()}


urlpatterns = [
    path("home-exercises/", HomeExercises.as_view()),
    path("clients/<uuid:pk>/home-programme/", ProgrammesOfClient.as_view()),
]
