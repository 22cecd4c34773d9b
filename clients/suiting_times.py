"""When a visit suits a body: hours between two doses, mid-morning for who tires quickly, no day of an infusion.

Offered where the client named no hours themselves; said in words that anybody at the desk may read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from clients.episodes import today_in
from clients.known import KnownMedicine, last_given
from clients.medicines import on_times
from clients.models import Client, Finding, Medicine

MID_MORNING = (time(9, 30), time(11, 30))  # the source says “mid-morning”; where it begins and ends is our proposal
DAYS_OF_INFUSION = 2  # the day itself and the day after, as the rule of the safety check has it


@dataclass(frozen=True, slots=True)
class SuitingTimes:
    """Hours on the wall clock that suit best, and days better left free; both empty for most people."""

    hours: tuple[tuple[time, time], ...] = ()
    days_to_avoid: frozenset[date] = frozenset()


def suiting_times(client: Client, first: date, last: date) -> SuitingTimes:
    """What their medicines and their energy say about the days from first to last; one query."""
    today = today_in(client)
    is_open = Q(ended_on=None) | Q(ended_on__gte=today)
    tires = Finding.objects.filter(is_open, client=OuterRef("pk"), finding="fatigue")
    rows = list(Client.objects.filter(pk=client.pk).values_list(
        Exists(tires), "medicines__kind", "medicines__times", "medicines__began_on", "medicines__ended_on",
        "medicines__last_given_on", "medicines__every_days"))
    hours = on_times([Medicine(kind=kind, times=times, ended_on=ended)
                      for _, kind, times, _, ended, _, _ in rows if kind and times], today)
    avoid = {given + timedelta(days=n) for _, kind, _, *dates in rows if kind == "infusion"
             for given in _given(KnownMedicine(kind, "", *dates), first, last) for n in range(DAYS_OF_INFUSION)}
    if not hours and any(row[0] for row in rows):
        hours = [MID_MORNING]
    return SuitingTimes(tuple(hours), frozenset(avoid))


def suiting_times_of(clients: Iterable[Client], first: date, last: date) -> dict[UUID, SuitingTimes]:
    """The same for many clients: one query, and one for each of whom anything is known that says when."""
    everybody = {client.pk: client for client in clients}
    of = OuterRef("pk")
    asked = Client.objects.filter(pk__in=everybody).filter(
        Exists(Finding.objects.filter(client=of, finding="fatigue")) | Exists(Medicine.objects.filter(client=of)))
    known = set(asked.values_list("pk", flat=True))
    return {pk: suiting_times(client, first, last) if pk in known else SuitingTimes()
            for pk, client in everybody.items()}


def _given(medicine: KnownMedicine, first: date, last: date) -> set[date]:
    """The days on which it was or will be given, from the day before first to last."""
    days = (first + timedelta(days=n) for n in range(1 - DAYS_OF_INFUSION, (last - first).days + 1))
    return {day for day in days if last_given(medicine, min(day, medicine.ended_on or day)) == day}
