"""The people: clients, their doctors, whoever else stands around them, and what to do in an emergency."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q, QuerySet
from uuid_utils.compat import uuid7

from practice.access import OwnedQuerySet, PracticeOwned
from practice.encryption import EncryptedCharField, EncryptedJSONField, EncryptedTextField
from practice.models import check_zone


class ClientQuerySet(OwnedQuerySet["Client"]):
    def of_practice(self, practice: UUID) -> ClientQuerySet:
        """Clients of the practice; a row that was merged into another is not there any more."""
        return super().of_practice(practice).filter(merged_into=None)  # type: ignore[return-value]


class Client(PracticeOwned):
    """A client. Only a name and one way to reach them are required.

    `preferences` (JSON): `weekdays` [0-6], `windows` [["10:00", "12:00"], …] wall-clock, `therapists` [id],
    `minutes`, `mobility`, `transfer`, `works_on` ("table" or "chair"), `room_temperature`, `declined_areas`; every
    key optional. A row that turned out to be a second one of somebody says whose in `merged_into`.
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
    wants_follow_ups = models.BooleanField(default=True, help_text="Asked by link how it was after a visit.")
    wants_recalls = models.BooleanField(default=True, help_text="Written to once after a long time without a visit.")
    preferences = EncryptedJSONField(default=dict)
    heat_sensitive = models.BooleanField(default=False)
    cold_sensitive = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    is_provisional = models.BooleanField(
        default=False, help_text="New, from the public page: nobody of the practice has looked yet.")
    archived_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(email="", phone=""), name="client_can_be_reached"),
            models.CheckConstraint(condition=Q(merged_into=None) | Q(archived_at__isnull=False),
                                   name="merged_client_is_in_the_archive"),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="client_is_not_merged_into_itself"),
        ]
        indexes: ClassVar = [models.Index(fields=["practice", "name"], name="client_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def standing(self) -> Client:
        """The row that stands for this person: itself, or the one it was merged into."""
        return self.merged_into or self

    @property
    def standing_id(self) -> UUID:
        """The id of that row."""
        return self.merged_into_id or self.pk

    @property
    def family(self) -> QuerySet[Client]:
        """Every row of this person: what was signed stays with the row it was signed on, merged or not."""
        return Client.objects.filter(Q(pk=self.standing_id) | Q(merged_into=self.standing_id)).order_by()

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
        """Whether e-mail is a way they agreed to; whether they are written to at all says `is_written_to`."""
        return bool(self.email) and "email" in self.channels and self.reminder_consent_on is not None

    @property
    def is_written_to(self) -> bool:
        """Whether there is any way of being written to that they agreed to, for pages; code asks `clients.writing`."""
        from clients.writing import is_written_to

        return is_written_to(self)


class Doctor(PracticeOwned):
    """A doctor who refers or treats; letters go to the address, links to the e-mail."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    specialty = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    mobile = models.CharField(max_length=40, blank=True, help_text="Where the code to a letter may go as a text.")
    fax = models.CharField(max_length=40, blank=True)
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


class Contact(PracticeOwned):
    """Somebody around the client who is no doctor: physiotherapist, carer, family, whoever brings them."""

    class Role(models.TextChoices):
        PHYSIOTHERAPIST = "physiotherapist", "Physiotherapist"
        NURSE = "nurse", "Specialist nurse"
        CARER = "carer", "Carer"
        FAMILY = "family", "Family"
        TRANSPORT = "transport", "Transport"
        OTHER = "other", "Somebody else"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contacts")
    role = models.CharField(max_length=16, choices=Role.choices)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    remark = EncryptedCharField(max_length=200, blank=True)
    copied_since = models.DateField(null=True, blank=True, help_text="The client agreed that they get a copy of what "
                                    "is written about visits, on this day.")

    class Meta:
        ordering: ClassVar = ["role", "name", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(copied_since=None) | ~Q(email=""), name="copied_contact_has_an_address"),
        ]


class EmergencyCard(PracticeOwned):
    """What whoever is there must know at once: whom to ring, what to do, who decides.

    Everybody of the practice may open it; each opening is written down.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="emergency_card")
    contact_name = models.CharField(max_length=120, blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    contact_relationship = models.CharField(max_length=60, blank=True)
    plan = EncryptedTextField(blank=True, max_length=1000, help_text="A seizure or dysreflexia plan, in their words.")
    representative_name = models.CharField(max_length=120, blank=True)
    representative_phone = models.CharField(max_length=40, blank=True)
    may_consent = EncryptedCharField(max_length=200, blank=True, help_text="Who may agree to treatment.")
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)
