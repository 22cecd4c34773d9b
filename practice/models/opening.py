"""What is kept of opening a practice: the live set-up code, and what its owner decided to do without."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from practice.access import PracticeOwned
from practice.models.people import Membership


class OpeningCode(models.Model):
    """The one live code of an installation without a practice; only a keyed hash of it is stored."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="one_opening_code_lives")]


class SetAside(PracticeOwned):
    """A step of the opening the owner does without, or keeps as it comes. What is done is read from the practice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    step = models.CharField(max_length=30)
    by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+",
                           help_text="Empty: it was open before there were steps.")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice", "step"], name="step_is_set_aside_once")]
