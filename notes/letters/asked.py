"""What a letter asks a doctor to allow: for what, and within which limits the therapist would work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing asked: `scope` as a clearance has it, `name` in words, and the limits proposed, places as codes."""

    scope: str
    name: str
    max_pressure: int | None = None
    minutes: int | None = None
    places: tuple[str, ...] = ()
    excluded_techniques: tuple[str, ...] = ()
    terms: str = ""

    @property
    def said(self) -> str:
        """The question in a sentence."""
        within = f", within these limits: {self.terms}" if self.terms else ""
        return f"A clearance is asked for: {self.name}{within}."


def ask_from_data(data: Mapping[str, Any]) -> Ask:
    """What was written down of a question; lists come back as they were."""
    lists = {name: tuple(data.get(name, ())) for name in ("places", "excluded_techniques")}
    return Ask(**{**data, **lists})
