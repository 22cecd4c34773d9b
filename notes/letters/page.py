"""A letter as it is handed over: on a page, its charts drawn inline, and as a download. Both say the same words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.safestring import SafeString, mark_safe

from notes.charts import Band, Look, Row, Used, readings_chart, readings_table, said_day
from notes.letters import letters
from notes.letters.letters import Letter
from notes.letters.sensation import Sensation, said_sensation
from notes.letters.sensation_drawn import Palette, day_picture, legend
from notes.models import Summary
from notes.summaries.summaries import paper_of
from practice.pages import pdf_file

_PALETTE = Palette("var(--ink)", "var(--edge)", "var(--paper)", "var(--accent)", "var(--clay)")
_LOOK = Look(340, 172, 14, accent="var(--accent)", caution="var(--clay)")


def pdf_of(summary: Summary) -> HttpResponse:
    """The letter as a download under a name that says nothing of whom it is about."""
    return pdf_file(paper_of(summary), "letter.pdf")


@dataclass(frozen=True, slots=True)
class ShownSeries:
    """One measure: its picture, and the same facts in words and rows."""

    name: str
    scale: str
    said: str
    change: str
    svg: SafeString
    rows: tuple[Row, ...]
    is_asked: bool


@dataclass(frozen=True, slots=True)
class ShownSensation:
    """Both maps with their days, what their letters mean, and the same in lines."""

    days: tuple[tuple[str, SafeString], ...]
    lines: tuple[str, ...]
    legend: str


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """Everything the partial `notes/_letter.html` places; `letter` itself for what needs no wording."""

    letter: Letter
    period: str
    written: str
    asked: str
    done: str
    earlier: str
    sessions: tuple[tuple[str, int, str], ...]
    series: tuple[ShownSeries, ...]
    standing: str
    sensation: ShownSensation | None


def shown(letter: Letter) -> ShownLetter:
    """The letter in the words that the PDF uses too."""
    earlier, told = letters.told_sessions(letter)
    year = any(session.on.year != letter.written_on.year for session in told)
    return ShownLetter(
        letter=letter, period=letters.said_period(letter), written=said_day(letter.written_on, year=True),
        asked=letters.asked(letter), done=letters.said_work(letter.sessions), earlier=letters.said_earlier(earlier),
        sessions=tuple((said_day(session.on, year=year), session.minutes, work)
                       for session, work in zip(told, letters.said_works(told, year=year), strict=True)),
        series=tuple(shown_series(series, letter.bands, () if place else letter.used)
                     for place, series in enumerate(letter.series)), standing=letters.standing(letter),
        sensation=shown_sensation(letter.felt) if letter.felt else None)


def shown_sensation(sensation: Sensation) -> ShownSensation:
    """What is felt, drawn for a page."""
    lines = said_sensation(sensation)
    # The picture escapes every word it is given.
    then, now = (said_day(day, year=True) for day in (sensation.then_on, sensation.now_on))
    days = tuple((on, mark_safe(day_picture(felt, _PALETTE, f"Body map, {on}")))
                 for on, felt in ((then, sensation.then), (now, sensation.now)))
    return ShownSensation(days, lines, legend((*sensation.then, *sensation.now)))


def shown_series(series: letters.Series, bands: Sequence[Band], used: Sequence[Used] = ()) -> ShownSeries:
    """One measure with the episodes behind it and the techniques under it, drawn for a page."""
    return ShownSeries(
        series.measure, letters.said_scale(series), letters.said_course(series),
        series.meaningful_change,
        # The chart escapes every word it is given.
        mark_safe(readings_chart(letters.scale_of(series), series.readings, _LOOK, bands=bands, used=used)),
        readings_table(series.readings), series.is_asked)
