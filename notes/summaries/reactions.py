"""What a letter says of reactions: as they were written down, what is alike once with its days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from clients.body import label
from notes.events.log import said as said_event
from notes.models import Note, NoteEvent, Treatment
from notes.writing import given_in
from practice import clock

_LATEST = 6  # of each are drafted; the therapist chooses what the doctor needs
_DAYS_NAMED = 3  # more are counted


def said_reactions(notes: Sequence[Note], events: Sequence[NoteEvent]) -> str:
    """The latest events and responses; silence is said to be silence, not well-being."""
    happened = _each_once((event.note.visit_on, f": {said_event(event)}.") for event in events)
    said = _each_once((note.visit_on, f", {label(row.region, row.side)}: {words}.")
                      for note in notes for row in given_in(note) if (words := _response(row)))
    silence = f"No reaction was written down in {len(notes)} session{'' if len(notes) == 1 else 's'}."
    return " ".join([*happened[-_LATEST:], *said[-_LATEST:]])[:2000] if said or happened else silence


def _each_once(told: Iterable[tuple[date, str]]) -> list[str]:
    """What is written alike on several days in one sentence, the latest last: "Mon 2 Nov and Mon 16 Nov: spasm."."""
    days: dict[str, dict[date, None]] = {}
    for day, words in told:
        days[words] = {**days.pop(words, {}), day: None}
    return [f"{_said_days(list(on))}{words}" for words, on in days.items()]


def _said_days(on: Sequence[date]) -> str:
    *before, last = [clock.said_date(day) for day in on]
    if len(on) > _DAYS_NAMED:
        return f"{len(on)} times, last on {last}"
    return f"{', '.join(before)} and {last}" if before else last


def _response(row: Treatment) -> str:
    """What was written of a row; where nothing was, that it was not tolerated well."""
    not_well = f"tolerated {row.tolerated}" if row.tolerated in ("partly", "badly") else ""
    return row.response.strip().rstrip(".") or not_well
