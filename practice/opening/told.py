"""What Today tells the owner while something of the opening is missing."""

from __future__ import annotations

from django.urls import reverse

from practice.access import Role
from practice.models import Membership
from practice.notices import Notice, register_notice
from practice.opening.checklist import EVERYTHING, checklist_of


def still_missing(member: Membership) -> Notice | None:
    """One line with the next step; none for anybody else, nor once all is there or the owner wants no more of it."""
    if member.role != Role.OWNER:
        return None
    stands = checklist_of(member.practice)
    step = stands.next
    if step is None or stands.is_dismissed:
        return None
    needed = " Nothing can be booked before." if step.needed else ""
    return Notice(
        title=f"Still missing: {stands.said_missing()}", words=f"Next: {step.name}.{needed}", url=step.url,
        action=f"Go to {step.name[:1].lower()}{step.name[1:]}", more_url=reverse("practice:opening"),
        more="Everything that belongs to opening", dismiss_url=reverse("practice:opening_aside", args=[EVERYTHING]),
        dismiss="Do not tell me again")


register_notice(still_missing)
