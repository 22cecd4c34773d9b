"""What stands typed on the sheet of a note that is not signed yet, where the note itself cannot hold it as it is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from notes.models.note import SIGNED, Note
from practice.encryption import EncryptedJSONField
from practice.guards import Unchanging
from practice.models import Membership


class NoteDraft(models.Model):
    """The last save a sheet made by itself: when, from which tab, and what of it is not in the note yet.

    `typed` is the form as it stands, wrong parts included; empty where the note holds all of it. It goes with the next
    save by hand and with the signature; only the author ever reads it on a page.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    note = models.OneToOneField(Note, on_delete=models.CASCADE, related_name="typing")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(help_text="Of the note, as this save left it.")
    tab = models.CharField(max_length=40, blank=True)
    turn = models.PositiveIntegerField(default=0, help_text="Counts the saves of that tab.")
    at = models.DateTimeField()
    is_whole = models.BooleanField(help_text="The note holds all of it.")
    typed = EncryptedJSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            Unchanging(name="nothing_typed_waits_beside_a_signed_note", when="1=0",
                       insert_when=SIGNED.format(row="NEW")),
            models.CheckConstraint(condition=models.Q(is_whole=False) | models.Q(typed={}),
                                   name="what_the_note_holds_is_not_kept_twice"),
        ]
