"""What a doctor receives, each sending of it, and when it was opened."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from clients.models import Client, Consent, Doctor
from clients.models.disposals import disposed
from practice import clock
from practice.access import THERAPISTS, PracticeOwned
from practice.encryption import EncryptedBinaryField, EncryptedJSONField, EncryptedTextField
from practice.guards import Kept, Unchanging
from practice.models import Membership

# SQL over a row that hangs on a summary, or on a sharing of one: whether its client was disposed of.
GONE_WITH_SUMMARY = disposed("(SELECT s.client_id FROM notes_summary s WHERE s.id = OLD.summary_id)")
GONE_WITH_SHARE = disposed("(SELECT s.client_id FROM notes_summary s JOIN notes_share h ON h.summary_id = s.id "
                           "WHERE h.id = OLD.share_id)")


class Summary(PracticeOwned):
    """What a doctor receives: composed from signed notes only; its content is frozen when signed.

    A clearance request is one too: it tells of no session and asks one thing, `asked` (`notes/letters/asked.py`). So is
    a discharge letter, which also says why it ends, how it stands against the first readings, and how to come back.
    """

    class Kind(models.TextChoices):
        SUMMARY = "summary", "Summary"
        REQUEST = "request", "Clearance request"
        DISCHARGE = "discharge", "Discharge letter"

    readers = THERAPISTS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="summaries")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SUMMARY)
    asked: Any = EncryptedJSONField(default=dict, blank=True, help_text="Of a request: for what, within which limits.")
    from_on = models.DateField()
    until_on = models.DateField()
    sections = models.JSONField(default=list)
    reason = EncryptedTextField(blank=True, max_length=2000)
    course = EncryptedTextField(blank=True, max_length=4000)
    reactions = EncryptedTextField(blank=True, max_length=2000)
    questions = EncryptedTextField(blank=True, max_length=2000)
    plan = EncryptedTextField(blank=True, max_length=2000)
    ending = EncryptedTextField(blank=True, max_length=2000)
    outcome = EncryptedTextField(blank=True, max_length=4000)
    watch = EncryptedTextField(blank=True, max_length=2000)
    back = EncryptedTextField(blank=True, max_length=2000)
    content: Any = EncryptedJSONField(default=dict, help_text="The letter as data; frozen on signing.")
    content_hash = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)
    signed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            Kept(name="summaries_are_kept"),
            Unchanging(name="signed_summary_stands_for_ever", when="OLD.signed_at IS NOT NULL",
                       goes_when=disposed("OLD.client_id")),
            models.CheckConstraint(condition=Q(signed_at=None) | ~Q(content_hash=""),
                                   name="signed_summary_carries_its_hash"),
            models.CheckConstraint(condition=~Q(kind="request") & Q(asked={}) | Q(kind="request") & ~Q(asked={}),
                                   name="a_request_asks_one_thing"),
        ]

    PROSE: ClassVar = ("ending", "reason", "course", "outcome", "reactions", "watch", "back", "questions", "plan")

    @property
    def is_request(self) -> bool:
        return self.kind == self.Kind.REQUEST

    @property
    def is_discharge(self) -> bool:
        return self.kind == self.Kind.DISCHARGE

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None


class SummaryPaper(models.Model):
    """The PDF of a signed summary, byte for byte as everybody receives it; typeset once, at signing."""

    summary = models.OneToOneField(Summary, on_delete=models.PROTECT, primary_key=True, related_name="paper")
    pdf = EncryptedBinaryField()
    pdf_hash = models.CharField(max_length=64, help_text="SHA-256.")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [Unchanging(name="summary_paper_stands_for_ever", goes_when=GONE_WITH_SUMMARY),
                                 Kept(name="summary_papers_are_kept")]


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
    openings_counted = models.PositiveSmallIntegerField(default=0)
    most_openings = models.PositiveSmallIntegerField(default=20, help_text="Looks and downloads together.")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]

    @property
    def state(self) -> str:
        """open, revoked, expired, locked after too many wrong codes, or used up after its last opening."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= timezone.now():
            return "expired"
        if self.wrong_codes >= self.MOST_WRONG_CODES:
            return "locked"
        return "used_up" if self.openings_counted >= self.most_openings else "open"

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
        constraints: ClassVar = [Unchanging(name="opening_stands_for_ever", goes_when=GONE_WITH_SHARE),
                                 Kept(name="openings_are_kept")]
