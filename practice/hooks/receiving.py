"""A text that came in, on its way to who knows whose it is: a room to the right registers what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Incoming:
    """One text: what the gateway calls it, from which number to which of ours.

    `asks` is what the gateway itself took it for, "stop" or "start", by words of its own list; "" where it keeps none.
    """

    reference: str
    sender: str
    to: str
    text: str = field(repr=False)
    asks: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether the gateway has told the sender already that nothing more comes."""
        return self.asks == "stop"


RECEIVERS: list[Callable[[Incoming], str]] = []


def receive(incoming: Incoming) -> str:
    """Hand a text on; answers, in a word for the log, what became of it."""
    return ", ".join(receiver(incoming) for receiver in RECEIVERS) or "nobody reads texts"
