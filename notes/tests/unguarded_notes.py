"""The product with its look at the version taken out of what a sheet saves by itself, to show that the race can be lost.

Served as `notes.tests.unguarded_notes:application`.
"""

from typing import Any

from practice.wsgi import application  # isort: skip  it starts Django, before any model is read

from notes import autosave

_guarded = autosave.write_note


def _over_whatever_stands(*, note: Any, expected_version: int, **changes: Any) -> Any:
    return _guarded(note=note, expected_version=type(note).objects.get(pk=note.pk).version, **changes)


autosave.write_note = _over_whatever_stands

__all__ = ["application"]
