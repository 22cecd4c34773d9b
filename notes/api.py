"""API of the record: notes, their signatures and addenda, readings over time. Summaries: `notes/summaries/api.py`."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clients.models import Client
from notes import writing
from notes.beginning import begin_note
from notes.doctors import api as api_answers
from notes.home import api as home_api
from notes.measures.api import urlpatterns as measures_urlpatterns
from notes.measures.mood import worrying_in
from notes.measures.of_client import measures_of
from notes.models import Note
from notes.outcomes import MEASURES
from notes.paper.note_paper import note_pdf
from notes.reading import WHOLE, read_note, read_notes, read_outcomes, whole, whole_note
from notes.record import cosigning, glass, signing
from notes.serializers import (
    AddendumSerializer,
    CheckedNoteSerializer,
    GlassReason,
    GlassSerializer,
    MeasureEntry,
    NewAddendum,
    NewNote,
    NoteChanges,
    NoteSerializer,
    OutcomeSerializer,
    SendingBack,
    as_changes,
    measure_as_data,
    outcome_as_data,
)
from notes.summaries import api as api_summaries
from notes.totals import totals_of
from notes.trends import api as api_trends
from practice.access import CLINICAL
from practice.api import Api, Pages, etag_of, require_match
from practice.api_views import Catalogue, OwnedList
from practice.pages import pdf_file
from practice.refusals import BadInput
from practice.schema import ListSchema

_IF_MATCH = OpenApiParameter("If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True,
                             description="The ETag that was read; 428 without, 412 if the note moved on.")


def _answer(note: Note, status: int = 200) -> Response:
    """The note as it stands with the check of what it says; its ETag goes along."""
    note.checked = writing.check_note(note)  # type: ignore[attr-defined]
    note.counted = totals_of(note.treatments.all(), note.minutes_of_visit)  # type: ignore[attr-defined]
    scores = [(row.measure, row.value) for row in note.measurements.all()]
    note.worrying = worrying_in(note, scores)  # type: ignore[attr-defined]
    return Response(CheckedNoteSerializer(note).data, status=status, headers={"ETag": etag_of(note)})


class Measures(Catalogue):
    """The outcome measures, with their scales, sources and published meaningful changes."""

    @extend_schema(operation_id="measures_list", responses=MeasureEntry(many=True))
    def get(self, request: Request) -> Response:
        return super().get(request)

    def entries(self) -> list[dict[str, Any]]:
        return [measure_as_data(measure) for measure in MEASURES.values()]


class Notes(Api):
    """Begin the note of a visit, or find the one it has."""

    model = Note

    @extend_schema(operation_id="notes_create", request=NewNote,
                   responses={201: CheckedNoteSerializer, 200: CheckedNoteSerializer})
    def post(self, request: Request) -> Response:
        visit = self.read(NewNote)["appointment"]
        note, is_new = begin_note(appointment=visit, by=self.member)
        if is_new:
            return _answer(whole_note(note), 201)
        return _answer(read_note(note=whole_note(note), by=self.member))


class OneNote(Api):
    """A note: read it; while it is a draft, its author changes it.

    Whoever it is kept from reads it for half an hour after `break-glass/`; so does an owner who gives no sessions.
    """

    roles = CLINICAL

    @extend_schema(operation_id="notes_retrieve", responses=CheckedNoteSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        found = whole(Note.objects.readable_by(self.member)).filter(pk=pk).first()
        if found is None:
            writing.refuse_unless_therapist(self.member)
            raise Http404
        return _answer(read_note(note=found, by=self.member))

    @extend_schema(operation_id="notes_partial_update", request=NoteChanges, responses=CheckedNoteSerializer,
                   parameters=[_IF_MATCH])
    def patch(self, request: Request, pk: UUID) -> Response:
        writing.refuse_unless_therapist(self.member)
        note = self.find(Note, pk)
        changes = as_changes(self.read(NoteChanges))
        if not note.is_signed:  # a signed note refuses whatever was read before
            require_match(request, note)
        note = writing.write_note(note=note, by=self.member, expected_version=note.version, **changes)
        return _answer(whole_note(note))


class NotePdf(Api):
    """The note as a tagged PDF."""

    model = Note
    renderer_classes: ClassVar = [JSONRenderer, api_summaries.PdfAccepted]

    @extend_schema(operation_id="notes_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        note = whole_note(self.find(Note, pk))
        return pdf_file(note_pdf(read_note(note=note, by=self.member, what="pdf")), "note.pdf")


class SignNote(Api):
    """Sign and lock."""

    model = Note

    @extend_schema(operation_id="notes_sign", request=None, responses=CheckedNoteSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        return _answer(whole_note(signing.sign_note(note=self.find(Note, pk), by=self.member)))


class Addenda(Api):
    """Add to a signed note."""

    model = Note

    @extend_schema(operation_id="notes_addenda_create", request=NewAddendum, responses={201: AddendumSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        note = self.find(Note, pk)
        addendum = signing.add_addendum(note=note, by=self.member, **self.read(NewAddendum))
        return Response(AddendumSerializer(addendum).data, status=201)


class CosignNote(Api):
    """A supervisor stands behind a signed note."""

    model = Note

    @extend_schema(operation_id="notes_cosign", request=None, responses=CheckedNoteSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        note = self.find(Note, pk)
        cosigning.cosign_note(note=note, by=self.member)
        return _answer(whole_note(note))


class SendNoteBack(Api):
    """A supervisor says what is missing instead of co-signing; the note stays signed."""

    model = Note

    @extend_schema(operation_id="notes_send_back", request=SendingBack, responses={201: AddendumSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        addendum = cosigning.send_back(note=self.find(Note, pk), by=self.member, **self.read(SendingBack))
        return Response(AddendumSerializer(addendum).data, status=201)


class BreakGlass(Api):
    """Open a note that is kept from the caller, with a reason, for half an hour; its author and the owner are told."""

    roles = CLINICAL

    @extend_schema(operation_id="notes_break_glass", request=GlassReason, responses={201: GlassSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        note = Note.objects.filter(practice_id=self.member.practice_id, pk=pk).first()
        if note is None:
            raise Http404
        row = glass.break_glass(note=note, by=self.member, **self.read(GlassReason))
        return Response(GlassSerializer(row).data, status=201)


class NotesOfClient(OwnedList):
    """A client's notes, newest first, as far as the caller may read them."""

    model = Note
    serializer_class = NoteSerializer

    @extend_schema(operation_id="clients_notes_list", responses=NoteSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        rows = (self.get_queryset().filter(client__in=self.find(Client, pk).family)
                .select_related(*WHOLE)
                .prefetch_related("treatments", "measurements", "events", "addenda__author__user"))
        page = read_notes(notes=self.paginate_queryset(rows) or [], by=self.member)
        return self.get_paginated_response(NoteSerializer(page, many=True).data)


class Outcomes(Api):
    """A client's readings over time, with the published meaningful change where there is one."""

    schema = ListSchema()
    pagination_class = Pages
    model = Note

    @extend_schema(operation_id="clients_outcomes_list", responses=OutcomeSerializer(many=True), parameters=[
        OpenApiParameter("measure", OpenApiTypes.STR, description="One measure only, or one own goal.")])
    def get(self, request: Request, pk: UUID) -> Response:
        client, measure = self.find(Client, pk), request.query_params.get("measure", "")
        known = measures_of(client)
        if measure and measure not in known:
            raise BadInput(f"“{measure[:40]}” is not a measure of the catalogue. See measures/ for the list.",
                           field="measure")
        found = read_outcomes(client=client, by=self.member, measure=measure)
        codes = [measure] if measure else [code for code in known if code in found]
        rows = [outcome_as_data(known[code], found.get(code, [])) for code in codes]
        return Response({"count": len(rows), "next": None, "previous": None, "results": rows})


urlpatterns = [
    path("measures/", Measures.as_view()),
    path("notes/", Notes.as_view()),
    path("notes/<uuid:pk>/", OneNote.as_view()),
    path("notes/<uuid:pk>/pdf/", NotePdf.as_view()),
    path("notes/<uuid:pk>/sign/", SignNote.as_view()),
    path("notes/<uuid:pk>/addenda/", Addenda.as_view()),
    path("notes/<uuid:pk>/cosign/", CosignNote.as_view()),
    path("notes/<uuid:pk>/send-back/", SendNoteBack.as_view()),
    path("notes/<uuid:pk>/break-glass/", BreakGlass.as_view()),
    path("clients/<uuid:pk>/notes/", NotesOfClient.as_view()),
    path("clients/<uuid:pk>/outcomes/", Outcomes.as_view()),
    *measures_urlpatterns,
    *api_summaries.urlpatterns,
    *api_answers.urlpatterns,
    *home_api.urlpatterns,
    *api_trends.urlpatterns,
]
