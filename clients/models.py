"""The people who come: who they are, what they live with, what limits the work, who may be told."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from practice.access import CLINICAL, PracticeOwned
from practice.models import Membership, check_zone


class Client(PracticeOwned):
    """A client. Only a name and one way to reach them are required.

    `preferences` (JSON): `weekdays` [0-6], `windows` [["10:00", "12:00"], …] wall-clock, `therapists` [id],
    `minutes`, `mobility`, `transfer`, `room_temperature`, `declined_areas`; every key optional.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    preferred_name = models.CharField(max_length=60, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, validators=[check_zone])
    language = models.CharField(max_length=8, default="en")
    channels = models.JSONField(default=list, help_text="Ways the client agreed to be written to: email, sms.")
    reminder_consent_on = models.DateField(null=True, blank=True)
    reminder_consent_source = models.CharField(max_length=120, blank=True)
    preferences = models.JSONField(default=dict)
    heat_sensitive = models.BooleanField(default=False)
    cold_sensitive = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(email="", phone=""), name="client_can_be_reached"),
        ]
        indexes: ClassVar = [models.Index(fields=["practice", "name"], name="client_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def called(self) -> str:
        """The name they want to be called by."""
        return self.preferred_name or self.name.split()[0]

    @property
    def zone(self) -> str:
        """The client's own time zone, else the practice's."""
        return self.time_zone or self.practice.time_zone

    @property
    def may_be_mailed(self) -> bool:
        return bool(self.email) and "email" in self.channels and self.reminder_consent_on is not None


class Doctor(PracticeOwned):
    """A doctor who refers or treats; letters go to the address, links to the e-mail."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    specialty = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def address_lines(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.address.splitlines() if line.strip())


class ClientDoctor(PracticeOwned):
    """A doctor of this client, and what they are to them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="doctor_links")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="client_links")
    role = models.CharField(max_length=60, default="neurologist")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client", "doctor"], name="doctor_is_listed_once_for_a_client")
        ]


class ClientCondition(PracticeOwned):
    """A condition as reported: named by whom, since when. A therapist does not diagnose."""

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="conditions")
    condition = models.CharField(max_length=60, help_text="A code of the catalogue.")
    since = models.DateField(null=True, blank=True)
    diagnosed_by = models.CharField(max_length=120, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["since", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ended_on=None) | Q(since=None) | Q(ended_on__gte=F("since")),
                                   name="condition_ends_after_it_begins")
        ]


class Finding(PracticeOwned):
    """Something observed or reported that limits the work, in some regions, between two dates."""

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="findings")
    finding = models.CharField(max_length=60, help_text="A code of the catalogue.")
    began_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["began_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ended_on=None) | Q(began_on=None) | Q(ended_on__gte=F("began_on")),
                                   name="finding_ends_after_it_begins")
        ]


class FindingRegion(models.Model):
    """One place of a finding: region and side, codes of the body map."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="places")
    region = models.CharField(max_length=40)
    side = models.CharField(max_length=8)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "region", "side"], name="finding_names_a_place_once")
        ]


class Episode(PracticeOwned):
    """A stretch in which the condition is worse: a dated record that changes the diary.

    `confirmed_on_word_of` says on whose word: the MS team, a doctor, or the client's own report.
    """

    class Status(models.TextChoices):
        SUSPECTED = "suspected", "Possible"
        CONFIRMED = "confirmed", "Confirmed"
        RECOVERING = "recovering", "Recovering"
        RESOLVED = "resolved", "Resolved"
        NOT_A_RELAPSE = "not_a_relapse", "Not a relapse"

    class Kind(models.TextChoices):
        RELAPSE = "relapse", "MS relapse"
        PSEUDO_RELAPSE = "pseudo_relapse", "Pseudo-relapse"
        MIGRAINE_ATTACK = "migraine_attack", "Migraine attack"
        OFF_PERIOD = "off_period", "Parkinson's off period"
        PAIN_FLARE = "pain_flare", "Pain flare"
        ACUTE_ILLNESS = "acute_illness", "Acute illness"
        OTHER = "other", "Other"

    readers = CLINICAL
    OPEN = ("suspected", "confirmed", "recovering")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="episodes")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    status = models.CharField(max_length=16, choices=Status.choices)
    onset_on = models.DateField()
    reported_by = models.CharField(max_length=120)
    symptoms = models.TextField(blank=True, max_length=2000)
    fever_or_infection = models.BooleanField(null=True, default=None, help_text="Empty: nobody has asked yet.")
    steroids_until = models.DateField(null=True, blank=True)
    expected_return_on = models.DateField(null=True, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)
    confirmed_on_word_of = models.CharField(max_length=120, blank=True)
    hold_until = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-onset_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(status="confirmed") | Q(hold_until__isnull=False),
                                   name="confirmed_episode_says_until_when"),
            models.CheckConstraint(condition=Q(ended_on=None) | Q(ended_on__gte=F("onset_on")),
                                   name="episode_ends_after_its_onset"),
        ]
        indexes: ClassVar = [models.Index(fields=["client", "status"], name="episode_of_client")]

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class EpisodeStep(models.Model):
    """One step of an episode's course: who set which status, for which day, with what note."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField(default=timezone.now)
    on = models.DateField()
    status = models.CharField(max_length=16, choices=Episode.Status.choices)
    by_name = models.CharField(max_length=120)
    note = models.TextField(blank=True, max_length=2000)

    class Meta:
        ordering: ClassVar = ["at", "id"]


class Clearance(PracticeOwned):
    """What a doctor allowed: where, how firmly, what not, how long, until when."""

    class State(models.TextChoices):
        REQUESTED = "requested", "Asked"
        RECEIVED = "received", "Answer to be accepted"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Not yet"

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="clearances")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=60, blank=True, help_text="A rule or episode kind; empty: in general.")
    state = models.CharField(max_length=10, choices=State.choices)
    max_pressure = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(5)])
    excluded_techniques = models.JSONField(default=list)
    regions = models.JSONField(default=list, help_text='[{"region": "foot", "side": "left"}]; empty: everywhere.')
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-recorded_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(max_pressure=None) | Q(max_pressure__lte=5),
                                   name="clearance_pressure_is_on_the_scale")
        ]


class Consent(PracticeOwned):
    """What the client agreed to: to share these sections with this doctor until a date, in which words, how given."""

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=30, default="share-summary")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sections = models.JSONField(default=list, help_text="Sections of a summary; empty: all of them.")
    text_version = models.CharField(max_length=40)
    given_by = models.CharField(max_length=120)
    relationship = models.CharField(max_length=60, default="self")
    how = models.CharField(max_length=60, help_text="In person, on paper, by phone …")
    given_on = models.DateField()
    until = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-given_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("given_on")),
                                   name="consent_ends_after_it_is_given")
        ]
