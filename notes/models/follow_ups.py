"""How it was after a visit: asked once by link some days later, answered by the client until it closes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from practice.access import THERAPISTS, PracticeOwned
from practice.encryption import EncryptedCharField
from sessions.models import Appointment


class FollowUp(PracticeOwned):
    """One question after one visit that took place, and what the client answered; the last answer stands.

    Of an answered row, what is empty is not known. `soreness` and `lethargy` go from 0 (no) to 3 (very).
    `helped_days` are counted from the day of the visit; what still helped on the day of the answer has none yet.
    `asks` are the codes of the questions beyond the three that everybody gets.
    """

    class Helped(models.TextChoices):
        STILL = "still", "It still helps"
        UNTIL = "until", "It helped until a day"
        NO = "no", "It did not help"

    readers = THERAPISTS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="follow_up")
    asked_on = models.DateField()
    closes_at = models.DateTimeField(help_text="Until then the answer can be given and changed.")
    asks = models.JSONField(default=list)
    soreness = models.PositiveSmallIntegerField(null=True, blank=True)
    sore_days = models.PositiveSmallIntegerField(null=True, blank=True)
    lethargy = models.PositiveSmallIntegerField(null=True, blank=True)
    lethargy_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    helped = models.CharField(max_length=5, choices=Helped.choices, blank=True, default="")
    helped_days = models.PositiveSmallIntegerField(null=True, blank=True)
    sleep = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Disturbed that night, 0-10.")
    headache_days = models.PositiveSmallIntegerField(null=True, blank=True)
    words = EncryptedCharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When a therapist looked at the answer.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["asked_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=False) | Q(
                    soreness=None, sore_days=None, lethargy=None, lethargy_hours=None, helped="", helped_days=None,
                    sleep=None, headache_days=None, words="", seen_at=None),
                name="unanswered_follow_up_says_nothing"),
            models.CheckConstraint(
                condition=(Q(soreness=None) | Q(soreness__lte=3)) & (Q(lethargy=None) | Q(lethargy__lte=3))
                & (Q(sleep=None) | Q(sleep__lte=10)) & (Q(headache_days=None) | Q(headache_days__lte=28)),
                name="follow_up_stays_on_its_scales"),
            models.CheckConstraint(
                condition=(Q(sore_days=None) | Q(soreness__isnull=False, soreness__gte=1))
                & (Q(lethargy_hours=None) | Q(lethargy__isnull=False, lethargy__gte=1)),
                name="only_what_was_felt_has_a_length"),
            models.CheckConstraint(
                condition=Q(helped="until", helped_days__isnull=False)
                | Q(helped__in=("", "still", "no"), helped_days=None),
                name="days_of_help_have_a_last_one"),
        ]
