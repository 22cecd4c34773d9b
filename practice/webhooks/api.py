"""`/api/v1/webhooks/`: other systems that are told what happens here, set up by a program of the owner's."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db import models
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from practice.access import Role
from practice.api import Api
from practice.api_views import OwnedList
from practice.models import Webhook, WebhookDelivery
from practice.webhooks import hooks


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """An address and what it is told of. It is called from the next event on."""

    url = serializers.CharField(max_length=500)
    events = serializers.ListField(child=serializers.CharField(max_length=40), max_length=40, help_text=(
        "appointment.booked, client.changed, summary.shared …: docs/messages.md lists all of them."))

    class Meta:
        model = Webhook
        fields: ClassVar = ["id", "url", "events", "is_active", "failing_since", "switched_off_at", "old_secret_until",
                            "created_at"]
        read_only_fields: ClassVar = ["id", "is_active", "failing_since", "switched_off_at", "old_secret_until",
                                      "created_at"]


class FreshSerializer(WebhookSerializer):
    """The same with its secret, which is answered this once and stored nowhere."""

    secret = serializers.CharField()

    class Meta(WebhookSerializer.Meta):
        fields: ClassVar = [*WebhookSerializer.Meta.fields, "secret"]


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """One event for one address: what became of it. `event_id` is the one the other system got."""

    class Meta:
        model = WebhookDelivery
        fields: ClassVar = ["id", "event_id", "event", "object", "object_id", "version", "state", "due_at", "attempts",
                            "last_status", "last_words", "sent_at", "created_at"]


class ReplayedSerializer(serializers.Serializer[Any]):
    """How many events leave again."""

    count = serializers.IntegerField()


class OfTheOwner(Api):
    """What concerns other systems is the owner's."""

    model: ClassVar[type[models.Model] | None] = Webhook
    roles = frozenset({Role.OWNER})
    area = "practice"

    def hook(self, pk: UUID) -> Webhook:
        found: Webhook = self.find(Webhook, pk)
        return found


class Webhooks(OfTheOwner, OwnedList):
    serializer_class = WebhookSerializer

    @extend_schema(responses=WebhookSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every address."""
        return super().get(request)

    @extend_schema(request=WebhookSerializer, responses={201: FreshSerializer})
    def post(self, request: Request) -> Response:
        """Tell one more system; the answer holds the secret its calls are signed with, this once."""
        said = self.read(WebhookSerializer)
        return _fresh(hooks.add_webhook(practice=self.member.practice, by=self.member, **said), status=201)


class OneWebhook(OfTheOwner):
    @extend_schema(responses=WebhookSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(WebhookSerializer(self.hook(pk)).data)

    @extend_schema(request=WebhookSerializer, responses=WebhookSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Another address or other events; what waits already goes to the new address."""
        hook = self.hook(pk)
        said = {"url": hook.url, "events": hook.events} | self.read(WebhookSerializer, partial=True)
        return Response(WebhookSerializer(hooks.change_webhook(webhook=hook, by=self.member, **said)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Tell it nothing any more, and forget what was sent to it."""
        hooks.remove_webhook(webhook=self.hook(pk), by=self.member)
        return Response(status=204)


class Switch(OfTheOwner):
    on: bool = True

    @extend_schema(request=None, responses=WebhookSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """On: what still waited leaves now. Off: nothing is noted or sent."""
        return Response(WebhookSerializer(hooks.switch(webhook=self.hook(pk), on=self.on, by=self.member)).data)


class NewSecret(OfTheOwner):
    @extend_schema(request=None, responses=FreshSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """A new secret; the old one signs beside it for a day."""
        return _fresh(hooks.rotate_secret(webhook=self.hook(pk), by=self.member))


class SendTest(OfTheOwner):
    @extend_schema(request=None, responses={201: DeliverySerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """One event that means nothing, to try the other side."""
        return Response(DeliverySerializer(hooks.send_test(webhook=self.hook(pk), by=self.member)).data, status=201)


class Replay(OfTheOwner):
    @extend_schema(request=None, responses=ReplayedSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Send again whatever did not arrive, under its old event ids."""
        return Response({"count": hooks.replay(webhook=self.hook(pk), by=self.member)})


class DeliveryFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=WebhookDelivery.State.choices)


class Deliveries(OfTheOwner, OwnedList):
    model = WebhookDelivery
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        return rows.filter(webhook=self.hook(self.kwargs["pk"])) if "pk" in self.kwargs else rows

    @extend_schema(responses=DeliverySerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """What was sent to it and what it answered, the latest first; what arrived is kept for thirty days."""
        return super().get(request)


class ReplayOne(OfTheOwner):
    @extend_schema(request=None, responses=ReplayedSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Send one event again under its old event id, whether it arrived or not."""
        row: WebhookDelivery = self.find(WebhookDelivery, pk)
        return Response({"count": hooks.replay(webhook=row.webhook, row=row, by=self.member)})


def _fresh(fresh: hooks.Fresh, status: int = 200) -> Response:
    return Response({**WebhookSerializer(fresh.webhook).data, "secret": fresh.secret}, status=status)


urlpatterns = [
    path("webhooks/", Webhooks.as_view()),
    path("webhooks/<uuid:pk>/", OneWebhook.as_view()),
    path("webhooks/<uuid:pk>/on/", Switch.as_view(on=True)),
    path("webhooks/<uuid:pk>/off/", Switch.as_view(on=False)),
    path("webhooks/<uuid:pk>/secret/", NewSecret.as_view()),
    path("webhooks/<uuid:pk>/test/", SendTest.as_view()),
    path("webhooks/<uuid:pk>/again/", Replay.as_view()),
    path("webhooks/<uuid:pk>/deliveries/", Deliveries.as_view()),
    path("webhooks/deliveries/<uuid:pk>/again/", ReplayOne.as_view()),
]
