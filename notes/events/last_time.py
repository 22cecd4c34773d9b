"""What happened last time, for the banner before the next: stops and reactions of the last visit, spasms of half a year
with what set them off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clients.body import label
from clients.episodes import today_in
from clients.last_time import LastTime
from clients.models import Client
from notes.events.kinds import SOURCES, SPASM_SOURCE
from notes.events.log import said, said_more
from notes.models import Note, NoteEvent
from practice import clock
from practice.models import Membership

PAIRS_FOR = timedelta(days=183)


def events_of(member: Membership, clients: Collection[Client], before: date | None = None) -> QuerySet[NoteEvent]:
    """The events of half a year in notes this member may read, drafts too, with `whose` and the day last `signed`."""
    newest = before or max(today_in(client) for client in clients)
    standing = Coalesce("client__merged_into", "client")
    notes = Note.objects.visible_to(member).alias(whose=standing).filter(whose__in=[c.pk for c in clients]).order_by()
    if before:
        notes = notes.filter(visit_on__lt=before)
    signed = (notes.filter(whose=OuterRef("whose")).exclude(signed_at=None).order_by("-visit_on")
              .values("visit_on")[:1])
    return (NoteEvent.objects.filter(note__in=notes, note__visit_on__gte=newest - PAIRS_FOR)
            .annotate(whose=Coalesce("note__client__merged_into", "note__client"), signed=Subquery(signed)))


def events_last_time(rows: QuerySet[NoteEvent]) -> dict[UUID, list[LastTime]]:
    """The same in words, by client: what happened weighs before it is signed."""
    found: dict[UUID, list[NoteEvent]] = {}
    for event in rows.select_related("note").order_by("-note__visit_on", "-note_id", "position"):
        found.setdefault(vars(event)["whose"], []).append(event)
    return {pk: list(_lines(events, vars(events[0])["signed"])) for pk, events in found.items()}


def _lines(events: Sequence[NoteEvent], last_signed: date | None) -> Iterator[LastTime]:
    """Newest first: the events of the last visit, then pairs of older spasms."""
    latest = max([events[0].note.visit_on, *([last_signed] if last_signed else [])])
    of_last = [event for event in events if event.note.visit_on == latest]
    for event in of_last:
        draft = "" if event.note.is_signed else ", not signed yet"
        more = said_more(event)
        yield LastTime(
            latest, said(event), f"Last visit, {clock.said_date(latest)}{draft}: {said(event)}. {more}".strip(),
            SOURCES[event.kind])
    pairs: dict[tuple[str, str, str, str], list[NoteEvent]] = {}
    for event in events:
        if event.kind == "spasm" and event.work_region and event.region:
            pairs.setdefault((event.region, event.side, event.work_region, event.work_side), []).append(event)
    for (region, side, work_region, work_side), same in pairs.items():
        if len(same) == 1 and same[0] in of_last:
            continue
        where, by, day = label(region, side), label(work_region, work_side), same[0].note.visit_on
        often = "once" if len(same) == 1 else "twice" if len(same) == 2 else f"{len(same)} times"
        yield LastTime(
            day, f"work on the {by} sets off the {where}",
            f"Work on the {by} set off a spasm of the {where} {often} in half a year, last on {clock.said_date(day)}.",
            SPASM_SOURCE, "Trigger pair")
