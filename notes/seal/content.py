"""What a signature covers, column by column, as a SHA-256; one function a version, so that old signatures still hold.

A note's hash is computed from plain values, never from today's rules or catalogues. The columns stand here by name: a
new column of a note or of what hangs on it joins its list (or `NOT_COVERED`, with the reason) before a version is
released. Once notes are signed with a version its lists stay as they are, and new columns make the next version.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model

from notes.models import Measurement, NoteEvent, Treatment

VERSION = 3  # what is signed from now on
Row = Mapping[str, Any]
Hanging = Mapping[str, list[dict[str, Any]]]  # what hangs on a note, by the name of its kind


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rows that hang on a note and are signed with it, in an order of their own."""

    name: str
    model: type[Model]
    columns: tuple[str, ...]
    order: tuple[str, ...]


NOTE = (
    "id", "practice_id", "client_id", "appointment_id", "author_id", "visibility", "subjective", "objective",
    "assessment", "plan", "next_in_days", "next_focus", "visit_on", "visit_starts_at", "visit_minutes", "written_at",
    "version", "signed_at", "signed_by_id", "signer_credential", "supervisor_id", "check_at_signing",
    "billed_at_signing", "hash_version", "previous_hash", "chain_position",
)
_NOT_IN_SECOND = {"billed_at_signing"}  # columns that came after notes were signed with version 2
HANGS_ON_NOTE = (
    Kind("treatments", Treatment, (
        "id", "number", "region", "side", "technique", "pressure", "minutes", "state", "tolerated", "temperature",
        "position", "lubricant", "response", "override_reason",
    ), order=("number", "id")),
    Kind("events", NoteEvent, (
        "id", "position", "kind", "what", "region", "side", "work_region", "work_side", "work_technique", "lasted",
        "came", "ending", "done", "told", "words",
    ), order=("position", "id")),
    Kind("measurements", Measurement, ("id", "measure", "when", "value"), order=("measure", "when")),
)
ADDENDUM = ("id", "note_id", "author_id", "text", "reason", "written_at", "sends_back", "previous_hash",
            "chain_position")
COSIGNATURE = ("id", "practice_id", "note_id", "by_id", "credential", "signed_at", "previous_hash", "chain_position")

# Columns no hash covers, and why.
NOT_COVERED = {
    "note.content_hash": "the hash itself", "addendum.content_hash": "the hash itself",
    "cosignature.content_hash": "the hash itself",
    **{f"{kind.name}.note_id": "each row is hashed inside the note it hangs on" for kind in HANGS_ON_NOTE},
}


def hanging_on(notes: Collection[UUID]) -> Mapping[UUID, Hanging]:
    """What hangs on each of these notes, as plain rows in their order; one query a kind."""
    found: dict[UUID, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: {k.name: [] for k in HANGS_ON_NOTE})
    for kind in HANGS_ON_NOTE:
        rows = kind.model._default_manager.filter(note__in=notes).order_by().values("note_id", *kind.columns)
        for row in rows:
            found[row.pop("note_id")][kind.name].append(row)
        for one in found.values():  # sorted here: databases differ in how they order words
            one[kind.name].sort(key=lambda row, kind=kind: tuple(row[name] for name in kind.order))
    return found


def hash_of_note(note: Row, hanging: Hanging) -> str:
    """The hash of a note's columns (`NOTE`) and of what hangs on it, by the version it was signed with."""
    return _NOTE_HASHES[note["hash_version"]](note, hanging)


def hash_of_addendum(addendum: Row) -> str:
    """The hash of an addendum that has its place in the practice's chain."""
    return _sha256({name: addendum[name] for name in ADDENDUM})


def hash_of_cosignature(cosignature: Row) -> str:
    """The hash of a supervisor's signature."""
    return _sha256({name: cosignature[name] for name in COSIGNATURE})


def columns_of(row: Model, names: Collection[str]) -> dict[str, Any]:
    """These columns of a row at hand."""
    return {name: getattr(row, name) for name in names}


# --- the versions --------------------------------------------------------------------------------------------------


def _third(note: Row, hanging: Hanging) -> str:
    return _of_columns(note, hanging, NOTE)


def _second(note: Row, hanging: Hanging) -> str:
    """As notes were signed before the units were kept with them."""
    return _of_columns(note, hanging, [name for name in NOTE if name not in _NOT_IN_SECOND])


def _of_columns(note: Row, hanging: Hanging, columns: Collection[str]) -> str:
    return _sha256({"note": {name: note[name] for name in columns},
                    **{kind.name: [{name: row[name] for name in kind.columns} for row in hanging[kind.name]]
                       for kind in HANGS_ON_NOTE}})


def _first(note: Row, hanging: Hanging) -> str:
    """As notes were signed before the check was kept with them."""
    return _sha256({
        "id": note["id"], "practice": note["practice_id"], "client": note["client_id"],
        "appointment": note["appointment_id"], "author": note["author_id"], "visit_on": note["visit_on"],
        "signed_at": note["signed_at"] or "", "signed_by": str(note["signed_by_id"]),
        "credential": note["signer_credential"], "visibility": note["visibility"], "position": note["chain_position"],
        "previous": note["previous_hash"],
        **{name: note[name] for name in ("subjective", "objective", "assessment", "plan")},
        "treatments": [[row[name] for name in ("region", "side", "technique", "pressure", "minutes", "response",
                                               "override_reason")] for row in hanging["treatments"]],
        "measurements": [[row["measure"], row["when"], row["value"]] for row in hanging["measurements"]]})


_NOTE_HASHES: dict[int, Callable[[Row, Hanging], str]] = {1: _first, 2: _second, 3: _third}


def hash_of_first_addendum(addendum: Row, before: str) -> str:
    """An addendum of the time when each note had a chain of its own: after the addendum before it, or its note."""
    return _sha256({"id": addendum["id"], "note": addendum["note_id"], "author": addendum["author_id"],
                    "text": addendum["text"], "reason": addendum["reason"], "written_at": addendum["written_at"],
                    "previous": before})


def _sha256(content: dict[str, Any]) -> str:
    said = json.dumps(content, sort_keys=True, ensure_ascii=False, default=_plain)
    return hashlib.sha256(said.encode()).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    raise TypeError(f"{type(value).__name__} has no plain form to be hashed in")
