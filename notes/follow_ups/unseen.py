"""Worrying answers nobody has looked at: told before every later visit, as what happened last time is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from clients.last_time import LastTime
from clients.models import Client
from clients.red_flags import CLOT
from clients.words_told import is_like_a_clot
from notes.follow_ups.questions import SOURCE, is_worrying
from notes.follow_ups.saying import said_follow_up
from notes.models import FollowUp
from practice import clock
from practice.models import Membership

LABEL = "To look at"


def unseen_of(member: Membership, clients: Collection[Client], before: date | None = None) -> QuerySet[FollowUp]:
    """The answers no therapist has looked at, however many visits ago, that may be worrying; with `whose`."""
    rows = FollowUp.objects.visible_to(member).annotate(
        whose=Coalesce("appointment__client__merged_into", "appointment__client")).filter(
            Q(soreness=3) | Q(lethargy=3) | ~Q(words=""), whose__in=[client.pk for client in clients],
            answered_at__isnull=False, seen_at=None)
    return rows.filter(appointment__wall_date__lt=before) if before else rows


def unseen_answers(rows: QuerySet[FollowUp]) -> dict[UUID, list[LastTime]]:
    """Those that are worrying in words, by client, the latest visit first."""
    found: dict[UUID, list[LastTime]] = {}
    for row in rows.select_related("appointment").order_by("-appointment__starts_at"):
        if is_worrying(row):
            found.setdefault(vars(row)["whose"], []).append(_line(row))
    return found


def _line(row: FollowUp) -> LastTime:
    day, said = clock.said_date(row.appointment.wall_date), said_follow_up(row)
    told = f"{said}. “{row.words}”" if said and row.words else f"{said}." if said else f"“{row.words}”"
    is_clot = is_like_a_clot(row.words)
    more = f" {CLOT.sign[:1].upper()}{CLOT.sign[1:]}: a doctor today, no massage before." if is_clot else ""
    return LastTime(row.appointment.wall_date, f"an answer after {day} that nobody has looked at",
                    f"By link after {day}, and nobody has looked at it yet: {told}{more}",
                    CLOT.citation if is_clot else SOURCE, LABEL)
