"""A copy as a file: lines of JSON, compressed, sealed with age.

`age --decrypt --identity KEY FILE | gunzip` shows them without Evenhand. The first line says what it is; then, for each
table, {"table"}, one array for each row, and {"end"} with how many there were and the SHA-256 of their lines; the last
line says that it is complete. `rows.jsonl.gz` inside an archive of one practice is the same, not sealed.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import pyrage

from practice.copies.keys import identity_of, recipient_of
from practice.copies.refusals import BrokenCopy, NewerCopy, WrongKey

FORMAT = 1
Told = Callable[[int, int], None]  # rows done, of how many


def silent(done: int, of: int) -> None:
    """Nobody is told how far it is."""


def lines_of(header: dict[str, Any], tables: Iterable[tuple[str, Iterator[bytes]]],
             told: Told = silent) -> Iterator[bytes]:
    """Every line of a copy: the header, each table with its rows, its count and its hash, and the end."""
    total, of = 0, sum(table["rows"] for table in header["tables"])
    yield _line(header)
    for name, rows in tables:
        yield _line({"table": name})
        count, digest = 0, hashlib.sha256()
        for row in rows:
            line = row + b"\n"
            digest.update(line)
            count += 1
            yield line
            if (total + count) % 5_000 == 0:
                told(total + count, of)
        total += count
        yield _line({"end": name, "rows": count, "sha256": digest.hexdigest()})
    yield _line({"complete": True, "rows": total})
    told(total, of)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def compressed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines as gzip, piece by piece."""
    squeeze = zlib.compressobj(6, zlib.DEFLATED, 31)
    pending: list[bytes] = []
    size = 0
    for line in lines:
        pending.append(line)
        size += len(line)
        if size > 2**18:
            yield squeeze.compress(b"".join(pending))
            pending, size = [], 0
    yield squeeze.compress(b"".join(pending)) + squeeze.flush()


class _Pieces(io.RawIOBase):
    """Pieces of bytes as something that can be read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        taken = self._left[:len(into)]
        self._left = self._left[len(taken):]
        into[:len(taken)] = taken
        return len(taken)


def write_sealed(path: Path, lines: Iterable[bytes], key: str) -> int:
    """Write a sealed copy beside `path` and put it there once it is whole and on the disk; answers its bytes."""
    recipient = recipient_of(key)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            pyrage.encrypt_io(io.BufferedReader(_Pieces(compressed(lines)), 2**18), out, [recipient])
            out.flush()
            os.fsync(out.fileno())
        aside.replace(path)
        _keep_name(path.parent)
    finally:
        with suppress(FileNotFoundError):
            aside.unlink()
    return path.stat().st_size


def _keep_name(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def read_sealed(path: Path, key: str) -> Iterator[Iterator[bytes]]:
    """The lines of a sealed copy. Refuses in words a missing file, another key, half a file, a changed byte."""
    identity = identity_of(key)
    reads, writes = os.pipe()
    failed: list[BaseException] = []

    def unseal() -> None:
        try:
            with os.fdopen(writes, "wb") as out, path.open("rb") as sealed:
                pyrage.decrypt_io(sealed, out, [identity])
        except BaseException as fault:  # said below, in the reader's own thread
            failed.append(fault)

    if not path.is_file():
        os.close(reads)
        os.close(writes)
        raise BrokenCopy(f"There is no file {path}.")
    thread = threading.Thread(target=unseal, daemon=True)
    thread.start()
    try:
        with os.fdopen(reads, "rb") as plain:
            yield _whole(plain, thread, failed, path)
    finally:
        thread.join()


def _whole(plain: IO[bytes], thread: threading.Thread, failed: list[BaseException], path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(plain) as lines:
            yield from lines
        thread.join()
    except (OSError, EOFError, zlib.error) as fault:
        thread.join()
        failed.append(fault)
    if failed:
        raise _said(failed[0], path) from failed[0]


def _said(fault: BaseException, path: Path) -> Exception:
    if isinstance(fault, pyrage.DecryptError) and "No matching keys" in str(fault):
        return WrongKey(f"{path.name} is sealed for another key. Give the secret half of the key it was made with: "
                        "BACKUP_KEY=AGE-SECRET-KEY-1…")
    return BrokenCopy(f"{path.name} is not a whole copy: it was cut short, or a byte of it was changed. Nothing was "
                      "written. Take another copy.")


def header_in(lines: Iterator[bytes], what: str = "backup") -> dict[str, Any]:
    """The first line; refuses what is no copy, and what a newer Evenhand wrote."""
    try:
        header: dict[str, Any] = json.loads(next(lines))
        kind, written = header["evenhand"], header["format"]
    except (StopIteration, ValueError, KeyError, TypeError) as wrong:
        raise BrokenCopy("This is not a copy made by Evenhand.") from wrong
    if written > FORMAT:
        raise NewerCopy(f"This copy was written by a newer Evenhand ({header.get('product')}). Install that version, "
                        f"then "
                        "read it back.")
    if kind != what:
        raise BrokenCopy("This is the archive of one practice: read it by `manage.py import_all`." if kind == "practice"
                         else "This is a copy of a whole installation: read it by `manage.py restore`.")
    return header


def tables_in(lines: Iterator[bytes], header: dict[str, Any]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each table with its rows; every count and hash is checked as it goes by, and that the last line is there."""
    total = 0
    for table in header["tables"]:
        if _control(lines).get("table") != table["name"]:
            raise BrokenCopy(f"The copy does not say what it says it holds: {table['name']} is missing.")
        ended: list[dict[str, Any]] = []
        yield table["name"], _rows(lines, ended)
        total += _agreed(table, ended)
    if _control(lines) != {"complete": True, "rows": total}:
        raise BrokenCopy("The copy has no end: it was cut short.")


def _control(lines: Iterator[bytes]) -> dict[str, Any]:
    try:
        found = json.loads(next(lines))
    except (StopIteration, ValueError) as wrong:
        raise BrokenCopy("The copy has no end: it was cut short.") from wrong
    if not isinstance(found, dict):
        raise BrokenCopy("The copy has a row too many.")
    return found


def _rows(lines: Iterator[bytes], ended: list[dict[str, Any]]) -> Iterator[bytes]:
    count, digest = 0, hashlib.sha256()
    for number, line in enumerate(lines, 1):
        if line.startswith(b"{"):
            said = json.loads(line)
            ended.append(said | {"is_so": said.get("rows") == count and said.get("sha256") == digest.hexdigest()})
            return
        digest.update(line)
        count = number
        yield line[:-1]


def _agreed(table: dict[str, Any], ended: list[dict[str, Any]]) -> int:
    if not ended or ended[0].get("end") != table["name"] or not ended[0]["is_so"] or ended[0]["rows"] != table["rows"]:
        raise BrokenCopy(f"The rows of {table['name']} are not those that were written: count or hash differ.")
    table["sha256"] = ended[0]["sha256"]
    return int(ended[0]["rows"])


def check_through(lines: Iterator[bytes], what: str = "backup", told: Told = silent) -> dict[str, Any]:
    """Read a copy to its end and write nothing; its header, with each table's `sha256` and the `bytes` of all rows."""
    header = header_in(lines, what)
    done, of = 0, sum(table["rows"] for table in header["tables"])
    header["bytes"] = 0
    for _, rows in tables_in(lines, header):
        for row in rows:
            done += 1
            header["bytes"] += len(row)
            if done % 5_000 == 0:
                told(done, of)
    return header
