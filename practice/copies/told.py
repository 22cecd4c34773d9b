"""What the owner is told of copies on Today, and the machine's watchers by /healthz and the metrics."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from practice.access import Role
from practice.copies.keeping import age, worry
from practice.models import Membership
from practice.waiting import WAITING, Waiting
from practice.watching.facts import BACKUP_AGE


def copies_are_old(member: Membership) -> Iterator[Waiting]:
    """One line for the owner while the newest copy is old, or there is none."""
    if member.role == Role.OWNER and (words := worry()):
        yield Waiting(words, reverse("practice:keeping"))


def _seconds() -> float | None:
    old = age()
    return None if old is None else old.total_seconds()


WAITING.append(copies_are_old)
BACKUP_AGE.append(_seconds)
