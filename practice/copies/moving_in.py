"""An archive of one practice, read into an empty installation."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from practice.copies.archives import ROWS
from practice.copies.filing import Told, check_through, header_in, silent, tables_in
from practice.copies.places import refuse_unless_empty
from practice.copies.refusals import BrokenCopy
from practice.copies.restoring import fill_place, refuse_unknown
from practice.copies.snapshot import current


def import_practice(*, path: Path, told: Told = silent, say: Callable[[str], None] = lambda words: None,
                    prove: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Read the archive into this installation's empty database, as a whole or not at all; answers its header."""
    refuse_unless_empty(current())
    with _rows_in(path) as lines:
        header = check_through(lines, "practice", told)
    refuse_unknown(header)
    with _rows_in(path) as lines:
        again = header_in(lines, "practice")
        fill_place(place=current(), header=again, tables=tables_in(lines, again), bytes_to_come=header["bytes"],
                   told=told, say=say, prove=prove)
    return again


@contextmanager
def _rows_in(path: Path) -> Iterator[Iterator[bytes]]:
    if not path.is_file():
        raise BrokenCopy(f"There is no file {path}.")
    try:
        with zipfile.ZipFile(path) as archive, archive.open(ROWS) as rows, gzip.open(rows) as lines:
            yield iter(lines)
    except (zipfile.BadZipFile, KeyError, EOFError, zlib.error, gzip.BadGzipFile) as broken:
        raise BrokenCopy(
            f"{path.name} is not the archive of a practice, or not whole. Nothing was written.") from broken
