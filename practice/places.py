"""Where the practice is kept in order: each page of it under one of four headings, as far as a member may open it.

Rooms to the right register theirs; the Practice page lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from practice.access import Role
from practice.models import Membership

CLIENTS_READ, WORK, RECORDS, SYSTEMS = "What clients read", "How we work", "Records and copies", "Accounts and systems"
_HEADINGS = (CLIENTS_READ, WORK, RECORDS, SYSTEMS)


def everybody(member: Membership) -> bool:
    """Open to each member."""
    return True


def owner(member: Membership) -> bool:
    """Open to the owner."""
    return member.role == Role.OWNER


def clinical(member: Membership) -> bool:
    """Open to whoever may see what clients have."""
    return member.may_see_clinical


@dataclass(frozen=True, slots=True)
class Place:
    """A page: under which heading, how it is called, its route, and who may open it."""

    heading: str
    name: str
    route: str
    may: Callable[[Membership], bool] = everybody


_PLACES: list[Place] = [
    Place(CLIENTS_READ, "The words of messages", "practice:words"),
    Place(CLIENTS_READ, "Online booking", "practice:online", owner),
    Place(CLIENTS_READ, "Address and letterhead", "practice:opening_letterhead", owner),
    Place(WORK, "Settings that are numbers", "practice:settings", owner),
    Place(WORK, "Opening, step by step", "practice:opening", owner),
    Place(RECORDS, "Copies of everything", "practice:keeping", owner),
    Place(RECORDS, "Taking everything out", "practice:moving_out", owner),
    Place(SYSTEMS, "What I am told by mail", "practice:digests"),
    Place(SYSTEMS, "Programs that call Evenhand", "practice:tokens"),
    Place(SYSTEMS, "Systems that are told", "practice:webhooks", owner),
]


def register_places(*places: Place) -> None:
    """Add pages; called once at start by the room that has them."""
    _PLACES.extend(places)


def places_for(member: Membership) -> list[tuple[str, Sequence[Place]]]:
    """Each heading with the pages this member may open; none without any."""
    mine = [place for place in _PLACES if place.may(member)]
    groups = [(heading, [place for place in mine if place.heading == heading]) for heading in _HEADINGS]
    return [(heading, places) for heading, places in groups if places]
