"""The migrations and the models say the same: what the other tests stand on is what an upgrade builds."""

from __future__ import annotations

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


@pytest.mark.skipif(connection.vendor != "sqlite", reason="on PostgreSQL the tests run on what the migrations built")
def test_the_migrations_build_exactly_what_the_models_say(migrated: Scratch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SQLITE)
        here = _parts(cursor.fetchall())
    there = _parts(migrated.sql(_SQLITE))
    assert here == there, f"only by the models: {sorted(here - there)}\nonly by the migrations: {sorted(there - here)}"
