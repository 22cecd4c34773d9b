"""The letter as PDF: everything its template places, in words; typeset with embedded faces, tagged, always alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from notes import charts
from notes.charts import Band, Used, said_day
from notes.letters import year_drawn
from notes.letters.answer_boxes import boxes_of
from notes.letters.letters import (
    BACK,
    DECISIONS,
    ENDING,
    LIMITS,
    OUTCOME,
    PAPERS,
    WATCH,
    Letter,
    Practice,
    Series,
    asked,
    said_course,
    said_earlier,
    said_period,
    said_scale,
    said_work,
    said_works,
    scale_of,
    standing,
    told_sessions,
)
from notes.letters.sensation import Sensation, said_sensation
from notes.letters.sensation_drawn import Palette, day_picture, legend
from practice.typesetting.heads import head_of
from practice.typesetting.lines import Line, breakable, isolated, one_line, paragraphs, placed, placed_all, shortened
from practice.typesetting.press import NotTypeset as LetterNotTypeset
from practice.typesetting.press import press

TEMPLATE = Path(__file__).parent.parent / "typesetting" / "summary.typ"
_INK, _TEAL, _CLAY = "#24211b", "#0a504f", "#74390f"
_PAPER = Palette(_INK, "#b5ad9c", "white", _TEAL, _CLAY)
# Half a line wide on paper.
_LETTER_CHART = charts.Look(300, 152, 11, ink=_INK, accent=_TEAL, caution=_CLAY)
_GIVES_WAY = 13  # by how much a plot is lower on paper for each technique under it, so that the letter keeps its page


def letter_pdf(letter: Letter) -> bytes:
    """The letter as a tagged PDF (PDF/UA-1) with embedded faces; refuses with `LetterNotTypeset`.

    The same letter gives the same bytes, always. Any text is set as plain text.
    """
    if letter.paper not in PAPERS:
        raise LetterNotTypeset(f"the paper is to be one of {', '.join(PAPERS)}")
    return press(TEMPLATE, _to_print(letter))


def _to_print(letter: Letter) -> dict[str, Any]:
    """Everything the template places, already in words; it holds no rule of its own."""
    earlier, told = told_sessions(letter)
    client, detail, title = (
        one_line(letter.client.name),
        one_line(letter.client.detail),
        one_line(letter.title),
    )
    year = any(session.on.year != letter.written_on.year for session in told)
    limits = placed_all(*letter.limits)
    opening = {
        ENDING: paragraphs(letter.ending),
        "Why now": paragraphs(letter.reason),
        "Course": paragraphs(letter.course),
        OUTCOME: paragraphs(letter.outcome),
        LIMITS: limits,
    }
    closing = {DECISIONS: placed_all(*letter.decisions), "Reactions": paragraphs(letter.reactions),
               WATCH: paragraphs(letter.watch), BACK: paragraphs(letter.back), "Plan": paragraphs(letter.plan)}
    return {
        "paper": letter.paper,
        "title": f"{title or 'Letter'}: {client or 'no name'}",
        "author": one_line(letter.therapist.name),
        "date": [letter.written_on.year, letter.written_on.month, letter.written_on.day],
        **head_of(**asdict(letter.practice)),
        "to": placed_all(letter.doctor.name, letter.doctor.detail, *letter.doctor_address),
        "written": said_day(letter.written_on, year=True),
        "client": placed(letter.client.name),
        "client_detail": placed(letter.client.detail),
        "running": _joined((isolated(shortened(client)), shortened(detail)), ", "),
        "heading": placed(_joined((title, said_period(letter)), ", ")),
        "conditions": placed_all(*letter.conditions),
        "asked": paragraphs(asked(letter)),
        "answer": _answer_to(letter),
        "opening": [{"name": name, "body": body} for name, body in opening.items() if body],
        "year": {"svg": year_drawn.year_picture(letter.year, ink=_INK, accent=_TEAL, caution=_CLAY),
                 "alt": letter.year.said} if letter.year else None,
        "sensation": sensation_to_print(letter.felt) if letter.felt else None,
        "series": [_series_to_print(letter, series, () if place else letter.used)
                   for place, series in enumerate(letter.series)],
        "done": said_work(letter.sessions),
        "earlier": placed(said_earlier(earlier)),
        "sessions": [
            {
                "on": said_day(session.on, year=year),
                "minutes": str(session.minutes),
                "work": placed(work),
            }
            for session, work in zip(told, said_works(told, year=year), strict=True)
        ],
        "closing": [{"name": name, "body": body} for name, body in closing.items() if body],
        "therapist": placed(letter.therapist.name),
        "credential": placed(letter.therapist.detail),
        "standing": standing(letter),
        "boxes": boxes_of(letter) if letter.is_request else None,
        "cosigned": placed(letter.cosigned),
    }


def sensation_to_print(sensation: Sensation) -> dict[str, Any]:
    """Both maps with the days under them, and the same in lines."""
    lines = said_sensation(sensation)
    return {"days": [{"on": said_day(on, year=True), "svg": day_picture(felt, _PAPER, lines[0]), "alt": " ".join(lines)}
                     for on, felt in ((sensation.then_on, sensation.then), (sensation.now_on, sensation.now))],
            "said": placed_all(*lines), "legend": legend((*sensation.then, *sensation.now))}


def _series_to_print(letter: Letter, series: Series, used: Sequence[Used]) -> dict[str, Any]:
    clean = replace(series, measure=one_line(series.measure), unit=one_line(series.unit))
    bands = tuple(replace(band, label=one_line(band.label)) for band in letter.bands)
    look = replace(_LETTER_CHART, height=_LETTER_CHART.height - _GIVES_WAY * len(used))
    seen = charts.readings_chart(scale_of(clean), clean.readings, look, bands=bands, used=used)
    words = f"{_joined((clean.measure, said_scale(clean)), ', ')}. {_chart_said(series, bands, used)}"
    return {
        "measure": placed(series.measure),
        "scale": placed(said_scale(series)),
        "svg": seen,
        "alt": words,
        "said": said_course(series),
        "change": placed(series.meaningful_change),
    }


def _chart_said(series: Series, bands: Sequence[Band], used: Sequence[Used]) -> str:
    return charts.chart_said(series.readings, bands, used, is_asked=series.is_asked)


def _answer_to(letter: Letter) -> Line:
    ways = _ways(letter.practice)
    if not (letter.questions.strip() or letter.asks) or not ways:
        return placed("")
    who = isolated(one_line(letter.therapist.name))
    return {"text": breakable(f"Answer to {who}: {one_line(' or '.join(ways))}"), "rtl": False}


def _joined(parts: Iterable[str], between: str) -> str:
    return between.join(part for part in parts if part.strip())


def _ways(practice: Practice) -> list[str]:
    return [way.strip() for way in (practice.phone, practice.email) if way.strip()]
