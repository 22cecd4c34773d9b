"""How many visits of a referral took place and are booked, and whether more fit into it: words, never a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clients.models import Client, Referral
from practice import clock
from sessions.models import Appointment

HAD = ("arrived", "fulfilled")
USES = ("booked", "confirmed", *HAD)


@dataclass(frozen=True, slots=True)
class Use:
    """A referral, how many of its visits took place and how many are booked; a line in words."""

    referral: Referral
    had: int
    booked: int

    @property
    def taken(self) -> int:
        """How many cannot be booked any more: those that took place and those that are booked."""
        return self.had + self.booked

    @property
    def left(self) -> int | None:
        """How many are left, none less than 0; None where it names no number."""
        agreed = self.referral.visits_agreed
        return None if agreed is None else max(0, agreed - self.taken)

    @property
    def said(self) -> str:
        """“10 visits agreed: 4 had, 3 booked, 3 left”."""
        agreed, counted = self.referral.visits_agreed, f"{self.had} had, {self.booked} booked"
        if agreed is None:
            return counted
        over = f"{self.taken - agreed} more than agreed" if self.taken > agreed else f"{self.left} left"
        return f"{agreed} visit{'' if agreed == 1 else 's'} agreed: {counted}, {over}"

    @property
    def covers(self) -> str:
        """From when until when, in words."""
        row = self.referral
        if row.ends_on:
            return f"until {clock.said_date(row.ends_on, year=True)}"
        return f"since {clock.said_date(row.began_on, year=True)}"


def uses_of(client: Client) -> list[Use]:
    """Every referral of a client with how many of its visits were had and are booked, newest first."""
    rows = list(Referral.objects.filter(client=client).select_related("doctor"))
    counted = _counted(rows)
    return [Use(row, *counted[row.pk]) for row in rows]


def _counted(rows: Sequence[Referral]) -> dict[UUID, tuple[int, int]]:
    """How many visits in the days of each took place, and how many are booked.

    What is on hold, cancelled, missed or only requested does not count; after a referral was closed, nothing does. A
    visit in the days of two referrals counts for both: which doctor pays for it is not known here.
    """
    visits = Appointment.objects.filter(client__in={row.client_id for row in rows}, status__in=USES)
    days = list(visits.values_list("client", "wall_date", "time_zone", "status"))
    counted: dict[UUID, tuple[int, int]] = {}
    for row in rows:
        mine = [status for client, on, zone, status in days
                if client == row.client_id and row.began_on <= on <= _last_day(row, zone)]
        had = sum(status in HAD for status in mine)
        counted[row.pk] = had, len(mine) - had
    return counted


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
    if row.visits_agreed is not None and inside and use.taken + inside > row.visits_agreed:
        over = min(inside, use.taken + inside - row.visits_agreed)
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
