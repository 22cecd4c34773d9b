"""The measures of one client: the catalogue with their own goals, and the few their notes show at first."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import CharField, Max, QuerySet, Value
from django.db.models.functions import JSONObject

from clients.conditions import line_of
from clients.models import Client, ClientCondition
from notes.measures.catalogue import HEADACHE_DAYS, MEASURES, RELIEF
from notes.measures.measure import Measure
from notes.models import ChosenMeasures, ClientGoal, Measurement, WorryingAnswer
from practice.composed import as_date
from practice.encryption import opened

GOAL_SOURCE = (
    "The client's own goal in their own words; 0 is not at all, 10 is fully. No published change is claimed for it.")
# Our own proposal by condition; what was read before, and what a therapist chose, goes before it.
USUAL: dict[str, tuple[str, ...]] = {
    "ms": ("spasticity", "fatigue", "t25fw"),
    "parkinsons": ("stiffness", "tug"),
    "migraine": (HEADACHE_DAYS,),
    "tension-headache": (HEADACHE_DAYS,),
    "stroke": ("spasticity", "tug"),
    "spinal-cord-injury": ("spasticity",),
    "cerebral-palsy": ("spasticity",),
}
ALWAYS = ("pain", RELIEF)


def goals_of(client: Client) -> list[ClientGoal]:
    """All goals, those that stand first."""
    return sorted(ClientGoal.objects.filter(client__in=client.family), key=_in_order)


def _in_order(goal: ClientGoal) -> tuple[bool, int, date]:
    return goal.ended_on is not None, goal.place, goal.began_on


def open_goals(client: Client) -> list[ClientGoal]:
    return [goal for goal in goals_of(client) if goal.ended_on is None]


def as_measure(goal: ClientGoal) -> Measure:
    """A goal as a measure of this client."""
    return Measure(goal.code, goal.words, "0-10", 0, 10, "higher", GOAL_SOURCE, kind="goal", is_once=True)


def measures_of(client: Client) -> dict[str, Measure]:
    """The catalogue with the client's own goals, those that are over included: their readings stay."""
    return with_goals(goals_of(client))


def with_goals(goals: Iterable[ClientGoal]) -> dict[str, Measure]:
    """The catalogue with these goals."""
    return MEASURES | {goal.code: as_measure(goal) for goal in goals}


@dataclass(frozen=True, slots=True)
class Usual:
    """What a sheet of readings has to know of a client: own goals, what was chosen, read before and is usual, and
    whether mood is asked.
    """

    goals: tuple[ClientGoal, ...]
    chosen: tuple[str, ...] | None
    read: frozenset[str]
    conditions: tuple[str, ...]
    asks_mood: bool

    def first(self, held: Iterable[str] = ()) -> tuple[str, ...]:
        """The measures a note shows at first, in the order of the catalogue: what was chosen; else what was read before
        with what is usual for the condition. `held` are those the note holds already.
        """
        usual = {code for condition in self.conditions if condition for wider in line_of(condition)
                 for code in USUAL.get(wider, ())}
        wanted = {*held, *(self.chosen if self.chosen is not None else (*ALWAYS, *usual, *self.read))}
        return tuple(code for code in MEASURES if code in wanted)


def usual_of(client: Client) -> Usual:
    """All of it in one query: each table's rows as JSON, one below the other."""
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, told in _told_of(client):
        found.setdefault(kind, []).append(json.loads(told) if isinstance(told, str) else told)
    chosen = found.get("chosen")
    codes: Any = chosen[0]["codes"] if chosen else None
    goals = [ClientGoal(pk=UUID(row["id"]), words=opened(ClientGoal, "words", row["words"]), place=row["place"],
                        ended_on=as_date(row["ended_on"]), began_on=date.fromisoformat(row["began_on"]))
             for row in found.get("goal", [])]
    return Usual(
        tuple(sorted(goals, key=_in_order)), None if codes is None else tuple(_list(codes)),
        frozenset(row["measure"] for row in found.get("read", [])),
        tuple(row["condition"] for row in found.get("condition", [])), "mood" in found)


def _told_of(client: Client) -> QuerySet[Any, Any]:
    family = client.family
    goals = ClientGoal.objects.filter(client__in=family).order_by().values_list(
        Value("goal", CharField()), JSONObject(
            id="id", words="words", place="place", began_on="began_on", ended_on="ended_on"))
    chosen = ChosenMeasures.objects.filter(client=client).values_list(
        Value("chosen", CharField()), JSONObject(codes="codes"))
    conditions = ClientCondition.objects.filter(client=client, ended_on=None).order_by().values_list(
        Value("condition", CharField()), JSONObject(condition="condition"))
    read = Measurement.objects.filter(note__client__in=family).order_by().values("measure").annotate(
        last=Max("note__visit_on")).values_list(Value("read", CharField()), JSONObject(measure="measure"))
    mood = WorryingAnswer.objects.filter(practice=client.practice_id, is_asked=True).values_list(
        Value("mood", CharField()), JSONObject(asked="is_asked"))
    return goals.union(chosen, conditions, read, mood, all=True)


def _list(codes: Any) -> list[str]:
    """A JSON column within JSON: text on SQLite, as it is on PostgreSQL."""
    found: list[str] = json.loads(codes) if isinstance(codes, str) else codes
    return found
