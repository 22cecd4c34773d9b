"""What an owner does without while opening, on purpose; and taking it up after all."""

from __future__ import annotations

from django.db import transaction

from practice import audit
from practice.access import Actor
from practice.models import Practice, SetAside
from practice.offers import refuse_unless_owner
from practice.opening.checklist import EVERYTHING, STEPS
from practice.refusals import BadInput


@transaction.atomic
def set_aside(*, practice: Practice, step: str, by: Actor) -> None:
    """Do without a step, or hear no more of the whole list; pressed twice, once. Refuses what is needed."""
    refuse_unless_owner(practice, by)
    if step != EVERYTHING and (step not in STEPS or not STEPS[step].without):
        raise BadInput("There is no doing without this.", field="step")
    _, is_new = SetAside.objects.get_or_create(practice=practice, step=step, defaults={"by": by})
    if is_new:
        audit.record(by=by, verb="opening_step_set_aside", subject=practice, step=step)


@transaction.atomic
def take_up(*, practice: Practice, step: str, by: Actor) -> None:
    """Put a step, or the whole list, back among what is missing."""
    refuse_unless_owner(practice, by)
    if SetAside.objects.filter(practice=practice, step=step).delete()[0]:
        audit.record(by=by, verb="opening_step_taken_up", subject=practice, step=step)
