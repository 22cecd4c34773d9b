"""Django's PostgreSQL backend with the second wall's setting, told before the next query that asks for rows.

The setting is the session's: what this connection was last told is known here, and told anew whenever the request
stands elsewhere, and after a rollback, which takes it back. A pooler between may hand out sessions, not transactions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base

from practice.walls.standing import standing

SETTING = "evenhand.practice"
# What reads or writes rows. The rest (ROLLBACK TO, CREATE DATABASE) may not have another statement before it.
_ASKS = re.compile(r"[\s(]*(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|COPY|DO)\b", re.IGNORECASE)


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
