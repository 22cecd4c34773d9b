"""Copies of everything: sealed, whole, equal row for row where they are read back, and refused in words otherwise."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as tested

from practice.copies.filing import check_through, header_in, lines_of, read_sealed, tables_in, write_sealed
from practice.copies.keys import new_key
from practice.copies.making import make_copy
from practice.copies.one_practice import OPENS_SOMETHING, tables_taken_out
from practice.copies.refusals import BrokenCopy, NewerCopy, NoKey, PlaceTaken, WrongKey
from practice.copies.restoring import restore_copy
from practice.copies.tables import tables_of
from practice.tests.scratch import ROOT, SIGNED, Scratch, scratch_practice
from practice.tests.sizes import size

SECRET, PUBLIC = new_key()
_TWO = SIGNED + """
import conftest
owner = conftest.make_member(p, "Olga Owner", "owner@riverside.example", "owner")
evil = conftest.make_client(p, '=HYPERLINK("http://x.example")', email="h@clients.example")
lena = conftest.make_member(lake, "Lena Lake", "owner@lakeside.example", "owner", is_therapist=True)
conftest.make_client(lake, "Zwetschgenmarker Fremd", email="f@clients.example")
"""
_OPEN_FEED = """
from practice.sealing import sealer
from sessions.models import OutsideFeed
feed = OutsideFeed.objects.get()
print(sealer("outside-calendar", feed.pk).decrypt(feed.sealed_url.encode()).decode())
"""
_HASHES = """
import json
from practice.copies.snapshot import current, fingerprint, snapshot_of
from practice.copies.tables import tables_of
with snapshot_of(current()) as taken:
    print(json.dumps({t.name: fingerprint(taken.lines(t)) for t in tables_of()}))
"""
processes = pytest.mark.processes


def hashes(scratch: Scratch, **env: str) -> dict[str, Any]:
    return json.loads(scratch.manage("shell", "-v0", "-c", _HASHES, **env).strip().splitlines()[-1])


def refused(scratch: Scratch, *args: str, **env: str) -> str:
    """What a command says that does not do it: one sentence, no traceback."""
    done = subprocess.run([sys.executable, "manage.py", *args], cwd=ROOT, env=scratch.env | env, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Scratch]:
    """An empty installation of its own, with another secret than the scratch practice has."""
    scratch = Scratch(tmp_path / "empty", SECRET_KEY="another-" + "o" * 50, BACKUP_KEY=SECRET)
    try:
        scratch._migrate()
        yield scratch
    finally:
        scratch.destroy()


@processes
def test_a_copy_read_back_elsewhere_is_equal_row_for_row_and_what_was_sealed_opens_there(tmp_path: Path, empty: Scratch) -> None:
    file = tmp_path / "copy.age"
    with scratch_practice(tmp_path / "full", fill=SIGNED, BACKUP_KEY=PUBLIC) as full:
        full.manage("backup", str(file))
        assert b"Ada Aalto" not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0
        there = empty.manage("restore", str(file))
        assert "each table equal by hash" in there
        assert "1 signed notes, all sound" in there
        seals = {"practice_auditseal": None}  # proving the records, after the comparison, sealed the trail once more
        assert hashes(empty) | seals == hashes(full) | seals  # the keys too: compared by what they are, not by what wraps them
        assert empty.python(_OPEN_FEED).strip() == "https://calendar.example/ana"
        assert empty.python("from notes.models import Note; print(Note.objects.get().subjective)").strip() == "legs heavier"
        assert empty.sql("SELECT wrapped FROM practice_datakey") != full.sql("SELECT wrapped FROM practice_datakey")
        assert "The place is not empty: Lakeside Therapy and 1 more are there" in refused(empty, "restore", str(file))
    # The guards stand again, and the numbers go on after the last.
    with pytest.raises(Exception, match="change refused"):
        empty.sql("UPDATE notes_note SET plan = 'x'")
    empty.python("from practice import audit; from practice.models import *; m = Membership.objects.first(); "
                 "audit.record(by=m, verb='x', subject=m)")
    assert empty.sql("SELECT count(*) FROM practice_auditentry WHERE verb = 'x'")[0][0] == 1


@processes
@pytest.mark.proof
def test_what_is_there_is_given_up_where_its_practice_is_named(tmp_path: Path, empty: Scratch) -> None:
    file = tmp_path / "copy.age"
    with scratch_practice(tmp_path / "full", BACKUP_KEY=PUBLIC) as full:
        full.manage("backup", str(file))
    empty.manage("restore", str(file))
    empty.python("from practice.models import *; Room.objects.create(practice=Practice.objects.first(), name='later')")
    assert "equal by hash" in empty.manage("restore", str(file), "--replace", "Riverside Therapy")
    assert empty.sql("SELECT count(*) FROM practice_room WHERE name = 'later'") == [(0,)]


@pytest.mark.proof
@processes
def test_a_copy_made_while_others_write_holds_all_that_was_committed_before_it_began(
        tmp_path: Path, empty: Scratch, record_property: Any) -> None:
    writes = ("import uuid, sys\nfrom practice.models import Room, Practice\np = Practice.objects.first()\n"
              "while True:\n    r = Room.objects.create(practice=p, name=uuid.uuid4().hex[:20])\n    print(r.name, flush=True)")
    with scratch_practice(tmp_path / "full", BACKUP_KEY=PUBLIC) as full:
        logs = [tmp_path / f"writer-{n}" for n in range(2)]
        for log in logs:
            with log.open("wb") as out:
                full.processes.append(subprocess.Popen([sys.executable, "manage.py", "shell", "-v0", "-c", writes], cwd=ROOT,
                                                       env=full.env, stdout=out, start_new_session=True))
        deadline = time.monotonic() + 120
        while not all(log.stat().st_size > 400 for log in logs) and time.monotonic() < deadline:
            time.sleep(0.05)
        before = {line for log in logs for line in log.read_text().split("\n")[:-1]}
        full.manage("backup", str(tmp_path / "copy.age"))
        after = {line for log in logs for line in log.read_text().split("\n")[:-1]}
        assert len(before) > 10
        assert after > before, "nobody wrote meanwhile"
    empty.manage("restore", str(tmp_path / "copy.age"))
    there = {name for (name,) in empty.sql("SELECT name FROM practice_room")}
    assert before <= there
    record_property("figure", f"{len(before):,} writes before, {len(after - before):,} meanwhile: all of the former there")


@processes
@pytest.mark.sized
def test_a_restore_that_is_killed_leaves_an_empty_place_and_can_be_done_again(
        tmp_path: Path, empty: Scratch, record_property: Any) -> None:
    visits, kills, chance = size(25_000, 200_000), size(2, 30), random.Random(7)
    file = copy_of_many_visits(tmp_path, visits)
    for _ in range(kills):
        restore = empty.start("manage.py", "restore", str(file))
        time.sleep(chance.uniform(0.8, size(13, 50) / 10))
        assert restore.poll() is None, "quicker than the kill"
        os.killpg(restore.pid, signal.SIGKILL)
        restore.wait()
        for table in ("practice_practice", "practice_user", "therapy_sessions_appointment"):
            assert empty.sql(f"SELECT count(*) FROM {table}") == [(0,)]
    empty.manage("restore", str(file))
    assert empty.sql("SELECT count(*) FROM therapy_sessions_appointment") == [(visits,)]
    record_property("figure", f"{kills} of {kills} SIGKILLs left an empty place; then {visits:,} visits were back")


@processes
@pytest.mark.both
@pytest.mark.sized
def test_no_acknowledged_write_is_lost_when_the_writer_is_killed(tmp_path: Path, record_property: Any) -> None:
    code = ("import uuid\nfrom practice.models import Room, Practice\np = Practice.objects.first()\n"
            "while True:\n    r = Room.objects.create(practice=p, name=uuid.uuid4().hex[:20])\n    print(r.name, flush=True)")
    acknowledged: set[str] = set()
    with scratch_practice(tmp_path / "full") as full:
        for n in range(size(2, 100)):
            log = tmp_path / f"writer-{n}"
            with log.open("wb") as out:
                writer = subprocess.Popen([sys.executable, "manage.py", "shell", "-v0", "-c", code], cwd=ROOT, env=full.env,
                                          stdout=out, start_new_session=True)
            full.processes.append(writer)
            deadline = time.monotonic() + 60
            while log.stat().st_size < 200 and time.monotonic() < deadline:
                time.sleep(0.01)
            os.killpg(writer.pid, signal.SIGKILL)
            writer.wait()
            acknowledged |= set(log.read_text().split("\n")[:-1])
        there = {name for (name,) in full.sql("SELECT name FROM practice_room")}
    assert len(acknowledged) > 10
    assert acknowledged <= there
    record_property("figure", f"{size(2, 100)} SIGKILLs, {len(acknowledged):,} writes acknowledged: none lost")


def copy_of_many_visits(folder: Path, count: int) -> Path:
    """A copy of a practice with so many visits."""
    with scratch_practice(folder / "full", fill=SIGNED, BACKUP_KEY=PUBLIC) as full:
        full.manage("backup", str(folder / "copy.age"))
    multiplied(folder / "copy.age", folder / "many.age", "therapy_sessions_appointment", count)
    return folder / "many.age"


def multiplied(path: Path, to: Path, table: str, times: int) -> None:
    """The same copy with so many rows of one table like its first: an hour apart, each with an id."""
    def rows(name: str, lines: Iterator[bytes]) -> Iterator[bytes]:
        kept = list(lines)
        if name != table:
            yield from kept
            return
        row, columns = json.loads(kept[0]), next(t["columns"] for t in header["tables"] if t["name"] == table)
        instants = [n for n, (column, kind) in enumerate(columns) if kind == "instant" and row[n] and column != "created_at"]
        at = {n: datetime.fromisoformat(row[n]) for n in instants}
        key = [column for column, _ in columns].index("id")
        first = int(row[key], 16)
        for number in range(times):
            row[key] = f"{first + number:032x}"  # in the order of their keys, as a copy is
            for n in instants:
                row[n] = str(at[n] + timedelta(hours=number))
            yield json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()

    with read_sealed(path, SECRET) as read:
        header = header_in(read)
        found = [(name, list(lines)) for name, lines in tables_in(read, header)]
    header["tables"] = [t | {"rows": times} if t["name"] == table else t for t in header["tables"]]
    write_sealed(to, lines_of(header, ((name, rows(name, iter(lines))) for name, lines in found)), PUBLIC)


@processes
@pytest.mark.proof
def test_a_practice_of_many_visits_is_back_within_a_minute(tmp_path: Path, empty: Scratch, record_property: Any) -> None:
    count = size(2_000, 200_000)
    file = copy_of_many_visits(tmp_path, count)
    began = time.monotonic()
    empty.manage("restore", str(file))
    took = time.monotonic() - began
    assert empty.sql("SELECT count(*) FROM therapy_sessions_appointment") == [(count,)]
    record_property("figure", f"{count:,} visits in {took:.1f} s")
    assert took < 60


# --- another database ---------------------------------------------------------------------------------------------


_FROM_MODELS = """
import django
django.setup()
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
with override_settings(MIGRATION_MODULES={config.label: None for config in apps.get_app_configs()}):
    call_command("migrate", run_syncdb=True, verbosity=0)
recorder = MigrationRecorder(connection)
recorder.ensure_schema()
for app, name in MigrationLoader(None).disk_migrations:
    recorder.record_applied(app, name)
"""


@pytest.mark.skipif(tested.vendor != "postgresql", reason="the way onto PostgreSQL is gone on PostgreSQL")
@processes
def test_everything_moves_from_sqlite_into_the_other_database_equal_row_for_row(tmp_path: Path, empty: Scratch) -> None:
    full = Scratch(tmp_path / "full")
    full.is_postgres = False
    full.folder.mkdir()
    address = f"sqlite:///{full.folder / 'scratch.sqlite3'}"
    full.env["DATABASE_URL"] = address
    subprocess.run([sys.executable, "-c", _FROM_MODELS], cwd=ROOT, env=full.env, check=True)
    full.python(SIGNED)
    to = empty.env["DATABASE_URL"]
    assert "each table equal by hash" in full.manage("move_database", "--from", address, "--to", to)
    theirs = {"SECRET_KEY": full.env["SECRET_KEY"]}  # it goes along
    seals = {"practice_auditseal": None}
    assert hashes(empty, **theirs) | seals == hashes(full) | seals
    assert "legs heavier" in empty.manage("shell", "-v0", "-c", "from notes.models import Note; print(Note.objects.get().subjective)",
                                          **theirs)
    assert "The place is not empty" in refused(full, "move_database", "--to", to)
    assert "in already" in refused(full, "move_database", "--to", address)
    assert "no address of a database" in refused(full, "move_database", "--to", "riverside")
    assert "The database says no" in refused(full, "move_database", "--to", "postgres://nobody:x@127.0.0.1:1/x")


# --- one practice -----------------------------------------------------------------------------------------------


def test_every_table_is_of_a_practice_or_known_to_stay() -> None:
    stay = {"practice_codeapp", "practice_passkey", "practice_recoverycode", "practice_accountlink", "practice_signin",
            "practice_datakey"} | OPENS_SOMETHING
    assert {table.name for table in tables_of()} - {table.name for table in tables_taken_out()} == stay


@pytest.mark.proof
@processes
def test_a_practice_taken_out_is_equal_where_it_is_read_in_and_nobody_elses_comes_along(tmp_path: Path, empty: Scratch) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    with scratch_practice(tmp_path / "full", fill=_TWO) as full:
        assert "--owner owner@lakeside.example" in refused(full, "export_all", str(first))
        full.manage("export_all", str(first), "--owner", "owner@riverside.example")
    with zipfile.ZipFile(first) as archive:
        everything = b"".join(gzip.decompress(archive.read(n)) if n.endswith(".gz") else archive.read(n) for n in archive.namelist())
        people = archive.read("tables/clients_client.csv").decode("utf-8-sig")
        assert "legs heavier" in archive.read("tables/notes_note.csv").decode("utf-8-sig")
        assert len([name for name in archive.namelist() if name.startswith("records/")]) == 33
    assert b"Zwetschgenmarker" not in everything
    assert b"argon2" not in everything
    assert b"legs heavier" in everything
    assert "\"'=HYPERLINK" in people
    assert "Passwords were not in the archive" in empty.manage("import_all", str(first))
    assert empty.sql("SELECT count(*) FROM practice_practice") == [(1,)]
    assert empty.python("from notes.models import Note; print(Note.objects.get().subjective)").strip() == "legs heavier"
    empty.manage("export_all", str(second))
    trail = {"practice_auditentry": None, "practice_auditseal": None}  # that it was taken out again is written down
    assert tables_and_hashes(first) | trail == tables_and_hashes(second) | trail
    assert "The place is not empty" in refused(empty, "import_all", str(first))


def tables_and_hashes(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive, gzip.open(archive.open("rows.jsonl.gz")) as lines:
        return {table["name"]: (table["rows"], table["sha256"]) for table in check_through(iter(lines), "practice")["tables"]}


# --- refused in words -------------------------------------------------------------------------------------------


@pytest.fixture
def copy(db: None, tmp_path: Path) -> Path:
    make_copy(path=tmp_path / "copy.age", key=PUBLIC)
    return tmp_path / "copy.age"


def through(path: Path, key: str = SECRET) -> dict[str, Any]:
    with read_sealed(path, key) as lines:
        return check_through(lines)


def test_a_copy_of_nothing_is_whole(copy: Path) -> None:
    assert through(copy)["installation"]


def test_another_key_and_no_key_are_refused_by_name(copy: Path) -> None:
    with pytest.raises(WrongKey, match="sealed for another key"):
        through(copy, new_key()[0])
    with pytest.raises(NoKey, match="public half"):
        through(copy, PUBLIC)
    with pytest.raises(NoKey, match="not set"):
        through(copy, "")
    with pytest.raises(NoKey, match="not a key"):
        make_copy(path=copy.with_name("other"), key="riverside")
    with pytest.raises(PlaceTaken, match="exists already"):
        make_copy(path=copy, key=PUBLIC)


def test_half_a_copy_and_one_changed_byte_are_refused_wherever_it_is(copy: Path) -> None:
    whole = copy.read_bytes()
    chance = random.Random(3)
    for _ in range(40):
        place = chance.randrange(len(whole))
        copy.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1:])
        with pytest.raises((BrokenCopy, WrongKey)):
            through(copy)
    for cut in (0, 10, 200, len(whole) // 2, len(whole) - 1):
        copy.write_bytes(whole[:cut])
        with pytest.raises(BrokenCopy, match="not a whole copy"):
            through(copy)


def test_a_newer_copy_and_one_that_lies_are_refused_before_anything_is_written(copy: Path, tmp_path: Path) -> None:
    with read_sealed(copy, SECRET) as lines:
        header = header_in(lines)
    header["tables"] = [table | {"rows": 0} for table in header["tables"]]

    def written(header: dict[str, Any], rows: list[bytes]) -> Path:
        path = tmp_path / f"{random.random()}.age"
        tables = [(t["name"], iter(rows if t["name"] == "practice_room" else [])) for t in header["tables"]]
        write_sealed(path, lines_of(header, tables), PUBLIC)
        return path

    newer = header | {"product": "9.0", "migrations": header["migrations"] | {"notes": ["9999_of_next_year"]}}
    with pytest.raises(NewerCopy, match=r"Evenhand 9\.0.*notes 9999_of_next_year"):
        restore_copy(path=written(newer, []), key=SECRET)
    with pytest.raises(NewerCopy, match=r"written by a newer Evenhand \(9\.0\)"):
        through(written(header | {"format": 2, "product": "9.0"}, []))
    with pytest.raises(BrokenCopy, match="practice_room"):  # a row the header does not count
        through(written(header, [b"[]"]))
    assert not list(tmp_path.glob(".*part"))


def test_a_restore_does_not_write_over_a_practice(riverside: Any, copy: Path) -> None:
    with pytest.raises(PlaceTaken, match=r'Riverside Therapy is there. Use an empty .* --replace "Riverside Therapy"'):
        restore_copy(path=copy, key=SECRET)
    with pytest.raises(PlaceTaken, match='"Lakeside" is not there'):
        restore_copy(path=copy, key=SECRET, replacing="Lakeside")
