"""Questions asked all day long, composed once: Django's own SQL is kept, and asked again with other values.

Composing a query costs more than asking it. What is kept depends only on the kinds of the values; a list of ids goes
as one value, so that asking about a hundred costs what asking about one does.
`Composed` answers plain rows, `ComposedRows` the model's own; `write_fields` and `insert` write them so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import AutoField, CharField, DateField, DateTimeField, Field, Model, QuerySet, UUIDField
from django.db.models.query import ModelIterable

Value = UUID | str | date | datetime | Sequence[UUID]
Row = TypeVar("Row", bound=Model)
_FIELDS: dict[type, Field[Any, Any]] = {  # an instant is a date as well: it comes first
    UUID: UUIDField(), str: CharField(), datetime: DateTimeField(), date: DateField()}


class Composed:
    """A query made by `build` from ids, lists of ids, words, dates and instants; calling it answers plain rows.

    `build` may use its values only as they are (no arithmetic on them), and a list only with `__in`. Rows come as the
    database gives them: `as_id`, `as_date`, `as_time` and `as_instant` read what SQLite keeps as text.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._kept: dict[tuple[Any, ...], _Kept] = {}

    def __call__(self, *values: Value) -> list[tuple[Any, ...]]:
        return self._ask(*self._composed(values))

    def _composed(self, values: Sequence[Value]) -> tuple[_Kept, list[Any]]:
        """The query for values of these kinds, and its parameters for these values."""
        shape = tuple(map(_kind_of, values))
        if shape not in self._kept:
            self._kept[shape] = self._compose(shape)
        kept = self._kept[shape]
        given = [_prepared(value) for value in values]
        return kept, [given[p.place] if isinstance(p, _Place) else p for p in kept.params]

    @staticmethod
    def _ask(kept: _Kept, params: list[Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(kept.sql, params)
            return list(cursor.fetchall())

    def _compose(self, kinds: Sequence[type]) -> _Kept:
        """The SQL for values of these kinds, with the place of each among its parameters."""
        marks = [_mark(UUID if kind is list else kind) for kind in kinds]
        compiler = self._build(*[[mark] if kind is list else mark for mark, kind in zip(marks, kinds, strict=True)]
                               ).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        places = {_prepared(mark): _Place(place) for place, mark in enumerate(marks)}
        found = [places.get(p, p) if isinstance(p, str | UUID | date) else p for p in params]
        lists = [n for n, p in enumerate(found) if isinstance(p, _Place) and kinds[p.place] is list]
        return _Kept(compiler, _among(sql, lists), found)


class ComposedRows(Composed, Generic[Row]):
    """The same for a query of a model's rows, with what it joins; calling it answers the model's instances.

    Not for what is prefetched: that is a query of its own.
    """

    def __init__(self, build: Callable[..., QuerySet[Row, Row]]) -> None:
        super().__init__(build)

    def __call__(self, *values: Value) -> list[Row]:  # type: ignore[override]
        kept, params = self._composed(values)
        found = SimpleNamespace(
            select=kept.compiler.select, klass_info=kept.compiler.klass_info,
            annotation_col_map=kept.compiler.annotation_col_map, results_iter=kept.compiler.results_iter,
            execute_sql=lambda **_: [self._ask(kept, params)])
        asked: Any = SimpleNamespace(db=connection.alias, _known_related_objects={},
                                     query=SimpleNamespace(get_compiler=lambda **_: found))
        return list(ModelIterable(asked))


class _Kept:
    """A composed query: what reads its rows, its SQL, and its parameters with the places of the values."""

    def __init__(self, compiler: Any, sql: str, params: list[Any]) -> None:
        self.compiler, self.sql, self.params = compiler, sql, params


def write_fields(row: Model, fields: Sequence[str]) -> bool:
    """`row.save(update_fields=fields)` without composing the statement anew; whether the row is there.

    For models without signals and columns without a placeholder of their own; nothing is set by itself.
    """
    sql, columns = _update_of(type(row), tuple(fields))
    params = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in columns]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return bool(cursor.rowcount)


def insert(rows: Sequence[Model]) -> None:
    """`bulk_create` of rows of one model without composing the statement anew; a key the database makes is not read."""
    real = connections[DEFAULT_DB_ALIAS]  # itself, not what looks it up anew for each value of each row
    for first in range(0, len(rows), 500):
        part = rows[first:first + 500]
        table, columns = _columns_of(type(part[0]))
        holes = f"({', '.join(['%s'] * len(columns))})"
        params = [field.get_db_prep_save(field.pre_save(row, add=True), real)
                  for row in part for field in columns]
        sql = f"INSERT INTO {table} VALUES {', '.join([holes] * len(part))}"  # noqa: S608  names of our own columns
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


@cache
def _columns_of(model: type[Model]) -> tuple[str, list[Any]]:
    columns: list[Any] = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    names = ", ".join(connection.ops.quote_name(field.column) for field in columns)
    return f"{connection.ops.quote_name(model._meta.db_table)} ({names})", columns


@cache
def _update_of(model: type[Model], fields: tuple[str, ...]) -> tuple[str, list[Any]]:
    columns: list[Any] = [model._meta.get_field(name) for name in (*fields, model._meta.pk.name)]
    *setting, pk = [f"{connection.ops.quote_name(field.column)} = %s" for field in columns]
    table = connection.ops.quote_name(model._meta.db_table)
    return f"UPDATE {table} SET {', '.join(setting)} WHERE {pk}", columns  # noqa: S608  names of our own columns


class _Place:
    """Where a value goes."""

    def __init__(self, place: int) -> None:
        self.place = place


_marks = iter(range(1, 10**9))


def _mark(kind: type) -> Any:
    """A value of this kind that stands nowhere else in the query."""
    if kind is UUID:
        return uuid4()
    if kind is str:
        return f"a word of a query {next(_marks)}"
    if kind is datetime:
        return datetime(1000, 1, 1, tzinfo=UTC) + timedelta(microseconds=next(_marks))
    return date(1000, 1, 1) + timedelta(days=next(_marks) % 200_000)


def _kind_of(value: Value) -> type:
    return next((kind for kind in _FIELDS if isinstance(value, kind)), list)


def _prepared(value: Any) -> Any:
    """A value as the database takes it; a list of ids as an array, or where there are none as JSON."""
    if (kind := _kind_of(value)) in _FIELDS:
        return _FIELDS[kind].get_db_prep_value(value, connection)
    return list(value) if connection.vendor == "postgresql" else json.dumps([one.hex for one in value])


def _among(sql: str, lists: Sequence[int]) -> str:
    """The SQL with `IN (%s)` at these places among its parameters as a look into a whole list."""
    opens, closes = "IN (SELECT value FROM json_each(", "))"
    if connection.vendor == "postgresql":
        opens, closes = "= ANY(", "::uuid[])"
    pieces = sql.split("%s")
    for n in lists:
        assert pieces[n].endswith("IN (") and pieces[n + 1].startswith(")"), "a list goes with __in alone"
        pieces[n], pieces[n + 1] = pieces[n][:-len("IN (")] + opens, closes + pieces[n + 1][1:]
    return "%s".join(pieces)


def as_id(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def as_date(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def as_time(value: Any) -> time:
    return time.fromisoformat(value) if isinstance(value, str) else value


def as_instant(value: Any) -> datetime:
    """An aware instant; SQLite keeps UTC without saying so."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
