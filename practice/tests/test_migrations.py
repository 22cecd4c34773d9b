"""The migrations and the models say the same: what the other tests stand on is what an upgrade builds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from practice.copies.keys import new_key
from practice.tests.scratch import ROOT, SIGNED, Scratch, scratch_practice

pytestmark = pytest.mark.processes
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



_NEXT_SETTINGS = """
from practice.settings import *
MIGRATION_MODULES = {"notes": "next_notes"}
"""
_NEXT_MIGRATION = """
from django.db import migrations, models
from practice.guards import remade

def every_note_gets_one(apps, editor):
    assert apps.get_model("notes", "Note").objects.exclude(of_next_year="new").count() == 0

class Migration(migrations.Migration):
    dependencies = [("notes", "%s")]
    operations = [*remade(migrations.AddField("note", "of_next_year", models.CharField(default="new", max_length=9))),
                  migrations.RunPython(every_note_gets_one, migrations.RunPython.noop)]
"""


@pytest.fixture
def next_version(tmp_path: Any) -> dict[str, str]:
    """The environment of a version whose notes have one column more."""
    shutil.copytree(ROOT / "notes" / "migrations", tmp_path / "next" / "next_notes", ignore=shutil.ignore_patterns("__pycache__"))
    last = max(path.stem for path in (ROOT / "notes" / "migrations").glob("0*.py"))
    (tmp_path / "next" / "next_notes" / "9999_next.py").write_text(_NEXT_MIGRATION.replace("%s", last))
    (tmp_path / "next" / "next_settings.py").write_text(_NEXT_SETTINGS)
    return {"DJANGO_SETTINGS_MODULE": "next_settings", "PYTHONPATH": f"{tmp_path / 'next'}:{ROOT}"}


@pytest.mark.proof
def test_rows_of_this_version_are_there_in_the_next_and_so_is_a_copy_of_them(tmp_path: Any, next_version: dict[str, str]) -> None:
    """Where the database stands, and from a copy read back: the signed note opens, is sound and stays closed."""
    secret, public = new_key()
    later = next_version | {"BACKUP_KEY": secret}
    read = "from notes.models import Note; print(*Note.objects.values_list('subjective', flat=True))"
    with scratch_practice(tmp_path / "now", fill=SIGNED, BACKUP_KEY=public) as now:
        now.manage("backup", str(tmp_path / "copy.age"))
        now.manage("migrate", "-v0", **later)
        fresh = Scratch(tmp_path / "fresh", SECRET_KEY="another-" + "o" * 50)
        try:
            fresh._migrate()
            assert "1 signed notes, all sound" in fresh.manage("restore", str(tmp_path / "copy.age"), **later)
            for place in (now, fresh):
                assert place.manage("shell", "-v0", "-c", read, **later).strip() == "legs heavier"
                assert place.sql("SELECT of_next_year FROM notes_note") == [("new",)]
                assert "all sound" in place.manage("verify_records", **later)
                with pytest.raises(Exception, match="change refused"):
                    place.sql("UPDATE notes_note SET plan = 'x'")
        finally:
            fresh.destroy()
