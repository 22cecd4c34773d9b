"""Words people type into one-line fields: what is kept of them, and what a telephone number looks like."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

from practice.lines import one_line

__all__ = ["LEAST_DIGITS", "check_phone", "one_line"]

_NOT_A_PHONE = re.compile(r"[^\d\s+()./#*x-]", re.IGNORECASE)
LEAST_DIGITS = 4


def check_phone(number: str) -> None:
    """Refuse what nobody could dial."""
    digits = sum(c.isdigit() for c in number)
    if _NOT_A_PHONE.search(number.replace("ext", "x")) or digits < LEAST_DIGITS:
        raise ValidationError("Write the phone number in digits, for example +1 206 555 0100.")
