"""What is known of several bodies, read in one query: each table's rows as JSON, one below the other."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import JSONObject

from clients.known import KnownClearance, KnownCondition, KnownEpisode, KnownFinding, KnownMedicine
from clients.models import Clearance, ClientCondition, Episode, Finding, FindingRegion, Medicine
from practice.composed import Composed, as_date, as_id, as_instant
from practice.encryption import opened

Parts = tuple[list[KnownCondition], list[KnownFinding], list[KnownEpisode], list[KnownClearance], list[KnownMedicine]]
_MODELS: dict[str, Any] = {"condition": ClientCondition, "finding": Finding, "episode": Episode, "clearance": Clearance,
                           "medicine": Medicine}
_COLUMNS = {
    "condition": ("condition", "since", "ended_on"),
    "finding": ("finding", "began_on", "ended_on", "detail", "id"),
    "episode": ("kind", "status", "onset_on", "hold_until", "fever_or_infection", "steroids_until",
                "map_taken_on", "ended_on"),
    "clearance": ("scope", "state", "regions", "max_pressure", "excluded_techniques", "minutes", "expires_on",
                  "doctor__name", "recorded_at"),
    "medicine": ("kind", "name", "began_on", "ended_on", "last_given_on", "every_days", "regions"),
}


def read_bodies(clients: Iterable[UUID]) -> dict[UUID, Parts]:
    """The parts of each client's body, in the order in which they were noted."""
    found: dict[UUID, Parts] = {pk: ([], [], [], [], []) for pk in clients}
    places: dict[str, list[tuple[str, str]]] = {}
    findings: list[tuple[UUID, dict[str, Any]]] = []
    for client_id, kind, told in _known_rows(list(found)) if found else ():
        client = as_id(client_id)
        row = json.loads(told) if isinstance(told, str) else told
        if kind == "place":
            places.setdefault(row["finding"], []).append((row["region"], row["side"]))
        elif kind == "finding":
            findings.append((client, row))
        elif kind == "condition":
            found[client][0].append(KnownCondition(row["condition"], as_date(row["since"]), as_date(row["ended_on"])))
        elif kind == "episode":
            found[client][2].append(_episode(row))
        elif kind == "clearance":
            found[client][3].append(_clearance(row))
        else:
            found[client][4].append(_medicine(row))
    for client, row in findings:
        found[client][1].append(KnownFinding(
            row["finding"], tuple(places.get(row["id"], ())), as_date(row["began_on"]), as_date(row["ended_on"]),
            opened(Finding, "detail", row["detail"])))
    return found


def _known_about(clients: list[UUID]) -> QuerySet[Any, Any]:
    """Client, kind and columns of every row of every table."""
    conditions, *others = [
        model.objects.filter(client__in=clients).order_by().values_list(
            "client_id", Value(kind, CharField()), JSONObject(**{name: name for name in _COLUMNS[kind]}))
        for kind, model in _MODELS.items()]
    places = FindingRegion.objects.filter(finding__client__in=clients).order_by().values_list(
        "finding__client_id", Value("place", CharField()),
        JSONObject(finding="finding_id", region="region", side="side"))
    return conditions.union(*others, places, all=True)


_known_rows = Composed(_known_about)


def _episode(row: dict[str, Any]) -> KnownEpisode:
    fever = row["fever_or_infection"]
    return KnownEpisode(row["kind"], row["status"], date.fromisoformat(row["onset_on"]), as_date(row["hold_until"]),
                        None if fever is None else bool(fever), as_date(row["steroids_until"]),
                        as_date(row["map_taken_on"]), ended_on=as_date(row["ended_on"]))


def _clearance(row: dict[str, Any]) -> KnownClearance:
    return KnownClearance(
        row["scope"], row["state"], _places(row["regions"]), row["max_pressure"],
        tuple(_list(row["excluded_techniques"])), row["minutes"], as_date(row["expires_on"]), row["doctor__name"],
        as_instant(row["recorded_at"]))


def _medicine(row: dict[str, Any]) -> KnownMedicine:
    return KnownMedicine(
        row["kind"], opened(Medicine, "name", row["name"]), as_date(row["began_on"]), as_date(row["ended_on"]),
        as_date(row["last_given_on"]), row["every_days"], _places(row["regions"]))


def _places(regions: Any) -> tuple[tuple[str, str], ...]:
    return tuple((place["region"], place["side"]) for place in _list(regions))


def _list(value: Any) -> list[Any]:
    """A JSON column within JSON: text on SQLite, as it is on PostgreSQL."""
    found: list[Any] = json.loads(value) if isinstance(value, str) else value
    return found
