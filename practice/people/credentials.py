"""Credentials that run out: said to whoever holds one and to the owner, 60 days before and from then on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from practice import clock
from practice.access import Role
from practice.models import Membership
from practice.waiting import WAITING, Waiting

TOLD_BEFORE = timedelta(days=60)  # our proposal


@dataclass(frozen=True, slots=True)
class RunsOut:
    """How a credential stands: until when, and whether that day has passed."""

    on: date
    is_over: bool

    @property
    def said(self) -> str:
        """“Valid until 3 Jan 2027”, “Ran out on 3 Jan 2027”."""
        return f"{'Ran out on' if self.is_over else 'Valid until'} {clock.said_date(self.on, year=True)}"


def runs_out(person: Membership) -> RunsOut | None:
    """Where the credential of somebody who works here runs out within 60 days or has; else None."""
    on, today = person.credential_expires_on, clock.wall_of(timezone.now(), person.practice.time_zone)[0]
    if on is None or on > today + TOLD_BEFORE:
        return None
    return RunsOut(on, on < today)


def credentials_waiting(member: Membership) -> Iterator[Waiting]:
    """One's own credential that runs out; for the owner everybody's."""
    until = clock.wall_of(timezone.now(), member.practice.time_zone)[0] + TOLD_BEFORE
    rows = Membership.objects.filter(practice=member.practice_id, is_active=True, credential_expires_on__lte=until)
    if member.role != Role.OWNER:
        rows = rows.filter(pk=member.pk)
    for person in rows.select_related("user", "practice").order_by("credential_expires_on", "pk"):
        ends = runs_out(person)
        if ends is None:
            continue
        whose = "Your credential" if person.pk == member.pk else f"{person.name}’s credential"
        verb = f"ran out on {clock.said_date(ends.on)}" if ends.is_over else f"runs out on {clock.said_date(ends.on)}"
        url = reverse("practice:person", args=[person.pk]) if member.role == Role.OWNER else reverse("practice:people")
        yield Waiting(f"{whose} {verb}", url)


WAITING.append(credentials_waiting)
