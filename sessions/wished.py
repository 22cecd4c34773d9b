"""What somebody wants of the diary, and what the safety check reads of the client for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from clients.contraindications import Body, Check, ProposedTreatment, cautions_for
from clients.limits import body_of
from clients.models import Client, Episode
from practice.access import Actor
from practice.composed import ComposedRows
from practice.models import Membership, Room, Service
from sessions.models import Appointment

# The record, a room to the right, registers here how to read a client's last treatments.
LAST_TREATMENTS: list[Callable[[Client], Sequence[ProposedTreatment]]] = []


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a client for the safety check, read at one moment: for several visits, once."""

    body: Body
    treatments: tuple[ProposedTreatment, ...]
    episodes: tuple[Episode, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of the diary, before it is allowed."""

    client: Client
    therapist: Membership
    service: Service
    starts_at: datetime
    minutes: int
    by: Actor
    override_reason: str
    ignoring: tuple[Any, ...] = ()
    rooms: tuple[Room, ...] = ()  # of the service, where they are known already
    reading: Reading | None = None  # of the client, where it was read under the lock already
    breaks: tuple[int, int] | None = None  # minutes kept free before and after; None: what the service says

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    def occupied(self, buffers: bool) -> tuple[datetime, datetime]:
        """From when to when therapist and room are taken, with what is kept free around it or without."""
        whole = self.breaks or (self.service.buffer_before, self.service.buffer_after)
        before, after = whole if buffers else (0, 0)
        return self.starts_at - timedelta(minutes=before), self.ends_at + timedelta(minutes=after)


def as_it_stood(visit: Appointment, by: Actor) -> Wish:
    """The wish for a visit's own time again, with the breaks it had: some were cut for a visit beside it."""
    return Wish(visit.client, visit.therapist, visit.service, visit.starts_at, visit.minutes, by, override_reason="",
                ignoring=(visit.pk,), breaks=(visit.buffer_before, visit.buffer_after))


_episodes_of = ComposedRows(lambda client: Episode.objects.filter(client=client))


def read(client: Client) -> Reading:
    """What the check reads of a client now: the body as known, and the last visit's treatments.

    The treatments come from the record, which this room does not know; the record registers them.
    """
    return Reading(body_of(client), tuple(t for source in LAST_TREATMENTS for t in source(client)),
                   tuple(_episodes_of(client.pk)))


def checked_at_booking(client: Client, service_minutes: int, on: date, reading: Reading | None = None) -> Check:
    """The safety check before a treatment is chosen."""
    reading = reading or read(client)
    return cautions_for(reading.body, reading.treatments, on=on, minutes=service_minutes)
