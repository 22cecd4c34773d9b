"""What happened in a session, as a child of its note: locked with it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from notes.events.kinds import ENDINGS, KINDS, LASTED, REACTIONS, STOPS, TIMES
from notes.models.note import GONE_WITH_NOTE, SIGNED, Note
from practice.encryption import EncryptedCharField
from practice.guards import Kept, Unchanging


def _whole(place: str) -> Q:
    """A region has its side, and a side its region."""
    region, side = f"{place}region", f"{place}side"
    return (Q(**{region: "", side: ""}) | (~Q(**{region: ""}) & ~Q(**{side: ""})))


class NoteEvent(models.Model):
    """A spasm, a stop or a reaction; everything but the kind may be left open until the note is signed.

    `region` and `side` are where it showed; the `work_` columns are what was being done, or what set it off.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="events")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=list(KINDS.items()))
    what = models.CharField(max_length=20, blank=True)
    region = models.CharField(max_length=40, blank=True)
    side = models.CharField(max_length=8, blank=True)
    work_region = models.CharField(max_length=40, blank=True)
    work_side = models.CharField(max_length=8, blank=True)
    work_technique = models.CharField(max_length=40, blank=True)
    lasted = models.CharField(max_length=10, blank=True, choices=list(LASTED.items()))
    came = models.CharField(max_length=10, blank=True, choices=list(TIMES.items()))
    ending = models.CharField(max_length=25, blank=True, choices=list(ENDINGS.items()))
    done = EncryptedCharField(max_length=500, blank=True)
    told = EncryptedCharField(max_length=200, blank=True)
    words = EncryptedCharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="spasm", what="", came="", told="")
                | Q(kind="stopped", what__in=["", *STOPS], lasted="", came="", ending="")
                | Q(kind="reaction", what__in=["", *REACTIONS], lasted="", ending=""),
                name="event_says_what_its_kind_can"),
            models.CheckConstraint(
                condition=Q(lasted__in=["", *LASTED]) & Q(came__in=["", *TIMES]) & Q(ending__in=["", *ENDINGS]),
                name="event_is_said_in_the_words_there_are"),
            models.CheckConstraint(condition=_whole("") & _whole("work_"), name="place_of_event_has_region_and_side"),
            Unchanging(name="event_of_signed_note_stands", when=SIGNED.format(row="OLD"),
                       insert_when=SIGNED.format(row="NEW"), goes_when=GONE_WITH_NOTE),
            Kept(name="events_are_kept"),
        ]
