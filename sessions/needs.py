"""What waits for somebody, as Today tells it: possible episodes, visits on hold, answers, wishes, doctors' words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from clients.clearances import EXPIRING_DAYS, running_out
from clients.findings import FINDINGS
from clients.models import Clearance, Episode, EpisodeStep, Finding, Questionnaire
from clients.sentences import in_a_sentence
from practice import clock
from practice.models import Membership
from practice.waiting import waiting_for
from sessions.asks import is_unconfirmed
from sessions.away import count_absences, kept_in_absence
from sessions.check_before import PRE_VISIT
from sessions.check_in_needs import check_in_needs
from sessions.freed import standing_in
from sessions.models import Appointment, FreedTime, Hold, Plan

STANDING = ("proposed", "booked", "confirmed")


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits for a person, and the page where it is dealt with."""

    words: str
    url: str
    phone: str = ""  # whom to ring about it
    is_urgent: bool = False  # stands before what can wait


# Rooms to the right register here what waits in them for a member, whose visits are the ones `Q` says.
MORE_NEEDS: list[Callable[[Membership, Q], Iterable[Need]]] = []


def needs_of(member: Membership, mine: Q, visits: Iterable[Appointment], asking: Iterable[Appointment],
             answers: Iterable[Any]) -> list[Need]:
    """Everything that waits for this member; the front desk is told that somebody has to decide, never what.

    `visits` were read with `away.absence_columns`.
    """
    urgent, later = ([Need(*told) for told in part] for part in check_in_needs(member, mine))
    more = [need for waits_in in MORE_NEEDS for need in waits_in(member, mine)]
    more += [Need(one.words, one.url, is_urgent=one.is_urgent) for one in waiting_for(member)]
    urgent += [need for need in more if need.is_urgent]
    to_ring = (_not_confirmed(visit) for visit in visits if is_unconfirmed(visit, member.practice))
    needs = [*urgent, *_episode_needs(member, mine), *map(_other_time, asking), *to_ring, *more, *later,
             *_plan_needs(member, mine), *_absences(visits), *(_answered(row, member) for row in answers),
             *_freed_times(member, mine), *_doctors_words(member), *_to_look_at_again(member)]
    return list(dict.fromkeys(needs))  # the desk is told the same of an episode and of the answers that opened it


def unread_answers(member: Membership, mine: Q) -> list[Any]:
    """Answers nobody has looked at, oldest first, with `visit_at` and `visit_with` where they are of a coming visit.

    The front desk gets those a visit is flagged for, and no others.
    """
    visit = Appointment.objects.filter(mine, pk=OuterRef("subject_id"), status__in=STANDING, ends_at__gt=timezone.now())
    rows = (
        Questionnaire.objects.filter(practice=member.practice, submitted_at__isnull=False, reviewed_at=None,
                                     client__archived_at=None)
        .annotate(visit_at=Subquery(visit.values("starts_at")[:1]),
                  visit_with=Subquery(visit.values("therapist__user__name")[:1]))
        .filter(~Q(kind=PRE_VISIT) | Q(visit_at__isnull=False))
        .select_related("client").order_by("submitted_at", "pk"))
    return list(rows if member.may_see_clinical else rows.filter(is_red=True, visit_at__isnull=False))


def _episode_needs(member: Membership, mine: Q) -> list[Need]:
    """Possible episodes before a coming visit, clients who wrote again, visits on hold that wait; in one query."""
    today = clock.wall_of(timezone.now(), member.practice.time_zone)[0]
    coming = Appointment.objects.filter(mine, client=OuterRef("client"), status__in=STANDING,
                                        ends_at__gt=timezone.now()).order_by("starts_at")
    anybodys = Appointment.objects.filter(client=OuterRef("client"), status__in=STANDING, ends_at__gt=timezone.now())
    # Reported with no visit to come: nobody's row in particular, so whoever may decide is told.
    is_nobodys = Q(status="suspected", client__archived_at=None) & ~Exists(anybodys) if member.may_see_clinical else Q(
        pk=None)
    held = Hold.objects.filter(episode=OuterRef("pk"), outcome="", appointment__in=Appointment.objects.filter(mine))
    last = EpisodeStep.objects.filter(episode=OuterRef("pk")).order_by("-at", "-pk")
    is_due = Q(status="confirmed", review_on__lte=today) | Q(status__in=["recovering", "resolved", "not_a_relapse"])
    wrote = Q(last_by=F("client__name")) & ~Q(last_note="")
    is_late = Q(status="confirmed", review_on__lte=today)  # also where nothing is on hold: the next visit is flagged
    episodes = (
        Episode.objects.filter(practice=member.practice).select_related("client")
        .annotate(last_by=Subquery(last.values("by_name")[:1]), last_note=Subquery(last.values("note")[:1]))
        .filter((Q(status="suspected") | is_late | wrote) & Q(Exists(coming)) | Q(Exists(held)) & (is_due | wrote)
                | is_nobodys)
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
        return Need(f"{name}, {when}: needs {_first(episode.next_with)}'s decision", _visit_url(episode.next_visit))
    coming = f" Next visit {when}." if when else ""
    if pk and is_written:
        return Need(f"{name} wrote again: {kind_words(episode)} since {since}.{coming}", _episode_url(pk))
    if episode.status == Episode.Status.SUSPECTED:
        return Need(f"{name}: possible {kind_words(episode)} since {since}.{coming}", _episode_url(pk))
    due = f"to be looked at by {clock.said_date(episode.review_on)}" if episode.review_on else ""
    if not episode.held:
        if pk is None:
            return Need(f"{name}, {when}: needs {_first(episode.next_with)}'s decision", _visit_url(episode.next_visit))
        return Need(f"{name}: {kind_words(episode)} since {since}, {due}.{coming}", _episode_url(pk))
    visits = "1 visit" if episode.held == 1 else f"{episode.held} visits"
    return Need(f"{name}: {visits} on hold{due and ', '}{due}", _episode_url(pk))


def _first(name: str | None) -> str:
    return (name or "the therapist").split()[0]


def _plan_needs(member: Membership, mine: Q) -> list[Need]:
    """Plans that were sent to a client: of which some times do not suit, nobody said yes in time, or a time that is
    kept for the yes lies in time off or on a closed day since; in one query.

    Told until there is a newer plan, or nothing is on hold any more.
    """
    held = Hold.objects.filter(episode=OuterRef("episode"), outcome="",
                               appointment__in=Appointment.objects.filter(mine))
    newer = Plan.objects.filter(episode=OuterRef("episode"), created_at__gt=OuterRef("created_at"))
    plans = (
        Plan.objects.filter(practice=member.practice, sent_at__isnull=False)
        .filter(status__in=("proposed", "expired", "stale"))
        .annotate(is_shut=Exists(kept_in_absence(OuterRef("pk"))))
        .exclude(status="proposed", answered_at=None, expires_at__gt=timezone.now(), is_shut=False)
        .filter(Exists(held), ~Exists(newer)).select_related("client").order_by("expires_at", "pk")
        .annotate(gone=Count("moves", filter=Q(moves__suits=False))))
    return [Need(_plan_words(row), reverse("sessions:plan", args=[row.pk])) for row in plans]


def _plan_words(row: Any) -> str:
    name = row.client.name
    if row.gone:
        return f"{name}: 1 new time does not suit" if row.gone == 1 else f"{name}: {row.gone} new times do not suit"
    if row.is_shut and row.status == Plan.Status.PROPOSED:
        return f"{name}: a time kept for their answer lies in time off or on a closed day. Take the plan back"
    if row.status == Plan.Status.STALE:
        return f"{name}: the new times do not stand any more"
    return f"{name} did not answer whether the new times suit"


def _answered(row: Any, member: Membership) -> Need:
    zone, name = member.practice.time_zone, row.client.name
    when = clock.said(row.visit_at, zone) if row.visit_at else ""
    if not member.may_see_clinical:
        return Need(f"{name}, {when}: needs {row.visit_with.split()[0]}'s decision", _visit_url(row.subject_id))
    url = reverse("clients:answers_review", args=[row.pk])
    if row.is_red:
        return Need(f"{name} answered before {when}: something speaks against it", url)
    on = clock.said_date(clock.wall_of(row.submitted_at, zone)[0])
    what = f"answered before {when}" if when else f"{row.get_kind_display().lower()} answered {on}"
    return Need(f"{name}: {what}, to be looked at", url)


def _absences(visits: Iterable[Appointment]) -> list[Need]:
    """How many visits lie in whose time off, and on which closed day."""
    needs = []
    for kind, pk, name, count in count_absences(visits):
        said = "1 visit lies" if count == 1 else f"{count} visits lie"
        where = f"in {name.split()[0]}'s time off" if kind == "time-off" else f"on a closed day: {name}"
        needs.append(Need(f"{said} {where}", reverse("sessions:away", args=[kind, pk])))
    return needs


def _other_time(visit: Appointment) -> Need:
    how = "asked for" if visit.is_asked_for else "needs"
    return Need(f"{visit.client.name} {how} another time than {visit.said}.", _visit_url(visit.pk))


def _not_confirmed(visit: Appointment) -> Need:
    return Need(f"{visit.client.name} has not confirmed {visit.said}", _visit_url(visit.pk), visit.client.phone)


def _freed_times(member: Membership, mine: Q) -> list[Need]:
    """Time that came free: to how many it is offered and until when, or that nobody took it; in one query."""
    is_taken = standing_in(OuterRef("therapist"), OuterRef("starts_at"), OuterRef("ends_at"))
    running = Q(offers__state="open", offers__expires_at__gt=timezone.now())
    rows = (FreedTime.objects.visible_to(member).filter(mine, state__in=("offered", "untaken"),
                                                        starts_at__gt=timezone.now())
            .exclude(Exists(is_taken)).select_related("therapist__user").order_by("starts_at", "pk")
            .annotate(running=Count("offers", filter=running), until=Max("offers__expires_at", filter=running)))
    return [Need(_freed_words(row, member.practice.time_zone), reverse("sessions:freed_time", args=[row.pk]))
            for row in _each_time_once(rows)[:20]]


def _each_time_once(rows: Iterable[Any]) -> list[Any]:
    """Of a time that was let go more than once the line that says most: to whom it is offered, else the longest."""
    kept: list[Any] = []
    for row in sorted(rows, key=lambda row: (not row.running, row.starts_at - row.ends_at)):
        if not any(row.therapist_id == other.therapist_id and row.starts_at < other.ends_at
                   and row.ends_at > other.starts_at for other in kept):
            kept.append(row)
    return sorted(kept, key=lambda row: (row.starts_at, row.pk))


def _freed_words(row: Any, zone: str) -> str:
    when = f"{clock.said_span(row.starts_at, row.ends_at, zone)}, {row.therapist.name}"
    if not row.running:
        return f"{when}: came free, nobody has taken it"
    people = "1 person" if row.running == 1 else f"{row.running} people"
    return f"{when}: offered to {people} until {clock.said(row.until, zone)}"


def _doctors_words(member: Membership) -> list[Need]:
    """How many clearances run out within a month, or just did; nothing for whoever may not read them."""
    if not member.may_see_clinical:
        return []
    today = clock.wall_of(timezone.now(), member.practice.time_zone)[0]
    count = running_out(Clearance.objects.visible_to(member).filter(client__archived_at=None), today).count()
    until = clock.said_date(today + timedelta(days=EXPIRING_DAYS))
    words = f"{count} doctors’ words run" if count > 1 else "1 doctor’s word runs"
    return [Need(f"{words} out by {until}", reverse("clients:clearances"))] if count else []


def _to_look_at_again(member: Membership) -> list[Need]:
    """Findings whose day to be looked at again has come, by client; nothing for whoever may not read them."""
    if not member.may_see_clinical:
        return []
    today = clock.wall_of(timezone.now(), member.practice.time_zone)[0]
    due = (Finding.objects.visible_to(member).filter(review_on__lte=today, client__archived_at=None)
           .filter(Q(ended_on=None) | Q(ended_on__gte=today)).select_related("client").order_by("review_on", "pk"))
    return [Need(f"{row.client.name}: {in_a_sentence(FINDINGS[row.finding].name)}, to be looked at again since "
                 f"{clock.said_date(row.review_on)}", reverse("clients:finding_edit", args=[row.pk]))
            for row in due[:20] if row.review_on and row.finding in FINDINGS]


def _visit_url(pk: UUID) -> str:
    return reverse("sessions:appointment", args=[pk])


def _episode_url(pk: UUID | None) -> str:
    return reverse("sessions:episode", args=[pk]) if pk else reverse("sessions:on_hold")


def kind_words(episode: Episode) -> str:
    """The kind of episode inside a sentence: "MS relapse", "migraine attack"."""
    return in_a_sentence(episode.get_kind_display())
