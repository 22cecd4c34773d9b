"""Columns sealed with the keys of one server: inside a copy they stand open, and are sealed anew where it is read back.

The copy as a whole is sealed. So it can be read back where the server has other keys, and is equal there all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

_OPEN, _AS_IT_WAS = "=", "!"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of text sealed row by row: what opens a row's value, and what seals it again."""

    table: str
    column: str
    opens: Callable[[UUID, str], str]
    seals: Callable[[UUID, str], str]


SEALED: dict[tuple[str, str], Sealed] = {}


def register_sealed(sealed: Sealed) -> None:
    """Name a column that only this server can read; called once at start by the room it belongs to."""
    SEALED[sealed.table, sealed.column] = sealed


def opened(sealed: Sealed, key: Any, value: str) -> str:
    """The value as it travels. What this server cannot open (its key was changed) travels as it is."""
    if not value:
        return value
    try:
        return _OPEN + sealed.opens(UUID(key), value)
    except Exception:
        return _AS_IT_WAS + value


def sealed_again(sealed: Sealed, key: Any, value: str) -> str:
    """The value as this server keeps it."""
    if not value:
        return value
    return sealed.seals(UUID(key), value[1:]) if value.startswith(_OPEN) else value[1:]
