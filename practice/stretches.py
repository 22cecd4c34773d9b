"""Stretches of a day on the wall clock, as people type and say them; and times of validity. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import pairwise

from practice import clock

Stretch = tuple[time, time]

_ONE = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(?:-|–|—|to|until)\s*(\d{1,2})(?:[:.h](\d{2}))?", re.ASCII)
EXAMPLE = "09:00–12:00, 13:00–17:00"


def stretches_from(typed: str) -> list[Stretch]:
    """What somebody typed, "9-12, 13:00–17:30", in order of time; nothing for an empty line.

    Refuses, as ValueError in words, what is no time, ends before it begins, or overlaps another stretch.
    """
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;]|\band\b", typed.lower()))):
        match = _ONE.fullmatch(part)
        if match is None:
            raise ValueError(f"“{part[:40]}” is not understood. Write hours like {EXAMPLE}.")
        found.append((_time(match[1], match[2]), _time(match[3], match[4])))
    return in_order(found)


def in_order(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same by time; refuses, as ValueError in words, one that ends before it begins and two that overlap."""
    found = sorted(stretches)
    for opens, closes in found:
        if closes == opens:
            raise ValueError(f"{said([(opens, closes)])} is no time at all. Write when it ends.")
        if closes < opens:
            raise ValueError(f"{clock.said_time(closes)} is before {clock.said_time(opens)}: work ends later.")
    for before, after in pairwise(found):
        if after[0] < before[1]:
            raise ValueError(f"{said([before])} and {said([after])} overlap. Write them as one, or leave a gap.")
    return found


def said(stretches: Iterable[Stretch]) -> str:
    """Stretches in words, as they can be typed again: "09:00–12:00, 13:00–17:00"."""
    return ", ".join(f"{clock.said_time(opens)}–{clock.said_time(closes)}" for opens, closes in stretches)


def _time(hour: str, minute: str | None) -> time:
    try:
        return time(int(hour), int(minute or 0))
    except ValueError:
        raise ValueError(f"{hour}:{minute or '00'} is not a time of day. Write hours like {EXAMPLE}.") from None


@dataclass(frozen=True, slots=True)
class Validity:
    """From which date until which something holds, both included; None is without end."""

    since: date | None = None
    until: date | None = None


def left_of(held: Validity, since: date, until: date | None) -> Sequence[Validity]:
    """What is left of a time of validity when another takes `since` to `until`: the part before, the part after."""
    day = timedelta(days=1)
    if (held.until and held.until < since) or (until and held.since and held.since > until):
        return [held]
    before = [replace(held, until=since - day)] if held.since is None or held.since < since else []
    after = [replace(held, since=until + day)] if until and (held.until is None or held.until > until) else []
    return [*before, *after]
