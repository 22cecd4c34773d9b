"""A client's own last visits as this reader may know them: what was done, for how long it helped, what followed.

Relief typed in the note of the next visit wins over the answer by link: both speak of the same visit.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

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
    ids = [visit.pk for visit in rows]
    typed, work = _typed([*ids, *([before.appointment_id] if before else [])], by), _work(ids, by)
    follow_ups = [_follow_up_of(visit, by) for visit in rows]
    found = []
    if rows[0].pk in typed:  # said at the first: of one before it
        found.append(Outcome(rows[0].starts_at - timedelta(minutes=1), rows[0].wall_date, typed[rows[0].pk]))
    following = [*ids[1:], before.appointment_id if before else None]
    for visit, follow_up, after in zip(rows, follow_ups, following, strict=True):
        relief = typed[after] if after in typed else _by_link(follow_up)
        is_still = relief is None and follow_up is not None and follow_up.helped == FollowUp.Helped.STILL
        found.append(Outcome(visit.starts_at, visit.wall_date, relief, is_still,
                             follow_up.soreness if follow_up else None, tuple(work.get(visit.pk, ()))))
    return found, follow_ups[-1]


def relief_answers(client: Client, by: Actor) -> list[float]:
    """For how many days visits helped, oldest first, as answered at the next one or by link; each visit once.

    Nothing for whoever may not read the record.
    """
    if not isinstance(by, Membership) or not may_read(by, Note):
        return []
    return known_relief(outcomes_of(client, by)[0])


def _typed(visits: list[UUID], by: Membership) -> dict[UUID, float]:
    """By visit, for how many days the one before it helped, as its note says."""
    rows = Measurement.objects.filter(measure=RELIEF, when="before", note__appointment__in=visits)
    told = rows.filter(note__in=Note.objects.visible_to(by).order_by()).order_by()
    return {visit: float(value) for visit, value in told.values_list("note__appointment", "value")}


def _work(visits: list[UUID], by: Membership) -> dict[UUID, list[Work]]:
    """By visit, what its signed note says was given, and how firmly; what was planned and not done does not count."""
    rows = Treatment.objects.filter(note__appointment__in=visits, note__signed_at__isnull=False).exclude(pressure=None)
    found: dict[UUID, list[Work]] = defaultdict(list)
    for row in rows.filter(note__in=Note.objects.visible_to(by).order_by()).order_by().select_related("note"):
        if row.pressure is not None and row.state == "given":
            firmly = Work(row.region, row.side, row.pressure, row.tolerated == "badly")
            found[row.note.appointment_id].append(firmly)
    return found


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
