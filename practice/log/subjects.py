"""What the log knows of those a message is for and about: rooms to the right say who they are and what it speaks of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q

from practice.models import Membership, Message


@dataclass(frozen=True, slots=True)
class Person:
    """A client as the log names them: how they are rung, and under which address each channel reaches them today."""

    name: str
    phone: str = ""
    ways: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subject:
    """What one message is about, in words, with the page where it stands."""

    words: str
    url: str


# Each answers for several ids at once: clients by id, visits by id.
PEOPLE: list[Callable[[Membership, Collection[UUID]], dict[UUID, Person]]] = []
VISITS: list[Callable[[Membership, Collection[UUID]], dict[UUID, Subject]]] = []
# The ids of the clients who fit what was typed, and of the visits of one day.
CLIENTS_LIKE: list[Callable[[Membership, str], Collection[UUID]]] = []
VISITS_ON: list[Callable[[Membership, date], Collection[UUID]]] = []
# Which messages tell of several visits at once, among them one of these.
TOGETHER_WITH: list[Callable[[Collection[UUID]], Q]] = []


def about_visits(visits: Collection[UUID]) -> Q:
    """The messages about one of these visits, alone or together with others."""
    return reduce(or_, (told(visits) for told in TOGETHER_WITH), Q(appointment_id__in=visits))


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of the log with whom it is for and what it is about."""

    message: Message
    person: Person | None
    subject: Subject | None


def entries_of(member: Membership, messages: Iterable[Message], *, people: dict[UUID, Person] | None = None,
               visits: dict[UUID, Subject] | None = None) -> list[Entry]:
    """These messages with their people and visits, in one query for each kind that the caller does not know already."""
    rows = list(messages)
    if people is None:
        people = _known(PEOPLE, member, {row.client_id for row in rows if row.client_id})
    if visits is None:
        visits = _known(VISITS, member, {row.appointment_id for row in rows if row.appointment_id})
    return [Entry(row, people.get(row.client_id) if row.client_id else None,
                  visits.get(row.appointment_id) if row.appointment_id else None) for row in rows]


def told_apart(entries: Iterable[Entry]) -> tuple[list[Entry], list[Entry]]:
    """What is to leave, has left or was lost; and what did not leave: taken back, or of no use when it was due."""
    rows = list(entries)
    never = (Message.State.CANCELLED, Message.State.SKIPPED)
    return ([row for row in rows if row.message.state not in never],
            [row for row in rows if row.message.state in never])


def _known(rooms: list[Any], member: Membership, ids: set[UUID]) -> dict[UUID, Any]:
    known: dict[UUID, Any] = {}
    for room in rooms if ids else ():
        known |= room(member, ids)
    return known
