"""What is left of a client whose years are over: one row that says that somebody was, and nothing they said."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from practice.access import PracticeOwned, Role
from practice.encryption import EncryptedCharField
from practice.guards import Kept, Unchanging
from practice.models import LEAST_YEARS, Membership


def disposed(client: str) -> str:
    """SQL: whether the client of that id (SQL, too) has a tombstone; the only reason for which a row that stands goes.

    The client's own row goes last: nobody moves a row to somebody long gone in order to delete it.
    """
    return ("EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client "  # noqa: S608
            f"WHERE d.of_client = {client})")


_IS_HELD = (
    "EXISTS (SELECT 1 FROM clients_legalhold h JOIN clients_client c ON c.id = h.client_id "
    "JOIN clients_client n ON n.id = NEW.of_client WHERE h.lifted_at IS NULL "
    "AND COALESCE(c.merged_into_id, c.id) = COALESCE(n.merged_into_id, n.id))")
# As days in text, which both engines can count: a signature of the last years, by the clock of the database.
_NOW = "CAST(CURRENT_TIMESTAMP AS TEXT)"
_YEARS_AGO = f"CAST(CAST(SUBSTR({_NOW}, 1, 4) AS INTEGER) - {LEAST_YEARS} AS TEXT) || SUBSTR({_NOW}, 5, 6)"
_IS_YOUNG = (
    "EXISTS (SELECT 1 FROM notes_note n WHERE n.client_id = NEW.of_client AND n.signed_at IS NOT NULL "  # noqa: S608
    f"AND SUBSTR(CAST(n.signed_at AS TEXT), 1, 10) > {_YEARS_AGO})")
_IS_ELSEWHERE = (
    "EXISTS (SELECT 1 FROM clients_client c WHERE c.id = NEW.of_client AND c.practice_id <> NEW.practice_id)")


class Disposal(PracticeOwned):
    """The tombstone of one row of a client: written before anything goes, chained to the practice's one before it.

    `of_client` is the row's id and `person` that of the row that stood for them; of a row that was merged only this
    is said, and all the rest stands with the person's own. `counts` are rows by kind, `links` the places that what was
    signed had in the chain of notes, each with the hash before it and its own; `signed_hash` is the SHA-256 over the
    hashes of everything signed that went, in order. The database refuses it while a legal hold stands or a signature
    is younger than any law's years.
    """

    class Rule(models.TextChoices):
        LAST_CONTACT = "last-contact", "Years after the last contact"
        OF_AGE = "of-age", "Years after the 18th birthday"

    readers = frozenset({Role.OWNER})

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    position = models.PositiveIntegerField(help_text="Its place among the practice's tombstones, from 1.")
    of_client = models.UUIDField(unique=True)
    person = models.UUIDField()
    birth_year = models.PositiveSmallIntegerField(null=True)
    first_day = models.DateField()
    last_day = models.DateField()
    counts = models.JSONField(default=dict)
    links = models.JSONField(default=list)
    signed_hash = models.CharField(max_length=64)
    rule = models.CharField(max_length=12, choices=Rule.choices)
    years = models.PositiveSmallIntegerField()
    kept_until = models.DateField()
    disposed_at = models.DateTimeField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    reason = EncryptedCharField(max_length=300)
    previous_hash = models.CharField(max_length=64, blank=True)
    content_hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-disposed_at", "-position"]
        constraints: ClassVar = [
            Unchanging(name="disposal_stands_for_ever", insert_when=f"{_IS_HELD} OR {_IS_YOUNG} OR {_IS_ELSEWHERE}"),
            Kept(name="disposals_are_kept"),
            models.UniqueConstraint(fields=["practice", "position"], name="disposal_has_one_place"),
            models.CheckConstraint(condition=~Q(reason=""), name="disposal_has_a_reason"),
            models.CheckConstraint(condition=Q(years__gte=LEAST_YEARS), name="disposal_waits_for_the_least_years"),
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")) & Q(kept_until__gt=F("last_day")),
                                   name="disposal_comes_after_the_last_day"),
        ]

    @property
    def is_of_person(self) -> bool:
        """Whether it tells of a person, not of a second row of theirs."""
        return self.of_client == self.person
