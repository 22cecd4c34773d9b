"""What clients live with and what limits the work: conditions, findings, medicines, episodes, a doctor's word."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from clients.models.people import Client, Doctor
from practice.access import CLINICAL, PracticeOwned
from practice.encryption import EncryptedCharField, EncryptedTextField
from practice.guards import Kept, Unchanging
from practice.models import Membership


class ClientCondition(PracticeOwned):
    """A condition as reported: named by whom, since when. A therapist does not diagnose."""

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="conditions")
    condition = models.CharField(max_length=60, help_text="A code of the catalogue.")
    since = models.DateField(null=True, blank=True)
    diagnosed_by = EncryptedCharField(max_length=120, blank=True)
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
    review_on = models.DateField(null=True, blank=True, help_text="The day by which somebody looks again.")
    detail = EncryptedCharField(max_length=500, blank=True)
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


class Medicine(PracticeOwned):
    """A medicine as the client or a doctor named it, from one day to another, both included.

    What it means for the work follows from `kind` (`clients/medicines.py`). `last_given_on` and `every_days` say when
    an injection, infusion or patch was and will be given; `times` ["08:00", …] when in the day tablets are taken.
    """

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="medicines")
    name = EncryptedCharField(max_length=120)
    kind = models.CharField(max_length=40, help_text="A code of the catalogue.")
    began_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    last_given_on = models.DateField(null=True, blank=True)
    every_days = models.PositiveSmallIntegerField(null=True, blank=True)
    times = models.JSONField(default=list, blank=True)
    regions = models.JSONField(default=list, blank=True, help_text='[{"region": "thigh", "side": "left"}]')
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["kind", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ended_on=None) | Q(began_on=None) | Q(ended_on__gte=F("began_on")),
                                   name="medicine_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(every_days=None) | Q(every_days__gte=1),
                                   name="medicine_is_given_on_whole_days"),
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
    symptoms = EncryptedTextField(blank=True, max_length=2000)
    fever_or_infection = models.BooleanField(null=True, default=None, help_text="Empty: nobody has asked yet.")
    heat_or_strain = models.BooleanField(null=True, default=None,
                                         help_text="Whether heat, exertion or stress brought it on. Empty: not asked.")
    doctor_contacted_on = models.DateField(null=True, blank=True)
    steroids_until = models.DateField(null=True, blank=True)
    expected_return_on = models.DateField(null=True, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)
    confirmed_on_word_of = models.CharField(max_length=120, blank=True)
    holds_visits = models.BooleanField(default=False, help_text="Decided by the policy of the day it is confirmed.")
    hold_until = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    map_taken_on = models.DateField(null=True, blank=True, help_text="Since when the map of what is felt stands anew.")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-onset_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(status="confirmed") | Q(hold_until__isnull=False),
                                   name="confirmed_episode_says_until_when"),
            models.CheckConstraint(condition=Q(ended_on=None) | Q(ended_on__gte=F("onset_on")),
                                   name="episode_ends_after_its_onset"),
            models.CheckConstraint(condition=Q(map_taken_on=None) | Q(map_taken_on__gte=F("onset_on")),
                                   name="map_is_taken_after_the_onset"),
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
    note = EncryptedTextField(blank=True, max_length=2000)

    class Meta:
        ordering: ClassVar = ["at", "id"]


class Clearance(PracticeOwned):
    """What a doctor allowed: where, how firmly, what not, how long, until when.

    What came through a link is `received`, and allows nothing until a therapist accepts it or sets it aside.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", "Asked"
        RECEIVED = "received", "Answer to be accepted"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Not yet"
        SET_ASIDE = "set_aside", "Set aside"

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


class RuleChange(PracticeOwned):
    """A practice's own word on a rule of the safety check, or on a kind of episode (`episode:relapse`): other numbers,
    or a rule switched off. Never rewritten, only ended.

    `numbers` (JSON) holds those of `max_pressure`, `max_minutes`, `days`, `days_after`, or of an episode's policy, that
    differ from the published ones. While `ended_at` is empty it holds.
    """

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.CharField(max_length=60)
    is_off = models.BooleanField(default=False)
    numbers = models.JSONField(default=dict)
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice", "rule"], condition=Q(ended_at=None),
                                    name="practice_has_one_word_on_a_rule"),
            models.CheckConstraint(condition=~Q(reason=""), name="rule_is_changed_for_a_reason"),
            Kept(name="rule_changes_are_kept"),
            Unchanging(name="ended_rule_change_stands", when="OLD.ended_at IS NOT NULL"),
        ]
