"""The practice itself: what its owner decides for everybody."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from practice import clock

LEAST_YEARS = 4  # of keeping what is written: the least that any rule we found asks (NCBTMB, Standards III e)


def check_zone(name: str) -> None:
    """Refuse a name that is no IANA time zone."""
    if not clock.is_zone(name):
        raise ValidationError(f"“{name}” is not a time zone. Use a name such as Europe/Berlin or America/New_York.")


class NewClients(models.TextChoices):
    """What somebody nobody knows yet can do on the practice's public page."""

    REQUEST = "request", "They ask for a time, and we accept or decline"
    BOOKED = "booked", "They book at once"
    NO = "no", "They ring us"


class SecondStepFor(models.TextChoices):
    """Who needs a second step to sign in, beside the password."""

    NOBODY = "nobody", "Nobody has to; everybody may"
    CLINICAL = "clinical", "Owners and therapists"
    EVERYBODY = "everybody", "Everybody"


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
    sms_sender = models.CharField(max_length=20, blank=True, help_text="The number or name text messages come from, "
                                  "where it is not the gateway's own.")
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
    confirm_days = models.PositiveSmallIntegerField(
        default=0, help_text="Days before a visit from which reminders ask for a yes; 0: they do not.")
    check_before_hours = models.PositiveSmallIntegerField(
        default=0, help_text="Hours before a visit when its questions are sent by themselves; 0: never.")
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
    messages_per_day = models.PositiveSmallIntegerField(
        default=1, help_text="Messages that count, to one client on one day. Our proposal.")
    messages_per_week = models.PositiveSmallIntegerField(
        default=3, help_text="The same in any seven days. Our proposal.")
    quiet_from_hour = models.PositiveSmallIntegerField(default=21, help_text="From then on nobody is disturbed.")
    quiet_until_hour = models.PositiveSmallIntegerField(default=8, help_text="Until then, in the recipient's zone.")
    reminder_gap_hours = models.PositiveSmallIntegerField(
        default=12, help_text="A reminder leaves no sooner than this after the confirmation. Our proposal.")
    summary_after_visits = models.PositiveSmallIntegerField(
        default=8, help_text="Visits after which a summary for the doctor is suggested. Our proposal; 0: never.")
    recall_weeks = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Weeks without a visit after which a client is written to. Empty: never.")
    intake_reminder_days = models.PositiveSmallIntegerField(
        default=3, help_text="Days before a visit on which open questions are asked again. Our proposal; 0: never.")
    lock_minutes = models.PositiveSmallIntegerField(
        default=15, help_text="Minutes without a touch after which staff pages are covered. Our proposal.")
    calls_webhooks = models.BooleanField(default=False, help_text="Another system is told what happens here.")
    share_openings = models.PositiveSmallIntegerField(
        default=20, help_text="How often what is shared with a doctor can be opened. Our proposal.")
    second_step_for = models.CharField(max_length=10, choices=SecondStepFor.choices, default=SecondStepFor.NOBODY,
                                       help_text="Who needs a code or a passkey to sign in, from their next time on.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(follow_up_days__lte=7), name="follow_up_comes_within_a_week"),
            models.CheckConstraint(condition=Q(quiet_until_hour__lt=F("quiet_from_hour"), quiet_from_hour__lte=24),
                                   name="quiet_hours_leave_a_day"),
            models.CheckConstraint(condition=Q(messages_per_day__gte=1, messages_per_week__gte=1),
                                   name="some_messages_may_leave"),
            models.CheckConstraint(condition=Q(retention_years__gte=LEAST_YEARS),
                                   name="what_is_written_is_kept_for_years"),
            models.CheckConstraint(condition=Q(books_online=False) | Q(public_slug__isnull=False),
                                   name="public_page_has_an_address"),
        ]

    def __str__(self) -> str:
        return self.name

    def letterhead(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.address.splitlines() if line.strip())
