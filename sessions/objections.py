"""What speaks against a visit at a time: somebody else's booking, hours, horizon, an episode, the safety check.

One published order decides which refusal comes first: past or impossible time, `slot_taken`,
`outside_working_hours`, `too_short_notice`, `beyond_horizon`, `client_in_relapse`, `contraindicated`,
`clearance_missing`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils import timezone

from clients.contraindications import RULES, Body, Check, ProposedTreatment, Reason, cautions_for
from clients.episodes import hold_among
from clients.limits import body_of
from clients.models import Client, Episode
from practice import clock
from practice.access import Actor, Role
from practice.clock import instant_at, minute_of
from practice.composed import Composed, ComposedRows
from practice.models import Closure, Membership, Practice, Room, Service
from practice.refusals import BadInput, NotAllowed, Refusal, refuse_all
from sessions.availability import Window, intersect
from sessions.diary import DAY, SlotTaken
from sessions.models import RELEASED, Appointment
from sessions.supply import gives, open_times, rooms_for
from sessions.work import rows_away, windows_of

LATE_ENTRY_DAYS = 30

# The record, a room to the right, registers here how to read a client's last treatments.
LAST_TREATMENTS: list[Callable[[Client], Sequence[ProposedTreatment]]] = []


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


class ServiceNotGiven(Refusal):
    """This therapist or room does not go with this service."""

    code: ClassVar[str] = "service_not_given"
    title: ClassVar[str] = "Not offered there"


class ReasonNeeded(BadInput):
    """An override without its reason."""

    code: ClassVar[str] = "reason_required"
    title: ClassVar[str] = "An override takes a reason"


_BY_DESK: tuple[type[Refusal], ...] = (OutsideWorkingHours, TooShortNotice, BeyondHorizon)
_BY_THERAPIST: tuple[type[Refusal], ...] = (*_BY_DESK, ClientInRelapse, Contraindicated, ClearanceMissing)

@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a client for the safety check, read at one moment: for several visits, once."""

    body: Body
    treatments: tuple[ProposedTreatment, ...]
    episodes: tuple[Episode, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of the diary, before it is allowed."""

    client: Client
    therapist: Membership
    service: Service
    starts_at: datetime
    minutes: int
    by: Actor
    override_reason: str
    ignoring: tuple[Any, ...] = ()
    rooms: tuple[Room, ...] = ()  # of the service, where they are known already
    reading: Reading | None = None  # of the client, where it was read under the lock already

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    def occupied(self, buffers: bool) -> tuple[datetime, datetime]:
        before, after = (self.service.buffer_before, self.service.buffer_after) if buffers else (0, 0)
        return self.starts_at - timedelta(minutes=before), self.ends_at + timedelta(minutes=after)


_episodes_of = ComposedRows(lambda client: Episode.objects.filter(client=client))


def read(client: Client) -> Reading:
    """What the check reads of a client now: the body as known, and the last visit's treatments.

    The treatments come from the record, which this room does not know; the record registers them.
    """
    return Reading(body_of(client), tuple(t for source in LAST_TREATMENTS for t in source(client)),
                   tuple(_episodes_of(client.pk)))


def checked_at_booking(client: Client, service_minutes: int, on: date, reading: Reading | None = None) -> Check:
    """The safety check before a treatment is chosen."""
    reading = reading or read(client)
    return cautions_for(reading.body, reading.treatments, on=on, minutes=service_minutes)


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
    said = clock.said(wish.starts_at, practice.time_zone, today=_today(wish))
    how = (f"A visit of the last {LATE_ENTRY_DAYS} days can be entered late with a reason."
           if wish.starts_at >= earliest else f"Visits can be entered late for {LATE_ENTRY_DAYS} days only.")
    raise BadInput(f"{said} has passed. {how}", field="starts_at", nearest=nearest_open(wish, 2))


def nearest_open(wish: Wish, how_many: int, rooms: Sequence[Room] = ()) -> list[str]:
    """The nearest open starts to the wished one, ISO 8601 in the practice's zone; in these rooms, or in any."""
    zone = wish.client.practice.time_zone
    day = clock.wall_of(max(wish.starts_at, timezone.now()), zone)[0]
    starts = [slot.starts for slot in open_times(
        service=wish.service, first=day, last=day + timedelta(days=14), therapists=[wish.therapist.pk],
        rooms=[room.pk for room in rooms or rooms_for(wish.service)], client=wish.client, minutes=wish.minutes,
        ignoring=wish.ignoring)]
    wished = minute_of(wish.starts_at)
    nearest = sorted(starts, key=lambda start: (abs(start - wished), start))[:how_many]
    return [clock.iso(instant_at(start), zone) for start in sorted(nearest)]


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
    return [r for r in refusals if not isinstance(r, liftable) or getattr(r, "is_emergency", False)]


def find_clash(wish: Wish, room: Room | None, *, buffers: bool) -> tuple[SlotTaken | None, Room | None]:
    """The first of `find_clashes`, with the nearest open times; else the room to use."""
    clashes, free = find_clashes(wish, room, buffers=buffers)
    if clashes:
        _offer_nearest(clashes[0], wish, room)
    return (clashes[0] if clashes else None), free


def find_clashes(wish: Wish, room: Room | None, *, buffers: bool) -> tuple[list[SlotTaken], Room | None]:
    """Whoever is taken then (therapist, client, room), each in words; else the room to use.

    Where no room was asked for, that there is none is told only if other visits than those told take them all.

    Without `buffers` only the visits themselves count, on both sides.
    """
    begin, end = wish.occupied(buffers)
    rooms = list(wish.rooms) or rooms_for(wish.service)
    if room and room.pk not in {r.pk for r in rooms}:
        raise ServiceNotGiven(f"{wish.service.name} is not given in {room.name}.")
    if not gives(wish.therapist, wish.service):
        raise ServiceNotGiven(f"{wish.therapist.name} does not give {wish.service.name}.")
    live = _around(*_asked(wish, begin, end), [r.pk for r in rooms] or [wish.client.pk])
    taken = [row for row in live if buffers or (row.starts_at < end and begin < row.ends_at)]
    clashes = []
    busy = [row for row in taken if row.therapist_id == wish.therapist.pk]
    own = [row for row in taken if row.client_id == wish.client.pk
           and row.starts_at < wish.ends_at and row.ends_at > wish.starts_at]
    if busy:
        clashes.append(SlotTaken(_taken_words(wish.therapist.name, busy, wish)))
    if own:
        clashes.append(SlotTaken(
            f"{wish.client.name} already has a visit {_span(own[0])}, with {own[0].therapist.name}."))
    in_room = {row.room_id: row for row in reversed(taken)}
    free = [r for r in rooms if r.pk not in in_room]
    if room and room.pk in in_room:
        other = f"; free at the same time in {_either(free)}" if free else ""
        there = [row for row in taken if row.room_id == room.pk]
        clashes.append(SlotTaken(f"{_taken_words(room.name, there, wish)[:-1]}{other}."))
    elif not room and {r.pk for r in rooms} <= {row.room_id for row in taken if row not in (*busy, *own)}:
        clashes.append(SlotTaken(f"Every room for this service is taken {_wished_span(wish)}."))
    return clashes, None if clashes else room or free[0]


def _taken_words(who: str, rows: Sequence[Appointment], wish: Wish) -> str:
    """That a visit stands there, or only the break kept free between it and the wished one."""
    over = [row for row in rows if row.starts_at < wish.ends_at and wish.starts_at < row.ends_at]
    if over:
        return f"{who} is taken {_span(over[0])}."
    return f"{who} has a visit {_span(rows[0])}, and the break kept free beside it would be cut."


def _standing(ignoring: Any, now: Any, practice: Any, since: Any, until: Any, begin: Any, end: Any,
              ) -> QuerySet[Appointment]:
    """The practice's visits that take time between two instants; `since` and `until` are what the index knows."""
    return (Appointment.objects.exclude(status__in=RELEASED).exclude(pk__in=ignoring)
            .exclude(status="proposed", expires_at__lte=now)
            .filter(practice=practice, starts_at__gt=since, starts_at__lt=until)
            .filter(occupied_until__gt=begin, occupied_from__lt=end))


_around = ComposedRows(lambda therapist, client, *span_and_rooms: _standing(*span_and_rooms[:-1]).filter(
    Q(therapist=therapist) | Q(room__in=span_and_rooms[-1]) | Q(client=client)).select_related(
    "therapist__user").order_by("occupied_from"))
_is_taken = Composed(lambda therapist, client, *span: _standing(*span).filter(
    Q(therapist=therapist) | Q(client=client)).order_by().values_list("pk")[:1])


def _asked(wish: Wish, begin: datetime, end: datetime) -> list[Any]:
    """Therapist, client and span of a wish, as the two questions above take them; no visit has a client's id."""
    return [wish.therapist.pk, wish.client.pk, list(wish.ignoring) or [wish.client.pk], timezone.now(),
            wish.client.practice_id, begin - DAY, end + DAY, begin, end]


def refuse_as_wished(wish: Wish, room: Room | None) -> None:
    """Raise whatever speaks against a wish as the diary stands: a look, without a lock; with a reason, what is left."""
    refuse_the_past(wish)
    clashes, _ = find_clashes(wish, room, buffers=not wish.override_reason)
    refuse_wish([*clashes, *after_override([*against_hours(wish), *against_the_body(wish)], wish)], wish, room)


def refuse_if_taken(wish: Wish, room: Room | None) -> None:
    """A look before any lock is taken: a time that is plainly gone is refused without making others wait."""
    begin, end = wish.occupied(not wish.override_reason)
    if not _is_taken(*_asked(wish, begin, end)):
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
        _offer_nearest(first, wish, room)
        raise


def _offer_nearest(refusal: Refusal, wish: Wish, room: Room | None) -> None:
    """Add the open times nearest to the wished one; in the room asked for, where it has any."""
    nearest = (nearest_open(wish, 3, [room]) if room else []) or nearest_open(wish, 3)
    zone, today = wish.client.practice.time_zone, _today(wish)
    said = ", ".join(clock.said(datetime.fromisoformat(n), zone, today=today) for n in nearest)
    refusal.more["nearest"] = nearest
    refusal.detail += f" Free instead: {said}." if said else " Choose another time."


def _today(wish: Wish) -> date:
    return clock.wall_of(timezone.now(), wish.client.practice.time_zone)[0]


def _either(rooms: Sequence[Room]) -> str:
    """One or the other: “Garden room or River room”."""
    *others, last = (room.name for room in rooms)
    return f"{', '.join(others)} or {last}" if others else last


def _wished_span(wish: Wish) -> str:
    zone = wish.client.practice.time_zone
    return f"{clock.said(wish.starts_at, zone)}–{_wall_time(wish.ends_at, zone)}"


def _span(row: Appointment) -> str:
    return f"{row.said}–{_wall_time(row.ends_at, row.time_zone)}"


def _wall_time(instant: datetime, zone: str) -> str:
    return clock.said_time(clock.wall_of(instant, zone)[1])


def if_free(room: Room | None, wish: Wish, *, buffers: bool = True) -> Room | None:
    """The room a visit had, where it is in use, goes with the service and is free then too; else any."""
    if room is None or room.pk not in {r.pk for r in rooms_for(wish.service)}:
        return None
    begin, end = wish.occupied(buffers)
    busy = (Appointment.objects.filter(room=room, occupied_until__gt=begin, occupied_from__lt=end)
            .exclude(status__in=RELEASED).exclude(pk__in=wish.ignoring).exists())
    return None if busy else room


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
    if first > _today(wish) + timedelta(days=practice.horizon_days):
        refusals.append(BeyondHorizon(f"Visits are booked up to {practice.horizon_days} days ahead."))
    return refusals


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
    who, zone, day = wish.therapist.name, wish.client.practice.time_zone, clock.said_date(on, today=_today(wish))
    closure = Closure.objects.filter(practice=wish.client.practice_id, first_on__lte=on, last_on__gte=on).first()
    if closure:
        return f"The practice is closed on {day}: {closure.name}."
    midnight, next_midnight = (clock.day_begins(on + timedelta(days=n), zone) for n in (0, 1))
    hours = ", ".join(f"{_wall_time(instant_at(a), zone)}–{_wall_time(instant_at(b), zone)}" for a, b in intersect(
        windows, [(minute_of(midnight), minute_of(next_midnight))]))
    begin, end = wish.occupied(buffers=True) if hours else (midnight, next_midnight)
    is_away = any(rows.exists() for rows in rows_away([wish.therapist.pk], begin, end))
    when = "that day" if is_only_day else f"on {day}"
    if is_away:
        return f"{who} is away then and works {hours} {when}." if hours else f"{who} is away on {day}."
    return f"{who} works {hours} {when}." if hours else f"{who} does not work on {day}."


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
