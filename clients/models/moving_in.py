"""Lists brought from another system: the file as it came, and what became of each of its rows."""

from __future__ import annotations

import zlib
from typing import ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from practice.access import PracticeOwned, Role
from practice.encryption.fields import EncryptedBinaryField, EncryptedJSONField
from practice.models import Membership


class Import(PracticeOwned):
    """One list somebody brought: which column means what, how far it is read, brought in or taken back.

    `columns` are the file's own headers, `mapping` says for each what it becomes ("" is left out), `names` what the
    list's therapists and services are called here, `options` the rest that was asked. The file itself is forgotten
    once nothing more can be read from it.
    """

    readers = frozenset({Role.OWNER})

    class State(models.TextChoices):
        CHOSEN = "chosen", "To be checked"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked, nothing brought in yet"
        IMPORTING = "importing", "Being brought in"
        DONE = "done", "Brought in"
        UNDOING = "undoing", "Being taken back"
        UNDONE = "undone", "Taken back"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12)
    file_name = models.CharField(max_length=120)
    state = models.CharField(max_length=9, choices=State.choices, default=State.CHOSEN)
    content = EncryptedBinaryField(default=b"", help_text="The file as text, packed; empty once it is not needed.")
    delimiter = models.CharField(max_length=1, default=",")
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    date_order = models.CharField(max_length=3, blank=True, help_text="dmy, mdy or ymd.")
    names = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    size = models.PositiveIntegerField(default=0, help_text="Rows in the file.")
    handled = models.PositiveIntegerField(default=0, help_text="Rows the step under way has dealt with.")
    problem = models.CharField(max_length=300, blank=True, help_text="Why a step broke off.")
    stays = models.JSONField(default=list, help_text="Names of what an undo left, and why.")
    made_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    heard_at = models.DateTimeField(null=True, help_text="When a worker last said how far it is.")
    ended_at = models.DateTimeField(null=True, help_text="When it was brought in, or taken back.")

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]

    def set_text(self, text: str) -> None:
        """Keep the file."""
        self.content = zlib.compress(text.encode(), 6)

    @property
    def text(self) -> str:
        """The file as it was read; empty once it was forgotten."""
        return zlib.decompress(bytes(self.content)).decode() if self.content else ""

    @property
    def is_running(self) -> bool:
        """Whether a worker is at it."""
        return self.state in (self.State.CHECKING, self.State.IMPORTING, self.State.UNDOING)


class ImportRow(PracticeOwned):
    """One row of a list: as it stands there, what it says, what is wrong with it, and what it became.

    `key` is the same whenever the same row is brought again. Of a row that became something only the key and the id of
    what it became are kept.
    """

    readers = frozenset({Role.OWNER})

    class State(models.TextChoices):
        READY = "ready", "Ready"
        FAULTY = "faulty", "To be put right"
        ASKED = "asked", "Perhaps listed already"
        KNOWN = "known", "Here already"
        LEFT = "left", "Left out"
        SAME = "same", "Somebody listed already"
        DONE = "done", "Brought in"
        UNDONE = "undone", "Taken back"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=12)
    number = models.PositiveIntegerField(help_text="The row of the file; the headers stand in the first.")
    cells = EncryptedJSONField(default=list)
    reading = EncryptedJSONField(default=dict, help_text="What the cells say, ready to be written.")
    faults = EncryptedJSONField(default=list, help_text="Column, value, what to do, for each fault.")
    alike = models.JSONField(default=list, help_text="Ids of those on the list it may be.")
    is_decided = models.BooleanField(default=False, help_text="Somebody said that it is nobody listed.")
    state = models.CharField(max_length=6, choices=State.choices)
    key = models.CharField(max_length=64)
    made_id = models.UUIDField(null=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["of", "number"], name="imported_row_is_read_once"),
            models.UniqueConstraint(fields=["practice", "kind", "key"], condition=Q(state__in=("done", "same")),
                                    name="imported_row_is_brought_once"),
            models.CheckConstraint(condition=~Q(state__in=("done", "same")) | Q(made_id__isnull=False),
                                   name="imported_row_became_something"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["of", "state", "number"], name="imported_rows_by_state"),
            models.Index(fields=["practice", "kind", "key"], name="imported_row_by_key"),
        ]
