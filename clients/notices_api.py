"""`/api/v1/episodes/{id}/notices/`: telling a client's doctor that something is new."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients.models import Doctor, Episode, EpisodeNotice
from clients.notices import tell_doctor
from practice import audit
from practice.api import Owned
from practice.api_views import OwnedList


class NoticeSerializer(serializers.ModelSerializer[EpisodeNotice]):
    """One telling: `how` is "mail" (asked by e-mail to ring; the mail names nobody) or "phone" (told by phone)."""

    doctor = Owned(Doctor)
    by = serializers.CharField(source="told_by.name", read_only=True)

    class Meta:
        model = EpisodeNotice
        fields = ["id", "doctor", "how", "consent", "by", "at"]
        read_only_fields = ["consent", "at"]


class Notices(OwnedList):
    """Which doctors were told of this episode, the last first. POST is for therapists, under the client's agreement of
    kind `episode-notice` for that doctor; without one 409 `consent_missing`, with the words to ask with."""

    model = Episode
    serializer_class = NoticeSerializer

    def get_queryset(self) -> QuerySet[EpisodeNotice]:
        if getattr(self, "swagger_fake_view", False):
            return EpisodeNotice.objects.none()
        rows = EpisodeNotice.objects.visible_to(self.member).filter(episode_id=self.kwargs["pk"])
        return rows.select_related("told_by__user", "doctor")

    @extend_schema(responses=NoticeSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        episode = self.find(Episode, pk)
        audit.record(by=self.member, verb="client_read", subject=episode, client_id=episode.client_id, what="notices")
        return super().get(request, pk)

    @extend_schema(request=NoticeSerializer, responses={201: NoticeSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        episode = self.find(Episode, pk)
        notice = tell_doctor(episode=episode, by=self.member, **self.read(NoticeSerializer))
        return Response(NoticeSerializer(notice).data, status=201)
