"""Late entries: a note begun or signed more than a day after the visit says so wherever it is read."""

from __future__ import annotations

from datetime import timedelta

from notes.models import Note
from practice import clock

LATE_AFTER = timedelta(days=1)  # since the visit was over


def late_entry(note: Note) -> str:
    """“Late entry: visit on Tue 3 Nov, written Fri 6 Nov”; “…, written Tue 3 Nov, signed Fri 6 Nov” where only the
    signature was late; empty where both were in time. Days are the practice's."""
    over, zone = note.visit_ended_at, note.practice.time_zone
    is_written_late = note.written_at - over > LATE_AFTER
    is_signed_late = note.signed_at is not None and note.signed_at - over > LATE_AFTER
    if not is_written_late and not is_signed_late:
        return ""
    written, signed = (clock.wall_of(at, zone)[0] if at else None for at in (note.written_at, note.signed_at))
    years = {day.year for day in (note.day, written, signed) if day}
    with_year = len(years) > 1
    said = [f"Late entry: visit on {clock.said_date(note.day, year=with_year)}"]
    said += [f"written {clock.said_date(written, year=with_year)}"] if written else []
    said += [f"signed {clock.said_date(signed, year=with_year)}"] if signed and signed != written else []
    return ", ".join(said)
