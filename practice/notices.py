"""What the practice itself has to tell a member on Today, above the day: each part of it registers its own line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from practice.models import Membership


@dataclass(frozen=True, slots=True)
class Notice:
    """One line: what is the matter, what to do next and where, and where a press takes the line away for good."""

    title: str
    words: str
    url: str
    action: str
    more_url: str = ""
    more: str = ""
    dismiss_url: str = ""
    dismiss: str = ""


_TELLS: list[Callable[[Membership], Notice | None]] = []


def register_notice(tells: Callable[[Membership], Notice | None]) -> None:
    """Add what may have a line for a member; called once at start."""
    _TELLS.append(tells)


def notices_for(member: Membership) -> list[Notice]:
    """Every line for this member, in the order they were registered."""
    return [notice for tells in _TELLS if (notice := tells(member)) is not None]
