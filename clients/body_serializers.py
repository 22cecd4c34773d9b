"""The shapes of what is known about a body, and of the question what may be done to it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clients.body import REGIONS, SIDES
from clients.clearances import STATES
from clients.conditions import CONDITIONS
from clients.contraindications import Check, ProposedTreatment
from clients.findings import FINDINGS
from clients.medicine_kinds import MEDICINES
from clients.medicines import MOST_DOSES
from clients.models import ClientCondition, Doctor, Finding
from clients.reasons import Reason
from clients.recording import check_place
from clients.rule import POSITIONS, TEMPERATURES
from clients.serializers import TIMES, Changing, CodeField, WallTime
from practice.api import Day, Owned, PlainText
from practice.refusals import BadInput
from practice.techniques import TECHNIQUES


class PlaceSerializer(serializers.Serializer[Any]):
    """Region and side, codes of the body map; a foot has left, right and both, a sacrum only a midline."""

    region = CodeField(catalogue=tuple(REGIONS), address="regions/")
    side = CodeField(catalogue=SIDES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            check_place(attrs["region"], attrs["side"])
        except BadInput as refused:
            raise serializers.ValidationError({refused.field: refused.detail}) from None
        return attrs


def places_from(read: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The places as the verbs take them."""
    return [(place["region"], place["side"]) for place in read]


class MapSerializer(serializers.Serializer[Any]):
    """The day on which the map of what is felt was taken again, today by default."""

    on = Day(required=False)


class ClientConditionSerializer(Changing):
    """A condition as reported: a therapist does not diagnose."""

    id = serializers.UUIDField(read_only=True)
    condition = CodeField(catalogue=tuple(CONDITIONS), address="conditions/")
    name = serializers.SerializerMethodField()
    since = serializers.DateField(required=False, allow_null=True)
    diagnosed_by = PlainText(max_length=120, required=False)
    ended_on = serializers.DateField(required=False, allow_null=True)
    recorded_at = serializers.DateTimeField(read_only=True)

    def get_name(self, row: ClientCondition) -> str:
        return CONDITIONS[row.condition].name


class FindingSerializer(Changing):
    """What limits the work, and where; without regions it holds for the whole body."""

    id = serializers.UUIDField(read_only=True)
    finding = CodeField(catalogue=tuple(FINDINGS), address="findings/")
    name = serializers.SerializerMethodField()
    regions = PlaceSerializer(many=True, required=False, source="places", max_length=60)  # type: ignore[call-arg]
    began_on = serializers.DateField(required=False, allow_null=True)
    ended_on = serializers.DateField(required=False, allow_null=True)
    review_on = serializers.DateField(required=False, allow_null=True, help_text="By when somebody looks again.")
    detail = PlainText(max_length=500, required=False)
    recorded_at = serializers.DateTimeField(read_only=True)

    def get_name(self, row: Finding) -> str:
        return FINDINGS[row.finding].name


class MedicineSerializer(Changing):
    """A medicine as somebody named it; `last_given_on` may also be the next day it will be given."""

    id = serializers.UUIDField(read_only=True)
    name = PlainText(max_length=120, allow_blank=False)
    kind = CodeField(catalogue=tuple(MEDICINES), address="medicines/", required=False)
    began_on = serializers.DateField(required=False, allow_null=True)
    ended_on = serializers.DateField(required=False, allow_null=True)
    last_given_on = serializers.DateField(required=False, allow_null=True)
    every_days = serializers.IntegerField(min_value=1, max_value=400, required=False, allow_null=True)
    times = serializers.ListField(child=WallTime(format="%H:%M", input_formats=TIMES), required=False,
                                  max_length=MOST_DOSES)
    regions = PlaceSerializer(many=True, required=False, max_length=60)  # type: ignore[call-arg]
    recorded_at = serializers.DateTimeField(read_only=True)


class ClearanceSerializer(serializers.Serializer[Any]):
    """What a doctor was asked or allowed; no regions means everywhere."""

    id = serializers.UUIDField(read_only=True)
    doctor = Owned(Doctor)
    state = CodeField(catalogue=STATES)
    max_pressure = serializers.IntegerField(min_value=0, max_value=5, required=False, allow_null=True)
    excluded_techniques = serializers.ListField(
        child=CodeField(catalogue=tuple(TECHNIQUES), address="techniques/"), required=False, max_length=60)
    regions = PlaceSerializer(many=True, required=False, max_length=60)  # type: ignore[call-arg]
    minutes = serializers.IntegerField(min_value=1, max_value=480, required=False, allow_null=True)
    expires_on = serializers.DateField(required=False, allow_null=True)
    recorded_at = serializers.DateTimeField(read_only=True)

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        # The contract's word is a keyword of the language, so it cannot be written as a name above.
        fields["for"] = serializers.CharField(
            max_length=60, required=False, allow_blank=True, source="scope",
            help_text="A rule, condition, finding or kind of episode; empty: in general.")
        return fields



class TreatmentSerializer(PlaceSerializer):
    """One planned row: how, where, how firmly (Walton 0-5)."""

    technique = CodeField(catalogue=tuple(TECHNIQUES), address="techniques/")
    pressure = serializers.IntegerField(min_value=0, max_value=5, required=False, allow_null=True)
    minutes = serializers.IntegerField(min_value=0, max_value=480, required=False, allow_null=True)
    temperature = CodeField(catalogue=TEMPERATURES, required=False, allow_null=True)
    position = CodeField(catalogue=POSITIONS, required=False, allow_null=True)
    lubricant = PlainText(max_length=80, required=False, allow_null=True)


class CautionsQuestionSerializer(serializers.Serializer[Any]):
    """What is planned, and when."""

    on = serializers.DateField(required=False, help_text="Today where left out.")
    minutes = serializers.IntegerField(min_value=1, max_value=480, required=False, allow_null=True)
    treatments = TreatmentSerializer(many=True, required=False, max_length=100)  # type: ignore[call-arg]


def treatments_from(read: list[dict[str, Any]]) -> list[ProposedTreatment]:
    """The planned rows as the check takes them."""
    return [ProposedTreatment(**row) for row in read]


@extend_schema_field({"oneOf": [{"type": "integer", "minimum": 0, "maximum": 5}, {"type": "string", "enum": ["none"]}],
                      "nullable": True})
class CapField(serializers.Field):
    """A cap of pressure: 0 to 5, null for none, "none" for no touch."""

    def to_representation(self, value: Any) -> Any:
        return value


class ReasonSerializer(serializers.Serializer[Any]):
    """One thing that speaks, with where it comes from."""

    rule = serializers.CharField()
    level = serializers.ChoiceField(choices=["info", "caution", "clearance", "stop"])
    text = serializers.CharField()
    regions = serializers.ListField(child=serializers.CharField(), help_text='Places such as "foot:left".')
    max_pressure = CapField(allow_null=True)
    techniques = serializers.ListField(child=serializers.CharField())
    source = serializers.SerializerMethodField(  # type: ignore[assignment]
        help_text="The citation in full, and in brackets the kind of evidence.")

    def get_source(self, reason: Reason) -> str:
        gives = ": no source gives this number" if reason.is_proposal else ""
        return f"{reason.source} ({reason.evidence}{gives})"


class CautionsSerializer(serializers.Serializer[Check]):
    """The answer: the worst level that speaks, the cap of every place concerned, and why."""

    verdict = serializers.ChoiceField(choices=["ok", "caution", "clearance", "stop"])
    max_pressure_by_region = serializers.DictField(child=CapField(allow_null=True))
    reasons = ReasonSerializer(many=True)
