"""A file of rows, as other systems write them: its encoding, what separates its columns, its headers and its rows.

What cannot be read is refused in words that say what to do. Nothing here knows what a column means.
"""

from __future__ import annotations

import csv
import io
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from charset_normalizer import from_bytes

from practice.refusals import BadInput

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 50_000
MOST_COLUMNS = 200
LONGEST_CELL = 5_000
DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 60  # rows, to tell what separates the columns
_SAMPLE = 20_000  # bytes, to tell an old encoding from another
_OLD = ["cp1252", "cp1250", "mac_roman"]
_NOT_TEXT = ((b"PK\x03\x04", "an Excel workbook"), (b"\xd0\xcf\x11\xe0", "an old Excel workbook"), (b"%PDF", "a PDF"),
             (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"\x1f\x8b", "packed"))
_EMPTY = "This file is empty. Export the list once more, and look at it before you choose it here."
_SAVE_AS = "In Excel choose File, Save as, “CSV UTF-8 (comma delimited)”, and choose that file here."
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_IN_QUOTES = re.compile(r'="((?:[^"]|"")*)"')  # how Excel is told that digits are words
_A_VALUE = re.compile(r"\S+@\S+\.\S+|[\d\s./:+()-]{4,}")  # what no header looks like


class FileRefused(BadInput):
    """This file cannot be read as a list."""

    code: ClassVar[str] = "file_refused"
    title: ClassVar[str] = "This file cannot be read"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, field="file")


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was read: its text, what separates the columns, the headers, and how many rows follow."""

    text: str
    delimiter: str
    headers: tuple[str, ...]
    size: int


def read_table(data: bytes) -> Table:
    """The file as a table; refuses what is no list, what is too big, and headers that cannot be told apart."""
    if len(data) > MOST_BYTES:
        raise FileRefused(f"This file has {len(data) // 1024 // 1024} MB; {MOST_BYTES // 1024 // 1024} MB can be read "
                          "at once. Split it into several files, each with the headers on top.")
    text = decoded(data)
    if not text.strip():
        raise FileRefused(_EMPTY)
    delimiter = delimiter_of(text)
    try:
        rows = _rows(text, delimiter)
        first = next(rows, None)
        if first is None:
            raise FileRefused(_EMPTY)
        headers = _headers(first[1])
        size = sum(1 for _ in rows)
    except csv.Error as broken:
        raise FileRefused(f"A quotation mark is not closed, or a cell is far too long ({broken}). Look for a lone \" "
                          f"in the list. {_SAVE_AS}") from broken
    if not size:
        raise FileRefused("There are headers but no rows below them. Export the list once more.")
    if size > MOST_ROWS:
        raise FileRefused(f"This list has {size:,} rows; {MOST_ROWS:,} can be read at once. Split it into several "
                          "files, each with the headers on top.")
    return Table(text, delimiter, headers, size)


def rows_of(text: str, delimiter: str, width: int) -> Iterator[tuple[int, list[str]]]:
    """Each row below the headers with its number in the file (the headers are row 1), as many cells as headers.

    Cells beyond the last header stay where they say something; `width` of them is what a row should have.
    """
    rows = _rows(text, delimiter)
    next(rows)
    for number, cells in rows:
        kept = [_plain(cell) for cell in cells]
        while len(kept) > width and not kept[-1]:
            kept.pop()
        yield number, kept + [""] * (width - len(kept))


def decoded(data: bytes) -> str:
    """The bytes as text: UTF-8, UTF-16 with or without its mark, or an old Windows or Mac encoding."""
    for mark, what in _NOT_TEXT:
        if data.startswith(mark):
            raise FileRefused(f"This file is {what}, not a list as text. {_SAVE_AS}")
    text = _text(data)
    if "\0" in text:
        raise FileRefused(f"This file holds bytes that stand in no text. {_SAVE_AS}")
    return text


def delimiter_of(text: str) -> str:
    """What separates the columns: what gives most rows the same number of cells, and more than one."""
    if named := _SEP_LINE.match(text):
        return named[1] if named[1] in DELIMITERS else ","
    return max(DELIMITERS, key=lambda one: _fit(text, one))


def column_letter(index: int) -> str:
    """What a spreadsheet calls a column: A, B, … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = string.ascii_uppercase[rest] + letters
    return letters


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as(data, "utf-16")
    odd, even = data[1:400:2].count(0), data[0:400:2].count(0)
    if max(odd, even) > len(data[:400]) // 4 and min(odd, even) < len(data[:400]) // 16:
        return _as(data, "utf-16-le" if odd > even else "utf-16-be")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        guess = from_bytes(data[:_SAMPLE], cp_isolation=_OLD).best()
        return _as(data, guess.encoding if guess and guess.encoding in _OLD else "cp1252")


def _as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as broken:
        raise FileRefused(f"The letters of this file cannot be read. {_SAVE_AS}") from broken


def _fit(text: str, delimiter: str) -> tuple[float, int]:
    counts: list[int] = []
    try:
        for _, cells in _rows(text[:400_000], delimiter):
            counts.append(len(cells))
            if len(counts) == _LOOKED_AT:
                break
    except csv.Error:
        pass  # the sample ends in the middle of a cell, or this one separates nothing
    except FileRefused:
        return 0.5, MOST_COLUMNS  # far too many columns: said once the whole is read
    if not counts or counts[0] < 2:
        return 0.0, 0
    return sum(n == counts[0] for n in counts) / len(counts), counts[0]


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with its number among those a spreadsheet shows."""
    start = named.end() if (named := _SEP_LINE.match(text)) else 0
    # Lines end as they do in the file: csv itself puts together what stands in quotes.
    lines = io.StringIO(text[start:], newline="")
    for number, cells in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), start=1):
        if len(cells) > MOST_COLUMNS:
            if any(cell.strip() for cell in cells[MOST_COLUMNS:]):
                raise FileRefused(f"Row {number} has {len(cells):,} columns; {MOST_COLUMNS} can be read. Is this the "
                                  "right file? Delete the columns you do not need, and choose it again.")
            cells = cells[:MOST_COLUMNS]
        if any(cell.strip() for cell in cells):
            yield number, cells


def _plain(cell: str) -> str:
    """A cell without what only a spreadsheet needs: the spaces around, ="007", the apostrophe before a formula."""
    text = cell.strip()
    if quoted := _IN_QUOTES.fullmatch(text):
        text = quoted[1].replace('""', '"').strip()
    return text[1:] if text.startswith("'") and text[1:2] in ("=", "+", "-", "@") else text


def _headers(cells: list[str]) -> tuple[str, ...]:
    names = [" ".join(cell.split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if any(_A_VALUE.fullmatch(name) for name in names) or len(names) < 2:
        raise FileRefused("The first row does not name the columns. Put their names on top (such as Name, E-mail, "
                          "Phone), and choose the file again.")
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        name = name[:80] or f"Column {column_letter(index)}"
        if name.casefold() in seen:
            raise FileRefused(f"Two columns are called “{name}” ({column_letter(seen[name.casefold()])} and "
                              f"{column_letter(index)}). Give one of them another name, and choose the file again.")
        seen[name.casefold()] = index
        names[index] = name
    return tuple(names)
