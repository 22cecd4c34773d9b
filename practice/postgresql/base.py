"""Django's PostgreSQL backend with the second wall's setting, told before the next query that asks for rows.

The setting is the session's: what this connection was last told is known here, and told anew whenever the request
stands elsewhere, and after a rollback, which takes it back. A pooler between may hand out sessions, not transactions.

Instants are read by the driver's own loader: Django's, in Python, takes fifteen times as long, and a day's diary
holds six hundred of them. Both give UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from practice.walls.standing import standing

SETTING = "evenhand.practice"
# What reads or writes rows. The rest (ROLLBACK TO, CREATE DATABASE) may not have another statement before it.
_ASKS = re.compile(r"[\s(]*(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|COPY|DO)\b", re.IGNORECASE)
_INSTANTS = psycopg.adapters.get_loader(psycopg.adapters.types["timestamptz"].oid, psycopg.pq.Format.TEXT)
_SESSIONS = '"django_session"'  # of nobody's practice, and asked first in every request


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that knows where the database believes it stands; None: not known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.told: str | None = None
        self.execute_wrappers.append(self._tell)

    def connect(self) -> None:
        self.told = None
        super().connect()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if self._reads_fast and _INSTANTS is not None:
            connection.adapters.register_loader("timestamptz", _INSTANTS)
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        """Django's own, but for its look at the loader of instants."""
        if not self._reads_fast:
            return super().create_cursor(name)
        if name is None:
            return self.connection.cursor()
        return self.connection.cursor(name, scrollable=False, withhold=self.connection.autocommit)

    @property
    def _reads_fast(self) -> bool:
        return self.settings_dict["OPTIONS"].get("server_side_binding") is True and self.timezone == UTC

    def _rollback(self) -> None:
        self.told = None
        super()._rollback()

    def _savepoint_rollback(self, sid: Any) -> None:
        self.told = None
        super()._savepoint_rollback(sid)
        self.told = None

    def _tell(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        here = standing()
        if here == self.told or not _ASKS.match(str(sql)) or _SESSIONS in sql:
            return execute(sql, params, many, context)
        self.connection.execute(f"SET {SETTING} = '{here}'")  # an id, "*" or nothing
        self.told = here
        return execute(sql, params, many, context)
