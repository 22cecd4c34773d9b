"""When people work: weekly hours that change from a date on, the hours of one date, and time off.

What was worked before a change stays as it was. Visits that no longer lie in anybody's hours are not touched here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from practice import audit, clock, stretches
from practice.access import Actor, Role
from practice.models import DayHours, Membership, TimeOff, WorkingHours
from practice.offers import refuse_unless_owner
from practice.refusals import BadInput, NotAllowed
from practice.stretches import Stretch, Validity, left_of

MOST_OFF = timedelta(days=2 * 366)
LAST_DAY = date(2100, 12, 31)


@transaction.atomic
def set_weekly_hours(
    *, therapist: Membership, week: Mapping[int, Sequence[Stretch]], since: date, by: Actor, until: date | None = None,
) -> None:
    """The week a therapist works from a date on (Monday is 0); with `until`, the hours before hold again after it.

    The days before `since` keep their hours. Refuses a date that has passed (but for somebody without any hours yet),
    stretches that end before they begin, and two of one day that overlap.
    """
    refuse_unless_owner(therapist.practice, by)
    _refuse_no_therapist(therapist)
    today = clock.wall_of(timezone.now(), therapist.practice.time_zone)[0]
    _lock(therapist)
    rows = list(WorkingHours.objects.filter(therapist=therapist))
    if since > LAST_DAY or (until and until > LAST_DAY):
        raise BadInput(f"Choose a day before {LAST_DAY.year + 1}.", field="since" if since > LAST_DAY else "until")
    if since < today and rows:
        raise BadInput(f"{clock.said_date(since, today=today)} has passed. What was worked stays as it is: choose "
                       "today or later.", field="since")
    if until and until < since:
        raise BadInput(f"{clock.said_date(until)} lies before {clock.said_date(since)}.", field="until")
    checked = {day: _checked(list(day_hours), f"day_{day}") for day, day_hours in week.items()}
    for row in rows:
        _cut(row, since, until)
    WorkingHours.objects.bulk_create(
        WorkingHours(practice_id=therapist.practice_id, therapist=therapist, weekday=day, opens=opens, closes=closes,
                     valid_from=since, valid_until=until)
        for day, day_hours in checked.items() for opens, closes in day_hours)
    audit.record(by=by, verb="hours_changed", subject=therapist, since=since.isoformat())


@transaction.atomic
def set_day_hours(
    *, therapist: Membership, on: date, stretches_: Sequence[Stretch], by: Actor, reason: str = "",
) -> list[DayHours]:
    """The hours of one date, in the place of the weekly ones: longer, shorter, or on a day that is otherwise free.

    A second time for the same date takes the place of the first. Refuses a date that has passed, a day without any
    hours (that is time off), and times the clocks skip or repeat that day.
    """
    practice = therapist.practice
    refuse_unless_owner(practice, by)
    _refuse_no_therapist(therapist)
    today = clock.wall_of(timezone.now(), practice.time_zone)[0]
    if not today <= on <= LAST_DAY:
        has_passed = f"{clock.said_date(on, today=today)} has passed."
        raise BadInput(has_passed if on < today else f"Choose a day before {LAST_DAY.year + 1}.", field="on")
    found = _checked(list(stretches_), "hours")
    if not found:
        raise BadInput("Write the hours of that day. Not working at all is time off.", field="hours")
    for at in (wall for stretch in found for wall in stretch):
        try:
            clock.instant_of(on, at, practice.time_zone)
        except (clock.WallTimeMissing, clock.WallTimeAmbiguous) as odd:
            raise BadInput(f"{_odd(odd)} Begin or end at another time.", field="hours") from odd
    _lock(therapist)
    DayHours.objects.filter(therapist=therapist, on=on).delete()
    rows = DayHours.objects.bulk_create(
        DayHours(practice=practice, therapist=therapist, on=on, opens=opens, closes=closes, reason=reason.strip()[:120])
        for opens, closes in found)
    audit.record(by=by, verb="day_hours_set", subject=therapist, on=on.isoformat())
    return rows


@transaction.atomic
def drop_day_hours(*, therapist: Membership, on: date, by: Actor) -> None:
    """The weekly hours hold on that date again."""
    refuse_unless_owner(therapist.practice, by)
    if DayHours.objects.filter(therapist=therapist, on=on).delete()[0]:
        audit.record(by=by, verb="day_hours_dropped", subject=therapist, on=on.isoformat())


@transaction.atomic
def enter_time_off(
    *, therapist: Membership, starts_at: datetime, ends_at: datetime, by: Actor, reason: str = "",
) -> TimeOff:
    """A therapist is away; entered twice alike, it is one row. Visits in it stay until somebody moves them.

    The owner and the front desk enter anybody's, a therapist their own. Refuses an end before the beginning, a time
    that has passed whole, and more than two years.
    """
    refuse_unless_may_be_entered(therapist, by)
    _refuse_no_therapist(therapist)
    zone = therapist.practice.time_zone
    if ends_at <= starts_at:
        raise BadInput(f"{clock.said(ends_at, zone)} is not after {clock.said(starts_at, zone)}: time off ends after "
                       "it begins.", field="last")
    if ends_at <= timezone.now():
        raise BadInput("This time has passed.", field="last")
    if ends_at - starts_at > MOST_OFF:
        raise BadInput("Time off lasts two years at most.", field="last")
    _lock(therapist)
    row, is_new = TimeOff.objects.get_or_create(
        practice_id=therapist.practice_id, therapist=therapist, starts_at=starts_at, ends_at=ends_at,
        defaults={"reason": reason.strip()[:120]})
    if is_new:
        audit.record(by=by, verb="time_off_entered", subject=row)
    return row


@transaction.atomic
def take_back_time_off(*, time_off: TimeOff, by: Actor) -> None:
    """They are there after all; visits moved meanwhile stay where they are."""
    refuse_unless_may_be_entered(time_off.therapist, by)
    audit.record(by=by, verb="time_off_taken_back", subject=time_off)
    time_off.delete()


def refuse_unless_may_be_entered(therapist: Membership, by: Actor) -> None:
    """Whose time off one may enter: the owner's and the front desk's anybody's, a therapist's their own."""
    is_here = by.practice_id == therapist.practice_id
    if not (is_here and (by.role in (Role.OWNER, Role.FRONT_DESK) or by.pk == therapist.pk)):
        raise NotAllowed("You can enter your own time off. The front desk enters that of others.")


def periods_of(rows: Sequence[WorkingHours], today: date) -> list[tuple[Validity, list[WorkingHours]]]:
    """The weekly hours as they follow each other from today on: from when until when, and the rows of each."""
    cuts = {today} | {day for row in rows for day in (
        row.valid_from, row.valid_until and row.valid_until + timedelta(days=1)) if day and day > today}
    starts = sorted(cuts)
    ends = [*(start - timedelta(days=1) for start in starts[1:]), None]
    return [(Validity(start, end), [row for row in rows if row.holds_on(start)])
            for start, end in zip(starts, ends, strict=True)]


def _cut(row: WorkingHours, since: date, until: date | None) -> None:
    """Leave of a row what lies before and after; nothing of one that is replaced whole."""
    pieces = left_of(Validity(row.valid_from, row.valid_until), since, until)
    if not pieces:
        row.delete()
        return
    first, *rest = pieces
    row.valid_from, row.valid_until = first.since, first.until
    row.save(update_fields=["valid_from", "valid_until"])
    for piece in rest:
        WorkingHours.objects.create(
            practice_id=row.practice_id, therapist_id=row.therapist_id, weekday=row.weekday, opens=row.opens,
            closes=row.closes, valid_from=piece.since, valid_until=piece.until)


def _odd(odd: clock.WallTimeMissing | clock.WallTimeAmbiguous) -> str:
    """What is the matter with a wall time, without the question which of two is meant."""
    if isinstance(odd, clock.WallTimeMissing):
        return str(odd)
    return f"{clock.said_time(odd.at)} on {clock.said_date(odd.on)} comes twice: clocks go back."


def _checked(day_hours: Sequence[Stretch], field: str) -> list[Stretch]:
    try:
        return stretches.in_order(day_hours)
    except ValueError as wrong:
        raise BadInput(str(wrong), field=field) from wrong


def _lock(therapist: Membership) -> None:
    """Whoever else changes this therapist's hours, or books with them, waits."""
    list(Membership.objects.select_for_update(no_key=True).filter(pk=therapist.pk).values_list("pk"))


def _refuse_no_therapist(therapist: Membership) -> None:
    if not therapist.is_therapist:
        raise BadInput(f"{therapist.name} gives no sessions here.", field="therapist")
