"""From the rows of a client to the frozen `Body` the safety check reads; one batch for any number of clients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Known:
    """The rows of one client that the check reads; of the episodes only the open ones."""

    conditions: list[ClientCondition] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    clearances: list[Clearance] = field(default_factory=list)


def body_of(client: Client) -> Body:
    """What is known about this client's body, for the check to read."""
    return bodies_of([client])[client.pk]


def bodies_of(clients: Iterable[Client]) -> dict[UUID, Body]:
    """The same for several clients, in five queries whatever their number."""
    people = {client.pk: client for client in clients}
    return {pk: body_from(people[pk], known) for pk, known in known_of(people).items()}


def known_of(clients: Iterable[UUID]) -> dict[UUID, Known]:
    """The rows themselves, by client."""
    known = {pk: Known() for pk in clients}
    for condition in ClientCondition.objects.filter(client__in=known):
        known[condition.client_id].conditions.append(condition)
    for finding in Finding.objects.filter(client__in=known).prefetch_related("places"):
        known[finding.client_id].findings.append(finding)
    for episode in Episode.objects.filter(client__in=known, status__in=Episode.OPEN):
        known[episode.client_id].episodes.append(episode)
    for clearance in Clearance.objects.filter(client__in=known).select_related("doctor"):
        known[clearance.client_id].clearances.append(clearance)
    return known


def body_from(client: Client, known: Known) -> Body:
    """Rows as the check reads them; how a body takes heat and cold stands on the client."""
    sensitive = [KnownFinding(code) for code, is_so in (
        ("heat-sensitive", client.heat_sensitive), ("cold-sensitive", client.cold_sensitive)) if is_so]
    findings = [KnownFinding(f.finding, tuple((p.region, p.side) for p in f.places.all()), f.began_on, f.ended_on,
                             f.detail) for f in known.findings]
    return Body(
        tuple(KnownCondition(c.condition, c.since, c.ended_on) for c in known.conditions),
        (*findings, *sensitive),
        tuple(KnownEpisode(e.kind, e.status, e.onset_on, e.hold_until, e.fever_or_infection, e.steroids_until)
              for e in known.episodes),
        tuple(KnownClearance(k.scope, k.state, tuple((r["region"], r["side"]) for r in k.regions), k.max_pressure,
                             tuple(k.excluded_techniques), k.minutes, k.expires_on, k.doctor.name)
              for k in known.clearances))


def limits_on(client: Client, on: date) -> Check:
    """What limits any work on this body that day, before a treatment is chosen."""
    return cautions_for(body_of(client), on=on)
