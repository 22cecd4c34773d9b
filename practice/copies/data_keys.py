"""The keys that clinical text is encrypted with: open inside a sealed copy, wrapped anew on the way back.

The text itself travels as the database keeps it. So a copy can be read back where the outer keys (`ENCRYPTION_KEYS`,
`SECRET_KEY`) are others, is equal there byte for byte, and what was sealed with the data keys opens there too.
"""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from practice.copies.tables import Table
from practice.encryption import keys
from practice.encryption.outer import outer_keys

TABLE = "practice_datakey"


def opened(table: Table, row: list[Any]) -> list[Any]:
    """A key's row as it travels: the bare key, wrapped by nobody."""
    at = _places(table)
    key = keys.unwrapped(UUID(row[at["id"]]), base64.b64decode(row[at["wrapped"]]), row[at["wrapped_by"]])
    row[at["wrapped"]], row[at["wrapped_by"]] = base64.b64encode(key).decode(), ""
    return row


def wrapped_again(table: Table, row: list[Any]) -> list[Any]:
    """A key's row as this installation keeps it: wrapped by its own outer key."""
    at, outer = _places(table), outer_keys()[0]
    box = keys.wrapped(UUID(row[at["id"]]), base64.b64decode(row[at["wrapped"]]), outer)
    row[at["wrapped"]], row[at["wrapped_by"]] = base64.b64encode(box).decode(), outer.name
    return row


def _places(table: Table) -> dict[str, int]:
    return {column.name: n for n, column in enumerate(table.columns)}
