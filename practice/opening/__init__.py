"""Opening a practice: from an empty database, by a code the server prints, to the first visit booked."""

from practice.opening.doors import Owner, open_by_code, open_practice

__all__ = ["Owner", "open_by_code", "open_practice"]
