"""The home programme on paper: large type, what to do and when to stop, seven boxes to tick for each thing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils import timezone

from notes.home.programmes import barred_today, paused_by
from notes.models import HomeItem, HomeProgramme
from practice import clock
from practice.typesetting.lines import one_line, paragraphs, placed, placed_all, shortened
from practice.typesetting.press import press

TEMPLATE = Path(__file__).parent.parent / "typesetting" / "home.typ"
_SMALLER_FROM = 4  # so many things leave a page only with smaller type


def programme_pdf(programme: HomeProgramme) -> bytes:
    """The sheet as a tagged PDF on the practice's paper; refuses with `NotTypeset`."""
    practice, client = programme.practice, programme.client
    on = clock.wall_of(programme.assigned_at, practice.time_zone)[0]
    printed = clock.wall_of(timezone.now(), practice.time_zone)[0]
    barred = set() if paused_by(programme) else set(barred_today(programme))
    items = [item for item in programme.items.all() if item.pk not in barred]
    name = one_line(client.name)
    return press(TEMPLATE, {
        "paper": practice.paper, "title": f"To do at home: {name}", "author": one_line(programme.author.name),
        "date": [printed.year, printed.month, printed.day], "practice": placed(practice.name),
        "ways": placed_all(", ".join(practice.address.splitlines()[1:]),
                           " · ".join(filter(None, (practice.phone, practice.email)))),
        "client": placed(name), "running": f"{shortened(name)}, {clock.said_date(on, year=True)}",
        "lead": f"From {one_line(programme.author.name)}, {clock.said_date(on, year=True)}.",
        "paused": _paused(programme), "call": one_line(practice.phone),
        "is_long": len(items) >= _SMALLER_FROM, "items": [_to_print(item) for item in items]})


def _to_print(item: HomeItem) -> dict[str, Any]:
    return {"name": placed(item.name), "often": placed(", ".join(filter(None, (item.how_often, item.how_much)))),
            "steps": paragraphs(item.steps), "remark": placed_all(item.remark), "stop": placed(item.stop_rule)}


def _paused(programme: HomeProgramme) -> str:
    episode = paused_by(programme)
    return "Paused for now. Begin again when we tell you." if episode else ""
