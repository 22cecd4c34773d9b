"""What is told before the next visit: worrying answers nobody has looked at, then what happened last time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Value

from clients.last_time import LAST_TIME, LastTime
from clients.models import Client
from notes.events.last_time import events_last_time, events_of
from notes.follow_ups.unseen import unseen_answers, unseen_of
from notes.models import Note
from practice.access import may_read
from practice.models import Membership


def told_before(
    member: Membership, clients: Collection[Client], before: date | None = None,
) -> Mapping[UUID, Sequence[LastTime]]:
    """By client; one query says whether there is anything, as there mostly is nothing, and one more reads each kind."""
    if not clients or not may_read(member, Note):
        return {}
    events, answers = events_of(member, clients, before), unseen_of(member, clients, before)
    kinds = set(events.order_by().values_list(Value("events")).union(answers.order_by().values_list(Value("answers"))))
    told: dict[UUID, list[LastTime]] = unseen_answers(answers) if ("answers",) in kinds else {}
    for pk, lines in (events_last_time(events) if ("events",) in kinds else {}).items():
        told.setdefault(pk, []).extend(lines)
    return told


LAST_TIME.append(told_before)
