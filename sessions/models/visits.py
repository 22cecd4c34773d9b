"""The diary: visits, their own history, and the series they stand in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop
from uuid_utils.compat import uuid7

from clients.models import Client
from practice import clock
from practice.access import PracticeOwned
from practice.encryption import EncryptedCharField
from practice.guards import NoOverlap
from practice.models import Membership, Room, Service

RELEASED = ("held", "cancelled", "noshow")  # states that occupy no time


class Series(PracticeOwned):
    """A run of visits at one rhythm; each visit is an appointment of its own.

    `every_days` is how many days lie between two visits on the whole; `weekdays` (0 = Monday) where days were chosen.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="series")
    therapist = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    every_days = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(366)])
    weekdays = models.JSONField(default=list)
    count = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(104)])
    created_at = models.DateTimeField(auto_now_add=True)


class Appointment(PracticeOwned):
    """One booked visit. Wall date and time in its zone are the truth; the UTC instants are derived beside them.

    Therapist and room are occupied from `occupied_from` to `occupied_until` (buffers included), the client for
    the visit itself. The database refuses any overlap of occupied time, whoever asks.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", gettext_noop("Requested")
        BOOKED = "booked", gettext_noop("Booked")
        CONFIRMED = "confirmed", gettext_noop("Confirmed")
        ARRIVED = "arrived", gettext_noop("Arrived")
        FULFILLED = "fulfilled", gettext_noop("Done")
        CANCELLED = "cancelled", gettext_noop("Cancelled")
        NOSHOW = "noshow", gettext_noop("Did not come")
        HELD = "held", gettext_noop("On hold: time released")

    class Reason(models.TextChoices):
        BETTER = "better", "Feeling better"
        WORSE = "worse", "Feeling worse"
        SICK = "sick", "Ill"
        FLARE = "flare", "Flare"
        AWAY = "away", "Away"
        WEATHER = "weather", "Weather"
        OTHER = "other", "Other"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="appointments")
    therapist = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="appointments")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="appointments")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="appointments")
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.BOOKED)
    wall_date = models.DateField()
    wall_time = models.TimeField()
    wall_fold = models.PositiveSmallIntegerField(default=0, help_text="1: the second of two equal wall times.")
    time_zone = models.CharField(max_length=64)
    minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(5), MaxValueValidator(480)])
    buffer_before = models.PositiveSmallIntegerField(default=0)
    buffer_after = models.PositiveSmallIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    occupied_from = models.DateTimeField()
    occupied_until = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, help_text="A requested visit lets go of its time then.")
    reserved_by = models.ForeignKey("Plan", null=True, blank=True, on_delete=models.PROTECT, related_name="reserved",
                                    help_text="The plan that keeps this time until the client has answered.")
    cancel_reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    override_reason = EncryptedCharField(max_length=500, blank=True)
    keep_reason = EncryptedCharField(max_length=500, blank=True, help_text="Why it stays in spite of an episode.")
    wants_other_time = models.BooleanField(default=False, help_text="The client asked for another time.")
    version = models.PositiveIntegerField(default=1)
    sequence = models.PositiveIntegerField(default=0, help_text="iCalendar SEQUENCE; raised by each move.")
    created_at = models.DateTimeField(auto_now_add=True)
    reading: Any = None  # no column: what was read of the client as it was booked or moved (`objections.Reading`)

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(occupied_from__lte=F("starts_at")) & Q(occupied_until__gte=F("ends_at")),
                name="appointment_occupies_its_own_time"),
            models.CheckConstraint(condition=Q(reserved_by=None) | Q(status="proposed", expires_at__isnull=False),
                                   name="plan_reserves_a_proposed_time_for_a_while"),
            NoOverlap(name="therapist_is_never_booked_twice", resource="therapist", start="occupied_from",
                      end="occupied_until", state="status", dead=RELEASED),
            NoOverlap(name="room_is_never_booked_twice", resource="room", start="occupied_from",
                      end="occupied_until", state="status", dead=RELEASED),
            NoOverlap(name="client_is_never_booked_twice", resource="client", start="starts_at",
                      end="ends_at", state="status", dead=RELEASED),
        ]
        indexes: ClassVar = [
            models.Index(fields=["therapist", "occupied_until"], name="diary_of_therapist"),
            models.Index(fields=["room", "occupied_until"], name="diary_of_room"),
            models.Index(fields=["client", "ends_at"], name="diary_of_client"),
            models.Index(fields=["practice", "starts_at"], name="diary_of_practice"),
        ]

    def set_time(self, starts_at: datetime, zone: str) -> None:
        """Set wall time, zone and every derived instant from an aware start."""
        self.wall_date, self.wall_time, self.wall_fold = clock.wall_of(starts_at, zone)
        self.time_zone, self.starts_at = zone, starts_at
        self.ends_at = starts_at + timedelta(minutes=self.minutes)
        self.occupied_from = starts_at - timedelta(minutes=self.buffer_before)
        self.occupied_until = self.ends_at + timedelta(minutes=self.buffer_after)

    TIME_FIELDS: ClassVar = ["wall_date", "wall_time", "wall_fold", "time_zone", "starts_at", "ends_at",
                             "occupied_from", "occupied_until", "minutes", "buffer_before", "buffer_after"]

    @property
    def said(self) -> str:
        """When, as people say it: “Tue 24 Nov, 10:30”."""
        return clock.said(self.starts_at, self.time_zone)

    @property
    def said_day(self) -> str:
        """The day alone, by the same rule: “Tue 24 Nov”, and its year where it is another."""
        return self.said.rsplit(",", 1)[0]

    def said_in(self, language: str) -> str:
        """The same in the language of who reads it."""
        return clock.said(self.starts_at, self.time_zone, language=language)

    @property
    def is_released(self) -> bool:
        return self.status in RELEASED

    @property
    def is_to_come(self) -> bool:
        """Whether it stands and has not begun."""
        return not self.is_released and self.starts_at > timezone.now()

    @property
    def is_asked_for(self) -> bool:
        """Whether the client wants the other time, where it was read who said so last; else staff know of the need."""
        return vars(self).get("asked_by") in (None, self.client.name)


class OnlineBooking(PracticeOwned):
    """A visit somebody asked for or booked by themselves. One form makes one, however often it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    appointment = models.OneToOneField(Appointment, on_delete=models.CASCADE, related_name="online")
    nonce = models.UUIDField(unique=True, help_text="Of the form that was sent.")
    remark = EncryptedCharField(max_length=300, blank=True, help_text="About getting in and onto the table.")
    answered_at = models.DateTimeField(null=True, blank=True, help_text="Since when nobody waits for an answer.")
    answer = EncryptedCharField(max_length=300, blank=True, help_text="What the practice wrote with it.")
    created_at = models.DateTimeField(auto_now_add=True)


class AppointmentEvent(models.Model):
    """One line of a visit's own history: what happened, when, by whom, from what to what."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=20)
    by_name = models.CharField(max_length=120)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["at", "id"]
