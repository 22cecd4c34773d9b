"""What was agreed, asked and arranged: consents, the visits a doctor referred for, questions sent by link."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from clients.models.disposals import disposed
from clients.models.people import Client, Doctor
from practice.access import CLINICAL, PracticeOwned
from practice.encryption import EncryptedCharField, EncryptedJSONField
from practice.guards import Kept, Unchanging
from practice.models import Membership


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


class Disclosure(PracticeOwned):
    """One time something about a client went to somebody else: when, to whom, what and why. It never changes.

    The four facts are those of an accounting of disclosures (US: 45 CFR 164.528). `subject_id` is what was shared,
    where it was shared here; `content_hash` the SHA-256 of exactly what it said.
    """

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="disclosures")
    on = models.DateField()
    to_name = models.CharField(max_length=160)
    to_address = models.TextField(blank=True, max_length=500)
    what = EncryptedCharField(max_length=300)
    why = EncryptedCharField(max_length=300)
    how = models.CharField(max_length=60, help_text="By link and code, by post, by fax, by phone …")
    by_name = models.CharField(max_length=120)
    subject_id = models.UUIDField(null=True, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-on", "-id"]
        constraints: ClassVar = [
            Unchanging(name="disclosure_stands_for_ever", goes_when=disposed("OLD.client_id")),
            Kept(name="disclosures_are_kept"),
            models.CheckConstraint(condition=~Q(to_name="") & ~Q(what="") & ~Q(why=""),
                                   name="disclosure_says_to_whom_what_and_why")]


class Referral(PracticeOwned):
    """A referral case: which doctor, why, from when until when, for how many visits; None where it names no end."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="referrals")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    reason = EncryptedCharField(max_length=300, blank=True, help_text="For those who may read clinical facts.")
    began_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="The last day it covers.")
    visits_agreed = models.PositiveSmallIntegerField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-began_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("began_on")),
                                   name="referral_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(visits_agreed=None) | Q(visits_agreed__gte=1),
                                   name="referral_is_for_at_least_one_visit"),
        ]


class Questionnaire(PracticeOwned):
    """Questions sent to a client by link: the intake, or the check before a visit (`subject_id` is that visit).

    `answers` is a draft until `submitted_at`; then it stands, and waits for a therapist until `reviewed_at`.
    `decisions` says what became of each answer on review. The agreement is kept as it was given: which text, when
    (`submitted_at`), by whom, from which address.
    """

    class Kind(models.TextChoices):
        INTAKE = "intake", "Intake"
        PRE_VISIT = "pre_visit", "Check before the visit"

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="questionnaires")
    subject_id = models.UUIDField(help_text="The client, or the visit it is asked before.")
    asked_at = models.DateTimeField(auto_now_add=True)
    closes_at = models.DateTimeField()
    answers = EncryptedJSONField(default=dict)
    drafted_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_from = models.GenericIPAddressField(null=True, blank=True)
    consent_version = models.CharField(max_length=40, blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    is_red = models.BooleanField(default=False, help_text="An answer speaks against the visit as planned.")
    decisions = EncryptedJSONField(default=dict)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-asked_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "subject_id"], condition=Q(submitted_at=None),
                                    name="questions_are_open_once"),
            models.CheckConstraint(condition=Q(reviewed_at=None) | Q(submitted_at__isnull=False),
                                   name="answers_are_reviewed_once_they_are_sent"),
            Kept(name="sent_answers_are_kept"),
            Unchanging(name="sent_answers_stand", when="OLD.submitted_at IS NOT NULL", columns=(
                "answers", "submitted_at", "submitted_from", "consent_version", "answered_by"),
                       goes_when=disposed("OLD.client_id")),
        ]
        indexes: ClassVar = [
            models.Index(fields=["practice", "submitted_at"], condition=Q(reviewed_at=None), name="answers_to_review"),
            models.Index(fields=["subject_id"], name="questions_about"),
        ]
