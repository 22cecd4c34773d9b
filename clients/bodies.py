"""What is known of several bodies, read in one query: each table's rows as JSON, one below the other."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, Value
from django.db.models.functions import JSONObject

from clients.known import KnownClearance, KnownCondition, KnownEpisode, KnownFinding, KnownMedicine
from clients.models import Clearance, ClientCondition, Episode, Finding, FindingRegion, Medicine

Parts = tuple[list[KnownCondition], list[KnownFinding], list[KnownEpisode], list[KnownClearance], list[KnownMedicine]]
_COLUMNS = {
    "condition": ("condition", "since", "ended_on"),
    "finding": ("finding", "began_on", "ended_on", "detail", "id"),
    "episode": ("kind", "status", "onset_on", "hold_until", "fever_or_infection", "steroids_until"),
    "clearance": ("scope", "state", "regions", "max_pressure", "excluded_techniques", "minutes", "expires_on",
                  "doctor__name", "recorded_at"),
    "medicine": ("kind", "name", "began_on", "ended_on", "last_given_on", "every_days", "regions"),
}


def read_bodies(clients: Iterable[UUID]) -> dict[UUID, Parts]:
    """The parts of each client's body, in the order in which they were noted."""
    found: dict[UUID, Parts] = {pk: ([], [], [], [], []) for pk in clients}
    places: dict[str, list[tuple[str, str]]] = {}
    findings: list[tuple[UUID, dict[str, Any]]] = []
    for client, kind, told in _rows(list(found)):
        row = json.loads(told) if isinstance(told, str) else told
        if kind == "place":
            places.setdefault(row["finding"], []).append((row["region"], row["side"]))
        elif kind == "finding":
            findings.append((client, row))
        elif kind == "condition":
            found[client][0].append(KnownCondition(row["condition"], _date(row["since"]), _date(row["ended_on"])))
        elif kind == "episode":
            found[client][2].append(_episode(row))
        elif kind == "clearance":
            found[client][3].append(_clearance(row))
        else:
            found[client][4].append(_medicine(row))
    for client, row in findings:
        found[client][1].append(KnownFinding(row["finding"], tuple(places.get(row["id"], ())), _date(row["began_on"]),
                                             _date(row["ended_on"]), row["detail"]))
    return found


def _rows(clients: list[UUID]) -> Any:
    models = {"condition": ClientCondition, "finding": Finding, "episode": Episode, "clearance": Clearance,
              "medicine": Medicine}
    conditions, *others = [
        model.objects.filter(client__in=clients).order_by().values_list(
            "client_id", Value(kind, CharField()), JSONObject(**{name: name for name in _COLUMNS[kind]}))
        for kind, model in models.items()]
    places = FindingRegion.objects.filter(finding__client__in=clients).order_by().values_list(
        "finding__client_id", Value("place", CharField()),
        JSONObject(finding="finding_id", region="region", side="side"))
    return conditions.union(*others, places, all=True)


def _episode(row: dict[str, Any]) -> KnownEpisode:
    fever = row["fever_or_infection"]
    return KnownEpisode(row["kind"], row["status"], date.fromisoformat(row["onset_on"]), _date(row["hold_until"]),
                        None if fever is None else bool(fever), _date(row["steroids_until"]))


def _clearance(row: dict[str, Any]) -> KnownClearance:
    given = datetime.fromisoformat(row["recorded_at"])
    return KnownClearance(
        row["scope"], row["state"], _places(row["regions"]), row["max_pressure"],
        tuple(_list(row["excluded_techniques"])), row["minutes"], _date(row["expires_on"]), row["doctor__name"],
        given if given.tzinfo else given.replace(tzinfo=UTC))


def _medicine(row: dict[str, Any]) -> KnownMedicine:
    return KnownMedicine(row["kind"], row["name"], _date(row["began_on"]), _date(row["ended_on"]),
                         _date(row["last_given_on"]), row["every_days"], _places(row["regions"]))


def _places(regions: Any) -> tuple[tuple[str, str], ...]:
    return tuple((place["region"], place["side"]) for place in _list(regions))


def _list(value: Any) -> list[Any]:
    """A JSON column within JSON: text on SQLite, as it is on PostgreSQL."""
    found: list[Any] = json.loads(value) if isinstance(value, str) else value
    return found


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
