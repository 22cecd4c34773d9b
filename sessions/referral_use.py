"""How many visits of a referral are used, and whether what is to be booked still fits into it: words, never a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clients.models import Client, Referral
from practice import clock
from sessions.models import Appointment

USES = ("booked", "confirmed", "arrived", "fulfilled")


@dataclass(frozen=True, slots=True)
class Use:
    """A referral and how many of its visits are used; a line in words."""

    referral: Referral
    used: int

    @property
    def left(self) -> int | None:
        """How many are left, none less than 0; None where it names no number."""
        agreed = self.referral.visits_agreed
        return None if agreed is None else max(0, agreed - self.used)

    @property
    def said(self) -> str:
        """“7 of 10 visits used, 3 left”."""
        agreed = self.referral.visits_agreed
        if agreed is None:
            return f"{self.used} visit{'' if self.used == 1 else 's'} so far"
        over = f", {self.used - agreed} more than agreed" if self.used > agreed else f", {self.left} left"
        return f"{self.used} of {agreed} visit{'' if agreed == 1 else 's'} used{over}"

    @property
    def covers(self) -> str:
        """From when until when, in words."""
        row = self.referral
        if row.ends_on:
            return f"until {clock.said_date(row.ends_on, year=True)}"
        return f"since {clock.said_date(row.began_on, year=True)}"


def uses_of(client: Client) -> list[Use]:
    """Every referral of a client with how many of its visits are used, newest first."""
    rows = list(Referral.objects.filter(client=client).select_related("doctor"))
    used = used_of(rows)
    return [Use(row, used[row.pk]) for row in rows]


def used_of(referrals: Iterable[Referral]) -> dict[UUID, int]:
    """How many visits each uses: those in its days that are booked, confirmed, arrived or done.

    What is on hold, cancelled, missed or only requested does not count; after a referral was closed, nothing does. A
    visit in the days of two referrals counts for both: which doctor pays for it is not known here.
    """
    rows = list(referrals)
    visits = Appointment.objects.filter(client__in={row.client_id for row in rows}, status__in=USES)
    days = list(visits.values_list("client", "wall_date", "time_zone"))
    return {row.pk: sum(1 for client, on, zone in days
                        if client == row.client_id and row.began_on <= on <= _last_day(row, zone)) for row in rows}


def _last_day(row: Referral, zone: str) -> date:
    ends = row.ends_on or date.max
    return min(ends, clock.wall_of(row.closed_at, zone)[0]) if row.closed_at else ends


@dataclass(frozen=True, slots=True)
class Line:
    """What a booking page says of a referral; `is_beyond`: what is to be booked does not fit into it."""

    words: str
    is_beyond: bool


def lines_for(client: Client, days: Sequence[date]) -> list[Line]:
    """What is left of the client's open referrals, and where visits on these days go beyond them."""
    uses = [use for use in uses_of(client) if use.referral.closed_at is None]
    running = [use for use in uses if any(_covers(use.referral, day) for day in days)]
    # An earlier referral that has run out says nothing where another one covers the days.
    asked = running or uses[:1]
    return [line for use in asked if (line := _line(use, days))]


def _covers(row: Referral, day: date) -> bool:
    return row.began_on <= day and (row.ends_on is None or day <= row.ends_on)


def _line(use: Use, days: Sequence[date]) -> Line | None:
    row, name = use.referral, f"{use.referral.doctor.name}’s referral"
    inside = sum(1 for day in days if _covers(row, day))
    late = [day for day in days if row.ends_on and day > row.ends_on]
    beyond = []
    if row.visits_agreed is not None and inside and use.used + inside > row.visits_agreed:
        over = min(inside, use.used + inside - row.visits_agreed)
        what = "This visit goes" if len(days) == 1 else f"{over} of these visits {'goes' if over == 1 else 'go'}"
        beyond.append(f"{what} beyond it.")
    if late and row.ends_on:
        last = clock.said_date(row.ends_on, year=True)
        what = "This visit lies" if len(days) == 1 else f"{len(late)} of these visits lie{'s' * (len(late) == 1)}"
        beyond.append(f"{what} after its last day, {last}.")
    if not inside and not late:
        return None
    words = f"{name} {use.covers}: {use.said}."
    return Line(" ".join([words, *beyond, *(["Ask for a new one."] if beyond else [])]), bool(beyond))
