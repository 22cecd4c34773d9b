"""The diary: a day with a column per therapist or room, or a therapist's week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clients.models import Episode
from practice import clock
from practice.clock import day_begins, instant_at, minute_of
from practice.models import Membership, Room
from practice.pages import member_page
from sessions.asked import date_asked, member_of, row_asked, today_at
from sessions.availability import Window, merge, subtract
from sessions.forms import therapists_of
from sessions.grid import Piece, Placed, hour_rows, hours_shown, off_pieces, open_pieces, place, time_words
from sessions.models import RELEASED, Appointment
from sessions.supply import windows_of

SATURDAY = 5


@dataclass
class Column:
    """One column: a therapist, a room, or a day of a therapist's week."""

    title: str
    on: date
    therapist: Membership | None = None
    room: Room | None = None
    hours: list[tuple[int, int]] = field(default_factory=list)
    visits: list[Appointment] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)

    @property
    def said_hours(self) -> str:
        """The hours in words: "09:00-12:00, 13:00-17:00"."""
        return ", ".join(f"{time_words(a)}–{time_words(b)}" for a, b in self.hours)


@require_safe
@member_page()
def diary(request: HttpRequest) -> HttpResponse:
    """A day by therapist or by room, or one therapist's week; what is on hold stands below."""
    member = member_of(request)
    now = today_at(member.practice)
    on = date_asked(request.GET.get("on"), now)
    by = "room" if request.GET.get("by") == "room" else "therapist"
    is_week = request.GET.get("view") == "week"
    first = on - timedelta(days=on.weekday()) if is_week else on
    last = first + timedelta(days=6 if is_week else 0)
    visits = _visits(member, first, last)
    whose = row_asked(Membership, member, request.GET.get("therapist"), "user") if is_week else None
    if is_week:
        columns, whose = _week(member, visits, first, whose)
        by = "therapist"
    else:
        columns = _by_room(member, visits, on) if by == "room" else _by_therapist(member, visits, on)
    first_hour, last_hour = _lay_out(columns)
    everybody = therapists_of(member) if is_week else []
    step = timedelta(days=7 if is_week else 1)
    return render(request, "sessions/diary.html", {
        "room": "diary", "on": on, "first": first, "last": last, "by": by, "is_week": is_week, "whose": whose,
        "everybody": everybody,
        "is_today": first <= now <= last, "before": on - step, "after": on + step, "columns": columns,
        "hours": hour_rows(first_hour, last_hour), "flagged": _flagged(member, visits),
        "held": [v for v in visits if v.status == "held" and (whose is None or v.therapist_id == whose.pk)],
        "gone": [v for v in visits if v.status in ("cancelled", "noshow")
                 and (whose is None or v.therapist_id == whose.pk)]})


def _visits(member: Membership, first: date, last: date) -> list[Appointment]:
    zone = member.practice.time_zone
    return list(
        Appointment.objects.visible_to(member)
        .filter(starts_at__gte=day_begins(first, zone), starts_at__lt=day_begins(last + timedelta(days=1), zone))
        .select_related("client", "therapist__user", "room", "service").order_by("starts_at", "id"))


def _flagged(member: Membership, visits: Sequence[Appointment]) -> set[UUID]:
    """Clients of these visits with a possible episode, for whoever may know."""
    return set(Episode.objects.visible_to(member).filter(
        client__in={v.client_id for v in visits}, status=Episode.Status.SUSPECTED).values_list("client_id", flat=True))


def _by_therapist(member: Membership, visits: Sequence[Appointment], on: date) -> list[Column]:
    people = {t.pk: t for t in therapists_of(member)}
    people |= {v.therapist_id: v.therapist for v in visits if not v.is_released}
    windows = windows_of(member.practice, list(people), on, on)
    return [_column(member, t.user.name, on, windows[pk], [v for v in visits if v.therapist_id == pk], therapist=t)
            for pk, t in people.items()]


def _week(member: Membership, visits: Sequence[Appointment], monday: date,
          whose: Membership | None) -> tuple[list[Column], Membership | None]:
    """The week of one therapist (the one named, else oneself, else the first), free weekends left out."""
    whose = whose or (member if member.is_therapist else therapists_of(member).first())
    if whose is None:
        return [], None
    windows = windows_of(member.practice, [whose.pk], monday, monday + timedelta(days=6))[whose.pk]
    zone, columns = member.practice.time_zone, []
    for day in (monday + timedelta(days=n) for n in range(7)):
        begin, end = minute_of(day_begins(day, zone)), minute_of(day_begins(day + timedelta(days=1), zone))
        own = [(max(a, begin), min(b, end)) for a, b in windows if a < end and b > begin]
        his = [v for v in visits if v.therapist_id == whose.pk and v.wall_date == day]
        if own or his or day.weekday() < SATURDAY:
            columns.append(_column(member, clock.said_date(day), day, own, his, therapist=whose))
    return columns, whose


def _by_room(member: Membership, visits: Sequence[Appointment], on: date) -> list[Column]:
    """A column per room; the room itself is always open, so its open time spans the hours somebody works."""
    rooms = {r.pk: r for r in Room.objects.visible_to(member).filter(is_active=True)}
    rooms |= {v.room_id: v.room for v in visits if not v.is_released}
    people = [t.pk for t in therapists_of(member)]
    windows = merge(w for own in windows_of(member.practice, people, on, on).values() for w in own)
    return [_column(member, r.name, on, windows, [v for v in visits if v.room_id == pk], room=r)
            for pk, r in rooms.items()]


def _column(member: Membership, title: str, on: date, windows: list[Window], visits: list[Appointment],
            **whose: Any) -> Column:
    """A column with its visits and the open time between them, from now on."""
    zone = member.practice.time_zone
    standing = [v for v in visits if v.status not in RELEASED]
    taken = [(minute_of(v.occupied_from), minute_of(v.occupied_until)) for v in standing]
    past: Window = (0, -(-minute_of(timezone.now()) // 15) * 15)
    hours = [_on_the_wall(w, on, zone) for w in windows]
    pieces = [Piece("visit", *_on_the_wall((minute_of(v.starts_at), minute_of(v.ends_at)), on, zone), visit=v)
              for v in standing]
    for window in subtract(windows, merge([past, *taken])):
        pieces += open_pieces(*_on_the_wall(window, on, zone))
    return Column(title, on, hours=hours, visits=standing, pieces=pieces, **whose)


def _on_the_wall(window: Window, on: date, zone: str) -> tuple[int, int]:
    """A stretch of time as minutes of that day on the wall; what reaches into the next day ends at midnight."""
    day, at, _ = clock.wall_of(instant_at(window[0]), zone)
    last_day, until, _ = clock.wall_of(instant_at(window[1]), zone)
    begins = at.hour * 60 + at.minute if day == on else 0
    return begins, until.hour * 60 + until.minute if last_day == on else 1440


def _lay_out(columns: list[Column]) -> tuple[int, int]:
    """Place every column's pieces under one set of hours; answers the hours shown."""
    first, last = hours_shown(p for c in columns for p in [*c.pieces, *(Piece("off", a, b) for a, b in c.hours)])
    for column in columns:
        off = off_pieces(column.hours, first) if column.therapist or column.hours else []
        clear = [o for o in off if not any(p.begins < o.ends and p.ends > o.begins for p in column.pieces)]
        column.placed = place([*column.pieces, *clear], first)
    return first, last
