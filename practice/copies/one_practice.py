"""The rows of one practice out of all: what its owner takes along, and what stays because it opens something."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import ForeignKey, Model

from practice.copies.snapshot import Snapshot
from practice.copies.tables import Table, models_in_order, table_of
from practice.models import Membership, Practice, User

# What opens something here, or repeats an answer to a program: worth nothing elsewhere, and out of place in an archive.
OPENS_SOMETHING = frozenset({
    "practice_apitoken", "practice_actionlink", "practice_idempotentrequest", "practice_webhook",
    "practice_webhookdelivery", "practice_invitation", "therapy_sessions_calendarfeed", "therapy_sessions_outsidefeed",
    "therapy_sessions_busytime"})
_INSTEAD = {("practice_user", "password"): "!"}  # no password fits: everybody sets a new one


def tables_taken_out() -> list[Table]:
    """The tables an archive of one practice holds."""
    return [table_of(model, in_clear=True) for model in models_taken_out()]


def models_taken_out() -> list[type[Model]]:
    """Their models: all that leads to a practice and opens nothing."""
    return [model for model in models_in_order() if model._meta.db_table not in OPENS_SOMETHING and _leads(model)]


def rows_of(taken: Snapshot, table: Table, practice_id: UUID) -> Iterator[bytes]:
    """The practice's rows of a table, as lines; passwords are left out."""
    where, params = only_of(table, practice_id)
    blanks = [(n, _INSTEAD[table.name, column.name]) for n, column in enumerate(table.columns)
              if (table.name, column.name) in _INSTEAD]
    for line in taken.lines(table, where, params):
        if blanks:
            row = json.loads(line)
            for n, instead in blanks:
                row[n] = instead
            line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
        yield line


def only_of(table: Table, practice_id: UUID) -> tuple[str, tuple[str, ...]]:
    """The condition under which a row of this table is the practice's."""
    model = next(model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table.name)
    return _condition(model), (practice_id.hex,)


def _condition(model: type[Model]) -> str:
    key: Any = model._meta.pk
    if model is Practice:
        return f'"{key.column}" = ?'
    if model is User:
        return (f'"{key.column}" IN (SELECT "user_id" FROM "{Membership._meta.db_table}" '  # noqa: S608  our own names
                'WHERE "practice_id" = ?)')
    column, parent = _way(model)
    if parent is Practice:
        return f'"{column}" = ?'
    above: Any = parent._meta.pk
    return f'"{column}" IN (SELECT "{above.column}" FROM "{parent._meta.db_table}" WHERE {_condition(parent)})'  # noqa: S608


def _way(model: type[Model]) -> tuple[str, type[Model]]:
    """The column that leads towards the practice, and where to; straight there if one does."""
    links: list[Any] = [field for field in model._meta.concrete_fields
                        if isinstance(field, ForeignKey) and not field.null]
    for field in sorted(links, key=lambda field: field.related_model is not Practice):
        above = field.related_model
        if above not in (model, User) and (above is Practice or _leads(above)):
            return field.column, above
    raise LookupError(model._meta.label)


def _leads(model: Any) -> bool:
    if model in (Practice, User):
        return True
    try:
        _way(model)
    except LookupError:
        return False
    return True
