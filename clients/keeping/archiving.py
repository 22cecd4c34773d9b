"""A client who comes no more: put away with everything that is written of them, and taken back. Nobody is deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from django.db import transaction
from django.utils import timezone

from clients.models import Client
from clients.standing import lock_client
from practice import audit
from practice.access import Actor
from practice.refusals import Refusal

# Rooms to the right register here what still needs this client on the list, in words; None where nothing does.
STILL_NEEDED: list[Callable[[Client], str | None]] = []


class StillNeeded(Refusal):
    """Something is still to happen with this client."""

    code: ClassVar[str] = "client_still_needed"
    title: ClassVar[str] = "Not put away yet"


@transaction.atomic
def archive_client(*, client: Client, by: Actor) -> Client:
    """Take a client off the list; the record stays. Refuses while visits are still to come or on hold."""
    client = Client.objects.select_for_update(no_key=True, of=("self",)).select_related("practice").get(pk=client.pk)
    if client.archived_at:
        return client
    for still_needed in STILL_NEEDED:
        if why := still_needed(client):
            raise StillNeeded(why)
    return _set(client, "client_archived", by, timezone.now())


@transaction.atomic
def restore_client(*, client: Client, by: Actor) -> Client:
    """Put an archived client back on the list."""
    lock_client(client)
    client = Client.objects.select_related("practice").get(pk=client.pk)
    return _set(client, "client_restored", by, None) if client.archived_at else client


def _set(client: Client, verb: str, by: Actor, at: object) -> Client:
    client.archived_at, client.version = at, client.version + 1  # type: ignore[assignment]
    client.save(update_fields=["archived_at", "version"])
    audit.record(by=by, verb=verb, subject=client, client_id=client.pk)
    return client
