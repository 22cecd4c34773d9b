"""Words people type into one-line fields: what is kept of them, and what a telephone number looks like."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError

# Marks that turn the direction of everything after them; a name needs none, and one could make a list lie.
_DIRECTION_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NOT_A_PHONE = re.compile(r"[^\d\s+()./#*x-]", re.IGNORECASE)
LEAST_DIGITS = 4


def one_line(text: str) -> str:
    """The text on one line: line breaks and runs of space become one space; control and direction marks go."""
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return " ".join(_DIRECTION_MARKS.sub("", plain).split())


def check_phone(number: str) -> None:
    """Refuse what nobody could dial."""
    digits = sum(c.isdigit() for c in number)
    if _NOT_A_PHONE.search(number.replace("ext", "x")) or digits < LEAST_DIGITS:
        raise ValidationError("Write the phone number in digits, for example +1 206 555 0100.")
