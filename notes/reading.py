"""Read the record: every look at a note, a summary or a client's readings leaves its line in the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery, prefetch_related_objects

from clients.contraindications import Reason
from clients.models import Client
from notes.events.at_hand import events_in, events_logged
from notes.events.log import said, said_more
from notes.measures.catalogue import MEASURES
from notes.measures.mood import Worrying, worrying_in
from notes.measures.of_client import measures_of
from notes.models import Note, NoteEvent, Share, Summary, Treatment
from notes.outcomes import Point, readings_of
from notes.totals import Totals, totals_of
from notes.trends.trends import Trends, trends_of
from notes.writing import GIVEN, SOAP, check_note, treatment_said
from practice import audit
from practice.models import AuditEntry, Membership

# What a note is shown with: who wrote, signed and co-signs it, and the visit.
WHOLE = ("author__user", "author__supervisor__user", "signed_by__user", "supervisor__user", "cosignature__by__user",
         "client__practice", "client__merged_into", "appointment__service", "practice", "typing")


def whole(notes: QuerySet[Note]) -> QuerySet[Note]:
    """These notes with what one is shown with; their rows come with `read_note`, or on demand."""
    written = AuditEntry.objects.filter(subject_id=OuterRef("pk"), verb="note_written").order_by("-id")
    return notes.select_related(*WHOLE).annotate(
        has_events=events_logged(), last_written_at=Subquery(written.values("at")[:1]))


def read_note(*, note: Note, by: Membership, what: str = "page", beside: Note | None = None) -> Note:
    """The note as it was just found (`whole`), with its rows; that it was read is written down, and `what`: page, pdf.

    `beside` is another note shown with it, read with it.
    """
    shown = [note, *([beside] if beside else [])]
    audit.record_many(by=by, verb="note_read", subjects=[*shown], what=what)
    later = ["addenda__author__user"] if note.is_signed else []
    prefetch_related_objects(shown, "treatments", "measurements", *later)
    return note


def whole_note(note: Note) -> Note:
    """The note with all that belongs to it, fresh, for whoever has just written it."""
    rows = whole(Note.objects.prefetch_related("treatments", "measurements", "addenda__author__user"))
    return rows.get(pk=note.pk)


@dataclass(frozen=True, slots=True)
class SaidWork:
    """One treatment in words; `against` is what the check held against it, where a reason answers it."""

    row: Treatment
    words: str
    against: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class SaidEvent:
    """One thing that happened: in words, and what followed."""

    row: NoteEvent
    words: str
    more: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a note says, for a page: its parts in words, what was done row by row, its readings.

    `booked_because` is the reason for which the visit was booked against the check, if it was: the diary's, which no
    signature covers, so it stands apart from the note.
    """

    parts: list[tuple[str, str]]
    work: list[SaidWork]
    readings: list[str]
    after: list[tuple[str, str]]
    booked_because: str = ""
    next: str = ""
    happened: tuple[SaidEvent, ...] = ()
    worrying: tuple[Worrying, ...] = ()
    totals: Totals | None = None


def said_of(note: Note | None) -> Said | None:
    """The note in the order in which it is written, empty parts left out."""
    if note is None:
        return None
    words = {name: [(name.capitalize(), text)] if (text := getattr(note, name)).strip() else [] for name in SOAP}
    read: dict[str, list[str]] = {}
    rows = list(note.measurements.all())
    known = MEASURES if all(row.measure in MEASURES for row in rows) else measures_of(note.client.standing)
    for row in sorted(rows, key=lambda row: row.when, reverse=True):
        measure = known.get(row.measure)
        value = f"{row.value.normalize() + 0}"
        read.setdefault(measure.name if measure else row.measure, []).append(
            value if measure and len(measure.times) == 1 else f"{value} {row.when}")
    return Said(words["subjective"] + words["objective"], _work_of(note),
                [f"{name} {', '.join(values)}" for name, values in read.items()], words["assessment"] + words["plan"],
                note.appointment.override_reason.strip(), _next_of(note),
                tuple(SaidEvent(e, _capital(said(e)), said_more(e)) for e in events_in(note)),
                tuple(worrying_in(note, [(row.measure, row.value) for row in rows])),
                totals_of(note.treatments.all(), note.minutes_of_visit))


def _next_of(note: Note) -> str:
    """When to come again and what to look at first: "in 14 days. First: the left calf"."""
    days = note.next_in_days
    when = f"In {days} day{'' if days == 1 else 's'}." if days else ""
    return f"{when} {f'First: {note.next_focus}' if note.next_focus else ''}".strip()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _work_of(note: Note) -> list[SaidWork]:
    """What was done row by row; what held for the whole visit stands at the first row that gives a reason."""
    rows = list(note.treatments.all())
    explained = [index for index, row in enumerate(rows) if row.override_reason.strip()]
    for_the_visit = next((index for index in explained if rows[index].state == GIVEN), None)
    against: dict[int, tuple[Reason, ...]] = {}
    for reason in check_note(note).reasons if explained else ():
        index = reason.treatment
        if index is None and reason.level in ("stop", "clearance"):
            index = for_the_visit
        if index in explained and reason.level != "info":
            against[index] = (*against.get(index, ()), reason)
    return [SaidWork(row, treatment_said(row), against.get(index, ())) for index, row in enumerate(rows)]


def read_notes(*, notes: Sequence[Note], by: Membership) -> Sequence[Note]:
    """Several notes at once, one line each."""
    audit.record_many(by=by, verb="note_read", subjects=list(notes))
    return notes


def read_summary(*, summary: Summary, by: Membership, what: str = "page") -> Summary:
    """The summary with client, doctor and author, fresh; `what` was read: the page, the letter as PDF or as FHIR."""
    audit.record(by=by, verb="summary_read", subject=summary, what=what)
    return whole_summary(summary)


def whole_summary(summary: Summary) -> Summary:
    """The summary with all that belongs to it, fresh, for whoever has just written it."""
    return Summary.objects.select_related("client__practice", "doctor", "author__user", "practice").get(pk=summary.pk)


def read_share(*, share: Share, by: Membership) -> Share:
    """A share with its openings, and to whom it went."""
    audit.record(by=by, verb="share_read", subject=share, client_id=share.summary.client_id)
    return Share.objects.select_related("summary", "doctor").prefetch_related("openings").get(pk=share.pk)


def read_outcomes(*, client: Client, by: Membership, measure: str = "") -> dict[str, list[Point]]:
    """The client's readings by measure from the notes this member may read."""
    audit.record(by=by, verb="outcomes_read", subject=client, client_id=client.pk)
    return readings_of(client, by=by, measure=measure)


def read_trends(*, client: Client, by: Membership, since: str, against: str) -> Trends:
    """The client's trends from the notes this member may read; `since` and `against` as in `trends_of`."""
    audit.record(by=by, verb="outcomes_read", subject=client, client_id=client.pk)
    return trends_of(client, by=by, since=since, against=against)
