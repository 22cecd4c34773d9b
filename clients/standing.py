"""Whoever writes for a client writes for the row that stands: one that was merged meanwhile refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from clients.models import Client
from practice.models import Membership
from practice.refusals import Refusal


class ClientMerged(Refusal):
    """The row somebody worked on was merged into another one meanwhile."""

    code: ClassVar[str] = "client_merged"
    title: ClassVar[str] = "They were listed twice"


def refuse_merged(pks: Iterable[UUID]) -> None:
    """Refuse to write for a row that was merged while somebody worked on it; asked under the clients' locks."""
    gone = Client.objects.filter(pk__in=list(pks)).exclude(merged_into=None).select_related("merged_into").first()
    if gone:
        raise ClientMerged(f"{gone.name} was listed twice and has just been merged. Open {gone.standing.name} anew "
                           "from your list, then repeat this.")


def lock_client(client: Client) -> None:
    """Lock the client's row; refuses one that was merged meanwhile."""
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    refuse_merged([client.pk])


def merged_into(member: Membership, pk: UUID) -> Client | None:
    """The client of the member's practice a row with this id was merged into; None where it was not."""
    return Client.objects.visible_to(member).filter(merged=pk).first()
