"""The note of a visit with all that hangs on it: locked by the database once signed."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from clients.models import Client
from clients.rule import POSITIONS, TEMPERATURES
from practice.access import THERAPISTS, OwnedQuerySet, PracticeOwned
from practice.guards import Unchanging
from practice.models import Membership
from sessions.models import Appointment

# True of a row whose note is signed; `{row}` is OLD or NEW.
SIGNED = "EXISTS (SELECT 1 FROM notes_note n WHERE n.id = {row}.note_id AND n.signed_at IS NOT NULL)"

MOST_DAYS_AHEAD = 365


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
    next_in_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="When to come again.")
    next_focus = models.CharField(max_length=200, blank=True, help_text="What the next visit is to look at first.")
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
            models.CheckConstraint(condition=Q(next_in_days=None) | Q(next_in_days__range=(1, MOST_DAYS_AHEAD)),
                                   name="next_visit_is_within_a_year"),
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
    """One row of the work: where, which technique, how firmly (Walton 0-5), how many minutes, the response.

    Only what was given counts anywhere; a row carried forward is planned until somebody says that it was done.
    `temperature`, `position` and `lubricant` are the check's words; empty is not said.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        GIVEN = "given", "Given"
        LEFT_OUT = "left-out", "Left out"

    class Tolerated(models.TextChoices):
        WELL = "well", "Well"
        PARTLY = "partly", "Partly"
        BADLY = "badly", "Badly"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="treatments")
    number = models.PositiveSmallIntegerField(help_text="Its place among the rows, from 0.")
    region = models.CharField(max_length=40)
    side = models.CharField(max_length=8)
    technique = models.CharField(max_length=40)
    pressure = models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(5)])
    minutes = models.PositiveSmallIntegerField(null=True, validators=[MinValueValidator(1), MaxValueValidator(480)])
    response = models.CharField(max_length=500, blank=True)
    override_reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.GIVEN)
    tolerated = models.CharField(max_length=10, choices=Tolerated.choices, blank=True)
    temperature = models.CharField(max_length=10, blank=True)
    position = models.CharField(max_length=20, blank=True)
    lubricant = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pressure=None) | Q(pressure__lte=5),
                                   name="pressure_is_on_the_walton_scale"),
            models.CheckConstraint(condition=Q(state__in=["planned", "given", "left-out"]),
                                   name="treatment_is_planned_given_or_left_out"),
            models.CheckConstraint(condition=Q(tolerated__in=["", "well", "partly", "badly"]),
                                   name="treatment_is_tolerated_in_words_we_know"),
            models.CheckConstraint(condition=Q(temperature__in=["", *TEMPERATURES]),
                                   name="treatment_has_a_temperature_the_check_knows"),
            models.CheckConstraint(condition=Q(position__in=["", *POSITIONS]),
                                   name="treatment_has_a_position_the_check_knows"),
            Unchanging(name="treatment_of_signed_note_stands", when=SIGNED.format(row="OLD"),
                       insert_when=SIGNED.format(row="NEW")),
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
            Unchanging(name="reading_of_signed_note_stands", when=SIGNED.format(row="OLD"),
                       insert_when=SIGNED.format(row="NEW")),
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
