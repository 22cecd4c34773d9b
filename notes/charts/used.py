"""Which techniques were used visit after visit, for the bands under a chart's days. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from notes.charts import GAP, Band, Stretch, Used, used_most
from practice.techniques import TECHNIQUES


def techniques_used(done: Iterable[tuple[date, str]], bands: Sequence[Band]) -> tuple[Used, ...]:
    """Each technique as stretches of visits, that of the most visits first, from the day and code of each row given.

    A visit without it, visits on hold or weeks without a visit end a stretch.
    """
    by_day: dict[date, set[str]] = {}
    for on, technique in done:
        by_day.setdefault(on, set()).add(technique)
    found: dict[str, list[Stretch]] = {}
    earlier: date | None = None
    for on in sorted(by_day):
        goes_on = earlier is not None and (on - earlier).days <= GAP and not any(
            band.kind == "hold" and earlier < band.last and band.first < on for band in bands)
        for technique in by_day[on]:
            stretches = found.setdefault(technique, [])
            if goes_on and stretches and stretches[-1].last == earlier:
                stretches[-1] = replace(stretches[-1], last=on, visits=stretches[-1].visits + 1)
            else:
                stretches.append(Stretch(on, on, 1))
        earlier = on
    return tuple(used_most([Used(_begun(TECHNIQUES[code].name), tuple(found[code])) for code in found if code]))


def _begun(name: str) -> str:
    return name[:1].upper() + name[1:]
