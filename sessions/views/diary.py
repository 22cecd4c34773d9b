"""The diary: a day by therapist or room, a week of one therapist or of everybody, a month. Every view is an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from practice import clock, cookies
from practice.clock import day_begins
from practice.models import Membership, Room
from practice.pages import member_page
from sessions import columns, overviews
from sessions.asked import FIRST_DAY, LAST_DAY, date_or_said, member_of, row_asked, today_at
from sessions.away import absence_of
from sessions.columns import Drawn
from sessions.flags import Flag, flags_of, visits_between
from sessions.forms import therapists_of
from sessions.grid import Piece, Placed, hour_rows, now_row
from sessions.models import Appointment
from sessions.steps import offered
from sessions.undoing import undo_of_step
from sessions.views.moving import quarters

LOOKS = ("day", "rooms", "week", "everybody", "month")
_REMEMBERED_FOR = 365 * 24 * 3600
_COOKIE = "diary"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: a way of looking, a day, a therapist's week, perhaps a visit being moved."""

    look: str
    on: date
    today: date
    whose: Membership | None
    moving: Appointment | None

    @property
    def first(self) -> date:
        """The first day shown."""
        if self.look == "month":
            return self.on.replace(day=1)
        return self.on - timedelta(days=self.on.weekday()) if self.look in ("week", "everybody") else self.on

    @property
    def last(self) -> date:
        """The last day shown."""
        if self.look == "month":
            return overviews.month_after(self.first) - timedelta(days=1)
        return self.first + timedelta(days=6 if self.look in ("week", "everybody") else 0)

    def address(self, look: str | None = None, on: date | None = None, **more: Any) -> str:
        """The query of another look, day or therapist; what is being moved stays picked up."""
        look = look or self.look
        query: dict[str, Any] = {"on": (on or self.on).isoformat(), **_QUERIES[look]}
        if look == "week" and self.whose:
            query["therapist"] = self.whose.pk
        if self.moving:
            query["move"] = self.moving.pk
        query |= more
        return f"?{urlencode({name: value for name, value in query.items() if value})}"


LEGEND = (("proposed", "asked for, not accepted yet; lets go of its time when its hour comes"), ("booked", "stands"),
          ("confirmed", "they said they will come"), ("arrived", "they are here"), ("fulfilled", "took place"),
          ("held", "waits for a therapist; its time is offered to others"))
MARKS = ((Flag("flag", "needs a decision", weighs=True), "the therapist looks at it before the visit"),
         (Flag("clock", "other time asked", weighs=True), "the client cannot come then"),
         (Flag("note", "intake not answered"), "asked, and no answer yet"), (Flag("person", "first visit"), ""),
         (Flag("transport", "transport booked"), "tell them of a new time"),
         (Flag("clients", "carer comes along"), "tell them of a new time"))
CLEARANCE = (Flag("letter", "clearance ends", weighs=True), "a doctor’s word runs out within a month")
KEYS = (("t", "today"), ("d", "day"), ("w", "week"), ("m", "month; on a visit: pick it up"), ("n", "new booking"),
        ("← ↑ ↓ →", "from piece to piece; while one is picked up: a quarter of an hour, or the next column"),
        ("Enter", "open; while one is picked up: put it down"), ("Esc", "leave it where it is"))
_QUERIES = {"day": {"view": "day", "by": "therapist"}, "rooms": {"view": "day", "by": "room"},
            "week": {"view": "week"}, "everybody": {"view": "week", "therapist": "everyone"},
            "month": {"view": "month"}}


@require_safe
@member_page()
def diary(request: HttpRequest) -> HttpResponse:
    """The diary as asked for, else as this person looked at it last; what is on hold stands below."""
    member, asked = member_of(request), _asked(request)
    context = {"room": "diary", "asked": asked, "look": asked.look, "on": asked.on, "first": asked.first,
               "last": asked.last, "is_today": asked.first <= asked.today <= asked.last,
               "undo": None if asked.moving else undo_of_step(request.session.get("undo", ""), member),
               "legend": LEGEND, "marks": (*MARKS, CLEARANCE) if member.may_see_clinical else MARKS, "keys": KEYS,
               **_ways(asked), **_DRAW[asked.look](request, asked)}
    response = render(request, "sessions/diary.html", context)
    if _is_chosen(request):
        cookies.keep(response, _COOKIE, asked.look, seconds=_REMEMBERED_FOR)
    return response


def _is_chosen(request: HttpRequest) -> bool:
    return "view" in request.GET or "by" in request.GET


def _asked(request: HttpRequest) -> Asked:
    """The address read; without a view or a day in it, the look chosen last."""
    member, named = member_of(request), request.GET.get
    today = today_at(member.practice)
    look = "rooms" if named("by") == "room" else "day"
    if named("view") == "month":
        look = "month"
    elif named("view") == "week":
        look = "everybody" if named("therapist") == "everyone" else "week"
    elif not _is_chosen(request) and not named("on"):
        kept = cookies.kept(request, _COOKIE)
        look = kept if kept in LOOKS else "day"
    moving = row_asked(Appointment, member, named("move"), "client", "therapist__user", "room", "service")
    if moving is not None and "move" not in offered(moving, member):
        moving = None
    whose = row_asked(Membership, member, named("therapist"), "user") if look == "week" else None
    if look == "week" and whose is None:
        whose = moving.therapist if moving else member if member.is_therapist else therapists_of(member).first()
    on = date_or_said(request, moving.wall_date if moving else today)
    return Asked(look, on, today, whose, moving)


def _ways(asked: Asked) -> dict[str, Any]:
    """Every other address the page leads to."""
    if asked.look == "month":
        before, after = overviews.month_before(asked.first), overviews.month_after(asked.first)
    else:
        step = timedelta(days=7 if asked.look in ("week", "everybody") else 1)
        before, after = asked.on - step, asked.on + step
    week = "everybody" if asked.look == "everybody" else "week"
    here = reverse("sessions:diary") + asked.address(move="")
    return {"here": asked.address(move=""), "down": asked.address(move=""), "quarters": quarters(asked.moving, here),
            "before_words": _said(asked, before), "after_words": _said(asked, after),
            "unit": {"rooms": "day", "everybody": "week"}.get(asked.look, asked.look),
            "before_url": asked.address(on=max(before, FIRST_DAY)), "after_url": asked.address(on=min(after, LAST_DAY)),
            "today_url": asked.address(on=asked.today),
            "looks": [(look, words, key, asked.address(look)) for look, words, key in (
                ("day", "Day", "d"), ("rooms", "Rooms", ""), (week, "Week", "w"), ("month", "Month", "m"))],
            "jump": [(k, v) for k, v in _QUERIES[asked.look].items()]
            + ([("therapist", asked.whose.pk)] if asked.whose else [])
            + ([("move", asked.moving.pk)] if asked.moving else [])}


def _said(asked: Asked, on: date) -> str:
    """A day, week or month an arrow leads to: "Tue 24", "9–15 Nov", "30 Nov – 6 Dec", "Dec"."""
    shown = replace(asked, on=on)
    if asked.look == "month":
        return clock.MONTHS[on.month - 1]
    if shown.first == shown.last:
        return f"{clock.WEEKDAYS[on.weekday()]} {on.day}"
    first, last = (f"{day.day} {clock.MONTHS[day.month - 1]}" for day in (shown.first, shown.last))
    return f"{shown.first.day}–{last}" if shown.first.month == shown.last.month else f"{first} – {last}"


def _visits(member: Membership, first: date, last: date, all_rooms: list[Room] | None = None) -> list[Any]:
    """The visits of these days with their marks; three queries, and more where a body has to be looked at."""
    zone = member.practice.time_zone
    visits = visits_between(member, day_begins(first, zone), day_begins(last + timedelta(days=1), zone), all_rooms)
    flags, now = flags_of(visits, member), timezone.now()
    for visit in visits:
        absence = absence_of(visit)
        vars(visit).update(flags=flags[visit.pk], may_move=visit.ends_at > now and "move" in offered(visit, member),
                           must_move=reverse("sessions:away", args=absence[:2]) if absence else "")
    return visits


# --- what each look draws ----------------------------------------------------------------------------------------


def _grid(asked: Asked, member: Membership, drawn: Drawn, visits: list[Any]) -> dict[str, Any]:
    """Columns under hours, with where "now" is, and what has no place in them."""
    today, at, _ = clock.wall_of(timezone.now(), member.practice.time_zone)
    now = now_row(at.hour * 60 + at.minute, drawn.first_hour, drawn.last_hour)
    for column in drawn.columns:
        if now and column.on == today:
            after = next((i for i, p in enumerate(column.placed) if p.row > now[0]), len(column.placed))
            column.placed.insert(after, Placed(Piece(f"now q-{now[1]}", 0, 0, clock.said_time(at)), now[0], 1))
    is_now_shown = any(column.on == today for column in drawn.columns)
    mine = [v for v in visits if asked.look != "week" or asked.whose is None or v.therapist_id == asked.whose.pk]
    closed = {column.closed: None for column in drawn.columns if column.closed}
    return {"columns": drawn.columns, "hours": hour_rows(drawn.first_hour, drawn.last_hour),
            "now": (now[0] + 1, now[1], clock.said_time(at)) if now and is_now_shown else None,
            "rows": drawn.last_hour - drawn.first_hour, "scale": drawn.scale, "first_minute": drawn.first_hour * 60,
            "closed": list(closed) if asked.look != "week" else [], "today": today,
            "held": [v for v in mine if v.status == "held"],
            "gone": [v for v in mine if v.status in ("cancelled", "noshow")]}


def _day(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    member = member_of(request)
    visits = _visits(member, asked.on, asked.on)
    return _grid(asked, member, columns.day_by_therapist(member, visits, asked.on), visits)


def _rooms(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    member = member_of(request)
    all_rooms = list(Room.objects.visible_to(member))
    visits = _visits(member, asked.on, asked.on, all_rooms)
    return _grid(asked, member, columns.day_by_room(member, visits, asked.on, all_rooms), visits)


def _week(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    member = member_of(request)
    visits = _visits(member, asked.first, asked.last)
    drawn = columns.week_of(member, visits, asked.first, asked.whose)
    return _grid(asked, member, drawn, visits) | {"everybody": _weeks(asked, list(therapists_of(member)))}


def _weeks(asked: Asked, everybody: list[Membership]) -> list[tuple[str, str, bool]]:
    """Whose weeks there are: name, address, whether it is the one shown."""
    if len(everybody) < 2:
        return []
    return [("Everybody", asked.address("everybody"), asked.look == "everybody"), *(
        (t.user.name, asked.address("week", therapist=t.pk), asked.whose is not None and t.pk == asked.whose.pk)
        for t in everybody)]


def _everybody(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    member = member_of(request)
    visits = _visits(member, asked.first, asked.last)
    days, rows = overviews.week_of_everybody(member, visits, asked.first)
    everybody = [row.therapist for row in rows if row.therapist.is_active and row.therapist.is_therapist]
    return {"days": [(cell, asked.address("day", cell.on)) for cell in days], "today": asked.today,
            "week_rows": [(row, asked.address("week", therapist=row.therapist.pk),
                           [(cell, asked.address("day", cell.on)) for cell in row.cells]) for row in rows],
            "everybody": _weeks(asked, everybody), "held": [v for v in visits if v.status == "held"],
            "gone": [v for v in visits if v.status in ("cancelled", "noshow")]}


def _month(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    month = overviews.month_of(member_of(request), asked.on)
    return {"month": month, "today": asked.today,
            "weeks": [[(cell, asked.address("day", cell.on)) if cell else (None, "") for cell in week]
                      for week in month.weeks]}


_DRAW: dict[str, Callable[[HttpRequest, Asked], dict[str, Any]]] = {
    "day": _day, "rooms": _rooms, "week": _week, "everybody": _everybody, "month": _month}
