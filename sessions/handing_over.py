"""Handing somebody's clients and coming visits over to colleagues: found as a whole, applied as a whole, undone so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clients.models import Client
from practice import audit, clock
from practice.access import Actor
from practice.models import Membership
from practice.offers import refuse_unless_owner
from practice.refusals import BadInput
from sessions import replans
from sessions.leaving import clients_of, let_clients_follow, visits_handed_over
from sessions.models import BulkPlan


@transaction.atomic
def hand_over(*, person: Membership, to: Mapping[Client, Membership], since: date, by: Actor) -> BulkPlan | None:
    """Look for new times with their new colleague for every coming visit of these clients, from the day `since` on.

    Nothing moves before the plan is applied; with it the clients' wishes follow. Where no visit is to come, the wishes
    follow at once, and the answer is None. Refuses whoever gives no sessions, and clients of somebody else.
    """
    refuse_unless_owner(person.practice, by)
    if since < clock.wall_of(timezone.now(), person.practice.time_zone)[0]:
        raise BadInput("Choose today or a later day.", field="since")
    if not to:
        raise BadInput("Choose a colleague for at least one client.", field="clients")
    theirs = {client.pk for client in clients_of(person, since)}
    for client, colleague in to.items():
        if client.pk not in theirs:
            raise BadInput(f"{client.name} does not come to {person.name} from then on.", field="clients")
        is_fit = colleague.is_active and colleague.is_therapist and colleague.practice_id == person.practice_id
        if not is_fit or colleague.pk == person.pk:
            raise BadInput(f"{colleague.name} gives no sessions here. Choose somebody else.", field="clients")
    scope = {"therapist": str(person.pk), "since": since.isoformat(),
             "clients": {str(client.pk): str(colleague.pk) for client, colleague in to.items()}}
    audit.record(by=by, verb="handing_over_begun", subject=person, clients=len(to))
    if visits_handed_over(person, scope):
        return replans.start_replan(by=by, kind=BulkPlan.Kind.LEAVING, scope=scope)
    let_clients_follow(person=person, to=people_in(to), by=by)
    return None


def people_in(to: Mapping[Client, Membership]) -> dict[UUID, Membership]:
    """The same by the clients' ids."""
    return {client.pk: colleague for client, colleague in to.items()}
