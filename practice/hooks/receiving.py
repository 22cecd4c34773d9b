"""A text that came in, on its way to who knows whose it is: a room to the right registers what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Incoming:
    """One text: what the gateway calls it, from which number to which of ours.

    `is_answered`: the gateway has told the sender already that nothing more comes (Twilio does, where it keeps such
    lists itself).
    """

    reference: str
    sender: str
    to: str
    text: str = field(repr=False)
    is_answered: bool = False


RECEIVERS: list[Callable[[Incoming], str]] = []


def receive(incoming: Incoming) -> str:
    """Hand a text on; answers, in a word for the log, what became of it."""
    return ", ".join(receiver(incoming) for receiver in RECEIVERS) or "nobody reads texts"
