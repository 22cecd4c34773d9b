"""What speaks against a visit at a time: somebody else's booking, hours, horizon, an episode, the safety check.

One published order decides which refusal comes first: past or impossible time, `slot_taken`,
`outside_working_hours`, `too_short_notice`, `beyond_horizon`, `client_in_relapse`, `contraindicated`,
`clearance_missing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from django.utils import timezone

from clients.contraindications import RULES, Reason
from clients.episodes import hold_among
from clients.models import Episode
from practice import clock
from practice.access import Actor, Role
from practice.clock import instant_at, minute_of
from practice.models import Closure, Membership, Practice, Room
from practice.refusals import BadInput, NotAllowed, Refusal, refuse_all
from sessions.availability import Window, intersect
from sessions.clashes import find_clashes, is_plainly_taken, nearest_open, offer_nearest, today_of, wall_time
from sessions.diary import SlotTaken
from sessions.wished import Wish, checked_at_booking, read
from sessions.work import rows_away, windows_of

LATE_ENTRY_DAYS = 30
MOST_YEARS_AHEAD = 5  # (P) our proposal: further than this nobody books, with a reason neither


class OutsideWorkingHours(Refusal):
    """The visit or its buffers lie outside the therapist's hours, in time off or on a closed day."""

    code: ClassVar[str] = "outside_working_hours"
    title: ClassVar[str] = "Outside working hours"


class TooShortNotice(Refusal):
    """Nearer than the practice wants to know of a visit before it begins."""

    code: ClassVar[str] = "too_short_notice"
    title: ClassVar[str] = "Too soon"


class BeyondHorizon(Refusal):
    """Further ahead than the practice books."""

    code: ClassVar[str] = "beyond_horizon"
    title: ClassVar[str] = "Too far ahead"
    is_too_far: bool = False


class ClientInRelapse(Refusal):
    """A confirmed episode holds this client's visits on that day."""

    code: ClassVar[str] = "client_in_relapse"
    title: ClassVar[str] = "Visits are on hold then"


class Contraindicated(Refusal):
    """A stop of the safety check stands against any work that day."""

    code: ClassVar[str] = "contraindicated"
    title: ClassVar[str] = "Not today, by the safety check"
    is_emergency: bool = False


class ClearanceMissing(Refusal):
    """A doctor's clearance is needed first."""

    code: ClassVar[str] = "clearance_missing"
    title: ClassVar[str] = "A doctor's clearance is needed"


class ReasonNeeded(BadInput):
    """An override without its reason."""

    code: ClassVar[str] = "reason_required"
    title: ClassVar[str] = "An override takes a reason"


_BY_DESK: tuple[type[Refusal], ...] = (OutsideWorkingHours, TooShortNotice, BeyondHorizon)
_BY_THERAPIST: tuple[type[Refusal], ...] = (*_BY_DESK, ClientInRelapse, Contraindicated, ClearanceMissing)


def refuse_the_past(wish: Wish) -> None:
    if wish.starts_at.second or wish.starts_at.microsecond:
        raise BadInput("Visits begin on a whole minute.", field="starts_at")
    now = timezone.now()
    if wish.starts_at >= now:
        return
    earliest = now - timedelta(days=LATE_ENTRY_DAYS)
    if wish.override_reason and wish.starts_at >= earliest and not _is_outsider(wish.by):
        return
    practice = wish.client.practice
    said = clock.said(wish.starts_at, practice.time_zone, today=today_of(wish))
    how = (f"A visit of the last {LATE_ENTRY_DAYS} days can be entered late with a reason."
           if wish.starts_at >= earliest else f"Visits can be entered late for {LATE_ENTRY_DAYS} days only.")
    raise BadInput(f"{said} has passed. {how}", field="starts_at", nearest=nearest_open(wish, 2))


def _is_outsider(by: Actor) -> bool:
    return not isinstance(by, Membership)


def refuse_unless_clinical(by: Actor) -> None:
    """What an episode does to the diary is decided by owners and therapists."""
    if not getattr(by, "may_see_clinical", False):
        raise NotAllowed("This is for the owner or a therapist to decide.")


def after_override(refusals: list[Refusal], wish: Wish) -> list[Refusal]:
    if not wish.override_reason or _is_outsider(wish.by):
        return refusals
    clinical = wish.by.role in (Role.OWNER, Role.THERAPIST) or wish.by.is_therapist
    liftable = _BY_THERAPIST if clinical else _BY_DESK
    return [r for r in refusals if not isinstance(r, liftable) or is_for_nobody(r)]


def is_for_nobody(refusal: Refusal) -> bool:
    """Whether no reason lifts it, whoever gives it."""
    return bool(getattr(refusal, "is_emergency", False) or getattr(refusal, "is_too_far", False))


def refuse_as_wished(wish: Wish, room: Room | None) -> None:
    """Raise whatever speaks against a wish as the diary stands: a look, without a lock; with a reason, what is left."""
    refuse_the_past(wish)
    clashes, _ = find_clashes(wish, room, buffers=not wish.override_reason)
    refuse_wish([*clashes, *after_override([*against_hours(wish), *against_the_body(wish)], wish)], wish, room)


def refuse_if_taken(wish: Wish, room: Room | None) -> None:
    """A look before any lock is taken: a time that is plainly gone is refused without making others wait."""
    if not is_plainly_taken(wish):
        return
    clashes, _ = find_clashes(wish, room, buffers=not wish.override_reason)
    if clashes:
        left = after_override([*against_hours(wish), *against_the_body(wish)], wish)
        refuse_wish([*clashes, *left], wish, room)


def refuse_wish(refusals: Sequence[Refusal], wish: Wish, room: Room | None) -> None:
    """Raise the first refusal with all of them under `refusals`; where the time is the matter, the nearest open ones.

    Nothing where there are none.
    """
    try:
        refuse_all(list(refusals))
    except (SlotTaken, OutsideWorkingHours, TooShortNotice) as first:
        offer_nearest(first, wish, room)
        raise


def against_hours(wish: Wish) -> list[Refusal]:
    practice = wish.client.practice
    begin, end = (minute_of(t) for t in wish.occupied(not wish.override_reason))
    first, last = (clock.wall_of(instant_at(t), practice.time_zone)[0] for t in (begin, end - 1))
    refusals: list[Refusal] = []
    windows = windows_of(practice, [wish.therapist.pk], first, last)[wish.therapist.pk]
    if not any(opens <= begin and end <= closes for opens, closes in windows):
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        refusals.append(OutsideWorkingHours(" ".join(_said_hours(wish, on, windows, len(days) == 1) for on in days)))
    notice = notice_of(practice, wish.by)
    if notice and wish.starts_at < timezone.now() + notice:
        refusals.append(TooShortNotice(f"Visits are booked {_said_notice(notice)} ahead at the latest."))
    if first > today_of(wish) + timedelta(days=practice.horizon_days):
        refusals.append(_too_far_ahead(practice, first, today_of(wish)))
    return refusals


def _too_far_ahead(practice: Practice, on: date, today: date) -> BeyondHorizon:
    far = BeyondHorizon(f"Visits are booked up to {practice.horizon_days} days ahead.")
    if on > today + timedelta(days=MOST_YEARS_AHEAD * 365):
        far = BeyondHorizon(f"{far.detail} More than {MOST_YEARS_AHEAD} years ahead nobody books, with a reason "
                            "neither.")
        far.is_too_far = True
    return far


def notice_of(practice: Practice, by: Actor) -> timedelta:
    """How long before a visit it is booked at the latest: by clients for themselves, or by staff."""
    if by.role == "client":
        return timedelta(hours=practice.client_notice_hours)
    return timedelta(minutes=practice.notice_minutes)


def _said_notice(notice: timedelta) -> str:
    hours, minutes = divmod(notice // timedelta(minutes=1), 60)
    said = [f"{n} {unit}{'s' if n > 1 else ''}" for n, unit in ((hours, "hour"), (minutes, "minute")) if n]
    return " and ".join(said)


def _said_hours(wish: Wish, on: date, windows: Sequence[Window], is_only_day: bool) -> str:
    """Why there is no work for the wish on that day: a closure by its name, time off without its reason, or hours."""
    who, zone, day = wish.therapist.name, wish.client.practice.time_zone, clock.said_date(on, today=today_of(wish))
    closure = Closure.objects.filter(practice=wish.client.practice_id, first_on__lte=on, last_on__gte=on).first()
    if closure:
        return f"The practice is closed on {day}: {closure.name}."
    midnight, next_midnight = (clock.day_begins(on + timedelta(days=n), zone) for n in (0, 1))
    hours = ", ".join(f"{wall_time(instant_at(a), zone)}–{wall_time(instant_at(b), zone)}" for a, b in intersect(
        windows, [(minute_of(midnight), minute_of(next_midnight))]))
    begin, end = wish.occupied(buffers=True) if hours else (midnight, next_midnight)
    is_away = any(rows.exists() for rows in rows_away([wish.therapist.pk], begin, end))
    when = "that day" if is_only_day else f"on {day}"
    if is_away:
        return f"{who} is away then and works {hours} {when}." if hours else f"{who} is away on {day}."
    if not hours:
        return f"{who} does not work on {day}."
    return f"{who} works {hours} {when}{_outside(wish, windows) if is_only_day else ''}."


def _outside(wish: Wish, windows: Sequence[Window]) -> str:
    """Which time lies outside the hours, or that only the break around it does."""
    zone, begin, end = wish.client.practice.time_zone, minute_of(wish.starts_at), minute_of(wish.ends_at)
    span = f"{wall_time(wish.starts_at, zone)}–{wall_time(wish.ends_at, zone)}"
    is_inside = any(opens <= begin and end <= closes for opens, closes in windows)
    return f"; {span} leaves no room for the break kept free around it" if is_inside else f"; {span} lies outside"


def against_the_body(wish: Wish) -> list[Refusal]:
    """An episode's hold, a stop, a missing clearance; the desk is told who decides, never what was found."""
    on = clock.wall_of(wish.starts_at, wish.client.practice.time_zone)[0]
    refusals: list[Refusal] = []
    reading = wish.reading or read(wish.client)
    if hold := hold_among(reading.episodes, on):
        refusals.append(_in_relapse(wish, hold))
    check = checked_at_booking(wish.client, wish.minutes, on, reading)
    whole_body = [r for r in check.reasons if not r.regions and r.treatment is None]
    stops = [r for r in whole_body if r.level == "stop"]
    if stops:
        refusal = Contraindicated(_words(wish, stops), reasons=_shown(wish, stops))
        refusal.is_emergency = any(is_emergency(r) for r in stops)
        refusals.append(refusal)
    missing = [r for r in whole_body if r.level == "clearance"]
    if missing:
        refusals.append(ClearanceMissing(_words(wish, missing), reasons=_shown(wish, missing)))
    return refusals


def is_emergency(reason: Reason) -> bool:
    """Whether this reason comes from a rule nobody may override at booking."""
    rule = RULES.get(reason.rule)
    return bool(rule and rule.is_emergency)


def _in_relapse(wish: Wish, hold: Episode) -> ClientInRelapse:
    until = clock.said_date(hold.hold_until) if hold.hold_until else ""
    if getattr(wish.by, "may_see_clinical", False):
        detail = (f"{wish.client.name}'s visits are on hold until {until} ({hold.get_kind_display()} since "
                  f"{clock.said_date(hold.onset_on)}). Book from {until} on, or override with a reason.")
    else:
        detail = f"{wish.client.name}'s visits are on hold until {until}. Needs {wish.therapist.name}'s decision."
    return ClientInRelapse(detail, hold_until=hold.hold_until.isoformat() if hold.hold_until else None)


def _words(wish: Wish, reasons: Sequence[Reason]) -> str:
    if getattr(wish.by, "may_see_clinical", False):
        return " ".join(r.text for r in reasons)
    return f"This booking needs {wish.therapist.name}'s decision."


def _shown(wish: Wish, reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    if not getattr(wish.by, "may_see_clinical", False):
        return []
    return [{"rule": r.rule, "level": r.level, "text": r.text, "source": r.source} for r in reasons]
