"""Changes to a series from one of its visits on: this one, this and what follows, or all that is still to come."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from practice import clock
from practice.access import Actor
from practice.models import Membership, Room
from practice.refusals import Refusal
from sessions import reminders
from sessions.booking import cancel_appointment, move_appointment
from sessions.diary import fresh_all, lock_diary, refuse_if_stale
from sessions.models import Appointment
from sessions.requests import decline_request
from sessions.series import NoSuchTime, SeriesConflict, SeriesDate, as_data, words_of
from sessions.states import TRANSITIONS
from sessions.supply import rooms_for


class Scope(models.TextChoices):
    """How much of a series a change is meant for."""

    THIS = "this", "Only this visit"
    FOLLOWING = "following", "This visit and those after it"
    ALL = "all", "All visits still to come"


def visits_meant(appointment: Appointment, scope: str, verb: str) -> list[Appointment]:
    """The visits a change of this one is meant for, by time: of its series those still to come that allow the verb.

    The visit itself is always one of them, whatever its state: the verb refuses it in its own words.
    """
    if scope == Scope.THIS or appointment.series_id is None:
        return [appointment]
    since = appointment.starts_at if scope == Scope.FOLLOWING else timezone.now()
    rows = Appointment.objects.filter(series=appointment.series_id, status__in=TRANSITIONS[verb][0]).exclude(
        pk=appointment.pk)
    rows = rows.filter(reserved_by=None, starts_at__gte=max(since, timezone.now())).select_related(
        "client__practice", "therapist__user", "room", "service")
    return sorted([appointment, *rows], key=lambda visit: (visit.starts_at, visit.pk))


def move_visits(
    *, appointment: Appointment, scope: str, starts_at: datetime, by: Actor, therapist: Membership | None = None,
    room: Room | None = None, override_reason: str = "", expected_version: int | None = None,
    but: Collection[UUID] = (),
) -> list[Appointment]:
    """Move a visit and, by the same number of days and minutes on the wall, those of its series that are meant.

    The visits in `but` stay where they are.

    All or none: `SeriesConflict` names every visit that cannot go there. Each keeps its history, as when moved alone,
    one message tells the client of all of them, and one undo puts them back.
    """
    if scope == Scope.THIS or appointment.series_id is None:
        return [move_appointment(appointment=appointment, starts_at=starts_at, by=by, therapist=therapist, room=room,
                                 override_reason=override_reason, expected_version=expected_version)]

    act = uuid7()

    def move(visit: Appointment) -> Appointment:
        new_start = starts_at if visit.pk == appointment.pk else _shifted(visit, appointment, starts_at)
        return move_appointment(appointment=visit, starts_at=new_start, by=by, therapist=therapist, room=room,
                                override_reason=override_reason, act=act)

    with transaction.atomic():
        visits = [visit for visit in _locked(appointment, scope, "move", [therapist] if therapist else [],
                                             expected_version) if visit.pk == appointment.pk or visit.pk not in but]
        is_later = starts_at > appointment.starts_at
        visits.sort(key=lambda visit: visit.starts_at, reverse=is_later)  # none stands where the next one goes
        before = {visit.pk: visit.version for visit in visits}
        done = sorted(_each(visits, move, "move"), key=lambda visit: visit.starts_at)
        reminders.reschedule_together([visit for visit in done if visit.version != before[visit.pk]], act)
        return done


class _Look(Exception):
    """Takes every trial move back."""


def try_moving(*, appointment: Appointment, scope: str, **wish: Any) -> list[SeriesDate]:
    """Where each visit meant would go, or, at its old time, what speaks against that; nothing is moved.

    `wish` is what `move_visits` takes.
    """
    found: list[SeriesDate] = []
    with contextlib.suppress(_Look), transaction.atomic():
        try:
            found = [SeriesDate(visit.wall_date, visit.starts_at, visit=str(visit.pk))
                     for visit in move_visits(appointment=appointment, scope=scope, **wish)]
        except SeriesConflict as refused:
            found = [SeriesDate(date.fromisoformat(told["on"]), datetime.fromisoformat(told["starts_at"]),
                                told["conflict"] or "", told["code"] or "", visit=told["appointment"])
                     for told in refused.more["dates"]]
        raise _Look
    return found


def cancel_visits(
    *, appointment: Appointment, scope: str, by: Actor, reason: str = "other", expected_version: int | None = None,
) -> list[Appointment]:
    """Cancel a visit and those of its series that are meant, all or none. A request is declined with it."""
    act = uuid7() if scope != Scope.THIS else None

    def cancel(visit: Appointment) -> Appointment:
        verb = decline_request if visit.status == Appointment.Status.PROPOSED else cancel_appointment
        return verb(appointment=visit, by=by, reason=reason, act=act)

    with transaction.atomic():
        visits = _locked(appointment, scope, "cancel", expected_version=expected_version)
        return _each(visits, cancel, "cancel")


def _locked(appointment: Appointment, scope: str, verb: str, therapists: Sequence[Membership] = (),
            expected_version: int | None = None) -> list[Appointment]:
    """The visits meant, read again under every lock the single verbs will take."""
    meant = visits_meant(appointment, scope, verb)
    lock_diary({*therapists, *(visit.therapist for visit in meant)},
               {*rooms_for(appointment.service), *(visit.room for visit in meant)}, [appointment.client])
    visits = fresh_all([visit.pk for visit in meant])
    refuse_if_stale(visits[appointment.pk], expected_version)
    return [visits[visit.pk] for visit in meant]


def _each(visits: Sequence[Appointment], act: Callable[[Appointment], Appointment], verb: str) -> list[Appointment]:
    """Do it to each; where one refuses, none is changed and every one that refuses is named."""
    done, dates = [], []
    if len(visits) == 1:
        return [act(visits[0])]
    first: Refusal | None = None
    for visit in visits:
        try:
            with transaction.atomic():
                done.append(act(visit))
                dates.append(SeriesDate(visit.wall_date, visit.starts_at, visit=str(visit.pk)))
        except Refusal as refused:
            first = first or refused
            dates.append(SeriesDate(visit.wall_date, visit.starts_at, words_of(refused), refused.code,
                                    visit=str(visit.pk)))
    if first is None:
        return done
    conflicts = sorted((d for d in dates if d.conflict), key=lambda found: found.starts_at)
    told = " ".join(f"{clock.said(d.starts_at, visits[0].time_zone)}: {d.conflict}" for d in conflicts)
    raise SeriesConflict(
        f"{len(conflicts)} of {len(visits)} visits cannot {verb}, so none was changed. {told}",
        dates=[as_data(d, visits[0].time_zone) for d in sorted(dates, key=lambda found: found.starts_at)]) from first


def _shifted(visit: Appointment, anchor: Appointment, to: datetime) -> datetime:
    """Where the visit goes when its anchor goes there: as many days and minutes further, on the wall.

    Refuses a wall time the clocks jump over; of one that comes twice the first is meant.
    """
    zone = anchor.client.practice.time_zone
    on, at, _ = clock.wall_of(to, zone)
    shift = datetime.combine(on, at) - datetime.combine(anchor.wall_date, anchor.wall_time)
    wall = datetime.combine(visit.wall_date, visit.wall_time) + shift
    try:
        return clock.instant_of(wall.date(), wall.time(), zone, fold=0)
    except clock.WallTimeMissing as gap:
        raise NoSuchTime(str(gap)) from gap
