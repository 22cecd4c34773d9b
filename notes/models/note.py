"""The note of a visit with all that hangs on it: locked by the database once signed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from clients.models import Client
from clients.models.disposals import disposed
from clients.rule import POSITIONS, TEMPERATURES
from practice.access import THERAPISTS, OwnedQuerySet, PracticeOwned
from practice.encryption import EncryptedCharField, EncryptedJSONField, EncryptedTextField
from practice.guards import Kept, Unchanging
from practice.models import Membership
from sessions.models import Appointment

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from notes.models.events import NoteEvent
    from notes.models.record import CoSignature

# True of a row whose note is signed; `{row}` is OLD or NEW.
# SQL over a row that hangs on a note: whether its client was disposed of.
GONE_WITH_NOTE = disposed("(SELECT n.client_id FROM notes_note n WHERE n.id = OLD.note_id)")
SIGNED = "EXISTS (SELECT 1 FROM notes_note n WHERE n.id = {row}.note_id AND n.signed_at IS NOT NULL)"

MOST_DAYS_AHEAD = 365


class NoteQuerySet(OwnedQuerySet["Note"]):
    def visible_to(self, member: Membership) -> NoteQuerySet:
        """Therapists' notes of the practice; a note kept to its author for them, and once signed their supervisor."""
        rows = super().visible_to(member)
        return rows.filter(Q(visibility="therapists") | Q(author=member) | supervised_by(member))  # type: ignore[return-value]

    def readable_by(self, member: Membership) -> NoteQuerySet:
        """What `visible_to` answers, and the notes this member has just opened with a reason (`notes/record/glass.py`).

        For one note on a page of its own: lists, readings and exports ask `visible_to`.
        """
        opened = Q(broken_glass__by=member, broken_glass__until__gt=timezone.now(), practice_id=member.practice_id)
        return self.filter(Q(pk__in=self.visible_to(member).order_by().values("pk"))
                           | Q(pk__in=Note.objects.filter(opened).order_by().values("pk")))


def supervised_by(member: Membership) -> Q:
    """Signed notes that this member may co-sign: as the supervisor at the time of signing, or the author's now."""
    return Q(supervisor=member) | Q(supervisor__isnull=False, author__supervisor=member)


class Note(PracticeOwned):
    """The SOAP note of one visit. A draft until signed; then the database refuses to change or lose it.

    What the signature covers stands in `notes/seal/content.py`; a new column is added there too, or a test fails.
    """

    events: RelatedManager[NoteEvent]

    readers = THERAPISTS
    VISIBILITIES: ClassVar = [("therapists", "Therapists"), ("author", "Only me")]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="note")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    visibility = models.CharField(max_length=10, default="therapists", choices=VISIBILITIES)
    subjective = EncryptedTextField(blank=True, max_length=20_000)
    objective = EncryptedTextField(blank=True, max_length=20_000)
    assessment = EncryptedTextField(blank=True, max_length=20_000)
    plan = EncryptedTextField(blank=True, max_length=20_000)
    next_in_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="When to come again.")
    next_focus = EncryptedCharField(max_length=200, blank=True, help_text="What the next visit is to look at first.")
    visit_on = models.DateField()  # the day when this was last written: `day` is what is read
    written_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    signer_credential = models.CharField(max_length=120, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    chain_position = models.PositiveIntegerField(null=True)
    hash_version = models.PositiveSmallIntegerField(default=1)
    # As they stood when it was signed: what the check said, the units by the codes there were, when and for how long
    # the visit was, who was to co-sign.
    check_at_signing: Any = EncryptedJSONField(null=True, blank=True, default=None)
    billed_at_signing: Any = EncryptedJSONField(null=True, blank=True, default=None)
    visit_starts_at = models.DateTimeField(null=True, blank=True)
    visit_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    supervisor = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-visit_on", "-id"]
        constraints: ClassVar = [
            Unchanging(name="signed_note_stands_for_ever", when="OLD.signed_at IS NOT NULL",
                       goes_when=disposed("OLD.client_id")),
            Kept(name="notes_are_kept"),
            models.UniqueConstraint(fields=["practice", "chain_position"], name="note_has_its_place_in_the_chain"),
            models.CheckConstraint(
                condition=Q(signed_at=None) | (~Q(content_hash="") & Q(chain_position__isnull=False)),
                name="signed_note_carries_its_hash"),
            models.CheckConstraint(condition=Q(next_in_days=None) | Q(next_in_days__range=(1, MOST_DAYS_AHEAD)),
                                   name="next_visit_is_within_a_year"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["client", "-visit_on"], name="note_of_client"),
            models.Index(fields=["practice", "author"], condition=Q(signed_at=None), name="note_unsigned"),
        ]

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    @property
    def day(self) -> date:
        """The day of the visit: as it stood at signing, before that by the diary."""
        return self.visit_on if self.is_signed else self.appointment.wall_date

    @property
    def visit_began_at(self) -> datetime:
        """When the visit began: as it stood at signing, before that by the diary."""
        return self.visit_starts_at or self.appointment.starts_at

    @property
    def minutes_of_visit(self) -> int:
        """How long the visit was: as it stood at signing, before that by the diary."""
        return self.visit_minutes or self.appointment.minutes

    @property
    def visit_ended_at(self) -> datetime:
        """When the visit was over, by the same."""
        if self.visit_starts_at is None or self.visit_minutes is None:
            return self.appointment.ends_at
        return self.visit_starts_at + timedelta(minutes=self.visit_minutes)

    @property
    def cosigned(self) -> CoSignature | None:
        """The supervisor's signature, if there is one; read it along with `select_related("cosignature__by__user")`."""
        return getattr(self, "cosignature", None)

    @property
    def cosigned_at(self) -> datetime | None:
        return self.cosigned.signed_at if self.cosigned else None

    @property
    def cosigned_by(self) -> Membership | None:
        return self.cosigned.by if self.cosigned else None

    @property
    def awaits_cosignature(self) -> bool:
        return self.supervisor_id is not None and self.cosigned is None


class NotesChain(models.Model):
    """The head of a practice's chain of all that was signed or added; locked while the next one joins."""

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
    response = EncryptedCharField(max_length=500, blank=True)
    override_reason = EncryptedCharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.GIVEN)
    tolerated = models.CharField(max_length=10, choices=Tolerated.choices, blank=True)
    temperature = models.CharField(max_length=10, blank=True)
    position = models.CharField(max_length=20, blank=True)
    lubricant = EncryptedCharField(max_length=80, blank=True)

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
                       insert_when=SIGNED.format(row="NEW"), goes_when=GONE_WITH_NOTE),
            Kept(name="treatments_are_kept"),
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
                       insert_when=SIGNED.format(row="NEW"), goes_when=GONE_WITH_NOTE),
            Kept(name="readings_are_kept"),
        ]


class Addendum(models.Model):
    """What is added to a signed note later, with its reason; itself never changed.

    `sends_back`: the supervisor's words instead of a co-signature; the author answers with an addendum of their own.
    Those without a place in the practice's chain are of the time when each note had a chain of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="addenda")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = EncryptedTextField(max_length=20_000)
    reason = EncryptedCharField(max_length=500)
    written_at = models.DateTimeField()
    sends_back = models.BooleanField(default=False)
    content_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    chain_position = models.PositiveIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["written_at", "id"]
        constraints: ClassVar = [Unchanging(name="addendum_stands_for_ever", goes_when=GONE_WITH_NOTE),
                                 Kept(name="addenda_are_kept")]
