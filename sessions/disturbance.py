"""What a new time of each of many visits would disturb: every open time it may go to, with its cost in whole numbers.

The weights are those of the return plan, and 4 for each visit that moves (docs/planning.md, "Many at once").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from types import MappingProxyType
from uuid import UUID

from django.utils import timezone

from clients.episodes import holding
from clients.models import Client
from clients.suiting_times import SuitingTimes, suiting_times_of
from practice import clock
from practice.clock import minute_of
from practice.models import Membership, Practice, Room
from sessions.apart import Place, Wish
from sessions.availability import (
    QUARTER,
    ROUND_UP,
    RoomBusy,
    Supply,
    Window,
    days_words,
    minute_of_day,
    minutes_outside,
    open_slots,
    stretch_of,
)
from sessions.models import RELEASED, Appointment
from sessions.planning import Candidate, Weights
from sessions.ranking import preferences_of
from sessions.supply import busy_between, earliest_start, horizon_of, rooms_for, therapists_for
from sessions.weighing import Preferences
from sessions.work import windows_of

WEIGHTS = Weights()
MOVED = 4
DAYS = 3  # as a day off the rhythm
MOST_PLACES = 400  # of one visit, the cheapest; what is left out counts in the bound
LOOKS_AHEAD = timedelta(days=28)  # how far after a visit its new time is looked for
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Choices:
    """One visit and the new times it may have, the cheapest first, each with its cost; `beyond` as in `Wish`."""

    visit: Appointment
    times: tuple[Candidate, ...] = ()
    costs: tuple[int, ...] = ()
    beyond: int | None = None
    prices: _Prices | None = None
    needs_decision: bool = False  # nothing may be booked before a therapist decides

    def as_wish(self) -> Wish:
        """The same as plain numbers; buffers count for therapist and room."""
        visit, service = self.visit, self.visit.service
        stands = Place(str(visit.client_id), str(visit.therapist_id), str(visit.room_id), visit.wall_date.toordinal(),
                       minute_of(visit.occupied_from), minute_of(visit.occupied_until))
        places = tuple(Place(stands.client, at.therapist, at.room, at.on.toordinal(), at.starts - service.buffer_before,
                             at.starts + visit.minutes + service.buffer_after) for at in self.times)
        return Wish(stands, places, self.costs, self.beyond)

    def terms_of(self, place: int) -> dict[str, int]:
        """What one of the times disturbs, by name; they add up to its cost."""
        assert self.prices
        return self.prices.terms_of(self.times[place])


@dataclass(frozen=True, slots=True)
class _Around:
    """What else the diary has of one client: days that are theirs already, days on which nothing is offered."""

    days: tuple[date, ...]  # of visits that stay
    held_until: date  # nothing is offered before


def choices_for(practice: Practice, visits: Sequence[Appointment], *, hot: Sequence[Window] = (),
                only: Mapping[UUID, frozenset[str]] = MappingProxyType({})) -> list[Choices]:
    """Every open time each of these visits may go to, as if none of them stood. Nothing moves.

    From the visit's own day to 28 days after it. With `hot` (epoch minutes) it is the week of the visit, before or
    after it, outside those hours. `only`: the therapists a client's visits may go to, where that was chosen.
    """
    if not visits:
        return []
    days = {visit.pk: _days_for(visit, in_week=bool(hot)) for visit in visits}
    first, last = min(a for a, _ in days.values()), max(b for _, b in days.values())
    around = _around(visits, first, last)
    suits = suiting_times_of([visit.client for visit in visits], first, last)
    opens = _OpenTimes(practice, visits, first, last, hot)
    found = []
    for visit in visits:
        prices = _Prices(visit, around[visit.client_id], suits[visit.client_id])
        since, until = days[visit.pk]
        among = only.get(visit.client_id)
        places = [at for at in opens.of(visit) if since <= at.on <= until and (among is None or at.therapist in among)]
        priced = sorted((cost, at.starts, at.therapist, n, at) for n, at in enumerate(places)
                        if (cost := prices.cost_of(at)) is not None)
        told = priced[:MOST_PLACES]
        found.append(Choices(visit, tuple(row[-1] for row in told), tuple(row[0] for row in told),
                             priced[MOST_PLACES][0] if len(priced) > MOST_PLACES else None, prices))
    return found


def why_not(choices: Choices) -> str:
    """Why a visit has no new time, in words."""
    if choices.needs_decision:
        return f"needs {choices.visit.therapist.name}'s decision first"
    if not choices.times:
        return f"nothing of {choices.visit.minutes} minutes is open for them then"
    return "what is open for them went to others"


def said_changes(visit: Appointment, new: Candidate, names: Mapping[str, str]) -> list[str]:
    """What changes for the client, in words: another day, another hour, somebody else."""
    words = []
    if days := (new.on - visit.wall_date).days:
        words.append(f"{days_words(abs(days))} {'later' if days > 0 else 'earlier'}")
    if minutes := minute_of_day(new.at) - minute_of_day(visit.wall_time):
        hours, rest = divmod(abs(minutes), 60)
        length = " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest else "")))
        words.append(f"{length} {'later' if minutes > 0 else 'earlier'} in the day")
    if new.therapist != str(visit.therapist_id):
        words.append(f"with {names.get(new.therapist, 'somebody else')}")
    return words or ["the same time in another room"]


class _Prices:
    """The cost of each date, time and therapist for one visit, each worked out once."""

    def __init__(self, visit: Appointment, around: _Around, suits: SuitingTimes) -> None:
        self.visit, self.around = visit, around
        self.wishes: Preferences = preferences_of(visit.client)
        self.windows = [stretch_of(*window) for window in self.wishes.windows or suits.hours]
        self.avoided = suits.days_to_avoid
        self.rhythm = visit.series.every_days if visit.series else None
        self.by_day_in_all: Callable[[date], int | None] = cache(self._day_in_all)
        self.by_time: Callable[[time], int] = cache(self._time)
        self.therapist = str(visit.therapist_id)

    def cost_of(self, at: Candidate) -> int | None:
        """What a time disturbs in all; None on a day the client has a visit, or in held days."""
        day = self.by_day_in_all(at.on)
        if day is None:
            return None
        return day + MOVED + self.by_time(at.at) + (at.therapist != self.therapist) * WEIGHTS.therapist

    def terms_of(self, at: Candidate) -> dict[str, int]:
        """The same by name."""
        return (self._day(at.on) or {}) | {
            "moved": MOVED, "time_of_day": self.by_time(at.at),
            "therapist": (at.therapist != self.therapist) * WEIGHTS.therapist}

    def _day_in_all(self, on: date) -> int | None:
        day = self._day(on)
        return None if day is None else sum(day.values())

    def _day(self, on: date) -> dict[str, int] | None:
        if on in self.around.days or on < self.around.held_until:
            return None
        wished = not self.wishes.weekdays or on.weekday() in self.wishes.weekdays
        return {"days": DAYS * abs((on - self.visit.wall_date).days),
                "rhythm": WEIGHTS.rhythm * max(0, self._crowding(on) - self._crowding(self.visit.wall_date)),
                "weekday": (0 if wished else WEIGHTS.weekday) + WEIGHTS.time_of_day_most * (on in self.avoided)}

    def _crowding(self, on: date) -> int:
        """By how many days it stands nearer than the rhythm to the visits before and after it that stay."""
        if self.rhythm is None:
            return 0
        gaps = [min((abs((day - on).days) for day in self.around.days if (day > on) == is_after), default=self.rhythm)
                for is_after in (False, True)]
        return sum(max(0, self.rhythm - gap) for gap in gaps)

    def _time(self, at: time) -> int:
        start = minute_of_day(at)
        off = (min(minutes_outside(start, self.visit.minutes, *window) for window in self.windows) if self.windows
               else abs(start - minute_of_day(self.visit.wall_time)))
        return min(WEIGHTS.time_of_day * -(-off // QUARTER), WEIGHTS.time_of_day_most)


class _OpenTimes:
    """The open times of each service in every room that is free, read once: five queries and two for each service."""

    def __init__(self, practice: Practice, visits: Sequence[Appointment], first: date, last: date,
                 hot: Sequence[Window]) -> None:
        self.practice, self.first, self.last, self.hot = practice, first, last, hot
        self.givers: dict[UUID, tuple[list[Membership], list[Room]]] = {}
        for visit in visits:
            if visit.service_id not in self.givers:
                self.givers[visit.service_id] = (therapists_for(visit.service), rooms_for(visit.service))
        who = {t.pk: t for therapists, _ in self.givers.values() for t in therapists}
        where = {r.pk: r for _, rooms in self.givers.values() for r in rooms}
        self.begin = minute_of(clock.day_begins(first, practice.time_zone))
        self.end = minute_of(clock.day_begins(last + timedelta(days=1), practice.time_zone))
        self.busy_who, self.busy_where, _ = busy_between(
            practice, clock.instant_at(self.begin - 1440), clock.instant_at(self.end + 1440), list(who), list(where),
            None, [visit.pk for visit in visits])
        self.windows = windows_of(practice, list(who), first, last)
        self.names = {str(pk): member.name for pk, member in who.items()}
        self.known: dict[tuple[UUID, int], list[Candidate]] = {}

    def of(self, visit: Appointment) -> list[Candidate]:
        key = visit.service_id, visit.minutes
        if key not in self.known:
            self.known[key] = self._read(visit)
        return self.known[key]

    def _read(self, visit: Appointment) -> list[Candidate]:
        service, (therapists, rooms) = visit.service, self.givers[visit.service_id]
        supply = [Supply(str(t.pk), self.windows.get(t.pk, []), self.busy_who.get(t.pk, [])) for t in therapists]
        slots = [slot for room in rooms for slot in open_slots(
            supply=supply, rooms=[RoomBusy(str(room.pk), self.busy_where.get(room.pk, []))], minutes=visit.minutes,
            buffer_before=service.buffer_before, buffer_after=service.buffer_after,
            grid=self.practice.slot_grid_minutes, grid_origin=self.begin,
            not_before=max(self.begin, minute_of(earliest_start(self.practice) + ROUND_UP)), not_after=self.end,
            client_busy=self.hot)]
        walls = {start: clock.wall_of(clock.instant_at(start), self.practice.time_zone)[:2]
                 for start in {slot.starts for slot in slots}}
        return [Candidate(*walls[slot.starts], slot.therapist, slot.room, slot.starts) for slot in slots]


def _days_for(visit: Appointment, *, in_week: bool) -> tuple[date, date]:
    """The first and the last day a visit may go to."""
    today, last = clock.wall_of(timezone.now(), visit.practice.time_zone)[0], horizon_of(visit.practice)
    if in_week:
        monday = visit.wall_date - timedelta(days=visit.wall_date.weekday())
        return max(monday, today), min(monday + WEEK - timedelta(days=1), last)
    return max(visit.wall_date, today), min(max(visit.wall_date, today) + LOOKS_AHEAD, last)


def _around(visits: Sequence[Appointment], first: date, last: date) -> dict[UUID, _Around]:
    """What stays of each client's diary, in two queries."""
    clients: dict[UUID, Client] = {visit.client_id: visit.client for visit in visits}
    stays = (Appointment.objects.filter(client__in=clients, wall_date__gte=first - timedelta(days=92),
                                        wall_date__lte=last + timedelta(days=92))
             .exclude(status__in=RELEASED).exclude(status="proposed", expires_at__lte=timezone.now())
             .exclude(pk__in=[visit.pk for visit in visits]).order_by("wall_date"))
    days: dict[UUID, list[date]] = defaultdict(list)
    for pk, on in stays.values_list("client_id", "wall_date"):
        days[pk].append(on)
    held = holding(list(clients.values()), first, last)
    return {pk: _Around(tuple(days[pk]), max((e.hold_until for e in held.get(pk, [])), default=date.min))
            for pk in clients}
