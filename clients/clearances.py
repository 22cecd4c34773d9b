"""A doctor's word on what may be done: asked for, given or not yet, where, how firmly, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypedDict

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from clients.conditions import CONDITIONS
from clients.episodes import today_in
from clients.findings import FINDINGS
from clients.models import Clearance, Client, Doctor
from clients.recording import Place, check_place
from clients.rule import EPISODES
from clients.rules import RULES
from clients.standing import lock_client
from practice import audit, clock
from practice.access import Actor
from practice.refusals import BadInput, WrongState
from practice.techniques import TECHNIQUES

STATES = ("requested", "granted", "refused")
EXPIRING_DAYS = 30  # how long ahead a clearance that runs out is told of, and how long after


class PlaceJson(TypedDict):
    """One place as the row stores it."""

    region: str
    side: str


@dataclass(frozen=True, slots=True)
class Terms:
    """The limits of a doctor's word; what is left out limits nothing, no places means everywhere."""

    places: Sequence[Place] = ()
    max_pressure: int | None = None
    excluded_techniques: Sequence[str] = ()
    minutes: int | None = None
    expires_on: date | None = None

    def columns(self) -> dict[str, Any]:
        """The limits as a row stores them; refuses places and techniques that are none."""
        for index, (region, side) in enumerate(self.places):
            check_place(region, side, field=f"regions/{index}")
        _refuse_unknown_techniques(self.excluded_techniques)
        regions = [PlaceJson(region=region, side=side) for region, side in sorted(set(self.places))]
        return {"regions": regions, "max_pressure": self.max_pressure, "minutes": self.minutes,
                "excluded_techniques": sorted(set(self.excluded_techniques)), "expires_on": self.expires_on}


@transaction.atomic
def record_clearance(
    *, client: Client, doctor: Doctor, state: str, by: Actor, scope: str = "", places: Sequence[Place] = (),
    max_pressure: int | None = None, excluded_techniques: Sequence[str] = (), minutes: int | None = None,
    expires_on: date | None = None,
) -> Clearance:
    """Record what was asked of a doctor, or what they answered; their newest word on the same thing replaces the last.

    `scope` is what it is for: a rule, a condition, a finding or a kind of episode; "" is in general. Refuses unknown
    codes, and a grant that has run out already.
    """
    if state not in STATES:
        raise BadInput("Say requested, granted or refused. What a doctor answers through a link is accepted on its own "
                       "page.", field="state")
    terms = Terms(places, max_pressure, excluded_techniques, minutes, expires_on)
    return _noted(client, doctor, state, scope, terms, by)


@transaction.atomic
def receive_clearance(*, client: Client, doctor: Doctor, by: Actor, scope: str, terms: Terms) -> Clearance:
    """Keep what came through a doctor's link: it allows and forbids nothing until a therapist accepts it."""
    return _noted(client, doctor, Clearance.State.RECEIVED, scope, terms, by)


@transaction.atomic
def accept_clearance(*, clearance: Clearance, state: str, terms: Terms, by: Actor) -> Clearance:
    """Let a received answer count, as granted or refused, with these limits; from now on booking, plan and note obey.

    Refuses one that is accepted or set aside already, and a grant that has run out.
    """
    row = _received(clearance)
    today = today_in(row.client)
    row.state, row.recorded_at = state, timezone.now()
    for name, value in terms.columns().items():
        setattr(row, name, value)
    _refuse_run_out(row, today)
    _close_earlier(row, today)
    row.save(update_fields=["state", "recorded_at", *terms.columns()])
    audit.record(by=by, verb=f"clearance_{state}", subject=row)
    return row


@transaction.atomic
def set_aside_clearance(*, clearance: Clearance, by: Actor) -> Clearance:
    """A received answer does not count; what was asked waits for one again."""
    row = _received(clearance)
    row.state = Clearance.State.SET_ASIDE
    row.save(update_fields=["state"])
    audit.record(by=by, verb="clearance_set_aside", subject=row)
    return row


def _noted(client: Client, doctor: Doctor, state: str, scope: str, terms: Terms, by: Actor) -> Clearance:
    lock_client(client)
    _refuse_unknown_scope(scope)
    today = today_in(client)
    row = Clearance(practice_id=client.practice_id, client=client, doctor=doctor, scope=scope, state=state,
                    **terms.columns())
    _refuse_run_out(row, today)
    _close_earlier(row, today)
    row.save(force_insert=True)
    audit.record(by=by, verb=f"clearance_{state}", subject=row)
    return row


def _received(clearance: Clearance) -> Clearance:
    """The row under its client's lock, where it still waits to be accepted."""
    lock_client(clearance.client)
    row = Clearance.objects.select_related("client__practice", "doctor").get(pk=clearance.pk)
    if row.state != Clearance.State.RECEIVED:
        raise WrongState("This answer was dealt with already.")
    return row


def _refuse_run_out(row: Clearance, today: date) -> None:
    if row.state == Clearance.State.GRANTED and row.expires_on and row.expires_on < today:
        raise BadInput(f"{clock.said_date(row.expires_on, year=True)} has passed: this word counts no more. Ask again, "
                       "or write until when it counts.", field="expires_on")


def _refuse_unknown_scope(scope: str) -> None:
    if scope and scope not in RULES and scope not in CONDITIONS and scope not in FINDINGS and scope not in EPISODES:
        raise BadInput(f"“{scope[:60]}” is no rule, condition, finding or kind of episode. Leave it empty for work in "
                       "general.", field="for")


def _refuse_unknown_techniques(techniques: Sequence[str]) -> None:
    for index, technique in enumerate(techniques):
        if technique not in TECHNIQUES:
            raise BadInput(f"“{technique[:60]}” is no technique of the catalogue. See techniques/ for the list.",
                           field=f"excluded_techniques/{index}")


def _close_earlier(row: Clearance, today: date) -> None:
    """A new grant replaces the same doctor's grant for the same thing and places; a “not yet” ends all of them."""
    if row.state not in (Clearance.State.GRANTED, Clearance.State.REFUSED):
        return
    earlier = Clearance.objects.filter(client=row.client, doctor=row.doctor, scope=row.scope,
                                       state=Clearance.State.GRANTED)
    yesterday = today - timedelta(days=1)
    for grant in earlier.exclude(expires_on__lt=today):
        if row.state == Clearance.State.REFUSED or grant.regions == row.regions:
            grant.expires_on = yesterday
            grant.save(update_fields=["expires_on"])


def running_out(rows: QuerySet[Clearance], today: date) -> QuerySet[Clearance]:
    """Those of the grants that run out within a month, or did in the last, and that no later word has followed."""
    return ending(rows, today - timedelta(days=EXPIRING_DAYS), today + timedelta(days=EXPIRING_DAYS)).select_related(
        "client", "doctor")


def ending(rows: QuerySet[Clearance], since: date, until: date) -> QuerySet[Clearance]:
    """Those of the grants that end within these days, and that no later word has followed."""
    granted = rows.filter(state=Clearance.State.GRANTED, expires_on__gte=since, expires_on__lte=until)
    return granted.exclude(Exists(_later())).order_by("expires_on", "pk")


def waiting_for_an_answer(rows: QuerySet[Clearance]) -> QuerySet[Clearance]:
    """What was asked of a doctor and not answered since, and answers nobody has accepted; the oldest first."""
    asked = rows.filter(state__in=(Clearance.State.REQUESTED, Clearance.State.RECEIVED))
    return asked.exclude(Exists(_later())).select_related("client", "doctor").order_by("recorded_at", "pk")


def _later() -> QuerySet[Clearance]:
    """A later word of the same doctor on the same thing for the same client."""
    return Clearance.objects.filter(client=OuterRef("client"), doctor=OuterRef("doctor"), scope=OuterRef("scope"),
                                    recorded_at__gt=OuterRef("recorded_at")).exclude(state=Clearance.State.SET_ASIDE)
