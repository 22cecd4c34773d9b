"""Which visits wait for a therapist's decision; the front desk is told that much and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from django.db.models import Exists, Min, OuterRef
from django.utils import timezone

from clients.conditions import CONDITIONS, line_of
from clients.contraindications import Body, cautions_for
from clients.limits import bodies_of
from clients.models import Client, ClientCondition, Episode, Finding
from clients.rule import Level
from clients.rules import RULES
from practice import clock
from practice.composed import ComposedRows
from sessions.check_before import flagged
from sessions.models import Appointment

COMING = (Appointment.Status.PROPOSED, Appointment.Status.BOOKED, Appointment.Status.CONFIRMED)
_BARRING = [rule.when for rule in RULES.values() if rule.level >= Level.CLEARANCE]
BARRING_FINDINGS = {code for when in _BARRING if when.kind == "finding" for code in when.codes}
_NAMED = {code for when in _BARRING if when.kind == "condition" for code in when.codes}
BARRING_CONDITIONS = {code for code in CONDITIONS if _NAMED & set(line_of(code))}


class Visit(Protocol):
    """What has to be known of a visit."""

    @property
    def id(self) -> UUID: ...
    @property
    def client_id(self) -> UUID: ...
    @property
    def status(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def minutes(self) -> int: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def wall_date(self) -> date: ...


def needing_decision(visits: Sequence[Visit], known: Mapping[UUID, Body] | None = None) -> set[UUID]:
    """Of these visits, the ones on hold, the coming ones the safety check bars or an answer speaks against, and the
    next one of a client who may be having an episode or whose review is overdue. A constant number of queries.

    `known` are the bodies of their clients, where they were read already.
    """
    held = {visit.id for visit in visits if visit.status == Appointment.Status.HELD}
    coming = [visit for visit in visits if visit.status in COMING and visit.ends_at > timezone.now()]
    held |= flagged([visit.id for visit in coming]) if coming else set()
    bodies = (known if known is not None else
              bodies_of(_in_question({visit.client_id for visit in coming})) if coming else {})
    if not bodies:
        return held
    asked = [visit for visit in coming if visit.client_id in bodies]
    barred = {v.id for v in asked
              if cautions_for(bodies[v.client_id], on=v.wall_date, minutes=v.minutes).verdict in ("clearance", "stop")}
    return held | barred | _next_of({v.client_id for v in asked if _is_in_doubt(bodies[v.client_id], v)}, asked)


_barrable = ComposedRows(lambda clients: Client.objects.filter(pk__in=clients).filter(
    Exists(Episode.objects.filter(client=OuterRef("pk"), status__in=Episode.OPEN))
    | Exists(Finding.objects.filter(client=OuterRef("pk"), finding__in=BARRING_FINDINGS))
    | Exists(ClientCondition.objects.filter(client=OuterRef("pk"), condition__in=BARRING_CONDITIONS))))


def _in_question(clients: set[UUID]) -> list[Client]:
    """Those about whom something is known that can bar a visit at all; most need no further look."""
    return _barrable(sorted(clients)) if clients else []


def _is_in_doubt(body: Body, visit: Visit) -> bool:
    today = clock.wall_of(timezone.now(), visit.time_zone)[0]
    return any(e.status == "suspected" or (e.status == "confirmed" and e.hold_until and e.hold_until < today)
               for e in body.episodes)


def _next_of(clients: set[UUID], visits: Sequence[Visit]) -> set[UUID]:
    if not clients:
        return set()
    rows = Appointment.objects.filter(client__in=clients, status__in=COMING, ends_at__gt=timezone.now())
    first = dict(rows.order_by().values_list("client").annotate(Min("starts_at")))
    return {visit.id for visit in visits if first.get(visit.client_id) == visit.starts_at}
