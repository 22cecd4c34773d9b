"""Write a note while it is a draft: change it, check what is planned against the body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from types import EllipsisType
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clients.body import REGIONS, label, sides_of
from clients.contraindications import Body, Check, ProposedTreatment, cautions_for
from clients.limits import body_of
from clients.rule import POSITIONS, TEMPERATURES
from notes.events.log import EventInput, replace_events
from notes.measures.mood import refuse_unasked
from notes.measures.of_client import measures_of
from notes.models import Measurement, Note, NoteDraft, NotesChain, Treatment
from notes.models.note import MOST_DAYS_AHEAD
from notes.record.check_kept import check_from_data
from notes.record.known_then import body_at
from notes.totals import totals_of
from practice import audit
from practice.access import Actor, Role
from practice.models import AuditEntry, Membership
from practice.refusals import BadInput, NotAllowed, Refusal, Stale
from practice.techniques import PRESSURES, TECHNIQUES

SOAP = ("subjective", "objective", "assessment", "plan")
LONGEST, LONGEST_LINE = 20_000, 500  # letters of a part of the note, and of a line at a row
MOST_TREATMENTS = 60  # rows of one note: as many as its sheet shows
TOO_MANY_TREATMENTS = f"{MOST_TREATMENTS} treatments in one note at most."
GIVEN, PLANNED, LEFT_OUT = Treatment.State.GIVEN, Treatment.State.PLANNED, Treatment.State.LEFT_OUT


class NoteSigned(Refusal):
    """A signed note is never changed; an addendum says what came later."""

    code: ClassVar[str] = "note_signed"
    title: ClassVar[str] = "This note is signed"


class NotAllInTheNote(Refusal):
    """Something typed cannot stand in the note as it is, and waits beside it."""

    code: ClassVar[str] = "typed_unfinished"
    title: ClassVar[str] = "Something typed is not finished"


class NotATherapist(NotAllowed):
    """Notes are written by therapists."""


@dataclass(frozen=True, slots=True)
class TreatmentInput:
    """One treatment row as typed: region and side, technique, Walton pressure 0-5, minutes, the response.

    `state` is planned, given or left-out; `tolerated` well, partly, badly or not said.
    """

    region: str
    side: str
    technique: str
    pressure: int | None = None
    minutes: int | None = None
    response: str = ""
    override_reason: str = ""
    state: str = GIVEN.value
    tolerated: str = ""
    temperature: str = ""
    position: str = ""
    lubricant: str = ""


@dataclass(frozen=True, slots=True)
class MeasurementInput:
    """One reading as typed, `when` before or after the session."""

    measure: str
    when: str
    value: Decimal


def write_note(
    *, note: Note, by: Actor, expected_version: int, treatments: Sequence[TreatmentInput] | None = None,
    measurements: Sequence[MeasurementInput] | None = None, events: Sequence[EventInput] | None = None,
    visibility: str | None = None, next_in_days: int | EllipsisType | None = ..., next_focus: str | None = None,
    is_sheet: bool = False, by_itself: bool = False, **soap: str,
) -> Note:
    """Change a draft; treatments, measurements and events given are the whole list.

    Refuses a stale version and a signed note. `visibility` is "therapists" or "author": kept to whoever writes it.
    `next_in_days` may be None: not said. `is_sheet`: the sheet is saved whole, `by_itself`: as they type; whoever
    writes elsewhere has not seen what waits there unfinished, and is refused while it does.
    """
    with transaction.atomic():
        note = locked_note(note)
        refuse_unless_own_draft(note, by)
        if note.version != expected_version:
            raise Stale("This note was changed on another device. Both versions are kept until you choose.",
                        version=note.version)
        if not (is_sheet or by_itself) and (refused := unfinished_beside(note)):
            raise refused
        for name in SOAP:
            if name in soap:
                if len(soap[name]) > LONGEST:
                    raise BadInput(f"That is more than fits into one part of a note: {LONGEST:,} letters at most.",
                                   field=name)
                setattr(note, name, soap[name].replace("\x00", ""))
        _plan_next(note, next_in_days, next_focus)
        if visibility is not None:
            _refuse_unknown_visibility(visibility)
            note.visibility = visibility
        note.version += 1
        note.save(update_fields=[*SOAP, "next_in_days", "next_focus", "visibility", "visit_on", "version"])
        if treatments is not None:
            _replace_treatments(note, treatments)
        if measurements is not None:
            _replace_measurements(note, measurements)
        if events is not None:
            replace_events(note, events)
        if not by_itself:
            NoteDraft.objects.filter(note=note).delete()
        if not (by_itself and _written_lately(note, by)):
            audit.record(by=by, verb="note_written", subject=note, version=note.version)
    return note


def _written_lately(note: Note, by: Actor) -> bool:
    """Whether the trail has said already, within a quarter of an hour, that they are writing this note."""
    since = timezone.now() - timedelta(minutes=15)
    return AuditEntry.objects.filter(subject_id=note.pk, verb="note_written", actor=by, at__gt=since).exists()


def locked_note(note: Note) -> Note:
    """The note, fresh and locked; a draft is of the day its visit is on by now."""
    locked = (Note.objects.select_for_update(of=("self",), no_key=True)
              .select_related("author__user", "client__practice", "appointment", "practice").get(pk=note.pk))
    locked.visit_on = locked.day
    return locked


def refuse_unless_own_draft(note: Note, by: Actor) -> None:
    """Refuse a note that is signed, and whoever did not write it."""
    if note.is_signed:
        raise NoteSigned("This note is signed. Add an addendum instead.")
    refuse_unless_author(note, by)


def refuse_unless_author(note: Note, by: Actor) -> None:
    """Refuse everybody else: what stands on a sheet is its author's to see until it is saved."""
    if note.author_id != by.pk:
        raise NotATherapist(f"{note.author.name} is writing this note.")


def unfinished_beside(note: Note) -> NotAllInTheNote | None:
    """The refusal while something typed on the sheet cannot stand in the note and waits beside it."""
    if not NoteDraft.objects.filter(note=note, is_whole=False).exists():
        return None
    return NotAllInTheNote("Something typed is not finished and so not in the note yet. Open it, finish or empty it "
                           "first.")


def check_note(note: Note, treatments: Sequence[TreatmentInput] | None = None, *, body: Body | None = None) -> Check:
    """The safety check for what this note says (or would say) was done to this body on that day.

    A signed note answers with the check it was signed with; one of before that was kept, by what was recorded then.
    """
    if treatments is None and note.check_at_signing is not None:
        return check_from_data(note.check_at_signing)
    rows: Sequence[Any] = treatments if treatments is not None else list(note.treatments.all())
    client = note.client.standing
    body = body or (body_at(client, note.signed_at) if note.signed_at else body_of(client))
    done = [index for index, row in enumerate(rows) if row.state != LEFT_OUT]  # what is left out harms nobody
    check = cautions_for(body, [as_proposed(rows[index]) for index in done], on=note.day,
                         minutes=note.minutes_of_visit)
    if len(done) == len(rows):
        return check
    return replace(check, reasons=tuple(reason if reason.treatment is None else
                                        replace(reason, treatment=done[reason.treatment]) for reason in check.reasons))


def as_proposed(row: Any) -> ProposedTreatment:
    """A row as the check takes it."""
    return ProposedTreatment(row.technique, row.region, row.side, row.pressure, row.minutes, row.temperature or None,
                             row.position or None, row.lubricant or None)


def given_in(note: Note) -> list[Treatment]:
    """The rows that say what was done, without those planned or left out."""
    return [row for row in note.treatments.all() if row.state == GIVEN]


def refuse_unless_therapist(by: Actor) -> None:
    """Refuse whoever gives no sessions: the record is the therapists'."""
    if not isinstance(by, Membership) or not (by.role == Role.THERAPIST or by.is_therapist):
        raise NotATherapist("Notes are written by therapists.")


def _refuse_unknown_visibility(visibility: str) -> None:
    if visibility not in dict(Note.VISIBILITIES):
        raise BadInput("A note is read by “therapists” or kept to its “author”.", field="visibility")


def _plan_next(note: Note, in_days: int | EllipsisType | None, focus: str | None) -> None:
    """When to come again and what to look at first, where they were said."""
    if not isinstance(in_days, EllipsisType):
        if in_days is not None and not 1 <= in_days <= MOST_DAYS_AHEAD:
            raise BadInput(f"The next visit comes in 1 to {MOST_DAYS_AHEAD} days.", field="next_in_days")
        note.next_in_days = in_days
    if focus is not None:
        if len(focus) > 200:
            raise BadInput("Say the next focus in 200 letters at most.", field="next_focus")
        note.next_focus = focus.replace("\x00", "").strip()


def _replace_treatments(note: Note, rows: Sequence[TreatmentInput]) -> None:
    if len(rows) > MOST_TREATMENTS:
        raise BadInput(TOO_MANY_TREATMENTS, field="treatments")
    for index, row in enumerate(rows):
        refuse_bad_treatment(row, f"treatments/{index}")
    if slip := totals_of(rows, note.appointment.minutes).slip:
        raise BadInput(slip, field="treatments")
    note.treatments.all().delete()
    Treatment.objects.bulk_create(
        Treatment(note=note, number=i, region=r.region, side=r.side, technique=r.technique, pressure=r.pressure,
                  minutes=r.minutes, response=r.response, override_reason=r.override_reason, state=r.state,
                  tolerated=r.tolerated, temperature=r.temperature, position=r.position,
                  lubricant=r.lubricant.replace("\x00", "").strip())
        for i, r in enumerate(rows))


# What a row may say where it says it in a word of a list; how long its lines are.
_WORDS = {"state": tuple(Treatment.State.values), "tolerated": ("", *Treatment.Tolerated.values),
          "temperature": ("", *TEMPERATURES), "position": ("", *POSITIONS)}
_LINES = {"lubricant": 80, "response": LONGEST_LINE, "override_reason": LONGEST_LINE}


def refuse_bad_treatment(row: TreatmentInput, where: str = "treatments") -> None:
    """Refuse an unknown region, technique or side, a pressure off the scale, and words the check does not know."""
    if row.region not in REGIONS:
        raise BadInput(f"“{row.region}” is not on the body map.", field=f"{where}/region")
    if row.side not in sides_of(row.region):
        raise BadInput(f"Say which side of the {REGIONS[row.region].name.lower()}: {', '.join(sides_of(row.region))}.",
                       field=f"{where}/side")
    if row.technique not in TECHNIQUES:
        raise BadInput(f"“{row.technique}” is not a technique of the catalogue.", field=f"{where}/technique")
    if row.pressure is not None and row.pressure not in PRESSURES:
        raise BadInput(f"Pressure goes from 0 (resting hold) to 5 (deep); {row.pressure} is not on the scale.",
                       field=f"{where}/pressure")
    if row.minutes is not None and not 1 <= row.minutes <= 480:
        raise BadInput("Minutes go from 1 to 480.", field=f"{where}/minutes")
    for name, known in _WORDS.items():
        if getattr(row, name) not in known:
            raise BadInput(f"“{getattr(row, name)}” is not one of: {', '.join(filter(None, known))}.",
                           field=f"{where}/{name}")
    for name, most in _LINES.items():
        if len(getattr(row, name)) > most:
            raise BadInput(f"That is more than fits here: {most} letters at most.", field=f"{where}/{name}")


def _replace_measurements(note: Note, rows: Sequence[MeasurementInput]) -> None:
    seen, known = set(), measures_of(note.client.standing)
    refuse_unasked(note, [row.measure for row in rows])
    for index, row in enumerate(rows):
        where = f"measurements/{index}"
        measure = known.get(row.measure)
        if measure is None:
            raise BadInput(f"“{row.measure[:40]}” is neither in the catalogue nor a goal of this client.",
                           field=f"{where}/measure")
        if not measure.times:
            raise BadInput(f"{measure.name} is entered as a total with its day and rater, not in a note.",
                           field=f"{where}/measure")
        if not measure.low <= row.value <= measure.high:
            raise BadInput(f"{measure.name} goes from {measure.low} to {measure.high}.", field=f"{where}/value")
        if row.when not in measure.times:
            raise BadInput(f"“{measure.question or measure.name}” is asked once, before the session.",
                           field=f"{where}/when")
        if (row.measure, row.when) in seen:
            raise BadInput(f"{measure.name} {row.when} is there twice.", field=where)
        seen.add((row.measure, row.when))
    note.measurements.all().delete()
    Measurement.objects.bulk_create(
        Measurement(note=note, measure=r.measure, when=r.when, value=r.value) for r in rows)


def treatment_said(row: Any) -> str:
    """One treatment in words: “left foot: effleurage, pressure 2, 5 min”."""
    parts = [TECHNIQUES[row.technique].name]
    if row.pressure is not None:
        parts.append(f"pressure {row.pressure}")
    if row.minutes:
        parts.append(f"{row.minutes} min")
    if ways := ", ".join(filter(None, (row.position, row.temperature, row.lubricant))):
        parts.append(ways)
    if row.tolerated:
        parts.append(f"tolerated {row.tolerated}")
    return f"{label(row.region, row.side)}: {', '.join(parts)}"


def chain_of(practice_id: UUID) -> NotesChain:
    """The head of the practice's chain of signed notes, locked."""
    NotesChain.objects.get_or_create(practice_id=practice_id)
    return NotesChain.objects.select_for_update().get(practice_id=practice_id)
