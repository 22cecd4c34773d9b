"""What stands beside the notes: each therapist's own snippets, and the codes a practice bills its techniques by."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from practice.access import CLINICAL, THERAPISTS, OwnedQuerySet, PracticeOwned
from practice.encryption import EncryptedCharField
from practice.models import Membership


class SnippetQuerySet(OwnedQuerySet["Snippet"]):
    def visible_to(self, member: Membership) -> SnippetQuerySet:
        """A therapist's own snippets only."""
        return super().visible_to(member).filter(member=member)  # type: ignore[return-value]


class Snippet(PracticeOwned):
    """A short word and the text it stands for; what is stored in a note is always the text."""

    readers = THERAPISTS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="snippets")
    word = models.CharField(max_length=20)
    text = EncryptedCharField(max_length=1000)

    objects = SnippetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["word"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "word"], name="snippet_word_stands_for_one_text"),
        ]


class BillingCode(PracticeOwned):
    """The code by which a practice bills a technique, as the practice typed it; none is shipped."""

    readers = CLINICAL

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    technique = models.CharField(max_length=40)
    code = models.CharField(max_length=12)

    class Meta:
        ordering: ClassVar = ["technique"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice", "technique"], name="technique_is_billed_by_one_code"),
        ]
