"""The doctor's summary: drafts itself from signed notes only, from an allow-list of sections; signed, it is frozen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone

from clients.body import label
from clients.conditions import CONDITIONS
from clients.contraindications import cautions_for
from clients.limits import body_of
from clients.models import Client, ClientCondition, Doctor, Episode
from notes import letters
from notes.charts import Band, Reading
from notes.models import Note, Summary
from notes.outcomes import MEASURES, readings_of
from notes.writing import NotATherapist
from practice import audit, clock
from practice.access import Actor
from practice.models import Membership
from practice.refusals import BadInput, Refusal, Stale
from practice.techniques import TECHNIQUES

SECTIONS: dict[str, str] = {
    "reason": "Why", "course": "Course", "conditions": "Conditions as reported", "limits": "What limits the work",
    "sessions": "What was done", "readings": "Readings", "reactions": "Reactions", "questions": "Questions for you",
    "plan": "Plan",
}


class NothingToSummarise(Refusal):
    """No signed note lies in the range."""

    code: ClassVar[str] = "no_signed_notes"
    title: ClassVar[str] = "Nothing signed in this time"


class SummarySigned(Refusal):
    """A signed summary is never changed; compose a new one."""

    code: ClassVar[str] = "summary_signed"
    title: ClassVar[str] = "This summary is signed"


def compose_summary(
    *, client: Client, doctor: Doctor, first: date, last: date, by: Actor, sections: Sequence[str] = (),
) -> Summary:
    """Draft a summary from the signed notes between two dates (both included)."""
    if not isinstance(by, Membership) or not by.is_therapist:
        raise NotATherapist("Summaries are written by therapists.")
    if last < first:
        raise BadInput("The end lies before the beginning.", field="to")
    unknown = [s for s in sections if s not in SECTIONS]
    if unknown:
        raise BadInput(f"Unknown section “{unknown[0]}”. Choose from: {', '.join(SECTIONS)}.", field="sections")
    notes = signed_notes(client, first, last, by)
    if not notes:
        raise NothingToSummarise(f"No note between {clock.said_date(first)} and {clock.said_date(last)} is signed. "
                                 "Sign the notes first, or choose other dates.")
    with transaction.atomic():
        summary = Summary.objects.create(
            practice=client.practice, client=client, doctor=doctor, author=by, from_on=first, until_on=last,
            sections=list(sections) or list(SECTIONS), reason=_reason(client), course=_course(client, notes, first, last),
            reactions=_reactions(notes), plan=_plan(notes))
        audit.record(by=by, verb="summary_composed", subject=summary, notes=len(notes))
    return summary


def write_summary(*, summary: Summary, by: Actor, expected_version: int | None = None,
                  sections: Sequence[str] | None = None, **prose: str) -> Summary:
    """Edit the prose or choose the sections of a draft."""
    with transaction.atomic():
        summary = _locked(summary)
        if summary.is_signed:
            raise SummarySigned("This summary is signed. Compose a new one to say more.")
        if expected_version is not None and summary.version != expected_version:
            raise Stale("This summary was changed meanwhile. Read it again.")
        for name in Summary.PROSE:
            if name in prose:
                setattr(summary, name, prose[name].replace("\x00", ""))
        if sections is not None:
            unknown = [s for s in sections if s not in SECTIONS]
            if unknown:
                raise BadInput(f"Unknown section “{unknown[0]}”.", field="sections")
            summary.sections = list(sections)
        summary.version += 1
        summary.save(update_fields=[*Summary.PROSE, "sections", "version"])
        audit.record(by=by, verb="summary_written", subject=summary)
    return summary


def sign_summary(*, summary: Summary, by: Actor) -> Summary:
    """Freeze exactly what will be read, with its hash."""
    with transaction.atomic():
        summary = _locked(summary)
        if summary.is_signed:
            raise SummarySigned("This summary is signed already.")
        if not isinstance(by, Membership) or not by.is_therapist:
            raise NotATherapist("Summaries are signed by therapists.")
        summary.content = letters.as_data(draft_letter(summary))
        summary.content_hash = hash_of(summary.content)
        summary.signed_at, summary.version = timezone.now(), summary.version + 1
        summary.save(update_fields=["content", "content_hash", "signed_at", "version"])
        audit.record(by=by, verb="summary_signed", subject=summary)
    return summary


def letter_of(summary: Summary) -> letters.Letter:
    """What will be read: the frozen content once signed, the draft as it stands before."""
    return letters.letter_from_data(summary.content) if summary.is_signed else draft_letter(summary)


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256 of a letter's data."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def signed_notes(client: Client, first: date, last: date, by: Membership) -> list[Note]:
    """The signed notes of the range that the composer may see, oldest first."""
    return list(Note.objects.visible_to(by).filter(client=client, visit_on__range=(first, last)).exclude(signed_at=None)
                .prefetch_related("treatments").select_related("appointment").order_by("visit_on", "id"))


def draft_letter(summary: Summary) -> letters.Letter:
    """The letter a draft makes: every part outside its chosen sections stays empty."""
    client, practice, author = summary.client, summary.client.practice, summary.author
    notes = signed_notes(client, summary.from_on, summary.until_on, author)
    chosen = set(summary.sections)

    def only(section: str, value: Any) -> Any:
        return value if section in chosen else type(value)()

    return letters.Letter(
        practice=letters.Practice(practice.name, practice.letterhead(), practice.phone, practice.email),
        doctor=letters.Person(summary.doctor.name, summary.doctor.specialty),
        doctor_address=summary.doctor.address_lines(),
        client=letters.Person(client.name, f"born {clock.said_date(client.birth_date, year=True)[4:]}" if client.birth_date else ""),
        therapist=letters.Person(author.name, author.credential),
        written_on=clock.wall_of(summary.signed_at or timezone.now(), practice.time_zone)[0],
        period_from=summary.from_on, period_to=summary.until_on,
        title="Therapy summary", reason=only("reason", summary.reason), course=only("course", summary.course),
        conditions=only("conditions", _conditions(client)), limits=only("limits", _limits(client, summary.until_on)),
        sessions=only("sessions", tuple(_session(note) for note in notes)),
        series=only("readings", _series(client, summary, author)),
        reactions=only("reactions", summary.reactions), questions=only("questions", summary.questions),
        plan=only("plan", summary.plan), bands=_bands(client, summary) if "readings" in chosen else (),
        paper=practice.paper)


def _locked(summary: Summary) -> Summary:
    return (Summary.objects.select_for_update(of=("self",), no_key=True)
            .select_related("client__practice", "doctor", "author__user").get(pk=summary.pk))


def _reason(client: Client) -> str:
    names = [CONDITIONS[c.condition].name for c in ClientCondition.objects.filter(client=client, ended_on=None)
             if c.condition in CONDITIONS]
    living = f", living with {_and([n[0].lower() + n[1:] if n[1:2].islower() else n for n in names])}" if names else ""
    return f"{client.name}{living}, comes for massage therapy beside your care."


def _course(client: Client, notes: Sequence[Note], first: date, last: date) -> str:
    """Sessions, time and episodes in sentences; what was observed, never what it proves."""
    minutes = sum(note.appointment.minutes for note in notes)
    sentences = [f"{len(notes)} session{'s' if len(notes) != 1 else ''} between {clock.said_date(notes[0].visit_on)} and "
                 f"{clock.said_date(notes[-1].visit_on)}, {minutes} minutes in all."]
    episodes = Episode.objects.filter(client=client, onset_on__range=(first, last)).exclude(status="not_a_relapse")
    for episode in episodes.order_by("onset_on"):
        held = episode.holds.count()
        sentences.append(
            f"{episode.get_kind_display()} reported {clock.said_date(episode.onset_on)}, {episode.get_status_display().lower()}"
            + (f"; {held} visit{'s' if held != 1 else ''} put on hold." if held else "."))
    for code, points in readings_of(client, by=notes[0].author, signed_only=True, first=first, last=last).items():
        both = [p for p in points if p.before is not None and p.after is not None]
        if both and code in MEASURES:
            sentences.append(
                f"{MEASURES[code].name} observed {_mean([p.before for p in both])} before and "
                f"{_mean([p.after for p in both])} after the session on average ({len(both)} pairs, 0-10).")
    return " ".join(sentences)


def _mean(values: Sequence[Any]) -> str:
    mean = sum(float(v) for v in values) / len(values)
    return f"{mean:.1f}".rstrip("0").rstrip(".")


def _reactions(notes: Sequence[Note]) -> str:
    said = [f"{clock.said_date(n.visit_on)}: {t.response}" for n in notes for t in n.treatments.all()
            if t.response.strip() and t.override_reason.strip()]
    return " ".join(said) if said else f"No adverse reaction was noted in {len(notes)} session{'s' if len(notes) != 1 else ''}."


def _plan(notes: Sequence[Note]) -> str:
    return next((note.plan.strip() for note in reversed(notes) if note.plan.strip()), "")


def _conditions(client: Client) -> tuple[str, ...]:
    lines = []
    for row in ClientCondition.objects.filter(client=client, ended_on=None):
        known = CONDITIONS.get(row.condition)
        since = f", since {row.since.year}" if row.since else ""
        by = f", diagnosed by {row.diagnosed_by}" if row.diagnosed_by else ", as reported by the client"
        lines.append(f"{known.name if known else row.condition}{since}{by}")
    return tuple(lines)


def _limits(client: Client, on: date) -> tuple[str, ...]:
    seen: dict[str, None] = {}
    for reason in cautions_for(body_of(client), on=on).reasons:
        if reason.level != "info":
            seen.setdefault(reason.text)
    return tuple(seen)


def _session(note: Note) -> letters.Session:
    rows = list(note.treatments.all())
    places: dict[str, None] = {}
    techniques: dict[str, None] = {}
    for row in rows:
        places.setdefault(label(row.region, row.side))
        techniques.setdefault(TECHNIQUES[row.technique].name.lower())
    pressures = sorted({row.pressure for row in rows if row.pressure is not None})
    pressure = "" if not pressures else str(pressures[0]) if len(pressures) == 1 else f"{pressures[0]}-{pressures[-1]}"
    work = f"{', '.join(places)}: {', '.join(techniques)}" if rows else "see course"
    return letters.Session(note.visit_on, note.appointment.minutes, work, pressure)


def _series(client: Client, summary: Summary, author: Membership) -> tuple[letters.Series, ...]:
    found = readings_of(client, by=author, signed_only=True, first=summary.from_on, last=summary.until_on)
    return tuple(
        letters.Series(
            measure=MEASURES[code].name, unit=MEASURES[code].unit, better=MEASURES[code].better,
            readings=tuple(Reading(p.on, None if p.before is None else float(p.before),
                                   None if p.after is None else float(p.after)) for p in points),
            meaningful_change=MEASURES[code].meaningful_words)
        for code, points in sorted(found.items()) if code in MEASURES and len(points) > 1)


def _bands(client: Client, summary: Summary) -> tuple[Band, ...]:
    bands = []
    for episode in Episode.objects.filter(client=client, onset_on__lte=summary.until_on).exclude(status="not_a_relapse"):
        last = episode.ended_on or summary.until_on
        if last >= summary.from_on:
            bands.append(Band(max(episode.onset_on, summary.from_on), min(last, summary.until_on),
                              episode.get_kind_display(), "episode"))
        if episode.steroids_until and episode.steroids_until >= summary.from_on:
            bands.append(Band(max(episode.onset_on, summary.from_on), min(episode.steroids_until, summary.until_on),
                              "Steroid course", "steroids"))
    return tuple(bands)


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
