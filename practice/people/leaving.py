"""What somebody who leaves would leave behind: rooms to the right say what they know of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Left:
    """One kind of thing that waits for this person: “12 visits to come”, and the page where it is dealt with.

    `needs_a_therapist`: it cannot stay with somebody who gives no sessions any more.
    """

    words: str
    url: str = ""
    needs_a_therapist: bool = False
    advice: str = ""


LEFT_BEHIND: list[Callable[[Any], list[Left]]] = []


def left_with(person: Any) -> list[Left]:
    """Everything that waits for this member, room by room."""
    return [left for known in LEFT_BEHIND for left in known(person)]
