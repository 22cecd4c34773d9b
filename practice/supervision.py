"""Who co-signs what a therapist signs: said by the owner, therapist by therapist."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from practice import audit
from practice.access import Actor
from practice.models import Membership
from practice.offers import refuse_unless_owner
from practice.refusals import BadInput


@transaction.atomic
def set_supervisor(*, therapist: Membership, supervisor: Membership | None, by: Actor) -> Membership:
    """Say who co-signs this therapist's notes from now on; None: nobody has to.

    Refuses somebody who gives no sessions here, the therapist themselves, and two who would co-sign each other.
    """
    refuse_unless_owner(therapist.practice, by)
    # All of a practice's rows, in one order: two owners' presses cannot make a circle together.
    people = {row.pk: row for row in Membership.objects.select_for_update(no_key=True, of=("self",)).filter(
        practice_id=therapist.practice_id, is_therapist=True).select_related("user").order_by("pk")}
    if therapist.pk not in people:
        raise BadInput(f"{therapist.name} gives no sessions here and signs no notes.", field="supervisor")
    if supervisor is not None:
        _refuse_unfit(people, therapist, supervisor)
    therapist = people[therapist.pk]
    therapist.supervisor = supervisor
    therapist.save(update_fields=["supervisor"])
    audit.record(by=by, verb="supervisor_changed", subject=therapist,
                 supervisor=str(supervisor.pk) if supervisor else "")
    return therapist


def _refuse_unfit(people: dict[UUID, Membership], therapist: Membership, supervisor: Membership) -> None:
    if supervisor.pk not in people or not people[supervisor.pk].is_active:
        raise BadInput("Choose a therapist of this practice.", field="supervisor")
    above: Membership | None = people[supervisor.pk]
    while above is not None:
        if above.pk == therapist.pk:
            raise BadInput(
                f"{supervisor.name} cannot co-sign for {therapist.name}: "
                + ("nobody co-signs their own notes." if supervisor.pk == therapist.pk
                   else f"{therapist.name} co-signs for them."), field="supervisor")
        above = people.get(above.supervisor_id) if above.supervisor_id else None
