"""The record: what was done and said in a session, locked once signed; what was composed from it and for whom."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from clients.models import Client, Consent, Doctor
from practice import clock
from practice.access import THERAPISTS, OwnedQuerySet, PracticeOwned
from practice.guards import Unchanging
from practice.models import Membership
from sessions.models import Appointment

_SIGNED = "EXISTS (SELECT 1 FROM notes_note n WHERE n.id = {row}.note_id AND n.signed_at IS NOT NULL)"


class NoteQuerySet(OwnedQuerySet["Note"]):
    def visible_to(self, member: Membership) -> NoteQuerySet:
        """Therapists' notes of the practice; a note kept to its author only for its author."""
        rows = super().visible_to(member)
        return rows.filter(Q(visibility="therapists") | Q(author=member))  # type: ignore[return-value]


class Note(PracticeOwned):
    """The SOAP note of one visit. A draft until signed; then the database refuses to change or lose it."""

    readers = THERAPISTS
    VISIBILITIES: ClassVar = [("therapists", "Therapists"), ("author", "Only me")]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="note")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    visibility = models.CharField(max_length=10, default="therapists", choices=VISIBILITIES)
    subjective = models.TextField(blank=True, max_length=20_000)
    objective = models.TextField(blank=True, max_length=20_000)
    assessment = models.TextField(blank=True, max_length=20_000)
    plan = models.TextField(blank=True, max_length=20_000)
    visit_on = models.DateField()
    written_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    signer_credential = models.CharField(max_length=120, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    chain_position = models.PositiveIntegerField(null=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-visit_on", "-id"]
        constraints: ClassVar = [
            Unchanging(name="signed_note_stands_for_ever", when="OLD.signed_at IS NOT NULL"),
            models.UniqueConstraint(fields=["practice", "chain_position"], name="note_has_its_place_in_the_chain"),
            models.CheckConstraint(
                condition=Q(signed_at=None) | (~Q(content_hash="") & Q(chain_position__isnull=False)),
                name="signed_note_carries_its_hash"),
        ]
        indexes: ClassVar = [models.Index(fields=["client", "-visit_on"], name="note_of_client")]

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None


class NotesChain(models.Model):
    """The head of a practice's chain of signed notes; locked while the next one is signed."""

    practice = models.OneToOneField("practice.Practice", primary_key=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64, default="")


class Treatment(models.Model):
    """One row of what was done: where, which technique, how firmly (Walton 0-5), how many minutes, the response."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="treatments")
    position = models.PositiveSmallIntegerField()
    region = models.CharField(max_length=40)
    side = models.CharField(max_length=8)
    technique = models.CharField(max_length=40)
    pressure = models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(5)])
    minutes = models.PositiveSmallIntegerField(null=True, validators=[MinValueValidator(1), MaxValueValidator(480)])
    response = models.CharField(max_length=500, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pressure=None) | Q(pressure__lte=5),
                                   name="pressure_is_on_the_walton_scale"),
            Unchanging(name="treatment_of_signed_note_stands", when=_SIGNED.format(row="OLD"),
                       insert_when=_SIGNED.format(row="NEW")),
        ]


class Measurement(models.Model):
    """One reading before or after the session, on a measure of the catalogue."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="measurements")
    measure = models.CharField(max_length=40)
    when = models.CharField(max_length=6, choices=[("before", "Before"), ("after", "After")])
    value = models.DecimalField(max_digits=7, decimal_places=2)

    class Meta:
        ordering: ClassVar = ["measure", "-when"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["note", "measure", "when"], name="measure_is_read_once_before_and_after"),
            Unchanging(name="reading_of_signed_note_stands", when=_SIGNED.format(row="OLD"),
                       insert_when=_SIGNED.format(row="NEW")),
        ]


class Addendum(models.Model):
    """What is added to a signed note later, with its reason; itself never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="addenda")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=20_000)
    reason = models.CharField(max_length=500)
    written_at = models.DateTimeField()
    content_hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["written_at", "id"]
        constraints: ClassVar = [Unchanging(name="addendum_stands_for_ever")]


class Summary(PracticeOwned):
    """What a doctor receives: composed from signed notes only; its content is frozen when signed."""

    readers = THERAPISTS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="summaries")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()
    sections = models.JSONField(default=list)
    reason = models.TextField(blank=True, max_length=2000)
    course = models.TextField(blank=True, max_length=4000)
    reactions = models.TextField(blank=True, max_length=2000)
    questions = models.TextField(blank=True, max_length=2000)
    plan = models.TextField(blank=True, max_length=2000)
    content: Any = models.JSONField(default=dict, help_text="The letter as data; frozen on signing.")
    content_hash = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)
    signed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            Unchanging(name="signed_summary_stands_for_ever", when="OLD.signed_at IS NOT NULL"),
            models.CheckConstraint(condition=Q(signed_at=None) | ~Q(content_hash=""),
                                   name="signed_summary_carries_its_hash"),
        ]

    PROSE: ClassVar = ("reason", "course", "reactions", "questions", "plan")

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None


class Share(PracticeOwned):
    """One sending of a signed summary to its doctor: a link and, by another way, a code. Both are stored hashed."""

    readers = THERAPISTS
    MOST_WRONG_CODES: ClassVar = 5

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    summary = models.ForeignKey(Summary, on_delete=models.PROTECT, related_name="shares")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="shares")
    shared_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=64)
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]

    @property
    def state(self) -> str:
        """open, revoked, expired, or locked after too many wrong codes."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= timezone.now():
            return "expired"
        return "locked" if self.wrong_codes >= self.MOST_WRONG_CODES else "open"

    @property
    def opened_at(self) -> list[datetime]:
        """When page or letter were opened, first to last."""
        return [opening.at for opening in self.openings.all()]

    @property
    def read_at(self) -> list[datetime]:
        """When the page was opened, first to last; a download of the letter is told apart."""
        return [opening.at for opening in self.openings.all() if opening.what == "page"]

    @property
    def downloaded_at(self) -> list[datetime]:
        """When the letter was downloaded, first to last."""
        return [opening.at for opening in self.openings.all() if opening.what == "letter"]

    @property
    def last_day(self) -> date:
        """The day at whose end it closes, where the practice is."""
        return clock.wall_of(self.expires_at - timedelta(seconds=1), self.practice.time_zone)[0]


class ShareOpening(models.Model):
    """One time the doctor's page or letter was opened."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    share = models.ForeignKey(Share, on_delete=models.PROTECT, related_name="openings")
    at = models.DateTimeField(auto_now_add=True)
    what = models.CharField(max_length=10, choices=[("page", "Page"), ("letter", "Letter")])

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [Unchanging(name="opening_stands_for_ever")]
