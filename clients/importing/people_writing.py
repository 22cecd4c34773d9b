"""The people of a list, brought in and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from clients.channels import keep_in_step
from clients.importing.kinds import Kind, Undone, register_kind
from clients.importing.people_reading import PeopleReader
from clients.importing.people_targets import CLIENTS, LAYOUTS, TARGETS, lacks
from clients.importing.undoing import touched
from clients.models import ChannelConsent, Client, Import, ImportRow
from clients.profiles import ProfileFields, ReminderConsent, draft_client
from practice import audit
from practice.access import Actor
from practice.composed import insert

State = ImportRow.State
SAID_THEN = "What they were told then did not come with the list."


def profile_of(kept: dict[str, Any]) -> ProfileFields:
    profile = {name: value for name, value in kept.items() if name not in ("gone", "agreed")}
    if profile.get("birth_date"):
        profile["birth_date"] = date.fromisoformat(profile["birth_date"])
    if kept.get("agreed"):
        on, source = kept["agreed"]
        profile["reminder_consent"] = ReminderConsent(date.fromisoformat(on), source, SAID_THEN)
    return profile  # type: ignore[return-value]


def write_people(brought: Import, rows: Sequence[ImportRow], by: Actor) -> None:
    """Begin a profile for each row, under the row's own id; one that was brought meanwhile is here already."""
    known = set(ImportRow.objects.filter(practice=brought.practice, kind=CLIENTS, key__in=[row.key for row in rows],
                                         state__in=(State.DONE, State.SAME)).values_list("key", flat=True))
    clients = []
    for row in rows:
        if row.key in known:
            row.state = State.KNOWN
            continue
        client = draft_client(practice=brought.practice, by=by, **profile_of(row.reading))
        client.pk, row.state = row.pk, State.DONE
        client.archived_at = timezone.now() if row.reading.get("gone") else None
        clients.append(client)
    insert(clients)
    for client in clients:
        keep_in_step(client=client, was={}, by=by, how="", wording=SAID_THEN)
        audit.record(by=by, verb="client_imported", subject=client, client_id=client.pk, list=str(brought.pk))


def take_people_back(brought: Import, ids: Sequence[UUID], by: Actor) -> Undone:
    """Delete those of these clients that nobody has worked with since; the others stay."""
    rows = {client.pk: client for client in Client.objects.filter(pk__in=ids).select_for_update(no_key=True)}
    stays = {pk: (client.name, "was changed here") for pk, client in rows.items() if client.version > 1}
    for pk, why in touched(Client, set(rows) - set(stays), own=(ChannelConsent,)).items():
        stays[pk] = (rows[pk].name, why)
    gone = set(rows) - set(stays)
    ChannelConsent.objects.filter(client__in=gone).delete()
    Client.objects.filter(pk__in=gone).delete()
    for pk in gone:
        audit.record(by=by, verb="client_import_undone", subject=rows[pk], client_id=pk, list=str(brought.pk))
    return Undone(set(ids) - set(stays), stays)


register_kind(Kind(CLIENTS, "client", "clients", TARGETS, LAYOUTS, lacks, PeopleReader, write_people, take_people_back))
