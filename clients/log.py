"""What this room tells the log of messages, whose clients they are for; and what a client's own page shows of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q

from clients.limits import Known
from clients.models import Client
from clients.search import find_clients
from clients.writing import ways_to
from practice.log.asked import CHANNELS
from practice.log.shelves import COMING
from practice.log.subjects import CLIENTS_LIKE, PEOPLE, Person, entries_of, told_apart
from practice.models import Membership, Message

MOST_COMING, MOST_PAST = 12, 20  # more stand in the log


def people(member: Membership, ids: Collection[UUID]) -> dict[UUID, Person]:
    """These clients by name, number, and where each channel they agreed to reaches them."""
    rows = Client.objects.filter(practice_id=member.practice_id, pk__in=ids)
    return {client.pk: person_of(client) for client in rows}


def person_of(client: Client) -> Person:
    """One client as the log names them."""
    return Person(client.name, client.phone, {way.channel: way.address for way in ways_to(client)})


def clients_like(member: Membership, words: str) -> Collection[UUID]:
    """The clients who fit what was typed, in the archive or not, as the list of clients finds them."""
    return list(find_clients(Client.objects.visible_to(member), words).order_by().values_list("pk", flat=True))


def messages_of(member: Membership, client: Client, _known: Known | None) -> dict[str, Any]:
    """What is still to leave, soonest first, and what left or did not, latest first.

    What was taken back because the same waits for another address stands in the log alone.
    """
    rows = Message.objects.visible_to(member).filter(client_id=client.pk)
    coming = list(rows.filter(state__in=COMING.states).order_by("due_at", "pk")[:MOST_COMING + 1])
    elsewhere = Q(state=Message.State.CANCELLED, replaced_by__isnull=False)
    past = list(rows.exclude(state__in=COMING.states).exclude(elsewhere).order_by("-due_at", "-pk")[:MOST_PAST + 1])
    entries = entries_of(member, [*coming[:MOST_COMING], *past[:MOST_PAST]], people={client.pk: person_of(client)})
    shown = min(len(coming), MOST_COMING)
    gone, did_not_leave = told_apart(entries[shown:])
    return {"coming": entries[:shown], "past": gone, "did_not_leave": did_not_leave, "has_more": len(past) > MOST_PAST,
            "has_more_coming": len(coming) > MOST_COMING,
            "ways": [f"{CHANNELS[way.channel].lower()} to {way.address}" for way in ways_to(client)]}


PEOPLE.append(people)
CLIENTS_LIKE.append(clients_like)
