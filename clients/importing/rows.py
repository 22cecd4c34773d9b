"""One row of a list: put right, said whose it is, left out; and the rows to be put right as a file of their own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from django.db import transaction

from clients.importing.kinds import kind_of
from clients.importing.pieces import actor_of, locked
from clients.importing.steps import refuse_state, refuse_unless_owner
from clients.keeping.exporting import cell_of
from clients.models import Client, Import, ImportRow
from practice import audit
from practice.access import Actor
from practice.refusals import BadInput, WrongState

WHAT_TO_FIX = "What to put right"
_State, _Row = Import.State, ImportRow.State
_OPEN = (_State.CHECKED, _State.DONE)


@transaction.atomic
def repair_row(*, row: ImportRow, cells: Mapping[int, str], by: Actor) -> ImportRow:
    """Write other words into some cells of a row (by their column), and check it again."""
    row = _fresh(row, by, _Row.FAULTY, _Row.READY, _Row.ASKED, _Row.LEFT, _Row.KNOWN)
    row.cells = [cells.get(i, cell).strip() for i, cell in enumerate(row.cells)][:len(row.of.columns)]
    row.is_decided = False
    return _read_again(row)


@transaction.atomic
def check_again(*, brought: Import, by: Actor) -> int:
    """Check all rows to be put right once more, for what changed here since; how many are ready now."""
    refuse_unless_owner(by)
    brought = locked(brought.pk)
    refuse_state(brought, *_OPEN)
    reader = kind_of(brought.kind).reader(brought, actor_of(brought))
    reader.remember(brought.rows.exclude(state__in=(_Row.FAULTY, _Row.LEFT)))
    rows = list(brought.rows.filter(state=_Row.FAULTY))
    for row in rows:
        row.of = brought
        reader.read(row)
    ImportRow.objects.bulk_update(rows, ["reading", "faults", "alike", "state", "key"], batch_size=200)
    return sum(row.state == _Row.READY for row in rows)


@transaction.atomic
def decide_row(*, row: ImportRow, same: Client | None, by: Actor) -> ImportRow:
    """Say that a row is somebody listed already (nothing of theirs changes), or, with None, that it is nobody listed.
    """
    row = _fresh(row, by, _Row.ASKED, _Row.READY, _Row.SAME)
    if same is None:
        row.state, row.is_decided, row.made_id = _Row.READY, True, None
    else:
        if same.practice_id != row.practice_id:
            raise BadInput("This is nobody on your list.", field="same")
        row.state, row.is_decided, row.made_id = _Row.SAME, True, same.standing_id
        if ImportRow.objects.filter(practice=row.practice, kind=row.kind, key=row.key, state__in=(
                _Row.DONE, _Row.SAME)).exclude(pk=row.pk).exists():
            row.state, row.made_id = _Row.KNOWN, None
    row.save(update_fields=["state", "is_decided", "made_id"])
    audit.record(by=by, verb="import_row_decided", subject=row.of, row=row.number, client_id=same.pk if same else None)
    return row


@transaction.atomic
def decide_all(*, brought: Import, are_same: bool, by: Actor) -> int:
    """Say the same of every row that may be somebody listed: it is, where only one person is alike; or it is nobody."""
    refuse_unless_owner(by)
    brought = locked(brought.pk)
    refuse_state(brought, *_OPEN)
    rows = list(brought.rows.filter(state=_Row.ASKED))
    people = Client.objects.in_bulk({pk for row in rows for pk in row.alike[:1]}) if are_same else {}
    listed = {str(pk): client for pk, client in people.items()}
    rows = [row for row in rows if not are_same or (len(row.alike) == 1 and row.alike[0] in listed)]
    for row in rows:
        decide_row(row=row, same=listed[row.alike[0]] if are_same else None, by=by)
    return len(rows)


@transaction.atomic
def leave_row(*, row: ImportRow, by: Actor) -> ImportRow:
    """Leave a row out."""
    row = _fresh(row, by, _Row.FAULTY, _Row.READY, _Row.ASKED)
    row.state = _Row.LEFT
    row.save(update_fields=["state"])
    return row


def rows_to_fix(brought: Import) -> Iterator[str]:
    """The rows to be put right as a CSV file: their own columns, and what to put right; no cell that would run."""
    yield "\ufeff"
    yield _line([*brought.columns, WHAT_TO_FIX])
    width = len(brought.columns)
    for row in brought.rows.filter(state=_Row.FAULTY).iterator(500):
        words = " ".join(said_fault(one) for one in row.faults)
        yield _line([*[*row.cells, *[""] * width][:width], words])


def said_fault(one: Mapping[str, str]) -> str:
    """One fault in a sentence: “Birth Date “31/02/1980”: Write a day of the calendar …”."""
    about = " ".join(filter(None, (one["column"], f"“{one['value']}”" if one["value"] else "")))
    return f"{about}: {one['words']}" if about else one["words"]


def _line(cells: list[str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([cell_of(cell) for cell in cells])
    return out.getvalue()


def _fresh(row: ImportRow, by: Actor, *states: str) -> ImportRow:
    refuse_unless_owner(by)
    brought = locked(row.of_id)
    refuse_state(brought, *_OPEN)
    row = brought.rows.get(pk=row.pk)
    row.of, row.practice = brought, brought.practice
    if row.state not in states:
        raise WrongState(f"Row {row.number} is “{row.get_state_display().lower()}” by now.")
    return row


def _read_again(row: ImportRow) -> ImportRow:
    reader = kind_of(row.kind).reader(row.of, actor_of(row.of))
    reader.remember(row.of.rows.exclude(pk=row.pk).exclude(state__in=(_Row.FAULTY, _Row.LEFT)))
    reader.read(row)
    row.save()
    return row
