"""`/api/v1/`: the catalogues of this room, each entry with its source."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clients.body import REGIONS, sides_of
from clients.conditions import CONDITIONS
from clients.findings import FINDINGS
from clients.medicine_kinds import MEDICINES
from practice.api_views import Catalogue, CatalogueEntry


class EarlierCode(serializers.Serializer[Any]):
    """An ICD-10-CM code that was billable until a day."""

    code = serializers.CharField()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)


class ConditionEntry(CatalogueEntry):
    """A condition as doctors name it; codes where they are known, `parent` the wider condition whose rules hold too."""

    plain_name = serializers.CharField()
    icd10 = serializers.CharField(allow_null=True)
    snomed = serializers.CharField(allow_null=True)
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    ask = serializers.CharField(help_text="What to ask before each session.")
    earlier_icd10 = EarlierCode(many=True, help_text="What the code was before, until when.")


class FindingEntry(CatalogueEntry):
    """Something that limits the work, and the question that brings it out."""

    plain_name = serializers.CharField()
    question = serializers.CharField()
    is_regional = serializers.BooleanField()


class MedicineEntry(CatalogueEntry):
    """A kind of medicine; `raises` are the findings that hold because of it."""

    examples = serializers.CharField()
    raises = serializers.ListField(child=serializers.CharField())
    ask = serializers.CharField()


class RegionEntry(CatalogueEntry):
    """A part of the body map; `sides` are the ones it has, `parent` the region that contains it."""

    sides = serializers.ListField(child=serializers.CharField())
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]


class Conditions(Catalogue):
    """The conditions clients name, as diagnosed by a doctor."""

    @extend_schema(responses=ConditionEntry(many=True), operation_id="conditions_list")
    def get(self, request: Request) -> Response:
        return super().get(request)

    def entries(self) -> list[dict[str, Any]]:
        return [{"code": c.code, "name": c.name, "source": c.source, "plain_name": c.plain_name, "icd10": c.icd10,
                 "snomed": c.snomed, "parent": c.parent, "ask": c.ask,
                 "earlier_icd10": [asdict(code) for code in c.earlier_icd10]} for c in CONDITIONS.values()]


class Findings(Catalogue):
    """What can be found that limits the work."""

    @extend_schema(responses=FindingEntry(many=True), operation_id="findings_list")
    def get(self, request: Request) -> Response:
        return super().get(request)

    def entries(self) -> list[dict[str, Any]]:
        return [{"code": f.code, "name": f.name, "source": f.source, "plain_name": f.plain_name, "question": f.question,
                 "is_regional": f.is_regional} for f in FINDINGS.values()]


class Medicines(Catalogue):
    """The kinds of medicine that matter to hands-on work; the sources stand at the findings they raise."""

    @extend_schema(responses=MedicineEntry(many=True), operation_id="medicines_list")
    def get(self, request: Request) -> Response:
        return super().get(request)

    def entries(self) -> list[dict[str, Any]]:
        return [{"code": m.code, "name": m.name, "source": "", "examples": m.examples, "raises": list(m.raises),
                 "ask": m.ask} for m in MEDICINES.values()]


class Regions(Catalogue):
    """The body map as a list; a region is anatomy and needs no source."""

    @extend_schema(responses=RegionEntry(many=True), operation_id="regions_list")
    def get(self, request: Request) -> Response:
        return super().get(request)

    def entries(self) -> list[dict[str, Any]]:
        return [{"code": r.code, "name": r.name, "source": "", "sides": list(sides_of(r.code)), "parent": r.parent}
                for r in REGIONS.values()]
