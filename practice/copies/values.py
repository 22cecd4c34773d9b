"""One writing for each value, whichever engine keeps it: what two copies are compared by.

SQLite keeps ids, instants and truths as text and numbers; PostgreSQL has types. Both are written down as SQLite has
them (ids as 32 hex digits, instants in UTC without saying so), bytes in base64, JSON as text with its keys in order.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

Turn = Callable[[Any], Any]


def writing_of(kind: str, encrypted: Any = None) -> Turn:
    """From what a database gives to what is written down; never called with None."""
    if encrypted is not None:
        plain = _json_of if kind == "json" else writing_of(kind)
        return lambda kept: plain(encrypted.opened(kept))
    if kind.startswith("decimal:"):
        return partial(_decimal, Decimal(1).scaleb(-int(kind.partition(":")[2])))
    return _WRITING[kind]


def reading_for(kind: str, vendor: str, encrypted: Any = None) -> Turn:
    """From what is written down to what a database of this engine takes; never called with None."""
    if encrypted is not None:
        reads: dict[str, Turn] = {"json": json.loads, "bytes": base64.b64decode}
        read = reads.get(kind, as_it_is)
        return lambda written: encrypted.sealed(read(written))
    if kind == "bytes":
        return base64.b64decode
    if kind == "bool" and vendor == "sqlite":
        return int
    return as_it_is


def as_it_is(value: Any) -> Any:
    """Both sides write it the same."""
    return value


def _uuid(value: Any) -> str:
    return value if isinstance(value, str) else str(value.hex)


def _instant(value: Any) -> str:
    instant: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return str(instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant)


def _bytes(value: Any) -> str:
    return base64.b64encode(bytes(value)).decode()


def _json(value: Any) -> str:
    return _json_of(json.loads(value) if isinstance(value, str | bytes) else value)


def _json_of(read: Any) -> str:
    return json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _decimal(places: Decimal, value: Any) -> str:
    # SQLite keeps a binary number: its shortest writing is what was put in.
    return str(Decimal(str(value)).quantize(places))


_WRITING: dict[str, Turn] = {
    "uuid": _uuid, "instant": _instant, "date": str, "time": str, "bool": bool, "int": int, "text": as_it_is,
    "bytes": _bytes, "json": _json, "float": float, "address": str,
}
