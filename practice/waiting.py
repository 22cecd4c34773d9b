"""What waits for a member outside the diary: rooms register it here, and Today tells it among what needs somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits, in words, and the page where it is dealt with."""

    words: str
    url: str
    is_urgent: bool = False


WAITING: list[Callable[[Any], Iterable[Waiting]]] = []


def waiting_for(member: Any) -> list[Waiting]:
    """Everything that waits for this member."""
    return [one for known in WAITING for one in known(member)]
