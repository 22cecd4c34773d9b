"""Questions asked all day long, composed once: Django's own SQL is kept, and asked again with other values.

Composing a query costs more than asking it. What is kept depends only on the kinds and numbers of the values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import DateField, DateTimeField, Field, QuerySet, UUIDField

Value = UUID | date | datetime | Sequence[UUID]
_FIELDS: dict[type, Field[Any, Any]] = {UUID: UUIDField(), date: DateField(), datetime: DateTimeField()}


class Composed:
    """A query made by `build` from ids, lists of ids, dates and instants; calling it answers plain rows.

    `build` may use its values only as they are (no arithmetic on them), and no list may be empty. Rows come as the
    database gives them: `as_id`, `as_date`, `as_time` and `as_instant` read what SQLite keeps as text.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._kept: dict[tuple[Any, ...], tuple[str, list[Any]]] = {}

    def __call__(self, *values: Value) -> list[tuple[Any, ...]]:
        filled = [v if isinstance(v, UUID | date) else _filled_up(v) for v in values]
        shape = tuple(len(v) if isinstance(v, list) else type(v) for v in filled)
        if shape not in self._kept:
            self._kept[shape] = self._compose(filled)
        sql, params = self._kept[shape]
        given = [_prepared(one) for v in filled for one in (v if isinstance(v, list) else [v])]
        with connection.cursor() as cursor:
            cursor.execute(sql, [given[p.place] if isinstance(p, _Place) else p for p in params])
            return list(cursor.fetchall())

    def _compose(self, values: list[Any]) -> tuple[str, list[Any]]:
        """The SQL for values of these kinds, with the place of each among its parameters."""
        marks = [[_mark(one) for one in v] if isinstance(v, list) else _mark(v) for v in values]
        sql, params = self._build(*marks).query.sql_with_params()
        flat = [one for mark in marks for one in (mark if isinstance(mark, list) else [mark])]
        places = {_prepared(mark): _Place(place) for place, mark in enumerate(flat)}
        return sql, [places.get(p, p) if isinstance(p, str | UUID | date) else p for p in params]


class _Place:
    """Where a value goes."""

    def __init__(self, place: int) -> None:
        self.place = place


_marks = iter(range(1, 10**9))


def _mark(value: Any) -> Any:
    """A value of the same kind that stands nowhere else in the query."""
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, datetime):
        return datetime(1000, 1, 1, tzinfo=UTC) + timedelta(microseconds=next(_marks))
    return date(1000, 1, 1) + timedelta(days=next(_marks) % 200_000)


def _prepared(value: Any) -> Any:
    kind = datetime if isinstance(value, datetime) else date if isinstance(value, date) else UUID
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
