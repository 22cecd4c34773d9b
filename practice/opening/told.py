"""What Today tells the owner while something of the opening is missing."""

from __future__ import annotations

from collections.abc import Iterator

from practice.access import Role
from practice.models import Membership
from practice.opening.checklist import checklist_of, said_steps
from practice.waiting import WAITING, Waiting


def still_missing(member: Membership) -> Iterator[Waiting]:
    """One line that leads to the next step; none for others, nor once all is there or the owner wants no more of it."""
    if member.role != Role.OWNER:
        return
    stands = checklist_of(member.practice)
    if stands.is_dismissed:
        return
    if stands.needed:
        yield Waiting(f"Nothing can be booked yet, missing: {said_steps(stands.needed)}", stands.needed[0].url, True)
    elif stands.next:
        yield Waiting(f"Still missing: {said_steps(stands.missing)}", stands.next.url)


WAITING.append(still_missing)
