"""What was handed over, written down at once in a file of the worker's own until the database knows it too.

The database learns of it for many messages in one statement. Whoever drains next reads what a killed worker left, so
only the message in its hand at that moment can leave twice, and it carries the same id both times.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction

from practice.models import Message

log = logging.getLogger(__name__)

SETTLED_AFTER, SETTLED_WITHIN = 25, 0.05  # messages; seconds, so that over a slow line each is marked at once
# What is wrong with one line; a database that does not answer is wrong with none, and is asked again.
_OF_THE_LINE = (DataError, IntegrityError, ValueError, OverflowError)


class Receipt(NamedTuple):
    """One message that was handed over: when, under which subject and provider's name, with which other, and why."""

    pk: UUID
    sent_at: datetime
    subject: str
    reference: str
    why: str
    told_with: UUID | None = None


_MARK = """UPDATE practice_message SET state = 'sent', claimed_by = NULL, claimed_until = NULL, attempts = attempts + 1,
    sent_at = %s, subject_line = %s, reference = %s, why = %s, told_with_id = %s WHERE id = %s"""
_UNLESS_KNOWN = " AND (sent_at IS NULL OR state = 'sending')"


def mark_sent(receipts: Iterable[Receipt], *, unless_known: bool = False) -> None:
    """Let the database know, in one go: what was handed over is sent, whatever has become of the row."""
    known, uuid = list(receipts), Message._meta.pk
    assert uuid is not None
    if not known:
        return
    rows = [(connection.ops.adapt_datetimefield_value(r.sent_at), r.subject, r.reference, r.why,
             r.told_with and uuid.get_db_prep_value(r.told_with, connection),
             uuid.get_db_prep_value(r.pk, connection)) for r in known]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_MARK + _UNLESS_KNOWN * unless_known, rows)


class Receipts:
    """The file of one drain. While it lives it holds a lock on it, which a kill lets go."""

    def __init__(self) -> None:
        self._file: int | None = None
        self._path = _folder() / f"{os.getpid()}-{uuid4().hex[:8]}"
        self._kept: list[Receipt] = []
        self._since = 0.0

    def keep(self, receipts: list[Receipt]) -> None:
        """Write down what was handed over this moment."""
        if self._file is None:
            self._file = _opened_and_locked(self._path)
        os.write(self._file, "".join(f"{json.dumps([str(r.pk), r.sent_at.isoformat(), *r[2:5], _text(r.told_with)])}\n"
                                     for r in receipts).encode())
        self._since = self._since if self._kept else monotonic()
        self._kept += receipts
        if len(self._kept) >= SETTLED_AFTER or monotonic() - self._since > SETTLED_WITHIN:
            self.settle()

    def settle(self) -> None:
        """Let the database know of everything kept."""
        mark_sent(self._kept)
        self._kept = []
        if self._file is not None:
            os.ftruncate(self._file, 0)

    def close(self) -> None:
        """Settle, and leave no file; where the database cannot be told, the file stays for whoever drains next."""
        try:
            self.settle()
            self._path.unlink(missing_ok=True)
        finally:
            if self._file is not None:
                os.close(self._file)
                self._file = None


def settle_what_was_left() -> None:
    """Read what killed workers had written down and the database does not know yet."""
    for path in sorted(_folder().iterdir()):
        with contextlib.suppress(OSError):
            file = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _settle(path)
                path.unlink(missing_ok=True)
            finally:
                os.close(file)


def _settle(path: Path) -> None:
    """Mark what a file says; a line nobody can read or the database refuses is put aside, so that it stops nothing.

    A last line that a fallen server left unfinished is passed over.
    """
    *whole, unfinished = path.read_bytes().split(b"\n")
    read = {line: _read(line) for line in (*whole, unfinished) if line}
    found = {line: receipt for line, receipt in read.items() if receipt}
    try:
        mark_sent(found.values(), unless_known=True)
    except _OF_THE_LINE:
        found = {line: receipt for line, receipt in found.items() if _is_marked(receipt)}
    if bad := [line for line in whole if line and line not in found]:
        _put_aside(path, bad)


def _is_marked(receipt: Receipt) -> bool:
    try:
        mark_sent([receipt], unless_known=True)
    except _OF_THE_LINE:
        return False
    return True


def _put_aside(path: Path, lines: list[bytes]) -> None:
    aside = _own_folder("handed-over-unread") / path.name
    aside.write_bytes(b"".join(line + b"\n" for line in lines))
    log.error("of what was handed over, %d could not be noted: kept in %s", len(lines), aside)


def _read(line: bytes) -> Receipt | None:
    try:
        pk, sent_at, subject, reference, why, told_with = json.loads(line)
        return Receipt(UUID(pk), datetime.fromisoformat(sent_at), str(subject), str(reference), str(why),
                       UUID(told_with) if told_with else None)
    except (ValueError, TypeError, AttributeError):
        return None


def _text(pk: UUID | None) -> str:
    return str(pk) if pk else ""


def _folder() -> Path:
    return _own_folder("handed-over")


def _own_folder(name: str) -> Path:
    folder = Path(settings.DATA_DIR) / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _opened_and_locked(path: Path) -> int:
    """A file of one's own; made again where somebody took it for a dead worker's before it was locked."""
    while True:
        file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(file).st_ino:
                return file
        os.close(file)
