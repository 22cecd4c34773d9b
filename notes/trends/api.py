"""API of a client's trends: the numbers behind the pictures of the readings page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients.models import Client
from notes.charts import medians_of
from notes.models import Note
from notes.outcomes import MEASURES
from notes.reading import read_trends
from notes.trends.trends import SPANS, Trends
from practice.api import Api
from practice.refusals import BadInput


class TrendBand(serializers.Serializer[Any]):
    """An episode, the days on which it held visits, or a steroid course; both days included."""

    kind = serializers.ChoiceField(["episode", "hold", "steroids"])
    name = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()


class TrendVisit(serializers.Serializer[Any]):
    """How firm the firmest work of a visit was (Walton 0-5)."""

    on = serializers.DateField()
    pressure = serializers.IntegerField()


class TrendTechnique(serializers.Serializer[Any]):
    """A stretch of visits that all had one technique; both days included."""

    name = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    visits = serializers.IntegerField()


class TrendRelief(serializers.Serializer[Any]):
    """For how many days a session helped, and after how many the next visit came."""

    on = serializers.DateField()
    helped_days = serializers.FloatField()
    next_visit_days = serializers.IntegerField()


class TrendMedian(serializers.Serializer[Any]):
    """What followed one pressure in the middle of so many visits."""

    pressure = serializers.IntegerField()
    median = serializers.FloatField()
    visits = serializers.IntegerField()


class TrendPlaceVisit(serializers.Serializer[Any]):
    """One visit: how firm the firmest work there was, and what followed."""

    on = serializers.DateField()
    pressure = serializers.IntegerField()
    value = serializers.FloatField()


class TrendPlace(serializers.Serializer[Any]):
    """A region worked at three visits or more."""

    place = serializers.CharField()
    visits = TrendPlaceVisit(many=True)
    medians = TrendMedian(many=True)


class TrendsSerializer(serializers.Serializer[Any]):
    """A client's trends over some days. `against` is the measure that pressure is set against: days helped, or the
    change from before to after the session."""

    first = serializers.DateField()
    last = serializers.DateField()
    bands = TrendBand(many=True)
    visits = TrendVisit(many=True)
    techniques = TrendTechnique(many=True)
    relief = TrendRelief(many=True)
    against = serializers.CharField(allow_null=True)
    places = TrendPlace(many=True)


def trends_as_data(trends: Trends) -> dict[str, Any]:
    """The trends as the API answers them."""
    return {
        "first": trends.first, "last": trends.last,
        "bands": [{"kind": b.kind, "name": b.label, "first": b.first, "last": b.last} for b in trends.bands],
        "visits": [{"on": one.on, "pressure": one.pressure} for one in trends.firmness],
        "techniques": [{"name": used.name, "first": one.first, "last": one.last, "visits": one.visits}
                       for used in trends.used for one in used.stretches],
        "relief": [{"on": one.on, "helped_days": one.helped, "next_visit_days": one.apart} for one in trends.lasted],
        "against": trends.followed.measure.code if trends.followed else None,
        "places": [{
            "place": place.name,
            "visits": [{"on": on, "pressure": one.pressure, "value": one.value} for on, one in place.visits],
            "medians": [{"pressure": pressure, "median": median, "visits": count}
                        for pressure, (median, count) in medians_of(place.tried).items()],
        } for place in trends.places]}


class OneClientsTrends(Api):
    """What stood around a client's readings: episodes and holds, pressure, relief, and what followed which pressure."""

    model = Note

    @extend_schema(operation_id="clients_trends_retrieve", responses=TrendsSerializer, parameters=[
        OpenApiParameter("since", OpenApiTypes.STR, enum=list(SPANS), description="How far back; a year by default."),
        OpenApiParameter("against", OpenApiTypes.STR, enum=list(MEASURES),
                         description="What pressure is set against; else what was read often enough.")])
    def get(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        since, against = request.query_params.get("since", "year"), request.query_params.get("against", "")
        if since not in SPANS:
            raise BadInput(f"How far back: {', '.join(SPANS)}.", field="since")
        if against and against not in MEASURES:
            raise BadInput(f"“{against[:40]}” is not a measure of the catalogue. See measures/ for the list.",
                           field="against")
        trends = read_trends(client=client, by=self.member, since=since, against=against)
        return Response(TrendsSerializer(trends_as_data(trends)).data)


urlpatterns = [path("clients/<uuid:pk>/trends/", OneClientsTrends.as_view())]
