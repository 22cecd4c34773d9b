"""What a client wants to reach, which measures their notes show, totals from elsewhere, and what we do when worried."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from clients.models import Client
from practice.access import CLINICAL, THERAPISTS, PracticeOwned
from practice.encryption import EncryptedCharField
from practice.models import Membership

MOST_GOALS = 3


class ClientGoal(PracticeOwned):
    """One goal in the client's own words, rated 0 to 10 at visits; up to three at a time.

    Its words stand as long as readings name it: another wording is another goal.
    """

    readers = THERAPISTS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="goals")
    words = EncryptedCharField(max_length=200)
    place = models.PositiveSmallIntegerField()
    began_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["place", "began_on", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client", "place"], condition=Q(ended_on=None),
                                    name="open_goals_have_each_their_place"),
            models.CheckConstraint(condition=Q(place__gte=1, place__lte=MOST_GOALS), name="three_goals_at_a_time"),
            models.CheckConstraint(condition=~Q(words=""), name="goal_is_said_in_words"),
            models.CheckConstraint(condition=Q(ended_on=None) | Q(ended_on__gte=models.F("began_on")),
                                   name="goal_ends_after_it_begins"),
        ]

    @property
    def code(self) -> str:
        """The measure its readings are kept under."""
        return f"goal-{self.pk.hex}"


class ChosenMeasures(PracticeOwned):
    """Which measures this client's notes show at first, as their therapist chose."""

    readers = THERAPISTS

    client = models.OneToOneField(Client, primary_key=True, on_delete=models.PROTECT, related_name="+")
    codes = models.JSONField(default=list)


class OutsideTotal(PracticeOwned):
    """The total of an instrument filled in elsewhere: name, number, day and rater, none of its questions."""

    readers = THERAPISTS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=40)
    total = models.DecimalField(max_digits=7, decimal_places=2)
    rated_on = models.DateField()
    rater = models.CharField(max_length=120)
    entered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["rated_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(rater=""), name="total_names_its_rater"),
        ]
        indexes: ClassVar = [models.Index(fields=["client", "measure", "rated_on"], name="total_of_client")]


class WorryingAnswer(PracticeOwned):
    """What this practice does on a worrying answer; without it the questions about mood are not asked."""

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    is_asked = models.BooleanField(default=False)
    what_we_do = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice"], name="practice_decides_once_what_it_does"),
            models.CheckConstraint(condition=Q(is_asked=False) | ~Q(what_we_do=""),
                                   name="mood_is_asked_only_where_it_is_clear_what_follows"),
        ]
