"""The waitlist: who wants an earlier or another time, when they can, and what is open for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from clients.episodes import today_in
from clients.models import Client
from clients.wishes import WEEKDAYS
from practice import audit, clock, stretches
from practice.access import Actor, OwnedQuerySet
from practice.clock import instant_at, minute_of
from practice.models import Membership, Service
from practice.refusals import BadInput
from sessions.availability import Slot
from sessions.diary import lock_diary
from sessions.fits import Wanted, suits
from sessions.models import RELEASED, Appointment, WaitlistEntry
from sessions.supply import open_times, rooms_for, therapists_for

USUAL_DAYS = 90  # how long somebody waits where no last day is named
LOOKED_AT = 28  # days of a wish looked at for open times
STANDING = (Appointment.Status.PROPOSED, Appointment.Status.BOOKED, Appointment.Status.CONFIRMED)
RELATIONS = ("client__practice", "service__practice", "therapist__user", "give_up__therapist__user", "give_up__room",
             "give_up__practice")


def join_waitlist(
    *, client: Client, service: Service, by: Actor, therapist: Membership | None = None, from_on: date | None = None,
    until_on: date | None = None, weekdays: Sequence[int] = (), windows: Sequence[tuple[time, time]] = (),
    give_up: Appointment | None = None,
) -> tuple[WaitlistEntry, bool]:
    """Put a client on the waitlist from today (or `from_on`) until a day, by default 90 days on; answers whether it
    is new.

    Asked again for the same service, the standing entry takes the new wishes. `weekdays` (0 = Monday) and `windows`
    (wall clock) are when they can; none means any. `give_up` is the visit they would give up for it; without a last
    day, they wait until the day of that visit. Refuses days that have passed, windows that end too soon, and a visit
    that is not theirs or does not stand.
    """
    today = today_in(client)
    first = max(from_on or today, today)
    last = until_on or (give_up.wall_date if give_up else first + timedelta(days=USUAL_DAYS))
    if last < first:
        raise BadInput(f"{clock.said_date(last, today=today)} lies before {clock.said_date(first, today=today)}.",
                       field="until_on")
    _refuse_windows(windows, service.minutes)
    if give_up and (give_up.client_id != client.pk or not _stands(give_up)):
        raise BadInput(f"Choose a visit that {client.called} still has to come.", field="give_up")
    wishes = {"therapist": therapist, "from_on": first, "until_on": last, "weekdays": sorted(set(weekdays)),
              "windows": [[clock.said_time(a), clock.said_time(b)] for a, b in windows], "give_up": give_up}
    with transaction.atomic():
        lock_diary([], [], [client])
        entry, is_new = WaitlistEntry.objects.update_or_create(
            practice=client.practice, client=client, service=service, ended_at=None, defaults=wishes)
        audit.record(by=by, verb="waitlist_joined", subject=entry, new=is_new)
    return entry, is_new


def _refuse_windows(windows: Sequence[tuple[time, time]], minutes: int) -> None:
    for opens, closes in windows:
        said = f"{clock.said_time(opens)} to {clock.said_time(closes)}"
        if closes <= opens:
            raise BadInput(f"{said} ends before it begins.", field="windows")
        if (closes.hour - opens.hour) * 60 + closes.minute - opens.minute < minutes:
            raise BadInput(f"A visit of {minutes} minutes does not fit into {said}.", field="windows")


def waiting(rows: OwnedQuerySet[Any], today: date) -> OwnedQuerySet[Any]:
    """Of these entries those that still wait, the longest waiting first."""
    return rows.filter(ended_at=None, until_on__gte=today, client__archived_at=None).order_by("created_at", "pk")


def entries_to_read(rows: Any) -> Any:
    """The same with everything that is read of an entry, and the therapist of the client's last visit as `usual`."""
    had = (Appointment.objects.filter(client=OuterRef("client"), starts_at__lte=timezone.now())
           .exclude(status__in=(*RELEASED, "proposed")).order_by("-starts_at"))
    return rows.select_related(*RELATIONS).annotate(usual=Subquery(had.values("therapist")[:1]))


def given_up(entry: WaitlistEntry) -> Appointment | None:
    """The visit they would give up, while it stands and is to come."""
    return entry.give_up if entry.give_up and _stands(entry.give_up) else None


def _stands(visit: Appointment) -> bool:
    return visit.status in STANDING and visit.starts_at > timezone.now()


def wanted(entry: WaitlistEntry, starts: Iterable[Slot] = ()) -> Wanted:
    """An entry as the pure rule reads it."""
    return Wanted(
        entry=str(entry.pk), since=int(entry.created_at.timestamp()), first=entry.from_on, last=entry.until_on,
        therapist=str(entry.therapist_id) if entry.therapist_id else None, weekdays=frozenset(entry.weekdays),
        windows=windows_of(entry), usual=str(getattr(entry, "usual", "") or "") or None, starts=tuple(starts))


def open_for(entry: WaitlistEntry, first: date, last: date, therapist: Membership | None = None) -> list[Slot]:
    """The open starts between two days that suit an entry; what they would give up counts as free, but not itself.

    None on a day on which they have another visit.
    """
    first, last = max(first, entry.from_on), min(last, entry.until_on)
    only = therapist or entry.therapist
    who = [member.pk for member in therapists_for(entry.service) if only in (None, member)]
    if last < first or not who:
        return []
    gives, zone, rule = given_up(entry), entry.service.practice.time_zone, wanted(entry)
    slots = open_times(service=entry.service, first=first, last=last, therapists=who, client=entry.client,
                       rooms=[room.pk for room in rooms_for(entry.service)], ignoring=[gives.pk] if gives else ())
    own = (minute_of(gives.starts_at), str(gives.therapist_id)) if gives else None
    had = Appointment.objects.filter(client=entry.client, wall_date__gte=first, wall_date__lte=last).exclude(
        status__in=RELEASED).values_list("pk", "wall_date")
    days = {on for pk, on in had if gives is None or pk != gives.pk}
    return [slot for slot in slots if suits(rule, slot, zone) and (slot.starts, slot.therapist) != own
            and clock.wall_of(instant_at(slot.starts), zone)[0] not in days]


def open_soon(entry: WaitlistEntry, how_many: int) -> list[Slot]:
    """A few open times that suit an entry now, the first of each day."""
    today = clock.wall_of(timezone.now(), entry.practice.time_zone)[0]
    first = max(today, entry.from_on)
    days: dict[date, Slot] = {}
    for slot in open_for(entry, first, first + timedelta(days=LOOKED_AT)):
        days.setdefault(clock.wall_of(instant_at(slot.starts), entry.practice.time_zone)[0], slot)
    return list(days.values())[:how_many]


def said_wish(entry: WaitlistEntry) -> str:
    """When they can, in words: “Tuesday or Thursday, 10:00–12:00, until Sun 20 Dec”."""
    today = clock.wall_of(timezone.now(), entry.practice.time_zone)[0]
    parts = [" or ".join(WEEKDAYS[day] for day in entry.weekdays) or "any day", stretches.said(windows_of(entry))]
    if entry.from_on > today:
        parts.append(f"from {clock.said_date(entry.from_on, today=today)}")
    return ", ".join(filter(None, [*parts, f"until {clock.said_date(entry.until_on, today=today)}"]))


def said_waiting(since: datetime) -> str:
    """How long somebody has waited: “since today”, “for 1 day”, “for 12 days”."""
    days = (timezone.now() - since).days
    return "since today" if days < 1 else "for 1 day" if days == 1 else f"for {days} days"


def windows_of(entry: WaitlistEntry) -> tuple[tuple[time, time], ...]:
    """The hours of a wish on the wall clock; none means any."""
    return tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in entry.windows)
