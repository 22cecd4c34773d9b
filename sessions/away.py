"""Who must move: the coming visits that lie in time off, on closed days or outside hours, each with a new time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from practice import clock
from practice.clock import minute_of
from practice.models import Closure, Membership, Practice, TimeOff
from sessions.apart import Candidate, choose_apart, others_for
from sessions.models import Appointment
from sessions.supply import OpenSlot, find_open_slots, horizon_of, rooms_for, therapists_for
from sessions.work import windows_of

STANDING = ("proposed", "booked", "confirmed")
NEAR = timedelta(days=7)
LOOKS_AHEAD = timedelta(days=28)  # how far after a visit its new time is looked for


@dataclass(frozen=True, slots=True)
class Displaced:
    """One visit that must move: what it is offered, the proposal first; nothing where nothing is open."""

    visit: Appointment
    options: tuple[OpenSlot, ...]


def in_time_off(time_off: TimeOff) -> list[Appointment]:
    """The coming visits that lie in somebody's time off."""
    return _all_of(_coming(time_off.practice).filter(
        therapist=time_off.therapist_id, starts_at__lt=time_off.ends_at, ends_at__gt=time_off.starts_at))


def on_closed_days(practice: Practice, closures: Iterable[Closure]) -> list[Appointment]:
    """The coming visits on days on which the practice is closed."""
    days = Q(pk=None)
    for closure in closures:
        days |= Q(wall_date__gte=closure.first_on, wall_date__lte=closure.last_on)
    return _all_of(_coming(practice).filter(days))


def outside_hours(therapist: Membership) -> list[Appointment]:
    """The coming visits of a therapist that lie outside their hours, for whatever reason; buffers may."""
    visits = _all_of(_coming(therapist.practice).filter(therapist=therapist))
    if not visits:
        return []
    windows = windows_of(therapist.practice, [therapist.pk], visits[0].wall_date,
                         visits[-1].wall_date + timedelta(days=1))[therapist.pk]
    return [v for v in visits
            if not any(opens <= minute_of(v.starts_at) and minute_of(v.ends_at) <= closes for opens, closes in windows)]


def propose_times(visits: Sequence[Appointment]) -> list[Displaced]:
    """For each visit its best open times, every proposal apart from the others. Nothing moves."""
    givers: dict[UUID, tuple[Any, Any]] = {}
    found: list[list[OpenSlot]] = []
    for visit in visits:
        service = visit.service
        if service.pk not in givers:
            givers[service.pk] = (therapists_for(service), rooms_for(service))
        found.append(_open_for(visit, *givers[service.pk]))
    wishes = [[_candidate(visit, slot) for slot in slots] for visit, slots in zip(visits, found, strict=True)]
    chosen = choose_apart(wishes)
    return [Displaced(visit, tuple(found[index][place] for place in others_for(index, wishes, chosen)))
            for index, visit in enumerate(visits)]


def in_absence() -> Q:
    """Visits still to come that lie in time off or on a closed day, as a condition of a query over visits."""
    coming = Q(starts_at__gt=timezone.now(), status__in=STANDING, reserved_by=None)
    return coming & (Q(Exists(_off())) | Q(Exists(_closed())))


def absence_columns() -> dict[str, Any]:
    """What a query over visits reads beside them: the time off and the closed day they lie in, if any."""
    return {"off": Subquery(_off().values("pk")[:1]), "closed": Subquery(_closed().values("pk")[:1]),
            "closed_name": Subquery(_closed().values("name")[:1])}


def count_absences(visits: Iterable[Any]) -> list[tuple[str, UUID, str, int]]:
    """How many of these visits lie in each time off and on each closed day: kind, id, whose or which, and count.

    For visits read with `absence_columns`. Those known to need another time are told one by one elsewhere.
    """
    counts: dict[tuple[str, UUID, str], int] = {}
    for visit in visits:
        key = None if visit.wants_other_time else absence_of(visit)
        if key:
            counts[key] = counts.get(key, 0) + 1
    return [(*key, count) for key, count in counts.items()]


def absence_of(visit: Any) -> tuple[str, UUID, str] | None:
    """The closed day or the time off a coming visit lies in: kind, id, and which or whose; read as above."""
    if visit.status not in STANDING or visit.reserved_by_id or visit.starts_at <= timezone.now():
        return None
    if visit.closed:
        return "closure", visit.closed, visit.closed_name
    return ("time-off", visit.off, visit.therapist.name) if visit.off else None


def _off() -> QuerySet[TimeOff]:
    return TimeOff.objects.filter(therapist=OuterRef("therapist"), starts_at__lt=OuterRef("ends_at"),
                                  ends_at__gt=OuterRef("starts_at")).order_by("starts_at", "pk")


def _closed() -> QuerySet[Closure]:
    return Closure.objects.filter(practice=OuterRef("practice"), first_on__lte=OuterRef("wall_date"),
                                  last_on__gte=OuterRef("wall_date")).order_by("first_on", "pk")


def _coming(practice: Practice) -> QuerySet[Appointment]:
    rows = Appointment.objects.filter(practice=practice, status__in=STANDING, starts_at__gt=timezone.now(),
                                      reserved_by=None)
    return rows.exclude(status="proposed", expires_at__lte=timezone.now())


def _all_of(rows: QuerySet[Appointment]) -> list[Appointment]:
    """With what a page and a search for new times read of each."""
    related = ("client__practice", "therapist__user", "room", "service__practice", "practice")
    return list(rows.select_related(*related).prefetch_related("client__contacts").order_by("starts_at", "pk"))


def _open_for(visit: Appointment, therapists: Any, rooms: Any) -> list[OpenSlot]:
    first = max(visit.wall_date, _today(visit.practice))
    slots = find_open_slots(
        service=visit.service, first=first, last=min(first + LOOKS_AHEAD, horizon_of(visit.practice)),
        therapists=therapists, rooms=rooms, client=visit.client, minutes=visit.minutes, ignoring=[visit.pk],
        instead_of=visit)
    return nearest_first(slots, visit.starts_at, visit.therapist_id)


def nearest_first(slots: Sequence[OpenSlot], was: datetime, therapist: UUID) -> list[OpenSlot]:
    """The same in their order, but those near the old time first: in its week, or in the week in which its own
    therapist is there again. A visit does not wait three weeks because the rhythm fits better there."""
    own = min((slot.starts_at for slot in slots if slot.therapist.pk == therapist), default=was)
    until = max(was, own) + NEAR
    return sorted(slots, key=lambda slot: slot.starts_at > until)


def _candidate(visit: Appointment, slot: OpenSlot) -> Candidate:
    service = visit.service
    return Candidate(
        client=str(visit.client_id), therapist=str(slot.therapist.pk), room=str(slot.room.pk),
        day=clock.wall_of(slot.starts_at, visit.practice.time_zone)[0].toordinal(),
        begins=minute_of(slot.starts_at) - service.buffer_before, ends=minute_of(slot.ends_at) + service.buffer_after)


def _today(practice: Practice) -> date:
    return clock.wall_of(timezone.now(), practice.time_zone)[0]
