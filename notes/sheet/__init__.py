"""The sheet a draft is written on: its rows, what holds for the whole visit, the next visit, and all of it together."""

from notes.sheet.whole import Sheet

__all__ = ["Sheet"]
