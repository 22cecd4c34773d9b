"""A sheet to write a session on by hand: the day there is no power. Empty, or with what one visit needs at its top."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone

from clients.body_drawing import Figure, figures
from clients.contraindications import cautions_for
from clients.limits import body_of
from notes.models import Note
from notes.paper.note_paper import heading_of
from notes.writing import treatment_said
from practice import audit, clock
from practice.access import Actor
from practice.models import Practice
from practice.techniques import PRESSURES
from practice.typesetting.lines import Line, one_line, placed, shortened
from practice.typesetting.press import press
from sessions.caution_line import in_one_line
from sessions.models import Appointment

TEMPLATE = Path(__file__).parent.parent / "typesetting" / "blank.typ"
ROWS = 8  # as many as a session has
MOST_OF_LAST = 5


def blank_sheet(practice: Practice, *, by: Actor) -> bytes:
    """The empty sheet, without a name on it."""
    audit.record(by=by, verb="blank_sheet_printed", subject=practice)
    return _set(practice, None, ())


def visit_sheet(visit: Appointment, *, by: Actor) -> bytes:
    """The sheet of one visit: who and when, what limits the work that day, what was done last time.

    Of earlier notes it tells what this member may read.
    """
    audit.record(by=by, verb="visit_sheet_printed", subject=visit, client_id=visit.client_id)
    last = (Note.objects.visible_to(by).filter(client__in=visit.client.standing.family, visit_on__lte=visit.wall_date)
            .exclude(signed_at=None).exclude(appointment=visit).order_by("-visit_on", "-id")
            .prefetch_related("treatments").first())
    done = [treatment_said(row) for row in last.treatments.all()] if last else []
    more = [f"and {len(done) - MOST_OF_LAST} more"] if len(done) > MOST_OF_LAST else []
    words = "; ".join([*done[:MOST_OF_LAST], *more])
    told = [("Last time", f"{clock.said_date(last.visit_on)}: {words}.")] if last and words else []
    return _set(visit.practice, visit, [("Limits that day", _limits(visit)), *told])


def _limits(visit: Appointment) -> str:
    """What is known of this body and limits the work on the visit's day, in a line."""
    line = in_one_line(cautions_for(body_of(visit.client), on=visit.wall_date, minutes=visit.minutes))
    return line.words if line else "Nothing that is known limits the work."


def _set(practice: Practice, visit: Appointment | None, told: Sequence[tuple[str, str]]) -> bytes:
    today = clock.wall_of(timezone.now(), practice.time_zone)[0]
    name = one_line(visit.client.name) if visit else ""
    return press(TEMPLATE, {
        "paper": practice.paper, "title": f"Session by hand: {name}" if name else "Session by hand",
        "author": one_line(practice.name), "date": [today.year, today.month, today.day], **heading_of(practice),
        "running": f"{shortened(name)}, {visit.said}" if visit else "Type it in when the power is back.",
        "blanks": _blanks(visit), "told": [{"name": title, "text": _cut(words)} for title, words in told],
        "rows": ROWS,
        "pressures": [f"{level} {pressure.name}" for level, pressure in PRESSURES.items()],
        "bodies": [{"svg": outline_svg(figures()[view]), "name": figures()[view].name,
                    "ends": list(figures()[view].ends)} for view in ("front", "back")]})


def _blanks(visit: Appointment | None) -> list[dict[str, Any]]:
    """The head of the sheet: what is known, and lines to write what is not."""
    if visit is None:
        return [{"name": name, "text": placed("")} for name in ("Client", "Day and time", "Therapist")]
    born = f", born {clock.said_date(visit.client.birth_date, year=True)[4:]}" if visit.client.birth_date else ""
    return [{"name": name, "text": placed(text)} for name, text in (
        ("Client", f"{visit.client.name}{born}"), ("Day and time", f"{visit.said}, {visit.minutes} minutes"),
        ("Therapist", visit.therapist.name))]


def _cut(words: str) -> Line:
    """So much as leaves the sheet one page."""
    return placed(shortened(one_line(words), 420))


def outline_svg(figure: Figure) -> str:
    """A view of the body as an outline to draw on."""
    x, y, width, height = figure.frame
    mirrored = ' transform="scale(-1 1)"'
    lines = "".join(
        f'<g{mirrored if group.is_mirrored else ""}>'
        f'<path d="{group.detail}" stroke="#b5ad9c" stroke-width="1.2"/>'
        f'<path d="{group.outline}" stroke="#24211b" stroke-width="2"/></g>' for group in figure.groups)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x} {y} {width} {height}">'
            f'<g fill="none" stroke-linejoin="round" stroke-linecap="round">{lines}</g></svg>')
