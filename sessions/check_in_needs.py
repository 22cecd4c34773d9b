"""What the answers to “how are you?” ask of somebody, as Today tells it. The front desk hears who decides, not what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from clients.models import Episode
from practice import clock
from practice.models import Membership
from sessions.check_ins import ASKED_IN, HowItIs, how_it_is
from sessions.models import Appointment, CheckIn

_AT_STAKE = ("proposed", "booked", "confirmed", "held")


def check_in_needs(member: Membership, mine: Q) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Words and address of what cannot wait (worse), then of what can (ready to return, to be rung).

    In two queries, however many there are. A client without a visit to come is everybody's.
    """
    today = clock.wall_of(timezone.now(), member.practice.time_zone)[0]
    visits = Appointment.objects.filter(client=OuterRef("client"), status__in=_AT_STAKE).filter(
        Q(status="held") | Q(ends_at__gt=timezone.now()))
    episodes = (
        Episode.objects.filter(practice=member.practice, status__in=ASKED_IN, client__archived_at=None)
        .filter(Exists(CheckIn.objects.filter(episode=OuterRef("pk"))))
        .filter(Exists(visits.filter(mine)) | ~Exists(visits))
        .annotate(held=Count("holds", filter=Q(holds__outcome="")),
                  whose=Subquery(visits.order_by("starts_at").values("therapist__user__name")[:1]))
        .select_related("client").prefetch_related("check_ins").order_by("client__name", "pk"))
    urgent: list[tuple[str, str]] = []
    later: list[tuple[str, str]] = []
    said = _for_the_therapist if member.may_see_clinical else _for_the_desk
    for episode in episodes:
        how = how_it_is(episode.client, list(episode.check_ins.all()), today)
        (urgent if how.is_worse else later).extend(said(episode, how))
    return urgent, later


def _for_the_therapist(episode: Any, how: HowItIs) -> Iterator[tuple[str, str]]:
    name, url = episode.client.name, reverse("sessions:episode", args=[episode.pk])
    if how.last and how.is_worse:
        yield f"{name} says it is worse, {clock.said_date(how.last.asked_for)}: look today", url
    if how.last and how.is_ready:
        how_well = "back to usual" if how.last.answer == CheckIn.Answer.USUAL else "better, twice in a row"
        what = "plan the return" if episode.held else "is it over?"
        yield f"{name} is {how_well}: {what}", url
    if how.waits and how.is_to_ring:
        since = clock.said_date(how.waits.asked_for)
        yield f"Ring {name} and ask how it is, since {since}", reverse("sessions:how_it_is", args=[episode.client_id])


def _for_the_desk(episode: Any, how: HowItIs) -> Iterator[tuple[str, str]]:
    name, whose = episode.client.name, (episode.whose or "a therapist").split()[0]
    if how.is_worse or how.is_ready:
        yield f"{name}: needs {whose}'s decision", reverse("sessions:on_hold")
    if how.is_to_ring:
        yield f"Ring {name} for {whose}", reverse("sessions:how_it_is", args=[episode.client_id])
