"""What was signed of a client who is disposed of: its places in the chain of notes, and its hashes, stay behind."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from clients.keeping.disposing import SIGNED, Signed
from notes.models import Addendum, ClientCopy, CoSignature, DoctorAnswer, Note, Summary, SummaryPaper
from notes.writing import chain_of


def signed_of(practice_id: UUID, people: Collection[UUID]) -> Signed:
    """Every link of these rows of a person, in the order of the chain, then the hashes of what is in no chain.

    The chain stays locked until the transaction ends, so that nothing of theirs is signed meanwhile.
    """
    chain_of(practice_id)
    chained = (Note.objects.filter(client__in=people), Addendum.objects.filter(note__client__in=people),
               CoSignature.objects.filter(note__client__in=people))
    links: list[Any] = sorted(link for rows in chained for link in rows.exclude(chain_position=None).order_by()
                              .values_list("chain_position", "previous_hash", "content_hash"))
    others = (
        Addendum.objects.filter(note__client__in=people, chain_position=None).values_list("content_hash", "pk"),
        Summary.objects.filter(client__in=people).exclude(signed_at=None).values_list("content_hash", "pk"),
        SummaryPaper.objects.filter(summary__client__in=people).values_list("pdf_hash", "pk"),
        DoctorAnswer.objects.filter(share__summary__client__in=people).values_list("content_hash", "pk"),
        ClientCopy.objects.filter(client__in=people).exclude(signed_at=None).values_list("content_hash", "pk"))
    return Signed(links, [*(own for _, _, own in links), *(h for rows in others for h, _ in rows.order_by("pk"))])


SIGNED.append(signed_of)
