"""The migrations and the models say the same: what the other tests stand on is what an upgrade builds."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from practice.tests.scratch import ROOT, Scratch

pytestmark = [pytest.mark.processes, pytest.mark.once]
_SQLITE = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'"


@pytest.fixture
def migrated(tmp_path: Any) -> Iterator[Scratch]:
    """A database that went through every migration."""
    scratch = Scratch(tmp_path / "migrated")
    scratch.folder.mkdir()
    try:
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=os.environ | scratch.env, check=True)
        yield scratch
    finally:
        scratch.destroy()


def _parts(rows: Any) -> set[tuple[str, ...]]:
    """What a schema consists of, whatever the order of its columns and the serial numbers in its names."""
    found = set()
    for kind, name, sql in rows:
        name = re.sub(r"_[0-9a-f]{8}(?=_|$)", "", name)
        if kind == "table":  # a table's parts one by one: a column added later stands last
            found |= {(kind, name, part.strip()) for part in re.split(r",(?![^(]*\))", sql.partition("(")[2].strip()[:-1])}
        else:
            found.add((kind, name, re.sub(r"_[0-9a-f]{8}(?=[_\" ]|$)", "", " ".join(sql.split()))))
    return found


@pytest.mark.proof
@pytest.mark.skipif(connection.vendor != "sqlite", reason="on PostgreSQL the tests run on what the migrations built")
def test_the_migrations_build_exactly_what_the_models_say(migrated: Scratch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SQLITE)
        here = _parts(cursor.fetchall())
    there = _parts(migrated.sql(_SQLITE))
    assert here == there, f"only by the models: {sorted(here - there)}\nonly by the migrations: {sorted(there - here)}"


_BEFORE = """
from uuid import uuid4
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
apps = MigrationExecutor(connection).loader.project_state(
    [("practice", "0007_waitlist_offers"), ("clients", "0007_episode_decides_to_hold")]).apps
model = apps.get_model
def practice(name, **numbers):
    row = model("practice", "Practice").objects.create(name=name, **numbers)
    user = model("practice", "User").objects.create(email=f"{name}@a.example", name=name)
    return row, model("practice", "Membership").objects.create(practice=row, user=user, role="owner")
changed, owner = practice("changed", review_window_days=21, check_in_days=3, rule_changes=1)
model("clients", "RuleChange").objects.create(practice=changed, rule="return-pressure", numbers={"max_pressure": 3},
                                              reason="firmer", made_by=owner, made_at=timezone.now())
practice("usual")
"""
_AFTER = """
import json
from clients.episode_policies import policy_of
from practice.models import Practice
found = {}
for practice in Practice.objects.all():
    policy = policy_of(practice, "relapse")
    found[practice.name] = [policy.hold_days, policy.steroid_gap_days, policy.check_in_days, policy.return_pressure,
                            "Carried over" in policy.own and "firmer" in policy.own]
print(json.dumps(found))
"""


@pytest.mark.proof
def test_a_practice_keeps_the_numbers_it_had_given_relapses(tmp_path: Any) -> None:
    scratch = Scratch(tmp_path / "numbers")
    scratch.folder.mkdir()
    try:
        if scratch.is_postgres:
            scratch._admin(f'CREATE DATABASE "{scratch.name}"')
        scratch.manage("migrate", "-v0", "practice", "0007")
        scratch.manage("migrate", "-v0", "clients", "0007")
        scratch.python(_BEFORE)
        scratch.manage("migrate", "-v0")
        assert json.loads(scratch.python(_AFTER).strip().splitlines()[-1]) == {
            "changed": [21, 7, 3, 3, True], "usual": [14, 7, 7, 2, False]}
    finally:
        scratch.destroy()
