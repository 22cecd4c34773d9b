"""Shapes of summaries and shares at the API."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clients.models import Consent, Doctor
from notes.letters import letters
from notes.models import Share, ShareOpening, Summary
from notes.summaries.discharging import ENDINGS
from notes.summaries.summaries import SECTIONS, letter_of
from practice.api import Owned, PlainText


class NewSummary(serializers.Serializer[Any]):
    """To which doctor, of which days (both included), with which sections; no sections means the usual ones.

    With `ending` it is a discharge letter.
    """

    doctor = Owned(Doctor)
    sections = serializers.ListField(child=serializers.CharField(max_length=40), required=False, default=list,
                                     max_length=40, help_text=f"Of: {', '.join(SECTIONS)}.")

    ending = serializers.ChoiceField(choices=[(code, words) for code, (words, _) in ENDINGS.items()], required=False,
                                     allow_blank=True, default="")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is no name for a Python attribute.
        days = {"from": serializers.DateField(), "to": serializers.DateField()}
        return {**super().get_fields(), **days}


class SummaryChanges(serializers.Serializer[Any]):
    """The prose of a draft, and its sections."""

    ending = PlainText(required=False, max_length=2000)
    reason = PlainText(required=False, max_length=2000)
    course = PlainText(required=False, max_length=4000)
    outcome = PlainText(required=False, max_length=4000)
    reactions = PlainText(required=False, max_length=2000)
    watch = PlainText(required=False, max_length=2000)
    back = PlainText(required=False, max_length=2000)
    questions = PlainText(required=False, max_length=2000)
    plan = PlainText(required=False, max_length=2000)
    sections = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=40)


class SummarySerializer(serializers.ModelSerializer[Summary]):
    """A summary; `letter` is exactly what the doctor reads."""

    client = serializers.UUIDField(source="client.standing_id", read_only=True)
    author_name = serializers.CharField(source="author.name", read_only=True)
    sections = serializers.ListField(child=serializers.CharField())
    status = serializers.SerializerMethodField()
    letter = serializers.SerializerMethodField()

    class Meta:
        model = Summary
        fields: ClassVar = ["id", "kind", "client", "doctor", "author", "author_name", "sections", *Summary.PROSE,
                            "status", "version", "created_at", "signed_at", "content_hash", "letter"]

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        days = {"from": serializers.DateField(source="from_on"), "to": serializers.DateField(source="until_on")}
        return {**super().get_fields(), **days}

    def get_status(self, summary: Summary) -> str:
        """draft or signed"""
        return "signed" if summary.is_signed else "draft"

    @extend_schema_field(serializers.DictField())
    def get_letter(self, summary: Summary) -> dict[str, Any]:
        """What is read: frozen once signed."""
        return letters.as_data(letter_of(summary))


class NewShareInput(serializers.Serializer[Any]):
    """To whom, under which agreement, until the end of which day."""

    doctor = Owned(Doctor)
    consent = Owned(Consent, required=False, allow_null=True, default=None)
    expires_on = serializers.DateField(required=False, allow_null=True, default=None)


class NewShareSerializer(serializers.Serializer[Any]):
    """A share just made. Link and code are told this once; send them by separate ways."""

    id = serializers.UUIDField(source="share.pk")
    url = serializers.URLField()
    code = serializers.CharField()
    expires_at = serializers.DateTimeField(source="share.expires_at")


class OpeningSerializer(serializers.ModelSerializer[ShareOpening]):
    by = serializers.CharField(source="share.doctor.name", read_only=True)

    class Meta:
        model = ShareOpening
        fields: ClassVar = ["at", "what", "by"]


class ShareSerializer(serializers.ModelSerializer[Share]):
    """One sending: to whom, until when, and who opened it when and how often."""

    state = serializers.ChoiceField(["open", "locked", "used_up", "expired", "revoked"])
    opened = serializers.SerializerMethodField()
    times_opened = serializers.SerializerMethodField()
    times_downloaded = serializers.SerializerMethodField()
    last_opened_at = serializers.SerializerMethodField()
    openings = OpeningSerializer(many=True, read_only=True)

    class Meta:
        model = Share
        fields: ClassVar = ["id", "summary", "doctor", "consent", "shared_by", "created_at", "expires_at", "revoked_at",
                            "state", "opened", "times_opened", "times_downloaded", "last_opened_at", "openings"]

    def get_opened(self, share: Share) -> bool:
        """Whether it was opened at all."""
        return bool(share.opened_at)

    def get_times_opened(self, share: Share) -> int:
        """How often the page was opened; downloads of the letter are told apart."""
        return len(share.read_at)

    def get_times_downloaded(self, share: Share) -> int:
        """How often the letter was downloaded as a PDF."""
        return len(share.downloaded_at)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_last_opened_at(self, share: Share) -> Any:
        """When it was last opened."""
        times = share.opened_at
        return serializers.DateTimeField().to_representation(times[-1]) if times else None


class ConsentWithdrawn(serializers.ModelSerializer[Consent]):
    class Meta:
        model = Consent
        fields: ClassVar = ["id", "kind", "doctor", "given_on", "until", "withdrawn_at"]
