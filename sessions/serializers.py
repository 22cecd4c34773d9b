"""Shapes of the diary over HTTP: open slots, visits, series, the waitlist."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers

from clients.body_serializers import CautionsSerializer
from clients.models import Client
from practice import clock
from practice.api import Day, Owned, WallTime
from practice.models import Membership, Room, Service
from sessions.models import Appointment, Series, WaitlistEntry, WaitlistOffer
from sessions.objections import ReasonNeeded
from sessions.rhythm import MOST_VISITS, Rhythm
from sessions.series_changes import Scope
from sessions.supply import MOST_DAYS

_IN_USE = {"is_active": True}
_GIVES_SESSIONS = {"is_therapist": True, "is_active": True}
CLINICAL_REASONS = {Appointment.Reason.FLARE}  # the front desk reads “other”


class AvailabilityQuery(serializers.Serializer[Any]):
    """Which open slots: of one service, between two dates of the practice's zone, both included, at most 92 days."""

    service = serializers.UUIDField()
    therapist = serializers.UUIDField(required=False)
    room = serializers.UUIDField(required=False)
    client = serializers.UUIDField(required=False, help_text="Ranks the answer by this client's wishes.")

    def get_fields(self) -> dict[str, Any]:
        return {"from": Day(), "to": Day(), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["to"] < attrs["from"]:
            raise serializers.ValidationError({"to": f"{clock.said_date(attrs['to'])} lies before the first day."})
        if (attrs["to"] - attrs["from"]).days >= MOST_DAYS:
            raise serializers.ValidationError({"to": f"Ask for {MOST_DAYS} days at most in one go."})
        return attrs


class SlotSerializer(serializers.Serializer[Any]):
    """One open slot; `rank` (1 is the best of the whole answer) and `why` only where a client was named."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    therapist = serializers.UUIDField()
    room = serializers.UUIDField()
    rank = serializers.IntegerField(required=False)
    why = serializers.ListField(child=serializers.CharField(), required=False)


class SlotsSerializer(serializers.Serializer[Any]):
    """All open slots at once: by start and therapist, or best first where a client was named."""

    count = serializers.IntegerField()
    results = SlotSerializer(many=True)


class StatusesField(serializers.CharField):
    """One status, or several with commas between."""

    def to_internal_value(self, data: Any) -> Any:
        asked = [word.strip() for word in super().to_internal_value(data).split(",") if word.strip()]
        if unknown := [word for word in asked if word not in Appointment.Status.values]:
            raise serializers.ValidationError(
                f"“{unknown[0][:40]}” is no status. There are: {', '.join(Appointment.Status.values)}.")
        return asked


class AppointmentQuery(serializers.Serializer[Any]):
    """Which visits: between two dates of the practice's zone, both included; of a client, a therapist, in a status."""

    client = serializers.UUIDField(required=False)
    therapist = serializers.UUIDField(required=False)
    status = StatusesField(required=False, help_text="One, or several with commas between.")

    def get_fields(self) -> dict[str, Any]:
        return {"from": Day(required=False), "to": Day(required=False), **super().get_fields()}


class ListedVisit(NamedTuple):
    """A visit of a list: what is shown of it and no more, in a third of the time the whole row takes."""

    id: UUID
    client_id: UUID
    therapist_id: UUID
    service_id: UUID
    room_id: UUID
    series_id: UUID | None
    status: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    time_zone: str
    wall_date: date
    wall_time: time
    cancel_reason: str
    wants_other_time: bool
    override_reason: str
    keep_reason: str
    version: int
    sequence: int


class AppointmentSerializer(serializers.Serializer[Any]):
    """A visit. `cautions` stand where one visit is answered; they and the reasons given are null for the front desk,
    which reads `needs_decision`: the therapist has to decide something about this visit."""

    id = serializers.UUIDField()
    client = serializers.UUIDField()
    therapist = serializers.UUIDField()
    service = serializers.UUIDField()
    room = serializers.UUIDField()
    series = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(choices=Appointment.Status.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    minutes = serializers.IntegerField()
    time_zone = serializers.CharField()
    wall_date = serializers.DateField(help_text="The date on the wall, in `time_zone`.")
    wall_time = serializers.CharField(help_text="The time on the wall: 10:30.")
    cancel_reason = serializers.CharField(allow_blank=True)
    wants_other_time = serializers.BooleanField(help_text="The client asked for another time.")
    needs_decision = serializers.BooleanField()
    override_reason = serializers.CharField(allow_null=True, allow_blank=True)
    keep_reason = serializers.CharField(allow_null=True, allow_blank=True)
    cautions = CautionsSerializer(allow_null=True, required=False)
    version = serializers.IntegerField()
    sequence = serializers.IntegerField(help_text="iCalendar SEQUENCE: raised by each move.")

    def to_representation(self, visit: Appointment | ListedVisit) -> dict[str, Any]:
        is_clinical = self.context["member"].may_see_clinical
        hidden = not is_clinical and visit.cancel_reason in CLINICAL_REASONS
        shown: dict[str, Any] = {
            "id": str(visit.id), "client": str(visit.client_id), "therapist": str(visit.therapist_id),
            "service": str(visit.service_id), "room": str(visit.room_id),
            "series": str(visit.series_id) if visit.series_id else None, "status": visit.status,
            "starts_at": clock.iso(visit.starts_at, visit.time_zone),
            "ends_at": clock.iso(visit.ends_at, visit.time_zone), "minutes": visit.minutes,
            "time_zone": visit.time_zone, "wall_date": visit.wall_date.isoformat(),
            "wall_time": clock.said_time(visit.wall_time),
            "cancel_reason": Appointment.Reason.OTHER.value if hidden else visit.cancel_reason,
            "wants_other_time": visit.wants_other_time, "needs_decision": visit.id in self.context["needs_decision"],
            "override_reason": visit.override_reason if is_clinical else None,
            "keep_reason": visit.keep_reason if is_clinical else None,
            "version": visit.version, "sequence": visit.sequence,
        }
        if "check" in self.context:
            check = self.context["check"] if is_clinical else None
            shown["cautions"] = CautionsSerializer(check).data if check is not None else None
        return shown


class OverrideSerializer(serializers.Serializer[Any]):
    """Go ahead all the same, with a reason. What a role may lift so stands in the documentation of the states."""

    reason = serializers.CharField(max_length=500, allow_blank=True)


def reason_from(read: dict[str, Any]) -> str:
    """The reason of an override in a body, empty where none is asked; refuses an override without its reason."""
    override = read.get("override")
    if override is None:
        return ""
    reason = str(override["reason"]).strip()
    if not reason:
        raise ReasonNeeded("Say why, in a few words.", field="override/reason")
    return reason


class BookingSerializer(serializers.Serializer[Any]):
    """A visit as wished; without a room the first free one is taken."""

    client = Owned(Client, where={"archived_at": None})
    therapist = Owned(Membership, where=_GIVES_SESSIONS)
    service = Owned(Service, where=_IN_USE)
    room = Owned(Room, where=_IN_USE, required=False, allow_null=True)
    starts_at = WallTime()
    override = OverrideSerializer(required=False, allow_null=True)


class ScopeField(serializers.ChoiceField):
    """How much of a series is meant: this visit, this and the following, or all still to come; this one by default."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Scope.choices, default=Scope.THIS, error_messages={
            "invalid_choice": f"Give one of these codes: {', '.join(Scope.values)}."}, **kwargs)


class MoveSerializer(serializers.Serializer[Any]):
    """Where a visit moves to; therapist and room stay where they are not named."""

    starts_at = WallTime()
    therapist = Owned(Membership, where=_GIVES_SESSIONS, required=False, allow_null=True)
    room = Owned(Room, where=_IN_USE, required=False, allow_null=True)
    override = OverrideSerializer(required=False, allow_null=True)
    scope = ScopeField()


class CancelSerializer(serializers.Serializer[Any]):
    """Why, as a code; words about health have no place here."""

    scope = ScopeField()

    reason = serializers.ChoiceField(
        choices=Appointment.Reason.choices, default=Appointment.Reason.OTHER,
        error_messages={"invalid_choice": f"Give one of these codes: {', '.join(Appointment.Reason.values)}."})


class KeepSerializer(serializers.Serializer[Any]):
    """Why a visit on hold stays at its time."""

    reason = serializers.CharField(max_length=500, allow_blank=True)


class InsteadSerializer(serializers.Serializer[Any]):
    """For one date of a series another start, or none: then the date is left out."""

    on = Day()
    starts_at = WallTime(allow_null=True)


class SeriesQuestionSerializer(serializers.Serializer[Any]):
    """A run of visits at one rhythm, at the same time on the wall; with `dry_run` nothing is booked.

    Every `every_days` days, or on `weekdays` (0 is Monday) of every so many whole weeks; it ends after `count` visits
    or with the last date not after `until`. `instead` gives single dates another start.
    """

    client = Owned(Client, where={"archived_at": None})
    therapist = Owned(Membership, where=_GIVES_SESSIONS)
    service = Owned(Service, where=_IN_USE)
    room = Owned(Room, where=_IN_USE, required=False, allow_null=True)
    first_starts_at = WallTime()
    every_days = serializers.IntegerField(min_value=1, max_value=366, default=7)
    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6), required=False,
                                     max_length=7)
    count = serializers.IntegerField(min_value=1, max_value=MOST_VISITS, required=False)
    until = Day(required=False)
    instead = serializers.ListField(child=InsteadSerializer(), required=False, max_length=MOST_VISITS)
    dry_run = serializers.BooleanField(default=False)
    override = OverrideSerializer(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The rhythm as one thing, the changed dates by date."""
        if "count" not in attrs and "until" not in attrs:
            raise serializers.ValidationError({"count": "Say how many visits, or until when."})
        attrs["rhythm"] = Rhythm(attrs.pop("every_days"), attrs.pop("count", None), attrs.pop("until", None),
                                 tuple(attrs.pop("weekdays", ())))
        attrs["instead"] = {one["on"]: one["starts_at"] for one in attrs.get("instead", ())}
        return attrs


class SeriesDateSerializer(serializers.Serializer[Any]):
    """One date of a series: free, or what speaks against it, as code and in words, and the nearest free times."""

    on = serializers.DateField()
    starts_at = serializers.DateTimeField()
    conflict = serializers.CharField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    alternative = serializers.DateTimeField(allow_null=True)
    alternatives = serializers.ListField(child=serializers.DateTimeField())


class SeriesSerializer(serializers.Serializer[Series]):
    """A booked series: its visits, and its dates as a dry run answers them."""

    id = serializers.UUIDField()
    appointments = AppointmentSerializer(many=True)
    dates = SeriesDateSerializer(many=True)


class SeriesDatesSerializer(serializers.Serializer[Any]):
    """What a dry run found, date by date."""

    dates = SeriesDateSerializer(many=True)


class WindowField(serializers.ListField):
    """From and until on the wall clock: ["10:00", "12:00"]."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.TimeField(format="%H:%M"), min_length=2, max_length=2, **kwargs)


class WaitlistOfferSerializer(serializers.ModelSerializer[WaitlistOffer]):
    """One time that was offered: open until `expires_at`, or what became of it."""

    class Meta:
        model = WaitlistOffer
        fields = ["id", "starts_at", "ends_at", "therapist", "expires_at", "state"]
        read_only_fields = fields


class WaitlistSerializer(serializers.ModelSerializer[WaitlistEntry]):
    """Who wants an earlier or another time, and when they can: `weekdays` 0 is Monday; none named means any."""

    client = Owned(Client, where={"archived_at": None})
    service = Owned(Service, where=_IN_USE)
    therapist = Owned(Membership, where=_GIVES_SESSIONS, required=False, allow_null=True)
    from_on = Day(required=False)
    until_on = Day(required=False)
    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6), required=False,
                                     max_length=7)
    windows = serializers.ListField(child=WindowField(), required=False, max_length=14)
    give_up = Owned(Appointment, required=False, allow_null=True)
    offers = WaitlistOfferSerializer(many=True, read_only=True)

    class Meta:
        model = WaitlistEntry
        fields = ["id", "client", "service", "therapist", "from_on", "until_on", "weekdays", "windows", "give_up",
                  "offers", "created_at"]

    def to_representation(self, entry: WaitlistEntry) -> dict[str, Any]:
        return {
            "id": str(entry.pk), "client": str(entry.client_id), "service": str(entry.service_id),
            "therapist": str(entry.therapist_id) if entry.therapist_id else None,
            "from_on": entry.from_on.isoformat(), "until_on": entry.until_on.isoformat(), "weekdays": entry.weekdays,
            "windows": entry.windows, "give_up": str(entry.give_up_id) if entry.give_up_id else None,
            "offers": WaitlistOfferSerializer(entry.offers.all(), many=True).data,
            "created_at": clock.iso(entry.created_at, timezone.get_current_timezone_name())}
