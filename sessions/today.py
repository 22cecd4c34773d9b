"""What Today shows: the day's visits with what limits each, the open time between them, and what needs somebody.

A constant number of queries, whatever the number of visits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from clients.contraindications import cautions_for
from clients.duplicates import listed_alike
from clients.last_time import LastTime, last_times
from clients.limits import bodies_of
from clients.models import Client
from practice import clock
from practice.clock import day_begins, instant_at, minute_of
from practice.models import Membership
from sessions.asks import moved_column, still_to_say_yes
from sessions.availability import Window, merge, subtract
from sessions.away import absence_columns, in_absence
from sessions.caution_line import Line, for_the_desk, in_one_line
from sessions.models import RELEASED, Appointment, AppointmentEvent
from sessions.needs import Need, needs_of, unread_answers
from sessions.noted import NoteOf, note_columns, note_of
from sessions.steps import may_be_noted, offered
from sessions.work import windows_of

LEAST_OPEN_MINUTES = 30
NEEDS_AT_ONCE = 4
LIVE = ("proposed", "booked", "confirmed", "arrived", "fulfilled")
_BUTTONS = ("arrive", "complete")


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit of the day: what limits it, and the buttons it gets."""

    visit: Appointment
    limits: Line | None
    verbs: tuple[str, ...]
    is_noted: bool
    is_past: bool
    is_flagged: bool = False  # an answer before it speaks against it, and nobody has looked
    last: tuple[LastTime, ...] = ()
    note: NoteOf | None = None

    @property
    def starts_at(self) -> datetime:
        return self.visit.starts_at

    @property
    def may_be_unwell(self) -> bool:
        """Whether somebody may still ring to say that they are not well."""
        return not self.is_past and self.visit.status in ("proposed", "booked", "confirmed", "arrived")


@dataclass(frozen=True, slots=True)
class OpenRow:
    """Open time of one therapist, from one wall time to another."""

    starts_at: datetime
    opens: str
    closes: str
    therapist: Membership


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one therapist, or of everybody."""

    on: date
    is_everybody: bool
    rows: list[VisitRow | OpenRow]
    needs: list[Need] = field(default_factory=list)
    therapists: tuple[Membership, ...] = ()
    requests: tuple[tuple[Appointment, list[Client]], ...] = ()  # asked for online, and who they might be already

    @property
    def needs_first(self) -> list[Need]:
        """The most urgent, above the day's visits; a fold of one would spare nothing."""
        return self.needs if len(self.needs) <= NEEDS_AT_ONCE + 1 else self.needs[:NEEDS_AT_ONCE]

    @property
    def needs_later(self) -> list[Need]:
        """The others, folded away so that the day itself is in sight."""
        return self.needs[len(self.needs_first):]

    @property
    def count(self) -> int:
        """How many visits stand that day."""
        return sum(1 for row in self.rows if isinstance(row, VisitRow) and not row.visit.is_released)


def day_of(member: Membership, on: date, *, everybody: bool) -> Day:
    """The day as this member may see it; `everybody` shows all therapists' visits."""
    zone = member.practice.time_zone
    begin, end = day_begins(on, zone), day_begins(on + timedelta(days=1), zone)
    mine = Q() if everybody else Q(therapist=member)
    found = list(
        Appointment.objects.visible_to(member).filter(mine)
        .filter(Q(starts_at__gte=begin, starts_at__lt=end) | Q(wants_other_time=True, starts_at__gte=timezone.now())
                | Q(status="proposed", expires_at__gt=timezone.now(), reserved_by=None) | in_absence()
                | still_to_say_yes(member.practice))
        .annotate(asked_by=_last_asked(), **absence_columns(), **note_columns(member), **moved_column(member.practice))
        .select_related(
            "client__practice", "therapist__user", "room", "service", "online").order_by("starts_at", "id"))
    visits = [v for v in found if begin <= v.starts_at < end]
    asking = [v for v in found if v.wants_other_time and v.status in LIVE and v.starts_at >= timezone.now()]
    requests = [v for v in found if v.status == "proposed" and v.expires_at and v.expires_at > timezone.now()
                and not v.reserved_by_id]
    therapists = _therapists(member) if everybody else [member]
    answers = unread_answers(member, mine)
    flagged = {row.subject_id for row in answers if row.is_red}
    rows: list[VisitRow | OpenRow] = [*_visit_rows(visits, member, on, flagged),
                                      *_open_rows(visits, therapists, on, member)]
    rows.sort(key=lambda row: row.starts_at)
    return Day(on, everybody, rows, needs_of(member, mine, found, asking, answers), tuple(therapists),
               tuple(_who_asks(member, requests)))


def _who_asks(member: Membership, requests: Sequence[Appointment]) -> Iterator[tuple[Appointment, list[Client]]]:
    """Each request with those of the list who may be the same person; whoever is on it already is nobody else."""
    new = [v for v in requests if v.client.is_provisional]
    alike = dict(zip((v.pk for v in new), listed_alike(
        by=member, people=[(v.client.name, v.client.email, v.client.phone) for v in new]), strict=True))
    for visit in requests:
        yield visit, [other for other in alike.get(visit.pk, []) if other.pk != visit.client_id]


def _last_asked() -> Subquery:
    """Who said last that a visit needs another time."""
    steps = AppointmentEvent.objects.filter(appointment=OuterRef("pk"), verb="other-time").order_by("-at", "-pk")
    return Subquery(steps.values("by_name")[:1])


def _therapists(member: Membership) -> list[Membership]:
    return list(Membership.objects.visible_to(member).filter(is_therapist=True, is_active=True).select_related("user"))


def _visit_rows(visits: Sequence[Appointment], member: Membership, on: date, flagged: set[UUID]) -> list[VisitRow]:
    standing = [v for v in visits if v.status in LIVE]
    bodies = bodies_of({v.client_id: v.client for v in standing}.values()) if standing else {}
    last = last_times(member, [v.client for v in standing], before=on)
    rows = []
    for visit in visits:
        check = cautions_for(bodies[visit.client_id], on=on, minutes=visit.minutes) if visit in standing else None
        limits = None
        if check is not None:
            limits = in_one_line(check) if member.may_see_clinical else for_the_desk(check, visit.therapist)
        verbs = tuple(v for v in offered(visit, member) if v in _BUTTONS)
        rows.append(VisitRow(visit, limits, verbs, may_be_noted(visit, member), visit.ends_at <= timezone.now(),
                             visit.pk in flagged, last.get(visit.client_id, ()) if visit in standing else (),
                             note_of(visit, member)))
    return rows


def _open_rows(visits: Sequence[Appointment], therapists: Sequence[Membership], on: date,
               member: Membership) -> list[OpenRow]:
    """What the visits leave of the hours, from now on, in pieces worth offering."""
    zone = member.practice.time_zone
    if not therapists or day_begins(on + timedelta(days=1), zone) <= timezone.now():
        return []
    windows = windows_of(member.practice, [t.pk for t in therapists], on, on)
    past: Window = (0, -(-minute_of(timezone.now()) // 15) * 15)
    rows = []
    for therapist in therapists:
        taken = [(minute_of(v.occupied_from), minute_of(v.occupied_until)) for v in visits
                 if v.therapist_id == therapist.pk and v.status not in RELEASED]
        for opens, closes in subtract(windows[therapist.pk], merge([past, *taken])):
            if closes - opens >= LEAST_OPEN_MINUTES:
                rows.append(OpenRow(instant_at(opens), _wall(opens, zone), _wall(closes, zone), therapist))
    return rows


def _wall(minute: int, zone: str) -> str:
    return clock.said_time(clock.wall_of(instant_at(minute), zone)[1])
