"""Reading a whole database as it stands at one instant, while others go on writing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

from practice.copies import data_keys
from practice.copies.tables import Table
from practice.copies.values import writing_of

AT_ONCE = 2_000  # rows


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One instant of one database; `ask` answers the rows of a query, some at a time."""

    vendor: str
    ask: Callable[[str, Sequence[Any]], Iterator[tuple[Any, ...]]]

    def count(self, table: Table, where: str = "", params: Sequence[Any] = ()) -> int:
        """How many rows the table has."""
        return int(next(self.ask(f'SELECT count(*) FROM "{table.name}"{_only(where)}', params))[0])  # noqa: S608

    def lines(self, table: Table, where: str = "", params: Sequence[Any] = ()) -> Iterator[bytes]:
        """Each row as one line of JSON, in the order of its key."""
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        asked = f'SELECT {names} FROM "{table.name}"{_only(where)} ORDER BY "{table.key}"'  # noqa: S608  our own names
        write = _writer(table)
        for row in self.ask(asked, params):
            yield write(row)


def _only(where: str) -> str:
    return f" WHERE {where}" if where else ""


def _writer(table: Table) -> Callable[[tuple[Any, ...]], bytes]:
    turns = [writing_of(column.kind, column.field) for column in table.columns]
    has_keys = table.name == data_keys.TABLE
    dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def write(row: tuple[Any, ...]) -> bytes:
        values: list[Any] = [None if value is None else turn(value) for turn, value in zip(turns, row, strict=True)]
        return dumps(data_keys.opened(table, values) if has_keys else values).encode()

    return write


def fingerprint(lines: Iterable[bytes]) -> tuple[int, str]:
    """How many rows there are, and the SHA-256 of their lines."""
    count, digest = 0, hashlib.sha256()
    for line in lines:
        count += 1
        digest.update(line + b"\n")
    return count, digest.hexdigest()


@contextlib.contextmanager
def snapshot_of(connection: BaseDatabaseWrapper) -> Iterator[Snapshot]:
    """The database as it is now, through a connection of its own; writers neither wait for it nor show in it."""
    if connection.vendor == "sqlite":
        if connection.is_in_memory_db():  # type: ignore[attr-defined]
            yield as_seen_by(connection)
            return
        with _sqlite(Path(str(connection.settings_dict["NAME"]))) as taken:
            yield taken
        return
    with _postgresql(connection.settings_dict) as taken:
        yield taken


def as_seen_by(connection: BaseDatabaseWrapper) -> Snapshot:
    """What this connection itself sees, with what it has written and not committed."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return Snapshot("sqlite", _asks_sqlite(connection.connection))
    return Snapshot("postgresql", _asks_postgresql(connection))


@contextlib.contextmanager
def _sqlite(path: Path) -> Iterator[Snapshot]:
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30,
                                            isolation_level=None)) as raw:
        raw.execute("BEGIN")  # deferred: the first look fixes the instant, and takes no lock from writers
        raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield Snapshot("sqlite", _asks_sqlite(raw))
        raw.execute("ROLLBACK")


def _asks_sqlite(raw: Any) -> Callable[[str, Sequence[Any]], Iterator[tuple[Any, ...]]]:
    def ask(query: str, params: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.Connection.cursor(raw)) as cursor:
            cursor.execute(query, tuple(params))
            while rows := cursor.fetchmany(AT_ONCE):
                yield from rows

    return ask


@contextlib.contextmanager
def _postgresql(settings: dict[str, Any]) -> Iterator[Snapshot]:
    own = load_backend(settings["ENGINE"]).DatabaseWrapper({**settings, "CONN_MAX_AGE": 0}, "snapshot")
    try:
        with own.cursor() as cursor:
            own.set_autocommit(False)
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT 1")
        yield Snapshot("postgresql", _asks_postgresql(own))
        own.rollback()
    finally:
        own.close()


def _asks_postgresql(connection: BaseDatabaseWrapper) -> Callable[[str, Sequence[Any]], Iterator[tuple[Any, ...]]]:
    def ask(query: str, params: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        query = query.replace("?", "%s") if params else query
        with connection.chunked_cursor() as cursor:
            cursor.itersize = AT_ONCE  # type: ignore[attr-defined]
            cursor.execute(query, tuple(params) or None)
            yield from iter(cursor)

    return ask


def current() -> BaseDatabaseWrapper:
    """The database of this installation."""
    return connections[DEFAULT_DB_ALIAS]
