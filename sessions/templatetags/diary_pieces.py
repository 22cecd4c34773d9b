"""What stands in a column of the diary: `{% piece placed column %}`. Set here since a full day has hundreds of them.

A template of its own for each would cost most of the page's time. State and marks are an icon and a word each; the
scripts read where a piece stands from data-*.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from practice import clock
from practice.templatetags.marks import chip, icon
from sessions.columns import Column
from sessions.grid import Placed

register = template.Library()
_NOBODY = UUID(int=0)


@register.simple_tag(takes_context=True)
def piece(context: Any, placed: Placed, column: Column) -> SafeString:
    """A visit, open time to book or to move to, time off, or the line of now. Reads `asked` and `here`."""
    kind = placed.piece.kind
    if kind == "visit":
        return _visit(placed, context["asked"])
    if kind == "open":
        return _open(placed, column, context["asked"], context["here"])
    if kind == "off":
        return format_html('<li class="r-{} h-{}"><div class="diary-off">{}</div></li>', placed.row, placed.span,
                           placed.piece.words)
    return format_html('<li class="diary-now r-{} {}" aria-hidden="true"><span>{} now</span></li>', placed.row, kind,
                       placed.piece.words)


def _visit(placed: Placed, asked: Any) -> SafeString:
    visit = placed.piece.visit
    at = clock.said_time(visit.wall_time)
    marks = " is-picked" if asked.moving and visit.pk == asked.moving.pk else ""
    carried = format_html(
        ' data-move="{}" data-minutes="{}" data-begins="{}" data-therapist="{}" data-name="{}"',
        _address("sessions:appointment_move", visit.pk), visit.minutes, placed.piece.begins, visit.therapist_id,
        visit.client.name) if visit.may_move else ""
    return format_html(
        '<li class="r-{} h-{}{}{}"{}>{}{}{}</li>', placed.row, placed.span, marks,
        " is-displaced" if visit.must_move else "", carried, _card(visit, at, asked.look),
        _pick_up(visit, at, asked.look) if visit.may_move else "", _must_move(visit, at) if visit.must_move else "")


def _card(visit: Any, at: str, look: str) -> SafeString:
    """The visit itself: when, who, its state, where or with whom, and its marks."""
    state = chip(visit.status)
    if visit.status == "proposed" and visit.expires_at:
        day, until, _ = clock.wall_of(visit.expires_at, visit.time_zone)
        state = format_html('<span class="chip chip--quiet">{}{} until {} {}</span>', icon("dashed"),
                            "asked" if visit.reserved_by_id else "requested", clock.WEEKDAYS[day.weekday()],
                            clock.said_time(until))
    return format_html(
        '<a class="diary-visit is-{}{}" href="{}"><strong><span class="time">{}</span> <bdi>{}</bdi></strong> {} '
        '<span class="diary-visit__where">{}</span>{}</a>',
        visit.status, " has-mark" if visit.flags and visit.flags[0].weighs else "",
        _address("sessions:appointment", visit.pk), at, visit.client.name, state,
        visit.therapist.user.name if look == "rooms" else visit.room.name,
        format_html_join("", ' <span class="chip {}">{}{}</span>', (
            ("chip--clay" if flag.weighs else "chip--plain", icon(flag.icon), flag.words) for flag in visit.flags)))


def _pick_up(visit: Any, at: str, look: str) -> SafeString:
    """The link that begins a move: the same look, with this visit picked up."""
    how = f"view=week&therapist={visit.therapist_id}" if look == "week" else (
        f"view=day&by={'room' if look == 'rooms' else 'therapist'}")
    return format_html(
        '<a class="diary-move" href="?on={}&amp;{}&amp;move={}">{}<span class="diary-move__word">Move'
        '<span class="sr"> {}, {}</span></span></a>',
        visit.wall_date.isoformat(), how, visit.pk, icon("move"), visit.client.name, at)


def _must_move(visit: Any, at: str) -> SafeString:
    return format_html('<a class="diary-must" href="{}">{}must move<span class="sr">: {}, {}</span></a>',
                       visit.must_move, icon("move"), visit.client.name, at)


def _open(placed: Placed, column: Column, asked: Any, here: str) -> SafeString:
    """Open time: where what is picked up may go, else where something is booked."""
    on, at = column.on.isoformat(), placed.time
    if asked.moving:
        whose = column.therapist.pk if column.therapist else asked.moving.therapist_id
        query = {"on": on, "at": at, "therapist": whose}
        query |= {"room": column.room.pk} if column.room else {}
        query |= {"next": f"{reverse('sessions:diary')}{here}"}
        url, verb, more = _address("sessions:appointment_move", asked.moving.pk), "Move to", " diary-open--here"
    else:
        query = {"on": on, "at": at, "therapist": column.therapist.pk if column.therapist else ""}
        query |= {"room": column.room.pk} if column.room and not column.therapist else {}
        url, verb, more = _address("sessions:book"), "Book", ""
    return format_html(
        '<li class="r-{} h-{}"><a class="diary-open{}" href="{}?{}"{}><span><span class="diary-open__verb">{} </span>'
        "{}</span></a></li>", placed.row, placed.span, more, url, urlencode(query),
        mark_safe(" data-look") if asked.moving else "", verb, at)


def _address(name: str, pk: Any = None) -> str:
    """The address of a page, worked out once and filled in for each visit."""
    return _pattern(name, bool(pk)).replace(str(_NOBODY), str(pk)) if pk else _pattern(name, False)


@cache
def _pattern(name: str, has_key: bool) -> str:
    return reverse(name, args=[_NOBODY] if has_key else [])
