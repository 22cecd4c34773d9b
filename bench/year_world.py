"""One practice in its virtual year: people, hours, and the days that pass; what staff do is counted, not imagined."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import time_machine
from django.db.models import Q
from django.utils import timezone

from bench.year_fates import CLIENTS, DAYS, FIRST, ROOMS, WORK, Bout, Fate, Person
from clients.models import Client, ClientCondition
from conftest import ZONE, make_client, make_member, make_practice
from practice import clock, outbox
from practice.models import Membership, Message, Room, Service, WorkingHours
from sessions.booking import book_appointment
from sessions.models import Appointment
from sessions.rhythm import Rhythm
from sessions.series import SeriesConflict, book_series
from sessions.supply import find_open_slots

COMING = ("booked", "confirmed", "held", "proposed")
RENEW_AT = 2  # so few visits to come, and the next course is booked


def moment(on: date, at: time) -> AbstractContextManager[Any]:
    """That moment in the practice, for everything within."""
    return time_machine.travel(clock.instant_of(on, at, ZONE, fold=0), tick=False)


@dataclass
class World:
    """The practice, its people, and what its staff did: acts at a screen, by name."""

    fate: Fate
    name: str
    acts: dict[Bout | None, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    acting: Bout | None = None  # for whose sake staff act now; None: what a practice does anyway
    therapists: list[Membership] = field(default_factory=list)
    clients: dict[int, Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unwell: dict[int, Bout] = {}
        ill = {bout.person for bout in self.fate.bouts}
        self.watched = [person for person in self.fate.people if person.number in ill]
        with moment(FIRST - timedelta(days=14), time(9)):
            self._people()
            self._others([person for person in self.fate.people if person.number not in ill])
            for person in self.watched:
                self._course(person, person.first)

    def _people(self) -> None:
        self.practice = make_practice(self.name, ZONE)
        code = self.name.split()[0].lower()
        self.desk = make_member(self.practice, "Dora Desk", f"desk@{code}.example", "front_desk")
        for k, days in enumerate(WORK):
            member = make_member(self.practice, f"Therapist {k}", f"t{k}@{code}.example", "therapist")
            WorkingHours.objects.filter(therapist=member).delete()
            WorkingHours.objects.bulk_create(
                WorkingHours(practice=self.practice, therapist=member, weekday=day, opens=opens, closes=closes)
                for day in days for opens, closes in ((time(9), time(12)), (time(13), time(17))))
            self.therapists.append(member)
        self.rooms = [Room.objects.create(practice=self.practice, name=f"Room {n}", position=n) for n in range(ROOMS)]
        self.service = Service.objects.create(practice=self.practice, name="Neuro 45", minutes=45, buffer_after=15)
        ill = {bout.person for bout in self.fate.bouts}
        for n in range(CLIENTS):
            self.clients[n] = make_client(self.practice, f"Client {n:03d}", email=f"c{n}@{code}.example")
        ClientCondition.objects.bulk_create(
            ClientCondition(practice=self.practice, client=self.clients[n], condition="ms-relapsing-remitting",
                            diagnosed_by="MS team") for n in sorted(ill))

    def _others(self, well: list[Person]) -> None:
        """Who stays well keeps one place all year, in both ways alike: only the time they take matters."""
        rows = []
        for person in well:
            for n in range(0, DAYS + 120, person.every):
                on = person.first + timedelta(days=n)
                visit = Appointment(
                    practice=self.practice, client=self.clients[person.number], therapist=self.therapist_of(person),
                    room=self.rooms[room_of(person.therapist, on.weekday())], service=self.service, minutes=45,
                    buffer_after=15)
                visit.set_time(clock.instant_of(on, time(person.hour), ZONE), ZONE)
                rows.append(visit)
        for start in range(0, len(rows), 1000):
            Appointment.objects.bulk_create(rows[start:start + 1000])

    # --- what a practice does anyway -------------------------------------------------------------------------------

    def live(self, way: Any) -> None:
        """The year, day by day: in the morning who is unwell or well again, in the evening what took place."""
        for n in range(DAYS):
            on = FIRST + timedelta(days=n)
            with moment(on, time(8, 30)):
                self._send()
                for bout in self.fate.bouts:
                    if bout.reported == on:
                        self.unwell[bout.person] = bout
                way.morning(on)
            with moment(on, time(18)):
                self._evening(on)
                self._renew(on)
                self._send()

    def act(self, name: str) -> None:
        """Somebody of the staff did something at a screen or on the phone."""
        self.acts[self.acting][name] += 1

    def therapist_of(self, person: Person) -> Membership:
        return self.therapists[person.therapist]

    def visits_of(self, number: int, *statuses: str) -> list[Appointment]:
        """This client's visits in these states, in order."""
        rows = Appointment.objects.filter(client=self.clients[number], status__in=statuses or COMING)
        return list(rows.select_related("therapist__user", "room", "client__practice", "service").order_by("starts_at"))

    def _evening(self, on: date) -> None:
        """What was booked for today took place; in one statement, as nothing hangs on it here."""
        today = Appointment.objects.filter(practice=self.practice, wall_date=on, status__in=("booked", "confirmed"))
        today.update(status="fulfilled")

    def _renew(self, on: date) -> None:
        """The next course for whoever has few visits left and is well."""
        waiting = Counter(Appointment.objects.filter(practice=self.practice, status__in=COMING).values_list(
            "client_id", flat=True))
        for person in self.watched:
            if waiting[self.clients[person.number].pk] <= RENEW_AT and person.number not in self.unwell:
                self._course(person, self._next_date(person, on))

    def _next_date(self, person: Person, today: date) -> date:
        """Their usual weekday, about one rhythm after the last visit."""
        last = Appointment.objects.filter(client=self.clients[person.number]).exclude(
            status__in=("cancelled", "noshow")).order_by("-wall_date").values_list("wall_date", flat=True).first()
        soonest = max((last or today) + timedelta(days=person.every - 3), today + timedelta(days=1))
        return soonest + timedelta(days=(person.first.weekday() - soonest.weekday()) % 7)

    def _course(self, person: Person, first: date) -> None:
        """One course at their usual time; dates that cannot be go to the nearest free time, or are left out."""
        wish = {"client": self.clients[person.number], "therapist": self.therapist_of(person), "service": self.service,
                "first_starts_at": clock.instant_of(first, time(person.hour), ZONE),
                "rhythm": Rhythm(person.every, person.course), "by": self.desk}
        self.act("book a course")
        try:
            book_series(**wish)
        except SeriesConflict as conflict:
            instead = {date.fromisoformat(row["on"]): _instant(row["alternative"])
                       for row in conflict.more["dates"] if row["conflict"]}
            self.act("choose other dates")
            book_series(**wish, instead=instead)

    def book_first_free(self, person: Person, soonest: date, apart: int) -> Appointment | None:
        """The first free time of their own therapist so many days from each of their visits, by hand; None if none."""
        client = self.clients[person.number]
        taken = [visit.wall_date for visit in self.visits_of(person.number)]
        slots = find_open_slots(service=self.service, first=soonest, last=soonest + timedelta(days=60),
                                therapists=[self.therapist_of(person)])
        for slot in sorted(slots, key=lambda slot: slot.starts_at):
            on = clock.wall_of(slot.starts_at, ZONE)[0]
            if all(abs((on - other).days) >= apart for other in taken):
                self.act("book a visit")
                return book_appointment(client=client, therapist=slot.therapist, service=self.service,
                                        starts_at=slot.starts_at, by=self.desk)
        return None

    # --- messages --------------------------------------------------------------------------------------------------

    def _send(self) -> None:
        """What is due leaves: to who is unwell through the outbox, each checked again at the door; to others as it is."""
        due = Message.objects.filter(practice=self.practice, state="waiting", due_at__lte=timezone.now())
        unwell = [self.clients[number].pk for number in self.unwell]
        well = due.filter(client_id__isnull=False).exclude(client_id__in=unwell)
        well.filter(Q(useful_until=None) | Q(useful_until__gt=timezone.now())).update(
            state="sent", sent_at=timezone.now())
        outbox.drain()


def room_of(therapist: int, weekday: int) -> int:
    """A room for each of the therapists who work on a weekday: four at a time at most."""
    return therapist if therapist < 3 else 2 if (therapist, weekday) == (4, 3) else 3


def _instant(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
