"""A client's own last visits as this reader may know them: what was done, for how long it helped, what followed.

Relief typed in the note of the next visit wins over the answer by link: both speak of the same visit.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Prefetch
from django.utils import timezone

from clients.models import Client
from notes.follow_ups.suggested import Outcome, Work, known_relief
from notes.models import FollowUp, Measurement, Note, Treatment
from notes.outcomes import RELIEF
from practice.access import Actor, may_read
from practice.models import Membership
from sessions.models import RELEASED, Appointment

LOOKED_AT = 60  # visits back: six with the same place and pressure are rarely further apart


def outcomes_of(client: Client, by: Membership, before: Note | None = None) -> tuple[list[Outcome], FollowUp | None]:
    """The visits that took place, oldest first (with a note: those before its own), and what was asked after the last.

    In a constant number of queries. What a note kept to its author says is known to its author alone.
    """
    visits = (Appointment.objects.filter(client__in=client.family)
              .filter(starts_at__lt=before.appointment.starts_at if before else timezone.now())
              .exclude(status__in=(*RELEASED, "proposed")).select_related("follow_up")
              .order_by("-starts_at")[:LOOKED_AT])
    rows = list(visits)[::-1]
    if not rows:
        return [], None
    notes = _notes_of([*(visit.pk for visit in rows), *([before.appointment_id] if before else [])], by)
    follow_ups = [_follow_up_of(visit, by) for visit in rows]
    next_ids = [*(visit.pk for visit in rows[1:]), before.appointment_id if before else None]
    found = []
    if (typed := _typed(notes.get(rows[0].pk))) is not None:  # said at the first: of one before it
        found.append(Outcome(rows[0].starts_at - (rows[0].ends_at - rows[0].starts_at), rows[0].wall_date, typed))
    for visit, follow_up, following in zip(rows, follow_ups, next_ids, strict=True):
        typed = _typed(notes.get(following)) if following else None
        relief = typed if typed is not None else _by_link(follow_up)
        is_still = relief is None and follow_up is not None and follow_up.helped == FollowUp.Helped.STILL
        found.append(Outcome(visit.starts_at, visit.wall_date, relief, is_still,
                             follow_up.soreness if follow_up else None, _work_of(notes.get(visit.pk))))
    return found, follow_ups[-1]


def relief_answers(client: Client, by: Actor) -> list[float]:
    """For how many days visits helped, oldest first, as answered at the next one or by link; each visit once.

    Nothing for whoever may not read the record.
    """
    if not isinstance(by, Membership) or not may_read(by, Note):
        return []
    return known_relief(outcomes_of(client, by)[0])


def _notes_of(visits: list[UUID], by: Membership) -> Mapping[UUID, Note]:
    """The notes of these visits this member may read, with the answer to how long the last one helped, and the rows."""
    rows = Note.objects.visible_to(by).filter(appointment__in=visits).order_by().prefetch_related(
        Prefetch("measurements", Measurement.objects.filter(measure=RELIEF, when="before"), to_attr="told"),
        Prefetch("treatments", Treatment.objects.exclude(pressure=None), to_attr="given"))
    return {note.appointment_id: note for note in rows}


def _typed(note: Note | None) -> float | None:
    """For how many days the last visit helped, as this note says."""
    told = vars(note)["told"] if note else []
    return float(told[0].value) if told else None


def _work_of(note: Note | None) -> tuple[Work, ...]:
    """What a signed note says was given; what was planned and not done does not count."""
    if note is None or not note.is_signed:
        return ()
    return tuple(Work(row.region, row.side, row.pressure, getattr(row, "tolerated", "") == "badly")
                 for row in vars(note)["given"] if getattr(row, "state", "given") == "given")


def _follow_up_of(visit: Appointment, by: Membership) -> FollowUp | None:
    row: FollowUp | None = getattr(visit, "follow_up", None)
    if row is not None:
        row.appointment = visit
    return row if row is not None and row.answered_at and may_read(by, FollowUp) else None


def _by_link(row: FollowUp | None) -> float | None:
    """For how many days it helped, as answered by link; None where that is not known, or not yet."""
    if row is None or row.helped not in (FollowUp.Helped.UNTIL, FollowUp.Helped.NO):
        return None
    return float(row.helped_days or 0)
