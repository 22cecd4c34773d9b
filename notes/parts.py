"""What the record keeps of a client, and what of it comes over when two rows of one person are merged.

What is signed stays on the row it was signed on: the database refuses to change it, and its hash names that row.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Max
from django.db.models.functions import Coalesce

from clients.body import REGIONS
from clients.keeping.parts import Part, name_in, register_parts
from clients.keeping.retention import LAST_CONTACT
from clients.models import Client
from notes.models import Addendum, Measurement, Note, NoteDraft, Share, ShareOpening, Summary, Treatment
from notes.outcomes import MEASURES
from practice.techniques import TECHNIQUES


def _drafts_come_over(merged: Client, stays: Client) -> None:
    Note.objects.filter(client=merged, signed_at=None).update(client=stays)


def _draft_summaries_come_over(merged: Client, stays: Client) -> None:
    Summary.objects.filter(client=merged, signed_at=None).update(client=stays)


def last_notes(clients: Iterable[UUID]) -> dict[UUID, date]:
    """Each client's last visit that has a note, those of the rows merged into them included."""
    standing = Coalesce("client__merged_into", "client")
    rows = Note.objects.alias(whose=standing).filter(whose__in=list(clients))
    return dict(rows.order_by().values_list(standing).annotate(Max("visit_on")))


LAST_CONTACT.append(last_notes)
register_parts(
    Part("notes", Note, "note", "notes", comes_over=_drafts_come_over),
    Part("treatments", Treatment, "treatment", "treatments", link="note",
         names={"region": name_in(REGIONS), "technique": name_in(TECHNIQUES)}),
    Part("readings", Measurement, "reading", "readings", link="note", names={"measure": name_in(MEASURES)}),
    Part("typing", NoteDraft, "unfinished sheet", "unfinished sheets", link="note", without=("tab", "turn")),
    Part("addenda", Addendum, "addendum", "addenda", link="note"),
    Part("summaries", Summary, "summary", "summaries", comes_over=_draft_summaries_come_over),
    Part("shares", Share, "sharing", "sharings", link="summary", without=("token_hash", "code_hash")),
    Part("share-openings", ShareOpening, "opening by a doctor", "openings by a doctor", link="share"),
)
