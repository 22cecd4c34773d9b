"""What rooms to the right put on the client's page: each registers a panel, the page asks for them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of the client's page: its template and a function (member, client) -> context, or None to stay out."""

    code: str
    position: int
    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]


_PANELS: dict[str, Panel] = {}


def register_panel(panel: Panel) -> None:
    """Add a panel; called once at start by the room that fills it."""
    _PANELS[panel.code] = panel


def panels_for(member: Any, client: Any) -> list[tuple[Panel, dict[str, Any]]]:
    """Every panel with something to say to this member about this client, in order."""
    filled = [(panel, panel.context(member, client)) for panel in sorted(_PANELS.values(), key=lambda p: p.position)]
    return [(panel, context) for panel, context in filled if context is not None]
