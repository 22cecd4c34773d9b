"""The client's copy on paper: large type, 14 point, or 18 where they need it."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext_noop

from notes.models import ClientCopy
from notes.paper.note_paper import heading_of
from practice import clock
from practice.typesetting.lines import one_line, paragraphs, placed, shortened
from practice.typesetting.press import press

TEMPLATE = Path(__file__).parent.parent / "typesetting" / "copy.typ"
PARTS = (("why", gettext_noop("About this page")), ("done", gettext_noop("What we did")),
         ("changed", gettext_noop("What changed")), ("watch", gettext_noop("What to watch for")),
         ("next", gettext_noop("What next")))


def parts_of(copy: ClientCopy) -> list[tuple[str, str]]:
    """Each part that says something, with its heading; of a signed copy as it was frozen."""
    said = copy.content if copy.is_signed else {name: getattr(copy, name) for name, _ in PARTS}
    return [(heading, said[name]) for name, heading in PARTS if said.get(name, "").strip()]


def copy_pdf(copy: ClientCopy) -> bytes:
    """The copy as a tagged PDF (PDF/UA-1) on the practice's paper; refuses with `NotTypeset`."""
    practice, name = copy.practice, one_line(copy.client.standing.name)
    on = clock.wall_of(copy.signed_at or timezone.now(), practice.time_zone)[0]
    return press(TEMPLATE, {
        "paper": practice.paper, "title": f"Your sessions: {name}", "author": one_line(copy.author.name),
        "date": [on.year, on.month, on.day], **heading_of(practice), "client": placed(name),
        "running": f"{shortened(name)}, {clock.said_date(on, year=True)}", "is_large": copy.is_large,
        "days": f"{clock.said_date(copy.from_on, year=True)} to {clock.said_date(copy.until_on, year=True)}",
        "parts": [{"name": heading, "body": paragraphs(text)} for heading, text in parts_of(copy)],
        "by": placed(", ".join(filter(None, (copy.author.name, copy.author.credential)))),
        "draft": "" if copy.is_signed else "DRAFT, not signed"})
