"""Who came for the last time a while ago, and what was decided about it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from clients.models import Client
from practice.access import PracticeOwned
from sessions.models.visits import Appointment


class Recall(PracticeOwned):
    """A client nobody has booked again was written to, or is left alone: decided once for each last visit."""

    class What(models.TextChoices):
        WRITTEN = "written", "written to"
        LEFT = "left", "left alone"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="recalls")
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="recall",
                                       help_text="The last visit they had when it was decided.")
    what = models.CharField(max_length=8, choices=What.choices)
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
