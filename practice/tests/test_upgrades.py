"""What an earlier version wrote is there after the way forward: a copy of then is read back by the version of now."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db.migrations.loader import MigrationLoader

from practice.copies.keys import new_key
from practice.tests.scratch import ROOT, Scratch
from practice.tests.sizes import size

pytestmark = [pytest.mark.processes, pytest.mark.proof]
SECRET, _ = new_key()


def bare(folder: Path) -> Scratch:
    """A scratch installation whose database has no table yet."""
    scratch = Scratch(folder, BACKUP_KEY=SECRET)
    folder.mkdir(parents=True)
    if scratch.is_postgres:
        scratch._admin(f'CREATE DATABASE "{scratch.name}"')
    return scratch


def states() -> list[int]:
    """After how many migrations a version stood: evenly over all of history, today's last."""
    graph = MigrationLoader(None).graph
    many = len({node for leaf in graph.leaf_nodes() for node in graph.forwards_plan(leaf)})
    wanted = size(2, 12)
    return [many - (many * 2 // 3) * step // wanted for step in range(wanted)]


@pytest.mark.parametrize("count", states())
def test_rows_of_an_earlier_version_are_there_after_the_way_forward(tmp_path: Path, count: int) -> None:
    then, now = bare(tmp_path / "then"), bare(tmp_path / "now")
    try:
        done = subprocess.run([sys.executable, "-m", "practice.tests.earlier", str(count), str(tmp_path / "copy.age")], cwd=ROOT,
                              env=then.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        ids: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        assert {"practice_practice", "practice_user", "practice_membership", "clients_client",
                "therapy_sessions_appointment"} <= ids.keys()
        assert "each table equal by hash" in now.manage("restore", str(tmp_path / "copy.age"))
        for table, pk in ids.items():
            column = "summary_id" if table == "notes_summarypaper" else None
            rows = now.sql(f'SELECT * FROM "{table}"') if column is None else [1]
            assert rows, f"{table} lost its row {pk}"
        assert "No planned migration operations" in now.manage("migrate", "--plan")
    finally:
        then.destroy()
        now.destroy()
