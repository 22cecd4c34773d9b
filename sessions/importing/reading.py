"""What each row of a list of visits says: whose, with whom, when, how long, how it stands, whose time it would take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from clients.duplicates import Listed
from clients.episodes import holding
from clients.importing.columns import plain
from clients.importing.kinds import fault
from clients.importing.people_reading import brought_before, cells_by_target, fingerprint, shape_faults
from clients.importing.people_targets import CLIENTS
from clients.importing.values import Unreadable, moment_in, number_in, said_yes, time_in
from clients.models import Client, Import, ImportRow
from practice import clock
from practice.access import Actor
from practice.models import Membership, Room, Service
from sessions.importing.names import exact_people, exact_services
from sessions.importing.occupied import Occupied, Taken
from sessions.importing.targets import VISITS, status_in
from sessions.models import RELEASED, Appointment
from sessions.supply import rooms_for

State = ImportRow.State
SHORTEST, LONGEST = 5, 480  # minutes of a visit
_NOT_SAID = "This name is not said yet: press “Names in the list” and say whom or what it means here."


class Wrong(Exception):
    """A cell that speaks against the row: which column, and what to do."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


class VisitsReader:
    """Reads a list of visits; knows the diary, the clients, and every row read before."""

    def __init__(self, brought: Import, by: Actor) -> None:
        self.brought, self.practice, self.zone = brought, brought.practice, brought.practice.time_zone
        self.now = timezone.now()
        self.column = {code: brought.columns[i] for i, code in enumerate(brought.mapping) if code}
        self._know_clients()
        self._know_supply()
        self._know_diary()
        self.known = brought_before(self.practice, VISITS)
        self.client_of = dict(Appointment.objects.filter(practice=self.practice).values_list(
            "pk", "client")) if self.known else {}
        self.seen: dict[str, int] = {}

    # --- what it knows -----------------------------------------------------------------------------------------

    def _know_clients(self) -> None:
        rows = Client.objects.filter(practice=self.practice)
        self.standing = {pk: merged or pk for pk, merged in rows.values_list("pk", "merged_into")}
        self.name_of = dict(rows.values_list("pk", "name"))
        self.listed = Listed(rows.filter(merged_into=None))
        self.by_number = {key: made for key, made in brought_before(self.practice, CLIENTS).items()
                          if made in self.standing}
        paused = list(rows.filter(merged_into=None, episodes__status="confirmed").distinct().select_related("practice"))
        today = clock.wall_of(self.now, self.zone)[0]
        self.holds = holding(paused, today, today.replace(year=today.year + 5, day=1))

    def _know_supply(self) -> None:
        self.people = {m.pk: m for m in Membership.objects.filter(
            practice=self.practice, is_therapist=True).select_related("user")}
        self.services = {s.pk: s for s in Service.objects.filter(practice=self.practice).select_related("practice")}
        self.rooms = {r.pk: r for r in Room.objects.filter(practice=self.practice)}
        self.exact_people, self.exact_services = exact_people(self.practice), exact_services(self.practice)
        self.rooms_for: dict[UUID, list[Room]] = {}

    def _know_diary(self) -> None:
        self.of_therapist, self.of_room, self.of_client = Occupied(), Occupied(), Occupied()
        live = Appointment.objects.filter(practice=self.practice).exclude(status__in=RELEASED).order_by()
        rows = list(live.values_list("therapist", "room", "client", "occupied_from", "occupied_until", "starts_at",
                                     "ends_at"))
        self.of_therapist.fill((row[0], Taken(row[3], row[4], 0)) for row in rows)
        self.of_room.fill((row[1], Taken(row[3], row[4], 0)) for row in rows)
        self.of_client.fill((self.standing.get(row[2], row[2]), Taken(row[5], row[6], 0)) for row in rows)

    def remember(self, rows: Iterable[ImportRow]) -> None:
        for row in rows:
            if row.state == State.FAULTY:
                continue
            self.seen.setdefault(row.key, row.number)
            if row.state == State.READY and row.reading.get("status") not in RELEASED:
                self._take(row)

    # --- one row -----------------------------------------------------------------------------------------------

    def read(self, row: ImportRow) -> None:
        row.faults, row.alike, row.reading, row.key = shape_faults(self.brought, row), [], {}, ""
        said = cells_by_target(self.brought, row)
        if not row.faults:
            try:
                self._read(row, said)
            except Wrong as wrong:
                column = self.column.get(wrong.code, "")
                row.faults = [fault(column, said.get(wrong.code, ""), wrong.words)]
        if row.faults:
            row.state = State.FAULTY
            row.key = row.key or fingerprint("fault", str(row.number), *row.cells)

    def _read(self, row: ImportRow, said: dict[str, str]) -> None:
        status = self._status(said)
        if status == "left":
            row.state, row.key = State.LEFT, fingerprint("left", *row.cells)
            return
        starts_at = self._starts(said)
        client, therapist = self._client(said), self._therapist(said)
        row.key = (fingerprint("id", said["external_id"]) if said.get("external_id") else
                   fingerprint("row", str(client), str(therapist), starts_at.isoformat()))
        first = self.seen.get(row.key)
        if first not in (None, row.number):
            raise Wrong("external_id" if said.get("external_id") else "starts",
                        f"This is the same visit as row {first}. Delete one of the two.")
        if row.key in self.known:
            had = self.client_of.get(self.known[row.key])
            if said.get("external_id") and had and self.standing.get(had) != client:
                raise Wrong("external_id", f"This number was brought before, as a visit of {self.name_of[had]}. If it "
                            "is another system's number, change the columns and leave that one out.")
            row.state = State.KNOWN
            self.seen.setdefault(row.key, row.number)
            return
        minutes = self._minutes(said, starts_at)
        service = self._service(said, minutes)
        minutes = minutes or service.minutes
        if not SHORTEST <= minutes <= LONGEST:
            raise Wrong("minutes" if said.get("minutes") else "ends",
                        f"A visit lasts {SHORTEST} to {LONGEST} minutes; this one {minutes}.")
        status = self._at_its_time(status, starts_at)
        row.reading = {"client": str(client), "therapist": str(therapist), "service": str(service.pk),
                       "starts_at": starts_at.isoformat(), "minutes": minutes, "status": status}
        ends_at = starts_at + timedelta(minutes=minutes)
        if status not in RELEASED:
            self._refuse_taken(client, therapist, starts_at, ends_at)
            self._refuse_paused(client, starts_at)
        room = self._room(said, service, starts_at, ends_at, takes_time=status not in RELEASED)
        row.reading["room"] = str(room)
        if status not in RELEASED:
            self._take(row)
        self.seen.setdefault(row.key, row.number)
        row.state = State.READY

    def _take(self, row: ImportRow) -> None:
        said = row.reading
        starts_at = datetime.fromisoformat(said["starts_at"])
        stretch = Taken(starts_at, starts_at + timedelta(minutes=said["minutes"]), row.number)
        self.of_client.take(UUID(said["client"]), stretch)
        self.of_therapist.take(UUID(said["therapist"]), stretch)
        self.of_room.take(UUID(said["room"]), stretch)

    def _status(self, said: dict[str, str]) -> str:
        for code in ("cancelled", "noshow"):
            if said.get(code) and said_yes(said[code]) is not False:
                return code
        if not said.get("status"):
            return ""
        status = status_in(said["status"])
        if status is None:
            raise Wrong("status", "Write one of: booked, confirmed, done, cancelled, no show.")
        return status

    def _starts(self, said: dict[str, str]) -> datetime:
        code = "starts" if said.get("starts") else "on"
        cell = said.get("starts") or " ".join(filter(None, (said.get("on"), said.get("at"))))
        if not cell:
            raise Wrong("starts" if "starts" in self.column else "on", "Write when the visit begins.")
        try:
            on, at, instant = moment_in(cell, self.brought.date_order)
            if at is None and said.get("at"):
                at = time_in(said["at"])
            if at is None:
                raise Unreadable("Write the time beside the day: 24/11/2026 14:30.")
            return instant or clock.instant_of(on, at, self.zone, grid=5)
        except Unreadable as unreadable:
            raise Wrong(code, str(unreadable)) from unreadable
        except clock.WallTimeMissing as gap:
            raise Wrong(code, f"{gap} Write one of them.") from gap
        except clock.WallTimeAmbiguous as twice:
            raise Wrong(code, f"{twice} Write it behind the time: {twice.on.isoformat()} "
                        f"{clock.said_time(twice.at)} {twice.choices[0]:%z}.") from twice
        except OverflowError as far:
            raise Wrong(code, "Write a day of this century.") from far

    def _client(self, said: dict[str, str]) -> UUID:
        name = said.get("client") or " ".join(filter(None, (said.get("client_first"), said.get("client_last"))))
        if number := said.get("client_id"):
            if found := self.by_number.get(fingerprint("id", number)):
                if name and not set(plain(name).split()) & set(plain(self.name_of[found]).split()):
                    raise Wrong("client_id", f"This number is {self.name_of[found]} here, and the list says {name}. If "
                                "it is another system's number, change the columns and leave that one out.")
                return self.standing[found]
        reached = self.listed.alike("", said.get("client_email", ""), said.get("client_phone", ""))
        named = self.listed.alike(name) if name else set()
        for found_pks in (reached & named, reached if not name else set(), named):
            if len(found_pks) == 1:
                return next(iter(found_pks))
        code = next((c for c in ("client_id", "client", "client_last", "client_email", "client_phone") if said.get(c)),
                    next(c for c in ("client_id", "client", "client_last", "client_email", "client_phone")
                         if c in self.column))
        if len(named) > 1:
            raise Wrong(code, f"{len(named)} of your clients are called {name}. Add a column with their e-mail, phone "
                        "or number.")
        raise Wrong(code, "Nobody like this is on your list. Bring the list of clients first, or check how they are "
                    "written.")

    def _therapist(self, said: dict[str, str]) -> UUID:
        cell = said.get("therapist", "")
        if not cell:
            active = [pk for pk, member in self.people.items() if member.is_active]
            if len(active) == 1:
                return active[0]
            raise Wrong("therapist", "Write who gives it.")
        return self._meant("therapist", cell, self.exact_people, self.people)

    def _service(self, said: dict[str, str], minutes: int) -> Service:
        if cell := said.get("service", ""):
            return self.services[self._meant("service", cell, self.exact_services, self.services)]
        fitting = [s for s in self.services.values() if s.is_active and s.minutes == minutes]
        if not fitting:
            raise Wrong("service", f"No service here lasts {minutes} minutes. Add a column that names the service.")
        return fitting[0]

    def _meant(self, code: str, cell: str, exact: dict[str, UUID], rows: dict[UUID, Any]) -> UUID:
        said = self.brought.names.get(code, {}).get(cell)
        if said and (pk := UUID(said)) in rows:
            return pk
        found = exact.get(" ".join(cell.casefold().split()))
        if found is None:
            raise Wrong(code, _NOT_SAID)
        return found

    def _minutes(self, said: dict[str, str], starts_at: datetime) -> int:
        """How long it is; 0 where only the service says so."""
        try:
            if said.get("minutes"):
                return number_in(said["minutes"])
            if cell := said.get("ends"):
                return int((self._ends(cell, starts_at) - starts_at).total_seconds() // 60)
        except Unreadable as unreadable:
            raise Wrong("minutes" if said.get("minutes") else "ends", str(unreadable)) from unreadable
        except (ValueError, OverflowError) as unreadable:  # in a gap, or twice
            raise Wrong("ends", f"{unreadable} Or say how many minutes it lasts.") from unreadable
        return 0

    def _ends(self, cell: str, starts_at: datetime) -> datetime:
        wall = clock.wall_of(starts_at, self.zone)
        try:
            at = time_in(cell)
        except Unreadable:
            on, timed, instant = moment_in(cell, self.brought.date_order)
            if timed is None:
                raise
            return instant or clock.instant_of(on, timed, self.zone, wall[2])
        return clock.instant_of(wall[0], at, self.zone, wall[2])

    def _at_its_time(self, status: str, starts_at: datetime) -> str:
        """A visit of the past took place where nothing else is said; one to come stands."""
        if starts_at <= self.now:
            return "fulfilled" if status in ("", "booked", "confirmed") else status
        if status in ("fulfilled", "noshow"):
            raise Wrong("status" if "status" in self.column else "noshow",
                        "This visit is still to come. Write booked, confirmed or cancelled.")
        return status or "booked"

    def _room(self, said: dict[str, str], service: Service, starts_at: datetime, ends_at: datetime, *,
              takes_time: bool) -> UUID:
        if service.pk not in self.rooms_for:
            self.rooms_for[service.pk] = rooms_for(service)
        fitting = self.rooms_for[service.pk]
        word = " ".join(said.get("room", "").casefold().split())
        named = [room for room in self.rooms.values() if word and room.name.casefold() == word]
        for room in named or fitting:
            if not takes_time or self.of_room.clash(room.pk, starts_at, ends_at) is None:
                return room.pk
        if not (named or fitting):
            raise Wrong("room", "There is no room yet. Add one under Practice, Rooms, then check the list again.")
        taken = self.of_room.clash((named or fitting)[0].pk, starts_at, ends_at)
        assert taken is not None
        raise Wrong("room" if named else "starts", f"No room is free then: {self._said(taken)}.")

    def _refuse_taken(self, client: UUID, therapist: UUID, starts_at: datetime, ends_at: datetime) -> None:
        if taken := self.of_therapist.clash(therapist, starts_at, ends_at):
            raise Wrong("starts", f"{self.people[therapist].name} has another visit then: {self._said(taken)}. Move or "
                        "delete one of the two.")
        if taken := self.of_client.clash(client, starts_at, ends_at):
            raise Wrong("starts", f"{self.name_of[client]} has another visit then: {self._said(taken)}. Move or delete "
                        "one of the two.")

    def _refuse_paused(self, client: UUID, starts_at: datetime) -> None:
        on = clock.wall_of(starts_at, self.zone)[0]
        for episode in self.holds.get(client, ()) if starts_at > self.now else ():
            if on < episode.hold_until:
                raise Wrong("starts", f"Their visits are on hold until {clock.said_date(episode.hold_until)}. Book it "
                            "by hand for a day after that.")

    def _said(self, taken: Taken) -> str:
        where = f"row {taken.row} of this list" if taken.row else "in the diary already"
        ends = clock.said_time(clock.wall_of(taken.ends, self.zone)[1])
        return f"{where}, {clock.said(taken.begins, self.zone)} to {ends}"


