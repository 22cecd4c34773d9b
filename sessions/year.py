"""A client's year as one band: visits, episodes, holds, steroid courses and readings, laid out on one line of days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from clients.models import Client, Episode, EpisodeStep
from practice import clock
from practice.models import Membership
from sessions.models import Appointment
from sessions.year_band import CURVE, EDGE, SAID, TICK, WIDTH, Curve, Month, MonthRow, Stretch, Tick, Year

Status = Episode.Status
MONTHS_BACK, MONTHS_IN_ALL = 8, 12  # whole months: eight before this one, three after it

_LOOK = {"fulfilled": "was", "arrived": "was", "held": "held", "proposed": "asked", "cancelled": "gone",
         "noshow": "gone"}


@dataclass(frozen=True, slots=True)
class Readings:
    """One measure over time: its name and scale, and what was read on which day."""

    name: str
    low: float
    high: float
    points: tuple[tuple[date, float], ...]


# The record, a room to the right, registers here what it may show this member of a client between two days.
READINGS: list[Callable[[Membership, Client, date, date], Sequence[Readings]]] = []


def span_around(today: date) -> tuple[date, date]:
    """The first day of the band and the day after its last: twelve whole months, three of them to come."""
    first = _month_from(today, -MONTHS_BACK)
    return first, _month_from(first, MONTHS_IN_ALL)


def span_before(last: date) -> tuple[date, date]:
    """The same for a letter: twelve whole months, that of `last` being the last one."""
    first = _month_from(last, 1 - MONTHS_IN_ALL)
    return first, _month_from(first, MONTHS_IN_ALL)


def _month_from(on: date, months: int) -> date:
    """The first of the month so many months away."""
    count = on.year * 12 + on.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def holds_left(episodes: Iterable[Episode]) -> dict[UUID, date]:
    """Since when episodes hold no visits any more because recovery began, by id."""
    may_have = [e.pk for e in episodes if e.confirmed_on and e.status not in (Status.CONFIRMED, Status.NOT_A_RELAPSE)]
    if not may_have:
        return {}
    steps = EpisodeStep.objects.filter(episode__in=may_have, status=Status.RECOVERING)
    return dict(steps.values_list("episode_id", "on"))


def days_held(episode: Episode, left: Mapping[UUID, date]) -> tuple[date, date] | None:
    """The first and the last day on which this episode holds visits, None where it holds none; `left`: see above."""
    if not (episode.holds_visits and episode.confirmed_on and episode.hold_until):
        return None
    last = min(episode.hold_until, left.get(episode.pk, date.max), episode.ended_on or date.max) - timedelta(days=1)
    return (episode.confirmed_on, last) if last >= episode.confirmed_on else None


def year_of(visits: Sequence[Appointment], episodes: Iterable[Episode], today: date, *,
            readings: Sequence[Readings] = (), left: Mapping[UUID, date] | None = None,
            span: tuple[date, date] | None = None, marks_today: bool = True) -> Year:
    """Lay out what there is; what lies outside the band is cut off at its ends. `left`: see `holds_left`."""
    first, end = span or span_around(today)
    per_day = WIDTH / (end - first).days

    def at(on: date) -> float:
        return round((min(max(on, first), end) - first).days * per_day, 1)

    days = [(begun, ended, look, said) for begun, ended, look, said in _stretches(episodes, today, left or {})
            if ended >= first and begun < end]
    ticks = tuple(_tick(visit, at(visit.wall_date) + (per_day - TICK) / 2) for visit in visits)
    stretches = tuple(Stretch(at(begun), round(at(ended + timedelta(days=1)) - at(begun), 1), look, said)
                      for begun, ended, look, said in days)
    shown = [measure for measure in readings if measure.points]
    curves = tuple(_curve(measure, lambda on: at(on) + per_day / 2) for measure in shown)
    begun = [_month_from(first, n) for n in range(MONTHS_IN_ALL)]
    months = tuple(Month(at(on), clock.MONTHS[on.month - 1]) for on in begun)
    rows = tuple(row for on in begun if (row := _row(on, visits, days, shown)))
    return Year(ticks, stretches, curves, months, round(at(today) + per_day / 2, 1) if marks_today else None,
                _said(ticks, stretches, curves), rows)


def _tick(visit: Appointment, x: float) -> Tick:
    look = _look(visit)
    return Tick(round(x, 1), look, f"{visit.said}: {SAID[look]}")


def _look(visit: Appointment) -> str:
    return _LOOK.get(visit.status, "coming")


def _stretches(episodes: Iterable[Episode], today: date,
               left: Mapping[UUID, date]) -> Iterable[tuple[date, date, str, str]]:
    for episode in episodes:
        if episode.status == Status.NOT_A_RELAPSE:
            continue
        ended = episode.ended_on or max(today, episode.onset_on)
        days = f"{clock.said_date(episode.onset_on)} to {clock.said_date(ended)}" if episode.ended_on else (
            f"since {clock.said_date(episode.onset_on)}")
        yield episode.onset_on, ended, "episode", f"{episode.get_kind_display()}, {days}"
        if held := days_held(episode, left):
            yield (*held, "hold", f"Visits on hold from {clock.said_date(held[0])} to {clock.said_date(held[1])}")
        if episode.steroids_until and episode.steroids_until >= episode.onset_on:
            yield (episode.onset_on, episode.steroids_until, "steroids",
                   f"Steroid course until {clock.said_date(episode.steroids_until)}")


def _curve(measure: Readings, x: Callable[[date], float]) -> Curve:
    low = min(measure.low, *(value for _, value in measure.points))
    high = max(measure.high, *(value for _, value in measure.points))
    per_unit = (CURVE - 2 * EDGE) / (high - low)
    dots = tuple((round(x(on), 1), round(CURVE - EDGE - (value - low) * per_unit, 1)) for on, value in measure.points)
    (first_on, first), (last_on, last) = measure.points[0], measure.points[-1]
    said = f"{measure.name}: {first:g} on {clock.said_date(first_on)}"
    if len(measure.points) > 1:
        said += f", {last:g} on {clock.said_date(last_on)}, {len(measure.points)} readings"
    return Curve(measure.name, f"{low:g} to {high:g}", dots, f"{said}.")


def _row(month: date, visits: Sequence[Appointment], days: Sequence[tuple[date, date, str, str]],
         readings: Sequence[Readings]) -> MonthRow | None:
    """What a month holds, or None where it holds nothing."""
    end = _month_from(month, 1)
    mine = [visit for visit in visits if month <= visit.wall_date < end]
    by_look = {look: [str(v.wall_date.day) for v in mine if _look(v) == look] for look in SAID}
    told = "; ".join(f"{len(on)} {SAID[look]} ({', '.join(on)})" for look, on in by_look.items() if on)
    around = "; ".join(said for begun, ended, _, said in days if begun < end and ended >= month)
    found = [(measure.name, [f"{value:g}" for on, value in measure.points if month <= on < end])
             for measure in readings]
    read = "; ".join(f"{name} {', '.join(values)}" for name, values in found if values)
    if not (told or around or read):
        return None
    return MonthRow(f"{clock.MONTHS[month.month - 1]} {month.year}", told, around, read)


def _said(ticks: Sequence[Tick], stretches: Sequence[Stretch], curves: Sequence[Curve]) -> str:
    counts = {look: sum(tick.look == look for tick in ticks) for look in SAID}
    visits = ", ".join(f"{count} {SAID[look]}" for look, count in counts.items() if count)
    told = "; ".join(stretch.said for stretch in stretches)
    return " ".join([f"Visits: {visits or 'none'}.", *([f"{told}."] if told else []), *(c.said for c in curves)])
