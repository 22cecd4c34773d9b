"""Questions asked all day long, composed once: Django's own SQL is kept, and asked again with other values.

Composing a query costs more than asking it. What is kept depends only on the kinds and numbers of the values.
`Composed` answers plain rows, `ComposedRows` the model's own; `write_fields` and `insert` write them so.
"""

from __future__ import annotations

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
_FIELDS: dict[type, Field[Any, Any]] = {
    UUID: UUIDField(), str: CharField(), date: DateField(), datetime: DateTimeField()}


class Composed:
    """A query made by `build` from ids, lists of ids, words, dates and instants; calling it answers plain rows.

    `build` may use its values only as they are (no arithmetic on them), and no list may be empty. Rows come as the
    database gives them: `as_id`, `as_date`, `as_time` and `as_instant` read what SQLite keeps as text.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._kept: dict[tuple[Any, ...], _Kept] = {}

    def __call__(self, *values: Value) -> list[tuple[Any, ...]]:
        return self._ask(*self._composed(values))

    def _composed(self, values: Sequence[Value]) -> tuple[_Kept, list[Any]]:
        """The query for values of these kinds, and its parameters for these values."""
        filled = [v if isinstance(v, UUID | date | str) else _filled_up(v) for v in values]
        shape = tuple(len(v) if isinstance(v, list) else type(v) for v in filled)
        if shape not in self._kept:
            self._kept[shape] = self._compose(filled)
        kept = self._kept[shape]
        given = [_prepared(one) for v in filled for one in (v if isinstance(v, list) else [v])]
        return kept, [given[p.place] if isinstance(p, _Place) else p for p in kept.params]

    @staticmethod
    def _ask(kept: _Kept, params: list[Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(kept.sql, params)
            return list(cursor.fetchall())

    def _compose(self, values: list[Any]) -> _Kept:
        """The SQL for values of these kinds, with the place of each among its parameters."""
        marks = [[_mark(one) for one in v] if isinstance(v, list) else _mark(v) for v in values]
        compiler = self._build(*marks).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        flat = [one for mark in marks for one in (mark if isinstance(mark, list) else [mark])]
        places = {_prepared(mark): _Place(place) for place, mark in enumerate(flat)}
        return _Kept(compiler, sql, [places.get(p, p) if isinstance(p, str | UUID | date) else p for p in params])


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


def _mark(value: Any) -> Any:
    """A value of the same kind that stands nowhere else in the query."""
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, str):
        return f"a word of a query {next(_marks)}"
    if isinstance(value, datetime):
        return datetime(1000, 1, 1, tzinfo=UTC) + timedelta(microseconds=next(_marks))
    return date(1000, 1, 1) + timedelta(days=next(_marks) % 200_000)


def _prepared(value: Any) -> Any:
    kind = next(kind for kind in (str, UUID, datetime, date) if isinstance(value, kind))
    return _FIELDS[kind].get_db_prep_value(value, connection)


def _filled_up(ids: Sequence[UUID]) -> list[UUID]:
    """Filled up with the last one to a power of two, so that few sizes come up."""
    found = list(ids)
    return [*found, *found[-1:] * ((1 << (len(found) - 1).bit_length()) - len(found))]


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
