"""What the cells of a list say: days in three orders, times, yes and no; what cannot be read says how to write it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone

from clients.search import folded
from practice.fields import FIRST_YEAR, LAST_YEAR

ORDERS = {"dmy": "day, month, year (31/12/2026)", "mdy": "month, day, year (12/31/2026)",
          "ymd": "year, month, day (2026-12-31)"}
_EXAMPLES = {"dmy": "31/12/1970", "mdy": "12/31/1970", "ymd": "1970-12-31"}
_DAY = re.compile(r"(\d{1,4})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,4})\.?(?=\D|$)")
_IN_WORDS = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th|er|\.)?(?:\s+de)?[\s-]+([^\W\d]{3,12})\.?|([^\W\d]{3,12})\.?\s+"
                       r"(\d{1,2})(?:st|nd|rd|th)?),?(?:\s+de)?[\s-]+(\d{4})")
_TIME = re.compile(r"(\d{1,2})\s*(?:[:.h]\s*(\d{2})(?::\d{2}(?:\.\d+)?)?)?\s*h?\s*([ap])?\.?m?\.?(?: uhr)?",
                   re.IGNORECASE)
# An offset: behind a space, behind seconds, or where an ISO time ends; 09:30-10:30 is a stretch of time.
_OFFSET = re.compile(r"(?:\s*(z|utc|gmt)|(?:\s+|(?<=:\d\d:\d\d)|(?<=\.\d{3})|(?<=\.\d{6}))([+-]\d{2}:?\d{2}))$",
                     re.IGNORECASE)
_MONTHS = {"jan": 1, "ene": 1, "fev": 2, "feb": 2, "mar": 3, "mrz": 3, "apr": 4, "avr": 4, "abr": 4, "may": 5, "mai": 5,
           "jun": 6, "juin": 6, "jul": 7, "juil": 7, "aug": 8, "aou": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10,
           "okt": 10, "nov": 11, "dec": 12, "dez": 12, "dic": 12}
YES = frozenset(("yes", "y", "true", "1", "x", "on", "si", "oui", "ja", "agreed", "accepted", "given", "wahr", "vrai",
                 "verdadero", "v"))
NO = frozenset(("", "no", "n", "false", "0", "off", "non", "nein", "none", "declined", "never", "rejected", "nicht",
                "falsch", "faux", "falso", "-"))


class Unreadable(ValueError):
    """A cell that cannot be read; the words say how to write it."""


def said_yes(text: str) -> bool | None:
    """Whether a cell says yes; None where it says something else."""
    word = folded(text.strip())
    return True if word in YES else False if word in NO else None


def order_of(cells: Iterable[str]) -> set[str]:
    """The orders all these days can be read in: one where a single cell decides; none where they contradict each other.

    Days that are none in any order, those that begin with the year and those in words say nothing of the others.
    """
    possible, is_open = set(ORDERS), False
    for cell in cells:
        found = _DAY.match(cell.strip())
        if found is None or len(found[1]) > 2:
            continue
        if orders := {order for order in ORDERS if _from_numbers(found, order)}:
            possible, is_open = possible & orders, True
    return possible if is_open else {"ymd"}


def day_in(text: str, order: str, *, latest: date | None = None) -> date:
    """The day a cell says. Two figures for a year are of this century, or the last one where that lies after `latest`.
    """
    cell = text.strip()
    if (found := _DAY.match(cell)) and (day := _from_numbers(found, order, latest)):
        return day
    if (words := _IN_WORDS.search(folded(cell))) and (day := _from_words(words)):
        return day
    raise Unreadable(f"Write a day of the calendar, in the order of the others: {_EXAMPLES.get(order, '1970-12-31')}.")


def time_in(text: str) -> time:
    """The time of day a cell says: “9:30”, “9.30”, “2 pm”, “14h30”, “14:30 Uhr”."""
    found = _TIME.fullmatch(folded(text.strip()))
    if found and (found[2] or found[3]):
        hour, minute = int(found[1]), int(found[2] or 0)
        if found[3] and 1 <= hour <= 12:
            hour = hour % 12 + (12 if found[3].lower() == "p" else 0)
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise Unreadable("Write the time as hours and minutes: 14:30.")


def moment_in(text: str, order: str) -> tuple[date, time | None, datetime | None]:
    """Day and time of one cell; the time is None where there is none, and the instant is known where an offset stands.
    """
    cell = text.strip()
    if re.match(r"\d{4}-\d\d-\d\d[T ]", cell):
        cell = re.sub(r"(T\d\d:\d\d)([+-])|( \d\d:\d\d)(\+)", r"\1\3 \2\4", cell)
        cell = re.sub(r"^(\S{10})T", r"\1 ", cell)
    offset = _OFFSET.search(cell)
    if offset and ":" in cell[:offset.start()]:
        cell = cell[:offset.start()]
    else:
        offset = None
    on = day_in(cell, order)
    ends = max((found.end() for found in (_DAY.match(cell), _IN_WORDS.search(folded(cell))) if found), default=0)
    rest = cell[ends:].lstrip(" ,-–").removeprefix("at ").removeprefix("um ").strip()
    at = time_in(rest) if rest else None
    if offset is None or at is None:
        return on, at, None
    return on, at, datetime.combine(on, at, _zone(offset[1] or offset[2])).astimezone(UTC)


def number_in(text: str) -> int:
    """A whole number of minutes: “45”, “45 min”, “0:45”, “1h 30m”, “1:30:00”."""
    word = folded(text.strip())
    if found := re.fullmatch(r"(\d{1,3})(?:\.0+)?\s*(?:m|min|mins|minute|minutes|minuten|minutos)?\.?", word):
        return int(found[1])
    if found := re.fullmatch(r"(\d{1,2})\s*(?:h|hr|hrs|hour|hours|:)\s*(\d{2})?\s*(?:m|min)?(?::00)?", word):
        return int(found[1]) * 60 + int(found[2] or 0)
    raise Unreadable("Write the minutes as a number: 45.")


def _from_numbers(found: re.Match[str], order: str, latest: date | None = None) -> date | None:
    parts = dict(zip("ymd" if len(found[1]) > 2 else order, found.groups(), strict=True))
    year = int(parts["y"])
    if len(parts["y"]) not in (2, 4) or (len(parts["y"]) == 4 and not FIRST_YEAR <= year <= LAST_YEAR):
        return None
    try:
        day = date(year + 2000 if len(parts["y"]) == 2 else year, int(parts["m"]), int(parts["d"]))
        return day.replace(year=day.year - 100) if len(parts["y"]) == 2 and latest and day > latest else day
    except ValueError:
        return None


def _from_words(found: re.Match[str]) -> date | None:
    name = found[2] or found[3]
    month = _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])
    if not FIRST_YEAR <= int(found[5]) <= LAST_YEAR:
        return None
    try:
        return date(int(found[5]), month or 0, int(found[1] or found[4]))
    except ValueError:
        return None


def _zone(words: str) -> timezone:
    if words.lower() in ("z", "utc", "gmt"):
        return UTC
    hours, minutes = int(words[1:3]), int(words[-2:])
    if hours > 14 or minutes > 59:
        raise Unreadable(f"{words} is no difference to UTC; the largest there is is +14:00.")
    return timezone((1 if words[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
