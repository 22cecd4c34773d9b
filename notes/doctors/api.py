"""API of doctors' answers: what came through a shared link, and what a therapist does with it."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import Q
from django.http import HttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clients.body_serializers import CodeField, PlaceSerializer, places_from
from clients.clearances import Terms
from notes.doctors import deciding
from notes.doctors.said import as_clearance, said_answer
from notes.fhir.answer import answer_file
from notes.fhir.document import MEDIA_TYPE
from notes.models import AnswerDone, DoctorAnswer
from notes.summaries.api import FhirAccepted
from practice import audit
from practice.api import Api, PlainText
from practice.api_views import OwnedList
from practice.techniques import TECHNIQUES

_RELATIONS = ("share__summary__client__practice", "share__summary__client__merged_into", "share__doctor", "clearance",
              "share__shared_by__user", "share__consent", "share__summary__author__user", "done_with__by__user",
              "practice")


class DoneSerializer(serializers.ModelSerializer[AnswerDone]):
    by_name = serializers.CharField(source="by.name", read_only=True)

    class Meta:
        model = AnswerDone
        fields: ClassVar = ["what", "reason", "by", "by_name", "at"]


class AnswerSerializer(serializers.ModelSerializer[DoctorAnswer]):
    """An answer as it was given; `state` is waiting until a therapist has dealt with it, `done` what they did."""

    client = serializers.UUIDField(source="share.summary.client.standing_id", read_only=True)
    summary = serializers.UUIDField(source="share.summary_id", read_only=True)
    doctor = serializers.UUIDField(source="share.doctor_id", read_only=True)
    said = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    done = DoneSerializer(source="done_with", read_only=True, default=None, allow_null=True)
    regions = PlaceSerializer(many=True, read_only=True)

    class Meta:
        model = DoctorAnswer
        fields: ClassVar = ["id", "client", "summary", "share", "doctor", "kind", "said", "max_pressure", "regions",
                            "excluded_techniques", "minutes", "until", "phone", "call_when", "note", "name",
                            "registration", "content_hash", "clearance", "at", "state", "done"]

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # The word of clearances; a keyword, so that it cannot be written as a name above.
        return {**super().get_fields(), "for": serializers.CharField(source="scope", read_only=True)}

    def get_said(self, answer: DoctorAnswer) -> str:
        """The answer in words."""
        return said_answer(answer)

    def get_state(self, answer: DoctorAnswer) -> str:
        """waiting, accepted, set_aside, rung or seen"""
        return answer.done.what if answer.done else "waiting"


class AcceptedTerms(serializers.Serializer[Any]):
    """The limits with which it counts: what is left out stays as the doctor said; narrower is allowed, wider is not."""

    max_pressure = serializers.IntegerField(min_value=0, max_value=5, required=False, allow_null=True)
    minutes = serializers.IntegerField(min_value=1, max_value=480, required=False, allow_null=True)
    regions = PlaceSerializer(many=True, required=False, max_length=60)  # type: ignore[call-arg]
    excluded_techniques = serializers.ListField(
        child=CodeField(catalogue=tuple(TECHNIQUES), address="techniques/"), required=False, max_length=60)
    expires_on = serializers.DateField(required=False, allow_null=True)


class SetAside(serializers.Serializer[Any]):
    """Why it does not count."""

    reason = PlainText(max_length=500, allow_blank=False)


class AnswerFilter(django_filters.FilterSet):
    client = django_filters.UUIDFilter(method="of_client")
    summary = django_filters.UUIDFilter(field_name="share__summary")
    state = django_filters.ChoiceFilter(choices=[("waiting", "Waiting"), *AnswerDone.What.choices], method="in_state")

    def of_client(self, rows: Any, name: str, value: UUID) -> Any:
        """Those about this client, and about whoever was merged into them."""
        return rows.filter(Q(share__summary__client=value) | Q(share__summary__client__merged_into=value))

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(done_with=None) if value == "waiting" else rows.filter(done_with__what=value)


class Answers(OwnedList):
    """Every answer that came, the newest first."""

    model = DoctorAnswer
    serializer_class = AnswerSerializer
    filterset_class = AnswerFilter

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related(*_RELATIONS).order_by("-at", "-pk")


class _One(Api):
    model = DoctorAnswer

    def answer(self, pk: UUID) -> DoctorAnswer:
        return DoctorAnswer.objects.select_related(*_RELATIONS).get(pk=self.find(DoctorAnswer, pk).pk)

    def said(self, pk: UUID) -> Response:
        return Response(AnswerSerializer(self.answer(pk)).data)


class OneAnswer(_One):
    """One answer, and what became of it."""

    @extend_schema(operation_id="doctor_answers_retrieve", responses=AnswerSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return self.said(pk)


class AcceptAnswer(_One):
    """Let a doctor's word count, as it was given or narrower; wider is 409 `wider_than_answered`."""

    @extend_schema(operation_id="doctor_answers_accept", request=AcceptedTerms, responses=AnswerSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        answer, typed = self.answer(pk), self.read(AcceptedTerms)
        word = as_clearance(answer)
        known = [(place["region"], place["side"]) for place in word.regions]
        terms = Terms(
            places=places_from(typed["regions"]) if "regions" in typed else known,
            **{name: typed.get(name, getattr(word, name))
               for name in ("max_pressure", "minutes", "excluded_techniques", "expires_on")})
        clearance = deciding.accept_answer(answer=answer, by=self.member, terms=terms)
        deciding.plan_after(clearance=clearance, by=self.member)
        return self.said(pk)


class SetAsideAnswer(_One):
    """An answer does not count, with the reason; what was asked waits again."""

    @extend_schema(operation_id="doctor_answers_set_aside", request=SetAside, responses=AnswerSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        deciding.set_aside_answer(answer=self.answer(pk), by=self.member, **self.read(SetAside))
        return self.said(pk)


class AnswerSeen(_One):
    """The doctor was rung, or their note was seen."""

    @extend_schema(operation_id="doctor_answers_done", request=None, responses=AnswerSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        deciding.note_answer_done(answer=self.answer(pk), by=self.member)
        return self.said(pk)


class AnswerFhir(_One):
    """The answer as a FHIR R4 document Bundle with one Communication."""

    renderer_classes: ClassVar = [JSONRenderer, FhirAccepted]

    @extend_schema(operation_id="doctor_answers_fhir", responses={(200, MEDIA_TYPE): OpenApiTypes.OBJECT})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        answer = self.answer(pk)
        audit.record(by=self.member, verb="doctors_answer_read", subject=answer,
                     client_id=answer.share.summary.client_id, what="fhir")
        return answer_file(answer)


urlpatterns = [
    path("doctor-answers/", Answers.as_view()),
    path("doctor-answers/<uuid:pk>/", OneAnswer.as_view()),
    path("doctor-answers/<uuid:pk>/accept/", AcceptAnswer.as_view()),
    path("doctor-answers/<uuid:pk>/set-aside/", SetAsideAnswer.as_view()),
    path("doctor-answers/<uuid:pk>/done/", AnswerSeen.as_view()),
    path("doctor-answers/<uuid:pk>/fhir/", AnswerFhir.as_view()),
]
