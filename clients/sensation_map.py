"""When the map of what is felt was taken again: from then on a return after an episode widens step by step."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import transaction

from clients.episodes import today_in
from clients.findings import GROUPS
from clients.models import Client, Episode
from clients.standing import lock_client
from practice import audit, clock
from practice.access import Actor
from practice.refusals import BadInput, WrongState

SENSATIONS = frozenset(GROUPS["Sensation"])


class MapNotDue(WrongState):
    """Nobody is coming back whose map is still to be taken."""

    title: ClassVar[str] = "The map is not due"


@transaction.atomic
def take_map(*, client: Client, by: Actor, on: date | None = None) -> list[Episode]:
    """Note that the map was taken again, today by default, also where it found nothing new; answers for which episodes.

    Refuses where no episode is recovering whose map is still to be taken, and a day to come or before its onset.
    """
    lock_client(client)
    day, due = on or today_in(client), due_for(client)
    if day > today_in(client):
        raise BadInput(f"{clock.said_date(day)} is still to come.", field="on")
    if not due:
        raise MapNotDue("No episode is recovering whose map is still to be taken.")
    if late := [episode for episode in due if day < episode.onset_on]:
        began = clock.said_date(late[0].onset_on)
        raise BadInput(f"It began on {began}; {clock.said_date(day)} is earlier.", field="on")
    _note(due, day, by)
    return due


def note_sensation(client: Client, finding: str, by: Actor) -> None:
    """What is felt was looked at and written down: for whoever is coming back, that is the map taken again."""
    if finding in SENSATIONS:
        _note(due_for(client), today_in(client), by)


def due_for(client: Client) -> list[Episode]:
    """The episodes this client is coming back from whose map is still to be taken."""
    return [episode for episode in Episode.objects.filter(client=client) if is_map_due(episode)]


def is_map_due(episode: Episode) -> bool:
    """Whether the client is coming back from it and the map is still to be taken."""
    return episode.status == Episode.Status.RECOVERING and episode.map_taken_on is None


def _note(due: list[Episode], day: date, by: Actor) -> None:
    for episode in due:
        episode.map_taken_on, episode.version = day, episode.version + 1
        episode.save(update_fields=["map_taken_on", "version"])
        audit.record(by=by, verb="map_taken", subject=episode)
