"""`/api/v1/`: who you are, who and what there is, what was sent; and the documentation page."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from csp.decorators import csp_update
from django.db.models import QuerySet
from django.urls import path
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from practice.api import Api, Pages
from practice.links import OWN_CALENDAR
from practice.log.subjects import about_visits
from practice.models import Membership, Message, Room, Service
from practice.schema import ApiSchema, ListSchema
from practice.techniques import TECHNIQUES

# Set here, because REST framework reads practice/api.py while its own views are still loading.
Api.schema = ApiSchema()


class MeSerializer(serializers.ModelSerializer[Membership]):
    """Who is calling, in which practice, as what."""

    class PracticeOfMe(serializers.Serializer[Any]):
        id = serializers.UUIDField()
        name = serializers.CharField()
        time_zone = serializers.CharField()

    email = serializers.EmailField(source="user.email")
    name = serializers.CharField(source="user.name")
    practice = PracticeOfMe()

    class Meta:
        model = Membership
        fields: ClassVar = ["id", "email", "name", "role", "practice"]


class TherapistSerializer(serializers.ModelSerializer[Membership]):
    """A therapist; the caller's own row has `feed_url`, the address of their calendar: null until one is made."""

    name = serializers.CharField(source="user.name")
    feed_url = serializers.URLField(allow_null=True, required=False, default=None)

    class Meta:
        model = Membership
        fields: ClassVar = ["id", "name", "initials", "credential", "feed_url"]

    def to_representation(self, member: Membership) -> dict[str, Any]:
        row: dict[str, Any] = super().to_representation(member)
        if member != self.context["member"]:
            del row["feed_url"]
        else:
            row["feed_url"] = next((address(member) for address in OWN_CALENDAR), None)
        return row


class RoomSerializer(serializers.ModelSerializer[Room]):
    class Meta:
        model = Room
        fields: ClassVar = ["id", "name", "access_notes", "temperature_notes"]


class ServiceSerializer(serializers.ModelSerializer[Service]):
    therapists = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    rooms = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    price = serializers.IntegerField(allow_null=True, help_text="In the smallest unit of `currency`; null: none named.")
    currency = serializers.CharField(source="practice.currency", help_text="ISO 4217.")
    needed_skills = serializers.SlugRelatedField(many=True, read_only=True, slug_field="name")

    class Meta:
        model = Service
        fields: ClassVar = ["id", "name", "minutes", "buffer_before", "buffer_after", "price", "currency",
                            "therapists", "rooms", "needed_skills"]


class MessageSerializer(serializers.ModelSerializer[Message]):
    client = serializers.UUIDField(source="client_id", allow_null=True)
    appointment = serializers.UUIDField(source="appointment_id", allow_null=True)

    class Meta:
        model = Message
        fields: ClassVar = ["id", "kind", "channel", "client", "appointment", "to_address", "due_at", "state",
                            "sent_at", "why", "attempts"]


class OwnedList(Api, GenericAPIView):
    """A list of the caller's own rows."""

    schema = ListSchema()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()  # type: ignore[union-attr]
        return self.model.objects.visible_to(self.member)  # type: ignore[union-attr]

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class Me(Api):
    model = Membership
    area = ""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(self.member).data)


class Therapists(OwnedList):
    model = Membership
    serializer_class = TherapistSerializer

    def get_queryset(self) -> Any:
        rows = super().get_queryset().filter(is_therapist=True, is_active=True)
        return rows.select_related("user").order_by("created_at")


class Rooms(OwnedList):
    model = Room
    serializer_class = RoomSerializer

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(is_active=True)


class Services(OwnedList):
    model = Service
    serializer_class = ServiceSerializer

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(is_active=True).select_related("practice").prefetch_related(
            "therapists", "rooms", "needed_skills")


class MessageFilter(django_filters.FilterSet):
    client = django_filters.UUIDFilter(field_name="client_id")
    appointment = django_filters.UUIDFilter(method="about")
    state = django_filters.CharFilter()
    kind = django_filters.CharFilter()

    def about(self, rows: QuerySet[Message], name: str, appointment: UUID) -> QuerySet[Message]:
        """Those about one visit, alone or together with others."""
        return rows.filter(about_visits([appointment]))


class Messages(OwnedList):
    model = Message
    serializer_class = MessageSerializer
    filterset_class = MessageFilter


class CatalogueEntry(serializers.Serializer[Any]):
    """A code with its name; facts carry their source."""

    code = serializers.CharField()
    name = serializers.CharField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]


class Catalogue(Api):
    """A catalogue: every entry, in one page of the usual shape."""

    schema = ListSchema()
    pagination_class = Pages
    area = ""

    def entries(self) -> list[dict[str, Any]]:
        return []

    def get(self, request: Request) -> Response:
        rows = self.entries()
        return Response({"count": len(rows), "next": None, "previous": None, "results": rows})


class TechniqueEntry(CatalogueEntry):
    definition = serializers.CharField()


class Techniques(Catalogue):
    @extend_schema(responses=TechniqueEntry(many=True), operation_id="techniques_list")
    def get(self, request: Request) -> Response:
        return super().get(request)

    def entries(self) -> list[dict[str, Any]]:
        return [{"code": t.code, "name": t.name, "definition": t.definition, "source": str(t.source)}
                for t in TECHNIQUES.values()]


@method_decorator(csp_update({"img-src": ["data:"], "style-src": ["'self'", "'unsafe-inline'"]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    """The documentation page, served from here; needs no other host."""

    permission_classes: ClassVar = []
    url_name = "schema"


urlpatterns = [
    path("me/", Me.as_view()),
    path("therapists/", Therapists.as_view()),
    path("rooms/", Rooms.as_view()),
    path("services/", Services.as_view()),
    path("messages/", Messages.as_view()),
    path("techniques/", Techniques.as_view()),
]

