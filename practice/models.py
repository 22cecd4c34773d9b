"""The practice, its people, what it offers and when; the outbox, the audit trail and the keys to its doors."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from practice import clock, money
from practice.access import CLINICAL, PracticeOwned, Role
from practice.guards import Kept, Unchanging


def check_zone(name: str) -> None:
    """Refuse a name that is no IANA time zone."""
    if not clock.is_zone(name):
        raise ValidationError(f"“{name}” is not a time zone. Use a name such as Europe/Berlin or America/New_York.")


class NewClients(models.TextChoices):
    """What somebody nobody knows yet can do on the practice's public page."""

    REQUEST = "request", "They ask for a time, and we accept or decline"
    BOOKED = "booked", "They book at once"
    NO = "no", "They ring us"


class Practice(models.Model):
    """One practice: everything else belongs to exactly one. Numbers marked (P) are proposals without a source."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[check_zone])
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    address = models.TextField(blank=True, help_text="As on the letterhead, one line each.")
    sender_name = models.CharField(max_length=60, blank=True,
                                   help_text="A neutral name for messages, if the practice's own says too much.")
    paper = models.CharField(max_length=10, default="a4", choices=[("a4", "A4"), ("us-letter", "US Letter")])
    currency = models.CharField(max_length=3, default="EUR", help_text="ISO 4217; what prices are in.")
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1; whose public holidays are looked up.")
    region = models.CharField(max_length=40, blank=True, help_text="The part of the country, as its holidays name it.")
    slot_grid_minutes = models.PositiveSmallIntegerField(default=15)
    horizon_days = models.PositiveSmallIntegerField(default=365, help_text="How far ahead visits can be booked.")
    notice_minutes = models.PositiveIntegerField(default=0, help_text="Staff book no later than this before a visit.")
    client_notice_hours = models.PositiveSmallIntegerField(
        default=24, help_text="Clients book for themselves no later than this before a visit. Our proposal.")
    client_change_hours = models.PositiveSmallIntegerField(
        default=24, help_text="Clients move or cancel no later than this before a visit. Our proposal.")
    reminder_days = models.JSONField(default=list, help_text="Days before a visit on which a reminder leaves.")
    retention_years = models.PositiveSmallIntegerField(
        default=10, help_text="Years a record is kept after the last visit. Ten is usual; your law decides.")
    intake_every_months = models.PositiveSmallIntegerField(
        null=True, blank=True, default=12,
        help_text="Months after which the intake is asked again. Our proposal; empty: never.")
    rule_changes = models.PositiveIntegerField(
        default=0, help_text="How often the rules of the check, or what follows an episode, were changed here.")
    plan_horizon_days = models.PositiveSmallIntegerField(default=90)
    books_online = models.BooleanField(default=False, help_text="Clients book for themselves.")
    public_slug = models.SlugField(max_length=60, unique=True, null=True, blank=True,
                                   help_text="The last part of the public page's address.")
    new_clients_online = models.CharField(max_length=10, choices=NewClients.choices, default=NewClients.REQUEST)
    request_hours = models.PositiveSmallIntegerField(
        default=48, help_text="Hours a request keeps its time until somebody answers. Our proposal.")
    waitlist_offers = models.PositiveSmallIntegerField(
        default=3, help_text="To how many on the waitlist freed time is offered at once. Our proposal; 0: by hand.")
    waitlist_offer_hours = models.PositiveSmallIntegerField(
        default=2, help_text="Hours such an offer lasts. Our proposal.")
    follow_up_days = models.PositiveSmallIntegerField(
        default=3, help_text="Days after a visit on which clients are asked how it was. Our proposal; 0: never.")
    lock_minutes = models.PositiveSmallIntegerField(
        default=15, help_text="Minutes without a touch after which staff pages are covered. Our proposal.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(follow_up_days__lte=7), name="follow_up_comes_within_a_week"),
            models.CheckConstraint(condition=Q(books_online=False) | Q(public_slug__isnull=False),
                                   name="public_page_has_an_address"),
        ]

    def __str__(self) -> str:
        return self.name

    def letterhead(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.address.splitlines() if line.strip())


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who can sign in; the e-mail address is the name they sign in with."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person with a password; what they may do is said by their memberships."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Skill(PracticeOwned):
    """Something a service needs and some therapists can, as the practice calls it: “lymph drainage”."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint("practice", Lower("name"), name="skill_is_named_once")]

    def __str__(self) -> str:
        return self.name


class Membership(PracticeOwned):
    """A person's place in a practice. A therapist of the diary is a membership with `is_therapist`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    is_therapist = models.BooleanField(default=False, help_text="Gives sessions and has a column in the diary.")
    is_active = models.BooleanField(default=True)
    initials = models.CharField(max_length=4, blank=True)
    credential = models.CharField(max_length=120, blank=True, help_text="As printed on letters, with its number.")
    credential_expires_on = models.DateField(null=True, blank=True)
    skills = models.ManyToManyField(Skill, blank=True, related_name="members")
    supervisor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="supervises",
                                   help_text="Co-signs what this therapist signs.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice", "user"], name="person_belongs_once_to_a_practice"),
            models.CheckConstraint(condition=~Q(role="therapist") | Q(is_therapist=True),
                                   name="role_therapist_gives_sessions"),
            models.CheckConstraint(condition=Q(supervisor=None) | ~Q(supervisor=F("pk")),
                                   name="nobody_supervises_themselves"),
        ]

    def __str__(self) -> str:
        return self.user.name

    @property
    def name(self) -> str:
        return self.user.name

    def hours_on(self, day: date) -> list[WorkingHours]:
        """The weekly hours that hold on that day, in the order of the week."""
        rows = [h for h in self.working_hours.all() if h.holds_on(day)]
        return sorted(rows, key=lambda h: (h.weekday, h.opens))

    @property
    def may_see_clinical(self) -> bool:
        """Findings and conditions: owners and therapists, never the front desk."""
        return self.role in CLINICAL or self.is_therapist


class Room(PracticeOwned):
    """A treatment room; one visit at a time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60)
    access_notes = models.CharField(max_length=200, blank=True, help_text="Step-free, hoist, table height.")
    temperature_notes = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def notes(self) -> str:
        """How one gets in and how warm it is, in one line."""
        return ". ".join(filter(None, (self.access_notes.rstrip(". "), self.temperature_notes.rstrip(". "))))


class Service(PracticeOwned):
    """What is offered: its length in minutes and the buffers kept free around it for transfer and cooling."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(5), MaxValueValidator(480)])
    buffer_before = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(120)])
    buffer_after = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(120)])
    price = models.PositiveIntegerField(
        null=True, blank=True, help_text="In the smallest unit of the practice's currency; empty: none is named.")
    therapists = models.ManyToManyField(Membership, blank=True, help_text="Empty: every therapist.")
    rooms = models.ManyToManyField(Room, blank=True, help_text="Empty: every room.")
    needed_skills = models.ManyToManyField(Skill, blank=True, related_name="services")
    is_active = models.BooleanField(default=True)
    is_online = models.BooleanField(default=True, help_text="Clients can book it for themselves.")

    class Meta:
        ordering: ClassVar = ["minutes", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def said_price(self) -> str:
        """The price in the practice's currency: "£65"; empty where none is named."""
        return money.said_price(self.price, self.practice.currency) if self.price is not None else ""


class WorkingHours(PracticeOwned):
    """One weekly stretch of work, wall-clock in the practice's zone (Monday is 0)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    therapist = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)])
    opens = models.TimeField()
    closes = models.TimeField()
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="hours_close_after_they_open"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="hours_fall_on_a_weekday"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")) | Q(valid_from=None)
                                   | Q(valid_until=None), name="hours_hold_from_before_until"),
        ]

    def holds_on(self, day: date) -> bool:
        """Whether these weekly hours are the ones that count on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until)


class DayHours(PracticeOwned):
    """One stretch of work on one date, in the place of the weekly hours of that date: longer, shorter, or extra."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    therapist = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="day_hours")
    on = models.DateField()
    opens = models.TimeField()
    closes = models.TimeField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["on", "opens"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="day_hours_close_after_they_open"),
            models.UniqueConstraint(fields=["therapist", "on", "opens"], name="day_hours_open_once_at_a_time"),
        ]


class TimeOff(PracticeOwned):
    """A therapist is away."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    therapist = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="time_off")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="time_off_ends_after_it_starts")
        ]

    @property
    def said(self) -> str:
        """From when until when, in the practice's zone: "Tue 24 Nov", "Tue 24 Nov to Fri 27 Nov", or with times."""
        return clock.said_span(self.starts_at, self.ends_at, self.practice.time_zone)


class Closure(PracticeOwned):
    """The whole practice is closed, from one date to another, both included."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    first_on = models.DateField()
    last_on = models.DateField()
    name = models.CharField(max_length=80)
    is_public_holiday = models.BooleanField(default=False, help_text="Ticked on the list of public holidays.")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="closure_ends_after_it_begins"),
            models.UniqueConstraint(fields=["practice", "first_on"], condition=Q(is_public_holiday=True),
                                    name="public_holiday_closes_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Message(PracticeOwned):
    """One message that will be, was, or will not be sent. The row is the truth; workers only drain it.

    `subject_id` is what it speaks about, `start_version` the version of that thing it was queued for.
    `client_id` and `appointment_id` are plain ids: this room knows no other.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not delivered"
        CANCELLED = "cancelled", "Cancelled"
        SKIPPED = "skipped", "Not sent"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, default="email")
    to_address = models.CharField(max_length=254)
    to_name = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    client_id = models.UUIDField(null=True)
    appointment_id = models.UUIDField(null=True)
    subject_id = models.UUIDField()
    start_version = models.CharField(max_length=40, default="")
    due_at = models.DateTimeField()
    useful_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    why = models.CharField(max_length=200, help_text="The rule that queued it, and what became of it.")
    claimed_by = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    subject_line = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-due_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_id", "kind", "channel", "start_version", "to_address"],
                                    name="message_is_queued_once"),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False),
                                   name="sent_message_has_a_time"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state__in=["waiting", "sending"]), name="message_due"),
            models.Index(fields=["practice", "client_id", "-due_at"], name="message_of_client"),
            models.Index(fields=["appointment_id"], name="message_of_appointment"),
        ]

    @property
    def kind_name(self) -> str:
        """What this kind of message is called."""
        from practice.outbox import KINDS

        return KINDS[self.kind].name if self.kind in KINDS else self.kind


class ActionLink(PracticeOwned):
    """A link that does one thing for one person until it expires; only the SHA-256 of its token is stored."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["purpose", "subject_id"], name="link_of_subject")]


class ApiToken(PracticeOwned):
    """A bearer token of one membership; only its SHA-256 is stored."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="api_tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)


class IdempotentRequest(models.Model):
    """The answer to a POST with an `Idempotency-Key`, written in the same transaction as its effect."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=60, default="application/json")
    body = models.TextField(blank=True)
    etag = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["membership", "key"], name="idempotency_key_is_used_once")
        ]


class AuditEntry(models.Model):
    """Who read or changed what, and when. Append-only in the database; holds no clinical words."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    actor_role = models.CharField(max_length=12)
    actor_name = models.CharField(max_length=120)
    verb = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    client_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [Unchanging(name="audit_entry_stands_for_ever"),
                                 Kept(name="audit_entries_are_kept")]
        indexes: ClassVar = [
            models.Index(fields=["practice", "client_id", "-id"], name="audit_of_client"),
            models.Index(fields=["subject_id", "-id"], name="audit_of_subject"),
        ]
