"""Who must move: the coming visits that lie in time off, on closed days, outside hours, or in the heat."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from clients.heat import worse_in_heat
from practice import clock
from practice.clock import minute_of
from practice.models import Closure, Membership, Practice, TimeOff
from sessions.models import Appointment
from sessions.work import windows_of

STANDING = ("proposed", "booked", "confirmed")


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


def coming_of(therapist: Membership, *, since: date | None = None) -> list[Appointment]:
    """The coming visits of a therapist, from a day on where one is said."""
    visits = _coming(therapist.practice).filter(therapist=therapist)
    return _all_of(visits.filter(wall_date__gte=since) if since else visits)


def in_hot_hours(practice: Practice, first: date, last: date, opens: time, closes: time) -> list[Appointment]:
    """The coming visits in these hours of these days, of clients whom heat makes worse."""
    during = Q(pk=None)
    for begin, end in hot_hours(practice, first, last, opens, closes):
        during |= Q(starts_at__lt=end, ends_at__gt=begin)
    return _all_of(_coming(practice).filter(during, client__in=worse_in_heat(practice)))


def hot_hours(
    practice: Practice, first: date, last: date, opens: time, closes: time,
) -> list[tuple[datetime, datetime]]:
    """These hours of each of these days, on the practice's wall clock."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    zone = practice.time_zone
    return [(clock.instant_of(day, opens, zone, 0), clock.instant_of(day, closes, zone, 0)) for day in days]


def in_absence() -> Q:
    """Visits still to come that lie in time off or on a closed day, as a condition of a query over visits."""
    coming = Q(starts_at__gt=timezone.now(), status__in=STANDING, reserved_by=None)
    return coming & (Q(Exists(_off())) | Q(Exists(_closed())))


def kept_in_absence(plan: Any) -> QuerySet[Appointment]:
    """The times a plan keeps for its client's answer that lie in time off or on a closed day since."""
    kept = Appointment.objects.filter(reserved_by=plan, starts_at__gt=timezone.now())
    return kept.filter(Q(Exists(_off())) | Q(Exists(_closed())))


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
