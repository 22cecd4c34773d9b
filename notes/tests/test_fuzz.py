"""Whatever is sent to the API, in or out of its own description: no fault, and every answer as described.

schemathesis draws the calls from the description itself. Ids and codes in them are often made those of a practice
that has one of everything, or nearly every call would end at the first thing that is not there.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from rest_framework.response import Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from clients.models import Client
from conftest import token_for
from notes.tests.test_walls import World
from practice.refusals import PROBLEM
from practice.tests.sizes import bounded_once, size
from sessions.models import Appointment

SEED = 20261121
SHARDS = 5  # each a run of its own: one says how far the whole is, and two can go at a time
ALLOWED, FORBIDDEN = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CODES = {"condition": "ms-relapsing-remitting", "finding": "reduced-sensation", "region": "foot", "side": "left",
         "technique": "effleurage", "measure": "pain", "kind": "relapse", "when": "before", "status": "confirmed"}


@pytest.fixture
def described():
    made = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str))
    schema = schemathesis.openapi.from_dict(made)
    schema.app, schema.location = get_wsgi_application(), "/api/v1/schema/"
    return [found.ok() for found in schema.get_all_operations()]


@pytest.fixture
def known(now, db):
    """The practice; its rows live in the test's own transaction, whose connection no call may put away."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    world = World()
    ids = {name: str(pk) for name, pk in world.ids.items()} | {"id": ""}
    visits = [str(pk) for pk in Appointment.objects.values_list("pk", flat=True)]
    clients = [str(pk) for pk in Client.objects.values_list("pk", flat=True)]
    yield ids, visits, clients, world
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def named(path: str, ids: dict[str, str], visits: list[str], clients: list[str], chance: Random) -> dict[str, str]:
    """A row of the practice for each id of an address, by the word before it."""
    of = {"clients": chance.choice(clients), "appointments": chance.choice(visits), "medicines": ids["medicine"],
          "findings": ids["finding"], "conditions": ids["condition"], "goals": ids["goal"], "waitlist": ids["waits"],
          "replans": ids["replan"], "therapists": ids["therapist"], "summaries": ids["summary"]}
    words = path.strip("/").split("/")
    return {word[1:-1]: of.get(before, ids.get(before.rstrip("s"), ids["client"]))
            for before, word in itertools.pairwise(words) if word.startswith("{")}


def with_known(value: Any, name: str, known: tuple[Any, ...], chance: Random) -> Any:
    """What was drawn, with ids and codes of what is there in many places."""
    ids, visits, clients, _ = known
    if isinstance(value, dict):
        return {key: with_known(inner, key, known, chance) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_known(inner, name, known, chance) for inner in value]
    if chance.random() < 0.3:
        return value
    there = {"client": chance.choice(clients), "appointment": chance.choice(visits)} | CODES | {
        name: ids[name] for name in ("therapist", "service", "doctor", "room", "consent")}
    return there.get(name, value)


@dataclass
class Seen:
    """What came back: how often which status, and each fault once with what was sent."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)


def try_out(operation: Any, mode: schemathesis.GenerationMode, each: int, known: tuple[Any, ...],
            tokens: dict[str, str], seen: Seen) -> None:
    """So many calls of one kind, each undone again."""

    @seed(SEED)
    @settings(max_examples=each, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), number=st.integers(0, 2**32))
    def fuzz(case: Any, number: int) -> None:
        chance = Random(number)
        if chance.random() < 0.85:
            case.path_parameters = named(case.path, *known[:3], chance)
        if mode == ALLOWED or chance.random() < 0.5:
            case.body = with_known(case.body, "", known, chance)
        role = chance.choice(["therapist"] * 6 + ["owner", "front_desk"])
        headers = {"Authorization": f"Bearer {tokens[role]}"} | ({"If-Match": "*"} if chance.random() < 0.8 else {})
        with transaction.atomic():
            answer = case.call(headers=headers)
            transaction.set_rollback(True)
        seen.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
            assert answer.status_code < 400 or answer.headers["content-type"][0].startswith(PROBLEM), answer.status_code
        except (AssertionError, BaseExceptionGroup) as fault:
            told = getattr(fault, "exceptions", [fault])[0]
            seen.faults.setdefault(f"{operation.label}: {str(told)[:300]}", f"{case.body!r:.300} {answer.text[:300]}")

    fuzz()


def tokens_of(world: World) -> dict[str, str]:
    return {member.role: token_for(member) for member in (world.ana, world.owner, world.desk)}


@pytest.mark.sized
@bounded_once
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_call_that_the_description_allows_or_forbids_is_a_fault(shard, described, known, record_property):
    """At full size each call with as many cases in as out of its description; bounded, one of either in turn."""
    seen, tokens = Seen(), tokens_of(known[3])
    each = size(1, -(-20_000 // (2 * len(described))))
    mine = described[shard::SHARDS]
    for place, operation in enumerate(mine):
        for mode in (ALLOWED, FORBIDDEN)[:: -1 if place % 2 else 1][:size(1, 2)]:
            try_out(operation, mode, each, known, tokens, seen)
    assert not seen.faults, "\n\n".join(f"{what}\n{where}" for what, where in seen.faults.items())
    assert seen.statuses.total() == each * len(mine) * size(1, 2), "none was left out"
    assert 400 in seen.statuses and {200, 201} & seen.statuses.keys(), seen.statuses
    record_property("figure", f"{seen.statuses.total():,} cases of {len(mine)} calls: 0 faults, every answer as described")


def _breaks(*_: Any, **__: Any) -> Any:
    raise LookupError


@pytest.mark.parametrize("guard, without, said", [
    ("practice.api_views.Me.get", _breaks, "Server error"),
    ("practice.api_views.Me.get", lambda *_, **__: Response({"id": 7}), "Response violates schema"),
    ("practice.api_views.Me.get", lambda *_, **__: Response({}, status=418), "Undocumented"),
])  # fmt: skip
def test_a_fault_or_an_answer_beside_the_description_is_found(guard, without, said, described, known, monkeypatch):
    """The twin: a call that breaks, one that answers with other fields, one with a status nobody described."""
    monkeypatch.setattr(guard, without)
    seen = Seen()
    me = next(one for one in described if one.label == "GET /api/v1/me/")
    try_out(me, ALLOWED, 2, known, tokens_of(known[3]), seen)
    assert any(said in fault for fault in seen.faults), seen.faults
