"""`/api/v1/clients/{id}/referrals/`: the visits doctors referred a client for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients.body_api import OfClient
from clients.models import Client, Doctor, Referral
from clients.referrals import MOST_VISITS, open_referral
from practice.api import Owned, PlainText


class ReferralSerializer(serializers.ModelSerializer[Referral]):
    """A referral case; `ends_on` is its last day, `visits_agreed` null where it names no number.

    `reason` is clinical: the front desk neither sees nor sets it.
    """

    doctor = Owned(Doctor)
    reason = PlainText(max_length=300, required=False)
    visits_agreed = serializers.IntegerField(min_value=1, max_value=MOST_VISITS, required=False, allow_null=True)

    class Meta:
        model = Referral
        fields = ["id", "doctor", "reason", "began_on", "ends_on", "visits_agreed", "closed_at"]
        read_only_fields = ["closed_at"]

    def to_representation(self, referral: Referral) -> dict[str, Any]:
        shown = super().to_representation(referral)
        member = self.context.get("member")
        if member is None or not member.may_see_clinical:
            shown.pop("reason")
        return shown


class Referrals(OfClient):
    """A client's referral cases, newest first."""

    model = Referral
    serializer_class = ReferralSerializer

    @extend_schema(responses=ReferralSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        return super().get(request, pk)

    @extend_schema(request=ReferralSerializer, responses={201: ReferralSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        client = self.find(Client, pk)
        row = open_referral(client=client, by=self.member, **self.read(ReferralSerializer))
        return Response(ReferralSerializer(row, context=self.get_serializer_context()).data, status=201)
