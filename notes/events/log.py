"""Log what happened in a session while its note is a draft; say it in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from clients.body import REGIONS, label, sides_of
from clients.models import Client
from notes.events.kinds import ENDINGS, KINDS, LASTED, TIMES, WHATS
from notes.models import Note, NoteEvent
from practice.refusals import BadInput
from practice.techniques import TECHNIQUES

MOST_EVENTS = 20
TOO_MANY_EVENTS = f"{MOST_EVENTS} events of one session at most."


@dataclass(frozen=True, slots=True)
class EventInput:
    """One event as logged: its kind, and whatever more is known.

    `region` and `side` are where it showed; `work_*` is what was being done there or elsewhere; a spasm has `lasted`
    and `ending`, a reaction when it `came`; what was `done`, and whom one `told`, are plain words.
    """

    kind: str
    what: str = ""
    region: str = ""
    side: str = ""
    work_region: str = ""
    work_side: str = ""
    work_technique: str = ""
    lasted: str = ""
    came: str = ""
    ending: str = ""
    done: str = ""
    told: str = ""
    words: str = ""


# What may be said of each kind besides where it was, during which work, and in words: for the verb, the sheet, the API.
FITS = {"spasm": ("lasted", "ending"), "stopped": ("what", "done", "told"),
        "reaction": ("what", "came", "done", "told")}
_OF_SOME = tuple(dict.fromkeys(name for names in FITS.values() for name in names))
_WORDS: dict[str, dict[str, str]] = {"lasted": LASTED, "came": TIMES, "ending": ENDINGS}
_LENGTHS = {"done": 500, "told": 200, "words": 500}


def replace_events(note: Note, rows: Sequence[EventInput]) -> None:
    """Put these events in place of those of a locked draft; refuses what its kind cannot say, in words."""
    if len(rows) > MOST_EVENTS:
        raise BadInput(TOO_MANY_EVENTS, field="events")
    for index, row in enumerate(rows):
        refuse_bad_event(row, f"events/{index}")
    note.events.all().delete()
    NoteEvent.objects.bulk_create(
        NoteEvent(note=note, position=i, **{name: value.replace("\x00", "") for name, value in asdict(row).items()})
        for i, row in enumerate(rows))


def refuse_bad_event(row: EventInput, where: str = "events") -> None:
    """Refuse an unknown kind, place or technique, and what its kind does not have."""
    if row.kind not in KINDS:
        raise BadInput(f"“{row.kind[:40]}” is not something that can be logged: spasm, stopped or reaction.",
                       field=f"{where}/kind")
    for name in _OF_SOME:
        if getattr(row, name) and name not in FITS[row.kind]:
            raise BadInput(f"{KINDS[row.kind]} has no “{name}”.", field=f"{where}/{name}")
    if row.what and row.what not in WHATS[row.kind]:
        raise BadInput(f"Choose one of {', '.join(WHATS[row.kind])}.", field=f"{where}/what")
    for name, words in _WORDS.items():
        if getattr(row, name) not in ("", *words):
            raise BadInput(f"Choose one of {', '.join(words)}.", field=f"{where}/{name}")
    _refuse_place(row.region, row.side, f"{where}/", "region", "side")
    _refuse_place(row.work_region, row.work_side, f"{where}/", "work_region", "work_side")
    if row.work_technique and row.work_technique not in TECHNIQUES:
        raise BadInput(f"“{row.work_technique[:40]}” is not a technique of the catalogue.",
                       field=f"{where}/work_technique")
    for name, most in _LENGTHS.items():
        if len(getattr(row, name)) > most:
            raise BadInput(f"{most} characters at most fit here.", field=f"{where}/{name}")


def _refuse_place(region: str, side: str, where: str, region_name: str, side_name: str) -> None:
    if not region and not side:
        return
    if region not in REGIONS:
        raise BadInput(f"“{region[:40]}” is not on the body map.", field=f"{where}{region_name}")
    if side not in sides_of(region):
        raise BadInput(f"Say which side of the {REGIONS[region].name.lower()}: {', '.join(sides_of(region))}.",
                       field=f"{where}{side_name}")


def said(event: Any) -> str:
    """One event in words: “spasm of the left calf, set off by work on the left foot (deep tissue)”."""
    head = {"spasm": "spasm", "stopped": "stopped", "reaction": "reaction"}[event.kind]
    what = WHATS[event.kind].get(event.what)
    if event.kind == "spasm":
        head = f"spasm{f' of the {label(event.region, event.side)}' if event.region else ''}"
    elif event.kind == "stopped":
        head = f"stopped for {what.name if what and what.code != 'other' else event.words or 'a reason not noted'}"
        head += f" in the {label(event.region, event.side)}" if event.region else ""
    else:
        head = what.name if what and what.code != "other" else event.words or "a reaction"
        head += f" in the {label(event.region, event.side)}" if event.region else ""
        head += f", {TIMES[event.came]}" if event.came else ""
    return head + _said_work(event)


def _said_work(event: Any) -> str:
    named = TECHNIQUES[event.work_technique].name if event.work_technique in TECHNIQUES else ""
    by = ", set off by " if event.kind == "spasm" else ", during "
    if event.work_region:
        return f"{by}work on the {label(event.work_region, event.work_side)}{f' ({named})' if named else ''}"
    return f"{by}{named}" if named else ""


def said_more(event: Any) -> str:
    """What followed, in a sentence or two; empty where nothing is noted."""
    is_in_head = event.kind != "spasm" and event.what in ("", "other")
    parts = [LASTED.get(event.lasted, ""), ENDINGS.get(event.ending, ""), event.done,
             f"told {event.told}" if event.told else "", "" if is_in_head else event.words]
    said_parts = [part.strip().rstrip(".") for part in parts]
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in said_parts if part)


def events_between(client: Client, first: date, last: date) -> list[NoteEvent]:
    """What happened in the signed sessions of these days that every therapist may read, both days included, oldest
    first; nothing is an answer too.
    """
    rows = NoteEvent.objects.filter(
        note__client__in=client.family, note__visit_on__range=(first, last), note__visibility="therapists",
        note__signed_at__isnull=False)
    return list(rows.select_related("note").order_by("note__visit_on", "note_id", "position"))
