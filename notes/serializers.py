"""Shapes of notes and readings at the API: what is sent, what is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, get_args

from rest_framework import serializers

from clients.body_serializers import CautionsSerializer, ReasonSerializer
from clients.rule import POSITIONS, TEMPERATURES
from notes.events.log import MOST_EVENTS, TOO_MANY_EVENTS, EventInput
from notes.events.serializers import EventRow, EventSerializer
from notes.measures.measure import KINDS, Change, Measure
from notes.measures.verdict import Word
from notes.models import Addendum, BrokenGlass, Measurement, Note, Treatment
from notes.outcomes import Point, course_of
from notes.record.late import late_entry
from notes.writing import MOST_TREATMENTS, SOAP, TOO_MANY_TREATMENTS, MeasurementInput, TreatmentInput
from practice.api import Owned, PlainText
from practice.api_views import CatalogueEntry
from sessions.models import Appointment

MOST_READINGS = 100


class NewNote(serializers.Serializer[Any]):
    """For which visit a note is begun."""

    appointment = Owned(Appointment)


class TreatmentRow(serializers.Serializer[Any]):
    """One thing done: where, how, how firmly (Walton 0-5), how long, the response; a reason where the check asks.

    Only what was given counts in totals, summaries and at the next booking.
    """

    region = serializers.CharField(max_length=40)
    side = serializers.CharField(max_length=8, allow_blank=True, error_messages={
        "required": "Say which side: left, right, both or midline."})
    technique = serializers.CharField(max_length=40)
    pressure = serializers.IntegerField(required=False, allow_null=True, default=None)
    minutes = serializers.IntegerField(required=False, allow_null=True, default=None)
    response = PlainText(required=False, max_length=500, default="")
    override_reason = PlainText(required=False, max_length=500, default="")
    state = serializers.ChoiceField(Treatment.State.choices, required=False, default="given")
    tolerated = serializers.ChoiceField(Treatment.Tolerated.choices, required=False, allow_blank=True, default="")
    temperature = serializers.ChoiceField(TEMPERATURES, required=False, allow_blank=True, default="")
    position = serializers.ChoiceField(POSITIONS, required=False, allow_blank=True, default="",
                                       help_text="How the client lies or sits.")
    lubricant = PlainText(required=False, max_length=80, default="")


class MeasurementRow(serializers.Serializer[Any]):
    """One reading before or after the session."""

    measure = serializers.CharField(max_length=40)
    when = serializers.ChoiceField(["before", "after"])
    value = serializers.DecimalField(max_digits=7, decimal_places=2, coerce_to_string=False)


class NoteChanges(serializers.Serializer[Any]):
    """What changes in a draft; treatments, measurements and events, where sent, replace all of them."""

    subjective = PlainText(required=False)
    objective = PlainText(required=False)
    assessment = PlainText(required=False)
    plan = PlainText(required=False)
    next_in_days = serializers.IntegerField(required=False, allow_null=True, help_text="When to come again.")
    next_focus = PlainText(required=False, max_length=200, help_text="What the next visit looks at first.")
    visibility = serializers.ChoiceField(Note.VISIBILITIES, required=False)
    treatments = serializers.ListField(child=TreatmentRow(), required=False, max_length=MOST_TREATMENTS,
                                       error_messages={"max_length": TOO_MANY_TREATMENTS})
    measurements = serializers.ListField(child=MeasurementRow(), required=False, max_length=MOST_READINGS)
    events = serializers.ListField(child=EventRow(), required=False, max_length=MOST_EVENTS,
                                   error_messages={"max_length": TOO_MANY_EVENTS})


def as_changes(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, as `write_note` takes it."""
    changes = {name: data[name] for name in (*SOAP, "visibility", "next_in_days", "next_focus") if name in data}
    if "treatments" in data:
        changes["treatments"] = [TreatmentInput(**row) for row in data["treatments"]]
    if "measurements" in data:
        changes["measurements"] = [MeasurementInput(**row) for row in data["measurements"]]
    if "events" in data:
        changes["events"] = [EventInput(**row) for row in data["events"]]
    return changes


class NewAddendum(serializers.Serializer[Any]):
    """What is added to a signed note, and why."""

    text = PlainText()
    reason = PlainText(max_length=500)


class SendingBack(serializers.Serializer[Any]):
    """What the supervisor says instead of co-signing."""

    text = PlainText()


class GlassReason(serializers.Serializer[Any]):
    """Why a note is opened that is kept from whoever opens it."""

    reason = PlainText(max_length=500)


class GlassSerializer(serializers.ModelSerializer[BrokenGlass]):
    """An opening with a reason; the note answers until `until`."""

    class Meta:
        model = BrokenGlass
        fields: ClassVar = ["id", "note", "by", "reason", "at", "until"]


class AddendumSerializer(serializers.ModelSerializer[Addendum]):
    author_name = serializers.CharField(source="author.name", read_only=True)

    class Meta:
        model = Addendum
        fields: ClassVar = ["id", "text", "reason", "sends_back", "author", "author_name", "written_at",
                            "content_hash", "previous_hash", "chain_position"]


class TreatmentSerializer(serializers.ModelSerializer[Treatment]):
    class Meta:
        model = Treatment
        fields: ClassVar = ["region", "side", "technique", "pressure", "minutes", "response", "override_reason",
                            "state", "tolerated", "temperature", "position", "lubricant"]


class MeasurementSerializer(serializers.ModelSerializer[Measurement]):
    value = serializers.FloatField()

    class Meta:
        model = Measurement
        fields: ClassVar = ["measure", "when", "value"]


class NoteReason(ReasonSerializer):
    """One thing that speaks; `treatment` is the row it is about, null the whole body or visit."""

    treatment = serializers.IntegerField(allow_null=True)


class NoteCheck(CautionsSerializer):
    """What the safety check says of these treatments on that day."""

    reasons = NoteReason(many=True)


class MinutesSerializer(serializers.Serializer[Any]):
    """Minutes given in one place, or by one technique."""

    code = serializers.CharField(help_text='A technique, or a place such as "foot:left".')
    minutes = serializers.IntegerField()


class TotalsSerializer(serializers.Serializer[Any]):
    """The minutes given, as far as rows say them; `asks` is a question where they are more than the visit has."""

    minutes = serializers.IntegerField()
    visit_minutes = serializers.IntegerField()
    asks = serializers.CharField(allow_blank=True)
    by_region = MinutesSerializer(many=True)
    by_technique = MinutesSerializer(many=True)


class NoteSerializer(serializers.ModelSerializer[Note]):
    """A note with everything that belongs to it."""

    client = serializers.UUIDField(source="client.standing_id", read_only=True)
    status = serializers.SerializerMethodField()
    author_name = serializers.CharField(source="author.name", read_only=True)
    signed_by_name = serializers.CharField(source="signed_by.name", read_only=True, default="")
    treatments = TreatmentSerializer(many=True, read_only=True)
    measurements = MeasurementSerializer(many=True, read_only=True)
    events = EventSerializer(many=True, read_only=True)
    addenda = AddendumSerializer(many=True, read_only=True)
    visit_on = serializers.DateField(source="day", read_only=True)
    late_entry = serializers.SerializerMethodField()
    awaits_cosignature = serializers.BooleanField(read_only=True)
    cosigned_at = serializers.DateTimeField(read_only=True, allow_null=True)
    cosigned_by = serializers.UUIDField(source="cosigned_by.pk", read_only=True, allow_null=True, default=None)
    cosigned_by_name = serializers.CharField(source="cosigned_by.name", read_only=True, default="")

    class Meta:
        model = Note
        fields: ClassVar = [
            "id", "appointment", "client", "author", "author_name", "visit_on", "status", "visibility", *SOAP,
            "next_in_days", "next_focus", "treatments", "measurements", "events", "addenda", "version", "written_at",
            "signed_at", "signed_by", "signed_by_name", "signer_credential", "late_entry", "awaits_cosignature",
            "cosigned_at", "cosigned_by", "cosigned_by_name", "hash_version", "content_hash", "previous_hash",
            "chain_position"]

    def get_status(self, note: Note) -> str:
        """draft or signed"""
        return "signed" if note.is_signed else "draft"

    def get_late_entry(self, note: Note) -> str:
        """When it was written or signed more than a day after the visit, in words; empty where it was in time."""
        return late_entry(note)


class WorryingRow(serializers.Serializer[Any]):
    """A score at or above its cut-off, and what the practice does then."""

    measure = serializers.CharField()
    value = serializers.FloatField()
    cut_off = serializers.IntegerField()
    what_we_do = serializers.CharField(allow_blank=True)


class CheckedNoteSerializer(NoteSerializer):
    """A note, what the safety check says of it, the minutes given, and the scores the practice looks closer at."""

    check = NoteCheck(source="checked", read_only=True)
    totals = TotalsSerializer(source="counted", read_only=True)
    worrying = WorryingRow(many=True, read_only=True)

    class Meta(NoteSerializer.Meta):
        fields: ClassVar = [*NoteSerializer.Meta.fields, "check", "totals", "worrying"]


class KnownChange(serializers.Serializer[Any]):
    """A published size of change, and who says so: units of the scale, or a share of the first reading."""

    value = serializers.FloatField()
    is_share = serializers.BooleanField()
    for_worse = serializers.FloatField(allow_null=True, help_text="Where getting worse takes another size.")
    text = serializers.CharField(help_text="A sentence, with its source.")


class MeasureEntry(CatalogueEntry):
    """A measure of the catalogue."""

    unit = serializers.CharField()
    low = serializers.IntegerField()
    high = serializers.IntegerField()
    better = serializers.ChoiceField(["lower", "higher"])
    question = serializers.CharField(allow_blank=True, help_text="Asked once at a visit, before the session.")
    loinc = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(list(KINDS))
    times = serializers.ListField(child=serializers.ChoiceField(["before", "after"]))
    known_by = serializers.ChoiceField(["reported", "measured"])
    licence = serializers.CharField()
    meaningful_change = KnownChange(allow_null=True)
    mdc = KnownChange(allow_null=True, help_text="The measurement error: what a change has to exceed to be one at all.")


class ReadingRow(serializers.Serializer[Any]):
    """One visit's readings; `signed` says whether its note is."""

    on = serializers.DateField()
    before = serializers.FloatField(allow_null=True)
    after = serializers.FloatField(allow_null=True)
    change = serializers.FloatField(allow_null=True)
    signed = serializers.BooleanField()


class VerdictRow(serializers.Serializer[Any]):
    """What may be said of the last reading against the first, both before sessions."""

    word = serializers.ChoiceField(list(get_args(Word)))
    words = serializers.CharField(allow_blank=True)
    change = serializers.FloatField()


class OutcomeSerializer(MeasureEntry):
    """A measure of one client over time, oldest first."""

    measure = serializers.CharField()
    verdict = VerdictRow()
    readings = ReadingRow(many=True)


def measure_as_data(measure: Measure) -> dict[str, Any]:
    """A measure as the catalogue answers it."""
    return {
        "code": measure.code, "name": measure.name, "unit": measure.unit, "low": measure.low, "high": measure.high,
        "better": measure.better, "source": measure.source, "loinc": measure.loinc, "question": measure.question,
        "kind": measure.kind, "times": list(measure.times), "known_by": measure.known_by, "licence": measure.licence,
        "meaningful_change": _change_as_data(measure.meaningful), "mdc": _change_as_data(measure.error)}


def _change_as_data(change: Change | None) -> dict[str, Any] | None:
    return None if change is None else {
        "value": change.value, "is_share": change.is_share, "for_worse": change.for_worse, "text": change.said}


def outcome_as_data(measure: Measure, points: Sequence[Point]) -> dict[str, Any]:
    """One measure over time, as the API answers it."""
    readings = [
        {"on": p.on.isoformat(), "before": _number(p.before), "after": _number(p.after), "signed": p.is_signed,
         "change": None if p.before is None or p.after is None else float(p.after - p.before)}
        for p in points]
    course = course_of(measure, points)
    said = {"word": course.word, "words": course.words, "change": course.change}
    return {**measure_as_data(measure), "measure": measure.code, "verdict": said, "readings": readings}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
