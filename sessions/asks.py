"""What clients are asked before a visit, where the practice wishes it: whether they come, and the questions.

Off until the owner sets a number (`practice.numbers`). The yes is asked for in the reminder (`sessions/letters.py`),
the questions by a message of their own (`sessions/ask_letters.py`).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from practice import clock
from practice.models import Practice
from sessions.models import Appointment, AppointmentEvent


def reminder_days(practice: Practice) -> list[int]:
    """How many days before a visit reminders leave, whether or not a yes is asked for."""
    return practice.reminder_days or [7, 2]


def asks_for_yes(visit: Appointment) -> bool:
    """Whether a reminder that leaves now asks the client to say that they will come."""
    days = visit.practice.confirm_days
    soon = timezone.now() + timedelta(days=days, hours=2)  # a clock change lies within
    return bool(days) and visit.status == Appointment.Status.BOOKED and not visit.wants_other_time and (
        visit.starts_at <= soon)


def questions_due(visit: Appointment) -> datetime | None:
    """When the questions before this visit are sent: at its own hour of the clock; None where that is over, or off."""
    hours = visit.practice.check_before_hours
    due_at = before_on_the_clock(visit, timedelta(hours=hours))
    return due_at if hours and due_at > timezone.now() else None


def before_on_the_clock(visit: Appointment, ahead: timedelta) -> datetime:
    """So long before a visit as the clocks count where it takes place: two days before 10:00 is 10:00."""
    wall = datetime.combine(visit.wall_date, visit.wall_time) - ahead
    try:
        return clock.instant_of(wall.date(), wall.time(), visit.time_zone, fold=visit.wall_fold)
    except clock.WallTimeMissing as gap:
        after = gap.nearest[1]
        return clock.instant_of(after.date(), after.time(), visit.time_zone, fold=0)


def still_to_say_yes(practice: Practice) -> Q:
    """Visits of today and tomorrow that nobody has confirmed though they were asked to; none where that is off."""
    if not practice.confirm_days:
        return Q(pk=None)
    now = timezone.now()
    today = clock.wall_of(now, practice.time_zone)[0]
    until = clock.instant_of(today + timedelta(days=2), time(0), practice.time_zone, fold=0)
    return Q(status=Appointment.Status.BOOKED, wants_other_time=False, starts_at__gt=now, starts_at__lt=until)


def moved_column(practice: Practice) -> dict[str, Subquery]:
    """When a visit was moved last, as a column for `is_unconfirmed`; nothing where nobody is asked."""
    moves = AppointmentEvent.objects.filter(appointment=OuterRef("pk"), verb="moved").order_by("-at", "-pk")
    return {"moved_at": Subquery(moves.values("at")[:1])} if practice.confirm_days else {}


def is_unconfirmed(visit: Appointment, practice: Practice) -> bool:
    """Whether it is one of those; a time booked or moved to after the day of asking was agreed a moment ago.

    The visit was read with `moved_column`.
    """
    now = timezone.now()
    if not practice.confirm_days or visit.status != Appointment.Status.BOOKED or visit.wants_other_time:
        return False
    ahead = visit.wall_date - clock.wall_of(now, practice.time_zone)[0]
    agreed_at = getattr(visit, "moved_at", None) or visit.created_at
    was_asked = agreed_at <= visit.starts_at - timedelta(days=practice.confirm_days)
    return was_asked and visit.starts_at > now and ahead <= timedelta(days=1)
