"""Whoever writes for a client writes for the row that stands: one that was merged meanwhile refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clients.models import Client
from practice.composed import Composed, as_id
from practice.models import Membership
from practice.refusals import Refusal


class ClientMerged(Refusal):
    """The row somebody worked on was merged into another one meanwhile."""

    code: ClassVar[str] = "client_merged"
    title: ClassVar[str] = gettext_noop("They were listed twice")


_locked = Composed(lambda pks: Client.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by(
    "pk").values_list("pk", "merged_into"))


def lock_clients(clients: Iterable[Client]) -> None:
    """Lock the clients' rows in the order of their ids; refuses, in one look, any that was merged meanwhile."""
    pks = sorted({client.pk for client in clients})
    gone = [pk for pk, merged in _locked(pks) if merged] if pks else []
    if gone:
        client = Client.objects.select_related("merged_into").get(pk=as_id(gone[0]))
        raise ClientMerged(_("{name} was listed twice and has just been merged. Open {standing} anew from your list, "
                             "then repeat this.").format(name=client.name, standing=client.standing.name))


def lock_client(client: Client) -> None:
    """Lock one client's row; refuses one that was merged meanwhile."""
    lock_clients([client])


def merged_into(member: Membership, pk: UUID) -> Client | None:
    """The client of the member's practice a row with this id was merged into; None where it was not."""
    return Client.objects.visible_to(member).filter(merged=pk).first()
