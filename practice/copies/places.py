"""Where a copy goes: a database of either engine, empty, that becomes the practice's own in one step or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

from practice.copies.refusals import NotReady, PlaceTaken
from practice.copies.tables import OF_THE_PLACE, ROOMS
from practice.encryption import keys

_IN_A_HURRY = "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF;"
_ROOM_FOR = 4  # bytes of disk for each byte of rows: the table, its indexes, and air


@contextlib.contextmanager
def standing_in(settings: dict[str, Any]) -> Iterator[BaseDatabaseWrapper]:
    """Another database in the place of this installation's own, for this thread: migrations write to `default`."""
    before = connections[DEFAULT_DB_ALIAS]
    other = load_backend(settings["ENGINE"]).DatabaseWrapper(
        {**before.settings_dict, "CONN_MAX_AGE": 0, **settings}, DEFAULT_DB_ALIAS)
    connections[DEFAULT_DB_ALIAS] = other
    keys.forget()  # each database has its own
    try:
        yield other
    finally:
        other.close()
        connections[DEFAULT_DB_ALIAS] = before
        keys.forget()


@contextlib.contextmanager
def filled_at_once(place: BaseDatabaseWrapper, *, bytes_to_come: int = 0) -> Iterator[BaseDatabaseWrapper]:
    """What is built inside becomes the place as a whole when it ends well; otherwise the place is as it was."""
    if place.vendor == "sqlite":
        with _sqlite_aside(place, bytes_to_come) as built:
            yield built
        return
    with standing_in(place.settings_dict) as connection, transaction.atomic():
        yield connection


@contextlib.contextmanager
def _sqlite_aside(place: BaseDatabaseWrapper, bytes_to_come: int) -> Iterator[BaseDatabaseWrapper]:
    path = Path(str(place.settings_dict["NAME"]))
    place.close()
    _refuse_a_full_disk(path.parent, bytes_to_come)
    _refuse_while_used(path)
    aside = path.with_name(f".{path.name}.restoring")
    with contextlib.suppress(FileNotFoundError):
        aside.unlink()  # of a restore that was killed
    os.close(os.open(aside, os.O_CREAT | os.O_EXCL, 0o600))
    if path.exists():
        _copy_if_bare(path, aside)
    try:
        with standing_in(place.settings_dict | {"NAME": str(aside), "OPTIONS": {
                **place.settings_dict["OPTIONS"], "init_command": _IN_A_HURRY}}) as connection:
            yield connection
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        _refuse_while_used(path)
        aside.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            aside.unlink()


def _copy_if_bare(path: Path, aside: Path) -> None:
    """A database that holds tables and no rows is begun from: that spares the migrations."""
    if path.stat().st_size < 20 * 2**20:
        shutil.copyfile(path, aside)


def _refuse_while_used(path: Path) -> None:
    """Leaving the write-ahead mode needs the file for oneself, and leaves none beside it to trip a new one."""
    if not path.exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=0.5, isolation_level=None)) as raw:
            raw.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as busy:
        raise NotReady(f"Somebody is using {path}. Stop Evenhand (every process of it), then try again.") from busy
    except sqlite3.DatabaseError as strange:
        raise PlaceTaken(f"{path} is no database. Move it away first.") from strange


def _refuse_a_full_disk(folder: Path, bytes_to_come: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < _ROOM_FOR * bytes_to_come:
        raise NotReady(f"About {_ROOM_FOR * bytes_to_come // 2**20} MB are needed in {folder}, {free // 2**20} MB "
                       f"are free. "
                       "Make room first.")


def names_in(place: BaseDatabaseWrapper) -> list[str]:
    """The practices that are in a place already; also one of which only people are left has a name."""
    tables = set(place.introspection.table_names())
    with place.cursor() as cursor:
        names: list[str] = []
        if "practice_practice" in tables:
            cursor.execute("SELECT name FROM practice_practice ORDER BY name")
            names = [str(name) for (name,) in cursor.fetchall()]
        if not names and "practice_user" in tables:
            cursor.execute("SELECT email FROM practice_user ORDER BY email")
            names = [str(email) for (email,) in cursor.fetchall()]
    return names


def refuse_unless_empty(place: BaseDatabaseWrapper, replacing: str = "") -> None:
    """Nothing is written over, unless whoever asks names what is lost."""
    names = names_in(place)
    if not names or replacing in names:
        return
    said = f"{names[0]} and {len(names) - 1} more are" if len(names) > 1 else f"{names[0]} is"
    wrong = f' "{replacing}" is not there.' if replacing else ""
    raise PlaceTaken(f"The place is not empty: {said} there.{wrong} Use an empty database (DATABASE_URL, DATA_DIR), "
                     f"or say "
                     f'what may be lost: --replace "{names[0]}".')


def has_rows(place: BaseDatabaseWrapper) -> bool:
    """Whether any table that a copy would fill has a row already."""
    ours = tuple(f"{room}_" for room in ROOMS)
    with place.cursor() as cursor:
        for name in place.introspection.table_names(cursor):
            if name.startswith(ours) and name not in OF_THE_PLACE | {"practice_cache", "practice_datakey"}:
                cursor.execute(f'SELECT 1 FROM "{name}" LIMIT 1')  # noqa: S608  names of the database's own
                if cursor.fetchone():
                    return True
    return False


def drop_everything(place: BaseDatabaseWrapper) -> None:
    """Take away every table of ours and Django's, to build them as they were; what belongs to others stays."""
    ours = tuple(f"{prefix}_" for prefix in (*ROOMS, "django", "auth"))
    with place.cursor() as cursor:
        for name in place.introspection.table_names():
            if name.startswith(ours):
                cascade = " CASCADE" if place.vendor == "postgresql" else ""
                cursor.execute(f'DROP TABLE "{name}"{cascade}')
