"""API of summaries and of what is shared: compose, sign, print, share, revoke, withdraw."""

from __future__ import annotations

import json
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clients.models import Client, Consent
from notes.fhir.document import MEDIA_TYPE, fhir_file, refuse_unless_signed
from notes.letters.page import pdf_of
from notes.models import Share, Summary
from notes.reading import read_share, read_summary, whole_summary
from notes.sharing import sharing
from notes.summaries import summaries
from notes.summaries.serializers import (
    ConsentWithdrawn,
    NewShareInput,
    NewShareSerializer,
    NewSummary,
    ShareSerializer,
    SummaryChanges,
    SummarySerializer,
)
from practice.api import Api, etag_of, require_match


def _answer(summary: Summary, status: int = 200) -> Response:
    return Response(SummarySerializer(summary).data, status=status, headers={"ETag": etag_of(summary)})


class Summaries(Api):
    """Draft a summary from the signed notes of some days."""

    model = Summary

    @extend_schema(operation_id="clients_summaries_create", request=NewSummary, responses={201: SummarySerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        client, data = self.find(Client, pk), self.read(NewSummary)
        summary = summaries.compose_summary(client=client, doctor=data["doctor"], first=data["from"], last=data["to"],
                                            sections=data["sections"], ending=data["ending"], by=self.member)
        return _answer(whole_summary(summary), 201)


class OneSummary(Api):
    """A summary: what the doctor will read, and, while it is a draft, its prose and sections."""

    model = Summary

    @extend_schema(operation_id="summaries_retrieve", responses=SummarySerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return _answer(read_summary(summary=self.find(Summary, pk), by=self.member))

    @extend_schema(operation_id="summaries_partial_update", request=SummaryChanges, responses=SummarySerializer,
                   parameters=[OpenApiParameter("If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER,
                                                description="Where given, 412 if the summary moved on.")])
    def patch(self, request: Request, pk: UUID) -> Response:
        summary = self.find(Summary, pk)
        changes = self.read(SummaryChanges)
        if "If-Match" in request.headers and not summary.is_signed:
            require_match(request, summary)
        summary = summaries.write_summary(summary=summary, by=self.member, expected_version=summary.version, **changes)
        return _answer(whole_summary(summary))


class SignSummary(Api):
    """Freeze exactly what will be read."""

    model = Summary

    @extend_schema(operation_id="summaries_sign", request=None, responses=SummarySerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        return _answer(whole_summary(summaries.sign_summary(summary=self.find(Summary, pk), by=self.member)))


class PdfAccepted(JSONRenderer):
    """Lets a caller ask for application/pdf; a refusal is told as problem+json all the same."""

    media_type = "application/pdf"
    format = "pdf"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return json.dumps(data, default=str).encode()


class SummaryPdf(Api):
    """The letter on paper."""

    model = Summary
    renderer_classes: ClassVar = [JSONRenderer, PdfAccepted]

    @extend_schema(operation_id="summaries_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        return pdf_of(read_summary(summary=self.find(Summary, pk), by=self.member, what="letter"))


class FhirAccepted(PdfAccepted):
    """Lets a caller ask for application/fhir+json in the same way."""

    media_type = MEDIA_TYPE
    format = "fhir"


class SummaryFhir(Api):
    """The signed letter as a FHIR R4 document Bundle, for the doctor's own system."""

    model = Summary
    renderer_classes: ClassVar = [JSONRenderer, FhirAccepted]

    @extend_schema(operation_id="summaries_fhir", responses={(200, MEDIA_TYPE): OpenApiTypes.OBJECT})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        summary = self.find(Summary, pk)
        refuse_unless_signed(summary)
        return fhir_file(read_summary(summary=summary, by=self.member, what="fhir"))


class Shares(Api):
    """Open a signed summary to its doctor."""

    model = Share

    @extend_schema(operation_id="summaries_shares_create", request=NewShareInput, responses={201: NewShareSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        summary, data = self.find(Summary, pk), self.read(NewShareInput)
        made = sharing.share_summary(summary=summary, by=self.member, **data)
        return Response(NewShareSerializer(made).data, status=201, headers={"Cache-Control": "no-store"})


class OneShare(Api):
    """One sending: opened, by whom, when, how often."""

    model = Share

    @extend_schema(operation_id="shares_retrieve", responses=ShareSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(ShareSerializer(read_share(share=self.find(Share, pk), by=self.member)).data)


class RevokeShare(Api):
    """Close a share at once."""

    model = Share

    @extend_schema(operation_id="shares_revoke", request=None, responses=ShareSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        return Response(ShareSerializer(sharing.revoke_share(share=self.find(Share, pk), by=self.member)).data)


class WithdrawConsent(Api):
    """The client takes an agreement back; what was shared under it closes at once."""

    model = Consent

    @extend_schema(operation_id="consents_withdraw", request=None, responses=ConsentWithdrawn)
    def post(self, request: Request, pk: UUID) -> Response:
        consent = sharing.withdraw_consent(consent=self.find(Consent, pk), by=self.member)
        return Response(ConsentWithdrawn(consent).data)


urlpatterns = [
    path("clients/<uuid:pk>/summaries/", Summaries.as_view()),
    path("summaries/<uuid:pk>/", OneSummary.as_view()),
    path("summaries/<uuid:pk>/sign/", SignSummary.as_view()),
    path("summaries/<uuid:pk>/pdf/", SummaryPdf.as_view()),
    path("summaries/<uuid:pk>/fhir/", SummaryFhir.as_view()),
    path("summaries/<uuid:pk>/shares/", Shares.as_view()),
    path("shares/<uuid:pk>/", OneShare.as_view()),
    path("shares/<uuid:pk>/revoke/", RevokeShare.as_view()),
    path("consents/<uuid:pk>/withdraw/", WithdrawConsent.as_view()),
]
