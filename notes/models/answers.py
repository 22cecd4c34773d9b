"""What a doctor answered through the link, kept as evidence, and what a therapist did with it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from clients.models import Clearance
from clients.models.disposals import disposed
from notes.models.summary import GONE_WITH_SHARE, Share
from practice.access import THERAPISTS, PracticeOwned
from practice.encryption import EncryptedCharField, EncryptedTextField
from practice.guards import Kept, Unchanging
from practice.models import Membership

_NO_LIMITS = Q(max_pressure=None, minutes=None, regions=[], excluded_techniques=[])


class DoctorAnswer(PracticeOwned):
    """One answer to what was shared, as it was given; a later one is a row of its own.

    Signed by name from an address; `content_hash` is that of the letter it answers. `until` is the last day the word
    counts, or the day until which it is “not yet”. `clearance` is where it waits to be accepted.
    """

    class Kind(models.TextChoices):
        READ = "read", "I have read it"
        CALL = "call", "Please call me"
        GRANTED = "granted", "Clearance granted"
        NOT_YET = "not_yet", "Not yet"
        NOTE = "note", "A note"

    readers = THERAPISTS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    share = models.ForeignKey(Share, on_delete=models.PROTECT, related_name="answers")
    key = models.UUIDField(help_text="Of the form: pressed twice, it is one answer.")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    scope = models.CharField(max_length=60, blank=True)
    max_pressure = models.PositiveSmallIntegerField(null=True, blank=True)
    regions = models.JSONField(default=list)
    excluded_techniques = models.JSONField(default=list)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    call_when = EncryptedCharField(max_length=120, blank=True)
    note = EncryptedTextField(blank=True, max_length=2000)
    name = models.CharField(max_length=120)
    registration = models.CharField(max_length=60, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    content_hash = models.CharField(max_length=64)
    clearance = models.OneToOneField(Clearance, null=True, on_delete=models.PROTECT, related_name="answer")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            Unchanging(name="doctors_answer_stands_for_ever", goes_when=GONE_WITH_SHARE),
            Kept(name="doctors_answers_are_kept"),
            models.UniqueConstraint(fields=["share", "key"], name="answer_pressed_twice_is_one"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(content_hash=""), name="doctors_answer_is_signed"),
            models.CheckConstraint(condition=Q(kind="call") ^ Q(phone=""), name="call_says_which_number"),
            models.CheckConstraint(condition=Q(kind="granted") | _NO_LIMITS, name="only_a_grant_has_limits"),
            models.CheckConstraint(condition=Q(kind__in=("granted", "not_yet"), clearance__isnull=False)
                                   | Q(kind__in=("read", "call", "note"), clearance=None, until=None, scope=""),
                                   name="a_word_on_the_work_waits_as_a_clearance"),
            models.CheckConstraint(condition=Q(max_pressure=None) | Q(max_pressure__lte=5),
                                   name="answered_pressure_is_on_the_scale"),
            models.CheckConstraint(condition=~Q(kind="note") | ~Q(note=""), name="a_note_says_something"),
        ]
        indexes: ClassVar = [models.Index(fields=["practice", "at"], name="answers_of_practice")]

    @property
    def is_word(self) -> bool:
        """Whether it says what may be done, and so waits to be accepted."""
        return self.clearance_id is not None

    @property
    def done(self) -> AnswerDone | None:
        """What was done with it, if anything was; `done_with` is to be at hand."""
        return getattr(self, "done_with", None)


class AnswerDone(PracticeOwned):
    """What a therapist did with an answer: accepted it, set it aside with a reason, rang, saw it."""

    class What(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        SET_ASIDE = "set_aside", "Set aside"
        RUNG = "rung", "Rung"
        SEEN = "seen", "Seen"

    readers = THERAPISTS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    answer = models.OneToOneField(DoctorAnswer, on_delete=models.PROTECT, related_name="done_with")
    what = models.CharField(max_length=10, choices=What.choices)
    reason = EncryptedCharField(max_length=500, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            Unchanging(name="what_was_done_with_an_answer_stands", goes_when=disposed(
                "(SELECT s.client_id FROM notes_summary s JOIN notes_share h ON h.summary_id = s.id "
                "JOIN notes_doctoranswer a ON a.share_id = h.id WHERE a.id = OLD.answer_id)")),
            Kept(name="what_was_done_with_answers_is_kept"),
            models.CheckConstraint(condition=~Q(what="set_aside") | ~Q(reason=""),
                                   name="an_answer_is_set_aside_for_a_reason"),
        ]
