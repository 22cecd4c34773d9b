"""`/api/v1/`: how it is while an episode lasts, and a second look at what it holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients.models import Episode
from practice.api import Api, Day, PlainText
from sessions import check_ins, holds
from sessions.episode_serializers import CheckInSerializer, EffectSerializer
from sessions.models import CheckIn


class AnswerSerializer(serializers.Serializer[Any]):
    """How it is, as a client said when they were rung."""

    answer = serializers.ChoiceField(choices=CheckIn.Answer.choices)
    words = PlainText(max_length=500, required=False)


class LookAgainSerializer(serializers.Serializer[Any]):
    """Until when visits stay on hold after a second look, and why."""

    until = Day()
    note = PlainText(max_length=1500)


class EpisodeCheckIns(Api):
    """Write down how it is: it answers the question that waits, or today's; several answers of a day are one."""

    model = Episode

    @extend_schema(request=AnswerSerializer, responses={201: CheckInSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        row = check_ins.answer_check_in(episode=self.find(Episode, pk), by=self.member, **self.read(AnswerSerializer))
        return Response(CheckInSerializer(row).data, status=201)


class EpisodeReview(Api):
    """Look again: visits stay on hold until a later day, and those that now fall before it are held too."""

    model = Episode

    @extend_schema(request=LookAgainSerializer, responses=EffectSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        effect = holds.extend_hold(episode=self.find(Episode, pk), by=self.member, **self.read(LookAgainSerializer))
        return Response(EffectSerializer(effect).data)
