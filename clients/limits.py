"""From the rows of a client to the frozen `Body` the safety check reads; one batch for any number of clients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from clients.contraindications import (
    Body,
    Check,
    KnownClearance,
    KnownCondition,
    KnownEpisode,
    KnownFinding,
    cautions_for,
)
from clients.models import Clearance, Client, ClientCondition, Episode, Finding


def body_of(client: Client) -> Body:
    """What is known about this client's body, for the check to read."""
    return bodies_of([client])[client.pk]


def bodies_of(clients: Iterable[Client]) -> dict[UUID, Body]:
    """The same for several clients, in five queries whatever their number."""
    people = {client.pk: client for client in clients}
    conditions: dict[UUID, list[KnownCondition]] = defaultdict(list)
    findings: dict[UUID, list[KnownFinding]] = defaultdict(list)
    episodes: dict[UUID, list[KnownEpisode]] = defaultdict(list)
    clearances: dict[UUID, list[KnownClearance]] = defaultdict(list)
    for c in ClientCondition.objects.filter(client__in=people):
        conditions[c.client_id].append(KnownCondition(c.condition, c.since, c.ended_on))
    for f in Finding.objects.filter(client__in=people).prefetch_related("places"):
        places = tuple((p.region, p.side) for p in f.places.all())
        findings[f.client_id].append(KnownFinding(f.finding, places, f.began_on, f.ended_on, f.detail))
    for e in Episode.objects.filter(client__in=people, status__in=Episode.OPEN):
        episodes[e.client_id].append(
            KnownEpisode(e.kind, e.status, e.onset_on, e.hold_until, e.fever_or_infection, e.steroids_until))
    for k in Clearance.objects.filter(client__in=people).select_related("doctor"):
        clearances[k.client_id].append(
            KnownClearance(k.scope, k.state, tuple((r["region"], r["side"]) for r in k.regions), k.max_pressure,
                           tuple(k.excluded_techniques), k.minutes, k.expires_on, k.doctor.name))
    for pk, client in people.items():
        if client.heat_sensitive:
            findings[pk].append(KnownFinding("heat-sensitive"))
        if client.cold_sensitive:
            findings[pk].append(KnownFinding("cold-sensitive"))
    return {
        pk: Body(tuple(conditions[pk]), tuple(findings[pk]), tuple(episodes[pk]), tuple(clearances[pk]))
        for pk in people
    }


def limits_on(client: Client, on: date) -> Check:
    """What limits any work on this body that day, before a treatment is chosen."""
    return cautions_for(body_of(client), on=on)
