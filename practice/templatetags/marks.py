"""Icons and states in templates: `{% icon "clock" %}`, `{% chip visit.status %}`. Loaded everywhere (settings.py).

And what a page in another language needs: times as its reader says them, addresses that keep the wish for English.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from practice import clock, page_language

register = template.Library()

# The state of a thing: colour, icon and word. Colour only supports the other two.
STATES = {
    "proposed": ("quiet", "dashed", "proposed"),
    "booked": ("accent", "circle", "booked"),
    "confirmed": ("accent", "dot", "confirmed"),
    "arrived": ("moss", "person", "arrived"),
    "fulfilled": ("moss", "check", "done"),
    "cancelled": ("quiet", "cross", "cancelled"),
    "noshow": ("clay", "absent", "did not come"),
    "held": ("clay", "hold", "On hold: time released"),
    "waiting": ("quiet", "clock", "waiting"),
    "sending": ("accent", "send", "sending"),
    "sent": ("moss", "check", "sent"),
    "failed": ("brick", "flag", "did not arrive"),
    "skipped": ("quiet", "skip", "not sent"),
    "delivered": ("moss", "moss-check", "arrived there"),
    "bounced": ("brick", "undo", "came back"),
    "complained": ("clay", "stop", "not wanted"),
    "undelivered": ("brick", "flag", "did not arrive"),
    "draft": ("clay", "pen", "draft"),
    "signed": ("moss", "lock", "signed"),
    "suspected": ("clay", "flag", "possible"),
    "recovering": ("accent", "arrow-up", "recovering"),
    "resolved": ("moss", "moss-check", "resolved"),
    "not_a_relapse": ("quiet", "info", "not a relapse"),
    "applied": ("moss", "check", "applied"),
    "undone": ("quiet", "undo", "undone"),
    "stale": ("clay", "clock", "out of date"),
    "expired": ("quiet", "clock", "expired"),
    "superseded": ("quiet", "skip", "replaced"),
    "requested": ("clay", "letter", "asked"),
    "granted": ("moss", "moss-check", "granted"),
    "refused": ("brick", "stop", "refused"),
    "received": ("accent", "letter", "answered"),
    "open": ("moss", "circle", "open"),
    "offered": ("accent", "send", "offered"),
    "withdrawn": ("quiet", "undo", "withdrawn"),
    "given": ("moss", "moss-check", "given"),
    "planned": ("clay", "dashed", "planned, not confirmed"),
    "left-out": ("quiet", "skip", "left out"),
    "revoked": ("quiet", "cross", "closed"),
    "amended": ("accent", "pen", "amended"),
}


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """One icon of our sprite (static/practice/icons.svg).

    The word beside it carries the meaning, and the icon is hidden from screen readers; `label` says it aloud where
    there is no word. `size` may be "large".
    """
    return _icon(str(name), str(label), str(size))


@register.simple_tag
def chip(status: str, label: str = "") -> SafeString:
    """A state as icon and word; `label` says other words than ours. A state nobody described keeps its own name."""
    return _chip(str(status), str(label))


@register.filter
def said(row: Any) -> str:
    """When a visit or an offer is, as the reader of this page says it: `{{ visit|said }}`."""
    text: str = row.said_in(page_language.page_language())
    return text


@register.filter
def said_day(on: date) -> str:
    """A day as the reader of this page says it: "Tue 24 Nov", "mar 24 nov"."""
    return page_language.said_date(on)


@register.filter
def said_weekday(on: date) -> str:
    """The weekday of a day as the reader of this page says it: "Tue", "mar"."""
    return clock.said_weekday(on, page_language.page_language())


@register.simple_tag(takes_context=True)
def way(context: template.Context, address: str) -> str:
    """An address of ours within a page behind a link: `href="{% way '?say=unwell' %}"`."""
    return page_language.way_on(context.get("request"), address)


@register.simple_tag(takes_context=True)
def also_english(context: template.Context) -> SafeString:
    """What an address that has a query already goes on with, where this page is read in English by wish."""
    return mark_safe("&amp;lang=en" if page_language.reads_english(context.get("request")) else "")


@register.simple_tag(takes_context=True)
def language_foot(context: template.Context) -> dict[str, Any]:
    """What the foot says about the language of the page (components/language.html)."""
    return page_language.language_foot(context.get("request"))


@register.simple_tag
def page_lang() -> str:
    """The language of the page, for `<html lang>`."""
    return page_language.page_language()


@lru_cache(512)
def _chip(status: str, label: str) -> SafeString:
    tone, name, word = STATES.get(status, ("quiet", "circle", status))
    return format_html('<span class="chip chip--{}">{}{}</span>', tone, icon(name), label or word)


@lru_cache(512)
def _icon(name: str, label: str, size: str) -> SafeString:
    aloud = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" {} focusable="false" width="20" height="20"><use href="{}#{}"/></svg>',
        f" icon--{size}" if size else "", aloud, static("practice/icons.svg"), name)
