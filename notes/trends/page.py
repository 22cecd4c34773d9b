"""A client's trends as a page shows and prints them: each picture wide and narrow, its words, its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from django.utils.safestring import SafeString, mark_safe

from notes.charts import (
    Look,
    medians_of,
    pressure_chart,
    readings_chart,
    readings_table,
    relief_chart,
    relief_said,
    said_day,
    said_days,
    said_value,
    said_with_unit,
    spark,
)
from notes.letters import letters
from notes.measures.measure import Measure
from notes.outcomes import RELIEF, Point
from notes.summaries.drafting import series_of
from notes.trends.trends import Place, Trends

_PAGE = Look(720, 176, 14, accent="var(--accent)", caution="var(--clay)", gutter=92)
_PHONE = replace(_PAGE, width=340, height=168, text=13, gutter=86)
_STRIP = replace(_PAGE, width=300, height=150, text=13, gutter=0)
_SPARK = replace(_PAGE, width=150, height=40, gutter=0)
SPARKS = 3


@dataclass(frozen=True, slots=True)
class ShownTrend:
    """One picture, wide and narrow, and the same in words and rows (under these heads)."""

    name: str
    scale: str
    said: str
    source: str
    wide: SafeString
    narrow: SafeString
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ShownTrends:
    """Everything `notes/readings.html` places."""

    trends: Trends
    period: str
    readings: tuple[ShownTrend, ...]
    relief: ShownTrend | None
    places: tuple[ShownTrend, ...]
    alike: str  # the places that were always worked at one pressure, in words
    used: tuple[tuple[str, str, str], ...]  # each stretch of a technique: its name, its days, how many visits


def shown_trends(trends: Trends) -> ShownTrends:
    """The trends in pictures and words."""
    read = {code: points for code, points in trends.readings.items() if code != RELIEF}
    series = series_of(read, trends.known, least=1)
    return ShownTrends(
        trends, f"{said_day(trends.first, year=True)} to {said_day(trends.last, year=True)}",
        tuple(_readings(one, trends) for one in series), _relief(trends) if trends.lasted else None,
        tuple(_place(one, trends) for one in trends.places if not one.is_always_alike),
        ", ".join(f"{one.name} {one.tried[0].pressure}" for one in trends.places if one.is_always_alike),
        tuple((used.name, said_days(one), str(one.visits)) for used in trends.used for one in reversed(used.stretches)))


def _readings(series: letters.Series, trends: Trends) -> ShownTrend:
    def drawn(look: Look) -> str:
        return readings_chart(letters.scale_of(series), series.readings, look, bands=trends.bands,
                              firmness=trends.firmness, used=trends.used, span=(trends.first, trends.last))

    table = reversed(readings_table(series.readings))
    heads = ("Day", "Reading") if series.is_asked else ("Day", "Before", "After")
    rows = tuple((row.on, row.before) if series.is_asked else (row.on, row.before, row.after) for row in table)
    return _shown(drawn, series.measure, letters.said_scale(series), letters.said_course(series),
                  series.meaningful_change, heads, rows)


def _relief(trends: Trends) -> ShownTrend:
    def drawn(look: Look) -> str:
        return relief_chart(trends.lasted, look, bands=trends.bands, span=(trends.first, trends.last))

    rows = tuple((said_day(one.on, year=True), said_value(one.helped), str(one.apart))
                 for one in reversed(trends.lasted))
    return _shown(drawn, "How long sessions helped", "days", relief_said(trends.lasted), "",
                  ("Session", "Days it helped", "Days until the next visit"), rows)


def _place(place: Place, trends: Trends) -> ShownTrend:
    assert trends.followed
    unit, values = trends.followed.unit, [one.value for each in trends.places for one in each.tried]
    low, high = min(0, floor(min(values))), max(0, ceil(max(values)))
    rows = tuple((str(p), str(count), said_value(median)) for p, (median, count) in medians_of(place.tried).items())
    strip = _safe(pressure_chart(place.name, unit, place.tried, low, high, _STRIP))
    count = len(place.visits)
    return ShownTrend(place.name[0].upper() + place.name[1:], f"{unit}, {count} visits", "", "", strip, strip,
                      ("Pressure", "Visits", "Median"), rows)


def _shown(drawn: Callable[[Look], str], name: str, scale: str, said: str, source: str, heads: tuple[str, ...],
           rows: tuple[tuple[str, ...], ...]) -> ShownTrend:
    return ShownTrend(name, scale, said, source, _safe(drawn(_PAGE)), _safe(drawn(_PHONE)), heads, rows)


def _safe(svg: str) -> SafeString:
    return mark_safe(svg)  # a chart escapes every word it is given


@dataclass(frozen=True, slots=True)
class ShownSpark:
    """A measure in one line: its course, the last value, and in words how that lies to the first."""

    name: str
    svg: SafeString
    last: str
    change: str


def shown_sparks(found: Mapping[str, Sequence[Point]], known: Mapping[str, Measure]) -> list[ShownSpark]:
    """The measures read most often, each in a line; three at most."""
    series = sorted(series_of(found, known), key=lambda one: -len(one.readings))[:SPARKS]
    return [made for one in series if (made := _spark(one)) is not None]


def _spark(series: letters.Series) -> ShownSpark | None:
    taken = [(r.on, r.before) for r in series.readings if r.before is not None]
    if len(taken) < 2:
        return None
    (first_on, first), (last_on, last) = taken[0], taken[-1]
    size = said_value(abs(last - first))
    day = said_day(first_on, year=first_on.year != last_on.year)
    change = f"as on {day}" if size == "0" else f"{size} {'lower' if last < first else 'higher'} than on {day}"
    return ShownSpark(series.measure, _safe(spark(letters.scale_of(series), series.readings, _SPARK)),
                      said_with_unit(last, series.unit if series.is_asked else ""), change)
