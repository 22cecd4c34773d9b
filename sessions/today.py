"""What Today shows: the day's visits with what limits each, the open time between them, and what needs somebody.

A constant number of queries, whatever the number of visits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from clients.contraindications import cautions_for
from clients.limits import bodies_of
from clients.models import Client, Episode, EpisodeStep, Questionnaire
from clients.reviewing import waiting_for
from practice import clock
from practice.clock import day_begins, instant_at, minute_of
from practice.models import Membership
from sessions.availability import Window, merge, subtract
from sessions.caution_line import Line, for_the_desk, in_one_line
from sessions.models import RELEASED, Appointment, Hold
from sessions.steps import may_be_noted, offered
from sessions.supply import windows_of

LEAST_OPEN_MINUTES = 30
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

    @property
    def starts_at(self) -> datetime:
        return self.visit.starts_at


@dataclass(frozen=True, slots=True)
class OpenRow:
    """Open time of one therapist, from one wall time to another."""

    starts_at: datetime
    opens: str
    closes: str
    therapist: Membership


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person; `episode` is empty for whoever may not read it."""

    kind: str  # "possible", "other-time", "hold", "answers"
    client: Client
    words: str
    visit: UUID | None = None
    episode: UUID | None = None
    answers: UUID | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one therapist, or of everybody."""

    on: date
    is_everybody: bool
    rows: list[VisitRow | OpenRow]
    needs: list[Need] = field(default_factory=list)
    therapists: tuple[Membership, ...] = ()

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
        .filter(Q(starts_at__gte=begin, starts_at__lt=end) | Q(wants_other_time=True, starts_at__gte=timezone.now()))
        .select_related("client__practice", "therapist__user", "room", "service").order_by("starts_at", "id"))
    visits = [v for v in found if begin <= v.starts_at < end]
    asking = [v for v in found if v.wants_other_time and v.status in LIVE and v.starts_at >= timezone.now()]
    therapists = _therapists(member) if everybody else [member]
    rows: list[VisitRow | OpenRow] = [*_visit_rows(visits, member, on), *_open_rows(visits, therapists, on, member)]
    rows.sort(key=lambda row: row.starts_at)
    needs = [*_episode_needs(member, mine), *map(_other_time, asking), *map(_answered, waiting_for(member))]
    return Day(on, everybody, rows, needs, tuple(therapists))


def _therapists(member: Membership) -> list[Membership]:
    return list(Membership.objects.visible_to(member).filter(is_therapist=True, is_active=True).select_related("user"))


def _visit_rows(visits: Sequence[Appointment], member: Membership, on: date) -> list[VisitRow]:
    standing = [v for v in visits if v.status in LIVE]
    bodies = bodies_of({v.client_id: v.client for v in standing}.values()) if standing else {}
    rows = []
    for visit in visits:
        check = cautions_for(bodies[visit.client_id], on=on, minutes=visit.minutes) if visit in standing else None
        limits = None
        if check is not None:
            limits = in_one_line(check) if member.may_see_clinical else for_the_desk(check, visit.therapist)
        verbs = tuple(v for v in offered(visit, member) if v in _BUTTONS)
        rows.append(VisitRow(visit, limits, verbs, may_be_noted(visit, member), visit.ends_at <= timezone.now()))
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


def _episode_needs(member: Membership, mine: Q) -> list[Need]:
    """Possible episodes before a coming visit, clients who wrote again, visits on hold that wait; in one query."""
    today = clock.wall_of(timezone.now(), member.practice.time_zone)[0]
    coming = Appointment.objects.filter(mine, client=OuterRef("client"), status__in=LIVE[:3],
                                        ends_at__gt=timezone.now()).order_by("starts_at")
    held = Hold.objects.filter(episode=OuterRef("pk"), outcome="", appointment__in=Appointment.objects.filter(mine))
    last = EpisodeStep.objects.filter(episode=OuterRef("pk")).order_by("-at", "-pk")
    is_due = Q(status="confirmed", review_on__lte=today) | Q(status__in=["recovering", "resolved", "not_a_relapse"])
    wrote = Q(last_by=F("client__name")) & ~Q(last_note="")
    episodes = (
        Episode.objects.filter(practice=member.practice).select_related("client")
        .annotate(last_by=Subquery(last.values("by_name")[:1]), last_note=Subquery(last.values("note")[:1]))
        .filter((Q(status="suspected") | wrote) & Q(Exists(coming)) | Q(Exists(held)) & (is_due | wrote))
        .annotate(held=Count("holds", filter=Q(holds__outcome="")), next_visit=Subquery(coming.values("pk")[:1]),
                  next_at=Subquery(coming.values("starts_at")[:1]),
                  next_with=Subquery(coming.values("therapist__user__name")[:1]))
        .order_by("status", "review_on", "pk"))
    return [_episode_need(e, member) for e in episodes]


def _episode_need(episode: Any, member: Membership) -> Need:
    zone, name, since = member.practice.time_zone, episode.client.name, clock.said_date(episode.onset_on)
    pk = episode.pk if member.may_see_clinical else None
    when = clock.said(episode.next_at, zone) if episode.next_at else ""
    is_written = bool(episode.last_note) and episode.last_by == name
    if pk is None and when and (is_written or episode.status == Episode.Status.SUSPECTED):
        who = (episode.next_with or "the therapist").split()[0]
        return Need("possible", episode.client, f"{name}, {when}: needs {who}'s decision", visit=episode.next_visit)
    coming = f" Next visit {when}." if when else ""
    if pk and is_written:
        return Need("possible", episode.client, f"{name} wrote again: {kind_words(episode)} since {since}.{coming}",
                    visit=episode.next_visit, episode=pk)
    if episode.status == Episode.Status.SUSPECTED:
        return Need("possible", episode.client, f"{name}: possible {kind_words(episode)} since {since}.{coming}",
                    visit=episode.next_visit, episode=pk)
    visits = "1 visit" if episode.held == 1 else f"{episode.held} visits"
    due = f", to be looked at by {clock.said_date(episode.review_on)}" if episode.review_on else ""
    return Need("hold", episode.client, f"{name}: {visits} on hold{due}", episode=pk)


def kind_words(episode: Episode) -> str:
    """The kind of episode inside a sentence: "MS relapse", "migraine attack"."""
    label = episode.get_kind_display()
    return label if label[:2] == "MS" or label.startswith("Parkinson") else label[:1].lower() + label[1:]


def _other_time(visit: Appointment) -> Need:
    words = f"{visit.client.name} asked for another time than {visit.said}."
    return Need("other-time", visit.client, words, visit=visit.pk)


def _answered(row: Questionnaire) -> Need:
    assert row.submitted_at
    on = clock.said_date(clock.wall_of(row.submitted_at, row.client.practice.time_zone)[0])
    words = f"{row.client.name}: {row.get_kind_display().lower()} answered {on}, to be looked at."
    return Need("answers", row.client, words, answers=row.pk)
