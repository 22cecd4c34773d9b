"""What a visit in the diary is marked with beside its state: read with the visits, in the same query.

Marks are an icon and a word each. The front desk reads that a therapist has to decide, never why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from clients.clearances import EXPIRING_DAYS, ending
from clients.contraindications import cautions_for
from clients.limits import bodies_of
from clients.models import Clearance, Client, ClientCondition, Contact, Episode, Finding, Questionnaire
from practice import clock
from practice.composed import ComposedRows
from practice.models import Membership, Room
from sessions.attention import BARRING_CONDITIONS, BARRING_FINDINGS, COMING
from sessions.away import absence_columns
from sessions.caution_line import first_name
from sessions.check_before import PRE_VISIT
from sessions.models import RELEASED, Appointment

INTAKE = Questionnaire.Kind.INTAKE
_SHOWN_OF_CLIENT = {"id", "name", "preferred_name", "practice", "heat_sensitive", "cold_sensitive"}
_NOT_SHOWN = [f"client__{f.name}" for f in Client._meta.concrete_fields if f.name not in _SHOWN_OF_CLIENT]


@dataclass(frozen=True, slots=True)
class Flag:
    """One mark: a symbol, its word, and whether it weighs (clay) or is good to know (quiet)."""

    icon: str
    words: str
    weighs: bool = False


def visits_between(member: Membership, begin: datetime, end: datetime,
                   all_rooms: Sequence[Room] | None = None) -> list[Any]:
    """The visits that begin between two instants, each with what `flags_of` and `absence_of` read of it, and with whom
    they are and where: in three queries; two where the practice's rooms were read before.

    A day of ten therapists has a hundred visits and ten people: each is read once, not joined to every row.
    """
    practice, now = member.practice, timezone.now()
    today = clock.wall_of(now, practice.time_zone)[0]
    people = {row.pk: row for row in Membership.objects.filter(practice=practice).select_related("user")}
    rooms = {row.pk: row for row in (Room.objects.filter(practice=practice) if all_rooms is None else all_rooms)}
    found = _VISITS(practice.pk, begin, end, now, today, today + timedelta(days=EXPIRING_DAYS))
    for person in people.values():
        person.practice = practice
    for visit in found:
        visit.practice = visit.client.practice = practice
        visit.therapist, visit.room = people[visit.therapist_id], rooms[visit.room_id]
    return found


def _visits(practice: UUID, begin: datetime, end: datetime, now: datetime, today: date,
            soon: date) -> QuerySet[Appointment]:
    client = OuterRef("client")
    asked = Questionnaire.objects.filter(client=client)
    earlier = Appointment.objects.filter(client=client, starts_at__lt=OuterRef("starts_at"))
    doubt = Episode.objects.filter(client=client).filter(Q(status="suspected") | Q(
        status="confirmed", hold_until__lte=today))
    hot = Episode.objects.filter(client=client, status__in=("suspected", "confirmed"), fever_or_infection=True)
    found = Finding.objects.filter(client=client, finding__in=BARRING_FINDINGS).filter(
        Q(ended_on=None) | Q(ended_on__gte=OuterRef("wall_date")))
    named = ClientCondition.objects.filter(client=client, condition__in=BARRING_CONDITIONS, ended_on=None)
    contacts = Contact.objects.filter(client=client)
    visits = Appointment.objects.filter(practice=practice, starts_at__gte=begin, starts_at__lt=end)
    return visits.annotate(
        **absence_columns(),
        is_first=~Exists(earlier.exclude(status__in=RELEASED)),
        is_next=~Exists(earlier.filter(status__in=COMING, ends_at__gt=now)),
        has_transport=Exists(contacts.filter(role=Contact.Role.TRANSPORT)),
        has_carer=Exists(contacts.filter(role=Contact.Role.CARER)),
        awaits_intake=Exists(asked.filter(kind=INTAKE, submitted_at=None, closes_at__gt=now)),
        is_red=Exists(Questionnaire.objects.filter(
            kind=PRE_VISIT, subject_id=OuterRef("pk"), is_red=True, reviewed_at=None, submitted_at__isnull=False)),
        in_doubt=Exists(doubt), may_bar=Exists(found) | Exists(named) | Exists(hot),
        clearance_ends=Subquery(ending(Clearance.objects.filter(client=client), today, soon).values("expires_on")[:1]),
    ).order_by("starts_at", "id").select_related("client").defer(*_NOT_SHOWN)


_VISITS = ComposedRows(_visits)


def flags_of(visits: Sequence[Appointment], member: Membership) -> dict[UUID, list[Flag]]:
    """The marks of each of these visits (read by `visits_between`).

    Only where something known can bar a client's visit at all, one query more, however many there are.
    """
    deciding = _needing_decision(visits)
    return {visit.pk: list(_marks(visit, member, visit.pk in deciding)) for visit in visits}


def _marks(visit: Any, member: Membership, needs_decision: bool) -> Any:
    if needs_decision:
        whose = "your" if visit.therapist_id == member.pk else f"{first_name(visit.therapist)}’s"
        yield Flag("flag", f"needs {whose} decision", weighs=True)
    if visit.wants_other_time:
        yield Flag("clock", "other time asked", weighs=True)
    if visit.clearance_ends and member.may_see_clinical and visit.status in COMING:
        yield Flag("letter", f"clearance ends {clock.said_date(visit.clearance_ends)}", weighs=True)
    if visit.awaits_intake:
        yield Flag("note", "intake not answered")
    if visit.is_first:
        yield Flag("person", "first visit")
    if visit.has_transport:
        yield Flag("transport", "transport booked")
    if visit.has_carer:
        yield Flag("clients", "carer comes along")


def _needing_decision(visits: Sequence[Any]) -> set[UUID]:
    coming = [v for v in visits if v.status in COMING and v.ends_at > timezone.now()]
    waiting = {v.pk for v in coming if v.is_red or (v.in_doubt and v.is_next)}
    asked = [v for v in coming if v.may_bar and v.pk not in waiting]
    bodies = bodies_of({v.client_id: v.client for v in asked}.values()) if asked else {}
    return waiting | {v.pk for v in asked if cautions_for(
        bodies[v.client_id], on=v.wall_date, minutes=v.minutes).verdict in ("clearance", "stop")}
