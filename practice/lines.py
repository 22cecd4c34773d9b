"""Words on one line: what is kept of them in a name, in a field of one line, in the head of a mail."""

from __future__ import annotations

import re
import unicodedata

# Marks that turn the direction of everything after them; a name needs none, and one could make a list lie.
_DIRECTION_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """The text on one line: line breaks and runs of space become one space; control and direction marks go."""
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return " ".join(_DIRECTION_MARKS.sub("", plain).split())
