"""A note on paper: all it says, who signed it when, its place in the chain, and what was added later."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from notes.models import Note
from notes.reading import Said, SaidWork, said_of
from notes.record.late import late_entry
from practice import clock
from practice.models import Practice
from practice.typesetting.lines import isolated, one_line, paragraphs, placed, placed_all, shortened
from practice.typesetting.press import press

TEMPLATE = Path(__file__).parent.parent / "typesetting" / "note.typ"
DRAFT = "DRAFT, not signed"


def note_pdf(note: Note) -> bytes:
    """The note as a tagged PDF (PDF/UA-1) on the practice's paper; refuses with `NotTypeset`.

    `note` comes with all that belongs to it (`reading.whole_note`). Any text is set as plain text.
    """
    said = said_of(note)
    assert said is not None
    practice, client, visit = note.practice, note.client.standing, note.appointment
    name, day = one_line(client.name), clock.said_date(note.day, year=True)
    born = f"born {clock.said_date(client.birth_date, year=True)[4:]}" if client.birth_date else ""
    return press(TEMPLATE, {
        "paper": practice.paper, "title": f"Session note: {name or 'no name'}, {day}",
        "author": one_line(note.author.name),
        "date": [note.day.year, note.day.month, note.day.day],
        **heading_of(practice), "client": placed(name), "client_detail": placed(born),
        "running": ", ".join(filter(None, (isolated(shortened(name)), born, f"visit on {day}"))),
        "visit": placed(f"{_when(note, day)}, {visit.service.name}, {note.minutes_of_visit} minutes"),
        "by": placed(note.author.name), "draft": "" if note.is_signed else DRAFT,
        "late": f"{late}." if (late := late_entry(note)) else "",
        "private": f"Kept to {one_line(note.author.name)}." if note.visibility == "author" else "",
        **_said_to_print(said), "signature": _signature(note), "addenda": _addenda(note),
        "printed": f"Printed {_moment(timezone.now(), practice)}."})


def _when(note: Note, day: str) -> str:
    """The day the note is of, and the time: as it was signed for, wherever the diary has the visit since."""
    on, at, _ = clock.wall_of(note.visit_began_at, note.appointment.time_zone)
    return f"{day}, {clock.said_time(at)}" if on == note.day else day


def heading_of(practice: Practice) -> dict[str, Any]:
    """The letterhead: the practice's name, and how it is found and reached."""
    address = ", ".join(line.strip() for line in practice.address.splitlines() if line.strip() != practice.name)
    return {"practice": placed(practice.name),
            "ways": placed_all(address, " · ".join(filter(None, (practice.phone, practice.email))))}


def _said_to_print(said: Said) -> dict[str, Any]:
    return {
        "booked": placed(f"Booked all the same because: {said.booked_because} (from the diary)"
                         if said.booked_because else ""),
        "before": [_part(name, text) for name, text in said.parts], "work": [_work(work) for work in said.work],
        "totals": placed(_totals(said)),
        "happened": [{"words": placed(f"{event.words}."), "more": placed(event.more)} for event in said.happened],
        "readings": placed_all(*said.readings), "after": [_part(name, text) for name, text in
                  (*said.after, *([("Next visit", said.next)] if said.next else []))]}


def _part(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "body": paragraphs(text)}


# What is said of work that nobody has said was done.
_STATES = {"planned": " (planned, not confirmed as given)", "left-out": " (left out)"}


def _work(work: SaidWork) -> dict[str, Any]:
    why = f"Why it was right that day: {work.row.override_reason}" if work.row.override_reason.strip() else ""
    return {"words": placed(f"{work.words}{_STATES.get(work.row.state, '')}"), "response": placed(work.row.response),
            "against": [{"text": placed(reason.text), "source": placed(reason.source)} for reason in work.against],
            "why": placed(why)}


def _totals(said: Said) -> str:
    """The minutes given, by place and by technique; empty where none are noted."""
    totals = said.totals
    if totals is None or not totals.minutes:
        return ""
    by = "; ".join(", ".join(f"{one.words} {one.minutes}" for one in rows)
                   for rows in (totals.by_region, totals.by_technique))
    return f"{totals.minutes} of {totals.visit_minutes} minutes given: {by}. {totals.beyond}".strip()


def _signature(note: Note) -> dict[str, Any] | None:
    if note.signed_at is None or note.signed_by is None:
        return None
    return {
        "who": placed(", ".join(filter(None, (note.signed_by.name, note.signer_credential)))),
        "when": f"Signed {_moment(note.signed_at, note.practice)}.{_cosignature(note)}",
        "chain": f"Number {note.chain_position} of this practice’s signed notes.",
        "hash": note.content_hash, "previous": note.previous_hash}


def _cosignature(note: Note) -> str:
    """Who signed it with them and when, or who is still to, as it goes on in a sentence."""
    by, at = note.cosigned_by, note.cosigned_at
    if by is not None and at is not None:
        return f" Co-signed by {one_line(by.name)}, {_moment(at, note.practice)}."
    return " It waits for a co-signature." if note.awaits_cosignature else ""


def _addenda(note: Note) -> list[dict[str, Any]]:
    return [{"head": placed(f"{row.author.name}, {_moment(row.written_at, note.practice)}"),
             "text": paragraphs(row.text), "because": placed(f"Because: {row.reason}"), "hash": row.content_hash}
            for row in note.addenda.all()]


def _moment(instant: datetime, practice: Practice) -> str:
    on, at, _ = clock.wall_of(instant, practice.time_zone)
    return f"{clock.said_date(on, year=True)}, {clock.said_time(at)}"

