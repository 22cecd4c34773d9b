"""Which doctor was told that something is new with a client, when, by whom, and how."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from clients.models.agreements import Consent
from clients.models.body import Episode
from clients.models.disposals import disposed
from clients.models.people import Doctor
from practice.access import CLINICAL, PracticeOwned
from practice.guards import Kept, Unchanging
from practice.models import Membership


class EpisodeNotice(PracticeOwned):
    """One telling of a doctor, under the agreement that allowed it. It stands for ever: it is a disclosure."""

    class How(models.TextChoices):
        MAIL = "mail", "asked by e-mail to ring"
        PHONE = "phone", "told by phone"

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="notices")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="+")
    told_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=5, choices=How.choices)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        constraints: ClassVar = [Unchanging(name="telling_a_doctor_stands_for_ever", goes_when=disposed(
            "(SELECT e.client_id FROM clients_episode e WHERE e.id = OLD.episode_id)")),
            Kept(name="tellings_of_doctors_are_kept")]
