"""`/api/v1/`: the address under which a therapist's calendar is read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from practice.access import THERAPISTS
from practice.api import Api
from practice.models import Membership
from sessions.calendars import make_feed, revoke_feed


class FeedSerializer(serializers.Serializer[Any]):
    """The address of the calendar, a secret."""

    feed_url = serializers.URLField()


class Feed(Api):
    """A therapist's own calendar: a new address (the one before stops), or none."""

    model = Membership
    roles = THERAPISTS

    @extend_schema(request=None, responses={201: FeedSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Make a new address; it replaces the one before, and stands in the therapist's own row from now on."""
        therapist = self.find(Membership, pk)
        return Response({"feed_url": make_feed(therapist=therapist, by=self.member)}, status=201)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Let nobody read the calendar any more."""
        revoke_feed(therapist=self.find(Membership, pk), by=self.member)
        return Response(status=204)
