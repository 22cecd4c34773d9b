"""Moving out: everything of one practice in one archive, made by a worker, fetched by its owner, gone after a day.

`rows.jsonl.gz` in it is whole: `manage.py import_all` reads it into an empty installation. The rest is for people and
for other systems: a table for each kind of row, and each client's record.
"""

from __future__ import annotations

import csv
import gzip
import io
import logging
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from practice import audit, clock
from practice.access import Actor
from practice.copies.filing import lines_of
from practice.copies.making import header_of
from practice.copies.one_practice import models_taken_out, only_of, rows_of, tables_taken_out
from practice.copies.refusals import NotReady
from practice.copies.snapshot import current, snapshot_of
from practice.copies.tables import table_of
from practice.models import Archive, ArchivePiece, Membership, Practice
from practice.offers import refuse_unless_owner
from practice.sealing import sealer

THERE_FOR = timedelta(hours=24)
CUT_OFF = timedelta(hours=6)
PIECE = 2**20  # bytes
ROWS = "rows.jsonl.gz"
_RUNS_IN_A_SHEET = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would take such a cell for a formula
_log = logging.getLogger(__name__)
Told = Callable[[int, int], None]

# Rooms to the right add the records of people: how many there are, and each as (name of file, bytes).
RECORDS: list[tuple[Callable[[Practice], int], Callable[[Membership], Iterator[tuple[str, bytes]]]]] = []
README = """Everything of {practice}, taken out on {day} by {who}.

rows.jsonl.gz  every row of every table, whole: `manage.py import_all THIS.zip` reads it into an empty Evenhand.
               Lines of JSON: the first names the tables and columns, each table ends with its count and SHA-256.
tables/        the same as CSV (UTF-8), one file for each kind of row, for a spreadsheet or another system.
               A cell that a spreadsheet would take for a formula begins with an apostrophe.
records/       each client's record: a page to read and print, data, letters as PDF. It holds what {who} may read.

Not in it: passwords, second factors, API tokens, links, and addresses of other systems. They open something here, and
nothing elsewhere. These are health records: keep them as such.
"""


# --- asking -----------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_for_archive(*, by: Actor) -> Archive:
    """The owner wants everything; a worker makes it. Refuses while another is being made."""
    refuse_unless_owner(by.practice, by)
    _end_what_was_cut_off()
    try:
        with transaction.atomic():
            archive = Archive.objects.create(practice=by.practice, asked_by=by, asked_at=timezone.now())
    except IntegrityError as under_way:
        raise NotReady("An archive is being made already. It will be here when it is done.") from under_way
    audit.record(by=by, verb="practice_export_asked_for", subject=archive)
    return archive


def _end_what_was_cut_off() -> None:
    now = timezone.now()
    Archive.objects.filter(ended_at=None, asked_at__lt=now - CUT_OFF).update(
        ended_at=now, failure="It was cut off: the worker that made it ended.")


# --- making -----------------------------------------------------------------------------------------------------


def make_archives() -> None:
    """What the scheduler does each minute: make what is asked for, throw away what has expired."""
    _end_what_was_cut_off()
    ArchivePiece.objects.filter(archive__expires_at__lt=timezone.now()).delete()
    ArchivePiece.objects.filter(archive__expires_at=None).exclude(archive__ended_at=None).delete()  # cut off
    for archive in Archive.objects.filter(ended_at=None, began_at=None).select_related("practice", "asked_by__user"):
        mine = Archive.objects.filter(pk=archive.pk)
        if not mine.filter(began_at=None).update(began_at=timezone.now()):
            continue  # another worker has it
        try:
            size, name = _make(archive)
        except Exception:
            _log.exception("An archive could not be made")
            ArchivePiece.objects.filter(archive=archive).delete()
            mine.update(ended_at=timezone.now(), failure="It could not be made; the log of the worker says why.")
            continue
        now = timezone.now()
        mine.update(ended_at=now, size=size, name=name, expires_at=now + THERE_FOR)


def _make(archive: Archive) -> tuple[int, str]:
    if archive.asked_by is None:
        raise NotReady("Whoever asked is no longer here.")

    def told(done: int, of: int) -> None:
        Archive.objects.filter(pk=archive.pk).update(records_done=done, records=of)

    with tempfile.TemporaryFile() as file:
        name = write_archive(file, by=archive.asked_by, told=told)
        size = file.tell()
        file.seek(0)
        seal = sealer("archive", archive.pk)
        position = 0
        while piece := file.read(PIECE):
            ArchivePiece.objects.create(archive=archive, position=position, sealed=seal.encrypt(piece))
            position += 1
    return size, name


def write_archive(file: IO[bytes], *, by: Membership, told: Told = lambda done, of: None) -> str:
    """Everything of this owner's practice as a ZIP; answers what to call it."""
    refuse_unless_owner(by.practice, by)
    practice, now = by.practice, timezone.now()
    day = clock.wall_of(now, practice.time_zone)[0]
    of = sum(count(practice) for count, _ in RECORDS)
    done = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("README.txt", README.format(practice=practice.name, day=day.isoformat(), who=by.name))
        with out.open(ROWS, "w", force_zip64=True) as rows, gzip.open(rows, "wb") as lines:
            lines.writelines(_lines(practice))
        for model in models_taken_out():
            _write_table(out, model, practice.pk)
        for _, records in RECORDS:
            for name, content in records(by):
                out.writestr(f"records/{name}", content, zipfile.ZIP_STORED)
                done += 1
                told(done, of)
    audit.record(by=by, verb="practice_exported", subject=practice, records=done)
    return f"practice-{day.isoformat()}.zip"


def _lines(practice: Practice) -> Iterator[bytes]:
    tables = tables_taken_out()
    with snapshot_of(current()) as taken:
        header = header_of(taken, tables, "practice") | {"practice": str(practice.pk)}
        for table, known in zip(header["tables"], tables, strict=True):
            table["rows"] = taken.count(known, *only_of(known, practice.pk))
        yield from lines_of(header, ((table.name, rows_of(taken, table, practice.pk)) for table in tables))


def _write_table(out: zipfile.ZipFile, model: type[Model], practice_id: UUID) -> None:
    """One kind of rows as CSV, in clear; nothing where there are none. Passwords are left out."""
    where, params = only_of(table_of(model), practice_id)
    columns = [field for field in model._meta.concrete_fields if field.column != "password"]
    found: Any = model._default_manager.extra(where=[where.replace("?", "%s")], params=list(params))  # noqa: S610  our own names
    rows = iter(found.order_by("pk").values_list(*[c.attname for c in columns]).iterator(chunk_size=2_000))
    first = next(rows, None)
    if first is None:
        return
    with out.open(f"tables/{model._meta.db_table}.csv", "w", force_zip64=True) as file, io.TextIOWrapper(
            file, encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow([c.column for c in columns])
        writer.writerow([_cell(value) for value in first])
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return f"({len(bytes(value))} bytes: see records/ and rows.jsonl.gz)"
    if isinstance(value, int | float | Decimal):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_RUNS_IN_A_SHEET) else text


# --- fetching ---------------------------------------------------------------------------------------------------


def fetch_archive(*, archive: Archive, by: Actor) -> Iterator[bytes]:
    """The bytes of an archive, piece by piece. Refuses one that is not made yet, failed, or has expired."""
    refuse_unless_owner(archive.practice, by)
    if archive.ended_at is None or archive.failure:
        raise NotReady("This archive is not made. Ask for a new one.")
    if archive.expires_at is None or archive.expires_at < timezone.now():
        raise NotReady("This archive has expired: it was there for a day. Ask for a new one.")
    with transaction.atomic():
        Archive.objects.filter(pk=archive.pk).update(fetched_at=timezone.now())
        audit.record(by=by, verb="practice_export_fetched", subject=archive)
    return _pieces(archive)


def _pieces(archive: Archive) -> Iterator[bytes]:
    opens = sealer("archive", archive.pk)
    for position in range(ArchivePiece.objects.filter(archive=archive).count()):
        yield opens.decrypt(bytes(ArchivePiece.objects.get(archive=archive, position=position).sealed))
