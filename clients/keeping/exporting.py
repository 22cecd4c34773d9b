"""Everything about one client, taken out as one ZIP: every row as data and tables, a page to read, letters as sent.

For owners and therapists. Whoever takes it out receives what they may read, and is told in the file what is left out.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Field, ForeignKey, Model
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from clients.keeping.parts import PARTS, Part, rows_of
from clients.models import Client, Doctor
from clients.search import folded
from practice import audit, clock
from practice.access import CLINICAL, Actor
from practice.models import Membership, Room, Service
from practice.refusals import NotAllowed

FORMAT, VERSION = "evenhand-client", 1
_NAMED: tuple[type[Model], ...] = (Membership, Doctor, Room, Service)
_RUNS_IN_A_SHEET = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would take such a cell for a formula


@dataclass(frozen=True, slots=True)
class Chapter:
    """One part of the page to read: its place, its template, and what it says; None where it has nothing to say."""

    position: int
    template: str
    context: Callable[[Membership, Client], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One file to go along; its bytes are made when their turn comes."""

    name: str
    content: Callable[[], bytes]


# Rooms to the right add their chapters, their files, and what they leave out for whom, in words.
CHAPTERS: list[Chapter] = []
ENCLOSED: list[Callable[[Membership, Client], Iterable[Enclosed]]] = []
LEAVES_OUT: list[Callable[[Membership, Client], list[str]]] = []


@dataclass(frozen=True, slots=True)
class Export:
    """What is taken out: the name of the file, and its contents one after the other."""

    name: str
    files: tuple[Enclosed, ...]

    def stream(self) -> Iterator[bytes]:
        """The ZIP, piece by piece as it is made."""
        pipe = _Pipe()
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as out:
            for file in self.files:
                out.writestr(file.name, file.content())
                yield pipe.taken()
        yield pipe.taken()


class _Pipe(io.RawIOBase):
    """Somewhere to write to that cannot be gone back in."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since it was last asked."""
        written, self._written = b"".join(self._written), []
        return written


@transaction.atomic
def export_client(*, client: Client, by: Actor) -> Export:
    """Take out everything about a client that this member may read; refuses whoever may not see clinical facts."""
    refuse_unless_may_export(by)
    rows = {code: [as_data(row, part) for row in rows_of(part, client, seen_by=by)] for code, part in PARTS.items()}
    rows = {"profile": [as_data(row, _PROFILE) for row in client.family.order_by("pk")]} | rows
    _name_people(rows, client)
    now, left_out = timezone.now(), left_out_for(by, client)
    record = {
        "format": FORMAT, "version": VERSION, "made_at": now.isoformat(), "made_by": by.name,
        "practice": {"id": str(client.practice_id), "name": client.practice.name,
                     "time_zone": client.practice.time_zone},
        "client": str(client.pk), "left_out": left_out, "rows": rows}
    with timezone.override(client.practice.time_zone):
        page = _page(client, by, now, left_out)
    files = [Enclosed("record.html", page.encode), Enclosed("record.json", lambda: _as_json(record))]
    files += [Enclosed(f"csv/{code}.csv", lambda table=table: _as_csv(table)) for code, table in rows.items() if table]
    files += [file for enclosed in ENCLOSED for file in enclosed(by, client)]
    audit.record(by=by, verb="client_exported", subject=client, client_id=client.pk, files=len(files),
                 left_out=len(left_out))
    today = clock.wall_of(now, client.practice.time_zone)[0]
    return Export(f"client-{initials(client.name)}-{today.isoformat()}.zip", tuple(files))


def refuse_unless_may_export(by: Actor) -> None:
    """What is taken out leaves the house's protection: the owner or a therapist does that."""
    if not (by.role in CLINICAL or getattr(by, "is_therapist", False)):
        raise NotAllowed("Taking everything out is for the owner or a therapist. Ask one of them.")


def left_out_for(by: Membership, client: Client) -> list[str]:
    """What this member's file does not hold, and why, in words."""
    return [words for ask in LEAVES_OUT for words in ask(by, client)] + [
        "Links and codes that open something are not included: they are secrets, and nothing outside needs them."]


def initials(name: str) -> str:
    """The letters a file is named by: no more of a name than that."""
    letters = "".join(word[0] for word in folded(name).split() if word[:1].isalpha() and word[0].isascii())
    return letters.upper() or "X"


# --- rows as data ------------------------------------------------------------------------------------------------


_PROFILE = Part("profile", Client, "profile", "profiles", link="")


def as_data(row: Model, part: Part) -> dict[str, Any]:
    """Every column of a row, ids kept; beside a code stands what it means."""
    data: dict[str, Any] = {}
    for column in row._meta.concrete_fields:
        if column.attname in part.without:
            continue
        value = getattr(row, column.attname)
        data[column.attname] = _plain(value)
        if (name := _name_of(column, part)) and value not in (None, ""):
            data.setdefault(f"{column.name}_name", name(value))
    return data


def _name_of(column: Field[Any, Any], part: Part) -> Callable[[Any], str] | None:
    if column.choices:
        words = dict(column.flatchoices)
        return lambda code: str(words.get(code, code))
    return part.names.get(column.name)


def _name_people(rows: dict[str, list[dict[str, Any]]], client: Client) -> None:
    """Beside the id of a person, doctor, room or service stands its name."""
    names = {str(row.pk): str(row) for model in _NAMED for row in model._default_manager.filter(
        practice_id=client.practice_id).select_related(*(["user"] if model is Membership else []))}
    for code, table in rows.items():
        model = PARTS[code].model if code in PARTS else Client
        columns = [f for f in model._meta.concrete_fields if isinstance(f, ForeignKey) and f.related_model in _NAMED]
        for row in table:
            for column in columns:
                if row.get(column.attname):
                    row.setdefault(f"{column.name}_name", names.get(row[column.attname], ""))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def _as_json(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, indent=1, default=str).encode()


def _as_csv(table: list[dict[str, Any]]) -> bytes:
    """One kind of rows as a table, as spreadsheets read it: UTF-8 with its mark, no cell that would run."""
    columns = list(dict.fromkeys(name for row in table for name in row))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([cell_of(row.get(name)) for name in columns] for row in table)
    return ("\ufeff" + out.getvalue()).encode()


def cell_of(value: Any) -> str:
    """A cell as text; one that a spreadsheet would take for a formula begins with an apostrophe."""
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_RUNS_IN_A_SHEET) else text


# --- the page to read --------------------------------------------------------------------------------------------


def _page(client: Client, by: Membership, now: datetime, left_out: list[str]) -> str:
    """One page without anything it would have to load: to read, and to print."""
    filled = [(chapter, chapter.context(by, client)) for chapter in sorted(CHAPTERS, key=lambda c: c.position)]
    parts = [render_to_string(chapter.template, {"client": client, "member": by} | context)
             for chapter, context in filled if context is not None]
    made = clock.said(now, client.practice.time_zone)
    return render_to_string("clients/record/page.html", {
        "client": client, "parts": parts, "made": made, "by": by, "left_out": left_out,
        "name_in_css": _in_css(client.name)})


def _in_css(name: str) -> SafeString:
    """A name as the inside of a string of a style sheet, where it can end neither string nor sheet."""
    return mark_safe("".join(f"\\{ord(c):x} " if c in "\"'\\<>&\n\r\f" else c for c in name))
