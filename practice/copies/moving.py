"""From one database to another without a file between: the same reading, the same writing, the same comparing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import dj_database_url

from practice.copies.filing import Told, header_in, lines_of, silent, tables_in
from practice.copies.making import header_of, refuse_unless_migrated
from practice.copies.places import refuse_unless_empty, standing_in
from practice.copies.refusals import NotReady
from practice.copies.restoring import fill_place
from practice.copies.snapshot import current, snapshot_of
from practice.copies.tables import tables_of


def move_database(*, source: str, to: str, told: Told = silent, say: Callable[[str], None] = lambda words: None,
                  prove: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Everything in `source` (an address; empty: this installation's) into the empty database `to`; answers the header.

    The source is only read. Refuses a place that is not empty, and one that is the same.
    """
    there = _settings_of(to)
    with standing_in(_settings_of(source) if source else current().settings_dict) as here:
        if _same(here.settings_dict, there):
            raise NotReady("That is the database everything is in already.")
        refuse_unless_migrated(here)
        with snapshot_of(here) as taken:
            header = header_of(taken, tables_of())
            lines = lines_of(header, ((table.name, taken.lines(table)) for table in tables_of()), told)
            with standing_in(there) as place:
                refuse_unless_empty(place)
                say("Writing ...")
                read: Iterator[bytes] = iter(lines)
                again = header_in(read)
                fill_place(place=place, header=again, tables=tables_in(read, again), say=say, prove=prove)
    return again


def _settings_of(address: str) -> dict[str, Any]:
    """An address as settings of a connection."""
    try:
        read = dict(dj_database_url.parse(address))
    except Exception as wrong:
        raise NotReady(f"{address.partition('://')[0] or 'That'} is no address of a database. Write "
                       "sqlite:////path/to/file or postgres://user:password@host:5432/name.") from wrong
    if str(read["ENGINE"]).endswith("sqlite3"):
        read["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": "PRAGMA foreign_keys=ON;"}
    elif str(read["ENGINE"]).endswith("postgresql"):
        read |= {"ENGINE": "practice.postgresql", "OPTIONS": {}}  # Django's own, with the second wall
    else:
        raise NotReady("Evenhand keeps its data in SQLite or PostgreSQL.")
    return read


def _same(here: dict[str, Any], there: dict[str, Any]) -> bool:
    return all(str(here.get(part) or "") == str(there.get(part) or "") for part in ("ENGINE", "NAME", "HOST", "PORT"))
