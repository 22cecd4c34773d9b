"""The head of every letter, as its template places it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from practice.typesetting.lines import placed, placed_all


def head_of(*, name: str, address: Sequence[str], phone: str, email: str) -> dict[str, Any]:
    """Who writes, where they are and how they are reached: the practice's name, and one or two lines."""
    ways = [way.strip() for way in (phone, email) if way.strip()]
    return {"practice": placed(name),
            "letterhead": placed_all(", ".join(line for line in address if line.strip()), " · ".join(ways))}
