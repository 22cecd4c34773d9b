"""Somebody who works in several practices: in which of them this session is."""

from __future__ import annotations

from django.http import HttpRequest

from practice import walls
from practice.access import CHOSEN_PLACE
from practice.models import Membership, User
from practice.refusals import NotThere


def places_of(user: User) -> list[Membership]:
    """Every practice this person works in, by name."""
    with walls.everywhere():
        return list(Membership.objects.filter(user=user, is_active=True).select_related("practice", "user")
                    .order_by("practice__name", "pk"))


def other_places(request: HttpRequest) -> list[Membership]:
    """The other practices whoever is at work here works in; asked only of those who work in several."""
    member: Membership | None = getattr(request, "member", None)
    if member is None or not getattr(request.user, "works_elsewhere", False):
        return []
    return [place for place in places_of(member.user) if place.pk != member.pk]


def works_somewhere(user: User) -> bool:
    """Whether any practice lets this person in."""
    with walls.everywhere():
        return Membership.objects.filter(user=user, is_active=True).exists()


def be_at(*, request: HttpRequest, place: str) -> Membership:
    """Be in another of one's practices from now on, in this session alone; refuses a place that is not one's own."""
    member: Membership = request.member  # type: ignore[attr-defined]
    chosen = next((row for row in places_of(member.user) if str(row.pk) == place), None)
    if chosen is None:
        raise NotThere("You do not work there.")
    request.session[CHOSEN_PLACE] = str(chosen.pk)
    return chosen
