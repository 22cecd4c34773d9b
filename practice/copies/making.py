"""A copy of everything, taken at one instant while work goes on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from practice.copies.filing import FORMAT, Told, lines_of, silent, write_sealed
from practice.copies.installation import installation_id
from practice.copies.keys import recipient_of
from practice.copies.refusals import NotReady, PlaceTaken
from practice.copies.snapshot import Snapshot, current, snapshot_of
from practice.copies.tables import Table, tables_of


def make_copy(*, path: Path, key: str, told: Told = silent) -> dict[str, Any]:
    """Write everything into one sealed file; answers its header, with the file's `size`.

    What is committed when it begins is in it, whatever is written meanwhile. Never writes over a file.
    """
    recipient_of(key)  # before anything is read
    if path.exists():
        raise PlaceTaken(f"{path} exists already. Give another name: a copy is never written over.")
    refuse_unless_migrated(current())
    with snapshot_of(current()) as taken:
        header = header_of(taken, tables_of())
        size = write_sealed(path, lines_of(header, _rows(taken), told), key)
    return header | {"size": size}


def _rows(taken: Snapshot) -> Iterator[tuple[str, Iterator[bytes]]]:
    return ((table.name, taken.lines(table)) for table in tables_of())


def header_of(taken: Snapshot, tables: list[Table], what: str = "backup") -> dict[str, Any]:
    """The first line: who wrote what, when, in which state, and what follows."""
    import tzdata

    return {
        "evenhand": what, "format": FORMAT, "product": product_version(), "made_at": timezone.now().isoformat(),
        "installation": str(installation_id()), "database": taken.vendor, "tzdata": tzdata.IANA_VERSION,
        "migrations": migrations_of(current()),
        "tables": [table.as_data() | {"rows": taken.count(table)} for table in tables]}


def migrations_of(connection: BaseDatabaseWrapper) -> dict[str, list[str]]:
    """The newest migration of each app, as this code knows them."""
    leaves: dict[str, list[str]] = {}
    for app, name in MigrationLoader(connection).graph.leaf_nodes():
        leaves.setdefault(app, []).append(name)
    return leaves


def refuse_unless_migrated(connection: BaseDatabaseWrapper) -> None:
    """A copy is taken of a database that this version knows."""
    loader = MigrationLoader(connection)
    if any(node not in loader.applied_migrations for node in loader.graph.leaf_nodes()):
        raise NotReady("The database is older than this version of Evenhand. Run `manage.py migrate` first.")


def product_version() -> str:
    """The version of Evenhand that is running."""
    return str(tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"])
