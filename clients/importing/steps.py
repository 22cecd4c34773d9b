"""A list on its way: chosen, its columns said, checked, brought in, taken back. The work is done in `pieces`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from clients.importing import files
from clients.importing.columns import guess
from clients.importing.kinds import Kind, kind_of
from clients.importing.pieces import locked, start
from clients.importing.values import ORDERS, order_of
from clients.models import Import, ImportRow
from practice import audit
from practice.access import Actor, Role
from practice.models import Membership, Practice
from practice.refusals import BadInput, NotAllowed, WrongState

_State, _Row = Import.State, ImportRow.State


def begin_import(*, practice: Practice, kind: str, file_name: str, data: bytes, by: Actor) -> Import:
    """Take a file as a list of this kind, its columns guessed; nothing is brought in. Refuses what is no list."""
    refuse_unless_owner(by)
    table, what = files.read_table(data), kind_of(kind)
    brought = Import(
        practice=practice, kind=kind, file_name=_named(file_name), delimiter=table.delimiter, size=table.size,
        columns=list(table.headers), mapping=guess(table.headers, what.targets, what.layouts),
        made_by=by if isinstance(by, Membership) else None, made_by_name=by.name[:120])
    brought.set_text(table.text)
    brought.date_order = next(iter(orders), "") if len(orders := orders_of(brought)) == 1 else ""
    with transaction.atomic():
        brought.save(force_insert=True)
        audit.record(by=by, verb="import_begun", subject=brought, kind=kind, rows=table.size)
    return brought


def orders_of(brought: Import) -> set[str]:
    """The orders in which every day of the list can be read; none where no column holds days, or they contradict."""
    what = kind_of(brought.kind)
    dates = {target.code for target in what.targets if target.is_date}
    columns = [i for i, code in enumerate(brought.mapping) if code in dates]
    if not columns:
        return {"ymd"}
    rows = files.rows_of(brought.text, brought.delimiter, len(brought.columns))
    return order_of(cells[i] for _, cells in rows for i in columns if cells[i])


def choose_columns(*, brought: Import, mapping: Sequence[str], by: Actor, date_order: str = "",
                   names: dict[str, dict[str, str]] | None = None, options: dict[str, Any] | None = None) -> Import:
    """Say what each column becomes, and have the list checked; refuses what the list cannot do without.

    Once more is possible until something was brought in; what was decided about rows is asked again.
    """
    refuse_unless_owner(by)
    what = kind_of(brought.kind)
    with transaction.atomic():
        brought = locked(brought.pk)
        refuse_state(brought, _State.CHOSEN, _State.CHECKED, _State.CHECKING)
        brought.mapping = _mapping(what, brought, mapping)
        if why := what.lacks([code for code in brought.mapping if code]):
            raise BadInput(why, field="mapping")
        brought.date_order = _order(brought, date_order)
        brought.names = brought.names if names is None else names
        brought.options = brought.options if options is None else options
        brought.rows.all().delete()
        start(brought, _State.CHECKING)
    return brought


def bring_in(*, brought: Import, by: Actor) -> Import:
    """Bring in every row that is ready; the others stay, to be put right."""
    refuse_unless_owner(by)
    with transaction.atomic():
        brought = locked(brought.pk)
        refuse_state(brought, _State.CHECKED, _State.DONE)
        ready = brought.rows.filter(state=_Row.READY).count()
        if not ready:
            raise WrongState("No row is ready: put right what is listed, or choose another file.")
        audit.record(by=by, verb="import_started", subject=brought, kind=brought.kind, rows=ready)
        start(brought, _State.IMPORTING)
    return brought


def take_back(*, brought: Import, by: Actor) -> Import:
    """Undo: what this list brought in and nobody has worked with since goes; the rest stays, and is named."""
    refuse_unless_owner(by)
    with transaction.atomic():
        brought = locked(brought.pk)
        refuse_state(brought, _State.DONE)
        audit.record(by=by, verb="import_taken_back", subject=brought, kind=brought.kind)
        brought.stays = []
        start(brought, _State.UNDOING)
    return brought


def drop_import(*, brought: Import, by: Actor) -> None:
    """Forget a list of which nothing was brought in."""
    refuse_unless_owner(by)
    with transaction.atomic():
        brought = locked(brought.pk)
        refuse_state(brought, _State.CHOSEN, _State.CHECKING, _State.CHECKED)
        brought.rows.all().delete()
        audit.record(by=by, verb="import_dropped", subject=brought, kind=brought.kind)
        brought.delete()


def refuse_state(brought: Import, *states: str) -> None:
    """Refuse a step that does not follow from where the list is."""
    if brought.state not in states:
        raise WrongState(f"This list is “{brought.get_state_display().lower()}”; this step is not possible from there.")


def refuse_unless_owner(by: Actor) -> None:
    """Lists of a whole practice are the owner's (or a command's)."""
    if by.role not in (Role.OWNER, "system"):
        raise NotAllowed("Bringing lists in is for the owner.")


def _named(file_name: str) -> str:
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in name if c.isprintable())[-120:] or "list.csv"


def _mapping(what: Kind, brought: Import, mapping: Sequence[str]) -> list[str]:
    known = {target.code for target in what.targets if not target.is_clinical}
    chosen = [*mapping, *[""] * len(brought.columns)][:len(brought.columns)]
    for index, code in enumerate(chosen):
        if code and code not in known:
            raise BadInput(f"“{code[:40]}” is nothing a column can become.", field="mapping")
        if code and code in chosen[:index]:
            first, label = brought.columns[chosen.index(code)], what.label_of(code)
            raise BadInput(f"“{first}” and “{brought.columns[index]}” cannot both be “{label}”. Leave one out.",
                           field="mapping")
    return chosen


def _order(brought: Import, asked: str) -> str:
    """The order of its days: as the list itself decides, else as was said; asks where it could be either."""
    possible = orders_of(brought)
    if len(possible) == 1:
        return next(iter(possible))
    if asked in ORDERS and (asked in possible or not possible):
        return asked
    if asked and asked not in ORDERS:
        raise BadInput(f"Say one of {', '.join(ORDERS)}.", field="date_order")
    if asked:
        raise BadInput("The days of this list cannot be in that order. Choose another.", field="date_order")
    raise BadInput("Say how the list writes its days: they could be read in more than one order.", field="date_order")


