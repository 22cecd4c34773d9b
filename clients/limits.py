"""From the rows of a client to the frozen `Body` the safety check reads; one batch for any number of clients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from clients.bodies import read_bodies
from clients.body import keys
from clients.contraindications import (
    Body,
    Check,
    KnownClearance,
    KnownCondition,
    KnownEpisode,
    KnownFinding,
    KnownMedicine,
    cautions_for,
)
from clients.episode_policies import policy_at, policy_of
from clients.models import Clearance, Client, ClientCondition, Episode, Finding, FindingRegion, Medicine
from clients.own_rules import book_of
from clients.return_visits import visits_of_returns
from clients.returning import ReturnPreset
from clients.rule import RuleBook
from practice.models import Practice


@dataclass(slots=True)
class Known:
    """The rows of one client that the check reads; what is over says nothing in the check."""

    conditions: list[ClientCondition] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    clearances: list[Clearance] = field(default_factory=list)
    medicines: list[Medicine] = field(default_factory=list)
    return_visits: tuple[date, ...] = ()


def body_of(client: Client) -> Body:
    """What is known about this client's body, for the check to read."""
    return bodies_of([client])[client.pk]


def bodies_of(clients: Iterable[Client]) -> dict[UUID, Body]:
    """The same for several clients, in one query whatever their number."""
    people = {client.pk: client for client in clients}
    practices: dict[UUID, Practice] = {}
    for client in people.values():
        if client.practice_id not in practices:  # of all of them one is asked: each might read its practice anew
            practices[client.practice_id] = client.practice
    known = read_bodies(people)
    visits = visits_of_returns({pk: parts[2] for pk, parts in known.items()})
    return {pk: _body(client, practice, book_of(practice), *known[pk], visits.get(pk, ()))
            for pk, client in people.items() for practice in [practices[client.practice_id]]}


def located(body: Body, on: date) -> list[tuple[str, tuple[str, ...]]]:
    """What is found in a place that day, as the body map draws it: the finding's code and its places."""
    return [(row.finding, tuple(dict.fromkeys(key for place in row.regions for key in keys(*place))))
            for row in body.findings if row.ended_on is None or row.ended_on >= on]


def known_of(clients: Iterable[UUID]) -> dict[UUID, Known]:
    """The rows themselves, by client."""
    known = {pk: Known() for pk in clients}
    for condition in ClientCondition.objects.filter(client__in=known):
        known[condition.client_id].conditions.append(condition)
    for finding in _findings_of(known):
        known[finding.client_id].findings.append(finding)
    for episode in Episode.objects.filter(client__in=known):
        known[episode.client_id].episodes.append(episode)
    for clearance in Clearance.objects.filter(client__in=known).exclude(state="set_aside").select_related("doctor"):
        known[clearance.client_id].clearances.append(clearance)
    for medicine in Medicine.objects.filter(client__in=known):
        known[medicine.client_id].medicines.append(medicine)
    for pk, days in visits_of_returns({pk: rows.episodes for pk, rows in known.items()}).items():
        known[pk].return_visits = days
    return known


def _findings_of(clients: Iterable[UUID]) -> list[Finding]:
    """Their findings with the places at hand, as prefetched, in one query: a row for each place."""
    rows = (Finding.objects.filter(client__in=clients).order_by(*Finding._meta.ordering, "places__pk")
            .annotate(place=F("places__pk"), region=F("places__region"), side=F("places__side")))
    found: dict[UUID, tuple[Finding, list[FindingRegion]]] = {}
    for row in rows:
        finding, places = found.setdefault(row.pk, (row, []))
        if told := vars(row)["place"]:
            places.append(FindingRegion(pk=told, finding=finding, region=vars(row)["region"], side=vars(row)["side"]))
    for finding, places in found.values():
        at_hand: Any = finding.places.all()
        at_hand._result_cache, at_hand._prefetch_done = places, True
        vars(finding)["_prefetched_objects_cache"] = {"places": at_hand}
    return [finding for finding, _ in found.values()]


def body_from(client: Client, known: Known, book: RuleBook) -> Body:
    """Rows as the check reads them, and by whose rules; how a body takes heat and cold stands on the client."""
    return _body(
        client, client.practice, book,
        [KnownCondition(c.condition, c.since, c.ended_on) for c in known.conditions],
        list(map(known_finding, known.findings)),
        list(map(known_episode, known.episodes)),
        list(map(known_clearance, known.clearances)), list(map(known_medicine, known.medicines)), known.return_visits)


def _body(client: Client, practice: Practice, book: RuleBook, conditions: list[KnownCondition],
          findings: list[KnownFinding], episodes: list[KnownEpisode], clearances: list[KnownClearance],
          medicines: list[KnownMedicine], return_visits: Sequence[date]) -> Body:
    sensitive = [KnownFinding(code) for code, is_so in (
        ("heat-sensitive", client.heat_sensitive), ("cold-sensitive", client.cold_sensitive)) if is_so]
    return Body(tuple(conditions), (*findings, *sensitive),
                tuple(as_practised(episode, practice, return_visits) for episode in episodes),
                tuple(clearances), medicines=tuple(medicines), book=book)


def as_practised(episode: KnownEpisode, practice: Practice, return_visits: Sequence[date],
                 moment: datetime | None = None) -> KnownEpisode:
    """An episode that is not over, with what this practice agreed for coming back from it and the visits since.

    As agreed by now, or by a `moment` that has passed.
    """
    if episode.status not in ("confirmed", "recovering"):
        return episode
    mapped = episode.map_taken_on
    policy = policy_at(practice, episode.kind, moment) if moment else policy_of(practice, episode.kind)
    preset = ReturnPreset(policy.return_pressure, policy.return_minutes, policy.asks_clearance)
    since = tuple(day for day in return_visits if mapped and day >= mapped)
    return replace(episode, preset=preset, return_visits=since)


def known_finding(row: Finding) -> KnownFinding:
    """A finding as the check reads it."""
    return KnownFinding(row.finding, tuple((p.region, p.side) for p in row.places.all()), row.began_on, row.ended_on,
                        row.detail)


def known_episode(row: Episode) -> KnownEpisode:
    """An episode as the check reads it."""
    return KnownEpisode(row.kind, row.status, row.onset_on, row.hold_until, row.fever_or_infection, row.steroids_until,
                        row.map_taken_on, ended_on=row.ended_on)


def known_clearance(row: Clearance) -> KnownClearance:
    """A doctor's word as the check reads it."""
    return KnownClearance(row.scope, row.state, _places(row.regions), row.max_pressure, tuple(row.excluded_techniques),
                          row.minutes, row.expires_on, row.doctor.name, row.recorded_at)


def known_medicine(row: Medicine) -> KnownMedicine:
    """A medicine as the check reads it."""
    return KnownMedicine(row.kind, row.name, row.began_on, row.ended_on, row.last_given_on, row.every_days,
                         _places(row.regions))


def _places(regions: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((place["region"], place["side"]) for place in regions)


def limits_on(client: Client, on: date) -> Check:
    """What limits any work on this body that day, before a treatment is chosen."""
    return cautions_for(body_of(client), on=on)
