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
from practice.templatetags.marks import STATES, icon
from sessions.columns import Column
from sessions.grid import Placed, time_words

register = template.Library()
_NOBODY = UUID(int=0)


@register.simple_tag(takes_context=True)
def pieces(context: Any, column: Column) -> SafeString:
    """Visits, open time to book or to move to, time off, and the line of now. Reads `asked`, `here` and `scale`."""
    asked, here, more = context["asked"], context["here"], "is-fine" in context["scale"]
    return mark_safe("".join(_piece(placed, column, asked, here, more) for placed in column.placed))


def _piece(placed: Placed, column: Column, asked: Any, here: str, is_fine: bool) -> str:
    kind, row = placed.piece.kind, placed.row
    if kind == "visit":
        return _visit(placed, asked, is_fine)
    if kind == "open":
        return _open(placed, column, asked, here)
    words = escape(placed.piece.words)
    if kind == "off":
        return f'<li class="r-{row} h-{placed.span}"><div class="diary-off">{words}</div></li>'
    return f'<li class="diary-now r-{row} {kind}" aria-hidden="true"><span>{words} now</span></li>'


def _visit(placed: Placed, asked: Any, is_fine: bool) -> str:
    visit, rows = placed.piece.visit, placed.own
    if visit.must_move and not placed.below:  # “must move” takes the room of a row
        rows = max(min(rows, 2), rows - 1)
    if is_fine and rows > 1:
        rows += 1
    at, name = clock.said_time(visit.wall_time), escape(visit.client.name)
    marks = " is-picked" if asked.moving and visit.pk == asked.moving.pk else ""
    marks += f" is-displaced b-{placed.below}" if visit.must_move else ""
    carried = (f' data-move="{_address("sessions:appointment_move", visit.pk)}" data-minutes="{visit.minutes}"'
               f' data-begins="{placed.piece.begins}" data-therapist="{visit.therapist_id}"'
               f' data-name="{name}"') if visit.may_move else ""
    return (f'<li class="r-{placed.row} h-{placed.span}{marks}"{carried}>{_card(visit, at, name, asked.look, rows)}'
            f"{_pick_up(visit, at, name, asked.look) if visit.may_move else ''}"
            f"{_must_move(visit, at, name) if visit.must_move else ''}</li>")


def _card(visit: Any, at: str, name: str, look: str, rows: int) -> str:
    """The visit itself: when, who, its state, its marks, where or with whom.

    With few `rows` it shows icons without their words, and as much of a name as there is room for: the title says it
    all.
    """
    tone, sign, state = STATES[visit.status]
    if visit.status == "proposed" and visit.expires_at:
        day, until, _ = clock.wall_of(visit.expires_at, visit.time_zone)
        state = (f"{'asked' if visit.reserved_by_id else 'requested'} until {clock.WEEKDAYS[day.weekday()]} "
                 f"{clock.said_time(until)}")
    where = escape(visit.therapist.user.name if look == "rooms" else visit.room.name)
    marks = [(f"chip--{tone} diary-visit__state", sign, state),
             *((f"chip--{'clay' if flag.weighs else 'plain'}", flag.icon, escape(flag.words)) for flag in visit.flags)]
    chips = " ".join(f'<span class="chip {tone}">{icon(sign)}<span>{words}</span></span>'
                     for tone, sign, words in marks)
    weighs = " has-mark" if visit.flags and visit.flags[0].weighs else ""
    title = ", ".join((f"{at} {name}", *(words for _, _, words in marks), where))
    return (f'<a class="diary-visit is-{visit.status} n-{min(4, rows)}{weighs}" '
            f'href="{_address("sessions:appointment", visit.pk)}">'
            f'<span class="diary-visit__in" title="{title}"><strong><span class="time">{at}</span> <bdi>{name}</bdi>'
            f'</strong> <span class="diary-visit__more">{chips} <span class="diary-visit__where">{where}</span></span>'
            "</span></a>")


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
    late = " is-late" if placed.is_late else ""
    whole = _stretch(placed.piece.stretch, query, url) if placed.piece.stretch and not asked.moving else ""
    return (f'{whole}<li class="r-{placed.row} h-{placed.span}{late}"><a class="diary-open{more}" '
            f'href="{url}?{escape(urlencode(query))}"{look}><span><span class="diary-open__verb">{verb} </span>'
            f"{placed.time}</span></a></li>")


def _stretch(stretch: tuple[int, int], query: dict[str, Any], url: str) -> str:
    """All of an open time in one line, on a phone instead of its pieces; the time itself is chosen while booking."""
    said = f"{time_words(stretch[0])}–{time_words(stretch[1])}"
    return (f'<li class="diary-stretch"><span>Open {said}</span><a class="more" '
            f'href="{url}?{escape(urlencode(query | {"at": time_words(stretch[0])}))}">Book'
            f'<span class="sr">, open {said}</span></a></li>')


def _address(name: str, pk: Any = None) -> str:
    """The address of a page, worked out once and filled in for each visit."""
    return _pattern(name, bool(pk)).replace(str(_NOBODY), str(pk)) if pk else _pattern(name, False)


@cache
def _pattern(name: str, has_key: bool) -> str:
    return reverse(name, args=[_NOBODY] if has_key else [])
