"""Two versions of a sheet in one, where they do not clash: what only one of them changed stands as that one says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notes.choices import whole_number
from notes.sheet.rows import says_something

_GROUPS = {"row": "work", "rows": "work", "visit": "work", "event": "events", "events": "events", "next": "next"}
_NOT_SAID = ("csrfmiddlewaretoken", "act", "as", "version", "tab", "turn", "base", "asked")
Typed = Mapping[str, Any]


def together(saved: Typed, typed: Typed, base: Typed | None = None) -> dict[str, Any] | None:
    """What both versions say in one; None where both changed the same part, each in its own way.

    `base` is what both began with; where it is not known, a part counts as changed where it says something.
    """
    theirs, mine, first = _parts(saved), _parts(typed), _parts(base or {})
    taken: dict[str, Any] = {}
    for part in dict.fromkeys((*theirs, *mine, *first)):
        nothing = {"rows": "0"} if part == "work" else {}
        a, b, was = (_said(each.get(part, nothing)) for each in (theirs, mine, first))
        if a != b and was not in (a, b):
            return None
        taken |= (mine if a == was else theirs).get(part, {})
    return taken


def _parts(sheet: Typed) -> dict[str, dict[str, Any]]:
    """The fields of a sheet by the part they belong to: rows with the whole visit, events, the next visit, each other
    field alone."""
    parts: dict[str, dict[str, Any]] = {}
    for name, value in sheet.items():
        if name in _NOT_SAID or name.startswith("snippet_"):
            continue
        head = name.partition("-")[0].partition("_")[0]
        part = "next" if name.startswith("next_") else _GROUPS.get(head, name)
        parts.setdefault(part, {})[name] = value
    return parts


def _said(part: Typed) -> Any:
    """What a part says, without what is only how it was sent: empty rows, line ends, how a box is ticked."""
    if "rows" in part:
        count = whole_number(part["rows"]) or 0
        rows = [{name.split("-", 2)[2]: _plain(value) for name, value in part.items()
                 if name.startswith(f"row-{i}-") and _plain(value)} for i in range(count)]
        visit = {name: _plain(value) for name, value in part.items() if name.startswith("visit_") and _plain(value)}
        return [{"state": "given", **row} for row in rows if says_something(row)], visit
    return {name: _plain(value) for name, value in part.items() if _plain(value) and name != "events"}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    words = "" if value is None else str(value).replace("\r\n", "\n").strip()
    return "on" if words == "True" else words
