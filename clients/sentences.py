"""How a label stands inside a sentence."""

from __future__ import annotations

_NAMES = ("MS ", "Parkinson", "Guillain")


def in_a_sentence(label: str) -> str:
    """A label inside a sentence: its first letter small, unless it begins with a name."""
    return label if label.startswith(_NAMES) else label[:1].lower() + label[1:]
