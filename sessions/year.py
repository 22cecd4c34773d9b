"""A client's year as one band: visits, holds, episodes and steroid courses, laid out on a line of days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from clients.models import Episode
from practice import clock
from sessions.models import Appointment

MONTHS_BACK, MONTHS_IN_ALL = 8, 12  # whole months: eight before this one, three after it
WIDTH, TICK = 1000.0, 5.0  # units of the drawing: the whole band, one visit

_LOOK = {"fulfilled": "was", "arrived": "was", "held": "held", "cancelled": "gone", "noshow": "gone"}
_SAID = {"was": "took place", "coming": "to come", "held": "on hold", "gone": "did not take place"}


@dataclass(frozen=True, slots=True)
class Tick:
    """One visit: where it begins (0 to WIDTH), how it looks (was, coming, held, gone), and what it says."""

    x: float
    look: str
    said: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days in a row, both included: an episode or a steroid course."""

    x: float
    width: float
    look: str  # "episode" or "steroids"
    said: str


@dataclass(frozen=True, slots=True)
class Month:
    """The first of a month, with its name."""

    x: float
    name: str


@dataclass(frozen=True, slots=True)
class Year:
    """The whole band, and the same in one sentence."""

    ticks: tuple[Tick, ...]
    stretches: tuple[Stretch, ...]
    months: tuple[Month, ...]
    now: float
    said: str

    @property
    def looks(self) -> list[tuple[str, str]]:
        """The kinds of mark that appear, for the legend."""
        seen = {tick.look for tick in self.ticks}
        named = [(look, words) for look, words in _SAID.items() if look in seen]
        kinds = {stretch.look for stretch in self.stretches}
        return named + [(look, words) for look, words in (("episode", "episode"), ("steroids", "steroid course"))
                        if look in kinds]


def span_around(today: date) -> tuple[date, date]:
    """The first day of the band and the day after its last: twelve whole months."""
    first = _month_from(today, -MONTHS_BACK)
    return first, _month_from(first, MONTHS_IN_ALL)


def _month_from(on: date, months: int) -> date:
    """The first of the month so many months away."""
    count = on.year * 12 + on.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def year_of(visits: Sequence[Appointment], episodes: Iterable[Episode], today: date) -> Year:
    """Lay out visits and episodes; what lies outside the band is cut off at its ends."""
    first, end = span_around(today)
    per_day = WIDTH / (end - first).days

    def at(on: date) -> float:
        return round((min(max(on, first), end) - first).days * per_day, 1)

    ticks = tuple(_tick(visit, at(visit.wall_date) + (per_day - TICK) / 2) for visit in visits)
    stretches = tuple(
        Stretch(at(begun), round(at(ended + timedelta(days=1)) - at(begun), 1), look, said)
        for begun, ended, look, said in _stretches(episodes, today) if ended >= first and begun < end)
    begun = [_month_from(first, n) for n in range(MONTHS_IN_ALL)]
    months = tuple(Month(at(on), clock.MONTHS[on.month - 1]) for on in begun)
    return Year(ticks, stretches, months, round(at(today) + per_day / 2, 1), _said(ticks, stretches))


def _tick(visit: Appointment, x: float) -> Tick:
    look = _LOOK.get(visit.status, "coming")
    return Tick(round(x, 1), look, f"{visit.said}: {_SAID[look]}")


def _stretches(episodes: Iterable[Episode], today: date) -> Iterable[tuple[date, date, str, str]]:
    for episode in episodes:
        if episode.status == Episode.Status.NOT_A_RELAPSE:
            continue
        ended = episode.ended_on or max(today, episode.onset_on)
        days = f"{clock.said_date(episode.onset_on)} to {clock.said_date(ended)}" if episode.ended_on else (
            f"since {clock.said_date(episode.onset_on)}")
        yield episode.onset_on, ended, "episode", f"{episode.get_kind_display()}, {days}"
        if episode.steroids_until and episode.steroids_until >= episode.onset_on:
            yield (episode.onset_on, episode.steroids_until, "steroids",
                   f"Steroid course until {clock.said_date(episode.steroids_until)}")


def _said(ticks: Sequence[Tick], stretches: Sequence[Stretch]) -> str:
    counts = {look: sum(tick.look == look for tick in ticks) for look in _SAID}
    visits = ", ".join(f"{count} {_SAID[look]}" for look, count in counts.items() if count)
    told = "; ".join(stretch.said for stretch in stretches)
    return f"Visits: {visits or 'none'}.{f' {told}.' if told else ''}"
