"""A database as an earlier version left it, with a row of nearly every kind, and a copy taken of it then.

Run inside a scratch practice: `python -m practice.tests.earlier COUNT PATH`: the first COUNT migrations, the copy at PATH.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import Error, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor


def one_of_each(apps: Any) -> dict[str, str]:
    """A row of every model for which plain values will do; the ids by table."""
    from practice.copies.tables import models_in_order

    made: dict[str, Any] = {}
    left = list(models_in_order(apps))
    while left:
        before = len(left)
        for model in list(left):
            if (row := _row(model, made)) is not None:
                made[model._meta.db_table] = row
                left.remove(model)
        if len(left) == before:
            break
    return {table: str(row.pk) for table, row in made.items()}


def _row(model: Any, made: dict[str, Any]) -> Any:
    values: dict[str, Any] = {}
    for number, field in enumerate(model._meta.concrete_fields):
        if field.is_relation:
            above = made.get(field.related_model._meta.db_table)
            if above is None and not field.null:
                return None
            values[field.attname] = None if above is None or field.related_model is model else above.pk
        elif not field.has_default() and not field.null and not isinstance(field, models.AutoField):
            values[field.attname] = _plain(field, number)
    try:
        with transaction.atomic():
            return model._default_manager.create(**values)
    except (Error, ValueError):
        return None


def _plain(field: Any, number: int) -> Any:
    """A value of the field's kind; of two in one row the later is the greater."""
    if field.choices:
        return field.flatchoices[0][0]
    for kind, value in ((models.DateTimeField, datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(hours=number)),
                        (models.DateField, date(2026, 1, 5) + timedelta(days=number)), (models.TimeField, time(number % 24)),
                        (models.UUIDField, None), (models.BooleanField, False), (models.JSONField, {}),
                        (models.BinaryField, b"x"), (models.CharField, f"w{number}"), (models.TextField, f"words {number}")):
        if isinstance(field, kind):
            return __import__("uuid").uuid4() if kind is models.UUIDField else value
    return 1


def copy_of_then(count: int, path: Path) -> None:
    """Bring the database to the first `count` migrations, fill it, copy it as it is."""
    from practice.copies.filing import lines_of, write_sealed
    from practice.copies.snapshot import snapshot_of
    from practice.copies.tables import tables_of

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())[:count]
    state = executor.migrate([(migration.app_label, migration.name) for migration, _ in plan], plan=plan)
    ids = one_of_each(state.apps)
    done = {(m.app_label, m.name) for m, _ in plan}
    leaves: dict[str, list[str]] = {}
    for app, name in sorted(done):
        if not any(child.key in done and child.key[0] == app for child in executor.loader.graph.node_map[app, name].children):
            leaves.setdefault(app, []).append(name)
    tables = tables_of(state.apps)
    with snapshot_of(connection) as taken:
        header = {"evenhand": "backup", "format": 1, "product": "0", "made_at": "then", "installation": "", "migrations": leaves,
                  "tables": [table.as_data() | {"rows": taken.count(table)} for table in tables]}
        write_sealed(path, lines_of(header, ((t.name, taken.lines(t)) for t in tables)), settings.BACKUP_KEY)
    print(json.dumps(ids))


if __name__ == "__main__":
    django.setup()
    copy_of_then(int(sys.argv[1]), Path(sys.argv[2]))
