"""What stands in a column of the diary: `{% pieces column %}`. Set here since a full day has hundreds of them.

A template for each would cost most of the page's time, and so would asking of every id and number whether it needs
escaping: words are escaped where they are put in. State and marks are an icon and a word each; the scripts read where
a piece stands from data-*.
"""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from practice import clock
from practice.templatetags.marks import chip, icon
from sessions.columns import Column
from sessions.grid import Placed

register = template.Library()
_NOBODY = UUID(int=0)


@register.simple_tag(takes_context=True)
def pieces(context: Any, column: Column) -> SafeString:
    """Visits, open time to book or to move to, time off, and the line of now. Reads `asked` and `here`."""
    asked, here = context["asked"], context["here"]
    return mark_safe("".join(_piece(placed, column, asked, here) for placed in column.placed))


def _piece(placed: Placed, column: Column, asked: Any, here: str) -> str:
    kind, row = placed.piece.kind, placed.row
    if kind == "visit":
        return _visit(placed, asked)
    if kind == "open":
        return _open(placed, column, asked, here)
    words = escape(placed.piece.words)
    if kind == "off":
        return f'<li class="r-{row} h-{placed.span}"><div class="diary-off">{words}</div></li>'
    return f'<li class="diary-now r-{row} {kind}" aria-hidden="true"><span>{words} now</span></li>'


def _visit(placed: Placed, asked: Any) -> str:
    visit = placed.piece.visit
    at, name = clock.said_time(visit.wall_time), escape(visit.client.name)
    marks = " is-picked" if asked.moving and visit.pk == asked.moving.pk else ""
    marks += " is-displaced" if visit.must_move else ""
    carried = (f' data-move="{_address("sessions:appointment_move", visit.pk)}" data-minutes="{visit.minutes}"'
               f' data-begins="{placed.piece.begins}" data-therapist="{visit.therapist_id}"'
               f' data-name="{name}"') if visit.may_move else ""
    return (f'<li class="r-{placed.row} h-{placed.span}{marks}"{carried}>{_card(visit, at, name, asked.look)}'
            f"{_pick_up(visit, at, name, asked.look) if visit.may_move else ''}"
            f"{_must_move(visit, at, name) if visit.must_move else ''}</li>")


def _card(visit: Any, at: str, name: str, look: str) -> str:
    """The visit itself: when, who, its state, where or with whom, and its marks."""
    state: str = chip(visit.status)
    if visit.status == "proposed" and visit.expires_at:
        day, until, _ = clock.wall_of(visit.expires_at, visit.time_zone)
        state = (f'<span class="chip chip--quiet">{icon("dashed")}{"asked" if visit.reserved_by_id else "requested"} '
                 f"until {clock.WEEKDAYS[day.weekday()]} {clock.said_time(until)}</span>")
    where = escape(visit.therapist.user.name if look == "rooms" else visit.room.name)
    flags = "".join(f' <span class="chip {"chip--clay" if flag.weighs else "chip--plain"}">{icon(flag.icon)}'
                    f"{escape(flag.words)}</span>" for flag in visit.flags)
    weighs = " has-mark" if visit.flags and visit.flags[0].weighs else ""
    return (f'<a class="diary-visit is-{visit.status}{weighs}" href="{_address("sessions:appointment", visit.pk)}">'
            f'<strong><span class="time">{at}</span> <bdi>{name}</bdi></strong> {state} '
            f'<span class="diary-visit__where">{where}</span>{flags}</a>')


def _pick_up(visit: Any, at: str, name: str, look: str) -> str:
    """The link that begins a move: the same look, with this visit picked up."""
    how = f"view=week&amp;therapist={visit.therapist_id}" if look == "week" else (
        f"view=day&amp;by={'room' if look == 'rooms' else 'therapist'}")
    return (f'<a class="diary-move" href="?on={visit.wall_date.isoformat()}&amp;{how}&amp;move={visit.pk}">'
            f'{icon("move")}<span class="diary-move__word">Move<span class="sr"> {name}, {at}</span></span></a>')


def _must_move(visit: Any, at: str, name: str) -> str:
    return (f'<a class="diary-must" href="{visit.must_move}">{icon("move")}must move'
            f'<span class="sr">: {name}, {at}</span></a>')


def _open(placed: Placed, column: Column, asked: Any, here: str) -> str:
    """Open time: where what is picked up may go, else where something is booked."""
    query: dict[str, Any] = {"on": column.on.isoformat(), "at": placed.time}
    if asked.moving:
        query["therapist"] = column.therapist.pk if column.therapist else asked.moving.therapist_id
        query |= {"room": column.room.pk} if column.room else {}
        query |= {"next": f"{reverse('sessions:diary')}{here}"}
        url, verb = _address("sessions:appointment_move", asked.moving.pk), "Move to"
        more, look = " diary-open--here", " data-look"
    else:
        query["therapist"] = column.therapist.pk if column.therapist else ""
        query |= {"room": column.room.pk} if column.room and not column.therapist else {}
        url, verb, more, look = _address("sessions:book"), "Book", "", ""
    return (f'<li class="r-{placed.row} h-{placed.span}"><a class="diary-open{more}" '
            f'href="{url}?{escape(urlencode(query))}"{look}><span><span class="diary-open__verb">{verb} </span>'
            f"{placed.time}</span></a></li>")


def _address(name: str, pk: Any = None) -> str:
    """The address of a page, worked out once and filled in for each visit."""
    return _pattern(name, bool(pk)).replace(str(_NOBODY), str(pk)) if pk else _pattern(name, False)


@cache
def _pattern(name: str, has_key: bool) -> str:
    return reverse(name, args=[_NOBODY] if has_key else [])
