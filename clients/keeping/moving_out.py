"""When a whole practice is taken out: each client's record, as it is taken out by itself."""

from __future__ import annotations

from collections.abc import Iterator

from clients.keeping.exporting import export_client
from clients.models import Client
from practice.copies.archives import RECORDS
from practice.models import Membership, Practice


def count(practice: Practice) -> int:
    """How many records there are; rows that were joined to another are in its record."""
    return Client.objects.filter(practice=practice, merged_into=None).count()


def records(by: Membership) -> Iterator[tuple[str, bytes]]:
    """Each record: the name of its file (initials and the end of the id, no name) and its bytes."""
    mine = Client.objects.visible_to(by).filter(merged_into=None).select_related("practice").order_by("pk")
    for client in mine.iterator(chunk_size=200):
        made = export_client(client=client, by=by)
        yield made.name.replace(".zip", f"-{client.pk.hex[-8:]}.zip"), b"".join(made.stream())


RECORDS.append((count, records))
