"""What rooms to the right put on the client's pages: each registers a panel for a tab, the page asks for them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of a tab: its template and a function (member, client, known) -> context, or None to stay out.

    `known` is what the page has read of the client already (see `clients/limits.py`); None on tabs that read nothing.
    """

    code: str
    tab: str
    position: int
    template: str
    context: Callable[[Any, Any, Any], dict[str, Any] | None]


_PANELS: dict[str, Panel] = {}


def register_panel(panel: Panel) -> None:
    """Add a panel; called once at start by the room that fills it."""
    _PANELS[panel.code] = panel


def panels_for(member: Any, client: Any, tab: str, known: Any = None) -> list[tuple[Panel, dict[str, Any]]]:
    """Every panel of the tab with something to say to this member about this client, in order."""
    mine = sorted((panel for panel in _PANELS.values() if panel.tab == tab), key=lambda panel: panel.position)
    filled = [(panel, panel.context(member, client, known)) for panel in mine]
    return [(panel, context) for panel, context in filled if context is not None]
