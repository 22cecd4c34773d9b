"""The open times people choose from by themselves: a few of each half day, those that keep the diary whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from clients.models import Client
from practice import clock, page_language
from practice.clock import minute_of
from practice.models import Membership, Practice, Service
from sessions.asked import stamp, today_at
from sessions.models import Appointment
from sessions.supply import OpenSlot, find_open_slots, horizon_of

NOON = time(12)
FEW, APART = 4, 60  # times of one half day; minutes between two of them, where there are more
DAYS_SHOWN, LOOKED_AT, LOOKS = 5, 21, 4  # days with open times on one page; days of one look; looks at most


@dataclass(frozen=True, slots=True)
class Offer:
    """One time to press."""

    at: str
    said: str
    stamp: str
    therapist: Membership

    @property
    def value(self) -> str:
        """As a form or an address carries it."""
        return f"{self.stamp}~{self.therapist.pk}"


@dataclass(frozen=True, slots=True)
class OpenDay:
    """One day with its open times, by half day."""

    on: date
    said: str
    halves: tuple[tuple[str, tuple[Offer, ...]], ...]
    left_out: int = 0


def days_open(
    service: Service, *, first: date, not_before: datetime, therapists: Collection[Membership],
    client: Client | None = None, moves: Appointment | None = None, only: date | None = None,
) -> tuple[list[OpenDay], date | None]:
    """The next days with open times, and from which day on there may be more; `only` shows all times of one day.

    `moves` is the visit that is to move: its own time counts as free. At one start the first therapist is offered.
    """
    practice, found = service.practice, dict[date, list[OpenSlot]]()
    begin, horizon = only or max(first, today_at(practice)), horizon_of(practice)
    for _look in range(1 if only else LOOKS):
        last = begin if only else min(begin + timedelta(days=LOOKED_AT - 1), horizon)
        if last < begin:
            break
        for slot in _free(service, begin, last, not_before, therapists, client, moves):
            found.setdefault(clock.wall_of(slot.starts_at, practice.time_zone)[0], []).append(slot)
        begin = last + timedelta(days=1)
        if len(found) > DAYS_SHOWN:
            break
    days = sorted(found)
    shown = [_day(practice, on, found[on], all_of_it=only is not None) for on in days[:DAYS_SHOWN]]
    after = days[DAYS_SHOWN] if len(days) > DAYS_SHOWN else begin if begin <= horizon else None
    return shown, None if only else after


def _free(service: Service, first: date, last: date, not_before: datetime, therapists: Collection[Membership],
          client: Client | None, moves: Appointment | None) -> list[OpenSlot]:
    """Each open start once, in order; none at which the moving visit already is."""
    slots = find_open_slots(
        service=service, first=first, last=last, not_before=not_before, therapists=list(therapists), client=client,
        minutes=moves.minutes if moves else None, ignoring=[moves.pk] if moves else ())
    each: dict[datetime, OpenSlot] = {}
    for slot in sorted(slots, key=lambda slot: (slot.starts_at, slot.therapist.pk)):
        if moves is None or slot.starts_at != moves.starts_at:
            each.setdefault(slot.starts_at, slot)
    return list(each.values())


def offer_of(practice: Practice, starts_at: datetime, therapist: Membership) -> Offer:
    """A start as it is pressed: its time of day, the whole in words."""
    at = clock.wall_of(starts_at, practice.time_zone)[1]
    return Offer(clock.said_time(at), page_language.said(starts_at, practice.time_zone, today=today_at(practice)),
                 stamp(starts_at), therapist)


def is_offered_start(practice: Practice, starts_at: datetime) -> bool:
    """Whether open times begin at this minute of a day at all; whether it is free is the diary's to say."""
    midnight = clock.day_begins(clock.wall_of(starts_at, practice.time_zone)[0], practice.time_zone)
    return (starts_at - midnight) % timedelta(minutes=practice.slot_grid_minutes) == timedelta(0)


def _day(practice: Practice, on: date, slots: Sequence[OpenSlot], *, all_of_it: bool) -> OpenDay:
    halves: dict[str, list[OpenSlot]] = defaultdict(list)
    for slot in slots:
        is_early = clock.wall_of(slot.starts_at, practice.time_zone)[1] < NOON
        halves[_("Morning") if is_early else _("Afternoon")].append(slot)
    shown = []
    for name, rows in halves.items():
        starts = [minute_of(row.starts_at) for row in rows]
        chosen = set(starts if all_of_it else few(starts, grid=practice.slot_grid_minutes))
        shown.append((name, tuple(offer_of(practice, row.starts_at, row.therapist)
                                  for row, start in zip(rows, starts, strict=True) if start in chosen)))
    count = sum(len(offers) for _, offers in shown)
    return OpenDay(on, page_language.said_date(on, today=today_at(practice)), tuple(shown), len(slots) - count)


def few(starts: Sequence[int], *, grid: int, most: int = FEW) -> list[int]:
    """Of open starts (epoch minutes, sorted) a few: first those beside what is taken, then some an hour apart.

    A visit that begins where another ends, or ends where another begins, leaves no gap nobody can use.
    """
    edges = [start for index, start in enumerate(starts)
             if index == 0 or start - starts[index - 1] > grid
             or index == len(starts) - 1 or starts[index + 1] - start > grid]
    chosen: list[int] = []
    for start in (*edges, *starts):
        if len(chosen) < most and all(abs(start - other) >= APART for other in chosen):
            chosen.append(start)
    for start in edges:
        if len(chosen) < min(most, len(edges)) and start not in chosen:
            chosen.append(start)
    return sorted(chosen)


def earliest_for_clients(practice: Practice) -> datetime:
    """The earliest start clients book by themselves."""
    return timezone.now() + timedelta(hours=practice.client_notice_hours)
