"""Reading a copy back: everything is looked at before the first write, and it comes as a whole or not at all."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.color import no_style
from django.core.management.sql import emit_post_migrate_signal
from django.db import IntegrityError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from practice.copies import data_keys
from practice.copies.filing import Told, check_through, header_in, read_sealed, silent, tables_in
from practice.copies.places import drop_everything, filled_at_once, has_rows, refuse_unless_empty
from practice.copies.refusals import BrokenCopy, NewerCopy
from practice.copies.snapshot import as_seen_by, current, fingerprint
from practice.copies.tables import Table, tables_of
from practice.copies.values import as_it_is, reading_for
from practice.encryption import keys
from practice.guards import NoOverlap

Tables = Iterator[tuple[str, Iterator[bytes]]]
AT_ONCE = 1_000  # rows


def restore_copy(*, path: Path, key: str, replacing: str = "", told: Told = silent,
                 say: Callable[[str], None] = lambda words: None,
                 prove: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Read a sealed copy into this installation's database; answers the header of the copy.

    Refuses a wrong key, a broken file, one of a newer version, and a place that is not empty, before it writes.
    `prove` runs once the rows stand, before they count.
    """
    refuse_unless_empty(current(), replacing)
    say("Looking at the whole copy ...")
    with read_sealed(path, key) as lines:
        header = check_through(lines, told=told)
    refuse_unknown(header)
    say("Writing ...")
    with read_sealed(path, key) as lines:
        again = header_in(lines)
        fill_place(place=current(), header=again, tables=tables_in(lines, again), bytes_to_come=header["bytes"],
                   told=told, say=say, prove=prove)
    return again


def refuse_unknown(header: dict[str, Any]) -> None:
    """A state this version has never heard of is a newer one."""
    graph = MigrationLoader(None).graph
    unknown = [f"{app} {name}" for app, names in header["migrations"].items() for name in names
               if (app, name) not in graph.nodes]
    if unknown:
        raise NewerCopy(f"This copy was written by Evenhand {header['product']}, whose database is newer than this "
                        f"version "
                        f"knows ({', '.join(unknown)}). Install that version, then read it back.")


def fill_place(*, place: BaseDatabaseWrapper, header: dict[str, Any], tables: Tables, bytes_to_come: int = 0,
               told: Told = silent, say: Callable[[str], None] = lambda words: None,
               prove: Callable[[], None] = lambda: None) -> None:
    """Bring an empty place to the state the rows were written in, write them, compare them, and bring it up to date."""
    with filled_at_once(place, bytes_to_come=bytes_to_come) as built:
        wanted = [(app, name) for app, names in header["migrations"].items() for name in names]
        models = _as_it_was(built, wanted)
        known = {table.name: table for table in tables_of(models, in_clear=header["evenhand"] == "practice")}
        _refuse_other_tables(known, header)
        with transaction.atomic(), _without_triggers(built):
            _give_keys(built, known, header)
            _write_rows(built, known, tables, header, told)
            _count_on(built, models)
        _check_rules(built, models)
        say("Comparing row for row ...")
        compare(built, known, header)
        keys.forget()
        _brought_up_to_date(built)
        prove()


def _as_it_was(built: BaseDatabaseWrapper, wanted: list[tuple[str, str]]) -> Any:
    """An empty place at exactly these migrations, built anew where it stands elsewhere; answers the models of then."""
    graph = MigrationLoader(None).graph
    needed = {node for target in wanted for node in graph.forwards_plan(target)}
    done = set(MigrationLoader(built).applied_migrations)
    if done and (done != needed or has_rows(built)):
        drop_everything(built)
    executor = MigrationExecutor(built)
    executor.migrate(wanted)
    return executor.loader.project_state(wanted).apps


def _brought_up_to_date(built: BaseDatabaseWrapper) -> None:
    executor = MigrationExecutor(built)
    executor.migrate(executor.loader.graph.leaf_nodes())
    emit_post_migrate_signal(0, False, built.alias)


def _refuse_other_tables(known: dict[str, Table], header: dict[str, Any]) -> None:
    for table in header["tables"]:
        if table["name"] not in known or known[table["name"]].as_data()["columns"] != table["columns"]:
            raise BrokenCopy(f"The copy holds a table {table['name']} that was never like this. Nothing was written.")


# --- writing ----------------------------------------------------------------------------------------------------


def _give_keys(built: BaseDatabaseWrapper, known: dict[str, Table], header: dict[str, Any]) -> None:
    """An empty place may have a key for clinical text already: those of the copy come instead, where it holds any."""
    if data_keys.TABLE not in known:
        return
    if any(table["name"] == data_keys.TABLE for table in header["tables"]):
        with built.cursor() as cursor:
            cursor.execute(f"DELETE FROM {data_keys.TABLE}")  # noqa: S608  our own name
    else:
        keys.ensure()


def _write_rows(built: BaseDatabaseWrapper, known: dict[str, Table], tables: Tables, header: dict[str, Any],
                told: Told) -> None:
    done, of = 0, sum(table["rows"] for table in header["tables"])
    if built.vendor == "postgresql":
        with built.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # migrations leave them immediate
    fill = _fill_sqlite if built.vendor == "sqlite" else _fill_postgresql
    for name, rows in tables:
        for at_once in fill(built, known[name], rows):
            done += at_once
            told(done, of)


def _count_on(built: BaseDatabaseWrapper, models: Any) -> None:
    """Numbers the database gives go on after the highest that came."""
    with built.cursor() as cursor:
        for statement in built.ops.sequence_reset_sql(no_style(), list(models.get_models(include_auto_created=True))):
            cursor.execute(statement)


def _fill_sqlite(built: BaseDatabaseWrapper, table: Table, lines: Iterator[bytes]) -> Iterator[int]:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join("?" * len(table.columns))})'  # noqa: S608
    built.ensure_connection()
    with contextlib.closing(sqlite3.Connection.cursor(built.connection)) as cursor:
        for rows in batched(_values(table, lines, "sqlite")):
            try:
                cursor.executemany(statement, rows)
            except sqlite3.Error as refused:
                raise BrokenCopy(f"The database does not take the rows of {table.name}: {refused}. "
                                 "Nothing was kept.") from refused
            yield len(rows)


def _fill_postgresql(built: BaseDatabaseWrapper, table: Table, lines: Iterator[bytes]) -> Iterator[int]:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    try:
        with built.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for rows in batched(_values(table, lines, "postgresql")):
                for row in rows:
                    copy.write_row(row)
                yield len(rows)
    except psycopg.Error as refused:
        raise BrokenCopy(
            f"The database does not take the rows of {table.name}: {refused}. Nothing was kept.") from refused


def batched(rows: Iterator[list[Any]]) -> Iterator[list[list[Any]]]:
    """Some rows at a time."""
    while some := list(islice(rows, AT_ONCE)):
        yield some


def _values(table: Table, lines: Iterator[bytes], vendor: str) -> Iterator[list[Any]]:
    turns = [reading_for(column.kind, vendor, column.field) for column in table.columns]
    turning = [(n, turn) for n, turn in enumerate(turns) if turn is not as_it_is]
    has_keys = table.name == data_keys.TABLE
    for line in lines:
        row: list[Any] = json.loads(line)
        if has_keys:
            row = data_keys.wrapped_again(table, row)
        for n, turn in turning:
            if row[n] is not None:
                row[n] = turn(row[n])
        yield row


@contextlib.contextmanager
def _without_triggers(built: BaseDatabaseWrapper) -> Iterator[None]:
    """SQLite asks its triggers of each row anew; here they are put back once all rows stand, and what they hold is
    looked at in one go. On PostgreSQL they stay: its constraints are built for many rows."""
    if built.vendor != "sqlite":
        yield
        return
    with built.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _, statement in triggers:
            cursor.execute(statement)


# --- looking ----------------------------------------------------------------------------------------------------


def _check_rules(built: BaseDatabaseWrapper, models: Any) -> None:
    """Every link leads somewhere, and nobody is booked twice."""
    try:
        built.check_constraints()
    except IntegrityError as broken:
        raise BrokenCopy(f"The copy holds a row that points nowhere: {broken}. Nothing was written.") from broken
    if built.vendor != "sqlite":
        return
    for model in models.get_models():
        for rule in model._meta.constraints:
            if isinstance(rule, NoOverlap) and _overlaps(built, model, rule):
                raise BrokenCopy(f"The copy holds rows that break a rule: {rule.name}. Nothing was written.")


def _overlaps(built: BaseDatabaseWrapper, model: Any, rule: NoOverlap) -> bool:
    column = {name: model._meta.get_field(name).column for name in (rule.resource, rule.start, rule.end, rule.state)}
    start, end, who = column[rule.start], column[rule.end], column[rule.resource]
    dead = ", ".join(f"'{state}'" for state in rule.dead)
    with built.cursor() as cursor:
        cursor.execute(  # two that overlap have two neighbours that do
            f"SELECT 1 FROM (SELECT {start} AS begins, LAG({end}) OVER (PARTITION BY {who} ORDER BY {start}) AS ended "  # noqa: S608
            f"FROM {model._meta.db_table} WHERE {who} IS NOT NULL AND {column[rule.state]} NOT IN ({dead})) "
            "WHERE begins < ended LIMIT 1")
        return cursor.fetchone() is not None


def compare(built: BaseDatabaseWrapper, known: dict[str, Table], header: dict[str, Any]) -> None:
    """Count and hash of every table here are those of the copy; refuses by the name of the first that differs."""
    here = as_seen_by(built)
    for table in header["tables"]:
        if fingerprint(here.lines(known[table["name"]])) != (table["rows"], table["sha256"]):
            raise BrokenCopy(f"What was written is not what was read: {table['name']}. Nothing was kept.")
