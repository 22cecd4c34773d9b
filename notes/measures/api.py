"""`/api/v1/clients/{id}/goals/`: what a client wants to reach, in their own words."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients.body_api import OfClient
from clients.models import Client
from notes.measures.goals import end_goal, reword_goal, set_goal
from notes.models import ClientGoal
from practice.api import Api, PlainText
from practice.refusals import BadInput


class GoalSerializer(serializers.ModelSerializer[ClientGoal]):
    """A goal; `measure` is the code under which a note's `measurements` rate it, 0 to 10."""

    words = PlainText(max_length=200, allow_blank=False)
    began_on = serializers.DateField(required=False)
    measure = serializers.CharField(source="code", read_only=True)

    class Meta:
        model = ClientGoal
        fields: ClassVar = ["id", "words", "began_on", "ended_on", "measure"]
        read_only_fields: ClassVar = ["ended_on"]


class GoalChanges(serializers.Serializer[Any]):
    """Other words, while it was not rated yet; or the day it ended."""

    words = PlainText(max_length=200, allow_blank=False, required=False)
    ended_on = serializers.DateField(required=False)


class Goals(OfClient):
    """A client's own goals, up to three at a time."""

    model = ClientGoal
    serializer_class = GoalSerializer

    @extend_schema(operation_id="clients_goals_list", responses=GoalSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        return super().get(request, pk)

    @extend_schema(operation_id="clients_goals_create", request=GoalSerializer, responses={201: GoalSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        goal = set_goal(client=self.find(Client, pk), by=self.member, **self.read(GoalSerializer))
        return Response(GoalSerializer(goal).data, status=201)


class OneGoal(Api):
    """End a goal, or put its words right."""

    model = ClientGoal

    @extend_schema(operation_id="clients_goals_partial_update", request=GoalChanges, responses=GoalSerializer)
    def patch(self, request: Request, pk: UUID, gid: UUID) -> Response:
        goal, changes = self.find(ClientGoal, gid, client_id=pk), self.read(GoalChanges)
        if not changes:
            raise BadInput("Send “words” or “ended_on”.")
        if "words" in changes:
            goal = reword_goal(goal=goal, words=changes["words"], by=self.member)
        if "ended_on" in changes:
            goal = end_goal(goal=goal, on=changes["ended_on"], by=self.member)
        return Response(GoalSerializer(goal).data)


urlpatterns = [
    path("clients/<uuid:pk>/goals/", Goals.as_view()),
    path("clients/<uuid:pk>/goals/<uuid:gid>/", OneGoal.as_view()),
]
