"""The practice's one chain: every signed note, addendum and co-signature carries the hash of what joined before it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from notes.models import Addendum, CoSignature, Note
from notes.writing import chain_of


def join_chain(row: Note | Addendum | CoSignature, *, practice_id: UUID, hash_of: Callable[[], str]) -> None:
    """Give the row its place at the end of the practice's chain, and its hash; whoever calls saves it, in the same
    transaction. The chain stays locked until then, so that two never take one place."""
    chain = chain_of(practice_id)
    row.previous_hash, row.chain_position = chain.head_hash, chain.position + 1
    row.content_hash = hash_of()
    chain.position, chain.head_hash = row.chain_position, row.content_hash
    chain.save(update_fields=["position", "head_hash"])
