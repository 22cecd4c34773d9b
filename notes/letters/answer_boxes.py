"""The boxes of a clearance request on paper: the same answers as on the page, to be ticked, signed and sent back."""

from __future__ import annotations

from typing import Any, Protocol

from notes.letters.asked import Ask
from practice.techniques import PRESSURES
from practice.typesetting.lines import placed


class Asking(Protocol):
    """A letter that asks something."""

    @property
    def asks(self) -> tuple[Ask, ...]: ...


def boxes_of(letter: Asking) -> dict[str, Any]:
    """What the template draws: the limits proposed are said in the boxes they would fill."""
    ask = letter.asks[0]
    return {
        "allowed": placed(f"Yes, as proposed: {ask.terms}" if ask.terms else "Yes, without limits of mine"),
        "pressures": [f"{p.level}: {p.name}" for p in PRESSURES.values()]}
