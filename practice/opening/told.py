"""What Today tells the owner while something of the opening is missing."""

from __future__ import annotations

from django.urls import reverse

from practice.access import Role
from practice.models import Membership
from practice.notices import Notice, register_notice
from practice.opening.checklist import EVERYTHING, checklist_of, said_steps


def still_missing(member: Membership) -> Notice | None:
    """One line with the next step; none for anybody else, nor once all is there or the owner wants no more of it."""
    if member.role != Role.OWNER:
        return None
    stands = checklist_of(member.practice)
    if stands.next is None or stands.is_dismissed:
        return None
    step = next(iter(stands.needed), stands.next)
    title = (f"Nothing can be booked yet. Still missing: {said_steps(stands.needed)}" if stands.needed
             else f"Still missing: {said_steps(stands.missing)}")
    return Notice(title, step.url, f"Next: {step.name}", more_url=reverse("practice:opening"), more="The whole list",
                  dismiss_url=reverse("practice:opening_aside", args=[EVERYTHING]), dismiss="Do not tell me again")


register_notice(still_missing)
