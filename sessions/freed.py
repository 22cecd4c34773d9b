"""Time that comes free, noted by the verb that frees it, so that it can be offered once nobody can undo it any more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from practice import clock, outbox
from sessions.availability import intersect
from sessions.models import RELEASED, Appointment, FreedTime, WaitlistEntry
from sessions.supply import earliest_start
from sessions.work import windows_of

TO_OFFER = (FreedTime.State.WAITING, FreedTime.State.OFFERED)


def time_of(visit: Appointment) -> FreedTime:
    """The time a visit occupies now, as it would come free; nothing is saved."""
    return FreedTime(practice=visit.practice, appointment=visit, therapist=visit.therapist, room=visit.room,
                     starts_at=visit.occupied_from, ends_at=visit.occupied_until)


def standing_in(therapist: Any, begin: Any, end: Any) -> QuerySet[Appointment]:
    """The visits that stand in this time of a therapist."""
    return (Appointment.objects.exclude(status__in=RELEASED).exclude(status="proposed", expires_at__lte=timezone.now())
            .filter(therapist=therapist, starts_at__lt=end, ends_at__gt=begin))


def note(times: Iterable[FreedTime]) -> None:
    """Write down what came free, within the act that frees it.

    Left out: what has passed or lies within the practice's notice, what nobody on the waitlist could want by its day
    and therapist, hours in which nobody works any more (away, closed), and what is noted already.
    """
    coming = [row for row in times if row.starts_at >= earliest_start(row.practice)]
    if not coming:
        return
    practice = coming[0].practice
    days = {id(row): clock.wall_of(row.starts_at, practice.time_zone)[0] for row in coming}
    waiting = list(WaitlistEntry.objects.filter(
        practice=practice, ended_at=None, from_on__lte=max(days.values()), until_on__gte=min(days.values()))
        .values_list("from_on", "until_on", "therapist"))
    wanted = [row for row in coming if any(first <= days[id(row)] <= last and who in (None, row.therapist_id)
                                           for first, last, who in waiting)]
    wanted = _worked(wanted) if wanted else []
    noted = set(FreedTime.objects.filter(appointment__in=[row.appointment_id for row in wanted], state__in=TO_OFFER)
                .values_list("appointment_id", "starts_at")) if wanted else set()
    new = [row for row in wanted if (row.appointment_id, row.starts_at) not in noted]
    for row in new:
        row.offer_from = timezone.now() + outbox.grace()
    FreedTime.objects.bulk_create(new)


def _worked(rows: list[FreedTime]) -> list[FreedTime]:
    """Those in which their therapist still works, at least in part: away or closed there is nothing to offer."""
    practice = rows[0].practice
    days = [clock.wall_of(row.starts_at, practice.time_zone)[0] for row in rows]
    windows = windows_of(practice, [row.therapist_id for row in rows], min(days), max(days))
    return [row for row in rows if intersect(
        windows[row.therapist_id], [(clock.minute_of(row.starts_at), clock.minute_of(row.ends_at))])]
