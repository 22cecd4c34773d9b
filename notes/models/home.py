"""What a client does at home: the programme as assigned, its items word for word, the days on which each was done."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from uuid_utils.compat import uuid7

from clients.models import Client
from clients.models.disposals import disposed
from notes.models.note import Note
from practice.access import THERAPISTS, PracticeOwned
from practice.encryption import EncryptedCharField, EncryptedTextField
from practice.guards import Kept, Unchanging
from practice.models import Membership


class HomeProgramme(PracticeOwned):
    """One version of a client's home programme. A change makes the next one; what was assigned stays readable.

    At most one stands; the others have ended. `resumed_at`: since when it runs again after a relapse has paused it.
    """

    readers = THERAPISTS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="home_programmes")
    note = models.ForeignKey(Note, null=True, on_delete=models.PROTECT, related_name="home_programmes",
                             help_text="The note in whose plan it was assigned, if any.")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    assigned_at = models.DateTimeField(default=timezone.now)
    resumed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-assigned_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client"], condition=Q(ended_at=None),
                                    name="client_has_one_home_programme"),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("assigned_at")),
                                   name="home_programme_ends_after_it_begins"),
            Kept(name="home_programmes_are_kept"),
            Unchanging(name="home_programme_stands_as_assigned",
                       columns=("note_id", "author_id", "version", "assigned_at"),
                       goes_when=disposed("OLD.client_id")),
        ]


class HomeItem(models.Model):
    """One thing to do at home, in the words in which it was assigned; `code` is where it came from, if a catalogue.

    `word_of`, `word_on`, `word_how`: who said yes to it, when and how, where the source asks for that. `reason`
    answers what the check said against it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(HomeProgramme, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=49, blank=True, help_text='A place of the body map: "calf:left".')
    name = EncryptedCharField(max_length=120)
    steps = EncryptedTextField(max_length=2000, help_text="One step on each line.")
    stop_rule = EncryptedCharField(max_length=400)
    how_much = EncryptedCharField(max_length=80, blank=True)
    how_often = EncryptedCharField(max_length=80)
    remark = EncryptedCharField(max_length=300, blank=True)
    source = models.CharField(max_length=400, blank=True)
    word_of = models.CharField(max_length=120, blank=True)
    word_on = models.DateField(null=True, blank=True)
    word_how = models.CharField(max_length=80, blank=True)
    reason = EncryptedCharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["programme", "position"], name="home_items_have_an_order"),
            models.CheckConstraint(condition=~Q(stop_rule=""), name="home_item_says_when_to_stop"),
            models.CheckConstraint(condition=Q(word_of="", word_on=None, word_how="")
                                   | (~Q(word_of="") & ~Q(word_how="") & Q(word_on__isnull=False)),
                                   name="word_on_a_home_item_is_whole"),
            Kept(name="home_items_are_kept"),
            Unchanging(name="home_item_stands_as_assigned", goes_when=disposed(
                "(SELECT p.client_id FROM notes_homeprogramme p WHERE p.id = OLD.programme_id)")),
        ]

    @property
    def key(self) -> str:
        """What makes it the same thing in another version: the catalogue's code with its place, or its own name."""
        return f"{self.code}@{self.place}" if self.code else self.name

    @property
    def step_lines(self) -> list[str]:
        """The steps, one by one."""
        return [line for line in self.steps.splitlines() if line.strip()]


class HomeDone(models.Model):
    """One item was done on one day, as its client tapped; taken back, the row goes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(HomeItem, on_delete=models.CASCADE, related_name="done")
    on = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["on", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "on"], name="home_item_is_done_once_a_day")]
