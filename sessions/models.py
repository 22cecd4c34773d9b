"""The diary: appointments and series, what was put on hold and why, and plans for the return."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from clients.models import Client, Episode
from practice import clock
from practice.access import PracticeOwned
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
        PROPOSED = "proposed", "Requested"
        BOOKED = "booked", "Booked"
        CONFIRMED = "confirmed", "Confirmed"
        ARRIVED = "arrived", "Arrived"
        FULFILLED = "fulfilled", "Done"
        CANCELLED = "cancelled", "Cancelled"
        NOSHOW = "noshow", "Did not come"
        HELD = "held", "On hold: time released"

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
    override_reason = models.CharField(max_length=500, blank=True)
    keep_reason = models.CharField(max_length=500, blank=True, help_text="Why it stays in spite of an episode.")
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
    def is_released(self) -> bool:
        return self.status in RELEASED

    @property
    def is_asked_for(self) -> bool:
        """Whether the client wants the other time, where it was read who said so last; else staff know of the need."""
        return vars(self).get("asked_by") in (None, self.client.name)


class OnlineBooking(PracticeOwned):
    """A visit somebody asked for or booked by themselves. One form makes one, however often it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    appointment = models.OneToOneField(Appointment, on_delete=models.CASCADE, related_name="online")
    nonce = models.UUIDField(unique=True, help_text="Of the form that was sent.")
    remark = models.CharField(max_length=300, blank=True, help_text="About getting in and onto the table.")
    answered_at = models.DateTimeField(null=True, blank=True, help_text="Since when nobody waits for an answer.")
    answer = models.CharField(max_length=300, blank=True, help_text="What the practice wrote with it.")
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


class Hold(PracticeOwned):
    """One visit put on hold by one episode. Open until the visit is restored, planned or cancelled."""

    class Outcome(models.TextChoices):
        OPEN = "", "Awaiting review"
        RESTORED = "restored", "Back at its time"
        PLANNED = "planned", "Moved by a plan"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="holds")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="holds")
    status_before = models.CharField(max_length=10)
    began_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["began_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["appointment"], condition=Q(outcome=""),
                                    name="visit_is_held_once_at_a_time"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="hold_ends_with_an_outcome"),
        ]


class Plan(PracticeOwned):
    """A proposal for when held visits come back, with its cost and reasons; applied or not, whole.

    Sent to the client, it keeps its new times until they have answered. A change of it is a plan of its own, which
    `replaces` it; `avoids` are starts (epoch minutes) the client said do not suit.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        APPLIED = "applied", "Applied"
        UNDONE = "undone", "Undone"
        STALE = "stale", "Out of date"
        EXPIRED = "expired", "Expired"
        SUPERSEDED = "superseded", "Replaced by a newer one"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="plans")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="plans")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROPOSED)
    policy = models.CharField(max_length=10, default="append",
                              choices=[("append", "Continue the rhythm, end later"),
                                       ("catch_up", "Squeeze them in"), ("drop", "Let the missed ones go")])
    return_on = models.DateField()
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    is_optimal = models.BooleanField(default=True)
    cost = models.PositiveIntegerField(default=0)
    cost_terms = models.JSONField(default=dict)
    diary_print = models.CharField(max_length=64, help_text="SHA-256 of the client's visits the plan was made from.")
    made_by_name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True, help_text="What the client wrote with it.")
    avoids = models.JSONField(default=list)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["episode"], condition=Q(status="proposed"),
                                    name="episode_has_one_open_plan"),
            models.CheckConstraint(condition=Q(answered_at=None) | Q(sent_at__isnull=False),
                                   name="plan_is_answered_once_it_was_sent"),
        ]

    @property
    def is_sent(self) -> bool:
        """Whether it waits with the client, or keeps times for them."""
        return self.status == self.Status.PROPOSED and self.sent_at is not None


class PlanMove(models.Model):
    """One visit of a plan: from where, to where (or not placed), why, and what it costs.

    `before` keeps every field an undo puts back, from when the visit moved or its new time was kept for the client.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="moves")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="plan_moves")
    position = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField(null=True, blank=True, help_text="Empty: not placed.")
    therapist = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, null=True, on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveSmallIntegerField(null=True)
    why = models.JSONField(default=list)
    cost_terms = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    is_chosen = models.BooleanField(default=False, help_text="A person chose this, the rest is arranged around it.")
    suits = models.BooleanField(null=True, help_text="What the client said of it, once asked.")

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "appointment"], name="plan_moves_a_visit_once")
        ]

    @property
    def new_start(self) -> datetime | None:
        """Where applying the plan puts the visit; none where it found no place, or the client said it does not suit."""
        return None if self.suits is False else self.starts_at

    @property
    def from_at(self) -> datetime:
        """When the visit was to begin before the plan, also once it has been applied."""
        return datetime.fromisoformat(self.before["starts_at"]) if self.before else self.appointment.starts_at


class WaitlistEntry(PracticeOwned):
    """Somebody wants an earlier or another time, and when they can."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="waitlist")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    therapist = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()
    weekdays = models.JSONField(default=list)
    windows = models.JSONField(default=list)
    give_up = models.ForeignKey(Appointment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
                                help_text="The visit they would give up for it.")
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]


class FreedTime(PracticeOwned):
    """Time of a therapist that came free, breaks included, or that staff offer by hand; and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Not offered yet"
        OFFERED = "offered", "Offered"
        UNTAKEN = "untaken", "Nobody took it yet"
        CLOSED = "closed", "Nothing is left to do"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    appointment = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT, related_name="freed",
                                    help_text="Whose it was; none where staff offer open time.")
    therapist = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    offer_from = models.DateTimeField(help_text="Until then the act that freed it can be undone.")
    depth = models.PositiveSmallIntegerField(default=0, help_text="How many visits were given up one for the other.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["starts_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="freed_time_ends_after_it_starts"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "starts_at"], name="freed_time_to_offer")]


class WaitlistOffer(PracticeOwned):
    """One time offered to one person for a while. It reserves nothing: the first yes books."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        TAKEN = "taken", "Taken by them"
        LAPSED = "lapsed", "Run out"
        DECLINED = "declined", "They said no"
        WITHDRAWN = "withdrawn", "Taken by somebody else"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(WaitlistEntry, on_delete=models.PROTECT, related_name="offers")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    freed = models.ForeignKey(FreedTime, on_delete=models.PROTECT, related_name="offers")
    therapist = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    by_name = models.CharField(max_length=120)
    became = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry"], condition=Q(state="open"),
                                    name="waitlist_entry_has_one_running_offer"),
            NoOverlap(name="client_is_offered_one_time_at_once", resource="client", start="starts_at", end="ends_at",
                      state="state", dead=("taken", "lapsed", "declined", "withdrawn")),
            models.CheckConstraint(condition=Q(state="open", decided_at=None) | (
                ~Q(state="open") & Q(decided_at__isnull=False)), name="offer_is_open_until_it_is_decided"),
            models.CheckConstraint(condition=Q(state="taken", became__isnull=False) | ~Q(state="taken"),
                                   name="taken_offer_became_a_visit"),
        ]

    @property
    def said(self) -> str:
        """When, as people say it."""
        return clock.said(self.starts_at, self.practice.time_zone)


class CalendarFeed(PracticeOwned):
    """The address under which a therapist's calendar is read until it is revoked; of its secret only the SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    therapist = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True, help_text="When a calendar last asked, to about five minutes.")
    body_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what was last given out.")
    changed_at = models.DateTimeField(null=True, help_text="Since when what is given out reads as it does.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["therapist"], condition=Q(revoked_at=None),
                                    name="therapist_has_one_calendar_address"),
        ]


class OutsideFeed(PracticeOwned):
    """A therapist's own calendar elsewhere, read for when they are busy; its address is a secret, and sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    therapist = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    host = models.CharField(max_length=253, help_text="What people are told of its address.")
    sealed_url = models.TextField()
    url_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True, help_text="What went wrong since the last good read.")

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["therapist", "url_hash"], name="outside_calendar_is_read_once"),
        ]


class BusyTime(PracticeOwned):
    """A therapist is busy by an outside calendar; nothing else of what stands there is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    therapist = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    feed = models.ForeignKey(OutsideFeed, on_delete=models.CASCADE, related_name="busy_times")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="busy_time_ends_after_it_starts"),
        ]
        indexes: ClassVar = [models.Index(fields=["therapist", "ends_at"], name="busy_time_of_therapist")]
