"""What the owner is told of copies on Today, and the machine's watchers by /healthz and the metrics."""

from __future__ import annotations

from django.urls import reverse

from practice.access import Role
from practice.copies.keeping import age, worry
from practice.models import Membership
from practice.notices import Notice, register_notice
from practice.watching.facts import BACKUP_AGE


def copies_are_old(member: Membership) -> Notice | None:
    """One line for the owner while the newest copy is old, or there is none."""
    if member.role != Role.OWNER or not (words := worry()):
        return None
    return Notice(title="Copies", words=words, url=reverse("practice:keeping"), action="Look at the copies")


def _seconds() -> float | None:
    old = age()
    return None if old is None else old.total_seconds()


register_notice(copies_are_old)
BACKUP_AGE.append(_seconds)
