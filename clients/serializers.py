"""The shapes of profiles, doctors and agreements as they come in and go out; what they may mean, the verbs know."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.validators import RegexValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clients.consents import SHARING
from clients.models import Client, Consent, Doctor
from clients.profiles import CHANNELS, CLINICAL_FIELDS, ProfileFields, ReminderConsent
from clients.wishes import LONGEST, MOST_AREAS, MOST_WINDOWS, PLACES_TO_WORK, SHORTEST, Wishes
from clients.words import check_phone
from practice.api import Owned, PlainText
from practice.models import check_zone

CODE = RegexValidator(re.compile(r"\A[a-z0-9]+([-_][a-z0-9]+)*\Z"), "Write the code in small letters with hyphens.")
LANGUAGE = RegexValidator(re.compile(r"\A[a-z]{2,3}(-[A-Za-z0-9]{2,4})?\Z"),
                          "Write the language as a code such as en or pt-BR.")
TIMES = ["%H:%M", "%H:%M:%S"]


class Changing(serializers.Serializer[Any]):
    """A shape for POST that, with `changing=True`, serves PATCH: what is given is read, whole where it is nested."""

    def __init__(self, *args: Any, changing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if changing:
            for field in self.fields.values():
                field.required = False


class CodeField(serializers.CharField):
    """A code of one of the catalogues; unknown ones are refused with the address of the list."""

    def __init__(self, *, catalogue: Sequence[str] = (), address: str = "", **kwargs: Any) -> None:
        self.catalogue, self.address = catalogue, address
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        code: str = super().to_internal_value(data)
        if code not in self.catalogue:
            where = f"See {self.address} for the list." if self.address else f"There are: {', '.join(self.catalogue)}."
            raise serializers.ValidationError(f"“{code[:60]}” is not known here. {where}")
        return code


@extend_schema_field({"type": "string", "pattern": r"^[0-2][0-9]:[0-5][0-9]$"})
class WallTime(serializers.TimeField):
    """A time on the practice's wall, 10:30; no zone, no seconds."""


class ReminderConsentSerializer(serializers.Serializer[Any]):
    """When the client agreed to reminders, and how they said so."""

    given_on = serializers.DateField()
    source = PlainText(  # type: ignore[assignment]
        max_length=120, allow_blank=False, help_text="In person, on paper, by phone …")


class PreferencesSerializer(serializers.Serializer[Any]):
    """What a client asks for. Every key may be left out; a PATCH replaces them all; unknown keys are refused."""

    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6), required=False,
                                     allow_null=True, max_length=7, help_text="0 is Monday, 6 is Sunday.")
    windows = serializers.ListField(
        child=serializers.ListField(child=WallTime(format="%H:%M", input_formats=TIMES), min_length=2, max_length=2),
        required=False, allow_null=True, max_length=MOST_WINDOWS,
        help_text='Wall-clock stretches of the day: [["10:00", "12:00"]].')
    therapists = serializers.ListField(child=serializers.UUIDField(), required=False, allow_null=True, max_length=20,
                                       help_text="In order of preference.")
    minutes = serializers.IntegerField(min_value=SHORTEST, max_value=LONGEST, required=False, allow_null=True)
    mobility = PlainText(max_length=200, required=False, allow_null=True)
    transfer = PlainText(max_length=200, required=False, allow_null=True)
    works_on = CodeField(catalogue=tuple(PLACES_TO_WORK), required=False, allow_null=True)
    room_temperature = PlainText(max_length=60, required=False, allow_null=True)
    declined_areas = serializers.ListField(
        child=PlainText(max_length=60, allow_blank=False), required=False, allow_null=True, max_length=MOST_AREAS,
        help_text="In the client's own words.")

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := [key for key in data if key not in self.fields]):
            known = ", ".join(self.fields)
            raise serializers.ValidationError({str(key)[:60]: f"There is no such preference. There are: {known}."
                                               for key in unknown})
        return super().to_internal_value(data)


class ClientSerializer(Changing):
    """A client's profile. Heat and cold sensitivity are clinical: the front desk neither sees nor sets them."""

    id = serializers.UUIDField(read_only=True)
    name = PlainText(max_length=120, allow_blank=False)
    preferred_name = PlainText(max_length=60, required=False)
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    phone = PlainText(max_length=40, required=False)
    birth_date = serializers.DateField(allow_null=True, required=False)
    time_zone = PlainText(max_length=64, required=False, help_text="IANA; empty: the practice's.")
    language = serializers.CharField(max_length=8, required=False, validators=[LANGUAGE])
    channels = serializers.ListField(child=CodeField(catalogue=CHANNELS), required=False, max_length=4)
    reminder_consent = ReminderConsentSerializer(required=False, allow_null=True)
    preferences = PreferencesSerializer(required=False)
    heat_sensitive = serializers.BooleanField(required=False)
    cold_sensitive = serializers.BooleanField(required=False)
    archived_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def validate_phone(self, value: str) -> str:
        if value.strip():
            check_phone(value)
        return value

    def validate_time_zone(self, value: str) -> str:
        if value.strip():
            check_zone(value.strip())
        return value

    def to_representation(self, client: Client) -> dict[str, Any]:
        agreed_on: date | None = client.reminder_consent_on
        shown = {
            "id": str(client.pk), "name": client.name, "preferred_name": client.preferred_name,
            "email": client.email, "phone": client.phone, "birth_date": client.birth_date, "time_zone": client.zone,
            "language": client.language, "channels": client.channels,
            "reminder_consent": agreed_on and {"given_on": agreed_on, "source": client.reminder_consent_source},
            "preferences": client.preferences, "heat_sensitive": client.heat_sensitive,
            "cold_sensitive": client.cold_sensitive, "archived_at": client.archived_at,
        }
        member = self.context.get("member")
        if member is None or not member.may_see_clinical:
            shown = {key: value for key, value in shown.items() if key not in CLINICAL_FIELDS}
        return shown


def profile_from(read: dict[str, Any]) -> ProfileFields:
    """The checked body as the verbs take it."""
    profile: dict[str, Any] = dict(read)
    if profile.get("reminder_consent") is not None:
        profile["reminder_consent"] = ReminderConsent(**profile["reminder_consent"])
    if "preferences" in profile:
        wishes: dict[str, Any] = {key: tuple(map(_frozen, value)) if isinstance(value, list) else value
                  for key, value in profile["preferences"].items()}
        profile["preferences"] = Wishes(**wishes)
    return ProfileFields(**profile)  # type: ignore[typeddict-item]


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class DoctorSerializer(serializers.ModelSerializer[Doctor]):
    """A doctor who refers or treats."""

    name = PlainText(max_length=120, allow_blank=False)
    specialty = PlainText(max_length=80, required=False)
    phone = PlainText(max_length=40, required=False)
    mobile = PlainText(max_length=40, required=False)
    fax = PlainText(max_length=40, required=False)
    address = PlainText(max_length=500, required=False)

    class Meta:
        model = Doctor
        fields = ["id", "name", "specialty", "email", "phone", "mobile", "fax", "address"]

    def validate_phone(self, value: str) -> str:
        if value.strip():
            check_phone(value)
        return value

    validate_mobile = validate_fax = validate_phone


class ConsentSerializer(serializers.ModelSerializer[Consent]):
    """What the client agreed to; `sections` empty means all of a summary."""

    kind = serializers.CharField(max_length=30, default=SHARING, validators=[CODE])
    doctor = Owned(Doctor, required=False, allow_null=True)
    sections = serializers.ListField(child=serializers.CharField(max_length=40, validators=[CODE]), required=False,
                                     max_length=30)
    text_version = PlainText(max_length=40, allow_blank=False)
    given_by = PlainText(max_length=120, required=False)
    relationship = PlainText(max_length=60, required=False)
    how = PlainText(max_length=60, allow_blank=False)
    given_on = serializers.DateField(required=False)

    class Meta:
        model = Consent
        fields = ["id", "kind", "doctor", "sections", "text_version", "given_by", "relationship", "how", "given_on",
                  "until", "withdrawn_at", "recorded_at"]
        read_only_fields = ["withdrawn_at", "recorded_at"]
